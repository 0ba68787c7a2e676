#!/usr/bin/env python3
"""Another platform behind the same address: restored from yesterday, swapped for a demo system, emptied. Nothing
is written, nothing is lost, the message says what to do; after the operator's word both sides are in step."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people as invented  # noqa: E402
from city import City  # noqa: E402
from operating_test import edit, mobile  # noqa: E402


def people(city, side="municipal"):
    other = {row["code"] for row in city.control(f"/dump?side=provincial&entity=account")}
    return [row for row in city.control(f"/dump?side={side}&entity=account")
            if row["kind"] == "person" and row["valid"] and row["code"] in other
            and len(row["code"]) == 18 and row["code"][-1] != "x"]


def writes(city):
    return {side: stats["creates"] + stats["updates"] for side, stats in city.control("/stats").items()}


class Changed(unittest.TestCase):
    def setUp(self):
        self.city = City(people=40, hours=400).__enter__()
        self.addCleanup(self.city.__exit__)
        self.assertEqual(self.city.once("--full").returncode, 0)

    def open_kinds(self):
        return sorted((row["kind"], row["subject"]) for row in self.city.lines("conflicts"))

    def status(self):
        return json.loads(self.city.cebridge("status", "--json").stdout)

    def duplicates(self):
        return sum(stats["duplicate_creates"] for stats in self.city.control("/stats").values())

    def held(self, side, *arguments):
        """A cycle that ends because of the platform: nothing is written, and it says what to do."""
        before = writes(self.city)
        done = self.city.once(*arguments)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn(("platform_changed", f"side:{side}"), self.open_kinds())
        self.assertEqual([kind for kind, _ in self.open_kinds()], ["platform_changed"])
        self.assertEqual(writes(self.city), before)
        self.assertIn(f"cebridge accept-platform {side}", done.stderr)
        self.assertIn(f"cebridge rebase {side}", done.stderr)
        self.assertIsNotNone(self.status()[side]["changed"])

    def settled(self):
        done = self.city.once("--full")
        self.assertIn(done.returncode, (0, 3), done.stderr)
        self.assertEqual(self.open_kinds(), [])
        self.assertEqual(self.duplicates(), 0)
        before = writes(self.city)
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.assertEqual(writes(self.city), before, "the second cycle has nothing to write")


class Restored(Changed):
    """The municipal platform goes back to yesterday: edits and new records are lost there."""

    def setUp(self):
        super().setUp()
        self.city.control("/snapshot", {"side": "municipal"})
        self.edited = people(self.city)[:6]
        self.work_some_minutes_ago()

    def edit_mobiles(self, form="1390000{:04d}"):
        for number, row in enumerate(self.edited):
            edit(self.city, row["code"], form.format(number))
        self.assertEqual(self.city.once().returncode, 0)

    def work_some_minutes_ago(self, work=None):
        """Old enough for no replica to lag behind it."""
        for offset in (-120, 0):
            for side in invented.SIDES:
                self.city.control("/clock", {"side": side, "offset_seconds": offset})
            if offset:
                (work or self.edit_mobiles)()

    def restore(self):
        self.city.control("/restore", {"side": "municipal"})

    # holds: guard.platform_changed guard.platform_signs
    def test_nothing_is_decided_until_the_operator_speaks(self):
        self.restore()
        self.held("municipal", "--full")
        self.held("municipal")
        for number, row in enumerate(self.edited):
            self.assertEqual(mobile(self.city, row["code"]), f"1390000{number:04d}")

    # holds: guard.rebase story.restored
    def test_rebase_refills_the_restored_side_from_the_other(self):
        self.restore()
        self.held("municipal", "--full")
        done = self.city.cebridge("rebase", "municipal", "--reason", "restored from the tape", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["epoch"], 1)
        self.settled()
        stands = {row["code"]: row["mobile"] for row in people(self.city)}
        for number, row in enumerate(self.edited):
            self.assertEqual(stands[row["code"]], f"1390000{number:04d}", "the newer value was lost")
            self.assertEqual(mobile(self.city, row["code"]), f"1390000{number:04d}")

    def hours_of(self, side, code):
        return self.city.control(f"/inspect?side={side}&entity=hours&code={code}")["records"]

    def study(self, code, number, course):
        row = invented.hours("municipal", code, number, course=course)
        self.city.control("/seed?side=municipal", {"hours": [row]})

    # holds: guard.rebase
    def test_a_lost_record_is_created_again_once_and_a_number_given_again_joins_nobody(self):
        lost, robbed, robber = (row["code"] for row in self.edited[:3])
        count = {code: len(self.hours_of("municipal", code)) for code in (lost, robbed, robber)}

        def work():
            self.study(robbed, 7000001, "K-1")
            self.study(lost, 7000002, "K-2")
            self.assertEqual(self.city.once().returncode, 0)
        self.work_some_minutes_ago(work)
        before = {code: len(self.hours_of("provincial", code)) for code in (lost, robbed, robber)}
        self.restore()
        self.study(robber, 7000001, "K-3")  # the restored platform gives id and number again
        self.held("municipal", "--full")
        self.assertEqual(self.city.cebridge("rebase", "municipal", "--reason", "from the tape").returncode, 0)
        done = self.city.once("--full")
        self.assertIn(done.returncode, (0, 3), done.stderr)
        self.assertEqual([row["kind"] for row in self.city.lines("conflicts")
                          if not row["subject"].startswith("annual:")], ["ambiguous_match"])
        courses = {code: [row["courseCode"] for row in self.hours_of("municipal", code)
                          if row["originNo"].startswith("700000")] for code in count}
        self.assertEqual(courses, {lost: ["K-2"], robbed: [], robber: ["K-3"]})
        self.assertEqual({code: len(self.hours_of("provincial", code)) for code in before}, before,
                         "somebody was given another's hours")
        self.assertEqual(self.duplicates(), 0)
        stands = writes(self.city)
        self.assertEqual(self.city.once("--full").returncode, 3, "its conflict is still open")
        self.assertEqual(writes(self.city), stands, "the second cycle has nothing to write")

    # holds: guard.accept_platform
    def test_accept_after_it_was_put_right_goes_on_as_if_nothing_had_been(self):
        self.city.control("/snapshot", {"side": "provincial"})
        self.work_some_minutes_ago(lambda: self.edit_mobiles("1390001{:04d}"))
        kept = people(self.city, "provincial")
        self.city.control("/restore", {"side": "provincial"})
        self.held("provincial", "--full")
        done = self.city.cebridge("accept-platform", "provincial", "--reason", "said too early")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.held("provincial", "--full")
        # put right: the provincial platform's own staff bring the newer state back
        for row in kept:
            if row["code"] in {edited["code"] for edited in self.edited}:
                self.city.control("/edit", {"side": "provincial", "entity": "account",
                                            "match": {"sfzjhm": row["code"]}, "set": {"lxdh": row["mobile"]}})
        done = self.city.cebridge("accept-platform", "provincial", "--reason", "the right disk is in again")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.settled()


class Swapped(Changed):
    """A demo system with other people answers at the municipal address: its ids are those of the real ones."""

    def setUp(self):
        super().setUp()
        self.demo = City(people=40, hours=400, seed=99).__enter__()
        self.addCleanup(self.demo.__exit__)
        authority = self.city.folder / "ca/ca.pem"
        authority.write_text(authority.read_text() + (self.demo.folder / "ca/ca.pem").read_text())

    def turn(self, there, back, side):
        self.city.configure(f"https://127.0.0.1:{there.ports[side]}\n", f"https://127.0.0.1:{back.ports[side]}\n")

    def swap(self, side="municipal"):
        self.turn(self.city, self.demo, side)

    def swap_back(self, side="municipal"):
        self.turn(self.demo, self.city, side)
        done = self.city.cebridge("accept-platform", side, "--reason", "the address was wrong")
        self.assertEqual(done.returncode, 0, done.stderr)

    # holds: guard.platform_signs story.demo
    def test_one_record_in_an_increment_is_enough(self):
        self.swap()
        row = people(self.demo)[0]
        edit(self.demo, row["code"], "13900009999")
        self.held("municipal")
        self.swap_back()
        self.settled()

    def test_one_hour_record_in_an_increment_is_enough(self):
        self.swap()
        code = people(self.demo)[0]["code"]
        row = self.demo.control(f"/inspect?side=municipal&entity=hours&code={code}")["records"][0]
        self.demo.control("/edit", {"side": "municipal", "entity": "hours",
                                    "match": {"idCard": code, "originNo": row["originNo"]},
                                    "set": {"courseName": "别的课程"}})
        self.held("municipal")
        self.swap_back()
        self.settled()

    # holds: guard.platform_signs story.demo
    def test_somebody_new_in_an_increment_has_a_sentinel_looked_at(self):
        """Ids are random at the provincial platform: none of the demo system's names anybody known."""
        self.swap("provincial")
        code = invented.resident(77)
        employer = next(row for row in self.demo.control("/dump?side=provincial&entity=account")
                        if row["kind"] == "employer")
        self.demo.control("/seed?side=provincial", {"accounts": [
            invented.account("provincial", code, employer=employer["code"], department=employer["department"],
                             region=employer["region"])]})
        self.held("provincial")
        self.assertEqual(self.city.control(f"/inspect?side=municipal&entity=account&code={code}")["records"], [])
        self.swap_back("provincial")
        self.settled()

    # holds: guard.accept_platform
    def test_accepted_too_early_it_is_held_again(self):
        self.swap()
        self.held("municipal", "--full")
        done = self.city.cebridge("accept-platform", "municipal", "--reason", "said too early")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.held("municipal", "--full")
        self.swap_back()
        self.settled()


if __name__ == "__main__":
    unittest.main()
