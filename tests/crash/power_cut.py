#!/usr/bin/env python3
"""The power fails while a real process writes, in the workloads of step_sweep.py. What the program asked of its files is
written down (power.c). Of each file the disk has what was there at its last sync, and of the writes after it none, all,
the first few, any, or sectors of any; of names that were made, moved or removed since their folder was synced, the
first few. The machine starts anew with that, and in half of the cases fails once more on the way. Then both sides are as
if nothing had failed, by as many writes, nothing is there twice, a further full cycle writes nothing, the log is
whole and tells of all that the state holds, and a decision that was acknowledged stands. EACH takes every so many of the steps, ONLY one workload, SEED
another course."""
import collections
import contextlib
import json
import os
import pathlib
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

from step_sweep import Applied, Decision, FirstRun, LaterRun, Sweep, TakenBack, Workload, in_step
from city import BUILD, City
from operating_test import edit

EACH = int(os.environ.get("EACH", "5"))
ONLY = os.environ.get("ONLY", "")
SEED = int(os.environ.get("SEED", "1"))
SECTOR = 512
SETTLED = 3  # daemon/store/journal.h
HEAD = struct.Struct("=5Q")
REACHED = ("none", "all", "first", "any", "sectors")


class File:
    """What is on the disk, and what was asked for since the last sync: (place, bytes), or (size, None) of a cut."""

    def __init__(self, content=b""):
        self.durable = bytearray(content)
        self.asked = []

    def take(self, at, content):
        if content is None:
            del self.durable[at:]
        if len(self.durable) < at:
            self.durable.extend(bytes(at - len(self.durable)))
        if content is not None:
            self.durable[at:at + len(content)] = content

    def sync(self):
        for at, content in self.asked:
            self.take(at, content)
        self.asked = []

    def fail(self, chance, reached):
        """What was asked for reaches the disk in part."""
        asked = self.asked
        if reached == "none":
            asked = []
        elif reached == "first":
            asked = asked[:chance.randrange(len(asked) + 1)]
        elif reached in ("any", "sectors"):
            asked = [one for one in asked if chance.random() < 0.5]
        for at, content in asked:
            if reached != "sectors" or content is None:
                self.take(at, content)
                continue
            for begin in range(0, len(content), SECTOR):
                if chance.random() < 0.5:
                    self.take(at + begin, content[begin:begin + SECTOR])
        self.asked = []


class Disk:
    """The files of the state and the log, as they are when the power fails."""

    def __init__(self, city):
        self.city = city
        self.journal = city.folder / "journal"
        self.folders = [city.folder / "state", city.folder / "log"]
        self.begin()

    def begin(self):
        """All that stands is on the disk."""
        self.journal.unlink(missing_ok=True)
        self.durable = {str(path): File(path.read_bytes()) for folder in self.folders if folder.is_dir()
                        for path in folder.iterdir() if path.is_file() and not path.name.endswith("-shm")}
        self.names = dict(self.durable)
        self.moved = {str(folder): [] for folder in self.folders}

    def environment(self):
        return {"POWER_FOLDER": str(self.city.folder), "POWER_JOURNAL": str(self.journal)}

    def entries(self):
        content = self.journal.read_bytes() if self.journal.exists() else b""
        at = 0
        while at + HEAD.size <= len(content):
            what, place, *sizes = HEAD.unpack_from(content, at)
            at += HEAD.size
            texts = []
            for size in sizes:
                texts.append(content[at:at + size])
                at += size
            if at > len(content):
                return  # killed while it was written: nothing was asked yet
            yield chr(what), texts[0].decode(), texts[1].decode(), place, texts[2]

    def change_name(self, names, what, path, other, file):
        if what == "n":
            names[path] = file
        elif path in names:
            moved = names.pop(path)
            if what == "r":
                names[other] = moved

    def play(self):
        for what, path, other, place, content in self.entries():
            folder = str(pathlib.Path(path).parent)
            if what == "s" and path in self.moved:
                for change in self.moved[path]:
                    self.change_name(self.durable, *change)
                self.moved[path] = []
            elif folder in self.moved and what in "nru":
                change = (what, path, other, File())
                self.change_name(self.names, *change)
                self.moved[folder].append(change)
            elif path in self.names and what == "s":
                self.names[path].sync()
            elif path in self.names:
                self.names[path].asked.append((place, content if what == "w" else None))

    def fail(self, chance):
        """Leaves what the disk has. Says what reached it."""
        self.play()
        reached = chance.choice(REACHED)
        for folder, changes in self.moved.items():
            kept = {"none": 0, "all": len(changes)}.get(reached, chance.randrange(len(changes) + 1))
            for change in changes[:kept]:
                self.change_name(self.durable, *change)
            shutil.rmtree(folder, ignore_errors=True)
            pathlib.Path(folder).mkdir(mode=0o700)
        for file in {id(file): file for file in (*self.durable.values(), *self.names.values())}.values():
            file.fail(chance, reached)
        for path, file in self.durable.items():
            pathlib.Path(path).write_bytes(file.durable)
            os.chmod(path, 0o600)
        self.begin()
        return reached


