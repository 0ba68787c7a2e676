#!/usr/bin/env python3
"""A recorded run, replayed without any network: the same decisions, and nobody named."""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import CityCase  # noqa: E402
from city import BUILD, ROOT, City  # noqa: E402

DONE, CONFLICTS, HELD, INPUT, INTERNAL = 0, 3, 5, 65, 70
SCHEMA = json.loads(pathlib.Path(ROOT / "docs/schemas/replay.schema.json").read_text())
ID = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")


def record(city):
    city.configure("mode = write\n", "mode = write\nrecord = on\n")


def recordings(city):
    return sorted((city.folder / "state/recordings").glob("*"))


def replay(path, *arguments, alone=True):
    """Without a network, a daemon, settings or a state; a network of one's own needs root."""
    command = [str(BUILD / "cebridge"), "replay", str(path), *arguments]
    if alone and os.geteuid() == 0:
        command = ["unshare", "-n", *command]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


class Recording(CityCase):
    """One city with all defects; a first run, then edits on both sides and a second one."""
    size = {"people": 60, "hours": 400, "defects": 60}

    @classmethod
    def setUpClass(cls):
        cls.city = City(**cls.size).__enter__()
        cls.addClassCleanup(cls.city.__exit__)
        record(cls.city)
        cls.secrets = cls.of_the_city()
        cls.run_and_edit()
        cls.secrets |= cls.of_the_city()
        cls.files = recordings(cls.city)
        cls.texts = [path.read_text() for path in cls.files]

    @classmethod
    def run_and_edit(cls):
        assert cls.city.once("--full").returncode == CONFLICTS
        there = {row["code"] for row in cls.city.control("/dump?side=provincial&entity=account")}
        persons = [row for row in cls.city.control("/dump?side=municipal&entity=account")
                   if row["kind"] == "person" and row["valid"] and row["code"] in there]
        for index, person in enumerate(persons[:6]):
            cls.city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": person["code"]},
                                       "set": {"mobile": f"1390000123{index}", "extra": "林黛玉"}})
        for person in persons[3:9]:
            cls.city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": person["code"]},
                                       "set": {"lxdh": "13700004567", "mc": "贾宝玉"}})
        hours = next(row for person in persons
                     for row in cls.city.control(f"/inspect?side=municipal&entity=hours&code={person['code']}")["records"])
        cls.city.control("/edit", {"side": "municipal", "entity": "hours", "id": hours["id"], "set": {"auditStatus": 2}})
        assert cls.city.once().returncode == CONFLICTS

    @classmethod
    def of_the_city(cls):
        """What names people, and what is secret."""
        words = set()
        for side in people.SIDES:
            for row in cls.city.control(f"/dump?side={side}&entity=account"):
                if row["kind"] == "person":
                    words |= {row[name] for name in ("code", "name", "mobile") if row[name]}
            for row in cls.city.control(f"/dump?side={side}&entity=hours"):
                words |= {row[name] for name in ("person", "evidence") if row.get(name)}
        for name in ("municipal.secret", "provincial.secret", "log.key"):
            words.add((cls.city.folder / name).read_text().strip())
        return {word for word in words if len(word) > 1}

    # holds: plan.recorded
    def test_each_run_is_replayed_to_the_same_decisions(self):
        self.assertEqual(len(self.files), 2)
        for path in self.files:
            done = replay(path, "--json")
            self.assertEqual(done.returncode, DONE, done.stderr)
            found = rows(done)
            self.assertEqual(found[-1]["end"], "same")
            self.assertEqual(found[-1]["decisions"], len(found) - 1)
            self.assertEqual({row["is"] for row in found},
                             {"decided_write", "decided_conflict", "decided_run", "replay"})
            for row in found:
                self.assertLessEqual(set(row), set(SCHEMA["properties"]))

    def test_two_replays_say_the_same_byte_for_byte(self):
        for path in self.files:
            self.assertEqual(replay(path, "--json").stdout, replay(path, "--json").stdout)

    def test_the_decisions_are_those_of_the_run(self):
        done = rows(replay(self.files[0], "--json"))
        written = [row for row in done if row["is"] == "decided_write"]
        run = self.city.lines("run", "1")[0]
        self.assertEqual(len(written), sum(row["count"] for row in run["writes"]))
        last = next(row for row in done if row["is"] == "decided_run")
        self.assertEqual(last["exit_code"], CONFLICTS)
        second = rows(replay(self.files[1], "--json"))
        self.assertTrue(any(row["is"] == "decided_write" and "mobile" in row["fields"] for row in second))
        self.assertTrue(any(row["is"] == "decided_conflict" and row["kind"] == "field_mismatch" for row in second))

    # holds: plan.recorded
    def test_nobody_is_named_and_no_secret_stands_in_it(self):
        self.assertGreater(len(self.secrets), 100)
        for text in self.texts:
            plain = text.encode().decode("unicode_escape", "ignore") if "\\u" in text else text
            for word in self.secrets:
                self.assertNotIn(word, text)
                self.assertNotIn(word, plain)
            behind = text.partition("\n")[2]  # the first line holds the definitions, which name headers
            for word in ("林黛玉", "贾宝玉", "13700004567", "Bearer", "X-Signature", "x-gw-sign", "access_token"):
                self.assertNotIn(word, behind)

    def test_a_person_has_one_pseudonym_in_all_recordings_of_a_state(self):
        found = [set(ID.findall(text)) for text in self.texts]
        self.assertGreater(len(found[0] & found[1]), 30)

    def test_a_recording_is_for_its_owner_only_and_says_its_format(self):
        for path, text in zip(self.files, self.texts):
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
            self.assertEqual(json.loads(text.splitlines()[0])["format"], 1)
        self.assertEqual(self.files[0].parent.stat().st_mode & 0o777, 0o700)

    # holds: plan.recorded
    def test_a_recording_that_was_changed_is_told(self):
        text = self.texts[1]
        lines = text.splitlines(keepends=True)
        answer = next(at for at, line in enumerate(lines) if line.startswith('{"is":"answer"') and "body" in line)
        changed = {"another answer": lines[:answer] + [lines[answer].replace("2", "3", 1)] + lines[answer + 1:],
                   "a line less": lines[:answer] + lines[answer + 1:], "cut": lines[:-1], "longer": lines + lines[-1:]}
        for name, what in changed.items():
            path = self.city.folder / "changed.jsonl"
            path.write_text("".join(what))
            done = replay(path, "--json")
            self.assertEqual(done.returncode, INPUT, name)
            self.assertEqual(rows(done)[-1]["end"], "altered", name)
        done = replay(self.city.folder / "log.key", "--json")
        self.assertEqual((done.returncode, rows(done)[-1]["end"]), (INPUT, "no_recording"))
        self.assertEqual(replay("/nonexistent").returncode, INPUT)

    def written_anew(self, lines):
        """As if it had been recorded so: the digest of the end is over these lines."""
        digest = bytes(16)
        for line in lines[:-1]:
            digest = hashlib.new("sm3", digest + line.encode()).digest()[:16]
        end = json.loads(lines[-1])
        end["digest"] = digest.hex()
        path = self.city.folder / "anew.jsonl"
        path.write_text("".join(lines[:-1]) + json.dumps(end, separators=(",", ":")) + "\n")
        return path

    # holds: plan.recorded
    def test_other_decisions_than_the_recorded_ones_are_told_with_the_first_line(self):
        lines = self.texts[1].splitlines(keepends=True)
        self.assertEqual(replay(self.written_anew(lines)).returncode, DONE)
        write = next(at for at, line in enumerate(lines) if "decided_write" in line and '"mobile"' in line)
        other = lines[:write] + [lines[write].replace('"mobile"', '"name"', 1)] + lines[write + 1:]
        for name, what in {"another": other, "one less": lines[:write] + lines[write + 1:],
                           "one more": lines[:write] + lines[write:write + 1] + lines[write:]}.items():
            done = replay(self.written_anew(what), "--json")
            self.assertEqual(done.returncode, INTERNAL, name)
            self.assertEqual(rows(done)[-1]["end"], "different", name)
            self.assertIn(rows(done)[-1]["line"], (write + 1, write + 2), name)
            self.assertIn("other decisions", done.stderr)
        job = next(at for at, line in enumerate(lines) if '"job":"guard"' in line)
        done = replay(self.written_anew(lines[:job] + lines[job + 1:]), "--json")
        self.assertEqual((done.returncode, rows(done)[-1]["end"]), (INTERNAL, "lost"))

    def test_nothing_is_left_of_a_replay(self):
        room = self.city.folder / "room"
        room.mkdir(exist_ok=True)
        done = subprocess.run([str(BUILD / "cebridge"), "replay", str(self.files[1])], capture_output=True, text=True,
                              env={**os.environ, "TMPDIR": str(room)}, check=False)
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertEqual(list(room.iterdir()), [])


