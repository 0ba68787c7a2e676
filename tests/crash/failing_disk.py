#!/usr/bin/env python3
"""Each open, read, write, sync, cut, rename and unlink of the state's and the log's files fails in turn, with EIO and,
where that can be, ENOSPC, once and from then on: the first run ends with an exit code of its own and says why, a sync
that failed ends it at once, and after one undisturbed run all stands as if nothing had failed, nothing twice. STEP
takes every so many of the many calls, and of the others more (EACH); ONLY one kind of call."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import BUILD, City, traced  # noqa: E402

STEP = int(os.environ.get("STEP", "240"))
CITY = {"seed": 5, "people": 8, "hours": 160, "shared": 0.5}
EACH = {"pwrite64": 1, "pread64": 1, "fsync": STEP, "ftruncate": 60, "renameat": STEP, "unlink": 60}
ONLY = os.environ.get("ONLY", "")
DEFINED = (0, 3, 4, 5, 70, 73, 75, 78)
CANNOT_CREATE = 73
FAILURES = {"openat": ("EIO", "ENOSPC"), "pwrite64": ("EIO", "ENOSPC"), "write": ("EIO", "ENOSPC"),
            "fdatasync": ("EIO", "ENOSPC"), "fsync": ("EIO",), "ftruncate": ("EIO", "ENOSPC"), "pread64": ("EIO",),
            "renameat": ("EIO", "ENOSPC"), "unlink": ("EIO",)}
ROTATED = {**CITY, "hours": 480, "shared": 0.1}  # the log goes on in a second file
NAMES = ("state", "state/state.db", "state/state.db-wal", "state/state.db-shm", "state/stage.db", "state/stage.db-wal",
         "state/stage.db-journal", "log", "log/events.jsonl")
STRUCK = re.compile(r"\(INJECTED\)")


class Failing:
    def __init__(self, city):
        self.city = city
        self.wrong = []
        self.cases = 0

    def run(self, call, error, when):
        """The run with this failure, and how often it struck."""
        trace = self.city.folder / "trace"
        # of a folder that SQLite syncs it takes no notice; the bridge syncs it once more by fsync
        names = [name for name in NAMES if call != "fdatasync" or name != "state"]
        files = [word for name in names for word in ("-P", str(self.city.folder / name))]
        done = subprocess.run(
            ["strace", "-qq", "-f", "--seccomp-bpf", "-o", str(trace), *files, "-e", f"trace={call}",
             "-e", f"inject={call}:error={error}:when={when}",
             str(BUILD / "cebridged"), "--config", self.city.config, "--once", "--full"],
            capture_output=True, text=True, errors="replace", timeout=120, check=False, env=traced())
        return done, len(STRUCK.findall(trace.read_text(errors="replace")))

    def judge(self, what, done, call, struck, expected):
        self.cases += 1
        wrong = []
        if done.returncode not in DEFINED or "Sanitizer" in done.stderr:
            wrong.append(f"exit {done.returncode}: {done.stderr[-1500:]}")
        if done.returncode != 0 and not done.stderr.strip():
            wrong.append(f"exit {done.returncode} and not a word")
        # of those that all fail SQLite tries one more to put a file back, before it says so
        if call in ("fdatasync", "fsync") and (done.returncode != CANNOT_CREATE or struck > 1 + ("+" in what)):
            wrong.append(f"it went on after a sync that failed: exit {done.returncode}, {struck} failed")
        last = self.city.once("--full")
        before = self.city.writes()
        again = self.city.once("--full")
        if (last.returncode, again.returncode) != (0, 0):
            wrong.append(f"then exits {last.returncode}, {again.returncode}: {last.stderr[-300:]}")
        if self.city.content(annual=False) != expected or self.city.writes() != before:
            wrong.append("then not as if undisturbed")
        if any(facts["duplicate_creates"] for facts in self.city.control("/stats").values()):
            wrong.append("something was created twice")
        if self.city.cebridge("log", "--verify").returncode != 0:
            wrong.append("the log is not whole")
        for line in wrong:
            print(f"FAILED: {what}: {line}", flush=True)
        self.wrong += wrong


def sweep(failing, call, error, size):
    step = max(1, STEP // EACH.get(call, 8))
    number, begun = 1 + step // 3, failing.cases
    failing.city.reset(**size)
    assert failing.city.once("--full").returncode == 0
    expected = failing.city.content(annual=False)
    while True:
        for more in ("", "+"):
            failing.city.reset(**size)
            done, struck = failing.run(call, error, f"{number}{more}")
            if struck == 0:
                print(f"{call} {error}: {failing.cases - begun} of {number} calls", flush=True)
                if failing.cases == begun and step == 1:
                    failing.wrong.append(f"{call} is never called")
                return
            failing.judge(f"{call} {number}{more} {error}", done, call, struck, expected)
        number += step


# holds: write.full_disk write.sync_fatal
def main():
    with City(**CITY) as city:
        city.configure("[console]", "[log]\nrotate = 64 KiB\n\n[console]")
        failing = Failing(city)
        for call, errors in FAILURES.items():
            for error in errors if ONLY in ("", call) else ():
                sweep(failing, call, error, ROTATED if call == "renameat" else CITY)
    print(f"{failing.cases - len(failing.wrong)} passed, {len(failing.wrong)} failed")
    return 1 if failing.wrong or failing.cases == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
