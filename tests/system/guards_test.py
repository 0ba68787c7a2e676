#!/usr/bin/env python3
"""The guards that hold a part: what is neither data nor people's work is not carried over, and the rest goes on."""
import json
import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import CityCase  # noqa: E402
from city import ROOT  # noqa: E402
from people import CODE, MOBILE, NAME  # noqa: E402

MOST = 20  # of few records; 21 are too many


# holds: guard.field_drift
class FieldDrift(CityCase):
    def setUp(self):
        super().setUp()
        self.codes = [self.new_person() for _ in range(MOST + 1)]
        self.run_once()
        self.assertEqual(self.held(), [])

    def tearDown(self):
        self.set_all("municipal", self.codes, mobile="13800000001")
        self.set_all("provincial", self.codes, lxdh="13800000001")
        self.run_once()

    def held(self):
        """A side's conflict is one, whoever it is about: it opens again."""
        return [row for row in self.city.lines("conflicts") if row["subject"].startswith("side:")]

    def set_all(self, side, codes, **members):
        for code in codes:
            self.edit(side, "account", {CODE[side]: code}, **members)

    def mobiles(self, side, codes):
        return {self.person_row(side, code)[MOBILE[side]] or "" for code in codes}

    def drifted(self):
        self.set_all("municipal", self.codes, mobile="")
        self.run_once()
        found = self.held()
        self.assertEqual([(row["kind"], row["subject"], row["field"], row["severity"]) for row in found],
                         [("field_drift", "side:municipal", "account.mobile", "warning")])
        self.assertEqual(self.mobiles("provincial", self.codes), {"13800000001"})
        return found[0]["number"]

    def test_twenty_records_may_change_alike(self):
        self.set_all("municipal", self.codes[:MOST], mobile="")
        self.run_once()
        self.assertEqual(self.held(), [])
        self.assertEqual(self.mobiles("provincial", self.codes[:MOST]), {""})

    def test_one_more_is_held_and_the_other_fields_go_on(self):
        self.set_all("municipal", self.codes[:1], realName="王丁")
        self.drifted()
        self.assertEqual(self.person_row("provincial", self.codes[0])[NAME["provincial"]], "王丁")
        self.set_all("municipal", self.codes[1:2], realName="王戊")
        self.set_all("provincial", self.codes[2:3], lxdh="13800000002")
        for again in (self.run_once, lambda: self.city.cebridge("resync", "--person", self.codes[3]),
                      lambda: self.run_once("--full")):
            again()
            self.assertEqual(len(self.held()), 1)
            self.assertEqual(self.mobiles("municipal", self.codes), {""}, "nor to the side where it drifted")
        self.assertEqual(self.person_row("provincial", self.codes[1])[NAME["provincial"]], "王戊")

    def test_somebody_new_waits_while_her_field_is_held(self):
        self.drifted()
        code = self.new_person(sides=("municipal",))
        empty = self.new_person(sides=("municipal",), mobile="")
        self.run_once()
        self.assertIsNone(self.person_row("provincial", code))
        self.assertIsNotNone(self.person_row("provincial", empty), "of the field nothing is written")
        self.assertEqual(self.waiting()["by_reason"]["field_drift"], 1)
        self.set_all("municipal", self.codes, mobile="13800000001")
        self.run_once()
        self.run_once()
        self.assertIsNotNone(self.person_row("provincial", code))

    def test_it_ends_by_itself(self):
        self.drifted()
        self.set_all("municipal", self.codes[:1], mobile="13800000003")
        self.run_once()
        self.assertEqual(self.held(), [], "a cycle no longer shows it")
        self.run_once()
        self.assertEqual(self.mobiles("provincial", self.codes[1:]), {""})
        self.assertEqual(self.mobiles("provincial", self.codes[:1]), {"13800000003"})

    def test_who_finds_it_right_lets_it_pass_once(self):
        number = self.drifted()
        self.assertEqual(self.city.cebridge("resolve", str(number), "--accept", "--reason", "cleaned").returncode, 0)
        self.run_once()
        self.assertEqual(self.mobiles("provincial", self.codes), {""})
        self.run_once()
        self.assertEqual(self.conflict(number)["state"], "cleared")
        self.set_all("municipal", self.codes, mobile="13800000009")
        self.run_once()
        self.assertEqual([(row["number"], row["state"], row["decision"]) for row in self.held()],
                         [(number, "open", None)], "one and the same value, and it was accepted once only")
        self.assertEqual(self.mobiles("provincial", self.codes), {""})


