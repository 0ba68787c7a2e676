#!/usr/bin/env python3
"""`log --verify` and cebridge-verify on a real log: whole as it was written; each way of changing it is found and
named, and a cut tail against the head that the state keeps."""
import json
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import BUILD, City  # noqa: E402


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.city = City(people=10, hours=60).__enter__()
        assert cls.city.once("--full").returncode == 0
        assert cls.city.once("--full").returncode == 0
        cls.file = cls.city.folder / "log/events.jsonl"
        cls.whole = cls.file.read_bytes().splitlines(keepends=True)
        cls.head = json.loads(cls.city.cebridge("log", "--verify", "--json").stdout)["head"]

    @classmethod
    def tearDownClass(cls):
        cls.city.__exit__()

    def tearDown(self):
        self.file.write_bytes(b"".join(self.whole))

    def check(self, lines, fault, number=None):
        """Both verifiers say the same of a log of these lines."""
        self.file.write_bytes(b"".join(lines))
        own = self.city.cebridge("log", "--verify", "--json")
        alone = subprocess.run([str(BUILD / "cebridge-verify"), "--json", "--head", self.head, "--key-file",
                                str(self.city.folder / "log.key"), str(self.city.folder / "log")],
                               capture_output=True, text=True, check=False)
        for done in (own, alone):
            row = json.loads(done.stdout)
            self.assertEqual((row["verify"], done.returncode), (fault, 0 if fault == "whole" else 65), row)
            if number is not None:
                self.assertEqual(row["number"], number)

    def test_a_log_as_it_was_written_is_whole(self):
        self.check(self.whole, "whole")

    # holds: log.altered
    def test_one_changed_byte(self):
        at = len(self.whole) // 2
        line = self.whole[at].replace(b'"run":1', b'"run":7')
        self.assertNotEqual(line, self.whole[at])
        self.check(self.whole[:at] + [line] + self.whole[at + 1:], "altered", at + 1)

    # holds: log.altered
    def test_a_removed_line(self):
        self.check(self.whole[:5] + self.whole[6:], "removed", 6)

    def test_a_swapped_pair(self):
        lines = self.whole[:]
        lines[4], lines[5] = lines[5], lines[4]
        self.file.write_bytes(b"".join(lines))
        done = self.city.cebridge("log", "--verify", "--json")
        self.assertEqual(done.returncode, 65)
        self.assertNotEqual(json.loads(done.stdout)["verify"], "whole")

    # holds: log.altered
    def test_an_inserted_line(self):
        self.check(self.whole[:5] + [self.whole[4]] + self.whole[5:], "inserted")

    # holds: log.cut
    def test_a_cut_tail(self):
        self.check(self.whole[:-1], "cut")

    def test_a_replaced_file(self):
        with City(people=2, hours=5) as other:
            self.assertEqual(other.once("--full").returncode, 0)
            shutil.copy(other.folder / "log/events.jsonl", self.file)
        done = self.city.cebridge("log", "--verify", "--json")
        self.assertEqual(done.returncode, 65, done.stdout)

    def test_a_log_that_is_gone_is_told(self):
        self.file.rename(self.file.with_suffix(".away"))
        try:
            self.assertEqual(self.city.cebridge("log", "--verify").returncode, 65)
        finally:
            self.file.with_suffix(".away").rename(self.file)

    def test_the_head_of_the_last_cycle_is_what_the_verifier_gives(self):
        done = self.city.cebridge("log", "--verify", "--head", self.head)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.city.cebridge("log", "--verify", "--head", "0" * 64).returncode, 65)
        self.assertEqual(self.city.cebridge("log", "--verify", "--head", "short").returncode, 64)


if __name__ == "__main__":
    unittest.main()
