#!/usr/bin/env python3
"""Only who may, may: every command as every role, through the daemon's own socket, by real users; and two
people where two are needed. The users and groups stand in files that only this daemon sees."""
import json
import os
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from city import BUILD, City  # noqa: E402

DENIED, USAGE = 77, 64
USERS = {"nobody-here": 61000, "admin": 61001, "clerk": 61002, "audit": 61003, "read": 61004, "second-admin": 61005}
GROUPS = {"admin": 61101, "clerk": 61102, "audit": 61103, "read": 61104}
# operators.md, "The service"
MAY = {
    "status": "admin clerk audit read", "runs": "admin clerk audit read", "run": "admin clerk audit read",
    "plan": "admin clerk audit", "conflicts": "admin clerk audit", "conflict": "admin clerk audit",
    "log": "admin clerk audit", "explain": "admin clerk audit",
    "person": "admin clerk", "resync": "admin clerk", "apply": "admin clerk", "undo": "admin clerk",
    "resolve": "admin clerk", "ack": "admin clerk", "unlink": "admin clerk",
    "mode": "admin", "pause": "admin", "resume": "admin", "accept-platform": "admin", "rebase": "admin",
    "backup": "admin",
    "check": "", "restore": "", "replay": "",  # done by the program itself: the socket does not know them
}
HARMLESS = {"resync": {"dry_run": True}, "mode": {"mode": "write"}, "run": {"number": 1}}


@unittest.skipIf(os.geteuid() != 0, "other users need root")
class Roles(unittest.TestCase):
    guard = ""

    def setUp(self):
        self.city = City(people=20, hours=60).__enter__()
        self.addCleanup(self.city.__exit__)
        self.city.folder.chmod(0o711)
        if self.guard:
            self.city.configure("[console]", f"[guard]\n{self.guard}\n[console]")
        for _ in range(2 if self.guard else 1):
            self.assertEqual(self.city.once("--full").returncode, 0)

    def start(self):
        passwd = "root:x:0:0::/:/bin/sh\n" + "".join(
            f"{name}:x:{uid}:{uid}::/:/bin/sh\n" for name, uid in USERS.items())
        group = "root:x:0:\n" + "".join(f"cebridge-{role}:x:{gid}:{role},second-{role}\n" for role, gid in GROUPS.items())
        (self.city.folder / "passwd").write_text(passwd)
        (self.city.folder / "group").write_text(group)
        mounts = " && ".join(f"mount --bind {self.city.folder}/{name} /etc/{name}" for name in ("passwd", "group"))
        self.city.daemon = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", f'{mounts} && exec "$0" --config "$1"', str(BUILD / "cebridged"),
             self.city.config], stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.city.daemon.stderr.close)
        if not self.city.wait(lambda: (self.city.folder / "control.sock").exists() or
                              self.city.daemon.poll() is not None) or self.city.daemon.poll() is not None:
            self.skipTest("a namespace of mounts needs more than this root may")

    def ask(self, uid, command, arguments=None, groups=()):
        """The exit code and the rows of a request by that user."""
        theirs, ours = socket.socketpair()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.setgroups(list(groups))
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
                with socket.socket(socket.AF_UNIX) as to:
                    to.connect(str(self.city.folder / "control.sock"))
                    to.sendall(json.dumps({"command": command, "arguments": arguments or {}}).encode() + b"\n")
                    while chunk := to.recv(65536):
                        ours.sendall(chunk)
                code = 0
            finally:
                os._exit(code)
        ours.close()
        with theirs, theirs.makefile() as lines:
            told = [json.loads(line) for line in lines]
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        return told[-1]["end"]["exit"], [line["row"] for line in told if "row" in line]

    def events(self, name):
        return [row for row in self.city.lines("log") if row["event"] == name]

    def stop(self):
        self.city.daemon.terminate()
        self.city.daemon.wait(20)
        return self.city.daemon.stderr.read()


