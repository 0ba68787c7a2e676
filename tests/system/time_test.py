#!/usr/bin/env python3
"""The machine's clock jumps under a running daemon, by hours and by ten years, forwards and back, and over the nightly
hour: no burst of cycles, no second night, nothing written."""
import datetime
import glob
import json
import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import City  # noqa: E402

LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
CHINA = datetime.timezone(datetime.timedelta(hours=8))
INCREMENTAL = 1
DAY = 86400
YEARS = 3653 * DAY


class ClockCity(City):
    """Its daemon goes by a clock that can be put; its certificates hold then too."""

    def issue_certificates(self, **environment):
        super().issue_certificates(CA_DAYS="9000", LD_PRELOAD=LIBRARY, FAKETIME=f"-{11 * 366 * DAY}", **environment)

    def set_clock(self, seconds):
        """So many seconds ahead of the platforms."""
        path = self.folder / "clock.next"
        path.write_text(f"{seconds:+d}\n")
        path.rename(self.folder / "clock")

    def start_daemon(self, **environment):
        """The library comes before the sanitizers' own, where the daemon is built with them."""
        return super().start_daemon(
            LD_PRELOAD=LIBRARY, FAKETIME_TIMESTAMP_FILE=str(self.folder / "clock"), FAKETIME_NO_CACHE="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1", TZ="Europe/Berlin",
            ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0:detect_leaks=0", **environment)

    def stop_daemon(self):
        self.daemon.send_signal(signal.SIGTERM)
        return self.daemon.communicate(timeout=15)

    def runs(self):
        return self.lines("runs")

    def written(self):
        return {side: facts["creates"] + facts["updates"] for side, facts in self.control("/stats").items()}


@unittest.skipIf(LIBRARY is None, "without libfaketime")
class Clock(unittest.TestCase):
    def setUp(self):
        self.city = ClockCity(people=20, hours=100).__enter__()
        self.addCleanup(self.city.__exit__)
        self.city.configure("settle = 0 s", f"settle = 0 s\nincremental = {INCREMENTAL} s")
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.before = self.city.written()

    def start(self):
        """Its clock is put before."""
        self.found = {}
        self.city.start_daemon()
        self.seen = max(run["run"] for run in self.city.runs())
        self.assertTrue(self.city.wait(lambda: len(self.since()) >= 2), "no cycle")

    def since(self):
        """Cycles since the daemon was started, oldest first; only the last ones are listed at a time."""
        self.found.update({run["run"]: run for run in self.city.runs() if run["run"] > self.seen and run["ended"]})
        return [self.found[number] for number in sorted(self.found)]

    def kinds(self):
        return [run["kind"] for run in self.since()]

    def jump(self, seconds, cycles=3):
        """Its clock is put; the cycles that ended since, within the time that they may take."""
        last, began = max(run["run"] for run in self.city.runs()), time.monotonic()
        self.city.set_clock(seconds)
        self.assertTrue(self.city.wait(lambda: len([run for run in self.since() if run["run"] > last]) >= cycles),
                        "no cycle came behind the jump")
        took = time.monotonic() - began
        found = [run for run in self.since() if run["run"] > last]
        self.assertLessEqual(len(found), took / INCREMENTAL + 2, "a burst of cycles")
        self.assertEqual({run["exit"] for run in found} - {0}, set(), found)
        return found

    # holds: read.clock_jumps
    def test_ten_years_forwards_and_back_neither_burst_nor_write(self):
        self.city.set_clock(0)
        self.start()
        kinds = [run["kind"] for seconds in (YEARS, -YEARS, DAY, -600, 0) for run in self.jump(seconds)]
        self.assertNotIn("full", kinds, "a full cycle was a moment ago")
        self.assertEqual(self.city.written(), self.before)
        self.assertEqual(self.city.lines("conflicts"), [])

    # holds: log.kept
    def test_ten_years_forwards_delete_no_log(self):
        """A file that was closed a moment ago, for another month had begun."""
        self.city.set_clock(40 * DAY)
        self.start()
        self.jump(YEARS)
        files = sorted((self.city.folder / "log").glob("events-*.jsonl"))
        self.assertEqual(len(files), 2)
        self.assertEqual(json.loads(files[0].read_text().splitlines()[0])["n"], 1, "it was deleted")

    # holds: read.clock_jumps read.full
    def test_the_nightly_hour_is_one_though_the_clock_shows_it_three_times(self):
        """The last full cycle was 13 hours ago when the daemon is started, some seconds before its hour."""
        began = datetime.datetime.now(CHINA)
        hour = (began + datetime.timedelta(hours=13, minutes=1)).replace(second=0, microsecond=0)
        before = int((hour - began).total_seconds()) - 8
        self.city.configure("settle = 0 s", f"settle = 0 s\nfull = {hour:%H:%M}")
        self.city.set_clock(before)
        self.start()
        self.assertTrue(self.city.wait(lambda: "full" in self.kinds()), "no full cycle at its hour")
        for days in (0, 1, -1, 0):
            ahead = int((hour - datetime.datetime.now(CHINA)).total_seconds()) - 3
            self.jump(ahead + days * DAY, cycles=5)
        self.assertEqual(self.kinds().count("full"), 1)
        self.assertEqual(self.city.written(), self.before)


if __name__ == "__main__":
    unittest.main()