class Kinds(unittest.TestCase):
    """Other runs than the two of above."""

    def replayed(self, city, end="same"):
        self.assertGreater(len(recordings(city)), 0)
        for path in recordings(city):
            done = replay(path, "--json")
            self.assertEqual(rows(done)[-1]["end"], end, done.stderr)
            path.unlink()

    # holds: plan.recorded
    def test_a_scoped_run_an_undo_a_decision_and_faults_are_replayed(self):
        with City(people=30, hours=150, defects=20) as city:
            record(city)
            city.once("--full")
            self.replayed(city)
            person = next(row for row in city.control("/dump?side=municipal&entity=account")
                          if row["kind"] == "person" and row["valid"] and row["mobile"])["code"]
            city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": person},
                                   "set": {"mobile": "13900001111"}})
            city.cebridge("resync", "--person", person)
            self.replayed(city)
            for fault in ({"kind": "answer_lost", "path": "/gw/ry", "side": "provincial", "method": "POST"},
                          {"kind": "truncated_json", "path": "/hours", "side": "municipal", "method": "GET"},
                          {"kind": "html", "path": "/gw/xs", "side": "provincial", "method": "GET"},
                          {"kind": "server_error", "path": "/accounts", "side": "municipal", "status": 503},
                          {"kind": "nul", "path": "/accounts", "side": "municipal", "method": "GET", "after": 1}):
                city.control("/fault", {"count": 1, **fault})
            city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": person},
                                   "set": {"mobile": "13900002222"}})
            city.once()
            city.control("/fault", method="DELETE")
            self.replayed(city)
            city.cebridge("undo", "2")
            self.replayed(city)
            for row in city.lines("conflicts")[:10]:
                city.cebridge("resolve", str(row["number"]), "--take", "municipal", "--reason", "the register")
            city.cebridge("resync", "--full", "--dry-run")
            city.once("--full")
            self.replayed(city)

    # holds: plan.recorded
    def test_the_cycles_of_a_daemon_that_goes_on_are_replayed(self):
        """What a process knows from the cycle before is part of what a cycle begins with."""
        with City(people=30, hours=150, defects=20, shared=0.5) as city:
            record(city)
            city.configure("settle = 0 s\n", "settle = 0 s\nincremental = 1 s\n")
            daemon = city.start_daemon()
            self.assertTrue(city.wait(lambda: len(recordings(city)) >= 2))
            person = next(row for row in city.control("/dump?side=municipal&entity=account")
                          if row["kind"] == "person" and row["valid"])["code"]
            self.change(city, [person], "13900007777")
            count = len(recordings(city))
            self.assertTrue(city.wait(lambda: len(recordings(city)) >= count + 2))
            daemon.terminate()
            daemon.communicate(timeout=15)
            self.assertEqual({path.suffix for path in recordings(city)}, {".jsonl"}, "nothing half written is left")
            self.replayed(city)

    # holds: plan.recorded
    def test_a_cycle_in_whose_middle_somebody_decided_is_not_recorded(self):
        with City(people=30, hours=150, defects=20, shared=0.5) as city:
            record(city)
            city.configure("settle = 0 s\n", "settle = 6 s\n")
            daemon = city.start_daemon()
            self.assertTrue(city.wait(lambda: len(city.lines("conflicts")) > 0), "no conflict came up")
            self.assertEqual([path.suffix for path in recordings(city)], [".part"], "the cycle was over")
            done = city.cebridge("ack", str(city.lines("conflicts")[0]["number"]))
            self.assertEqual(done.returncode, DONE, done.stderr)
            self.assertEqual(recordings(city), [])
            self.assertTrue(city.wait(lambda: city.lines("runs")[0]["ended"] is not None))
            daemon.terminate()
            _, words = daemon.communicate(timeout=15)
            self.assertEqual(recordings(city), [])
            self.assertIn("a command changes the state meanwhile", words)

    # holds: plan.recorded
    def test_a_reviewed_plan_and_a_released_one_are_replayed(self):
        with City(people=30, hours=150) as city:
            city.configure("settle = 0 s\n", "settle = 0 s\n\n[guard]\nmax_updates = 0 %\nmin_updates = 2\n")
            record(city)
            city.once("--full")
            city.once("--full")  # the guards do not count updates before
            persons = [row["code"] for row in city.control("/dump?side=municipal&entity=account")
                       if row["kind"] == "person" and row["valid"] and row["mobile"]][:3]
            plan = str(city.folder / "plan.json")
            self.change(city, persons[:1], "13900001111")
            city.cebridge("plan", "--out", plan)
            self.change(city, persons[1:2], "13900002222")
            self.assertEqual(city.cebridge("apply", plan).returncode, DONE)
            self.replayed(city)
            self.change(city, persons, "13900003333")
            self.assertEqual(city.once().returncode, HELD)
            held = json.loads(city.cebridge("status", "--json").stdout)["held_plan"]
            self.assertEqual(city.cebridge("resume", "--release-plan", str(held["run"])).returncode, DONE)
            self.assertEqual(city.once().returncode, DONE)
            self.replayed(city)

    @staticmethod
    def change(city, persons, mobile):
        for person in persons:
            city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": person},
                                   "set": {"mobile": mobile}})

    def test_without_the_setting_nothing_is_recorded_and_only_the_newest_are_kept(self):
        with City(people=4) as city:
            city.once("--full")
            self.assertEqual(recordings(city), [])
            record(city)
            folder = city.folder / "state/recordings"
            folder.mkdir()
            for number in range(30):
                (folder / f"{number:012d}-000000000.jsonl").write_text("")
            (folder / "000000000099-000000000.jsonl.part").write_text("of a process that was killed")
            city.once()
            kept = recordings(city)
            self.assertEqual({path.suffix for path in kept}, {".jsonl"})
            self.assertEqual(len(kept), 20)
            self.assertGreater(kept[-1].stat().st_size, 0)

    def test_what_cannot_be_written_ends_no_cycle(self):
        with City(people=4) as city:
            record(city)
            (city.folder / "state").mkdir(mode=0o700)
            (city.folder / "state/recordings").write_text("in the way")
            done = city.once("--full")
            self.assertEqual(done.returncode, DONE, done.stderr)
            self.assertIn("could not be recorded", done.stderr)


if __name__ == "__main__":
    unittest.main()
