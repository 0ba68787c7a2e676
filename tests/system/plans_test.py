#!/usr/bin/env python3
"""Plans as files, applied exactly; runs and decisions taken back, without the next cycle doing them again."""
import json
import os
import signal
import stat
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import prepared  # noqa: E402
from operating_test import edit, mobile, person_of  # noqa: E402
from waiting_test import recognised  # noqa: E402

DONE, CONFLICTS, HELD, USAGE, INPUT, CREATE, DENIED = 0, 3, 5, 64, 65, 73, 77


def people_of(city):
    other = {row["code"] for row in city.control("/dump?side=provincial&entity=account")}
    return [row["code"] for row in city.control("/dump?side=municipal&entity=account")
            if row["kind"] == "person" and row["valid"] and row["code"] in other]


def writes(city):
    return {side: facts["creates"] + facts["updates"] for side, facts in city.control("/stats").items()}


class Plans(unittest.TestCase):
    settings = ""

    def setUp(self):
        self.city = prepared(cycles=2, people=30, hours=300)
        if self.settings:
            self.city.configure("[console]", self.settings + "\n[console]")
        self.people = people_of(self.city)
        self.file = self.city.folder / "plan.jsonl"

    def make_plan(self, count=4):
        for number, person in enumerate(self.people[:count]):
            edit(self.city, person, f"1380000{number:04d}")
        done = self.city.cebridge("plan", "--out", str(self.file))
        self.assertEqual(done.returncode, DONE, done.stderr)
        return self.people[:count]

    def mobiles(self, people):
        return [mobile(self.city, person) for person in people]

    def apply(self, expected=DONE):
        done = self.city.cebridge("apply", str(self.file), "--json")
        self.assertEqual(done.returncode, expected, done.stderr)
        return json.loads(done.stdout) if done.stdout else None


