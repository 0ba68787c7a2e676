#!/usr/bin/env python3
"""Stories of how two systems of record drift apart, each played against the bridge: lookups that fail, watermarks
that run ahead, answers that are lost, people of one name, writes that are refused."""
import json
import os
import shutil
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import CityCase  # noqa: E402
from city import BUILD, ROOT  # noqa: E402
from people import OTHER, SIDES  # noqa: E402


class Lookups(CityCase):
    """A record is missing from a whole listing, and the lookup by its id fails: it is not gone, whatever came."""

    PATHS = {"municipal": "/hours/", "provincial": "/gw/xs/"}

    @classmethod
    def setUpClass(cls):
        """A city for each: a platform that went back gives ids away a second time."""

    def setUp(self):
        self.begin_city(self.addCleanup)
        super().setUp()

    def lost_record(self, side):
        """Shared by both, then no longer there on that side."""
        code = self.new_person()
        kept, number = next(people.NUMBERS), next(people.NUMBERS)
        bystander = self.new_person()
        for each in SIDES:
            self.seed(each, hours=[people.hours(each, bystander, kept, system="371600")])
        self.run_once()
        self.city.control("/snapshot", {"side": side})
        for each in SIDES:
            self.seed(each, hours=[people.hours(each, code, number, system="371600")])
        self.run_once()
        self.city.control("/restore", {"side": side})
        # somebody goes on working there, so that its newest time does not fall: no platform that was changed
        self.edit("municipal", "hours", {"originNo": str(kept)}, classHour=7)
        self.edit("provincial", "hours", {"lyxh": str(kept)}, sl="7.00")
        return code

    def story(self, side, kind, **more):
        code = self.lost_record(side)
        before = {each: self.written(each) for each in SIDES}
        self.city.control("/fault", {"kind": kind, "side": side, "path": self.PATHS[side], "method": "GET",
                                     "count": -1, **more})
        self.run_once("--full", exits=(4,))
        self.assertGreater(self.city.control("/fault")["faults"][0]["hits"], 0, "the lookup was never made")
        self.assertEqual(self.found(), [], "a failed lookup was taken for 'no such record'")
        self.city.control("/fault", method="DELETE")
        self.run_once("--full")
        self.assertEqual(self.found(), [("vanished", "")])
        self.assertEqual(self.written(OTHER[side]), before[OTHER[side]])
        row = self.hours_of(OTHER[side], code)[0]
        self.assertTrue(all(str(row[name]) != str(value) for name, value in people.REVOKED[OTHER[side]].items()),
                        "what vanished was revoked")
        self.assertEqual(self.hours_of(side, code), [], "what vanished was created again")

    def test_a_gateways_404_page_municipal(self):  # rule: gone-only-by-its-own-words
        self.story("municipal", "html", status=404)

    def test_a_404_without_an_errcode_provincial(self):  # rule: gone-only-by-its-own-words
        self.story("provincial", "html", status=404)

    def test_no_answer(self):  # rule: gone-not-by-timeout
        self.story("provincial", "cut_before")

    def test_a_refusal_municipal(self):  # rule: gone-not-by-refusal
        self.story("municipal", "refused", status=403)

    def test_a_refusal_provincial(self):  # rule: gone-not-by-refusal
        self.story("provincial", "refused", status=403)

    def test_a_server_error(self):  # rule: gone-not-by-error
        self.story("municipal", "server_error", status=500)


