#!/usr/bin/env python3
"""What may not go over yet waits, with its reason, and goes over by itself when the reason is gone."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import prepared  # noqa: E402
from operating_test import person_of  # noqa: E402


def recognised(person, number, hour, hours):
    return {"idCard": person, "studyYear": 2023, "courseType": 2, "classHour": hours, "credit": "", "source": 2,
            "courseCode": "", "courseName": "竞赛", "evidenceNo": f"Z-{number}",
            "finishTime": f"2023-03-11 {hour:02d}:00:00", "auditStatus": 4, "deleted": 0,
            "originSystem": "371600", "originNo": str(number)}


def valid(code):
    """ISO 7064 MOD 11-2 (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return code[17] == "10X98765432"[sum(int(digit) * weight for digit, weight in zip(code, weights)) % 11]


class Waiting(unittest.TestCase):
    def setUp(self):
        self.city = prepared(people=30, hours=300)
        self.person = person_of(self.city)

    def provincial(self, number):
        return self.city.control(f"/inspect?side=provincial&entity=hours&system=371600&number={number}")["records"]

    # holds: eligible.day_limit
    def test_recognised_hours_beyond_the_day_limit_wait_in_the_order_of_finished(self):
        """4 + 3 fit into the day's 8 hours; 4 more do not, though they were entered first."""
        self.city.control("/seed?side=municipal", {"hours": [
            recognised(self.person, 9900001, 18, 4), recognised(self.person, 9900002, 9, 4),
            recognised(self.person, 9900003, 12, 3)]})
        self.city.once()
        self.assertEqual([len(self.provincial(number)) for number in (9900001, 9900002, 9900003)], [0, 1, 1])
        self.assertEqual(self.city.control("/stats")["provincial"]["invalid_answers"], 0)
        status = json.loads(self.city.cebridge("status", "--json").stdout)
        self.assertEqual(status["waiting"]["by_reason"].get("day_limit"), 1)

    # holds: eligible.day_limit
    def test_a_record_that_stands_on_both_sides_takes_one_place_of_the_day(self):
        """3 hours shared and 4 new ones fit into 8, also when the new ones are judged before the shared are linked."""
        self.city.control("/seed?side=municipal", {"hours": [
            recognised(self.person, 9900005, 12, 4), recognised(self.person, 9900006, 9, 3)]})
        self.city.control("/seed?side=provincial", {"hours": [{
            "sfzjhm": self.person, "nd": "2023", "kmlb": "ZY", "jldw": "XS", "sl": "3.00", "rdfs": "02", "kcdm": "",
            "kcmc": "竞赛", "zmclh": "Z-9900006", "wcsj": "2023-03-11T09:00:00+08:00", "shzt": "40", "yxbz": "1",
            "lyxtbm": "371600", "lyxh": "9900006"}]})
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual([len(self.provincial(number)) for number in (9900005, 9900006)], [1, 1])

    # holds: eligible.day_limit
    def test_recognised_hours_under_a_former_id_get_their_place_of_the_day(self):
        former = next(code for code in (self.person[:14] + f"{number}" + check for number in range(900, 1000)
                                        for check in "0123456789X") if valid(code) and code != self.person)
        self.city.control("/seed?side=municipal", {"hours": [recognised(self.person, 9900007, 12, 4)]})
        for side, match, field in (("municipal", "idCard", "idCard"), ("provincial", "sfzjhm", "sfzjhm")):
            self.city.control("/edit", {"side": side, "entity": "account", "match": {match: self.person},
                                        "set": {field: former}})
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual(len(self.provincial(9900007)), 1)

    # holds: eligible.final
    def test_hours_that_are_not_final_wait_and_go_over_once_they_are(self):
        record = recognised(self.person, 9900004, 9, 2)
        record["auditStatus"] = 2
        self.city.control("/seed?side=municipal", {"hours": [record]})
        self.city.once()
        self.assertEqual(self.provincial(9900004), [])
        shown = self.city.cebridge("person", "-", "--json", input=self.person + "\n").stdout
        waiting = {row["origin"]: row["waiting"] for row in json.loads(shown)["hours"]}
        self.assertEqual(waiting.pop("371600/9900004"), "review")
        self.assertEqual(set(waiting.values()), {None}, "of the others, none waits")
        table = self.city.cebridge("person", "-", input=self.person + "\n").stdout
        line = next(line for line in table.splitlines() if "371600/9900004" in line)
        self.assertTrue(line.rstrip().endswith("review"), line)
        self.city.control("/edit", {"side": "municipal", "entity": "hours", "system": "371600",
                                    "number": "9900004", "set": {"auditStatus": 4}})
        self.city.once()
        self.assertEqual(len(self.provincial(9900004)), 1)
        shown = self.city.cebridge("person", "-", "--json", input=self.person + "\n").stdout
        self.assertEqual({row["waiting"] for row in json.loads(shown)["hours"]}, {None})


if __name__ == "__main__":
    unittest.main()
