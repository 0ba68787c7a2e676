#!/usr/bin/env python3
"""Real processes killed (SIGKILL) at each step that others can see: whatever reaches the disk of the state and the
log, each request that leaves. Five workloads: the first run of two sides that are half different, a run with edits on
both sides and a decision, the decision itself, a plan applied, a run taken back. A run is killed before its n-th step,
and what is started again is killed three times more, before and after steps that wander. Then an undisturbed run: both
sides are as if nobody had been killed, by as many writes, nothing is there twice, and a further full cycle writes
nothing. BEHIND=1 kills each first run after its n-th step as well (to the disk that is before the next one), EACH takes
every so many of the steps, ONLY one workload."""
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys

# The programs as they are installed: two thousand runs of those for the sanitizers take twice as long.
os.environ["CEBRIDGE_BUILD"] = os.environ.get("STEP_BUILD") or str(pathlib.Path(__file__).parents[2] / "build/release")
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "system"))
from city import BUILD, City  # noqa: E402
from operating_test import edit  # noqa: E402
from plans_test import people_of  # noqa: E402
from waiting_test import recognised  # noqa: E402

EACH = int(os.environ.get("EACH", "1"))
ONLY = os.environ.get("ONLY", "")
BEHIND = "BEHIND" in os.environ
AGAIN = (7, 11, 5)  # how the steps wander at which what is started again is killed
KILLS = 800
KILLED = -9
WORDS = re.compile(r"killed (before|after) (\w+), step \d+\n")


def in_step(city):
    """A small city after its first run; its people."""
    city.reset(seed=5, people=8, hours=40, shared=0.7)
    assert city.once("--full").returncode == 0
    return people_of(city)


class Workload:
    """What is done, from where, and what then is asked of it. `words` is what is killed; `again`, what is done when
    it was; each leaves all as `expected`."""
    settled = 0  # the exit code of a cycle that finds all as it should be

    def __init__(self, city):
        self.city = city
        self.before = city.folder / "before"
        self.prepare()
        city.control("/snapshot", {})
        for name in ("state", "log", "plan.jsonl"):
            self.copy(city.folder / name, self.before / name)
        self.put_back()
        self.finish()
        self.expected = city.content()
        self.count = city.writes()
        assert sum(self.count.values()) > 0 and self.proper(), "the workload is none"

    @staticmethod
    def copy(from_path, to_path):
        if to_path.is_dir():
            shutil.rmtree(to_path)
        if from_path.is_dir():
            shutil.copytree(from_path, to_path)
        elif from_path.exists():
            to_path.parent.mkdir(exist_ok=True)
            shutil.copy(from_path, to_path)

    def put_back(self):
        self.city.control("/restore", {"forget": True})
        self.city.control("/stats", method="DELETE")
        for name in ("state", "log", "plan.jsonl"):
            self.copy(self.before / name, self.city.folder / name)

    def proper(self):
        """Whether the undisturbed end is the one that was wanted."""
        return True

    def finish(self):
        """What is done to the end; says what went wrong."""
        done = self.city.once(*self.arguments)
        return [] if done.returncode == self.settled else [f"then exit {done.returncode}: {done.stderr[-300:]}"]

    def words(self):
        return ("cebridged", "--config", self.city.config, "--once", *self.arguments)


class FirstRun(Workload):
    arguments = ("--full",)

    def prepare(self):
        self.city.control("/reset", {"seed": 5, "people": 4, "hours": 12, "shared": 0.5})


class LaterRun(Workload):
    """Of one person the municipal mobile, of another the provincial name, new hours, some that were revoked, and a
    name that both changed and somebody decided."""
    arguments = ()

    def prepare(self):
        city = self.city
        people = in_step(city)
        for side, code, name in (("municipal", "idCard", "realName"), ("provincial", "sfzjhm", "mc")):
            city.control("/edit", {"side": side, "entity": "account", "match": {code: people[0]},
                                   "set": {name: f"王{side[0]}"}})
        assert city.once().returncode == 3
        self.number = str(city.lines("conflicts")[0]["number"])
        edit(city, people[1], "13800001111")
        city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": people[2]},
                               "set": {"mc": "王新"}})
        city.control("/seed?side=municipal", {"hours": [recognised(people[1], 9900031, 9, 2)]})
        row = next(row for row in city.control("/dump?side=municipal&entity=hours") if row["valid"])
        system, number = row["origin"].split("/")
        city.control("/edit", {"side": "municipal", "entity": "hours", "system": system, "number": number,
                               "set": {"deleted": 1}})
        self.decide()

    def decide(self):
        done = self.city.cebridge("resolve", self.number, "--take", "provincial", "--reason", "as in the register")
        assert done.returncode == 0, done.stderr


class Decision(LaterRun):
    """The decision alone: whoever gave it gives it again where it does not stand."""

    def decide(self):
        pass

    def words(self):
        return ("cebridge", "--config", self.city.config, "resolve", self.number, "--take", "provincial", "--reason",
                "as in the register")

    def stands(self):
        """False too where the state was left in the middle of being put in order, and cannot be read yet."""
        return any(row["state"] == "decided" for row in self.city.lines("conflict", self.number))

    def finish(self):
        if not self.stands():
            LaterRun.decide(self)
        return super().finish()


class Applied(Workload):
    """A plan in a file."""
    arguments = ()

    def prepare(self):
        city = self.city
        people = in_step(city)
        for number, person in enumerate(people[:2]):
            edit(city, person, f"1380000{number:04d}")
        city.control("/seed?side=municipal", {"hours": [recognised(people[1], 9900031, 9, 2)]})
        done = city.cebridge("plan", "--out", str(city.folder / "plan.jsonl"))
        assert done.returncode == 0, done.stderr

    def words(self):
        return ("cebridge", "--config", self.city.config, "apply", str(self.city.folder / "plan.jsonl"))

    def finish(self):
        self.city.cebridge("apply", str(self.city.folder / "plan.jsonl"))
        return super().finish()


