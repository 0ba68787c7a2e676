#!/usr/bin/env python3
"""The state as one file, and back: whole or not at all, refused when a byte is another, and in step afterwards."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from city import BUILD, prepared, traced  # noqa: E402
from disk_test import mounted  # noqa: E402


class BackupCase(unittest.TestCase):
    def setUp(self):
        self.city = prepared(people=30, hours=300)
        self.file = self.city.folder / "state.backup"
        self.state = self.city.folder / "state"

    def backup(self, *more, exits=0):
        done = self.city.cebridge("backup", str(self.file), *more)
        self.assertEqual(done.returncode, exits, done.stderr)
        return done

    def restore(self, exits=0):
        done = self.city.cebridge("restore", str(self.file))
        self.assertEqual(done.returncode, exits, done.stderr)
        return done

    def written(self):
        return {side: facts["creates"] + facts["updates"] for side, facts in self.city.control("/stats").items()
                if isinstance(facts, dict) and "creates" in facts}

    def in_step(self):
        """A cycle that observes, then one that may write: neither finds anything to do, nothing comes twice."""
        before = self.written()
        for _ in range(2):
            done = self.city.once()
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.written(), before)
        self.assertEqual(self.city.lines("conflicts"), [])
        for facts in self.city.control("/stats").values():
            self.assertEqual(facts["duplicate_creates"], 0)

    def person_of(self):
        return next(row for row in self.city.control("/dump?side=municipal&entity=account")
                    if row["kind"] == "person" and row["valid"] and len(row["code"]) == 18)

    def known(self, name="run"):
        with sqlite3.connect(f"file:{self.state / 'state.db'}?mode=ro", uri=True) as db:
            return db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]

    def events(self, name):
        return [row for row in self.city.lines("log") if row["event"] == name]


class Backup(BackupCase):
    # holds: backup.running
    def test_made_while_the_daemon_runs_and_put_back_on_an_empty_machine_the_next_cycle_is_in_step(self):
        self.city.start_daemon()
        self.assertTrue(self.city.wait(lambda: self.city.cebridge("status").returncode == 0))
        done = self.city.cebridge("backup", str(self.file), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        row = json.loads(done.stdout)
        self.assertEqual(row["bytes"], self.file.stat().st_size)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.city.daemon.terminate()
        self.city.daemon.wait(20)
        self.assertEqual([event["mac"] for event in self.events("backup")], [row["mac"]])
        self.assertIn("uid ", self.events("backup")[0]["who"])
        links = self.known("link")
        shutil.rmtree(self.state)
        shutil.rmtree(self.city.folder / "log")
        self.restore()
        self.assertEqual(self.known("link"), links)
        self.assertIn("uid ", self.events("restored")[0]["who"])
        self.assertTrue(self.city.lines("status")[0]["state_restored"])
        self.in_step()
        self.assertFalse(self.city.lines("status")[0]["state_restored"])

    # holds: backup.older
    def test_an_older_state_put_back_only_observes_first_and_creates_nothing_twice(self):
        self.backup()
        known = self.city.lines("runs")[0]["run"]
        code = people.resident(1)
        like = self.person_of()
        self.city.control("/seed?side=municipal", {"accounts": [people.account(
            "municipal", code, employer=like["employer"], department=like["department"], region=like["region"])]})
        other = like["code"]
        self.city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": other},
                                    "set": {"mobile": "13800009991"}})
        self.assertEqual(self.city.once().returncode, 0)
        last = self.city.lines("runs")[0]["run"]
        self.restore()
        time.sleep(4)  # closer than 3 s no side's change is the newer one
        self.city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": code},
                                    "set": {"mobile": "13800009992"}})
        before = self.written()
        done = self.city.once()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.written(), before, "the first cycle only observes")
        self.assertGreater(self.city.lines("runs")[0]["run"], max(known, last), "a number is given once")
        done = self.city.once()
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = self.city.control(f"/inspect?side=provincial&entity=account&code={code}")["records"]
        self.assertEqual([row[people.MOBILE["provincial"]] for row in rows], ["13800009992"])
        self.assertEqual(self.city.lines("conflicts"), [])

    # holds: backup.proved
    def test_a_changed_byte_is_found_before_anything_is_replaced(self):
        self.backup()
        whole = self.file.read_bytes()
        runs = self.known()
        self.assertEqual(self.city.once().returncode, 0)
        places = [100, len(whole) // 2, len(whole) - 500, whole.rindex(b'"made":') + 7, len(whole) - 4]
        for place in places:
            with self.subTest(place=place):
                self.file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
                self.restore(exits=65)
                self.assertEqual(self.known(), runs + 1)
        for cut in (whole[:-1], whole[:len(whole) // 2], whole[4096:], whole + b"\n", b""):
            with self.subTest(size=len(cut)):
                self.file.write_bytes(cut)
                self.restore(exits=65)
                self.assertEqual(self.known(), runs + 1)
        self.assertEqual(list(self.state.glob("*restoring*")) + list(self.state.glob("*before*")), [])
        self.assertEqual(self.events("restored"), [])

    # holds: backup.proved
    def test_a_backup_of_another_log_key_is_refused(self):
        self.backup()
        self.city.write("log.key", os.urandom(32).hex() + "\n")
        self.assertIn("another log key", self.restore(exits=65).stderr)

    # holds: backup.never_over
    def test_a_file_that_is_there_is_not_overwritten_without_saying_so(self):
        self.file.write_text("a year's work")
        self.assertIn("--replace", self.backup(exits=73).stderr)
        self.assertEqual(self.file.read_text(), "a year's work")
        self.backup("--replace")
        self.restore()
        self.assertEqual(sorted(self.city.folder.glob("state.backup*")), [self.file])

    # holds: backup.nobody_holds
    def test_no_restore_while_a_daemon_holds_the_state_which_is_named(self):
        self.backup()
        daemon = self.city.start_daemon()
        self.assertTrue(self.city.wait(lambda: self.city.cebridge("status").returncode == 0))
        self.assertIn(f"process {daemon.pid} ", self.restore(exits=75).stderr)

    @unittest.skipIf(os.geteuid() != 0, "another owner needs root")
    def test_what_root_puts_back_belongs_to_whoever_the_folders_belong_to(self):
        self.backup()
        for name in ("state", "log"):
            for path in (self.city.folder / name).iterdir():
                path.unlink()
            os.chown(self.city.folder / name, 61001, 61002)
        self.restore()
        for name in ("state", "log"):
            for path in (self.city.folder / name).iterdir():
                self.assertEqual((path.stat().st_uid, path.stat().st_gid), (61001, 61002), path.name)

    # holds: backup.secret
    def test_nobody_s_data_stands_in_a_backup_in_the_clear(self):
        like = self.person_of()
        self.backup()
        content = self.file.read_bytes()
        for value in (like["code"], like["name"], like["mobile"]):
            self.assertNotIn(value.encode(), content)

    def test_in_chinese(self):
        done = self.city.cebridge("backup", str(self.file), env={**os.environ, "LANG": "zh_CN.UTF-8"})
        self.assertIn("日志密钥", done.stdout)


class Killed(BackupCase):
    def struck(self, command, call, number, inject="signal=SIGKILL"):
        return subprocess.run(
            ["strace", "-qq", "-o", "/dev/null", "-f", "-e", f"trace={call}", "-e",
             f"inject={call}:{inject}:when={number}", str(BUILD / "cebridge"), "--config", self.city.config,
             command, str(self.file)], env=traced(), capture_output=True, text=True, check=False)

    def setUp(self):
        super().setUp()
        if shutil.which("strace") is None:
            self.skipTest("needs strace")

    # holds: backup.killed
    def test_a_backup_that_is_killed_leaves_no_file_of_that_name(self):
        struck = 0
        for call in ("fsync,fdatasync", "pwrite64", "renameat2"):
            for number in (1, 2, 5, 20):
                done = self.struck("backup", call, number)
                struck += done.returncode != 0
                self.assertEqual(self.file.exists(), done.returncode == 0, done.stderr)
                self.file.unlink(missing_ok=True)
        self.assertGreaterEqual(struck, 3)
        self.backup()
        self.assertEqual(list(self.state.glob("*partial*")), [], "what was left of one who was killed")
        self.restore()

    # holds: backup.killed
    def test_a_restore_that_is_killed_leaves_the_old_state_or_the_new_one_whole(self):
        self.backup()
        self.assertEqual(self.city.once().returncode, 0)
        new, outcomes = self.known(), set()
        for call in ("fdatasync", "fsync", "rename", "unlink", "link"):
            for number in range(1, 12):
                done = self.struck("restore", call, number)
                status = self.city.cebridge("mode", "write")  # opens the state for writing
                self.assertEqual(status.returncode, 0, status.stderr)
                outcomes.add(self.known())
                self.assertIn(self.known(), (new - 1, new))
                if done.returncode == 0:
                    break
                if self.known() == new - 1:  # forward again, so that each kill has something to replace
                    self.assertEqual(self.city.once().returncode, 0)
        self.assertEqual(outcomes, {new - 1, new})
        self.in_step()

    # holds: backup.full_disk
    def test_a_full_disk_leaves_nothing_half(self):
        target = self.city.folder / "target"
        if not mounted(target, "64k"):
            self.skipTest("mounting needs root")
        self.addCleanup(subprocess.run, ["umount", "-q", str(target)], check=False)
        self.file = target / "state.backup"
        self.backup(exits=73)
        self.assertEqual(list(target.iterdir()), [])
        self.file = self.city.folder / "state.backup"
        self.backup()
        small = pathlib.Path(self.city.folder / "small")
        self.assertTrue(mounted(small, "64k"))
        self.addCleanup(subprocess.run, ["umount", "-q", str(small)], check=False)
        self.city.configure("state_dir = state", "state_dir = small")
        self.restore(exits=73)
        self.assertEqual([path.name for path in small.iterdir() if path.name != "lock"], [])


if __name__ == "__main__":
    unittest.main()
