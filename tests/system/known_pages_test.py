#!/usr/bin/env python3
"""A platform that gives its pages ETags: in the next full cycle what is still the same page is not sent again, and
everything is seen and noticed as if it had been."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from case import CityCase  # noqa: E402
from city import ROOT  # noqa: E402


class KnownPages(CityCase):
    size = {"people": 40, "hours": 600, "page_etags": True}

    @classmethod
    def begin_city(cls, add_cleanup):
        super().begin_city(add_cleanup)
        folder = cls.city.folder / "connectors"
        folder.mkdir()
        for name in ("municipal", "provincial"):
            text = (ROOT / f"connectors/{name}.json").read_text()
            (folder / f"{name}.json").write_text(text.replace('"largest": 1000', '"largest": 20'))
        cls.city.configure("[bridge]", "[bridge]\nconnectors_dir = connectors")
        for _ in range(2):  # the definition is another one now
            done = cls.city.once("--full")
            assert done.returncode == 0, done.stderr

    def setUp(self):
        super().setUp()
        self.city.control("/stats", method="DELETE")

    def tearDown(self):
        self.city.control("/fault", method="DELETE")

    def stats(self):
        return self.city.control("/stats")["municipal"]

    def full(self, exits=(0,), **more):
        done = self.run_once("--full", exits=exits, **more)
        return json.loads(done.stdout.strip().splitlines()[-1])

    # holds: read.known_page
    def test_pages_that_are_the_same_are_not_sent_and_nothing_is_planned(self):
        first = self.full()
        stats = self.stats()
        self.assertGreater(stats["not_modified_answers"], 20)
        self.assertEqual(stats["not_modified_answers"], stats["conditional_requests"])
        self.assertEqual(self.city.writes(), {"municipal": 0, "provincial": 0})
        self.city.configure("[bridge]", "[bridge]\ndecode_all = on")
        try:
            self.city.control("/stats", method="DELETE")
            whole = self.full()
            self.assertEqual(self.stats()["conditional_requests"], 0)
        finally:
            self.city.configure("\ndecode_all = on", "")
        for side in ("municipal", "provincial"):
            self.assertEqual(first[side]["read"], whole[side]["read"])
            self.assertEqual(first[side]["changed"], 0)

    # holds: read.known_page
    def test_a_record_that_changed_on_one_page_is_seen(self):
        self.full()
        before = self.stats()["not_modified_answers"]
        row = next(row for row in self.city.control("/dump?side=municipal&entity=hours")
                   if row["valid"] and row["origin"].startswith("371600/"))
        match = {"originNo": row["origin"].partition("/")[2]}
        self.edit("municipal", "hours", match, courseName="改过的课程")
        self.city.control("/stats", method="DELETE")
        self.full()
        self.assertEqual(self.city.writes(), {"municipal": 0, "provincial": 1})
        self.assertGreaterEqual(self.stats()["not_modified_answers"], before - 3)
        self.city.control("/stats", method="DELETE")
        self.full()
        self.assertEqual(self.city.writes(), {"municipal": 0, "provincial": 0})

    # holds: read.known_page
    def test_who_is_no_longer_listed_is_noticed(self):
        code = self.new_person()
        self.run_once("--full")
        self.full()
        identity = self.person_row("municipal", code)["id"]
        self.edit("municipal", "account", {"idCard": code}, areaCode="370102")
        self.city.control("/stats", method="DELETE")
        self.city.control("/fault", {"kind": "latency", "side": "municipal", "path": f"/accounts/{identity}", "ms": 1})
        self.run_once("--full")
        self.assertEqual(self.stats()["faults_played"], 1, "it was not asked for by its id")
        self.assertGreater(self.stats()["not_modified_answers"], 0, "of the other listings")

    # holds: read.known_page
    def test_as_it_was_that_nobody_asked_for_is_no_page(self):
        self.full()
        self.city.control("/fault", {"kind": "not_modified", "side": "municipal", "path": "/hours?"})
        self.full()
        self.assertEqual(self.stats()["faults_played"], 1)
        self.city.control("/fault", {"kind": "not_modified", "side": "municipal", "path": "/hours?", "count": -1})
        report = self.full(exits=(4,))
        self.assertLess(report["municipal"]["read"], report["provincial"]["read"])
        self.city.control("/fault", method="DELETE")
        self.full()
        self.assertEqual((self.found(), self.city.writes()), ([], {"municipal": 0, "provincial": 0}))

    def test_who_asks_for_everything_by_hand_has_every_page_sent(self):
        done = self.city.cebridge("resync", "--full")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.stats()["conditional_requests"], 0)

    def test_a_cycle_that_is_recorded_has_every_page_sent(self):
        self.city.configure("[bridge]", "[bridge]\nrecord = on")
        try:
            self.full()
        finally:
            self.city.configure("\nrecord = on", "")
        self.assertEqual(self.stats()["conditional_requests"], 0)
        recording = max((self.city.folder / "state" / "recordings").iterdir())
        replayed = self.city.cebridge("replay", str(recording))
        self.assertEqual(replayed.returncode, 0, replayed.stderr)
        self.city.control("/stats", method="DELETE")
        self.full()
        self.assertGreater(self.stats()["not_modified_answers"], 20)


if __name__ == "__main__":
    unittest.main()