class Every(Roles):
    # holds: role.each
    def test_each_command_as_each_role(self):
        helped = subprocess.run([str(BUILD / "cebridge"), "--help"], capture_output=True, text=True, check=True,
                                env={**os.environ, "LC_ALL": "C"}).stdout
        named = {line.split()[0] for line in helped.splitlines() if line.startswith("  ") and line[2:3].isalpha()}
        self.assertEqual(set(MAY), named, "a command without a row here")
        self.start()
        refused = set()
        for user, uid in USERS.items():
            for command, roles in MAY.items():
                code, rows = self.ask(uid, command, HARMLESS.get(command))
                with self.subTest(user=user, command=command):
                    if not roles:
                        self.assertEqual(code, USAGE)
                    elif user.removeprefix("second-") in roles.split():
                        self.assertNotEqual(code, DENIED)
                    else:
                        self.assertEqual((code, rows), (DENIED, []))
                        refused.add((command.replace("-", "_"), uid))
        told = [line for line in self.stop().splitlines() if "not permitted" in line]
        for command, uid in refused:
            self.assertTrue(any(command in line and str(uid) in line for line in told), (command, uid))

    # holds: role.each
    def test_a_group_of_the_process_counts_as_one_of_the_user_database(self):
        self.start()
        self.assertEqual(self.ask(USERS["nobody-here"], "status")[0], DENIED)
        self.assertNotEqual(self.ask(USERS["nobody-here"], "status", groups=[GROUPS["read"]])[0], DENIED)
        self.assertEqual(self.ask(USERS["nobody-here"], "pause", groups=[GROUPS["read"]])[0], DENIED)
        self.assertEqual(self.ask(USERS["nobody-here"], "pause", groups=[GROUPS["admin"]])[0], 0)

    # holds: role.masked
    def test_the_auditor_sees_conflicts_masked_and_the_clerk_s_decision_names_the_clerk(self):
        row = next(row for row in self.city.control("/dump?side=municipal&entity=account")
                   if row["kind"] == "person" and row["valid"] and len(row["code"]) == 18)
        for side, name in (("municipal", "王一"), ("provincial", "王二")):
            self.city.control("/edit", {"side": side, "entity": "account", "match": {people.CODE[side]: row["code"]},
                                        "set": {people.NAME[side]: name}})
        self.city.once()
        number = next(each["number"] for each in self.city.lines("conflicts") if each["field"] == "name")
        self.start()
        shown = {who: json.dumps(self.ask(USERS[who], "conflict", {"number": number})[1], ensure_ascii=False)
                 for who in ("audit", "clerk")}
        self.assertIn("王一", shown["clerk"])
        self.assertNotIn("王一", shown["audit"])
        self.assertNotIn(row["code"], shown["audit"])
        code, _ = self.ask(USERS["clerk"], "resolve", {"number": number, "take": "municipal", "reason": "the card"})
        self.assertEqual(code, 0)
        self.ask(USERS["admin"], "pause")
        self.stop()
        self.assertEqual([event["who"] for event in self.events("decision")], ["uid 61002 (clerk)"])
        self.assertEqual([event["who"] for event in self.events("paused")], ["uid 61001 (admin)"])


class Two(Roles):
    guard = "max_updates = 1 %\nmin_updates = 3\nrelease_by = 2"

    def release(self, user):
        """The daemon's own cycles plan again what is held, under numbers of their own."""
        def released():
            run = self.city.lines("status")[0]["held_plan"]["run"]
            return self.ask(USERS[user], "resume", {"release_plan": run})[0] == 0
        self.assertTrue(self.city.wait(released))

    # holds: role.two
    def test_two_people_release_a_held_plan_and_one_alone_does_not(self):
        persons = [row for row in self.city.control("/dump?side=municipal&entity=account")
                  if row["kind"] == "person" and row["valid"] and len(row["code"]) == 18]
        for number, row in enumerate(persons[:8]):
            self.city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": row["code"]},
                                        "set": {"mobile": f"1380000{number:04d}"}})
        before = self.city.control("/stats")["provincial"]["updates"]
        self.assertEqual(self.city.once().returncode, 5)
        self.start()
        for _ in range(2):
            self.release("admin")
        self.stop()
        self.assertEqual(self.city.once().returncode, 5)
        self.assertEqual(self.city.control("/stats")["provincial"]["updates"], before)
        self.start()
        self.release("second-admin")
        self.assertIn(self.ask(USERS["admin"], "resync")[0], (0, 3))
        self.stop()
        self.assertGreater(self.city.control("/stats")["provincial"]["updates"], before)
        self.assertEqual([event["who"] for event in self.events("plan_released")], ["uid 61005 (second-admin)"])
        self.assertIn("uid 61001 (admin)", [event["who"] for event in self.events("plan_release_asked")])


if __name__ == "__main__":
    unittest.main()
