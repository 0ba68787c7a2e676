#!/usr/bin/env python3
"""The stories of how two systems of record are torn apart, each played against the bridge: what cannot be reached or
answers too little, lookups that fail, watermarks that run ahead, platforms that are no longer the same, settings that
change, answers that are lost, people of one name; and writes that are refused."""
import json
import os
import shutil
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import PEOPLE, CityCase  # noqa: E402
from city import BUILD, ROOT, City, traced  # noqa: E402
from people import OTHER, SIDES  # noqa: E402


class Empty(CityCase):
    """What is not there is not gone: neither unread, nor from a listing that ended well with too little in it."""

    size = {"people": 40, "hours": 2600, "shared": 1.0}
    LISTS = {"municipal": "/hours", "provincial": "/gw/xs"}

    def stands(self):
        return {side: self.city.control(f"/digest?side={side}") for side in SIDES}

    def nothing_is_lost(self, exits, *arguments):
        """Of whatever the cycle saw nothing follows, and the next one finds all as it was."""
        before, links = self.stands(), self.city.lines("status")[0]["links"]
        self.run_once(*arguments, exits=exits)
        self.assertEqual(self.stands(), before, "it wrote")
        told = [row["kind"] for row in self.city.lines("conflicts")]
        self.assertGreater(sum(fault["hits"] for fault in self.city.control("/fault")["faults"]), 0)
        self.city.control("/fault", method="DELETE")
        self.run_once("--full", exits=(0,))
        self.assertEqual((self.city.lines("conflicts"), self.stands()), ([], before))
        self.assertEqual(self.city.lines("status")[0]["links"], links)
        return told

    # holds: guard.unread story.unreachable
    def test_unreachable_is_not_empty(self):
        for side in SIDES:
            for arguments in ((), ("--full",)):
                with self.subTest(side=side, cycle=arguments):
                    self.setUp()
                    self.city.control("/fault", {"kind": "cut_before", "side": side, "path": "/", "count": -1})
                    self.assertEqual(self.nothing_is_lost((4,), *arguments), [])

    # holds: guard.listing story.zero_rows
    def test_success_with_zero_rows_is_no_loss(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                self.city.control("/fault", {"kind": "empty_list", "side": side, "path": self.LISTS[side],
                                             "method": "GET", "count": -1})
                self.assertEqual(self.nothing_is_lost((5,), "--full"), ["mass_change_guard"])

    # holds: certified.absence guard.listing story.sixty_percent
    def test_a_listing_with_sixty_percent_is_no_loss(self):
        """Two pages of six are left out. The city states how many there are; of the province nothing tells it but what
        there was before."""
        for side, exits, told in (("municipal", (0,), []), ("provincial", (5,), ["mass_change_guard"])):
            with self.subTest(side=side):
                self.setUp()
                for after in (1, 2):
                    self.city.control("/fault", {"kind": "page_skipped", "side": side, "path": self.LISTS[side],
                                                 "method": "GET", "after": after})
                self.assertEqual(self.nothing_is_lost(exits, "--full"), told)


# holds: read.full_alone story.failed_lookup
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
        self.run_once()
        self.assertEqual(self.found(), [], "an incremental cycle knows of nothing that is gone")
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

    # holds: gone.own_words
    def test_a_gateways_404_page_municipal(self):
        self.story("municipal", "html", status=404)

    # holds: gone.own_words
    def test_a_404_without_an_errcode_provincial(self):
        self.story("provincial", "html", status=404)

    # holds: gone.not_by_failure
    def test_no_answer(self):
        self.story("provincial", "cut_before")

    # holds: gone.not_by_failure
    def test_a_refusal_municipal(self):
        self.story("municipal", "refused", status=403)

    # holds: gone.not_by_failure
    def test_a_refusal_provincial(self):
        self.story("provincial", "refused", status=403)

    # holds: gone.not_by_failure
    def test_a_server_error(self):
        self.story("municipal", "server_error", status=500)

    # holds: conflict.accept
    def test_a_loss_that_was_accepted_is_told_again_when_the_other_side_changes(self):
        """There are no two values that could tell it: the record that is left does."""
        code = self.lost_record("provincial")
        self.run_once("--full")
        self.assertEqual(self.found(), [("vanished", "")])
        number = str(self.open_now()[0]["number"])
        done = self.city.cebridge("resolve", number, "--accept", "--reason", "known")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.run_once("--full")
        self.assertEqual(self.conflict(number)["state"], "closed")
        self.edit("municipal", "hours", {"idCard": code}, courseName="别的")
        self.run_once()
        self.assertEqual(self.conflict(number)["state"], "open")


class Watermarks(CityCase):
    # holds: read.incremental story.late_commit
    def test_a_record_committed_behind_the_watermark(self):
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

    # holds: read.watermark_staged story.watermark
    @unittest.skipIf(shutil.which("strace") is None, "needs strace")
    def test_a_watermark_ahead_of_staging(self):
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
                stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60, check=False, env=traced())
            if done.returncode == 0:
                break
            self.run_once()
            self.assertEqual(len(self.hours_of("provincial", code)), step, f"killed at sync {step}")
        self.assertGreater(step, 2, "it was never killed")
        self.assertEqual(self.city.control("/stats")["provincial"]["duplicate_creates"], 0)