class Apply(Plans):
    def test_the_file_is_private_to_its_owner_and_names_nobody(self):
        people = self.make_plan()
        text = self.file.read_text()
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(len(text.splitlines()), 1 + len(people) + 1)
        for person in people:
            self.assertNotIn(person, text)
        self.assertNotIn("13800000", text)
        self.assertEqual([path.name for path in self.city.folder.iterdir() if path.name.startswith("plan.jsonl")],
                         ["plan.jsonl"])

    def test_a_plan_that_cannot_be_written_ends_before_anything_is_read(self):
        self.city.control("/stats", method="DELETE")
        done = self.city.cebridge("plan", "--out", str(self.city.folder / "nowhere" / "plan.jsonl"))
        self.assertEqual(done.returncode, CREATE, done.stderr)
        self.assertEqual(self.city.control("/stats")["municipal"]["paths"], {})

    # holds: plan.file
    def test_a_plan_alone_writes_nothing_and_apply_writes_it(self):
        people = self.make_plan()
        before = writes(self.city)
        wanted = [f"1380000{number:04d}" for number in range(len(people))]
        self.assertNotEqual(self.mobiles(people), wanted)
        row = self.apply()
        self.assertEqual(row["left_out"], [])
        self.assertEqual(self.mobiles(people), wanted)
        self.assertEqual(writes(self.city)["provincial"] - before["provincial"], len(people))

    # holds: plan.left_out
    def test_what_changed_on_the_target_meanwhile_is_left_out_and_named_the_others_are_written(self):
        people = self.make_plan()
        self.city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": people[1]},
                                    "set": {"mc": "王新名"}})
        row = self.apply()
        self.assertEqual([(item["why"], item["operation"], item["subject"]) for item in row["left_out"]],
                         [("changed", "update", f"person:3****************{people[1][-1]}")])
        self.assertRegex(row["left_out"][0]["subject_ref"], "^[0-9a-f]{16}$")
        self.assertNotIn(people[1], json.dumps(row))
        after = self.mobiles(people)
        self.assertEqual([after[0], after[2], after[3]], ["13800000000", "13800000002", "13800000003"])
        self.assertNotEqual(after[1], "13800000001")
        self.assertEqual(self.city.once().returncode, DONE)
        self.assertEqual(mobile(self.city, people[1]), "13800000001", "it stays for the next cycle")

    # holds: plan.file
    def test_what_stands_in_no_plan_is_not_written_and_stays_for_the_next_cycle(self):
        self.make_plan(2)
        edit(self.city, self.people[5], "13811112222")
        self.city.control("/seed?side=municipal", {"hours": [recognised(self.people[6], 9900011, 9, 2)]})
        self.apply()
        self.assertNotEqual(mobile(self.city, self.people[5]), "13811112222")
        found = "/inspect?side=provincial&entity=hours&system=371600&number=9900011"
        self.assertEqual(self.city.control(found)["records"], [])
        self.assertEqual(self.city.once().returncode, DONE)
        self.assertEqual(mobile(self.city, self.people[5]), "13811112222")
        self.assertEqual(len(self.city.control(found)["records"]), 1)

    def test_applied_twice_nothing_more_is_written(self):
        people = self.make_plan()
        self.apply()
        before = writes(self.city)
        row = self.apply()
        self.assertEqual(writes(self.city), before)
        self.assertEqual([item["why"] for item in row["left_out"]], ["not_planned"] * len(people))

    def test_an_altered_or_shortened_file_is_refused(self):
        self.make_plan()
        before = writes(self.city)
        whole = self.file.read_text().splitlines(keepends=True)
        damaged = {"altered": [whole[0], whole[1].replace("mobile", "name")] + whole[2:],
                   "a line less": whole[:2] + whole[3:], "no end": whole[:-1], "another file": ["{}\n"], "empty": []}
        for what, lines in damaged.items():
            with self.subTest(what):
                self.file.write_text("".join(lines))
                done = self.city.cebridge("apply", str(self.file))
                self.assertEqual(done.returncode, INPUT)
                self.assertRegex(done.stderr, "plan")
        self.assertEqual(self.city.cebridge("apply", str(self.city.folder / "none")).returncode, INPUT)
        self.assertEqual(writes(self.city), before)

    def test_in_mode_observe_nothing_is_applied_or_undone_and_it_says_so(self):
        people = self.make_plan()
        self.assertEqual(self.city.cebridge("mode", "observe").returncode, DONE)
        for arguments in (("apply", str(self.file)), ("undo", "1")):
            done = self.city.cebridge(*arguments)
            self.assertEqual(done.returncode, DENIED)
            self.assertIn("observe", done.stderr)
        self.assertNotEqual(mobile(self.city, people[0]), "13800000000")

    def test_it_is_logged_with_who_and_which_plan(self):
        self.make_plan()
        self.apply()
        line = self.city.lines("log", "--event", "apply")[-1]
        self.assertIn("uid ", line["who"])
        self.assertEqual(line["plan"], json.loads(self.file.read_text().splitlines()[-1])["hash"])
        self.assertEqual(line["writes"], 4)

    def test_through_a_daemon_and_back(self):
        self.city.configure("[console]", "[schedule]\nincremental = 1 h\n\n[console]")
        daemon = self.city.start_daemon()
        self.addCleanup(daemon.stderr.close)
        self.assertTrue(self.city.wait(lambda: (self.city.folder / "control.sock").exists()))
        self.assertTrue(self.city.wait(lambda: len(self.city.lines("runs")) > 2
                                       and self.city.lines("runs")[0]["ended"]))
        people = self.make_plan()
        before = self.mobiles([])
        row = self.apply()
        self.assertEqual((row["left_out"], before), ([], []))
        self.assertEqual(mobile(self.city, people[3]), "13800000003")
        done = self.city.cebridge("undo", str(row["run"]), "--json")
        self.assertEqual(done.returncode, CONFLICTS, done.stderr)
        self.assertNotEqual(mobile(self.city, people[3]), "13800000003")
        self.assertIn("uid ", self.city.lines("log", "--event", "undo")[-1]["who"])
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(10), 0)


class ApplyHeld(Plans):
    """A guard releases exactly the plan that it held, whether a cycle or a file asks for it."""
    settings = "[guard]\nmax_updates = 1 %\nmin_updates = 3\n"

    def test_a_held_plan_is_applied_only_once_it_was_released(self):
        people = self.make_plan(8)
        before = writes(self.city)
        row = self.apply(HELD)
        self.assertEqual(row["left_out"], [])
        self.assertEqual(writes(self.city), before)
        done = self.city.cebridge("resume", "--release-plan", str(row["run"]))
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.apply()
        self.assertEqual(mobile(self.city, people[7]), "13800000007")

    def test_a_released_plan_of_which_something_changed_is_held_anew(self):
        people = self.make_plan(8)
        row = self.apply(HELD)
        self.city.cebridge("resume", "--release-plan", str(row["run"]))
        before = writes(self.city)
        edit(self.city, people[0], "13899990000")
        self.apply(HELD)
        self.assertEqual(writes(self.city), before)

    # holds: undo.guarded
    def test_the_release_of_an_undo_outlives_the_cycles_in_between(self):
        """The daemon's ordinary cycle passes its guard, and must not take the release away."""
        run = self.released_run()
        done = self.city.cebridge("undo", run, "--json")
        self.assertEqual(done.returncode, HELD, done.stderr)
        held = str(json.loads(done.stdout)["run"])
        self.assertIn(self.city.once().returncode, (DONE, CONFLICTS))
        self.assertEqual(self.city.cebridge("resume", "--release-plan", held).returncode, DONE)
        self.assertIn(self.city.once().returncode, (DONE, CONFLICTS))
        self.assertEqual(mobile(self.city, self.people[7]), "13800000007")
        self.assertEqual(self.city.cebridge("undo", run).returncode, CONFLICTS)
        self.assertNotEqual(mobile(self.city, self.people[7]), "13800000007")
        self.assertEqual({row["kind"] for row in self.city.lines("conflicts")}, {"field_mismatch"})

    def released_run(self):
        self.make_plan(8)
        row = self.apply(HELD)
        self.city.cebridge("resume", "--release-plan", str(row["run"]))
        return str(self.apply()["run"])


