#!/usr/bin/env python3
"""A person who leaves the region on one side: shown once, never taken for gone, her hours left alone; as an error once
hours of hers wait for it; and all goes on when she is back."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from city import prepared  # noqa: E402
from operating_test import edit, mobile  # noqa: E402

NUMBERS = ("9910001", "9910002", "9910003")


class Region(unittest.TestCase):
    def setUp(self):
        self.city = prepared(people=30, hours=300)
        accounts = {row["code"] for row in self.city.control("/dump?side=municipal&entity=account")
                    if row["kind"] == "person" and row["valid"] and len(row["code"]) == 18 and row["code"][-1] != "x"}
        municipal = {row["origin"] for row in self.city.control("/dump?side=municipal&entity=hours")}
        self.shared = next(row for row in self.city.control("/dump?side=provincial&entity=hours")
                           if row["person"] in accounts and row["origin"] in municipal and row["valid"]
                           and row["origin"].startswith("371600/") and row["course_code"])
        self.person = self.shared["person"]
        self.home = next(row["region"] for row in self.city.control("/dump?side=provincial&entity=account")
                         if row["code"] == self.person)

    def move(self, region):
        self.city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": self.person},
                                    "set": {"xzqh": region}})

    def study(self, number):
        self.city.control("/seed?side=municipal", {"hours": [{
            "idCard": self.person, "studyYear": 2023, "courseType": 2, "classHour": 2, "credit": "", "source": 1,
            "courseCode": f"K-{number}", "courseName": "课程", "evidenceNo": "", "finishTime": "2023-03-11 09:00:00",
            "auditStatus": 4, "deleted": 0, "originSystem": "371600", "originNo": number}]})

    def rename_course(self, name):
        self.city.control("/edit", {"side": "municipal", "entity": "hours", "system": "371600",
                                    "number": self.shared["origin"].split("/")[1], "set": {"courseName": name}})

    def course(self):
        return next(row["course_name"] for row in self.city.control("/dump?side=provincial&entity=hours")
                    if row["origin"] == self.shared["origin"])

    def arrived(self):
        return [number for number in NUMBERS if self.city.control(
            f"/inspect?side=provincial&entity=hours&system=371600&number={number}")["records"]]

    def waiting(self):
        status = json.loads(self.city.cebridge("status", "--json").stdout)
        return status["waiting"]["by_reason"].get("region", 0)

    def mismatch(self):
        """The one open conflict, which must be the person's."""
        rows = self.city.lines("conflicts")
        self.assertEqual([(row["kind"], row["severity"], row["field"]) for row in rows],
                         [("region_mismatch", "error", "region")])
        self.assertEqual(rows[0]["subject"], f"person:{self.person[0]}{'*' * 16}{self.person[-1]}")
        shown = self.city.lines("conflict", str(rows[0]["number"]))[0]
        self.assertEqual((shown["municipal"], shown["provincial"]), (self.home, "370102"), shown)
        return rows[0]

    def open_kinds(self):
        return [(row["kind"], row["severity"]) for row in self.city.lines("conflicts")]

    # holds: situation.elsewhere notice.region
    def test_who_always_stood_elsewhere_at_the_province_is_not_linked_and_has_not_left(self):
        code = people.resident(1)
        employers = {row["code"]: row for row in self.city.control("/dump?side=provincial&entity=account")
                     if row["kind"] == "employer" and row["region"].startswith("3716")}
        code_of, at_home = next(iter(employers.items()))
        away = people.organisation(1, region="370102")
        self.city.control("/seed?side=provincial", {"accounts": [
            people.account("provincial", away, "外地单位", "employer", region="370102"),
            people.account("provincial", code, employer=away, region="370102")]})
        self.city.control("/seed?side=municipal", {"accounts": [
            people.account("municipal", code, employer=code_of, region=at_home["region"])]})
        for cycle in ("--full", "--full", "--full"):
            self.assertEqual(self.city.once(cycle).returncode, 3)
            self.assertEqual(self.open_kinds(), [("region_mismatch", "error")])
        self.city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": code},
                                    "set": {"dwxydm": code_of, "xzqh": at_home["region"]}})
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual(self.open_kinds(), [])

    # holds: scope.left_region
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

    # holds: scope.left_region_hours
    def test_the_hours_of_who_left_are_not_read_by_id(self):
        self.move("370102")
        self.city.control("/stats", method="DELETE")
        self.assertEqual(self.city.once("--full").returncode, 3)
        paths = self.city.control("/stats")["provincial"]["paths"]
        self.assertTrue([path for path in paths if path.startswith("GET /ry/")], "the account is")
        self.assertFalse([path for path in paths if path.startswith("GET /xs/")], paths)
        self.assertEqual(self.open_kinds(), [("left_region", "warning")])

    # holds: scope.left_region_waits
    def test_hours_that_wait_make_it_an_error_and_go_over_when_she_is_back(self):
        self.move("370102")
        self.assertEqual(self.city.once("--full").returncode, 3)
        self.study(NUMBERS[0])
        self.assertEqual(self.city.once().returncode, 3)
        first = self.mismatch()
        self.study(NUMBERS[1])
        self.assertEqual(self.city.once().returncode, 3)
        self.assertEqual(self.mismatch()["number"], first["number"])
        self.assertEqual((self.arrived(), self.waiting()), ([], 2))
        edit(self.city, self.person, "13800005556")
        self.assertEqual(self.city.once().returncode, 3)
        self.mismatch()
        self.move(self.home)
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual(self.open_kinds(), [])
        self.assertEqual((self.arrived(), self.waiting()), (list(NUMBERS[:2]), 0))

    # holds: scope.left_region_waits
    def test_when_no_hours_wait_any_more_it_is_a_warning_again(self):
        self.move("370102")
        self.study(NUMBERS[0])
        self.assertEqual(self.city.once("--full").returncode, 3)
        self.mismatch()
        self.city.control("/edit", {"side": "municipal", "entity": "hours", "system": "371600",
                                    "number": NUMBERS[0], "set": {"deleted": 1}})
        self.assertEqual(self.city.once().returncode, 3)
        self.assertEqual(self.open_kinds(), [("left_region", "warning")])

    # holds: scope.resend notice.region
    def test_hours_refused_for_the_region_are_one_conflict_of_the_person_and_are_sent_again(self):
        """The listing hides who left, so the bridge learns it by the refusal."""
        self.move("370102")
        for number in NUMBERS:
            self.study(number)
        self.assertEqual(self.city.once().returncode, 3)
        self.mismatch()
        self.assertEqual((self.arrived(), self.waiting()), ([], 3))
        refused = self.city.control("/stats")["provincial"]["invalid_answers"]
        self.assertGreater(refused, 0)
        self.assertEqual(self.city.once().returncode, 3)
        self.assertEqual(self.city.control("/stats")["provincial"]["invalid_answers"], refused, "sent again too early")
        self.move(self.home)
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual((self.arrived(), self.waiting(), self.open_kinds()), (list(NUMBERS), 0, []))

    def test_a_changed_record_that_is_refused_for_the_region_waits_like_a_new_one(self):
        before = self.course()
        self.move("370102")
        self.rename_course("课程甲")
        self.assertEqual(self.city.once().returncode, 3)
        self.mismatch()
        self.assertEqual((self.course(), self.waiting()), (before, 1))
        self.move(self.home)
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual((self.course(), self.waiting(), self.open_kinds()), ("课程甲", 0, []))


if __name__ == "__main__":
    unittest.main()