class TakenBack(Workload):
    """A run with updates, a creation and a revocation, undone. No cycle in between does anything of it again."""
    arguments = ("--full",)
    settled = 3  # what is held stands as a conflict
    CREATED = ("hours", "371600/9900031")

    def holds(self, side):
        return {(row["entity"], row["code"] if row["entity"] == "account" else row["origin"]): row
                for row in self.city.control(f"/dump?side={side}") if row["entity"] != "annual"}

    def proper(self):
        """The target is as before the run, what was created there is revoked, and nobody wrote to the source."""
        now = self.holds("provincial")
        return not now.pop(self.CREATED)["valid"] and now == self.target and self.holds("municipal") == self.source

    def prepare(self):
        city = self.city
        people = in_step(city)
        self.target = self.holds("provincial")
        row = next(row for row in city.control("/dump?side=municipal&entity=hours") if row["valid"])
        system, number = row["origin"].split("/")
        for at, person in enumerate(people[:2]):
            edit(city, person, f"1380000{at:04d}")
        city.control("/seed?side=municipal", {"hours": [recognised(people[0], 9900031, 9, 2)]})
        city.control("/edit", {"side": "municipal", "entity": "hours", "system": system, "number": number,
                               "set": {"deleted": 1}})
        assert city.once().returncode == 0
        self.source = self.holds("municipal")
        self.run = str(city.lines("runs")[0]["run"])

    def words(self):
        return ("cebridge", "--config", self.city.config, "undo", self.run)

    def finish(self):
        wrong = []
        before = self.city.writes()
        self.city.once()
        if self.city.writes() != before:
            wrong.append("a cycle between wrote")
        done = self.city.cebridge("undo", self.run)
        if done.returncode != 3:
            wrong.append(f"the undo given again: exit {done.returncode} {done.stderr[-300:]}")
        return wrong + super().finish()


class Sweep:
    ENDS = (0, 3, 4, 5)  # of a run that was over before its step

    def __init__(self, city):
        self.city = city
        self.kills = collections.Counter()
        self.wrong = []

    @staticmethod
    def preloaded():
        return {"LD_PRELOAD": str(BUILD / "killing.so")}

    def kill(self, words, at, after):
        """Whether it was killed there, and not gone before."""
        environment = {**os.environ, **self.preloaded(), "KILL_AT": str(at), "LC_ALL": "C",
                       "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
        if after:
            environment["KILL_AFTER"] = "1"
        done = subprocess.run([str(BUILD / words[0]), *words[1:]], env=environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, errors="replace", timeout=60, check=False)
        last = WORDS.search(done.stderr)
        if done.returncode == KILLED and last is not None:
            self.kills[f"{last[1]} {last[2]}"] += 1
            return True
        if done.returncode not in self.ENDS:
            self.fails(f"{words[0]} {words[-1]}, to be killed at {at}: exit {done.returncode}: {done.stderr[-1000:]}")
        return False

    def fails(self, what):
        print(f"FAILED: {what}", flush=True)
        self.wrong.append(what)

    def judge(self, work, what):
        wrong = work.finish()
        if self.city.content() != work.expected:
            wrong.append("the sides are not as if never killed")
        if self.city.writes() != work.count:
            wrong.append(f"{self.city.writes()} writes, never killed {work.count}")
        again = self.city.once("--full")
        if again.returncode != work.settled or self.city.writes() != work.count:
            wrong.append(f"the next cycle wrote, or ended with {again.returncode}: {again.stderr[-300:]}")
        for side, facts in self.city.control("/stats").items():
            if facts["duplicate_creates"] or facts["noop_updates"]:
                wrong.append(f"{side}: something was created twice or updated to what it was")
        for line in wrong:
            self.fails(f"{what}: {line}")

    def sweep(self, work):
        name, at, begun, hit = type(work).__name__, 1, sum(self.kills.values()), True
        while hit:
            hit = False
            for after in (False, True) if BEHIND else (False,):
                work.put_back()
                if not self.kill(work.words(), at, after):
                    continue
                hit, struck = True, [f"{'after' if after else 'before'} step {at}"]
                for number, stride in enumerate(AGAIN):
                    then, behind = 1 + at * stride % 41, (at + number) % 2 == 0
                    if self.kill(work.words(), then, behind):
                        struck.append(f"{'after' if behind else 'before'} {then}")
                self.judge(work, f"{name}, {', '.join(struck)}")
            at += EACH
        print(f"{name}: {at - 1 - EACH} steps, {sum(self.kills.values()) - begun} kills", flush=True)


# holds: write.killed write.journalled
def main():
    with City(people=4, seed=5) as city:
        sweep = Sweep(city)
        for kind in (FirstRun, LaterRun, Decision, Applied, TakenBack):
            if ONLY in ("", kind.__name__):
                shutil.rmtree(city.folder / "before", ignore_errors=True)
                (city.folder / "plan.jsonl").unlink(missing_ok=True)
                sweep.sweep(kind(city))
    kills = sum(sweep.kills.values())
    print(", ".join(f"{count} {name}" for name, count in sorted(sweep.kills.items())))
    print(f"{kills} kills")
    if ONLY == "" and EACH == 1 and kills < KILLS:
        sweep.fails(f"{kills} kills are fewer than {KILLS}")
    print(f"{kills - len(sweep.wrong)} passed, {len(sweep.wrong)} failed")
    return 1 if sweep.wrong or kills == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