# holds: story.lost_answer
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

    # holds: write.unknown
    def test_of_an_account_created(self):
        for side, method, path in (("provincial", "POST", "/gw/ry"), ("municipal", "POST", "/accounts")):
            with self.subTest(side=side):
                code = self.new_person(sides=(OTHER[side],))
                self.lost(side, method, path, body="王甲")
                self.assertIsNotNone(self.person_row(side, code))

    # holds: write.unknown
    def test_of_an_account_updated(self):
        for side, path in (("provincial", "/gw/ry/"), ("municipal", "/accounts/")):
            with self.subTest(side=side):
                code = self.new_person()
                self.run_once()
                self.edit(OTHER[side], "account", {people.CODE[OTHER[side]]: code},
                          **{people.NAME[OTHER[side]]: "王乙"})
                self.lost(side, "PUT", path)
                self.assertEqual(self.person_row(side, code)[people.NAME[side]], "王乙")

    # holds: write.unknown
    def test_that_was_stored_and_moved_on_since_is_no_edit_of_the_target(self):
        """Nor was it read before both sides were edited once more: of what it wrote the source's later edit wins."""
        for side, path in (("provincial", "/gw/ry/"), ("municipal", "/accounts/")):
            with self.subTest(side=side):
                code, other = self.new_person(), OTHER[side]
                self.run_once()
                self.edit(other, "account", {people.CODE[other]: code}, **{people.NAME[other]: "王乙"})
                self.city.control("/fault", {"kind": "answer_lost", "side": side, "method": "PUT", "path": path})
                self.city.control("/fault", {"kind": "cut_before", "side": side, "method": "GET", "path": path,
                                             "count": -1})
                self.run_once(exits=(4,))
                self.assertEqual([fault["hits"] > 0 for fault in self.city.control("/fault")["faults"]], [True, True])
                self.city.control("/fault", method="DELETE")
                self.edit(other, "account", {people.CODE[other]: code}, **{people.NAME[other]: "王丙"})
                self.edit(side, "account", {people.CODE[side]: code}, **{people.MOBILE[side]: "13900000008"})
                self.run_once()
                self.assertEqual(self.found(), [])
                self.assertEqual([self.person_row(each, code)[people.NAME[each]] for each in SIDES], ["王丙"] * 2)
                self.assertEqual(self.person_row(other, code)[people.MOBILE[other]], "13900000008")

    # holds: write.unknown
    def test_of_an_organisation_created(self):
        for side, method, path in (("provincial", "POST", "/gw/ry"), ("municipal", "POST", "/accounts")):
            with self.subTest(side=side):
                code = people.organisation(next(PEOPLE) + 700)
                self.seed(OTHER[side], accounts=[people.account(OTHER[side], code, "丁单位", "employer")])
                self.lost(side, method, path, body="丁单位")

    # holds: write.unknown
    def test_of_an_account_revoked(self):
        for side, path in (("provincial", "/gw/ry/"), ("municipal", "/accounts/")):
            with self.subTest(side=side):
                code = self.new_person()
                self.run_once()
                self.edit(OTHER[side], "account", {people.CODE[OTHER[side]]: code}, **people.REVOKED[OTHER[side]])
                self.lost(side, "PUT", path)
                self.assertEqual({name: str(self.person_row(side, code)[name]) for name in people.REVOKED[side]},
                                 {name: str(value) for name, value in people.REVOKED[side].items()})

    # holds: write.unknown
    def test_of_hours_updated(self):
        name = {"municipal": "courseName", "provincial": "kcmc"}
        for side, path in (("provincial", "/xs/plsc"), ("municipal", "/hours/batch")):
            with self.subTest(side=side):
                code = self.new_person()
                self.seed(OTHER[side], hours=[people.hours(OTHER[side], code, next(people.NUMBERS))])
                self.run_once()
                self.edit(OTHER[side], "hours", {people.CODE[OTHER[side]]: code}, **{name[OTHER[side]]: "新名"})
                self.lost(side, "POST", path)
                self.assertEqual(self.hours_of(side, code)[0][name[side]], "新名")

    # holds: write.unknown
    def test_of_hours_created_in_a_batch(self):
        for side, path in (("provincial", "/xs/plsc"), ("municipal", "/hours/batch")):
            with self.subTest(side=side):
                code = self.new_person()
                self.run_once()
                self.seed(OTHER[side], hours=[people.hours(OTHER[side], code, next(people.NUMBERS))])
                self.lost(side, "POST", path)
                self.assertEqual(len(self.hours_of(side, code)), 1)

    # holds: situation.provincial_revoked write.unknown
    def test_of_a_record_revoked(self):
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
            revoked = self.id().endswith(("revoked", "updated"))
            method, path = {"/xs/plsc": ("PUT", "/gw/xs/"),
                            "/hours/batch": ("PUT", "/hours/") if revoked else ("POST", "/hours")}[path]
            body = "" if revoked else "课程"
        super().lost(side, method, path, body)