# holds: guard.oscillation
class Oscillation(CityCase):
    VALUES = ("13800000001", "13800000002")

    def turn(self, code, number):
        """The sides in turn, each putting back what the other took away."""
        side = ("municipal", "provincial")[number % 2]
        self.edit(side, "account", {CODE[side]: code}, **{MOBILE[side]: self.VALUES[(number + 1) % 2]})
        self.run_once()

    def mobiles(self, code):
        return tuple(self.person_row(side, code)[MOBILE[side]] for side in people.SIDES)

    def frozen(self):
        code = self.new_person()
        self.run_once()
        for number in range(5):
            self.turn(code, number)
            self.assertEqual(self.open_now(), [], number)
        self.assertEqual(self.mobiles(code), ("13800000002", "13800000002"))
        self.turn(code, 5)
        found = self.open_now()
        self.assertEqual([(row["kind"], row["severity"], row["field"], row["detail"]) for row in found],
                         [("oscillation", "warning", "mobile", "municipal, provincial")])
        self.assertTrue(found[0]["subject"].startswith("person:"))
        self.assertEqual(self.mobiles(code), ("13800000002", "13800000001"), "the third time is not carried over")
        return code, found[0]["number"]

    def test_the_third_time_is_frozen_alone(self):
        code, number = self.frozen()
        self.edit("municipal", "account", {"idCard": code}, realName="王丁")
        self.edit("municipal", "account", {"idCard": code}, mobile="13800000004")
        self.run_once("--full")
        self.assertEqual(self.person_row("provincial", code)["mc"], "王丁")
        self.assertEqual(self.mobiles(code), ("13800000004", "13800000001"))
        self.assertEqual([row["number"] for row in self.open_now()], [number])

    def test_a_decision_releases_it(self):
        code, number = self.frozen()
        self.assertEqual(self.city.cebridge("resolve", str(number), "--take", "provincial", "--reason", "asked")
                         .returncode, 0)
        self.run_once()
        self.run_once()
        self.assertEqual(self.mobiles(code), ("13800000001", "13800000001"))
        self.assertEqual(self.conflict(number)["state"], "closed")
        for turn in range(2):
            self.turn(code, turn)
        self.assertEqual(self.mobiles(code), ("13800000001", "13800000001"))
        self.assertEqual(self.open_now(), [], "counted anew")

    def test_accepted_as_it_is_it_stays_apart(self):
        code, number = self.frozen()
        self.assertEqual(self.city.cebridge("resolve", str(number), "--accept", "--reason", "asked").returncode, 0)
        for arguments in ((), ("--full",)):
            self.run_once(*arguments)
            self.assertEqual(self.open_now(), [])
            self.assertEqual(self.conflict(number)["state"], "closed")
            self.assertEqual(self.mobiles(code), ("13800000002", "13800000001"))

    def test_it_ends_when_both_sides_agree(self):
        code, number = self.frozen()
        self.edit("municipal", "account", {"idCard": code}, mobile="13800000001")
        self.run_once()
        self.assertEqual(self.conflict(number)["state"], "cleared")


