#!/usr/bin/env python3
"""A manual resync by region, year and name judges what it is about and nothing else, whatever is known beside it."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import prepared  # noqa: E402
from operating_test import edit, mobile  # noqa: E402


class Scope(unittest.TestCase):
    """Each edit is known to the bridge, by a dry run, before the scoped run: only the scope keeps it unwritten."""

    def setUp(self):
        self.city = prepared(people=40, hours=500)
        there = {row["code"] for row in self.city.control("/dump?side=provincial&entity=account")}
        self.people = [row for row in self.city.control("/dump?side=municipal&entity=account")
                       if row["kind"] == "person" and row["valid"] and row["code"] in there
                       and len(row["code"]) == 18 and row["code"][-1] != "x"]
        self.one = self.people[0]
        self.other = next(row for row in self.people if row["region"] != self.one["region"]
                          and row["employer"] != self.one["employer"])

    def hours_of(self, year):
        there = {row["origin"] for row in self.city.control("/dump?side=provincial&entity=hours")}
        return next(row for row in self.city.control("/dump?side=municipal&entity=hours")
                    if row["year"] == year and row["valid"] and row["origin"] in there and row["course_code"])

    def rename_course(self, row, name):
        system, number = row["origin"].split("/", 1)
        self.city.control("/edit", {"side": "municipal", "entity": "hours", "system": system, "number": number,
                                    "set": {"courseName": name}})

    def course(self, row):
        return next(each["course_name"] for each in self.city.control("/dump?side=provincial&entity=hours")
                    if each["origin"] == row["origin"])

    def resync(self, *arguments, code=0, **more):
        done = self.city.cebridge("resync", *arguments, **more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def know(self):
        self.resync("--dry-run")

    def last_scope(self):
        return self.city.lines("runs")[0]["scope"]

    def edit_both(self):
        edit(self.city, self.one["code"], "13800002221")
        edit(self.city, self.other["code"], "13800002222")
        self.know()

    def mobiles(self):
        return mobile(self.city, self.one["code"]), mobile(self.city, self.other["code"])

    # holds: read.scoped
    def test_a_region_leaves_the_other_regions_alone(self):
        self.edit_both()
        before = self.mobiles()
        self.resync("--region", self.one["region"])
        self.assertEqual(self.mobiles(), ("13800002221", before[1]))
        self.assertEqual(self.last_scope(), "region " + self.one["region"])
        self.resync()
        self.assertEqual(self.mobiles(), ("13800002221", "13800002222"))

    def test_hours_are_of_the_region_of_their_person(self):
        region = {row["code"]: row["region"] for row in self.people}
        rows = [row for row in self.city.control("/dump?side=municipal&entity=hours")
                if row["valid"] and row["course_code"] and row["person"] in region]
        there = {row["origin"] for row in self.city.control("/dump?side=provincial&entity=hours")}
        rows = [row for row in rows if row["origin"] in there]
        inside = rows[0]
        outside = next(row for row in rows if region[row["person"]] != region[inside["person"]])
        before = self.course(outside)
        self.rename_course(inside, "课程甲")
        self.rename_course(outside, "课程乙")
        self.know()
        self.resync("--region", region[inside["person"]])
        self.assertEqual((self.course(inside), self.course(outside)), ("课程甲", before))

    # holds: read.scoped
    def test_a_year_leaves_the_other_years_and_the_accounts_alone(self):
        inside, outside = self.hours_of(2023), self.hours_of(2022)
        before = self.course(outside), mobile(self.city, self.one["code"])
        self.rename_course(inside, "课程甲")
        self.rename_course(outside, "课程乙")
        edit(self.city, self.one["code"], "13800002221")
        self.know()
        self.resync("--year", "2023")
        self.assertEqual(self.course(inside), "课程甲")
        self.assertEqual((self.course(outside), mobile(self.city, self.one["code"])), before)
        self.assertEqual(self.last_scope(), "year 2023")
        self.resync()
        self.assertEqual(self.course(outside), "课程乙")

    # holds: read.scoped
    def test_a_person_leaves_the_others_alone_and_is_named_masked(self):
        self.edit_both()
        before = self.mobiles()
        self.resync("--person", "-", input=self.one["code"] + "\n")
        self.assertEqual(self.mobiles(), ("13800002221", before[1]))
        code = self.one["code"]
        self.assertEqual(self.last_scope(), code[0] + "*" * 16 + code[-1])

    def test_two_persons_and_a_year_are_named_by_their_number(self):
        self.resync("--person", "-", "--year", "2023",
                    input=self.one["code"] + "\n" + self.other["code"] + "\n")
        self.assertEqual(self.last_scope(), "2 persons, year 2023")

    # holds: read.scoped
    def test_an_organisation_leaves_the_people_of_others_alone(self):
        self.edit_both()
        before = self.mobiles()
        self.resync("--org", self.one["employer"])
        self.assertEqual(self.mobiles(), ("13800002221", before[1]))
        self.assertEqual(self.last_scope(), self.one["employer"])

    def test_only_conflicts_of_the_scope_count_for_the_exit_code(self):
        for side, match, field, name in (("municipal", "idCard", "realName", "王甲"),
                                         ("provincial", "sfzjhm", "mc", "王乙")):
            self.city.control("/edit", {"side": side, "entity": "account", "match": {match: self.one["code"]},
                                        "set": {field: name}})
        self.resync(code=3)
        self.resync("--region", self.one["region"], code=3)
        self.resync("--region", self.other["region"], code=0)
        self.resync("--year", "2023", code=0)
        self.resync("--person", "-", input=self.one["code"] + "\n", code=3)
        self.resync("--person", "-", input=self.other["code"] + "\n", code=0)


if __name__ == "__main__":
    unittest.main()
