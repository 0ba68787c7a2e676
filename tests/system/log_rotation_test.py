#!/usr/bin/env python3
"""The sync log across its files, over years: rotated with the month and by size, deleted after its time and not
before, whole for both verifiers, shown as one, and killed at each step of all that. The years before are written
here, as the bridge writes them."""
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import BUILD, SETTINGS, traced  # noqa: E402

DAY = datetime.timedelta(days=1)
CALLS = "renameat,unlinkat,fdatasync,fsync,ftruncate,write"


class Log:
    """A bridge that meets no platform, and its log. Commands such as `pause` write a line each."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cebridge-"))
        self.log = self.folder / "log"
        self.log.mkdir(mode=0o700)
        self.key = os.urandom(32)
        self.write("log.key", self.key.hex() + "\n")
        for side in ("municipal", "provincial"):
            self.write(f"{side}.secret", "secret-of-a-test\n")
        self.settings("")
        self.count, self.head = 0, hmac.new(self.key, b"", "sm3").hexdigest()

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)

    def settings(self, log):
        text = SETTINGS.format(municipal=1, provincial=1, rate=1).replace("ca_file = ca/ca.pem\n", "")
        self.write("cebridge.conf", text + "\n[log]\n" + log)

    def line(self, at, event, members=""):
        self.count += 1
        text = (f'{{"n":{self.count},"time":"{at:%Y-%m-%dT%H:%M:%SZ}","event":"{event}"'
                f'{members},"prev":"{self.head}"}}\n')
        self.head = hmac.new(self.key, text.encode(), "sm3").hexdigest()
        return text

    def old_file(self, days, event):
        """Closed so many days ago."""
        at = datetime.datetime.now(datetime.timezone.utc) - days * DAY
        text = "".join(self.line(at, event, ',"to":"provincial"') for _ in range(3))
        name = f"events-{self.count:012d}-{at:%Y%m%dT%H%M%SZ}.jsonl"
        self.write(f"log/{name}", text)
        return name

    def current(self, days):
        at = datetime.datetime.now(datetime.timezone.utc) - days * DAY
        self.write("log/events.jsonl", self.line(at, "cycle", ',"run":1'))

    def names(self):
        return sorted(path.name for path in self.log.glob("events-*.jsonl"))

    def lines(self):
        """Straight from the files: (n, event), in order."""
        rows = []
        for path in [self.log / name for name in self.names()] + [self.log / "events.jsonl"]:
            if path.exists():
                rows += [json.loads(line) for line in path.read_text().splitlines()]
        return [(row["n"], row["event"]) for row in rows]

    def command(self, *arguments, before=()):
        return subprocess.run([*before, str(BUILD / "cebridge"), "--config", str(self.folder / "cebridge.conf"),
                               *arguments], capture_output=True, text=True, timeout=60, check=False,
                              env=traced() if before else None)

    def verify(self):
        own = self.command("log", "--verify", "--json")
        alone = subprocess.run([str(BUILD / "cebridge-verify"), "--json", "--key-file",
                                str(self.folder / "log.key"), str(self.log)],
                               capture_output=True, text=True, timeout=60, check=False)
        rows = [json.loads(done.stdout) for done in (own, alone)]
        assert rows[0] == rows[1], rows
        assert own.returncode == alone.returncode == (0 if rows[0]["verify"] == "whole" else 65), own
        return rows[0]


class Rotation(unittest.TestCase):
    def setUp(self):
        self.log = Log()
        self.addCleanup(shutil.rmtree, self.log.folder)

    def years(self):
        """Two files past all times, one past 180 days without movements, one of two years with them."""
        names = [self.log.old_file(1200, "write"), self.log.old_file(1150, "cycle"),
                 self.log.old_file(700, "cycle"), self.log.old_file(650, "write"),
                 self.log.old_file(400, "cycle")]
        self.log.current(40)
        return names

    # holds: log.rotates log.kept
    def test_a_month_later_the_file_is_closed_and_what_is_past_its_time_is_deleted(self):
        names = self.years()
        self.assertEqual(self.log.verify()["verify"], "whole")
        done = self.log.command("pause")
        self.assertEqual(done.returncode, 0, done.stderr)
        left = self.log.names()
        self.assertEqual(left[:-1], names[3:])  # from the first one that says whose data went where
        row = self.log.verify()
        self.assertEqual((row["verify"], row["first"]), ("whole", 10))
        events = [event for _, event in self.log.lines()]
        self.assertEqual(events.count("log_forgotten"), 3)
        self.assertEqual(events[-2:], ["log_rotated", "paused"])

    def test_what_is_missing_is_named(self):
        names = self.years()
        self.log.command("pause")
        middle = self.log.names()[-1]
        (self.log.log / middle).rename(self.log.folder / middle)
        row = self.log.verify()
        self.assertEqual((row["verify"], row["file"], row["line"]), ("removed", middle, None))
        self.assertIn(middle, self.log.command("log", "--verify").stdout)
        (self.log.folder / middle).rename(self.log.log / middle)
        (self.log.log / names[3]).unlink()
        row = self.log.verify()
        self.assertEqual((row["verify"], row["number"]), ("removed", 10))

    def test_the_log_is_shown_across_its_files(self):
        self.years()
        self.log.command("pause")
        self.log.command("resume")
        rows = [json.loads(line) for line in self.log.command("log", "--json").stdout.splitlines()]
        self.assertEqual([(row["n"], row["event"]) for row in rows], self.log.lines())
        moved = self.log.command("log", "--event", "write", "--json").stdout.splitlines()
        self.assertEqual([json.loads(line)["n"] for line in moved], [10, 11, 12])
        since = (datetime.date.today() - 200 * DAY).isoformat()
        late = self.log.command("log", "--since", since, "--json").stdout.splitlines()
        self.assertEqual([json.loads(line)["n"] for line in late],
                         [number for number, _ in self.log.lines() if number >= 16])

    # holds: log.rotates
    def test_a_file_does_not_grow_beyond_its_size_and_the_hash_may_change(self):
        self.log.settings("rotate = 64 KiB\nhash = sha256\n")
        now = datetime.datetime.now(datetime.timezone.utc)
        self.log.write("log/events.jsonl", "".join(self.log.line(now, "cycle") for _ in range(400)))
        self.assertGreater((self.log.log / "events.jsonl").stat().st_size, 50000)
        for _ in range(40):
            self.assertEqual(self.log.command("pause").returncode, 0)
        last = (self.log.log / "events.jsonl").read_text().splitlines()[-2:]
        self.assertEqual(json.loads(last[1])["prev"],
                         hmac.new(self.log.key, (last[0] + "\n").encode(), hashlib.sha256).hexdigest())
        self.log.settings("rotate = 64 KiB\n")
        for _ in range(160):
            if len(self.log.names()) > 0:
                break
            self.assertEqual(self.log.command("pause").returncode, 0)
        self.assertEqual(len(self.log.names()), 1)
        self.assertLessEqual((self.log.log / self.log.names()[0]).stat().st_size, 65536)
        self.assertEqual(self.log.verify()["verify"], "whole")

    # holds: log.kept
    def test_shorter_times_are_refused(self):
        for key, value in (("keep", "179 d"), ("keep_movements", "1095 d"), ("keep", "0 s")):
            self.log.settings(f"{key} = {value}\n")
            done = subprocess.run([str(BUILD / "cebridged"), "--config", str(self.log.folder / "cebridge.conf")],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 78, done.stderr)
            self.assertIn(f"log.{key}", done.stderr)

    def fail(self, call, place, how):
        """`pause`, which rotates and deletes, with the place-th such call on the log failing so."""
        log = self.log = Log()
        self.addCleanup(shutil.rmtree, log.folder)
        log.command("resume")  # the state is made: only the log is to be written
        shutil.rmtree(log.log)
        log.log.mkdir(mode=0o700)
        kept = self.years()[3:]
        due = [row for row in log.lines() if row[0] >= 10]
        paths = [str(log.log), str(log.log / "events.jsonl"), str(log.log / "events.next")]
        return kept, due, log.command("pause", before=(
            "strace", "-qq", "-o", "/dev/null", "-f", *[word for path in paths for word in ("-P", path)],
            "-e", f"trace={call}", "-e", f"inject={call}:{how}:when={place}"))

    def check_nothing_is_lost(self, kept, due):
        self.assertEqual(self.log.verify()["verify"], "whole")
        again = self.log.command("resume")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.log.verify()["verify"], "whole")
        rows = self.log.lines()
        self.assertEqual([row for row in rows if row in due], due)
        self.assertEqual([number for number, _ in rows], list(range(rows[0][0], rows[0][0] + len(rows))))
        self.assertEqual(rows[-1][1], "resumed")
        self.assertLessEqual(set(kept), set(self.log.names()))

    @unittest.skipIf(shutil.which("strace") is None, "needs strace")
    def test_killed_at_any_step_nothing_is_lost_and_the_log_is_whole(self):
        kills = 0
        for call in CALLS.split(","):
            for place in range(1, 40):
                kept, due, done = self.fail(call, place, "signal=SIGKILL")
                if done.returncode == 0:
                    break
                self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
                kills += 1
                with self.subTest(call=call, place=place):
                    self.check_nothing_is_lost(kept, due)
        self.assertGreater(kills, 12)

    @unittest.skipIf(shutil.which("strace") is None, "needs strace")
    def test_on_a_full_disk_nothing_is_lost_and_the_log_is_whole(self):
        failed = 0
        for call, places in (("openat", 4), ("write", 7), ("renameat", 2), ("fsync", 3), ("fdatasync", 3)):
            for place in range(1, places + 1):
                kept, due, done = self.fail(call, place, "error=ENOSPC")
                failed += done.returncode != 0
                with self.subTest(call=call, place=place):
                    self.check_nothing_is_lost(kept, due)
                    if done.returncode == 0:
                        self.assertIn("paused", [event for _, event in self.log.lines()])
        self.assertGreater(failed, 2)


if __name__ == "__main__":
    unittest.main()