class Redefined(CityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.city.folder / "mapping").mkdir()
        cls.write_mapping()
        cls.city.configure("region = 3716", "region = 3716\nmapping_dir = mapping")

    @classmethod
    def write_mapping(cls, change=None):
        mapping = json.loads((ROOT / "mapping/continuing-education.json").read_text())
        if change:
            change(mapping["entities"]["account"]["fields"])
        cls.city.write("mapping/continuing-education.json", json.dumps(mapping))

    def told(self, event):
        return [row for path in sorted((self.city.folder / "log").glob("*.jsonl"))
                for row in map(json.loads, path.read_text().splitlines()) if row["event"] == event]

    # holds: guard.definition_change
    def test_what_only_the_mapping_changed_is_planned_apart(self):
        """The province's mobile is read from another member: all are to be rewritten, and one was edited besides."""
        codes = [self.new_person() for _ in range(MOST + 2)]
        self.run_once()
        before = self.told("mapping_changed")
        self.edit("municipal", "account", {"idCard": codes[0]}, realName="王丁")

        def other_member(fields):
            fields["mobile"]["provincial"]["at"] = "/lyxtbm"

        self.write_mapping(other_member)
        self.addCleanup(self.run_once)
        self.addCleanup(self.write_mapping)
        rows = self.city.lines("plan")
        mine = {row["subject_ref"]: row for row in rows if row["cause"] == "mapping"}
        self.assertGreaterEqual(len(mine), len(codes))
        self.assertEqual({(row["reason"], row["target"], tuple(row["fields"])) for row in mine.values()},
                         {("mapping_changed", "municipal", ("mobile",))})
        data = [row for row in rows if row["cause"] == "data"]
        self.assertEqual([row["fields"] for row in data if row["target"] == "provincial"], [["name"]])
        told = self.told("mapping_changed")[len(before):]
        self.assertEqual(len(told), 1)
        self.assertGreaterEqual(told[0]["records"], len(codes))
        self.assertEqual(self.open_now(), [], "no drift, nothing gone: no change of data")
        text = self.city.cebridge("plan").stdout
        head, _, tail = text.partition("Only because the mapping changed, not the data:")
        self.assertEqual([head.count(word) for word in ("  name  ", "mobile")], [1, 0], text)
        self.assertGreaterEqual(tail.count("\n"), len(codes))
        self.write_mapping()
        rows = [row for row in self.city.lines("plan") if row["cause"] != "data"]
        self.assertEqual(rows, [])

    # holds: guard.definition_change
    def test_another_policy_or_direction_has_all_of_the_entity_judged_again(self):
        """What the policy kept apart is carried over at once and planned apart, though nobody changed it since."""
        codes = [self.new_person() for _ in range(3)]
        self.run_once()
        self.write_mapping(lambda fields: fields["mobile"].update(policy="ignore"))
        self.addCleanup(self.run_once)
        self.addCleanup(self.write_mapping)
        self.run_once()
        for code in codes:
            self.edit("municipal", "account", {"idCard": code}, mobile="13800000008")
        self.run_once()
        self.assertEqual({self.person_row("provincial", code)["lxdh"] for code in codes}, {"13800000001"})
        self.write_mapping()
        mine = [row for row in self.city.lines("plan") if row["fields"] == ["mobile"]]
        self.assertEqual([(row["reason"], row["cause"]) for row in mine], [("mapping_changed", "mapping")] * 3)
        self.run_once()
        self.assertEqual({self.person_row("provincial", code)["lxdh"] for code in codes}, {"13800000008"})
        self.assertEqual(self.city.lines("plan"), [], "once is enough")

    # holds: guard.definition_change
    def test_another_definition_of_a_platform_is_named_once_and_changes_no_data(self):
        before = {side: self.city.control(f"/digest?side={side}") for side in people.SIDES}
        known = len(self.told("definition_changed"))
        definition = json.loads((ROOT / "connectors/provincial.json").read_text())
        definition["transport"]["timeout_ms"] += 1000
        (self.city.folder / "connectors").mkdir()
        self.city.write("connectors/provincial.json", json.dumps(definition))
        self.city.configure("mapping_dir = mapping", "mapping_dir = mapping\nconnectors_dir = connectors")
        for arguments in ((), ("--full",)):
            self.run_once(*arguments)
            self.assertEqual([row["side"] for row in self.told("definition_changed")[known:]], ["provincial"])
        self.assertEqual({side: self.city.control(f"/digest?side={side}") for side in people.SIDES}, before)
        self.assertEqual(self.open_now(), [])

    # holds: guard.definition_change
    def test_what_comes_back_into_scope_is_planned_apart(self):
        inside, outside = self.new_person(), self.new_person(region="371626")
        self.run_once()
        self.city.configure("region = 3716\n", f"region = {self.employer['region']}\n")
        self.run_once()
        for code in (inside, outside):
            self.edit("municipal", "account", {"idCard": code}, mobile="13800000005")
        self.run_once()
        self.assertEqual(self.person_row("provincial", outside)["lxdh"], "13800000001")
        self.edit("municipal", "account", {"idCard": inside}, mobile="13800000006")
        self.city.configure(f"region = {self.employer['region']}\n", "region = 3716\n")
        causes = {row["cause"]: row for row in self.city.lines("plan") if row["fields"] == ["mobile"]}
        self.assertEqual(sorted(causes), ["data", "scope"])
        self.assertEqual(causes["scope"]["reason"], "scope_changed")
        self.run_once()
        self.assertEqual([self.person_row("provincial", code)["lxdh"] for code in (inside, outside)],
                         ["13800000006", "13800000005"])

    # holds: write.rejected
    def test_a_refused_write_is_sent_again_when_the_mapping_changed(self):
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

        def goes_on():
            seen = cycles()
            self.assertTrue(self.city.wait(lambda: cycles() >= seen + 3), "the daemon does not go on")

        def longer(fields):
            fields["mobile"]["characters"] = 33

        self.assertTrue(self.city.wait(lambda: hits() == 1))
        goes_on()
        self.assertEqual(hits(), 1)
        self.write_mapping(longer)
        daemon.send_signal(signal.SIGHUP)
        self.assertTrue(self.city.wait(lambda: hits() == 2), "how it is written may be another now")
        goes_on()
        self.assertEqual(hits(), 2, "and once only")
        self.city.control("/fault", method="DELETE")
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(15), 0)
        self.run_once("--full")
        self.assertEqual(self.person_row("provincial", code)["mc"], "王乙")


