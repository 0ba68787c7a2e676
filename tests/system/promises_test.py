#!/usr/bin/env python3
"""Platforms that break a promise in the answer to a write: each time it ends as a conflict that names the record, whose
explanation names the request, and what was not so is not taken for what both sides hold."""
import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import CityCase  # noqa: E402
from people import MOBILE, OTHER, SIDES  # noqa: E402

LAG = 31  # longer than a replica may be behind
ACCOUNTS = {"municipal": "/api/open/v1/accounts", "provincial": "/gw/ry"}
BATCHES = {"municipal": "/hours/batch", "provincial": "/xs/plsc"}
COURSE = {"municipal": "courseName", "provincial": "kcmc"}


# holds: write.promise
class Promises(CityCase):
    size = {"people": 12, "hours": 60}

    def lie(self, kind, side, method, path, body=""):
        self.city.control("/fault", {"kind": kind, "side": side, "method": method, "path": path, "body": body})
        self.run_once(exits=(0, 3, 4))
        self.assertEqual(self.city.control("/fault")["faults"][0]["hits"], 1, "it was not played")
        self.city.control("/fault", method="DELETE")

    def rejected(self):
        return [row for row in self.open_now() if row["kind"] == "write_rejected"]

    def writes(self, conflict):
        """The requests that its explanation names."""
        return self.city.lines("explain", "conflict", str(conflict["number"]))[0]["record"]["writes"]

    def named(self, conflict, reason):
        """Its explanation names the write and what was wrong with it."""
        self.assertIn(reason, [write["code"] for write in self.writes(conflict)])

    def new_hours(self, side, code):
        number = next(people.NUMBERS)
        self.seed(side, hours=[people.hours(side, code, number, system="371600", course=f"K-{number}")])
        return number

    def edited(self, side):
        """Somebody on both sides whose mobile is another on this one."""
        code = self.new_person()
        self.run_once()
        self.edit(side, "account", {people.CODE[side]: code}, **{MOBILE[side]: "13900000009"})
        return code

    def mobiles(self, code):
        return [self.person_row(side, code)[MOBILE[side]] for side in SIDES]

    def update_is_told(self, kind, reason):
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                code = self.edited(OTHER[side])
                self.lie(kind, side, "PUT", ACCOUNTS[side] + "/")
                self.assertEqual([row["field"] for row in self.rejected()], [None], self.found())
                self.named(self.rejected()[0], reason)
                self.ends_with_the_edit(code)

    def ends_with_the_edit(self, code):
        """The edit is not undone by what was wrong, and what is stored is seen: the conflict clears."""
        self.run_once()
        self.run_once("--full")
        self.assertEqual(self.mobiles(code), ["13900000009"] * 2)
        self.assertEqual(self.found(), [])

    def test_an_update_answered_with_another_record(self):
        self.update_is_told("other_record", "other_record")

    def test_an_update_answered_with_the_version_that_was(self):
        self.update_is_told("version_kept", "version_kept")

    def by_the_daemon(self):
        """Its cycles send nothing again that was rejected, as an operator's own do."""
        daemon = self.city.start_daemon()
        try:
            self.assertTrue(self.city.wait(self.rejected), "nothing was told")
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate(timeout=15)

    # holds: write.key_refusals
    def test_an_update_that_is_answered_and_not_stored(self):
        """It is found out when the record is read; the edit stays on its side, and is not taken back."""
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                code = self.edited(OTHER[side])
                before = self.person_row(side, code)[MOBILE[side]]
                self.lie("not_stored", side, "PUT", ACCOUNTS[side] + "/")
                self.run_once("--full")
                self.assertEqual(self.found(), [], "a replica may be behind")
                time.sleep(LAG)
                self.by_the_daemon()
                self.assertEqual(self.found(), [("write_rejected", "")])
                self.named(self.rejected()[0], "not_stored")
                self.assertEqual([self.person_row(each, code)[MOBILE[each]] for each in (OTHER[side], side)],
                                 ["13900000009", before], "the edit was taken back")
                self.run_once("--full")
                self.assertEqual(self.mobiles(code), ["13900000009"] * 2)
                self.assertEqual(self.found(), [])

    def test_an_update_that_is_not_stored_is_no_edit_of_whoever_edits_next(self):
        """Their version is the one that was answered; what it lacks was not taken back by them."""
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                code, name = self.edited(OTHER[side]), people.NAME
                self.lie("not_stored", side, "PUT", ACCOUNTS[side] + "/")
                self.edit(side, "account", {people.CODE[side]: code}, **{name[side]: "王乙"})
                told = len(self.city.lines("conflicts", "--state", "any", "--kind", "write_rejected"))
                self.ends_with_the_edit(code)
                told = self.city.lines("conflicts", "--state", "any", "--kind", "write_rejected")[told:]
                self.assertEqual(len(told), 1)
                self.named(told[0], "not_stored")
                self.assertEqual([self.person_row(each, code)[name[each]] for each in SIDES], ["王乙"] * 2)

    def test_an_account_answered_as_created_and_not_stored(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                code = self.new_person(sides=(OTHER[side],))
                self.lie("not_stored", side, "POST", ACCOUNTS[side], body="王甲")
                self.run_once("--full")
                self.assertIsNone(self.person_row(side, code))
                self.assertEqual(self.found(), [("vanished", "")])
                self.assertEqual([write["operation"] for write in self.writes(self.open_now()[0])], ["create"])

    def test_an_account_answered_with_another_origin(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                code = self.new_person(sides=(OTHER[side],))
                self.lie("other_origin", side, "POST", ACCOUNTS[side], body="王甲")
                self.assertEqual([row["kind"] for row in self.open_now()], ["write_rejected"])
                self.named(self.rejected()[0], "other_origin")
                self.run_once()
                self.run_once("--full")
                self.assertIsNotNone(self.person_row(side, code))
                self.assertEqual(self.found(), [])
                self.assertEqual(self.city.control("/stats")[side]["duplicate_creates"], 0)

    def batch_is_told(self, kind, *reasons):
        """Two records in one batch, one for the first time and one changed."""
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                code = self.new_person()
                changed = self.new_hours(OTHER[side], code)
                self.run_once()
                self.edit(OTHER[side], "hours", {"originNo" if side == "provincial" else "lyxh": str(changed)},
                          **{COURSE[OTHER[side]]: "新名"})
                self.new_hours(OTHER[side], code)
                self.lie(kind, side, "POST", BATCHES[side])
                told = self.rejected()
                self.assertEqual(len(told), 2, self.found())
                for conflict in told:
                    self.assertTrue({write["code"] for write in self.writes(conflict)} & set(reasons))
                self.run_once()
                self.run_once("--full")
                rows = self.hours_of(side, code)
                self.assertEqual(len(rows), 2)
                self.assertIn("新名", [row[COURSE[side]] for row in rows])
                self.assertEqual(self.found(), [])
                self.assertEqual(self.city.control("/stats")[side]["duplicate_creates"], 0)

    def test_two_creations_answered_with_one_record(self):
        """Neither is stored: the first is found to be missing, the second is not linked with the first one's."""
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                code = self.new_person()
                self.run_once()
                for _ in range(2):
                    self.new_hours(OTHER[side], code)
                self.lie("not_stored", side, "POST", BATCHES[side])
                self.assertEqual([write["code"] for row in self.rejected() for write in self.writes(row)],
                                 ["other_record"])

    def test_a_batch_whose_results_name_each_others_items(self):
        self.batch_is_told("other_index", "other_record", "other_origin")

    def test_a_batch_answered_with_other_records(self):
        self.batch_is_told("other_record", "other_record", "other_origin")


if __name__ == "__main__":
    unittest.main()