class Watermarks(CityCase):
    def test_a_record_committed_behind_the_watermark_is_found_within_the_overlap(self):  # rule: overlap
        """It bears a time five minutes back, for the server's clock or a transaction that came late."""
        for side in SIDES:
            with self.subTest(side=side):
                code = self.new_person()
                self.run_once()
                self.city.control("/clock", {"side": side, "offset_seconds": -300})
                self.seed(side, hours=[people.hours(side, code, next(people.NUMBERS))])
                self.city.control("/clock", {"side": side, "offset_seconds": 0})
                self.run_once()
                self.assertEqual(len(self.hours_of(OTHER[side], code)), 1)

    @unittest.skipIf(shutil.which("strace") is None, "needs strace")
    def test_a_watermark_is_never_ahead_of_what_is_staged(self):  # rule: watermark-after-staging
        """Killed at each durable step of an incremental cycle; the next, incremental too, misses nothing."""
        code = self.new_person()
        self.run_once()
        for step in range(1, 40):
            self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS),
                                                       course=f"W-{step}")])
            done = subprocess.run(
                ["strace", "-qq", "-o", "/dev/null", "-f", "-e", "trace=fdatasync",
                 "-e", f"inject=fdatasync:signal=SIGKILL:when={step}",
                 str(BUILD / "cebridged"), "--config", self.city.config, "--once"],
                stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60, check=False)
            if done.returncode == 0:
                break
            self.run_once()
            self.assertEqual(len(self.hours_of("provincial", code)), step, f"killed at sync {step}")
        self.assertGreater(step, 2, "it was never killed")
        self.assertEqual(self.city.control("/stats")["provincial"]["duplicate_creates"], 0)


class LostAnswers(CityCase):
    """The platform stored the write and its answer never came: it is read before anything is sent again."""

    def lost(self, side, method, path, body=""):
        self.city.control("/fault", {"kind": "answer_lost", "side": side, "method": method, "path": path,
                                     "body": body})
        before = self.written(side)
        self.run_once(exits=(0, 3, 4))
        self.assertEqual(self.city.control("/fault")["faults"][0]["hits"], 1, "no answer was lost")
        self.city.control("/fault", method="DELETE")
        self.run_once()
        self.assertEqual(self.found(), [])
        self.assertEqual(self.written(side), before + 1, "written twice, or not at all")
        self.assertEqual(self.city.control("/stats")[side]["duplicate_creates"], 0)
        self.run_once("--full")
        self.assertEqual(self.written(side), before + 1)

    def test_of_an_account_created(self):  # rule: lost-create-account
        for side, method, path in (("provincial", "POST", "/gw/ry"), ("municipal", "POST", "/accounts")):
            with self.subTest(side=side):
                code = self.new_person(sides=(OTHER[side],))
                self.lost(side, method, path, body="王甲")
                self.assertIsNotNone(self.person_row(side, code))

    def test_of_an_account_updated(self):  # rule: lost-update-account
        for side, path in (("provincial", "/gw/ry/"), ("municipal", "/accounts/")):
            with self.subTest(side=side):
                code = self.new_person()
                self.run_once()
                self.edit(OTHER[side], "account", {people.CODE[OTHER[side]]: code},
                          **{people.NAME[OTHER[side]]: "王乙"})
                self.lost(side, "PUT", path)
                self.assertEqual(self.person_row(side, code)[people.NAME[side]], "王乙")

    def test_of_hours_created_in_a_batch(self):  # rule: lost-create-hours
        for side, path in (("provincial", "/xs/plsc"), ("municipal", "/hours/batch")):
            with self.subTest(side=side):
                code = self.new_person()
                self.run_once()
                self.seed(OTHER[side], hours=[people.hours(OTHER[side], code, next(people.NUMBERS))])
                self.lost(side, "POST", path)
                self.assertEqual(len(self.hours_of(side, code)), 1)

    def test_of_a_record_revoked(self):  # rule: lost-revoke
        for side, path in (("provincial", "/xs/plsc"), ("municipal", "/hours/batch")):
            with self.subTest(side=side):
                code = self.new_person()
                self.seed(OTHER[side], hours=[people.hours(OTHER[side], code, next(people.NUMBERS))])
                self.run_once()
                self.edit(OTHER[side], "hours", {people.CODE[OTHER[side]]: code}, **people.REVOKED[OTHER[side]])
                self.lost(side, "POST", path)
                row = self.hours_of(side, code)[0]
                self.assertEqual({name: str(row[name]) for name in people.REVOKED[side]},
                                 {name: str(value) for name, value in people.REVOKED[side].items()})