# holds: plan.relinks
class Relinks(CityCase):
    """Records that are linked by their natural key, unlinked, and find another counterpart."""

    def setUp(self):
        self.begin_city(self.addCleanup)  # what is held holds up the next test
        super().setUp()

    def relinked(self, count, moved="provincial"):
        """Everybody's link is taken back; in place of the counterpart on the side `moved` another record of the same
        course stands."""
        codes = [self.new_person() for _ in range(count)]
        for code in codes:
            self.seed("municipal", hours=[people.hours("municipal", code, next(people.NUMBERS))])
            self.seed("provincial", hours=[people.hours("provincial", code, next(people.NUMBERS), sl="3.00")])
        self.run_once()
        self.assertEqual(self.found(), [("field_mismatch", "amount")] * count)
        for row in self.open_now():
            self.assertEqual(self.city.cebridge("unlink", str(row["number"]), "--reason", "not one").returncode, 0)
        for code in codes:
            self.edit(moved, "hours", {CODE[moved]: code}, **people.REVOKED[moved])
            self.seed(moved, hours=[people.hours(moved, code, next(people.NUMBERS), amount=4)])
        return codes

    def links(self):
        return self.city.lines("status")[0]["links"]

    def guards(self):
        return [(row["kind"], row["detail"]) for row in self.open_now() if row["kind"] == "mass_change_guard"]

    def mismatches(self):
        return sum(kind == "field_mismatch" for kind, _ in self.found())

    def test_twenty_are_made(self):
        self.relinked(MOST)
        self.run_once()
        self.assertEqual((self.guards(), self.mismatches()), ([], MOST), "linked, and their amounts compared")

    def test_more_are_held_until_that_plan_is_released(self):
        codes = self.relinked(MOST + 1)
        links = self.links()
        self.edit("municipal", "account", {"idCard": codes[0]}, realName="王丁")
        for _ in range(2):
            self.run_once(exits=(5,))
            self.assertEqual((self.guards(), self.mismatches()), ([("mass_change_guard", "relinks")], 0))
            self.assertEqual(self.links(), links, "none is linked")
            self.assertEqual(self.person_row("provincial", codes[0])["mc"], "王甲", "nothing at all is written")
        held = self.city.lines("status")[0]["held_plan"]
        self.assertEqual(held["why"], "relinks")
        done = self.city.cebridge("resume", "--release-plan", str(held["run"]))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.run_once()
        self.assertEqual((self.guards(), self.mismatches()), ([], MOST + 1))
        self.assertEqual(self.person_row("provincial", codes[0])["mc"], "王丁")
        self.run_once()
        self.assertEqual((self.guards(), self.mismatches()), ([], MOST + 1))

    def test_they_are_told_of_the_side_whose_records_find_another_counterpart(self):
        for moved, side in (("provincial", "municipal"), ("municipal", "provincial")):
            with self.subTest(moved=moved):
                self.setUp()
                self.relinked(MOST + 1, moved)
                self.run_once(exits=(5,))
                self.assertEqual([row["subject"] for row in self.open_now() if row["kind"] == "mass_change_guard"],
                                 [f"side:{side}"])

    def test_another_plan_than_the_released_one_is_held_again(self):
        codes = self.relinked(MOST + 1)
        self.run_once(exits=(5,))
        held = self.city.lines("status")[0]["held_plan"]
        done = self.city.cebridge("resume", "--release-plan", str(held["run"]))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.edit("municipal", "account", {"idCard": codes[0]}, realName="王丁")
        self.run_once(exits=(5,))
        self.assertEqual((self.guards(), self.mismatches()), ([("mass_change_guard", "relinks")], 0))


if __name__ == "__main__":
    unittest.main()
