#!/usr/bin/env python3
"""No person's data leaks: people with IDs, telephones and names that stand nowhere else are read, written, in conflict,
asked for and decided; then all that the bridge left or said is searched for them, as text, escaped, and in hex."""
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import CityCase  # noqa: E402
from city import BUILD  # noqa: E402

NAMES = ("甄隐秘", "贾保密", "钱不露")
MOBILES = ("13877650001", "13877650002", "13877650003", "13877650004")


def forms(text):
    """How a text may stand in a file."""
    plain = text.encode()
    yield from (plain, text.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode(),
                text.encode("unicode_escape"))


class Leaks(CityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.both, cls.new, cls.moved = (
            case.new_person(),
            case.new_person(("municipal",), realName=NAMES[1], mobile=MOBILES[1]),
            case.new_person())
        for side, name, mobile in (("municipal", NAMES[0], MOBILES[0]), ("provincial", NAMES[2], MOBILES[2])):
            case.edit(side, "account", {people.CODE[side]: cls.both},
                      **{people.NAME[side]: name, people.MOBILE[side]: mobile})
        case.seed("municipal", hours=[people.hours("municipal", cls.both, 900), people.hours("municipal", cls.new, 901)])
        cls.secret = [*NAMES, *MOBILES, cls.both, cls.new, cls.moved]
        cls.daemon = cls.city.start_daemon()
        cls.addClassCleanup(cls.daemon.stderr.close)
        ready = cls.city.wait(lambda: (cls.city.folder / "control.sock").exists())
        assert ready, "no daemon"
        cls.said = [cls.city.cebridge("resync", "--full")]
        assert cls.said[0].returncode == 3, cls.said[0].stderr
        assert cls.city.cebridge("person", "-", input=cls.both + "\n").returncode == 0
        case.edit("municipal", "account", {"idCard": cls.new}, mobile="13877650009")
        case.edit("municipal", "account", {"idCard": cls.moved}, mobile=MOBILES[3])
        cls.secret.append("13877650009")
        plan = str(cls.city.folder / "plan.json")
        cls.said += [cls.city.cebridge(*words) for words in (
            ("plan", "--out", plan), ("plan", "--json"), ("conflicts", "--json"), ("conflicts",), ("runs", "--json"),
            ("status", "--json"), ("log", "--json"), ("log",), ("log", "--verify"), ("check", "--json"))]
        assert pathlib.Path(plan).exists(), cls.said[1].stderr
        number = str(next(row["number"] for row in cls.city.lines("conflicts") if row["field"] == "name"))
        cls.said.append(cls.city.cebridge("resolve", number, "--take", "municipal", "--reason", "as in the register"))
        cls.said.append(cls.city.cebridge("resync"))

    def absent(self, where, data):
        for text in self.secret:
            for form in forms(text):
                self.assertNotIn(form, data, f"{where} holds {text}")

    def test_what_was_planted_was_written_to_the_other_level(self):
        """Else the rest would prove nothing."""
        self.assertEqual(self.person_row("provincial", self.new)["lxdh"], "13877650009")
        self.assertEqual(self.person_row("provincial", self.moved)["lxdh"], MOBILES[3])
        self.assertEqual(self.person_row("provincial", self.both)["mc"], NAMES[0])
        self.assertTrue(self.hours_of("provincial", self.new))

    def test_no_file_of_state_log_and_plan_holds_a_person(self):
        left = [path for path in self.city.folder.rglob("*") if path.is_file()
                and path.name not in ("server.key", "cebridge.conf")]
        self.assertLessEqual({"state.db", "stage.db", "events.jsonl", "plan.json"}, {path.name for path in left})
        for path in left:
            self.absent(path.name, path.read_bytes())

    def test_nothing_shown_to_more_than_one_who_asks_for_one_person_holds_a_person(self):
        for done in self.said:
            self.absent(" ".join(done.args[3:]), (done.stdout + done.stderr).encode())

    def test_no_request_names_a_person_in_its_url(self):
        for side, facts in self.city.control("/stats").items():
            self.assertEqual(facts["ids_in_urls"], 0, side)

    def test_the_daemon_says_nothing_of_a_person_and_leaves_no_core(self):
        limits = pathlib.Path(f"/proc/{self.daemon.pid}/limits").read_text().splitlines()
        self.assertEqual(next(line for line in limits if line.startswith("Max core")).split()[4:6], ["0", "0"])
        self.daemon.send_signal(signal.SIGABRT)
        _, status = os.waitpid(self.daemon.pid, 0)
        self.daemon.returncode = -signal.SIGABRT
        self.assertFalse(os.WCOREDUMP(status), "it left a core")
        said = self.daemon.stderr.read()
        self.assertIn("cycle", said)
        self.absent("its journal", said.encode())

    def running(self, *words):
        """A command that takes its time, begun where cores are allowed."""
        for side in people.SIDES:
            self.city.control("/fault", {"kind": "latency", "side": side, "path": "/", "count": 1000, "ms": 2000})
        self.addCleanup(self.city.control, "/fault", method="DELETE")
        most = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        process = subprocess.Popen([str(BUILD / "cebridge"), "--config", self.city.config, *words],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, most))
        self.addCleanup(lambda: process.poll() is None and process.kill() or process.wait())
        time.sleep(0.5)
        self.assertIsNone(process.poll(), "it ended too early")
        return process

    def test_a_command_that_runs_names_no_person_in_the_process_list_and_leaves_no_core(self):
        process = self.running("resync", "--person", self.both)
        line = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
        self.assertIn(b"resync", line)
        self.absent("the process list", line)
        limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text().splitlines()
        self.assertEqual(next(row for row in limits if row.startswith("Max core")).split()[4:6], ["0", "0"])


if __name__ == "__main__":
    unittest.main()
