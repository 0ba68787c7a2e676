#!/usr/bin/env python3
"""A first run killed with SIGKILL at many random moments and started again each time ends as if it had never been
killed: the same content on both sides, no duplicate, and a further run writes nothing. KILLS and PEOPLE by
environment; the seed is printed."""
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import BUILD, City  # noqa: E402

KILLS = int(os.environ.get("KILLS", "12"))
PEOPLE = int(os.environ.get("PEOPLE", "60"))
SEED = int(os.environ.get("SEED", "1"))


def undisturbed():
    """How the two sides end, and how long the run takes."""
    with City(people=PEOPLE, hours=20 * PEOPLE, seed=SEED) as city:
        begun = time.monotonic()
        done = city.once("--full")
        took = time.monotonic() - begun
        assert done.returncode == 0, done.stderr
        return city.content(annual=False), took


def killed(city, after):
    process = subprocess.Popen([str(BUILD / "cebridged"), "--config", city.config, "--once", "--full"],
                               stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        process.wait(after)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


# holds: write.killed
def main():
    expected, took = undisturbed()
    chance = random.Random(SEED)
    passed = failed = kills = 0
    with City(people=PEOPLE, hours=20 * PEOPLE, seed=SEED) as city:
        for _ in range(KILLS):
            kills += killed(city, chance.uniform(0.02, took))
        last = city.once("--full")
        again = city.once("--full")
        stats = city.control("/stats")
        written = {side: facts["creates"] + facts["updates"] for side, facts in stats.items()}
        city.once("--full")
        checks = {
            "the run after the kills ends in step": last.returncode == 0 and again.returncode == 0,
            "both sides are as if never killed": city.content(annual=False) == expected,
            "nothing was created twice": all(facts["duplicate_creates"] == 0 for facts in stats.values()),
            "a further run writes nothing": written == {
                side: facts["creates"] + facts["updates"]
                for side, facts in city.control("/stats").items()},
        }
        for name, good in checks.items():
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"FAILED: {name} (seed {SEED}, {kills} kills; exits {last.returncode}, {again.returncode})")
                print(last.stderr[-500:])
                now = city.content(annual=False)
                for side in now:
                    print(side, "missing", len(set(expected[side]) - set(now[side])),
                          "more", len(set(now[side]) - set(expected[side])))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