class LostAnswersOfPut(LostAnswers):
    """A definition without batches: hours go one by one, at the province by PUT under their origin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.city.folder / "connectors").mkdir()
        for side in SIDES:
            definition = json.loads((ROOT / f"connectors/{side}.json").read_text())
            del definition["entities"]["hours"]["batch"]
            cls.city.write(f"connectors/{side}.json", json.dumps(definition))
        cls.city.configure("region = 3716", "region = 3716\nconnectors_dir = connectors")

    def lost(self, side, method, path, body=""):
        if path in ("/xs/plsc", "/hours/batch"):
            revoked = self.id().endswith("revoked")
            method, path = {"/xs/plsc": ("PUT", "/gw/xs/"),
                            "/hours/batch": ("PUT", "/hours/") if revoked else ("POST", "/hours")}[path]
            body = "" if revoked else "课程"
        super().lost(side, method, path, body)


class OneName(CityCase):
    """Two people of one name with one employer are two people."""

    def test_neither_their_accounts_nor_their_hours_are_merged(self):  # rule: never-merged-by-name
        first, second = (self.new_person(sides=(side,)) for side in SIDES)
        self.run_once()
        for code in (first, second):
            for side in SIDES:
                self.assertIsNotNone(self.person_row(side, code), side)
        for side, code in zip(SIDES, (first, second)):
            self.seed(side, hours=[people.hours(side, code, next(people.NUMBERS))])
        self.run_once()
        self.assertEqual(self.found(), [])
        for side in SIDES:
            self.assertEqual([len(self.hours_of(side, code)) for code in (first, second)], [1, 1], side)

    def test_a_change_of_one_is_none_of_the_other(self):  # rule: never-merged-by-name
        first, second = self.new_person(), self.new_person()
        self.run_once()
        self.edit("municipal", "account", {"idCard": first}, mobile="13800000006")
        self.run_once()
        self.assertEqual([self.person_row("provincial", code)["lxdh"] for code in (first, second)],
                         ["13800000006", "13800000001"])


class Refused(CityCase):
    def test_a_refused_write_is_not_sent_again_until_something_changes(self):  # rule: write-rejected
        """By the daemon's own cycles: an operator's own command tries again."""
        self.city.configure("[console]", "[schedule]\nincremental = 1 s\n\n[console]")
        code = self.new_person()
        self.run_once()
        self.city.control("/fault", {"kind": "refused", "side": "provincial", "method": "PUT", "path": "/gw/ry/",
                                     "count": -1})
        self.edit("municipal", "account", {"idCard": code}, realName="王乙")
        daemon = self.city.start_daemon()
        self.addCleanup(daemon.stderr.close)

        def hits():
            return self.city.control("/fault")["faults"][0]["hits"]

        def cycles():
            return self.city.control("/stats")["municipal"]["paths"].get("GET /accounts", 0)

        self.assertTrue(self.city.wait(lambda: hits() == 1))
        seen = cycles()
        self.assertTrue(self.city.wait(lambda: cycles() >= seen + 3), "the daemon does not go on")
        self.assertEqual(hits(), 1, "sent again, unchanged")
        self.edit("municipal", "account", {"idCard": code}, realName="王丙")
        self.assertTrue(self.city.wait(lambda: hits() == 2), "another content is another write")
        self.assertEqual([row["kind"] for row in self.open_now()], ["write_rejected"])
        self.city.control("/fault", method="DELETE")
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(15), 0)
        self.run_once()
        self.assertEqual(self.person_row("provincial", code)["mc"], "王丙", "the operator asked")
        self.assertEqual(self.found(), [])


if __name__ == "__main__":
    unittest.main()
