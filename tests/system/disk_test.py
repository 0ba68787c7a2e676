#!/usr/bin/env python3
"""A full disk and a folder that cannot be used: a clear end, nothing lost, and it goes on once there is room."""
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import BUILD, City, traced  # noqa: E402


def mounted(path, size):
    """A file system of that size at the path; False where this machine does not let us."""
    path.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "none", str(path)],
                          stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


class Disk(unittest.TestCase):
    def setUp(self):
        self.city = City(people=30, hours=600, seed=9, shared=0.5).__enter__()
        self.addCleanup(self.city.__exit__)

    def mount(self, name, size):
        path = self.city.folder / name
        if not mounted(path, size):
            self.skipTest("mounting needs root")
        self.addCleanup(subprocess.run, ["umount", "-q", "-l", str(path)], check=False)
        return path

    # holds: write.full_disk
    def test_a_full_disk_ends_the_cycle_and_the_next_one_goes_on_when_there_is_room(self):
        for size in ("500k", "900k", "1400k"):
            with self.subTest(size=size):
                path = self.mount("state", size)
                full = self.city.once("--full")
                self.assertEqual(full.returncode, 73, full.stderr)
                self.assertIn("nothing was lost", full.stderr)
                subprocess.run(["mount", "-o", "remount,size=200m", str(path)], check=True)
                done = self.city.once("--full")
                self.assertEqual(done.returncode, 0, done.stderr)
                subprocess.run(["umount", str(path)], check=True)
        for facts in self.city.control("/stats").values():
            self.assertEqual(facts["duplicate_creates"], 0)

    # holds: write.full_disk
    def test_a_daemon_on_a_full_disk_goes_on_by_itself_when_there_is_room(self):
        """Nothing is sent that could not be written down before; and nobody has to start anything again."""
        path = self.mount("state", "900k")
        self.city.configure("[schedule]", "[schedule]\nincremental = 1 s")
        daemon = self.city.start_daemon()
        self.addCleanup(daemon.stderr.close)
        self.assertTrue(self.city.wait(lambda: self.free(path) < 40_000), "it fills the disk")
        time.sleep(3)
        self.assertIsNone(daemon.poll(), "it goes on trying")
        before = self.written()
        time.sleep(2)
        self.assertEqual(self.written(), before, "it writes what it cannot write down")
        subprocess.run(["mount", "-o", "remount,size=200m", str(path)], check=True)
        self.assertTrue(self.city.wait(self.in_step), "it does not go on by itself")
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(15), 0)
        self.assertEqual(self.city.once("--full").returncode, 0)
        for facts in self.city.control("/stats").values():
            self.assertEqual(facts["duplicate_creates"], 0)

    @staticmethod
    def free(path):
        facts = os.statvfs(path)
        return facts.f_bavail * facts.f_frsize

    def written(self):
        return [facts["creates"] + facts["updates"] for facts in self.city.control("/stats").values()]

    def in_step(self):
        rows = self.city.lines("runs")
        return bool(rows) and rows[0]["exit"] == 0

    # holds: write.sync_fatal
    def test_a_daemon_ends_at_once_when_a_sync_fails_and_the_next_one_goes_on(self):
        daemon = subprocess.Popen(
            ["strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
             "inject=fdatasync:error=EIO:when=12", str(BUILD / "cebridged"), "--config", self.city.config],
            stderr=subprocess.PIPE, text=True, env=traced())
        self.addCleanup(daemon.stderr.close)
        self.assertEqual(daemon.wait(30), 73)
        self.assertIn("did not keep", daemon.stderr.read())
        before = self.written()
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.assertNotEqual(self.written(), before, "it failed before the end")
        for facts in self.city.control("/stats").values():
            self.assertEqual(facts["duplicate_creates"], 0)

    # holds: write.full_disk
    def test_a_full_log_folder_ends_the_cycle_before_anything_is_lost(self):
        path = self.mount("log", "8k")
        full = self.city.once("--full")
        self.assertIn(full.returncode, (0, 73), full.stderr)
        subprocess.run(["mount", "-o", "remount,size=50m", str(path)], check=True)
        done = self.city.once("--full")
        self.assertEqual(done.returncode, 0, done.stderr)
        for facts in self.city.control("/stats").values():
            self.assertEqual(facts["duplicate_creates"], 0)

    def test_a_state_folder_that_is_a_file_is_refused_with_73(self):
        self.city.write("state", "not a folder\n")
        done = self.city.once("--full")
        self.assertEqual(done.returncode, 73, done.stderr)
        self.assertTrue(done.stderr.strip())


if __name__ == "__main__":
    unittest.main()
