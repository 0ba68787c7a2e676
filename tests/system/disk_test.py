#!/usr/bin/env python3
"""A full disk and a folder that cannot be used: a clear end, nothing lost, and it goes on once there is room."""
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import City  # noqa: E402


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
        self.addCleanup(subprocess.run, ["umount", "-q", str(path)], check=False)
        return path

    # holds: write.full_disk
    def test_a_full_disk_ends_the_cycle_and_the_next_one_goes_on_when_there_is_room(self):
        for size in ("400k", "900k", "1400k"):
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