class Platforms(unittest.TestCase):
    """Behind the same address answers another than the one that was known."""

    def setUp(self):
        self.city = self.begin(seed=7)
        self.assertEqual(self.city.once("--full").returncode, 0)

    def begin(self, **more):
        city = City(people=40, hours=400, **more).__enter__()
        self.addCleanup(city.__exit__)
        return city

    def writes(self):
        return {side: facts["creates"] + facts["updates"] for side, facts in self.city.control("/stats").items()}

    def held(self, side):
        before = self.writes()
        done = self.city.once("--full")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual([(row["kind"], row["subject"]) for row in self.city.lines("conflicts")],
                         [("platform_changed", f"side:{side}")])
        self.assertEqual(self.writes(), before)

    def in_step(self):
        done = self.city.once("--full")
        self.assertEqual((done.returncode, self.city.lines("conflicts")), (0, []), done.stderr)
        before = self.writes()
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.assertEqual(self.writes(), before)
        self.assertEqual([facts["duplicate_creates"] for facts in self.city.control("/stats").values()], [0, 0])

    def mobiles(self, side, codes):
        rows = {row["code"]: row["mobile"] for row in self.city.control(f"/dump?side={side}&entity=account")}
        return [rows[code] for code in codes]

    # holds: guard.platform_changed guard.rebase story.restored
    def test_a_platform_restored_from_yesterday(self):
        """What was edited since, on the other side, is not taken back; the operator has it refilled."""
        codes = [row["code"] for row in self.city.control("/dump?side=provincial&entity=account")
                 if row["kind"] == "person" and row["valid"] and row["code"].isdigit()][:6]
        self.city.control("/snapshot", {"side": "municipal"})
        self.city.control("/clock", {"side": "municipal", "offset_seconds": -300})  # no lag explains it
        for number, code in enumerate(codes):
            self.city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": code},
                                        "set": {"lxdh": f"1390000{number:04d}"}})
        self.assertEqual(self.city.once().returncode, 0)
        edited = self.mobiles("provincial", codes)
        self.assertEqual(self.mobiles("municipal", codes), edited)
        self.city.control("/restore", {"side": "municipal"})
        self.city.control("/clock", {"side": "municipal", "offset_seconds": 0})
        self.assertNotEqual(self.mobiles("municipal", codes), edited)
        self.held("municipal")
        done = self.city.cebridge("rebase", "municipal", "--reason", "restored from the tape")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.in_step()
        for side in SIDES:
            self.assertEqual(self.mobiles(side, codes), edited, side)

    # holds: guard.platform_changed guard.accept_platform story.demo
    def test_a_platform_swapped_for_a_demo_system(self):
        """Nothing of the demo's people reaches the other side; when the right one is back, all goes on."""
        demo = self.begin(seed=8)
        own, other = (f"https://127.0.0.1:{city.ports['municipal']}" for city in (self.city, demo))
        stands = self.city.control("/digest?side=provincial")
        both = (self.city.folder / "ca/ca.pem").read_text() + (demo.folder / "ca/ca.pem").read_text()
        (self.city.folder / "ca/ca.pem").write_text(both)
        self.city.configure(own, other)
        self.held("municipal")
        self.assertEqual(self.city.control("/digest?side=provincial"), stands)
        self.assertEqual([facts["creates"] + facts["updates"] for facts in demo.control("/stats").values()], [0, 0])
        self.city.configure(other, own)
        done = self.city.cebridge("accept-platform", "municipal", "--reason", "the right address again")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.in_step()
        self.assertEqual(self.city.control("/digest?side=provincial"), stands)


