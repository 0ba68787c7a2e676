#!/usr/bin/env python3
"""The main job over real TLS: a city with injected defects is brought in step by one full cycle, each defect gives
exactly its conflict and there is no other, a second run writes nothing, nothing was created twice, and no
resident ID stood in any URL. PEOPLE, HOURS and DEFECTS by environment, for a city of any size."""
import hmac
import os
import sys
import unittest
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import City  # noqa: E402


PEOPLE = int(os.environ.get("PEOPLE", "150"))
HOURS = int(os.environ.get("HOURS", "2000"))
DEFECTS = int(os.environ.get("DEFECTS", "40"))


def reference(city, subject):
    """subject_ref of reconciliation.md, "The conflict log", made here once more."""
    key = bytes.fromhex((city.folder / "log.key").read_text().strip())
    return hmac.new(key, subject.encode(), "sm3").hexdigest()[:16]


def found_conflicts(rows):
    """By kind, subject and field; a group's reference is the bridge's own."""
    return Counter((row["kind"], "group" if row["subject"].startswith("group:") else row["subject_ref"],
                    row["field"] or "") for row in rows)


def expected_conflicts(city, rows):
    return Counter((row["kind"], "group" if row["subject"].startswith("group:")
                    else reference(city, row["subject"]), row["field"]) for row in rows)


class FirstRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.city = City(people=PEOPLE, hours=HOURS, defects=DEFECTS).__enter__()
        cls.first = cls.city.once("--full")
        cls.written = {side: facts["creates"] + facts["updates"]
                       for side, facts in cls.city.control("/stats").items()}
        cls.second = cls.city.once("--full")
        cls.stats = cls.city.control("/stats")

    @classmethod
    def tearDownClass(cls):
        cls.city.__exit__()

    def test_the_first_cycle_ends_with_open_conflicts(self):
        self.assertEqual(self.first.returncode, 3, self.first.stderr)

    # holds: log.every_defect conflict.ref
    def test_every_defect_gives_its_conflict_and_there_is_no_other(self):
        expected = self.city.expected()
        found = self.city.lines("conflicts")
        self.assertEqual(found_conflicts(found), expected_conflicts(self.city, expected))
        self.assertEqual({row["state"] for row in found}, {"open"})

    # holds: guard.creates
    def test_both_sides_got_what_they_lacked(self):
        self.assertGreater(self.written["provincial"], 100)
        self.assertGreater(self.written["municipal"], 0)

    # holds: write.echo
    def test_a_second_cycle_writes_nothing(self):
        self.assertEqual(self.second.returncode, 3, self.second.stderr)
        self.assertEqual({side: facts["creates"] + facts["updates"]
                          for side, facts in self.stats.items()}, self.written)

    def test_nothing_was_created_twice(self):
        for facts in self.stats.values():
            self.assertEqual(facts["duplicate_creates"], 0)

    # holds: read.no_id_in_url
    def test_no_resident_id_stood_in_a_url(self):
        for facts in self.stats.values():
            self.assertEqual(facts["ids_in_urls"], 0)

    # holds: log.masked
    def test_no_id_stands_in_the_sync_log(self):
        text = (self.city.folder / "log/events.jsonl").read_text()
        for row in self.city.expected():
            kind, _, code = row["subject"].partition(":")
            if kind == "person":
                self.assertNotIn(code, text)


class Edits(unittest.TestCase):
    def test_an_edit_on_either_side_is_carried_over_by_the_next_cycle(self):
        with City(people=30, hours=300) as city:
            self.assertEqual(city.once("--full").returncode, 0)
            person = next(row for row in city.control("/dump?side=municipal")
                          if row.get("kind") == "person" and row.get("valid") and row.get("mobile"))
            city.control("/edit", {"side": "municipal", "entity": "account",
                                   "match": {"idCard": person["code"]}, "set": {"mobile": "13800009999"}})
            self.assertEqual(city.once().returncode, 0)
            other = [row for row in city.control("/dump?side=provincial")
                     if row.get("code", "").upper() == person["code"].upper()]
            self.assertEqual([row["mobile"] for row in other], ["13800009999"])


if __name__ == "__main__":
    unittest.main()