def untold(city):
    """What the state holds and no line of the log tells of: settled writes, decisions."""
    told = collections.defaultdict(set)
    for path in (city.folder / "log").glob("*.jsonl"):
        for line in path.read_bytes().splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue  # torn: the next start puts it aside
            told[event["event"]].add(event.get("write") or event.get("conflict"))
    if not (city.folder / "state/state.db").exists():
        return []
    with tempfile.TemporaryDirectory() as copy:  # SQLite would put the files in order
        for name in ("state.db", "state.db-wal", "state.db-journal"):
            if (city.folder / "state" / name).exists():
                shutil.copy(city.folder / "state" / name, copy)
        with contextlib.closing(sqlite3.connect(os.path.join(copy, "state.db"))) as state:
            tables = {name for name, in state.execute("SELECT name FROM sqlite_master")}
            if "write" not in tables:
                return []
            wrong = [f"write {number}" for number, in state.execute(f"SELECT number FROM write WHERE state = {SETTLED}")
                     if number not in told["write"]]
            return wrong + [f"decision of conflict {number}"
                            for number, in state.execute("SELECT number FROM conflict WHERE decision <> 0")
                            if number not in told["decision"]]


class PutBack(Workload):
    """A backup put in the place of the state, from before an edit that was carried over since."""
    arguments = ("--full",)

    def prepare(self):
        people = in_step(self.city)
        self.file = self.city.folder / "backup"
        self.file.unlink(missing_ok=True)
        assert self.city.cebridge("backup", str(self.file)).returncode == 0
        edit(self.city, people[0], "13800000000")
        assert self.city.once().returncode == 0
        edit(self.city, people[1], "13800000001")

    def words(self):
        return ("cebridge", "--config", self.city.config, "restore", str(self.file))

    def finish(self):
        done = self.city.cebridge(*self.words()[3:])
        wrong = [] if done.returncode == 0 else [f"restored again: exit {done.returncode} {done.stderr[-300:]}"]
        return wrong + super().finish() + super().finish()  # the first cycle observes


class Power(Sweep):
    def __init__(self, city):
        super().__init__(city)
        self.chance = random.Random(SEED)
        self.disk = None
        self.cases = 0

    def preloaded(self):
        return {"LD_PRELOAD": f"{BUILD / 'killing.so'} {BUILD / 'power.so'}", **self.disk.environment()}

    def acknowledged(self, work):
        """What was said to be done is done, whatever the disk lost."""
        done = subprocess.run([str(BUILD / work.words()[0]), *work.words()[1:]], env={**os.environ, **self.preloaded()},
                              capture_output=True, text=True, errors="replace", timeout=60, check=False)
        reached = self.disk.fail(self.chance)
        if isinstance(work, Decision) and done.returncode == 0 and not work.stands():
            self.fails(f"Decision, acknowledged, and {reached} reached the disk: it does not stand")
        return f"at its end (exit {done.returncode}), {reached}"

    def strike(self, work, at):
        """Where it was killed and what reached the disk; None: it was over before."""
        if not self.kill(work.words(), at, self.chance.random() < 0.5):
            return None
        struck = [f"at step {at}, {self.disk.fail(self.chance)}"]
        for what in untold(self.city):
            self.fails(f"{type(work).__name__}, {struck[0]}: the log does not tell of {what}")
        if self.chance.random() < 0.5 and self.kill(work.words(), self.chance.randrange(1, 40), False):
            struck.append(f"once more, {self.disk.fail(self.chance)}")
        return ", ".join(struck)

    def sweep(self, work):
        name, at, struck = type(work).__name__, 1, ""
        while struck is not None:
            work.put_back()
            self.disk = Disk(self.city)
            struck = self.strike(work, at)
            if struck is None:
                work.put_back()
                self.disk = Disk(self.city)
            self.judge(work, f"{name}, {struck or self.acknowledged(work)}")
            if self.city.cebridge("log", "--verify").returncode != 0:
                self.fails(f"{name}, {struck}: the log is not whole")
            self.cases += 1
            at += EACH
        print(f"{name}: the power failed in {self.cases} cases so far", flush=True)


# holds: write.power
def main():
    with City(people=4, seed=5) as city:
        power = Power(city)
        for kind in (FirstRun, LaterRun, Decision, Applied, TakenBack, PutBack):
            if ONLY in ("", kind.__name__):
                shutil.rmtree(city.folder / "before", ignore_errors=True)
                (city.folder / "plan.jsonl").unlink(missing_ok=True)
                power.sweep(kind(city))
    print(f"{power.cases - len(power.wrong)} passed, {len(power.wrong)} failed")
    return 1 if power.wrong or power.cases == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
