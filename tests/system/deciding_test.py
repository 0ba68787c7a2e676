#!/usr/bin/env python3
"""A conflict's life in a clerk's hands: found, acknowledged, decided, carried out, closed; or cleared by itself."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import City  # noqa: E402
from operating_test import person_of  # noqa: E402


class Deciding(unittest.TestCase):
    def setUp(self):
        self.city = City(people=30, hours=300).__enter__()
        self.addCleanup(self.city.__exit__)
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.person = person_of(self.city)

    def rename(self, side, name):
        match = {"idCard": self.person} if side == "municipal" else {"sfzjhm": self.person}
        self.city.control("/edit", {"side": side, "entity": "account", "match": match,
                                    "set": {"realName" if side == "municipal" else "mc": name}})

    def name(self, side):
        return next(row["name"] for row in self.city.control(f"/dump?side={side}&entity=account")
                    if row["code"] == self.person)

    def conflict(self):
        rows = self.city.lines("conflicts")
        self.assertEqual([(row["kind"], row["field"]) for row in rows], [("field_mismatch", "name")])
        return rows[0]

    def test_two_names_are_a_conflict_until_a_clerk_takes_one(self):
        self.rename("municipal", "王甲")
        self.rename("provincial", "王乙")
        self.assertEqual(self.city.once().returncode, 3)
        self.assertEqual((self.name("municipal"), self.name("provincial")), ("王甲", "王乙"))
        conflict = self.conflict()
        self.assertNotIn("甲", str(conflict))
        number = str(conflict["number"])
        self.assertEqual(self.city.cebridge("ack", number).returncode, 0)
        done = self.city.cebridge("resolve", number, "--take", "provincial", "--reason", "as in the register")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual((self.name("municipal"), self.name("provincial")), ("王乙", "王乙"))
        self.assertEqual(self.city.lines("conflict", number)[0]["state"], "closed")

    def test_a_value_of_the_clerks_own_goes_to_both_sides(self):
        self.rename("municipal", "王甲")
        self.rename("provincial", "王乙")
        self.city.once()
        number = str(self.conflict()["number"])
        self.city.cebridge("resolve", number, "--value", "王丙", "--reason", "asked her")
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual((self.name("municipal"), self.name("provincial")), ("王丙", "王丙"))

    def test_what_was_accepted_stays_closed_until_a_side_changes(self):
        self.rename("municipal", "王甲")
        self.rename("provincial", "王乙")
        self.city.once()
        number = str(self.conflict()["number"])
        self.city.cebridge("resolve", number, "--accept", "--reason", "both are right")
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.rename("municipal", "王丁")
        self.assertEqual(self.city.once().returncode, 3)
        self.assertEqual(self.name("provincial"), "王乙")

    def test_it_clears_by_itself_when_the_sides_agree(self):
        self.rename("municipal", "王甲")
        self.rename("provincial", "王乙")
        self.city.once()
        number = str(self.conflict()["number"])
        self.rename("provincial", "王甲")
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual(self.city.lines("conflict", number)[0]["state"], "cleared")

    def test_a_scope_without_conflicts_exits_0(self):
        self.rename("municipal", "王甲")
        self.rename("provincial", "王乙")
        self.assertEqual(self.city.once().returncode, 3)
        other = next(row["code"] for row in self.city.control("/dump?side=municipal&entity=account")
                     if row["kind"] == "person" and row["code"] != self.person and len(row["code"]) == 18)
        self.assertEqual(self.city.cebridge("resync", "--person", "-", input=other + "\n").returncode, 0)
        self.assertEqual(self.city.cebridge("resync", "--person", "-", input=self.person + "\n").returncode, 3)


if __name__ == "__main__":
    unittest.main()