class Undo(Plans):
    """A run with updates, a creation and a revocation, taken back."""

    def setUp(self):
        super().setUp()
        rows = [row for row in self.city.control("/dump?side=municipal&entity=hours") if row["valid"]]
        self.revoked = next(row["origin"] for row in rows if row["person"] == self.people[0])
        self.before = {side: self.provincial(side) for side in ("provincial",)}
        edit(self.city, self.people[1], "13800001111")
        edit(self.city, self.people[2], "13800002222")
        self.city.control("/seed?side=municipal", {"hours": [recognised(self.people[3], 9900021, 9, 2)]})
        system, number = self.revoked.split("/")
        self.city.control("/edit", {"side": "municipal", "entity": "hours", "system": system, "number": number,
                                    "set": {"deleted": 1}})
        self.assertEqual(self.city.once().returncode, DONE)
        self.run_number = str(self.city.lines("runs")[0]["run"])
        self.written = self.provincial()
        self.municipal = self.provincial("municipal")

    def provincial(self, side="provincial"):
        """What a side holds, by record, without its yearly results: it computes these."""
        rows = self.city.control(f"/dump?side={side}")
        return {(row["entity"], row["code"] if row["entity"] == "account" else row["origin"]): row
                for row in rows if row["entity"] != "annual"}

    def undo(self, *what, expected=CONFLICTS):
        done = self.city.cebridge("undo", *what, "--json")
        self.assertEqual(done.returncode, expected, done.stderr)
        return json.loads(done.stdout) if done.stdout else None

    def conflicts(self):
        """Those of records; that a record which is held makes its year's totals differ is told beside them."""
        rows = [row for row in self.city.lines("conflicts") if not row["subject"].startswith("annual:")]
        return sorted((row["kind"], row["field"], row["detail"]) for row in rows)

    HELD = [("field_mismatch", "mobile", "undone")] * 2 + [("revoked_or_changed", "valid", "undone")] * 2

    def check_taken_back(self):
        now = self.provincial()
        created = ("hours", "371600/9900021")
        self.assertFalse(now[created]["valid"])
        now.pop(created)
        self.assertEqual(now, self.before["provincial"])
        self.assertEqual(self.provincial("municipal"), self.municipal, "the source is untouched")

    def check_it_stays(self):
        before = writes(self.city)
        for arguments in ((), ("--full",)):
            done = self.city.once(*arguments)
            self.assertEqual(done.returncode, CONFLICTS, done.stderr)
        self.assertEqual(writes(self.city), before, "a cycle did it again")
        self.assertEqual(self.conflicts(), self.HELD)
        self.check_taken_back()

    # holds: undo.run
    def test_the_target_is_brought_back_and_no_cycle_does_it_again(self):
        row = self.undo(self.run_number)
        self.assertEqual(row["left_out"], [])
        self.check_taken_back()
        self.check_it_stays()

    def test_a_dry_run_shows_it_and_writes_nothing(self):
        row = self.undo(self.run_number, "--dry-run", expected=DONE)
        self.assertEqual(sorted((item["operation"], item["reason"]) for item in row["proposed"]),
                         [("revoke", "undo")] + [("update", "undo")] * 3)
        self.assertEqual(self.provincial(), self.written)
        self.assertEqual(self.conflicts(), [])
        self.assertEqual(self.city.once().returncode, DONE)

    # holds: undo.run
    def test_what_somebody_changed_since_is_left_out_and_named(self):
        self.city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": self.people[1]},
                                    "set": {"lxdh": "13812345678"}})
        row = self.undo(self.run_number)
        self.assertEqual([(item["why"], item["subject"]) for item in row["left_out"]],
                         [("changed", f"person:3****************{self.people[1][-1]}")])
        self.assertEqual(mobile(self.city, self.people[1]), "13812345678")
        self.assertNotEqual(mobile(self.city, self.people[2]), "13800002222")

    def test_undone_twice_nothing_more_is_written(self):
        self.undo(self.run_number)
        before = writes(self.city)
        row = self.undo(self.run_number)
        self.assertEqual([item["why"] for item in row["left_out"]], ["already"] * 4)
        self.assertEqual(writes(self.city), before)

    def test_an_undo_is_undone(self):
        run = str(self.undo(self.run_number)["run"])
        row = self.undo(run, expected=DONE)
        self.assertEqual(row["left_out"], [])
        self.assertEqual(self.provincial(), self.written)
        self.assertEqual(self.conflicts(), [])
        before = writes(self.city)
        self.assertEqual(self.city.once("--full").returncode, DONE)
        self.assertEqual(writes(self.city), before)

    def test_a_clerk_decides_what_was_undone(self):
        self.undo(self.run_number)
        for row in self.city.lines("conflicts"):
            self.city.cebridge("resolve", str(row["number"]), "--take", "municipal", "--reason", "after all")
        self.assertEqual(self.city.once().returncode, DONE)
        self.assertEqual(self.provincial(), self.written)
        self.assertEqual(self.provincial("municipal"), self.municipal)
        self.assertEqual(self.conflicts(), [])

    def test_accepted_it_stays_apart_in_silence(self):
        self.undo(self.run_number)
        for row in self.city.lines("conflicts"):
            self.city.cebridge("resolve", str(row["number"]), "--accept", "--reason", "as it is")
        before = writes(self.city)
        for arguments in ((), ("--full",)):
            self.assertEqual(self.city.once(*arguments).returncode, DONE)
        self.assertEqual(writes(self.city), before)
        self.check_taken_back()

    def test_once_the_source_changes_the_field_is_judged_again(self):
        self.undo(self.run_number)
        time.sleep(4)  # the later change wins when it is later by 3 s
        edit(self.city, self.people[1], "13800003333")
        self.city.once()
        self.assertEqual(mobile(self.city, self.people[1]), "13800003333")

    def lose_answers(self, count):
        self.city.control("/stats", method="DELETE")
        for path in ("/gw/ry", "/xs/plsc"):
            self.city.control("/fault", {"kind": "answer_lost", "side": "provincial", "path": path,
                                         "method": "POST", "count": count})
        done = self.city.cebridge("undo", self.run_number, "--json")
        self.assertGreater(self.city.control("/stats")["provincial"]["faults_played"], 0)
        self.city.control("/fault", method="DELETE")
        return done

    def test_an_answer_that_is_lost_is_looked_for_and_the_undo_goes_on(self):
        done = self.lose_answers(1)
        self.assertEqual(done.returncode, CONFLICTS, done.stderr)
        self.assertEqual(json.loads(done.stdout)["left_out"], [])
        self.check_it_stays()

    def test_when_all_answers_are_lost_no_cycle_does_again_what_was_undone(self):
        self.lose_answers(1000)
        before = writes(self.city)
        for _ in range(2):
            self.assertEqual(self.city.once().returncode, CONFLICTS)
        self.assertEqual(writes(self.city), before, "a cycle wrote to a side")
        self.undo(self.run_number)
        self.check_it_stays()

    def test_numbers_that_mean_nothing_are_refused(self):
        self.undo("999", expected=INPUT)
        self.undo("conflict", "999", expected=INPUT)
        for wrong in (("conflict",), ("soon",), ("1", "2"), ()):
            self.assertEqual(self.city.cebridge("undo", *wrong).returncode, USAGE, wrong)


