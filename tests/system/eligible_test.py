#!/usr/bin/env python3
"""What may be created on the other side, what waits and why, and what goes over by itself once it may."""
import datetime
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import CityCase, PEOPLE  # noqa: E402
from people import SIDES  # noqa: E402


def today():
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))


def cut_off_is_near():
    """From 7 days before the end of 31 December."""
    return (today().month, today().day) >= (12, 25)


class Approved(CityCase):
    """create_accounts = approved, transfer_hours = final: the defaults."""

    def refused(self):
        return self.city.control("/stats")["provincial"]["invalid_answers"]

    # holds: eligible.approved eligible.waits
    def test_an_account_goes_over_when_it_is_approved(self):
        code = self.new_person(sides=("municipal",), auditStatus=0)
        before = self.waiting()["by_reason"].get("review", 0)
        self.run_once()
        self.assertIsNone(self.person_row("provincial", code))
        self.assertEqual(self.waiting()["by_reason"]["review"], before + 1)
        if not cut_off_is_near():
            self.assertEqual(self.found(), [])
        self.edit("municipal", "account", {"idCard": code}, auditStatus=1)
        self.run_once()
        self.assertIsNotNone(self.person_row("provincial", code))

    # holds: eligible.final
    def test_hours_go_over_when_they_are_final(self):
        code = self.new_person()
        year = today().year
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS), year=year, day="01-01",
                                                   auditStatus=3)])
        self.run_once()
        self.assertEqual(self.hours_of("provincial", code), [])
        if not cut_off_is_near():
            self.assertEqual(self.found(), [])
        self.edit("municipal", "hours", {"idCard": code}, auditStatus=4)
        self.run_once()
        self.assertEqual(len(self.hours_of("provincial", code)), 1)

    # holds: eligible.overdue
    def test_what_waits_beyond_its_year_is_a_missing_counterpart(self):
        code = self.new_person()
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS), auditStatus=1)])
        self.run_once()
        self.assertEqual(self.found(), [("missing_counterpart", "")])
        self.edit("municipal", "hours", {"idCard": code}, auditStatus=4)
        self.run_once()
        self.assertEqual(self.found(), [])

    # holds: eligible.rejected
    def test_rejected_is_not_waiting_and_never_missing(self):
        code = self.new_person()
        before = self.waiting()["rejected"]
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS), auditStatus=-1)])
        self.new_person(sides=("municipal",), auditStatus=2)
        self.run_once()
        self.assertEqual(self.found(), [])
        self.assertEqual(self.hours_of("provincial", code), [])
        self.assertEqual(self.waiting()["rejected"], before + 2)
        self.assertNotIn("rejected", self.waiting()["by_reason"])

    # holds: eligible.linked
    def test_a_linked_record_is_kept_in_step_at_any_review(self):
        code, number = self.new_person(), next(people.NUMBERS)
        self.seed("municipal", hours=[people.hours("municipal", code, number, auditStatus=1)])
        self.seed("provincial", hours=[people.hours("provincial", code, number, system="371600", shzt="10")])
        self.run_once()
        self.edit("municipal", "hours", {"idCard": code}, courseName="新名")
        self.run_once()
        self.assertEqual(self.hours_of("provincial", code)[0]["kcmc"], "新名")

    # holds: eligible.named order.dependency
    def test_whole_new_branch_goes_over_in_one_cycle_in_its_order(self):
        department = people.organisation(101, kind="11")
        employer, code = people.organisation(102), people.resident(next(PEOPLE))
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS))])
        self.seed("municipal", accounts=[people.account("municipal", code, employer=employer, department=department)])
        self.seed("municipal", accounts=[people.account("municipal", employer, "甲单位", "employer",
                                                        department=department)])
        self.seed("municipal", accounts=[people.account("municipal", department, "甲局", "department")])
        refused = self.refused()
        self.run_once()
        self.assertEqual(self.found(), [])
        self.assertEqual(len(self.hours_of("provincial", code)), 1)
        self.assertEqual(self.refused(), refused)

    # holds: eligible.named
    def test_what_hangs_on_a_missing_one_waits_and_goes_on_by_itself(self):
        employer, code = people.organisation(103), people.resident(next(PEOPLE))
        self.seed("municipal", accounts=[
            people.account("municipal", employer, "乙单位", "employer", auditStatus=0),
            people.account("municipal", code, employer=employer)])
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS), year=today().year,
                                                   day="01-01")])
        self.run_once()
        self.assertIsNone(self.person_row("provincial", code))
        reasons = self.waiting()["by_reason"]
        self.assertGreaterEqual(reasons.get("employer", 0), 1, reasons)
        self.assertGreaterEqual(reasons.get("person", 0), 1, reasons)
        self.edit("municipal", "account", {"creditCode": employer}, auditStatus=1)
        for _ in range(2):
            self.run_once()
        self.assertIsNotNone(self.person_row("provincial", code))
        self.assertEqual(len(self.hours_of("provincial", code)), 1)

    # holds: eligible.update_field
    def test_an_update_that_names_a_missing_one_holds_that_field_only(self):
        code, employer = self.new_person(), people.organisation(104)
        self.run_once()
        self.seed("municipal", accounts=[people.account("municipal", employer, "丙单位", "employer", auditStatus=0)])
        self.edit("municipal", "account", {"idCard": code}, orgCreditCode=employer, mobile="13800000005")
        self.run_once()
        row = self.person_row("provincial", code)
        self.assertEqual((row["lxdh"], row["dwxydm"]), ("13800000005", self.employer["code"]))

    # holds: order.failed
    def test_a_refused_account_holds_back_only_what_hangs_on_it(self):
        """Somebody without an employer has no region at the province, which refuses her."""
        refused, fine = people.resident(next(PEOPLE)), self.new_person(sides=("municipal",))
        self.seed("municipal", accounts=[people.account("municipal", refused, region=self.employer["region"])])
        for code in (refused, fine):
            self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS))])
        self.run_once(exits=(3,))
        self.assertIsNone(self.person_row("provincial", refused))
        self.assertIn(("write_rejected", ""), self.found())
        self.assertEqual((len(self.hours_of("provincial", refused)), len(self.hours_of("provincial", fine))), (0, 1))
        self.edit("municipal", "account", {"idCard": refused}, orgCreditCode=self.employer["code"])
        for _ in range(2):
            self.run_once()
        self.assertEqual(len(self.hours_of("provincial", refused)), 1)
        self.assertEqual(self.found(), [])

    # holds: order.failed
    def test_a_refused_employer_holds_back_her_people_unsent(self):
        employer, code = people.organisation(107), people.resident(next(PEOPLE))
        self.seed("municipal", accounts=[
            people.account("municipal", employer, "戊单位", "employer"),
            people.account("municipal", code, employer=employer)])
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS))])
        before = self.refused()
        self.city.control("/fault", {"kind": "refused", "side": "provincial", "method": "POST", "body": "戊单位"})
        self.run_once(exits=(3,))
        self.assertIsNone(self.person_row("provincial", employer))
        self.assertEqual(self.refused(), before, "what hangs on it was sent, and refused by the platform itself")
        self.assertEqual(self.found(), [("write_rejected", "")])
        for _ in range(2):
            self.run_once()
        self.assertEqual((self.found(), len(self.hours_of("provincial", code))), ([], 1))

    # holds: eligible.one_account
    def test_a_person_needs_exactly_one_valid_account_on_the_target(self):
        code = self.new_person(sides=("municipal",))
        for _ in range(2):
            self.seed("provincial", accounts=[people.account("provincial", code, employer=self.employer["code"])])
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS))])
        self.run_once()
        self.assertEqual(self.hours_of("provincial", code), [])

    # holds: order.revoked_person
    def test_revoking_a_person_leaves_her_hours_alone(self):
        code = self.new_person()
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS))])
        self.run_once()
        self.edit("municipal", "account", {"idCard": code}, deleted=1)
        self.run_once()
        self.assertEqual(self.person_row("provincial", code)["yxbz"], "0")
        self.assertEqual(self.hours_of("provincial", code)[0]["yxbz"], "1")
        self.assertEqual(self.hours_of("municipal", code)[0]["deleted"], 0)

    # holds: order.dependency
    def test_revocations_go_the_other_way_round(self):
        """A whole branch is revoked while a record is new: the province refuses nothing."""
        department = people.organisation(105, kind="11")
        employer, code = people.organisation(106), people.resident(next(PEOPLE))
        rows = [("department", department, {}), ("employer", employer, {"department": department})]
        for side in SIDES:
            self.seed(side, accounts=[people.account(side, key, "丁单位", kind, **more) for kind, key, more in rows])
            self.seed(side, accounts=[people.account(side, code, employer=employer, department=department)])
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS))])
        self.run_once()
        self.edit("municipal", "hours", {"idCard": code}, deleted=1)
        self.edit("municipal", "account", {"idCard": code}, deleted=1)
        for key in (employer, department):
            self.edit("municipal", "account", {"creditCode": key}, deleted=1)
        other = self.new_person(sides=("municipal",))
        self.run_once()
        self.assertEqual(self.person_row("provincial", code)["yxbz"], "0")
        self.assertEqual(self.hours_of("provincial", code)[0]["yxbz"], "0")
        self.assertEqual([self.person_row("provincial", key)["yxbz"] for key in (employer, department)], ["0", "0"])
        self.assertIsNotNone(self.person_row("provincial", other))


