#!/usr/bin/env python3
"""Learners' years against the notice, over real platforms: what one of them tells wrongly becomes a conflict
of the year and clears when it is put right; records are checked one by one; hours balance after a full cycle;
and a cycle that wrote waits for the platforms to settle before it compares."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import City  # noqa: E402


class Years(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.city = City(people=40, hours=600).__enter__()
        first = cls.city.once("--full")
        assert first.returncode == 0, first.stderr

    @classmethod
    def tearDownClass(cls):
        cls.city.__exit__()

    def edit(self, side, entity, match, values):
        self.city.control("/edit", {"side": side, "entity": entity, "match": match, "set": values})

    def annual(self, qualified):
        """A year that both sides hold, from the provincial dump."""
        return next(row for row in self.city.control("/dump?side=provincial")
                    if row["entity"] == "annual" and row["year"] >= 2020 and row["qualified"] == qualified)

    def hours(self, year=2022):
        return next(row for row in self.city.control("/dump?side=municipal")
                    if row["entity"] == "hours" and row["year"] == year and row["review"] == "hrss"
                    and row["source"] == "online" and row["valid"])

    def open(self, kind):
        return [row for row in self.city.lines("conflicts") if row["kind"] == kind]

    # holds: notice.totals
    def test_a_total_told_wrongly_is_a_conflict_until_it_is_put_right(self):
        row = self.annual(True)
        match = {"sfzjhm": row["person"], "nd": str(row["year"])}
        self.edit("provincial", "annual", match, {"gxxs": "999.99"})
        self.assertEqual(self.city.once().returncode, 3)
        found = self.open("total_mismatch")
        self.assertEqual([(one["field"], one["severity"], one["year"]) for one in found],
                         [("public", "error", row["year"])])
        shown = self.city.lines("conflict", str(found[0]["number"]))[0]
        self.assertEqual((shown["provincial"], shown["municipal"]), (99999, row["public"]))
        self.edit("provincial", "annual", match, {"gxxs": f"{row['public'] / 100:.2f}"})
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual(self.open("total_mismatch"), [])

    # holds: notice.qualification
    def test_qualified_told_wrongly_is_critical(self):
        row = self.annual(False)
        match = {"sfzjhm": row["person"], "nd": str(row["year"])}
        self.edit("provincial", "annual", match, {"hgbz": "1"})
        self.assertEqual(self.city.once().returncode, 3)
        self.assertEqual([one["severity"] for one in self.open("qualification_mismatch")], ["critical"])
        self.edit("provincial", "annual", match, {"hgbz": "0"})
        self.assertEqual(self.city.once().returncode, 0)

    # holds: notice.certificate
    def test_a_certificate_where_nobody_qualified_is_critical(self):
        row = self.annual(False)
        match = {"idCard": row["person"], "studyYear": row["year"]}
        self.edit("municipal", "annual", match, {"certNo": "BZ-1", "certIssuedAt": "2023-03-01"})
        self.assertEqual(self.city.once().returncode, 3)
        self.assertEqual([one["field"] for one in self.open("certificate_mismatch")], ["cert_no"])
        self.edit("municipal", "annual", match, {"certNo": "", "certIssuedAt": ""})
        self.assertEqual(self.city.once().returncode, 0)

    # holds: order.open_checks notice.late
    def test_a_record_finished_behind_its_cutoff_is_late_and_goes_over_all_the_same(self):
        row = self.hours()
        system, number = row["origin"].split("/")
        self.edit("municipal", "hours", {"originNo": number}, {"finishTime": "2023-02-01 10:00:00"})
        self.assertEqual(self.city.once().returncode, 3)
        self.assertEqual([one["field"] for one in self.open("late_record")], ["finished"])
        there = [one for one in self.city.control("/dump?side=provincial")
                 if one["entity"] == "hours" and one["origin"] == f"{system}/{number}"]
        self.assertEqual([one["finished"] for one in there], [1675216800])
        self.edit("municipal", "hours", {"originNo": number}, {"finishTime": "2022-06-01 10:00:00"})
        self.assertEqual(self.city.once().returncode, 0)

    # holds: plan.totals
    def test_hours_balance_behind_a_full_cycle(self):
        self.assertEqual(self.city.once("--full").returncode, 0)
        totals = self.city.lines("status")[0]["control_totals"]
        self.assertEqual(totals["unexplained"], 0)
        self.assertGreater(len(totals["cells"]), 3)
        for cell in totals["cells"]:
            self.assertEqual(cell["municipal"] - cell["provincial"], cell["explained"], cell)


class Settling(unittest.TestCase):
    # holds: notice.settled
    def test_only_a_cycle_that_wrote_waits_for_the_platforms(self):
        with City(people=10, hours=100) as city:
            city.configure("settle = 0 s", "settle = 3 s")
            begun = time.monotonic()
            self.assertEqual(city.once("--full").returncode, 0)
            self.assertGreaterEqual(time.monotonic() - begun, 3)
            begun = time.monotonic()
            self.assertEqual(city.once("--full").returncode, 0)
            self.assertLess(time.monotonic() - begun, 3)

    def test_a_stop_does_not_wait_for_it(self):
        with City(people=10, hours=100) as city:
            city.configure("settle = 0 s", "settle = 10 min")
            daemon = city.start_daemon()
            self.assertTrue(city.wait(lambda: city.control("/stats")["provincial"]["creates"] > 10))
            time.sleep(1)
            begun = time.monotonic()
            daemon.terminate()
            self.assertEqual(daemon.wait(15), 0)
            self.assertLess(time.monotonic() - begun, 10)


if __name__ == "__main__":
    unittest.main()