class UndoConflict(Plans):
    # holds: undo.conflict
    def test_what_a_decision_wrote_is_taken_back_and_the_conflict_is_open_again(self):
        person = person_of(self.city)
        for side, match, field, name in (("municipal", "idCard", "realName", "王甲"),
                                         ("provincial", "sfzjhm", "mc", "王乙")):
            self.city.control("/edit", {"side": side, "entity": "account", "match": {match: person},
                                        "set": {field: name}})
        self.assertEqual(self.city.once().returncode, CONFLICTS)
        number = str(self.city.lines("conflicts")[0]["number"])
        self.assertEqual(self.city.cebridge("undo", "conflict", number).returncode, INPUT, "nobody decided it")
        self.city.cebridge("resolve", number, "--take", "municipal", "--reason", "the register")
        edit(self.city, person, "13800004444")  # goes over in the same write, and stays
        self.assertEqual(self.city.once().returncode, DONE)
        done = self.city.cebridge("undo", "conflict", number, "--json")
        self.assertEqual(done.returncode, CONFLICTS, done.stderr)
        self.assertEqual(json.loads(done.stdout)["left_out"], [])
        for _ in range(2):
            self.assertEqual(self.city.once().returncode, CONFLICTS)
            row = next(row for row in self.city.control("/dump?side=provincial&entity=account")
                       if row["code"] == person)
            self.assertEqual((row["name"], row["mobile"]), ("王乙", "13800004444"))
        row = self.city.lines("conflict", number)[0]
        self.assertEqual((row["state"], row["decision"], row["detail"]), ("open", None, "undone"))
        self.assertEqual((row["municipal"], row["provincial"]), ("王甲", "王乙"), "the losing value is kept")


if __name__ == "__main__":
    unittest.main()