class Other(CityCase):
    setting = "create_accounts = any"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.city.configure("region = 3716", "region = 3716\n" + cls.setting)


class Any(Other):
    # holds: eligible.any
    def test_an_account_goes_over_at_any_review_but_rejected(self):
        code, rejected = (self.new_person(sides=("municipal",), auditStatus=review) for review in (0, 2))
        self.run_once()
        self.assertIsNotNone(self.person_row("provincial", code))
        self.assertIsNone(self.person_row("provincial", rejected))
        self.assertEqual(self.found(), [])


class Never(Other):
    setting = "create_accounts = never"

    # holds: eligible.never
    def test_an_account_is_missing_at_once_and_never_created(self):
        code = self.new_person(sides=("municipal",))
        self.run_once()
        self.assertIsNone(self.person_row("provincial", code))
        self.assertEqual(self.found(), [("missing_counterpart", "")])
        for side in SIDES:
            self.seed(side, hours=[people.hours(side, code, next(people.NUMBERS), course="")])


class Submitted(Other):
    setting = "transfer_hours = submitted"

    # holds: eligible.submitted
    def test_hours_go_over_once_they_are_submitted(self):
        code = self.new_person()
        self.seed("municipal", hours=[
            people.hours("municipal", code, next(people.NUMBERS), auditStatus=review, course=f"K-{review}",
                         year=today().year, day="01-01") for review in (0, 1)])
        self.run_once()
        self.assertEqual([row["kcdm"] for row in self.hours_of("provincial", code)], ["K-1"])


del Other

if __name__ == "__main__":
    unittest.main()
