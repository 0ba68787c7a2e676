#!/usr/bin/env python3
"""Whoever a valid person names and who is registered nowhere is one missing_counterpart, at once; it ends when the
organisation stands somewhere or nobody names it any more."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import PEOPLE, CityCase  # noqa: E402
from people import OTHER, SIDES  # noqa: E402

MISSING = ("missing_counterpart", "")
FIELD = {"employer": {"municipal": "orgCreditCode", "provincial": "dwxydm"},
         "department": {"municipal": "deptCreditCode", "provincial": "bmxydm"}}
OLD = {"municipal": {"createdAt": "2023-04-16 23:59:59"}, "provincial": {"cjsj": "2023-04-16T23:59:59+08:00"}}


class Unregistered(CityCase):
    def code_of_nobody(self, kind="employer"):
        return people.organisation(next(PEOPLE) + 500, kind="11" if kind == "department" else "91")

    def name_it(self, code, kind="employer", sides=SIDES, old=False):
        """Somebody on these sides who names the code, by their staff's hand: a platform takes no such account."""
        person = self.new_person(sides)
        for side in sides:
            self.edit(side, "account", {people.CODE[side]: person}, **{FIELD[kind][side]: code},
                      **(OLD[side] if old else {}))
        return person

    def subjects(self):
        return sorted(row["subject"] for row in self.open_now() if row["kind"] == "missing_counterpart")

    def severities(self):
        return [row["severity"] for row in self.open_now()]

    def clean(self):
        self.assertEqual(self.found(), [])

    # holds: notice.registered
    def test_an_employer_or_a_department_is_told_at_once(self):
        for kind in FIELD:
            for side in SIDES:
                with self.subTest(kind=kind, side=side):
                    self.setUp()
                    code = self.code_of_nobody(kind)
                    self.name_it(code, kind, sides=(side,))
                    self.run_once()
                    self.assertEqual(self.subjects(), [f"{kind}:{code}"])
                    self.assertEqual(self.found(), [MISSING])
                    self.assertEqual(self.severities(), ["error"])
                    self.seed(side, accounts=[people.account(side, code, "主管局", kind,
                                                                 region=self.employer["region"])])
                    self.run_once()
                    self.clean()

    # holds: notice.registered
    def test_two_who_name_it_give_one_which_stays_as_long_as_one_does(self):
        code = self.code_of_nobody()
        first, second = self.name_it(code), self.name_it(code)
        self.run_once()
        self.assertEqual(self.subjects(), [f"employer:{code}"])
        number = self.open_now()[0]["number"]
        for side in SIDES:
            self.edit(side, "account", {people.CODE[side]: first}, **{FIELD["employer"][side]: self.employer["code"]})
        self.run_once()
        self.assertEqual(self.subjects(), [f"employer:{code}"])
        for side in SIDES:
            self.edit(side, "account", {people.CODE[side]: second}, **people.REVOKED[side])
        self.run_once()
        self.clean()
        self.assertEqual(self.conflict(number)["state"], "cleared")
        for side in SIDES:
            self.edit(side, "account", {people.CODE[side]: first}, **{FIELD["employer"][side]: code})
        self.run_once()
        self.assertEqual([row["number"] for row in self.open_now()], [number], "back again, it opens again")

    # holds: notice.registered_since
    def test_only_accounts_registered_before_the_notice_make_it_an_information(self):
        code = self.code_of_nobody()
        self.name_it(code, old=True)
        self.run_once()
        self.assertEqual((self.found(), self.severities()), ([MISSING], ["info"]))
        self.name_it(code)
        self.run_once()
        self.assertEqual((self.found(), self.severities()), ([MISSING], ["error"]))

    # holds: conflict.counts_up
    def test_each_cycle_that_judged_it_counts_once(self):
        """Two name it, and each full cycle judges both."""
        code = self.code_of_nobody()
        self.name_it(code)
        self.name_it(code)
        self.run_once()
        self.assertEqual([row["times_seen"] for row in self.open_now()], [1])
        self.run_once("--full")
        self.assertEqual([row["times_seen"] for row in self.open_now()], [2])
        self.assertEqual(self.city.cebridge("resync", "--org", code).returncode, 3)
        counts = self.city.lines("status")[0]["last_cycle"]["counts"]
        self.assertEqual((counts["judged"], counts["conflicts"]["again"]), (2, 1))

    # holds: notice.registered_unread
    def test_nothing_is_said_while_a_side_is_unread(self):
        self.city.control("/fault", {"kind": "server_error", "side": "provincial", "path": "/gw/ry", "count": -1})
        self.name_it(self.code_of_nobody(), sides=("municipal",))
        self.run_once(exits=(4,))
        self.clean()
        self.city.control("/fault", method="DELETE")
        self.run_once()
        self.assertEqual(self.found(), [MISSING])

    # holds: notice.registered
    def test_what_the_region_hides_is_asked_for_and_stands(self):
        code = self.code_of_nobody("department")
        self.seed("provincial", accounts=[people.account("provincial", code, "省厅", "department", region="370102")])
        self.name_it(code, "department")
        self.run_once()
        self.clean()

    # holds: notice.registered
    def test_an_account_that_is_frozen_stands(self):
        """By a name that is empty; then its code itself becomes unreadable."""
        code = self.code_of_nobody()
        self.seed("municipal", accounts=[people.account("municipal", code, "某单位", "employer",
                                                        auditStatus=0)])
        self.run_once()
        self.edit("municipal", "account", {"creditCode": code}, orgName="")
        self.name_it(code, sides=("municipal",))
        self.run_once()
        self.assertEqual(self.found(), [("invalid_record", "name")])
        broken = code[:-1] + ("0" if code[-1] != "0" else "1")
        self.edit("municipal", "account", {"creditCode": code}, creditCode=broken)
        self.name_it(code, sides=("municipal",))
        self.run_once()
        self.assertEqual([kind for kind, _ in self.found()], ["invalid_record"])

    # holds: notice.registered
    def test_an_organisation_that_became_another_leaves_its_people_behind(self):
        """On both sides, and her own accounts are in step and wait for nothing."""
        code, other = self.code_of_nobody(), self.code_of_nobody()
        for side in SIDES:
            self.seed(side, accounts=[people.account(side, code, "某单位", "employer", region=self.employer["region"])])
        self.name_it(code)
        self.run_once()
        self.clean()
        self.edit("municipal", "account", {"creditCode": code}, creditCode=other)
        self.run_once()
        self.assertEqual(self.subjects(), [], "it stands on one side still")
        self.edit("provincial", "account", {"tyshxydm": code}, tyshxydm=other)
        self.run_once()
        self.assertEqual(self.subjects(), [f"employer:{code}"])

    def test_what_was_accepted_is_open_again_after_it_was_gone(self):
        code = self.code_of_nobody()
        person = self.name_it(code)
        self.run_once()
        number = str(self.open_now()[0]["number"])
        self.city.cebridge("resolve", number, "--accept", "--reason", "known to the office")
        self.run_once("--full")
        self.clean()
        for name in (self.employer["code"], code):
            for side in SIDES:
                self.edit(side, "account", {people.CODE[side]: person}, **{FIELD["employer"][side]: name})
            self.run_once()
        self.assertEqual(self.found(), [MISSING])


if __name__ == "__main__":
    unittest.main()
