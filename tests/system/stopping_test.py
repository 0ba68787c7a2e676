#!/usr/bin/env python3
"""The daemon stops within 10 s whatever is in flight, and what it was told on the way holds: slow answers, a first fill,
a full disk, writes without an answer, new settings during a cycle."""
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import City  # noqa: E402
from disk_test import mounted  # noqa: E402
from operating_test import edit, mobile, person_of  # noqa: E402


class Stopping(unittest.TestCase):
    def setUp(self):
        self.city = City(people=30, hours=300).__enter__()
        self.addCleanup(self.city.__exit__)

    def fault(self, kind, **more):
        for side in ("municipal", "provincial"):
            self.city.control("/fault", {"kind": kind, "side": side, "path": "/", "count": 100000, **more})

    def start(self):
        daemon = self.city.start_daemon()
        self.addCleanup(daemon.stderr.close)
        self.assertTrue(self.city.wait(lambda: (self.city.folder / "control.sock").exists()))
        return daemon

    def stop(self, daemon):
        begun = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(15), 0)
        self.assertLess(time.monotonic() - begun, 10)

    def all_in_step(self):
        self.city.control("/fault", method="DELETE")
        done = self.city.once("--full")
        self.assertEqual(done.returncode, 0, done.stderr)
        for facts in self.city.control("/stats").values():
            self.assertEqual(facts["duplicate_creates"], 0)

    def requests(self):
        return sum(sum(side["paths"].values()) for side in self.city.control("/stats").values())

    def test_an_answer_that_drips_does_not_hold_it(self):
        self.fault("trickle", ms=500)
        daemon = self.start()
        self.assertTrue(self.city.wait(lambda: self.requests() > 0))
        time.sleep(1)
        self.stop(daemon)
        self.all_in_step()

    def test_a_server_that_does_not_answer_does_not_hold_it(self):
        self.fault("latency", ms=60000)
        daemon = self.start()
        time.sleep(1)
        self.stop(daemon)

    # holds: read.interrupted
    def test_a_first_fill_that_is_stopped_goes_on(self):
        self.city.configure(f"rate = {self.city.rate}/s", "rate = 20/s")
        daemon = self.start()
        self.assertTrue(self.city.wait(
            lambda: self.city.control("/stats")["provincial"]["creates"] > 0), "it writes")
        self.stop(daemon)
        self.city.configure("rate = 20/s", f"rate = {self.city.rate}/s")
        self.all_in_step()

    def test_writes_without_an_answer_do_not_hold_it_and_are_looked_up_afterwards(self):
        for side, method in (("municipal", "POST"), ("municipal", "PUT"), ("provincial", "POST"), ("provincial", "PUT")):
            self.city.control("/fault", {"kind": "answer_lost", "side": side, "method": method, "path": "/",
                                         "count": 20})
        daemon = self.start()
        time.sleep(2)
        self.stop(daemon)
        self.all_in_step()

    def test_a_full_disk_does_not_hold_it(self):
        state = self.city.folder / "state"
        if not mounted(state, "900k"):
            self.skipTest("mounting needs root")
        self.addCleanup(subprocess.run, ["umount", "-q", str(state)], check=False)
        daemon = self.start()
        time.sleep(2)
        self.assertIsNone(daemon.poll(), "it goes on trying")
        self.stop(daemon)
        subprocess.run(["mount", "-o", "remount,size=200m", str(state)], check=True)
        self.all_in_step()

    def test_new_settings_during_a_cycle_hold_after_it_and_lose_nothing(self):
        self.assertEqual(self.city.once("--full").returncode, 0)
        person = person_of(self.city)
        edit(self.city, person, "13800003331")
        self.fault("latency", ms=300)
        daemon = self.start()
        self.assertTrue(self.city.wait(lambda: self.requests() > 0))
        self.city.configure("mode = write", "mode = observe")
        daemon.send_signal(signal.SIGHUP)
        self.assertTrue(self.city.wait(lambda: mobile(self.city, person) == "13800003331"), "the cycle was cut off")
        self.city.control("/fault", method="DELETE")
        edit(self.city, person, "13800003332")
        done = self.city.cebridge("resync")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(mobile(self.city, person), "13800003331", "the new settings say: observe")
        self.stop(daemon)


if __name__ == "__main__":
    unittest.main()
