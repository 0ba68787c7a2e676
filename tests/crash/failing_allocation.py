#!/usr/bin/env python3
"""Each place of the program and its libraries that asks for memory refused in turn, once and from then on, in five
scenarios: the settings read and checked, a first run, a later one with a write, a decision, and a record and the log
explained and verified; of a first run also nearly each place of libcurl, and nearly each of the verifier. The program
ends with an exit code of its own and says why, never by a signal; it leaks nothing; and after one undisturbed run all
stands as if nothing had been refused, nothing twice. STEP takes every so many places, FIRST the first, ONLY one
scenario; FAIL=FAIL_ALLOCATION takes each allocation and not each place, FAIL_DEPTH=5 fewer places: those that the last
few callers tell apart."""
import ast
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "system"))
from city import BUILD, ROOT, City  # noqa: E402
from operating_test import edit, person_of  # noqa: E402

STEP = int(os.environ.get("STEP", "997"))
FIRST = int(os.environ.get("FIRST", min(STEP, 400)))
RELEASE = ROOT / "build/release"  # the programs as they are installed: an optimised one asks by other ways
STEPS = {"asking": (min(STEP, 5), 2), "verifying": (min(STEP, 2), 1)}  # small enough to be taken nearly whole
ONLY = os.environ.get("ONLY", "")
FAIL = os.environ.get("FAIL", "FAIL_PLACE")
DEFINED = (0, 3, 4, 5, 65, 69, 70, 73, 75, 77, 78)
# The C library's own end where it looks for the user's name, and the loader's: as a kill, which both sides survive.
LIBRARY = re.compile(rb"nss_database|\AUnexpected error\.|cannot allocate memory for thread-local data")
RECORD = '{"id":1,"version":1,"idCard":"371602199001019019","accountType":1,"mobile":"13800000001"}\n'


