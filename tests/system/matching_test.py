#!/usr/bin/env python3
"""Which record is which: by codes present and former, by origin, by the natural key; and what is not told apart is
written nowhere."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import CityCase, PEOPLE  # noqa: E402
from people import CODE, FORMER, MOBILE, OTHER, SIDES  # noqa: E402

INPUT = 65


class Accounts(CityCase):
    def corrected(self, side):
        """One side corrects the ID and keeps the old one as former; the rest of the account and the hours go on."""
        old, new = self.new_person(), people.resident(next(PEOPLE))
        self.seed("municipal", hours=[people.hours("municipal", old, next(people.NUMBERS))])
        self.run_once()
        self.edit(side, "account", {CODE[side]: old}, **{CODE[side]: new, FORMER[side]: [old]})
        self.seed(side, hours=[people.hours(side, new, next(people.NUMBERS), course="K-2")])
        self.run_once()
        self.assertEqual(self.found(), [("id_changed", "code")])
        present = self.person_row("municipal", new if side == "municipal" else old)[CODE["municipal"]]
        self.assertEqual(self.open_now()[0]["subject"], f"person:3****************{present[-1]}")
        self.edit(side, "account", {CODE[side]: new}, **{MOBILE[side]: "13800000009"})
        self.run_once()
        self.assertEqual(self.found(), [("id_changed", "code")])
        other = self.person_row(OTHER[side], old)
        self.assertEqual(other[CODE[OTHER[side]]], old, "a code was written")
        self.assertEqual(other[MOBILE[OTHER[side]]], "13800000009")
        self.assertEqual(sorted(row[CODE[OTHER[side]]] for row in self.hours_of(OTHER[side], old)), [old, old])
        return old, new

    # holds: match.id_changed
    def test_a_correction_that_the_municipal_side_alone_knows(self):
        self.corrected("municipal")

    # holds: match.id_changed
    def test_a_correction_that_the_provincial_side_alone_knows(self):
        old, new = self.corrected("provincial")
        self.edit("municipal", "account", {"idCard": old}, idCard=new, formerIdCards=[old])
        self.run_once()
        self.assertEqual(self.found(), [], "both know it now")

    # holds: match.key_changed
    def test_a_key_changed_otherwise_writes_nothing_and_keeps_the_link(self):
        code, stranger = self.new_person(), people.resident(next(PEOPLE))
        self.run_once()
        links = self.city.lines("status")[0]["links"]["account"]
        self.edit("municipal", "account", {"idCard": code}, idCard=stranger, formerIdCards=[],
                  mobile="13800000008")
        before = self.written("provincial")
        for arguments in ((), ("--full",)):
            self.run_once(*arguments)
            self.assertEqual(self.found(), [("field_mismatch", "code")])
        self.assertEqual(self.written("provincial"), before)
        self.assertEqual(self.person_row("provincial", code)["lxdh"], "13800000001")
        self.assertIsNone(self.person_row("provincial", stranger))
        self.assertEqual(self.city.lines("status")[0]["links"]["account"], links)

    # holds: match.person
    def test_the_person_of_an_hour_record_is_an_account_and_no_text(self):
        """One record, at the municipal side under the present ID, at the provincial under the former one."""
        old, new, number = self.new_person(), people.resident(next(PEOPLE)), next(people.NUMBERS)
        for side in SIDES:
            self.edit(side, "account", {CODE[side]: old}, **{CODE[side]: new, FORMER[side]: [old]})
        self.seed("municipal", hours=[people.hours("municipal", new, number)])
        self.seed("provincial", hours=[people.hours("provincial", old, number, system="371600")])
        self.run_once()
        self.assertEqual(self.found(), [])
        self.assertEqual(self.hours_of("provincial", old)[0]["sfzjhm"], old, "rewritten without a change")

    def twice(self, side, second):
        code = self.new_person(sides=(OTHER[side],))
        for more in ({}, second):
            self.seed(side, accounts=[people.account(side, code, employer=self.employer["code"],
                                                     department=self.employer["department"],
                                                     region=self.employer["region"], **more)])
        return code

    # holds: match.duplicate
    def test_one_code_twice_is_a_duplicate_and_nothing_is_written(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                self.twice(side, {MOBILE[side]: "13800000007"})
                before = {each: self.written(each) for each in SIDES}
                self.run_once()
                self.assertEqual(self.found(), [("duplicate_record", "")])
                self.assertEqual({each: self.written(each) for each in SIDES}, before)

    # holds: match.duplicate_invalid
    def test_an_invalid_twin_is_left_out(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                self.twice(side, {MOBILE[side]: "13800000007", **people.REVOKED[side]})
                self.run_once()
                self.assertEqual(self.found(), [])


class Hours(CityCase):
    def pair(self, code, municipal=None, provincial=None, **both):
        """The same course at each side, under an origin of its own."""
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS), **both, **(municipal or {}))])
        self.seed("provincial",
                  hours=[people.hours("provincial", code, next(people.NUMBERS), **both, **(provincial or {}))])

    def counts(self, code):
        return tuple(len(self.hours_of(side, code)) for side in SIDES)

    # holds: match.natural match.origin_kept
    def test_one_on_each_side_is_one_record_whatever_its_origins(self):
        code = self.new_person()
        self.pair(code)
        self.run_once()
        self.assertEqual((self.found(), self.counts(code)), ([], (1, 1)))
        origins = [(self.hours_of("municipal", code)[0]["originSystem"]), self.hours_of("provincial", code)[0]["lyxtbm"]]
        self.edit("municipal", "hours", {"idCard": code}, courseName="新名")
        self.run_once()
        row = self.hours_of("provincial", code)[0]
        self.assertEqual((row["kcmc"], self.counts(code)), ("新名", (1, 1)))
        self.assertEqual([self.hours_of("municipal", code)[0]["originSystem"], row["lyxtbm"]], origins,
                         "origin was written")

    # holds: match.natural_named
    def test_the_linked_record_is_named_by_its_municipal_origin(self):
        code, number = self.new_person(), next(people.NUMBERS)
        self.seed("municipal", hours=[people.hours("municipal", code, number, amount=2)])
        self.seed("provincial", hours=[people.hours("provincial", code, next(people.NUMBERS), amount=3)])
        self.run_once()
        self.assertEqual([(row["kind"], row["field"], row["subject"]) for row in self.open_now()],
                         [("field_mismatch", "amount", f"hours:371600/{number}")])

    # holds: match.natural_evidence
    def test_evidence_tells_where_there_is_no_course(self):
        code = self.new_person()
        self.pair(code, course="", evidence="Z-1")
        self.run_once()
        self.assertEqual((self.found(), self.counts(code)), ([], (1, 1)))

    # holds: match.natural_evidence
    def test_without_course_and_evidence_there_is_no_natural_key(self):
        code = self.new_person()
        self.pair(code, course="", evidence="")
        self.run_once()
        self.assertEqual(self.counts(code), (2, 2))

    # holds: match.natural_day
    def test_another_day_is_another_record(self):
        code = self.new_person()
        self.pair(code, municipal={"finishTime": "2023-05-07 10:00:00"})
        self.run_once()
        self.assertEqual(self.counts(code), (2, 2))

    # holds: match.ambiguous
    def test_several_are_one_ambiguous_group_and_nothing_is_written(self):
        code = self.new_person()
        self.pair(code)
        self.seed("provincial", hours=[people.hours("provincial", code, next(people.NUMBERS))])
        before = {side: self.written(side) for side in SIDES}
        for arguments in ((), ("--full",)):
            self.run_once(*arguments)
            self.assertEqual(self.found(), [("ambiguous_match", "")])
            self.assertTrue(self.open_now()[0]["subject"].startswith("group:"))
            self.assertEqual({side: self.written(side) for side in SIDES}, before)
        one = self.hours_of("provincial", code)[1]["xsid"]
        self.edit("provincial", "hours", one, yxbz="0")
        self.run_once()
        self.assertEqual((self.found(), self.counts(code)), ([], (1, 2)), "once one is invalid, the others are a pair")

    # holds: match.natural_valid
    def test_an_invalid_record_has_no_natural_key(self):
        code = self.new_person()
        self.pair(code, provincial={"yxbz": "0"})
        self.run_once()
        self.assertEqual((self.found(), self.counts(code)), ([], (1, 2)))

    # holds: match.natural_made
    def test_what_has_a_counterpart_of_the_bridges_is_no_candidate(self):
        code = self.new_person()
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS))])
        self.run_once()
        self.seed("provincial", hours=[people.hours("provincial", code, next(people.NUMBERS))])
        self.run_once()
        self.assertEqual(self.counts(code), (2, 2))
        self.assertNotIn(("ambiguous_match", ""), self.found())

    # holds: match.duplicate match.duplicate_invalid
    def test_one_origin_twice_is_a_duplicate_and_nothing_is_written(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                code, number = self.new_person(), next(people.NUMBERS)
                self.seed(side, hours=[people.hours(side, code, number), people.hours(side, code, number, course="K-2")])
                self.run_once()
                self.assertEqual(self.found(), [("duplicate_record", "")])
                self.assertEqual(self.hours_of(OTHER[side], code), [])
                rows = self.hours_of(side, code)
                self.edit(side, "hours", rows[1]["id" if side == "municipal" else "xsid"], **people.REVOKED[side])
                self.run_once()
                self.assertEqual(self.found(), [], "the invalid one is left out")
                self.assertEqual(len(self.hours_of(OTHER[side], code)), 1)

    def unlink(self, reason="two courses of one name"):
        """Takes back the link of the record that is in conflict, and lets the bridge go on."""
        self.run_once()
        self.assertEqual(self.found(), [("field_mismatch", "amount")])
        done = self.city.cebridge("unlink", str(self.open_now()[0]["number"]), "--reason", reason)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.run_once()

    # holds: plan.unlink
    def test_an_unlinked_pair_of_one_natural_key_is_two_records(self):
        code = self.new_person()
        self.pair(code, provincial={"sl": "3.00"})
        self.unlink()
        for arguments in ((), ("--full",)):
            self.run_once(*arguments)
            self.assertEqual((self.found(), self.counts(code)), ([], (2, 2)))
            for side, name in (("municipal", "classHour"), ("provincial", "sl")):
                self.assertEqual(sorted(float(row[name]) for row in self.hours_of(side, code)), [2, 3])

    # holds: plan.unlink
    def test_an_unlinked_pair_of_one_origin_waits_for_people(self):
        code, number = self.new_person(), next(people.NUMBERS)
        self.seed("municipal", hours=[people.hours("municipal", code, number, amount=2)])
        self.seed("provincial", hours=[people.hours("provincial", code, number, system="371600", amount=3)])
        self.unlink()
        before = {side: self.written(side) for side in SIDES}
        for arguments in ((), ("--full",)):
            self.run_once(*arguments)
            self.assertEqual(self.found(), [("ambiguous_match", "")])
            self.assertEqual(self.open_now()[0]["subject"], f"hours:371600/{number}")
            self.assertEqual({side: self.written(side) for side in SIDES}, before)
        self.edit("municipal", "hours", {"idCard": code}, originNo=str(next(people.NUMBERS)), courseCode="K-7")
        self.run_once()
        self.run_once()
        self.assertEqual((self.found(), self.counts(code)), ([], (2, 2)))

    # holds: plan.unlink
    def test_an_unlinked_pair_of_one_code_waits_for_people(self):
        code = self.new_person(sides=("municipal",), name="王甲")
        self.seed("provincial", accounts=[people.account("provincial", code, name="王乙",
                                                         employer=self.employer["code"],
                                                         department=self.employer["department"],
                                                         region=self.employer["region"])])
        self.run_once()
        self.assertEqual(self.found(), [("field_mismatch", "name")])
        done = self.city.cebridge("unlink", self.open_now()[0]["subject_ref"], "--reason", "not the same")
        self.assertEqual(done.returncode, 0, done.stderr)
        before = {side: self.written(side) for side in SIDES}
        for arguments in ((), ("--full",)):
            self.run_once(*arguments)
            self.assertEqual(self.found(), [("ambiguous_match", "")])
            self.assertEqual({side: self.written(side) for side in SIDES}, before)

    def undo_unlink(self, which):
        return self.city.cebridge("unlink", "--undo", which, "--reason", "one course after all")

    # holds: plan.unlink
    def test_an_unlink_that_was_a_mistake_is_taken_back(self):
        code, number = self.new_person(), next(people.NUMBERS)
        self.seed("municipal", hours=[people.hours("municipal", code, number, amount=2)])
        self.seed("provincial", hours=[people.hours("provincial", code, number, system="371600", amount=3)])
        self.unlink()
        self.assertEqual(self.found(), [("ambiguous_match", "")])
        which = str(self.open_now()[0]["number"])
        done = self.undo_unlink(which)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.run_once()
        self.assertEqual((self.found(), self.counts(code)), ([("field_mismatch", "amount")], (1, 1)))
        logged = [row for row in self.city.lines("log", "--event", "unlink_undone")][-1]
        self.assertEqual(logged["reason"], "one course after all")
        self.assertIn("uid", logged["who"])
        for wrong in (which, "999999", "0123456789abcdef"):
            self.assertEqual(self.undo_unlink(wrong).returncode, INPUT, wrong)

    # holds: plan.unlink
    def test_whoever_has_another_counterpart_by_now_keeps_it(self):
        code = self.new_person()
        self.pair(code, provincial={"sl": "3.00"})
        self.run_once()
        which = str(self.open_now()[0]["number"])
        self.city.cebridge("unlink", which, "--reason", "two courses of one name")
        self.run_once()
        self.assertEqual(self.counts(code), (2, 2))
        done = self.undo_unlink(which)
        self.assertEqual(done.returncode, INPUT)
        self.assertIn("another record by now", done.stderr)
        self.run_once()
        self.assertEqual((self.found(), self.counts(code)), ([], (2, 2)))

    # holds: match.link_holds
    def test_a_linked_record_stays_linked_whatever_changes(self):
        code = self.new_person()
        self.pair(code)
        self.run_once()
        self.edit("municipal", "hours", {"idCard": code}, courseCode="K-9", finishTime="2023-06-01 11:00:00",
                  originNo=str(next(people.NUMBERS)))
        self.run_once()
        self.assertEqual((self.found(), self.counts(code)), ([], (1, 1)))
        self.assertEqual(self.hours_of("provincial", code)[0]["kcdm"], "K-9")


if __name__ == "__main__":
    unittest.main()
