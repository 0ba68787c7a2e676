#!/usr/bin/env python3
"""A person who leaves the region on one side: shown once, never taken for gone, her hours left alone; and all goes
on when she is back."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import City  # noqa: E402
from operating_test import edit, mobile, person_of  # noqa: E402


class Region(unittest.TestCase):
    def setUp(self):
        self.city = City(people=30, hours=300).__enter__()
        self.addCleanup(self.city.__exit__)
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.person = person_of(self.city)
        self.home = next(row["region"] for row in self.city.control("/dump?side=provincial&entity=account")
                         if row["code"] == self.person)

    def move(self, region):
        self.city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": self.person},
                                    "set": {"xzqh": region}})

    def open_kinds(self):
        return [(row["kind"], row["severity"]) for row in self.city.lines("conflicts")]

    def test_who_leaves_the_region_is_one_conflict_and_comes_back_without_one(self):
        self.move("370102")
        self.assertEqual(self.city.once("--full").returncode, 3)
        self.assertEqual(self.open_kinds(), [("left_region", "warning")])
        edit(self.city, self.person, "13800005555")
        self.assertEqual(self.city.once("--full").returncode, 3)
        self.assertNotEqual(mobile(self.city, self.person), "13800005555")
        self.assertEqual(self.open_kinds(), [("left_region", "warning")])
        self.move(self.home)
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.assertEqual(self.open_kinds(), [])
        self.assertEqual(mobile(self.city, self.person), "13800005555")


if __name__ == "__main__":
    unittest.main()
