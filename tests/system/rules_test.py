#!/usr/bin/env python3
"""Rules of consistency that no other test holds, each by itself (docs/rules.tsv)."""
import json
import os
import re
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import PEOPLE, CityCase  # noqa: E402
from city import BUILD, City  # noqa: E402
from people import OTHER, SIDES  # noqa: E402

COURSE = {"municipal": "courseName", "provincial": "kcmc"}
REVIEW = {"municipal": "auditStatus", "provincial": "shzt"}


class Rules(CityCase):
    def writes(self):
        return {side: self.written(side) for side in SIDES}

    def mobiles(self, code):
        return tuple(self.person_row(side, code)[people.MOBILE[side]] for side in SIDES)

    def set_mobile(self, side, code, number):
        self.edit(side, "account", {people.CODE[side]: code}, **{people.MOBILE[side]: number})

    def events(self, name):
        lines = (self.city.folder / "log/events.jsonl").read_text().splitlines()
        return [row for row in map(json.loads, lines) if row["event"] == name]

    def shared_hours(self, **more):
        code, number = self.new_person(), next(people.NUMBERS)
        for side in SIDES:
            self.seed(side, hours=[people.hours(side, code, number, system="371600", **more)])
        self.run_once()
        return code, number

    # holds: model.not_respelled
    def test_another_spelling_is_no_change(self):
        code, _ = self.shared_hours()
        before = self.writes()
        self.edit("municipal", "account", {"idCard": code}, realName=" 王甲　", mobile="１３８００００００１"[:4] + "0000001")
        self.edit("municipal", "hours", {"idCard": code}, courseCode="Ｋ-１", classHour="2.00")
        for arguments in ((), ("--full",)):
            self.run_once(*arguments)
            self.assertEqual((self.found(), self.writes()), ([], before))
        self.assertEqual(self.person_row("municipal", code)["realName"], " 王甲　")

    # holds: scope.created_inside
    def test_who_stands_outside_the_region_is_not_created(self):
        for side in SIDES:
            with self.subTest(side=side):
                away, code = people.organisation(next(PEOPLE) + 800, region="370102"), people.resident(next(PEOPLE))
                self.seed(side, accounts=[
                    people.account(side, away, "外地单位", "employer", region="370102"),
                    people.account(side, code, employer=away, region="370102")])
                self.seed(side, hours=[people.hours(side, code, next(people.NUMBERS))])
                before = self.writes()
                for arguments in ((), ("--full",)):
                    self.run_once(*arguments)
                    self.assertEqual((self.found(), self.writes()), ([], before))

    # holds: scope.outside_both
    def test_who_leaves_on_both_sides_is_no_conflict(self):
        code, _ = self.shared_hours()
        away = people.organisation(next(PEOPLE) + 800, region="370102")
        for side in SIDES:
            self.seed(side, accounts=[people.account(side, away, "外地单位", "employer", region="370102")])
        self.edit("municipal", "account", {"idCard": code}, orgCreditCode=away, areaCode="370102")
        self.edit("provincial", "account", {"sfzjhm": code}, dwxydm=away, xzqh="370102")
        before = self.writes()
        for arguments in (("--full",), (), ("--full",)):
            self.run_once(*arguments)
            self.assertEqual((self.found(), self.writes()), ([], before))
        home = {"employer": self.employer["code"], "region": self.employer["region"]}
        self.edit("municipal", "account", {"idCard": code}, orgCreditCode=home["employer"], areaCode=home["region"])
        self.edit("provincial", "account", {"sfzjhm": code}, dwxydm=home["employer"], xzqh=home["region"])
        self.set_mobile("municipal", code, "13800000009")
        self.run_once()
        self.assertEqual((self.found(), self.mobiles(code)), ([], ("13800000009",) * 2), "taken up again")

    # holds: merge.review_revoked
    def test_a_step_back_from_hrss_is_logged(self):
        code, _ = self.shared_hours()
        self.edit("municipal", "hours", {"idCard": code}, auditStatus=3)
        before = len(self.events("review_revoked"))
        self.run_once()
        self.assertEqual((self.found(), self.hours_of("provincial", code)[0]["shzt"]), ([], "30"))
        row = self.events("review_revoked")[before:]
        self.assertEqual([(event["to"], event["before"], event["after"]) for event in row],
                         [("provincial", "hrss", "department")])
        self.edit("municipal", "hours", {"idCard": code}, auditStatus=2)
        self.run_once()
        self.assertEqual(len(self.events("review_revoked")), before + 1, "that is no step back from hrss")

    # holds: merge.clocks
    def test_the_newest_is_told_by_corrected_clocks(self):
        """The province's clock is ten minutes behind: what is entered there last wins all the same."""
        code = self.new_person()
        self.run_once()
        self.city.control("/clock", {"side": "municipal", "offset_seconds": -60})
        self.set_mobile("municipal", code, "13800000002")
        self.city.control("/clock", {"side": "municipal", "offset_seconds": 0})
        self.city.control("/clock", {"side": "provincial", "offset_seconds": -600})
        self.addCleanup(self.city.control, "/clock", {"side": "provincial", "offset_seconds": 0})
        self.set_mobile("provincial", code, "13800000003")
        self.run_once()
        self.assertEqual((self.found(), self.mobiles(code)), ([], ("13800000003",) * 2))

    # holds: merge.clocks_future
    def test_an_update_time_in_the_servers_future_tells_nothing(self):
        for side in SIDES:
            with self.subTest(side=side):
                self.setUp()
                code = self.new_person()
                self.run_once()
                self.set_mobile(OTHER[side], code, "13800000002")
                self.city.control("/clock", {"side": side, "offset_seconds": 900})
                self.set_mobile(side, code, "13800000003")
                self.city.control("/clock", {"side": side, "offset_seconds": 0})
                before = self.mobiles(code)
                self.run_once()
                self.assertEqual((self.found(), self.mobiles(code)), ([("field_mismatch", "mobile")], before))

    # holds: write.key
    def test_the_same_write_has_the_same_key_and_a_b_a_has_three(self):
        code = self.new_person()
        self.run_once()

        def key():
            path = self.city.folder / "plan.jsonl"
            path.unlink(missing_ok=True)
            self.city.cebridge("plan", "--out", str(path))
            writes = [row for row in map(json.loads, path.read_text().splitlines()) if "key" in row]
            self.assertEqual(len(writes), 1)
            return writes[0]["key"]

        keys = []
        for number in ("13800000005", "13800000006", "13800000005"):
            self.set_mobile("municipal", code, number)
            keys.append(key())
            self.assertEqual(key(), keys[-1], "planned again it is the same write")
            self.run_once()
        self.assertEqual(len(set(keys)), 3)

    def lists(self, side):
        return self.city.control("/stats")[side]["paths"].get("GET /ry", 0)

    # holds: write.precondition
    def test_somebody_who_writes_meanwhile_is_not_overwritten(self):
        """The province's record is edited after it was read, while the city still answers: the write finds another
        version, the record is read again, and both edits stand in the same cycle."""
        code = self.new_person()
        self.run_once()
        self.set_mobile("municipal", code, "13800000007")
        self.city.control("/fault", {"kind": "latency", "side": "municipal", "path": "/hours", "method": "GET",
                                     "ms": 3000, "count": 1})
        read = self.lists("provincial")
        cycle = subprocess.Popen([str(BUILD / "cebridged"), "--config", self.city.config, "--once"],
                                 stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.assertTrue(self.city.wait(lambda: self.city.control("/fault")["faults"][0]["hits"] == 1))
        self.assertTrue(self.city.wait(lambda: self.lists("provincial") > read))
        time.sleep(0.2)  # its answer is on the way
        self.edit("provincial", "account", {"sfzjhm": code}, zcjb="03")
        self.assertIn(cycle.wait(30), (0, 3))
        self.city.control("/fault", method="DELETE")
        counts = self.city.lines("status")[0]["last_cycle"]["counts"]
        self.assertEqual(counts["provincial"]["overtaken"], 1, "nobody came in between")
        self.assertEqual((self.found(), self.mobiles(code)), ([], ("13800000007",) * 2))
        self.assertEqual(self.person_row("provincial", code)["zcjb"], "03", "overwritten")
        self.assertEqual(self.person_row("municipal", code)["titleLevel"], 3)

    # holds: write.echo
    def test_what_was_written_comes_back_and_echoes_nothing(self):
        code = self.new_person(sides=("municipal",))
        self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS))])
        self.run_once()
        before = self.writes()
        for _ in range(3):
            self.run_once()
        self.assertEqual((self.found(), self.writes()), ([], before))

    # holds: guard.unknown_field
    def test_an_unknown_field_is_logged_once_a_day_by_its_name(self):
        code = self.new_person()
        self.run_once()
        before = len(self.events("schema_drift"))
        self.city.control("/fault", {"kind": "extra_field", "side": "provincial", "path": "/gw/ry", "method": "GET",
                                     "count": -1, "field": "xbdm", "value": "13800000001", "all": True})
        for number in ("13800000002", "13800000003"):
            self.set_mobile("provincial", code, number)
            self.run_once()
        self.city.control("/fault", method="DELETE")
        told = [(row["side"], row["entity"], row["field"]) for row in self.events("schema_drift")[before:]]
        self.assertEqual(told, [("provincial", "account", "xbdm")])
        self.assertEqual((self.found(), self.mobiles(code)), ([], ("13800000003",) * 2))

    # holds: read.spellings
    def test_every_spelling_of_an_id_is_asked_for(self):
        """Nobody was listed yet: only the query for 15 digits finds her at the province."""
        code = next(text for number in range(900, 999) for check in "0123456789X"
                    if people_valid(text := f"37160219600101{number}{check}"))
        old = code[:6] + code[8:17]
        self.seed("municipal", accounts=[people.account("municipal", code, employer=self.employer["code"],
                                                        region=self.employer["region"])])
        self.seed("provincial", accounts=[people.account("provincial", old, employer=self.employer["code"],
                                                         region=self.employer["region"])])
        done = self.city.cebridge("resync", "--person", "-", input=code + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.city.control("/stats")["provincial"]["duplicate_creates"], 0)
        self.set_mobile("municipal", code, "13800000008")
        self.run_once()
        self.assertEqual(self.person_row("provincial", old)["lxdh"], "13800000008")
        self.assertIsNone(self.person_row("provincial", code), "created beside it")