class Refused:
    """How programs are run while an allocation fails."""

    def __init__(self, city):
        self.city = city
        self.mark = city.folder / "struck"
        self.wrong = []
        self.what = ""

    def says(self, text):
        self.wrong.append(f"{self.what}: {text}")

    def run(self, number, for_ever, *words, build=BUILD, **more):
        """Its stdout, or None where it was not struck."""
        self.mark.unlink(missing_ok=True)
        environment = {**os.environ, "LD_PRELOAD": str(build / "failing_allocation.so"), "FAIL_MARK": str(self.mark),
                       FAIL: str(number), "LC_ALL": "C", **more,
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
        if for_ever:
            environment["FAIL_FOR_EVER"] = "1"
        done = subprocess.run([str(build / words[0]), *words[1:]], env=environment, capture_output=True, timeout=60,
                              check=False)
        if not self.mark.exists():
            return None
        if LIBRARY.search(done.stderr):
            return done
        if done.returncode not in DEFINED or b"Sanitizer" in done.stderr:
            self.says(f"exit {done.returncode}: {done.stderr[-2500:].decode(errors='replace')}")
        elif done.returncode != 0 and not done.stderr.strip() and b"out of memory" not in done.stdout:
            self.says(f"exit {done.returncode} and not a word")
        return done


def settle(refused, expected):
    """An undisturbed run, then one that must write nothing."""
    city = refused.city
    last = city.once("--full")
    before = city.writes()
    again = city.once("--full")
    if (last.returncode, again.returncode) != (0, 0):
        refused.says(f"then exits {last.returncode}, {again.returncode}: {last.stderr[-300:]}")
    if city.content(annual=False) != expected:
        refused.says("then the sides are not as if undisturbed")
    if city.writes() != before:
        refused.says("then a further run wrote")
    if any(facts["duplicate_creates"] for facts in city.control("/stats").values()):
        refused.says("something was created twice")


def reset(city):
    city.reset(seed=5, people=4, hours=24, shared=0.5)


def checking(refused):
    settings = refused.city.config
    city = refused.city
    reset(city)
    city.once("--full")
    good = city.cebridge("check", "--json").stdout

    def strike(number, for_ever):
        first = refused.run(number, for_ever, "cebridged", "--config", settings, "--check")
        second = refused.run(number, for_ever, "cebridge", "--config", settings, "check", "--json")
        if second is not None and second.returncode == 0 and second.stdout.decode().count("\n") != good.count("\n"):
            refused.says("exit 0, and not all was checked")
        return first is not None or second is not None
    return strike


def first_run(refused, **more):
    reset(refused.city)
    assert refused.city.once("--full").returncode == 0
    expected = refused.city.content(annual=False)

    def strike(number, for_ever):
        reset(refused.city)
        struck = refused.run(number, for_ever, "cebridged", "--config", refused.city.config, "--once", "--full", **more)
        settle(refused, expected)
        return struck is not None
    return strike


def rewritten(row, mobile):
    """A row of the dump with this mobile, and without what every write moves on."""
    fields = dict(ast.literal_eval(row))
    for name, value in (("mobile", mobile), ("version", "any"), ("updated", "any")):
        if name in fields:
            fields[name] = value
    return str(sorted(fields.items()))


def later_run(refused):
    city = refused.city
    reset(city)
    assert city.once("--full").returncode == 0
    person = person_of(city)
    before = city.content(annual=False)
    edits = iter(range(13_800_000_100, 13_900_000_000))

    def expected(mobile):
        return {side: sorted(row if person not in row else rewritten(row, mobile) for row in rows)
                for side, rows in before.items()}

    def strike(number, for_ever):
        mobile = str(next(edits))
        edit(city, person, mobile)
        struck = refused.run(number, for_ever, "cebridged", "--config", city.config, "--once")
        last = city.once()
        written = city.writes()
        again = city.once("--full")
        now = {side: sorted(row if person not in row else rewritten(row, dict(ast.literal_eval(row)).get("mobile"))
                            for row in rows) for side, rows in city.content(annual=False).items()}
        if (last.returncode, again.returncode) != (0, 0) or now != expected(mobile) or city.writes() != written:
            refused.says(f"then not as if undisturbed; exits {last.returncode}, {again.returncode}")
        return struck is not None
    return strike


def deciding(refused):
    city = refused.city
    reset(city)
    assert city.once("--full").returncode == 0
    person = person_of(city)
    for side, code, name in (("municipal", "idCard", "realName"), ("provincial", "sfzjhm", "mc")):
        city.control("/edit", {"side": side, "entity": "account", "match": {code: person},
                               "set": {name: f"王{side[0]}"}})
    assert city.once().returncode == 3
    number_of = str(city.lines("conflicts")[0]["number"])
    kept = city.folder / "kept"
    for name in ("state", "log"):
        shutil.copytree(city.folder / name, kept / name)
    resolve = ("resolve", number_of, "--take", "provincial", "--reason", "as in the register")

    def strike(number, for_ever):
        for name in ("state", "log"):
            shutil.rmtree(city.folder / name)
            shutil.copytree(kept / name, city.folder / name)
        struck = refused.run(number, for_ever, "cebridge", "--config", city.config, *resolve)
        state = city.lines("conflict", number_of)[0]["state"]
        if state not in ("open", "decided") or (struck is not None and struck.returncode == 0 and state != "decided"):
            refused.says(f"exit {struck.returncode}, the conflict is {state}")
        if city.cebridge("log", "--verify").returncode != 0:
            refused.says("the log is not whole")
        again = city.cebridge(*resolve)
        if city.lines("conflict", number_of)[0]["state"] != "decided":
            refused.says(f"decided again: exit {again.returncode} {again.stderr}")
        return struck is not None
    return strike


def showing(refused):
    city = refused.city
    reset(city)
    assert city.once("--full").returncode == 0
    city.write("record.json", RECORD)
    config = ("cebridge", "--config", city.config)
    commands = [(*config, "explain", str(city.folder / "record.json"), "--from", "municipal", "--json"),
                (*config, "log", "--verify", "--json"),
                ("cebridge-verify", "--key-file", str(city.folder / "log.key"), str(city.folder / "log"))]
    good = [subprocess.run([str(BUILD / words[0]), *words[1:]], capture_output=True, check=False) for words in commands]

    def strike(number, for_ever):
        struck = [refused.run(number, for_ever, *words) for words in commands]
        for words, done, well in zip(commands, struck, good):
            if done is not None and done.returncode == well.returncode and done.stdout != well.stdout:
                refused.says(f"{words[-3:]} ended as if well, and said something else: {done.stdout[-300:]}")
        return any(done is not None for done in struck)
    return strike


def asking(refused):
    """Only what libcurl asks for, which once forgot a request's timeout by that."""
    return first_run(refused, build=RELEASE, FAIL_DEPTH="5", FAIL_WITHIN="libcurl")


def verifying(refused):
    """The verifier alone, which is small enough for nearly every place: never whole by what it could not read."""
    city = refused.city
    reset(city)
    assert city.once("--full").returncode == 0
    words = ("cebridge-verify", "--key-file", str(city.folder / "log.key"), str(city.folder / "log"))
    good = subprocess.run([str(BUILD / words[0]), *words[1:]], capture_output=True, check=True).stdout

    def strike(number, for_ever):
        struck = refused.run(number, for_ever, *words, build=RELEASE, FAIL_DEPTH="5")
        if struck is not None and struck.returncode == 0 and struck.stdout != good:
            refused.says(f"ended as if well, and said something else: {struck.stdout[-300:]}")
        return struck is not None
    return strike


# holds: write.no_memory log.altered
def main():
    strikes = 0
    with City(people=4, hours=24, seed=5, shared=0.5) as city:
        refused = Refused(city)
        for scenario in (checking, first_run, later_run, deciding, showing, asking, verifying):
            if ONLY not in ("", scenario.__name__):
                continue
            strike = scenario(refused)
            step, number = STEPS.get(scenario.__name__, (STEP, FIRST))
            hit = True
            while hit:
                for for_ever in (False, True):
                    refused.what = f"{scenario.__name__}, refused at {number}{' and from then on' if for_ever else ''}"
                    before = len(refused.wrong)
                    hit = strike(number, for_ever)
                    strikes += hit
                    for line in refused.wrong[before:]:
                        print("FAILED:", line, flush=True)
                number += step
            print(f"{scenario.__name__}: {number} places, {strikes} strikes", flush=True)
    print(f"{strikes - len(refused.wrong)} passed, {len(refused.wrong)} failed")
    return 1 if refused.wrong or strikes == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
