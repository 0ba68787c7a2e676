#!/usr/bin/env python3
"""The first run of a small city stopped at each durable step of its journal in turn (SIGKILL at the n-th fdatasync),
then started again: each time both sides end as if it had never been stopped, nothing is there twice, and a further
run writes nothing. STEP takes every so many of the steps."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import BUILD, City, traced  # noqa: E402

PEOPLE = int(os.environ.get("PEOPLE", "8"))
STEP = int(os.environ.get("STEP", "3"))
MOST = 400


def ends(city):
    return {side: sorted(str(sorted(row.items())) for row in city.control(f"/dump?side={side}")
                         if row.get("entity") != "annual")
            for side in ("municipal", "provincial")}


def fresh(city):
    city.control("/reset", {"seed": 5, "people": PEOPLE, "hours": 20 * PEOPLE, "shared": 0.5})
    for name in ("state", "log"):
        shutil.rmtree(city.folder / name, ignore_errors=True)


def stopped_at(city, number):
    """False when the run ended before its n-th sync."""
    done = subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "-f", "-e", "trace=fdatasync",
         "-e", f"inject=fdatasync:signal=SIGKILL:when={number}",
         str(BUILD / "cebridged"), "--config", city.config, "--once", "--full"],
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=120, check=False, env=traced())
    return done.returncode != 0


def writes(city):
    return {side: facts["creates"] + facts["updates"] for side, facts in city.control("/stats").items()}


# holds: write.journalled write.killed
def main():
    failures = []
    steps = 0
    with City(people=PEOPLE, hours=20 * PEOPLE, seed=5, shared=0.5) as city:
        fresh(city)
        assert city.once("--full").returncode == 0
        expected = ends(city)
        for number in range(1, MOST, STEP):
            fresh(city)
            if not stopped_at(city, number):
                break
            steps += 1
            last = city.once("--full")
            twice = sum(facts["duplicate_creates"] for facts in city.control("/stats").values())
            before = writes(city)
            again = city.once("--full")
            if (last.returncode, again.returncode) != (0, 0) or ends(city) != expected or twice \
                    or writes(city) != before:
                failures.append(number)
    for number in failures:
        print(f"FAILED: stopped at sync {number}")
    print(f"{steps - len(failures)} passed, {len(failures)} failed")
    return 1 if failures or steps == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
