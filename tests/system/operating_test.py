#!/usr/bin/env python3
"""What an operator holds in his hands: the daemon, its command with and without it, the modes, pausing, stopping."""
import json
import os
import shutil
import signal
import socket
import sys
import time
import unittest
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import City, prepared  # noqa: E402


def person_of(city):
    other = {row["code"] for row in city.control("/dump?side=provincial&entity=account")}
    return next(row["code"] for row in city.control("/dump?side=municipal&entity=account")
                if row.get("kind") == "person" and row.get("valid") and row["code"] in other
                and len(row["code"]) == 18 and row["code"][-1] != "x")


def edit(city, code, mobile):
    city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": code},
                           "set": {"mobile": mobile}})


def mobile(city, code):
    return next(row["mobile"] for row in city.control("/dump?side=provincial&entity=account")
                if row["code"] == code)


class Operating(unittest.TestCase):
    def setUp(self):
        self.city = prepared(people=30, hours=300)
        self.person = person_of(self.city)

    def test_observe_plans_and_writes_nothing_and_write_carries_the_plan_out(self):
        self.assertEqual(self.city.cebridge("mode", "observe").returncode, 0)
        edit(self.city, self.person, "13800007777")
        self.assertEqual(self.city.once().returncode, 0)
        self.assertNotEqual(mobile(self.city, self.person), "13800007777")
        self.assertEqual(self.city.cebridge("mode", "write").returncode, 0)
        self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual(mobile(self.city, self.person), "13800007777")

    def test_a_cycle_says_how_much_it_wrote(self):
        edit(self.city, self.person, "13800007773")
        counts = json.loads(self.city.once().stdout)
        self.assertEqual((counts["provincial"]["update"], counts["provincial"]["written"]), (1, 1))

    def test_a_dry_run_shows_the_write_and_does_not_do_it(self):
        edit(self.city, self.person, "13800007776")
        done = self.city.cebridge("resync", "--dry-run", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("mobile", done.stdout)
        self.assertNotIn(self.person, done.stdout)
        self.assertNotEqual(mobile(self.city, self.person), "13800007776")

    def test_resync_of_one_person_reads_and_writes_that_person_only(self):
        edit(self.city, self.person, "13800007775")
        self.city.control("/stats", method="DELETE")
        done = self.city.cebridge("resync", "--person", "-", input=self.person + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(mobile(self.city, self.person), "13800007775")
        paths = self.city.control("/stats")["municipal"]["paths"]
        self.assertFalse([path for path in paths if path.startswith("GET /accounts")
                          or path.startswith("GET /hours")], paths)

    def test_resync_of_an_organisation_takes_its_people_along(self):
        employer = next(row["employer"] for row in self.city.control("/dump?side=municipal&entity=account")
                        if row.get("code") == self.person)
        edit(self.city, self.person, "13800007774")
        self.city.control("/stats", method="DELETE")
        done = self.city.cebridge("resync", "--org", employer)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(mobile(self.city, self.person), "13800007774")
        self.assertNotIn("GET /accounts", self.city.control("/stats")["municipal"]["paths"])

    def test_person_shows_both_sides_and_totals(self):
        done = self.city.cebridge("person", "-", "--json", input=self.person + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = json.loads(done.stdout)
        self.assertEqual(shown["person"], self.person)
        self.assertEqual(shown["accounts"]["municipal"]["code"], self.person)
        self.assertEqual(shown["accounts"]["provincial"]["code"], self.person)


class Guard(unittest.TestCase):
    """More updates in one cycle than the guard lets pass: nothing is written until that very plan is released."""

    def setUp(self):
        self.city = City(people=30, hours=300).__enter__()
        self.addCleanup(self.city.__exit__)
        self.city.configure("[console]", "[guard]\nmax_updates = 1 %\nmin_updates = 3\n{more}\n[console]")
        self.city.configure("{more}", self.more)
        for _ in range(2):
            self.assertEqual(self.city.once("--full").returncode, 0)
        people = [row for row in self.city.control("/dump?side=municipal&entity=account")
                  if row["kind"] == "person" and row["valid"] and len(row["code"]) == 18]
        for number, row in enumerate(people[:8]):
            edit(self.city, row["code"], f"1380000{number:04d}")
        self.before = self.updates()
        self.assertEqual(self.city.once().returncode, 5)
        self.assertEqual(self.updates(), self.before)
        self.run_number = str(json.loads(self.city.cebridge("status", "--json").stdout)["held_plan"]["run"])

    more = ""

    def updates(self):
        return self.city.control("/stats")["provincial"]["updates"]

    def release(self):
        done = self.city.cebridge("resume", "--release-plan", self.run_number)
        self.assertEqual(done.returncode, 0, done.stderr)

    # holds: guard.release
    def test_the_held_plan_goes_out_once_it_is_released(self):
        self.assertEqual([row["kind"] for row in self.city.lines("conflicts")], ["mass_change_guard"])
        self.release()
        self.assertEqual(self.city.once().returncode, 0, "the released plan")
        self.assertGreater(self.updates(), self.before)
        self.assertEqual(self.city.lines("conflicts"), [])

    # holds: guard.release
    def test_another_plan_than_the_released_one_stays_held(self):
        self.release()
        edit(self.city, person_of(self.city), "13800001234")
        self.assertEqual(self.city.once().returncode, 5)
        self.assertEqual(self.updates(), self.before)


class GuardOfTwo(Guard):
    more = "release_by = 2"

    def test_the_held_plan_goes_out_once_it_is_released(self):
        """One person alone, however often, releases nothing."""
        self.release()
        self.release()
        self.assertEqual(self.city.once().returncode, 5)
        self.assertEqual(self.updates(), self.before)


class Daemon(unittest.TestCase):
    def setUp(self):
        self.city = prepared(people=30, hours=300)
        self.person = person_of(self.city)
        self.daemon = self.city.start_daemon()
        self.addCleanup(self.daemon.stderr.close)
        self.assertTrue(self.city.wait(lambda: (self.city.folder / "control.sock").exists()))

    def test_resync_goes_through_the_daemon(self):
        edit(self.city, self.person, "13800006666")
        done = self.city.cebridge("resync")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(mobile(self.city, self.person), "13800006666")

    def progress_of(self, arguments):
        """The progress lines of the control socket during one resync."""
        rows = []
        with socket.socket(socket.AF_UNIX) as to:
            to.connect(str(self.city.folder / "control.sock"))
            to.sendall(json.dumps({"command": "resync", "arguments": arguments}).encode() + b"\n")
            for line in to.makefile():
                line = json.loads(line)
                if "end" in line or "exit" in line:
                    break
                rows += [line["progress"]] if "progress" in line else []
        return rows

    def test_progress_says_how_much_there_is_once_it_is_known(self):
        self.assertEqual(self.city.cebridge("resync", "--full").returncode, 0) # with what the first cycle wrote
        self.city.control("/fault", {"kind": "latency", "side": "municipal", "path": "/", "ms": 150, "count": 8})
        self.city.control("/fault", {"kind": "latency", "side": "provincial", "path": "/", "ms": 150, "count": 8})
        rows = [row for row in self.progress_of({"full": True}) if row["stage"] == "reading"]
        known = [row for row in rows if row["total"] > 0]
        self.assertTrue(known, rows)
        standing = sum(len(self.city.control(f"/dump?side={side}&entity={entity}"))
                       for side in ("municipal", "provincial") for entity in ("account", "hours", "annual"))
        self.assertEqual(len({row["total"] for row in known}), 1, known)
        self.assertAlmostEqual(known[0]["total"] / standing, 1, delta=0.05)
        done = [row["done"] for row in known]
        self.assertEqual(done, sorted(done))
        self.assertTrue(all(row["done"] <= row["total"] for row in known), known)

    def test_it_stops_within_ten_seconds(self):
        begun = time.monotonic()
        self.daemon.send_signal(signal.SIGTERM)
        self.assertEqual(self.daemon.wait(10), 0)
        self.assertLess(time.monotonic() - begun, 10)

    def test_a_wrong_new_setting_leaves_the_old_in_force(self):
        self.city.configure("mode = write", "mood = write")
        self.daemon.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        self.assertIsNone(self.daemon.poll())
        self.city.configure("mood = write", "mode = write")
        self.assertEqual(self.city.cebridge("resync").returncode, 0)

    def test_another_cipher_needs_a_restart(self):
        self.city.configure("mode = write", "cipher = sm4\nmode = write")
        self.daemon.send_signal(signal.SIGHUP)
        self.daemon.terminate()
        self.assertRegex(self.daemon.communicate(timeout=15)[1], "bridge.cipher.*restart it to change this")
        self.city.configure("cipher = sm4\n", "")

    def test_status_says_that_it_runs(self):
        shown = json.loads(self.city.cebridge("status", "--json").stdout)
        self.assertTrue(shown["daemon"]["running"])
        self.assertEqual(shown["region"], "3716")



class Status(unittest.TestCase):
    def test_what_systemd_is_told_names_the_stage_while_a_platform_trickles(self):
        with City(people=20, hours=100) as city, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            self.assertEqual(city.once("--full").returncode, 0)
            told.bind(str(city.folder / "notify"))
            told.settimeout(20)
            city.control("/fault", {"kind": "trickle", "side": "provincial", "path": "/gw/", "ms": 300, "count": 1000})
            with mock.patch.dict(os.environ, {"NOTIFY_SOCKET": str(city.folder / "notify")}):
                city.start_daemon()
            while b": reading, " not in told.recv(4096):
                pass


class Journal(unittest.TestCase):
    def test_conflicts_that_came_up_are_told_when_they_do(self):
        with City(people=30, hours=150, defects=20) as city:
            city.configure("settle = 0 s\n", "settle = 0 s\nincremental = 1 s\n")
            daemon = city.start_daemon()
            self.assertTrue(city.wait(lambda: len(city.lines("runs")) >= 3))
            daemon.terminate()
            told = daemon.communicate(timeout=15)[1]
            self.assertEqual(told.count("conflicts have come up"), 1, told)


class LongLived(City):
    def issue_certificates(self, **environment):
        super().issue_certificates(CA_DAYS="300", **environment)


class Certificates(unittest.TestCase):
    def told(self, kind):
        with kind(people=4) as city:
            city.configure("settle = 0 s\n", "settle = 0 s\nincremental = 1 s\n")
            daemon = city.start_daemon()
            self.assertTrue(city.wait(lambda: len(city.lines("runs")) >= 3))
            daemon.terminate()
            return daemon.communicate(timeout=15)[1].count("certificate expires within 30 days")

    def test_one_that_ends_soon_is_told_once_a_day_for_each_platform(self):
        self.assertEqual(self.told(City), 2)

    def test_one_that_holds_long_is_not_told(self):
        self.assertEqual(self.told(LongLived), 0)


class OwnState(unittest.TestCase):
    # holds: guard.own_restore
    def test_after_its_state_was_put_back_the_first_cycle_only_observes(self):
        with City(people=20, hours=100) as city:
            self.assertEqual(city.once("--full").returncode, 0)
            shutil.copytree(city.folder / "state", city.folder / "backup")
            provincial = {row["code"] for row in city.control("/dump?side=provincial&entity=account")}
            earlier, code = [row["code"] for row in city.control("/dump?side=municipal&entity=account")
                             if row["kind"] == "person" and row["valid"] and row["code"] in provincial][:2]
            for number in range(3):
                edit(city, earlier, f"1390000000{number}")
                self.assertEqual(city.once().returncode, 0)
            shutil.rmtree(city.folder / "state")
            (city.folder / "backup").rename(city.folder / "state")
            edit(city, code, "13900000009")
            stands = city.control("/digest?side=provincial")
            city.cebridge("resync", "--person", earlier)
            self.assertEqual(city.lines("status")[0]["state_restored"], True, "one person is not all")
            done = city.once("--full")
            self.assertIn("put back from a backup", done.stderr)
            self.assertEqual(city.control("/digest?side=provincial"), stands, "the first cycle wrote")
            self.assertEqual(city.lines("status")[0]["state_restored"], False, "it looked at both platforms")
            self.assertEqual(len(city.lines("plan")), 1, "what it would have written is shown")
            self.assertEqual(city.once("--full").returncode, 0)
            self.assertEqual(mobile(city, code), "13900000009", "the second cycle did not write")
            again = city.once()
            self.assertNotIn("put back", again.stderr)


if __name__ == "__main__":
    unittest.main()