class Settings(unittest.TestCase):
    """A change of settings is no change of data."""

    def setUp(self):
        self.city = City(people=60, hours=600).__enter__()
        self.addCleanup(self.city.__exit__)
        self.assertEqual(self.city.once("--full").returncode, 0)

    def stands(self):
        return {side: self.city.control(f"/digest?side={side}") for side in SIDES}

    def unmoved(self, before):
        for arguments in ((), ("--full",), ("--full",)):
            done = self.city.once(*arguments)
            self.assertEqual((done.returncode, self.city.lines("conflicts")), (0, []), (arguments, done.stderr))
            self.assertEqual(self.stands(), before, arguments)

    # holds: scope.narrowed story.narrowed
    def test_a_narrowed_scope_is_no_loss(self):
        """Who fell out of scope is neither gone nor written, and not read by id; back in it, what was edited meanwhile
        is carried over by the base that was kept."""
        links = self.city.lines("status")[0]["links"]
        both = {row["code"] for row in self.city.control("/dump?side=provincial&entity=account")}
        person = next(row["code"] for row in self.city.control("/dump?side=municipal&entity=account")
                      if row["kind"] == "person" and row["valid"] and row["code"] in both
                      and not row["region"].startswith("371602"))
        self.city.configure("region = 3716", "region = 371602")
        self.unmoved(self.stands())
        self.city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": person},
                                    "set": {"mobile": "13900000001"}})
        self.unmoved(self.stands())
        self.assertEqual(self.read_by_id(), [])
        self.city.configure("region = 371602", "region = 3716")
        self.assertEqual(self.city.once().returncode, 0)
        rows = {row["code"]: row for row in self.city.control("/dump?side=provincial&entity=account")}
        self.assertEqual(rows[person]["mobile"], "13900000001")
        self.unmoved(self.stands())
        self.assertEqual(self.city.lines("status")[0]["links"], links)
        told = [row for row in map(json.loads, (self.city.folder / "log/events.jsonl").read_text().splitlines())
                if row["event"] == "scope_changed"]
        self.assertEqual([(row["before"], row["after"]) for row in told], [("3716", "371602"), ("371602", "3716")])
        self.assertGreater(told[0]["set_aside"], 10)
        self.assertEqual(told[1]["taken_up"], told[0]["set_aside"])

    def read_by_id(self):
        return [path for facts in self.city.control("/stats").values() for path in facts["paths"]
                if path.startswith("GET ") and path.count("/") > 1]

    # holds: guard.mapping_change story.mapping
    def test_a_changed_mapping_is_no_change_of_data(self):
        """A field is no longer compared, and then again; meanwhile somebody edits it and another."""
        before = self.stands()
        mapping = json.loads((ROOT / "mapping/continuing-education.json").read_text())
        (self.city.folder / "mapping").mkdir()
        mapping["entities"]["account"]["fields"]["mobile"]["policy"] = "ignore"
        self.city.write("mapping/continuing-education.json", json.dumps(mapping))
        self.city.configure("region = 3716", "region = 3716\nmapping_dir = mapping")
        self.unmoved(before)
        self.city.configure("region = 3716\nmapping_dir = mapping", "region = 3716")
        self.unmoved(before)


class OneName(CityCase):
    """Two people of one name with one employer are two people."""

    # holds: match.never_by_name story.one_name
    def test_two_people_of_one_name_are_two(self):
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

    # holds: match.never_by_name
    def test_a_change_of_one_is_none_of_the_other(self):
        first, second = self.new_person(), self.new_person()
        self.run_once()
        self.edit("municipal", "account", {"idCard": first}, mobile="13800000006")
        self.run_once()
        self.assertEqual([self.person_row("provincial", code)["lxdh"] for code in (first, second)],
                         ["13800000006", "13800000001"])


class Refused(CityCase):
    # holds: write.rejected
    def test_a_refused_write_is_not_sent_again_until_something_changes(self):
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