def people_valid(code):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return code[17] == "10X98765432"[sum(int(digit) * weight for digit, weight in zip(code, weights)) % 11]


class Fresh(unittest.TestCase):
    def setUp(self):
        self.city = City(people=30, hours=300).__enter__()
        self.addCleanup(self.city.__exit__)

    def writes(self):
        return {side: facts["creates"] + facts["updates"] for side, facts in self.city.control("/stats").items()}

    # holds: guard.observe
    def test_observe_shows_all_and_writes_nothing(self):
        self.city.configure("mode = write\n", "")
        before = self.writes()
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.assertEqual(self.writes(), before)
        counts = self.city.lines("status")[0]["last_cycle"]["counts"]
        self.assertGreater(counts["provincial"]["create"], 10, "the plan is made all the same")
        self.city.cebridge("mode", "write")
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.assertGreater(self.writes()["provincial"], 10)

    # holds: log.head
    def test_the_head_of_the_log_goes_to_the_journal_once_an_hour(self):
        """After the first cycle and not after each: what it names is found in the log, and in no other."""
        self.city.configure("[console]", "[schedule]\nincremental = 1 s\n\n[console]")
        daemon = self.city.start_daemon()
        self.addCleanup(daemon.stderr.close)

        def cycles():
            return self.city.control("/stats")["municipal"]["paths"].get("GET /accounts", 0)

        self.assertTrue(self.city.wait(lambda: cycles() > 4))
        daemon.terminate()
        told = [line for line in daemon.communicate(timeout=15)[1].splitlines() if "head of the sync log" in line]
        self.assertEqual(len(told), 1, told)
        head = re.search("[0-9a-f]{64}", told[0]).group()
        lines = (self.city.folder / "log/events.jsonl").read_text().splitlines()
        self.assertIn(head, [json.loads(line)["prev"] for line in lines])

    # holds: merge.stale
    def test_a_stale_copy_takes_nothing_back(self):
        """A replica that lags shows a record as it was before the edit that was already carried over."""
        for side in SIDES:
            self.city.control("/clock", {"side": side, "offset_seconds": -1200})
        for _ in range(2):
            self.assertEqual(self.city.once("--full").returncode, 0)
        for side in SIDES:
            self.city.control("/clock", {"side": side, "offset_seconds": 0})
        both = {row["code"] for row in self.city.control("/dump?side=provincial&entity=account") if row["valid"]}
        code = next(row["code"] for row in self.city.control("/dump?side=municipal&entity=account")
                    if row["kind"] == "person" and row["valid"] and row["code"] in both and row["code"].isdigit())
        self.city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": code},
                                    "set": {"mobile": "13900000009"}})
        self.assertEqual(self.city.once().returncode, 0)
        before = self.writes()
        self.city.control("/fault", {"kind": "stale", "side": "municipal", "path": "/accounts?", "method": "GET",
                                     "seconds": 600, "count": 1})
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.assertEqual(self.city.control("/fault")["faults"][0]["hits"], 1)
        self.city.control("/fault", method="DELETE")
        self.assertEqual(self.city.control("/stats")["municipal"]["paths"].get("GET /accounts/{id}"), 1, "read again")
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.assertEqual(self.writes(), before)
        for side in SIDES:
            rows = self.city.control(f"/dump?side={side}&entity=account")
            self.assertEqual([row["mobile"] for row in rows if row["code"] == code], ["13900000009"], side)

    # holds: certified.newcomer
    def test_the_older_hours_of_who_came_into_the_region_are_not_created_beside(self):
        """Entered by hand on both sides, long before the province moves her here: no increment brings them."""
        self.city.control("/clock", {"side": "provincial", "offset_seconds": -3600})
        self.assertEqual(self.city.once("--full").returncode, 0)
        home = next(row for row in self.city.control("/dump?side=provincial&entity=account")
                    if row["kind"] == "employer" and row["region"].startswith("3716"))
        code, away = people.resident(1), people.organisation(1, region="370102")
        self.city.control("/seed?side=provincial", {"accounts": [
            people.account("provincial", away, "外地单位", "employer", region="370102"),
            people.account("provincial", code, employer=away, region="370102")]})
        self.city.control("/seed?side=provincial", {"hours": [people.hours("provincial", code, next(people.NUMBERS))]})
        self.city.control("/clock", {"side": "provincial", "offset_seconds": 0})
        self.city.control("/seed?side=municipal", {"accounts": [
            people.account("municipal", code, employer=home["code"], region=home["region"])]})
        self.city.control("/seed?side=municipal", {"hours": [people.hours("municipal", code, next(people.NUMBERS))]})
        self.assertEqual(self.city.once().returncode, 3)
        self.assertEqual([row["kind"] for row in self.city.lines("conflicts")], ["region_mismatch"])
        self.city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": code},
                                    "set": {"dwxydm": home["code"], "xzqh": home["region"]}})
        for arguments in ((), (), ("--full",)):
            self.city.once(*arguments)
            self.assertEqual([len(self.city.control(f"/inspect?side={side}&entity=hours&code={code}")["records"])
                              for side in SIDES], [1, 1], arguments)

    # holds: quarantine.drift
    def test_a_field_that_is_missing_everywhere_stops_the_entity(self):
        self.assertEqual(self.city.once("--full").returncode, 0)
        before = self.writes()
        self.city.control("/fault", {"kind": "missing_field", "side": "provincial", "path": "/gw/xs", "method": "GET",
                                     "count": -1, "all": True, "field": "nd"})
        done = self.city.once("--full")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual([(row["kind"], row["subject"], row["severity"]) for row in self.city.lines("conflicts")],
                         [("schema_drift", "side:provincial", "critical")])
        self.assertEqual(self.writes(), before)
        self.city.control("/fault", method="DELETE")
        self.assertEqual(self.city.once("--full").returncode, 0)
        self.assertEqual((self.city.lines("conflicts"), self.writes()), ([], before))

    # holds: guard.revocations
    def test_steps_back_from_hrss_count_as_revocations(self):
        """21 of them are held, though nothing is marked invalid; 20 are not."""
        for _ in range(2):
            self.assertEqual(self.city.once("--full").returncode, 0)
        rows = [row for row in self.city.control("/dump?side=municipal&entity=hours")
                if row["valid"] and row["review"] == "hrss" and row["origin"].startswith("371600/")][:21]
        self.assertEqual(len(rows), 21)
        before = self.writes()
        for row in rows:
            self.city.control("/edit", {"side": "municipal", "entity": "hours", "system": "371600",
                                        "number": row["origin"].split("/")[1], "set": {"auditStatus": 3}})
        done = self.city.once()
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertEqual([row["kind"] for row in self.city.lines("conflicts")], ["mass_change_guard"])
        self.assertEqual(self.writes(), before)
        self.city.control("/edit", {"side": "municipal", "entity": "hours", "system": "371600",
                                    "number": rows[0]["origin"].split("/")[1], "set": {"auditStatus": 4}})
        self.assertIn(self.city.once().returncode, (0, 3))
        self.assertNotIn("mass_change_guard", [row["kind"] for row in self.city.lines("conflicts")])
        self.assertEqual(self.writes()["provincial"], before["provincial"] + 20)


if __name__ == "__main__":
    unittest.main()
