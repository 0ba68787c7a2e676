#!/usr/bin/env python3
"""A conflict's life in a clerk's hands: found, acknowledged, decided, carried out, closed; or cleared by itself."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import CityCase  # noqa: E402
from city import prepared  # noqa: E402
from operating_test import person_of  # noqa: E402


class Deciding(unittest.TestCase):
    def setUp(self):
        self.city = prepared(people=30, hours=300)
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

    # holds: conflict.value
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

    # holds: conflict.clears
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


class Life(CityCase):
    """One row for (kind, subject, field), from found to closed or cleared."""

    def two_names(self, **more):
        code = self.new_person(**more)
        self.run_once()
        self.rename("municipal", code, "王乙")
        self.rename("provincial", code, "王丙")
        self.run_once(exits=(3,))
        self.assertEqual(self.found(), [("field_mismatch", "name")])
        return code, self.open_now()[0]["number"]

    def rename(self, side, code, name):
        self.edit(side, "account", {people.CODE[side]: code}, **{people.NAME[side]: name})

    def names(self, code):
        return tuple(self.person_row(side, code)[people.NAME[side]] for side in people.SIDES)

    def resolve(self, number, *how):
        done = self.city.cebridge("resolve", str(number), *how, "--reason", "as in the register")
        self.assertEqual(done.returncode, 0, done.stderr)

    def state(self, number):
        return self.conflict(number)["state"]

    # holds: conflict.counts_up
    def test_seen_again_it_counts_up_and_stays_one_row(self):
        code, number = self.two_names()
        self.assertEqual(self.conflict(number)["times_seen"], 1)
        self.run_once("--full")
        self.edit("municipal", "account", {"idCard": code}, titleLevel=2)
        self.run_once()
        row = self.conflict(number)
        self.assertEqual((row["times_seen"], row["state"]), (3, "open"))
        self.assertEqual(self.found(), [("field_mismatch", "name")])

    # holds: conflict.clears
    def test_it_clears_only_when_both_sides_were_read(self):
        code, number = self.two_names()
        self.rename("municipal", code, "王丙")
        self.city.control("/fault", {"kind": "cut_before", "side": "provincial", "path": "/", "count": -1})
        self.run_once(exits=(4,))
        self.assertEqual(self.state(number), "open")
        self.city.control("/fault", method="DELETE")
        self.run_once()
        self.assertEqual(self.state(number), "cleared")

    # holds: conflict.clears
    def test_it_does_not_clear_while_one_of_its_records_is_quarantined(self):
        code, number = self.two_names()
        self.edit("provincial", "account", {"sfzjhm": code}, shzt="77")
        self.run_once()
        self.assertEqual(self.found(), [("field_mismatch", "name"), ("invalid_record", "review")])
        self.assertEqual(self.state(number), "open")
        self.edit("provincial", "account", {"sfzjhm": code}, shzt="20")
        self.run_once()
        self.assertEqual(self.found(), [("field_mismatch", "name")])

    # holds: conflict.reopens
    def test_back_again_it_reopens_with_its_history(self):
        code, number = self.two_names()
        self.resolve(number, "--take", "municipal")
        self.run_once()
        self.assertEqual((self.state(number), self.names(code)), ("closed", ("王乙", "王乙")))
        self.rename("municipal", code, "王丁")
        self.rename("provincial", code, "王戊")
        self.run_once(exits=(3,))
        row = self.conflict(number)
        self.assertEqual((row["state"], row["decision"], row["times_seen"] > 1), ("open", None, True))
        self.assertIn("register", str(row["reason"]))
        self.assertTrue(row["decided_by"])
        self.assertEqual(self.names(code), ("王丁", "王戊"), "the old decision is not carried out again")

    # holds: conflict.take
    def test_take_municipal_goes_through_the_ordinary_write_path(self):
        code, number = self.two_names()
        before = self.written("provincial")
        self.resolve(number, "--take", "municipal")
        self.assertEqual((self.state(number), self.written("provincial")), ("decided", before))
        self.run_once()
        self.assertEqual((self.state(number), self.names(code)), ("closed", ("王乙", "王乙")))
        self.assertEqual(self.written("provincial"), before + 1)

    # holds: conflict.take
    def test_take_provincial(self):
        code, number = self.two_names()
        self.resolve(number, "--take", "provincial")
        self.run_once()
        self.assertEqual((self.state(number), self.names(code)), ("closed", ("王丙", "王丙")))

    # holds: conflict.verified write.base
    def test_it_closes_only_when_verified(self):
        code, number = self.two_names()
        self.resolve(number, "--take", "municipal")
        self.city.control("/fault", {"kind": "server_error", "side": "provincial", "path": "/gw/ry/", "method": "PUT",
                                     "count": -1, "status": 503})
        self.run_once(exits=(4,))
        self.assertEqual((self.state(number), self.names(code)), ("applied", ("王乙", "王丙")))
        self.city.control("/fault", method="DELETE")
        self.run_once()
        self.assertEqual((self.state(number), self.names(code)), ("closed", ("王乙", "王乙")))

    # holds: conflict.outdated
    def test_a_decision_on_values_that_moved_on_is_looked_at_again(self):
        code, number = self.two_names()
        self.resolve(number, "--take", "municipal")
        self.rename("municipal", code, "王丁")
        for arguments in ((), ("--full",), ()):
            self.run_once(*arguments)
            row = self.conflict(number)
            self.assertEqual((row["state"], row["decision"]), ("open", None))
            self.assertEqual(self.names(code), ("王丁", "王丙"), "carried out on a name that nobody looked at")

    def test_decided_and_agreed_otherwise_it_is_cleared_and_not_closed(self):
        code, number = self.two_names()
        self.resolve(number, "--take", "municipal")
        self.rename("municipal", code, "王丙")
        self.run_once()
        self.assertEqual((self.state(number), self.names(code)), ("cleared", ("王丙", "王丙")))

    # holds: conflict.accept
    def test_accepted_it_stays_until_either_side_changes(self):
        for side, name, names in (("municipal", "王丁", ("王丁", "王丙")), ("provincial", "王丁", ("王乙", "王丁"))):
            with self.subTest(changed=side):
                self.setUp()
                code, number = self.two_names()
                self.resolve(number, "--accept")
                self.assertEqual(self.state(number), "closed")
                self.run_once("--full")
                self.edit("municipal", "account", {"idCard": code}, titleLevel=3)
                self.run_once()
                self.assertEqual((self.state(number), self.names(code)), ("closed", ("王乙", "王丙")))
                self.rename(side, code, name)
                self.run_once(exits=(3,))
                self.assertEqual((self.state(number), self.names(code)), ("open", names))

    # holds: conflict.accept
    def test_accepted_agreed_and_apart_again_it_reopens(self):
        code, number = self.two_names()
        self.resolve(number, "--accept")
        self.rename("provincial", code, "王乙")
        self.run_once()
        self.assertEqual(self.state(number), "cleared")
        self.rename("municipal", code, "王己")
        self.rename("provincial", code, "王丙")
        self.run_once(exits=(3,))
        self.assertEqual(self.state(number), "open")

    # holds: situation.revoked_or_changed
    def test_a_revocation_against_an_edit_is_decided_on_valid(self):
        for take, valid in (("municipal", "0"), ("provincial", "1")):
            with self.subTest(take=take):
                self.setUp()
                code = self.new_person()
                self.run_once()
                self.edit("municipal", "account", {"idCard": code}, deleted=1)
                self.rename("provincial", code, "王丙")
                self.run_once(exits=(3,))
                self.assertEqual(self.found(), [("revoked_or_changed", "valid")])
                number = self.open_now()[0]["number"]
                self.resolve(number, "--take", take)
                self.run_once()
                self.assertEqual(self.state(number), "closed")
                self.assertEqual((self.person_row("provincial", code)["yxbz"],
                                  self.person_row("municipal", code)["deleted"]), (valid, 1 - int(valid)))

    def test_many_are_decided_from_a_file(self):
        both = [self.new_person(), self.new_person()]
        self.run_once()
        for code in both:
            self.rename("municipal", code, "王乙")
            self.rename("provincial", code, "王丙")
        self.run_once(exits=(3,))
        numbers = [row["number"] for row in self.open_now()]
        self.assertEqual(len(numbers), 2)
        self.city.write("decisions", "".join(
            f'{{"number": {number}, "take": "{side}", "reason": "by list"}}\n'
            for number, side in zip(numbers, people.SIDES)) + '{"number": 999999, "accept": true, "reason": "x"}\n')
        done = self.city.cebridge("resolve", "--file", str(self.city.folder / "decisions"))
        self.assertEqual(done.returncode, 65, "the line that is wrong is named, the others count")
        self.assertIn("3", done.stderr)
        self.run_once()
        self.assertEqual(sorted(self.names(code) for code in both), sorted([("王乙", "王乙"), ("王丙", "王丙")]))

    # holds: conflict.owner
    def test_who_owns_a_conflict(self):
        """Who reviews a person's registration and hours is her employer; its department an employer's; else HRSS."""
        code, _ = self.two_names()
        self.assertEqual(self.open_now()[0]["owner"], self.employer["code"])
        self.setUp()
        number = next(people.NUMBERS)
        for side, amount in zip(people.SIDES, (2, 3)):
            self.seed(side, hours=[people.hours(side, code, number, system="371600", amount=amount)])
        self.run_once()
        self.assertEqual([(row["field"], row["owner"]) for row in self.open_now()],
                         [("amount", self.employer["code"])])
        for kind, owner in (("employer", self.employer["department"]), ("department", "hrss:371602")):
            self.setUp()
            code = people.organisation(len(kind))
            for side, name in zip(people.SIDES, ("甲单位", "乙单位")):
                self.seed(side, accounts=[people.account(
                    side, code, name, kind, department=self.employer["department"] if kind == "employer" else "")])
            self.run_once()
            self.assertEqual([(row["field"], row["owner"]) for row in self.open_now()], [("name", owner)])

    # holds: log.masked
    def test_nothing_of_a_person_stands_in_the_open(self):
        code, number = self.two_names(mobile="13800000001")
        row = next(row for row in self.city.lines("conflicts") if row["number"] == number)
        self.assertEqual(row["subject"], f"person:3****************{code[-1]}")
        self.assertRegex(row["subject_ref"], "^[0-9a-f]{16}$")
        self.assertEqual((row["municipal"], row["provincial"]), ("王**", "王**"))
        self.edit("municipal", "account", {"idCard": code}, areaCode="371603")
        self.run_once()
        self.assertEqual({row["subject_ref"] for row in self.open_now()}, {row["subject_ref"]})
        logged = "".join(path.read_text() for path in (self.city.folder / "log").iterdir() if path.is_file())
        self.assertIn(row["subject_ref"], logged)
        for text in (code, "王乙", "王丙"):
            self.assertNotIn(text, logged)
        self.assertEqual(self.conflict(number)["municipal"], "王乙", "in full for who may decide")


if __name__ == "__main__":
    unittest.main()
