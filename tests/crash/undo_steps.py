#!/usr/bin/env python3
"""An undo stopped at each durable step of its journal in turn (SIGKILL at the n-th fdatasync): the cycles that follow
write nothing, neither what was taken back once more nor what was not, and never to the source; the undo given again
brings the target back, and stays. STEP takes every so many of the steps."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "system"))
from city import BUILD, City, traced  # noqa: E402
from operating_test import edit  # noqa: E402
from plans_test import people_of, writes  # noqa: E402
from waiting_test import recognised  # noqa: E402

STEP = int(os.environ.get("STEP", "1"))
MOST = 200
CREATED = ("hours", "371600/9900031")


def holds(city, side):
    rows = city.control(f"/dump?side={side}")
    return {(row["entity"], row["code"] if row["entity"] == "account" else row["origin"]): row
            for row in rows if row["entity"] != "annual"}


def fresh(city):
    """A run with updates, a creation and a revocation. What the target held before, and the run's number."""
    city.control("/reset", {"seed": 5, "people": 8, "hours": 160, "shared": 0.5})
    for name in ("state", "log"):
        shutil.rmtree(city.folder / name, ignore_errors=True)
    assert city.once("--full").returncode == 0
    people = people_of(city)
    before = holds(city, "provincial")
    revoked = next(row["origin"] for row in city.control("/dump?side=municipal&entity=hours") if row["valid"])
    system, number = revoked.split("/")
    edit(city, people[0], "13800001111")
    edit(city, people[1], "13800002222")
    city.control("/seed?side=municipal", {"hours": [recognised(people[0], 9900031, 9, 2)]})
    city.control("/edit", {"side": "municipal", "entity": "hours", "system": system, "number": number,
                           "set": {"deleted": 1}})
    assert city.once().returncode == 0
    return before, str(city.lines("runs")[0]["run"])


def stopped_at(city, run, number):
    """False when the undo ended before its n-th sync."""
    done = subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "-f", "-e", "trace=fdatasync",
         "-e", f"inject=fdatasync:signal=SIGKILL:when={number}",
         str(BUILD / "cebridge"), "--config", city.config, "undo", run],
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=120, check=False, env=traced())
    return done.returncode not in (0, 3)


def faults(city, before, run, source):
    """What is wrong after the kill."""
    written = writes(city)
    for _ in range(2):
        city.once()
    if writes(city) != written:
        yield "a cycle wrote"
    done = city.cebridge("undo", run)
    if done.returncode != 3:
        yield f"the undo given again: {done.returncode}"
    written = writes(city)
    for arguments in ((), ("--full",)):
        if city.once(*arguments).returncode != 3:
            yield "the conflicts do not stand"
    if writes(city) != written:
        yield "a cycle did it again"
    now = holds(city, "provincial")
    if now.pop(CREATED)["valid"] or now != before:
        yield "the target is not as before"
    if holds(city, "municipal") != source:
        yield "the source was written"


def main():
    passed = failed = 0
    with City(people=8, hours=160, seed=5, shared=0.5) as city:
        for number in range(1, MOST, STEP):
            before, run = fresh(city)
            source = holds(city, "municipal")
            stopped = stopped_at(city, run, number)
            wrong = list(faults(city, before, run, source))
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for what in wrong:
                print(f"FAILED: stopped at sync {number}: {what}")
            if not stopped:
                break
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
