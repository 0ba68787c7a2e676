"""See run.sh."""
import http.client
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import time
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from city import BUILD, City  # noqa: E402
from floor import Floor, digest_floor, rows_floor  # noqa: E402

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "2500"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
IDLE_SECONDS = 20
HEAD = ("cycle", "records", "wall s", "CPU s", "us/record", "peak MiB", "requests", "written",
        "x curl wall", "x curl CPU")


def run(command, stdout=None, stderr=None, stdin=None):
    """Runs a command to its end: .wall and .cpu seconds, .peak MiB, .code, .output."""
    start = time.monotonic()
    with subprocess.Popen(command, stdout=stdout, stderr=stderr, stdin=stdin, text=True) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    # Until it has executed the command a child counts as big as this process is.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return types.SimpleNamespace(
        wall=time.monotonic() - start, cpu=usage.ru_utime + usage.ru_stime, output=output,
        code=process.returncode, peak=usage.ru_maxrss / 1024, peak_masked=usage.ru_maxrss <= own)


def requests(city):
    return sum(side["requests"] for side in city.control("/stats").values())


def cycle(city, *arguments, exits=(0, 3)):
    before = requests(city)
    measured = run([str(BUILD / "cebridged"), "--config", city.config, "--once", *arguments],
                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if measured.code not in exits:
        raise SystemExit(f"bench: cebridged --once {' '.join(arguments)} ended with {measured.code}")
    report = json.loads(measured.output.strip().splitlines()[-1])
    measured.requests = requests(city) - before
    measured.written = sum(report[side]["written"] for side in ("municipal", "provincial"))
    measured.records = sum(report[side]["read"] for side in ("municipal", "provincial"))
    return measured


def median(rounds):
    """The round whose CPU time is the middle one."""
    return sorted(rounds, key=lambda one: one.cpu)[len(rounds) // 2]


def every(city, step, side, entity, system):
    """One in `step` of those valid records of a side that were first entered there."""
    rows = [row for row in city.control(f"/dump?side={side}&entity={entity}")
            if row["valid"] and row["origin"].startswith(system + "/")
            and row.get("kind", "person") == "person"]
    return rows[::step]


def edit_side(city, step, mark, side, system, changes):
    connection = http.client.HTTPConnection("127.0.0.1", city.ports["control"], timeout=60)
    for entity, (field, value) in changes.items():
        for at, row in enumerate(every(city, step, side, entity, system)):  # no two alike: that would be drift
            body = {"side": side, "entity": entity, "system": system,
                    "number": row["origin"].partition("/")[2], "set": {field: value.format(at * 10 + mark)}}
            connection.request("POST", "/edit", json.dumps(body))
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise SystemExit(f"bench: /edit {answer.status} {text.decode()}")
    connection.close()


def edit(city, step, mark):
    """Edits one record in `step` on both sides. In a process of its own: the dumps would swell this one, and
    a child's peak memory begins at its parent's."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            edit_side(city, step, mark, "municipal", "371600",
                      {"account": ("mobile", "137{:08d}"), "hours": ("courseName", "课程更正{}")})
            edit_side(city, step, mark, "provincial", "370000",
                      {"account": ("lxdh", "136{:08d}"), "hours": ("kcmc", "课程更正{}")})
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    if os.waitpid(child, 0)[1] != 0:
        raise SystemExit("bench: the edits failed")


def edited(city, step, mark, *arguments):
    """The edits are the only thing of their second, so that it is all an increment reads again."""
    time.sleep(1.1)
    edit(city, step, mark)
    time.sleep(1.1)
    return cycle(city, *arguments)


def etags(city):
    """Full cycles in which nothing changed beside a municipal platform whose pages have ETags; then of that platform
    alone, the other not being there: by how much one costs more that reads it than one that reads nothing."""
    city.control("/settings", {"page_etags": True})
    cycle(city, "--full")
    cycle(city, "--full")
    both = median([cycle(city, "--full") for _ in range(ROUNDS)])
    settings = pathlib.Path(city.config).read_text()
    city.configure(f":{city.ports['provincial']}\n", ":9\n")
    one = median([reached(city) for _ in range(2 * ROUNDS)])
    city.configure(f":{city.ports['municipal']}\n", ":9\n")
    none = median([reached(city) for _ in range(2 * ROUNDS)])
    city.write("cebridge.conf", settings)
    city.control("/settings", {"page_etags": False})
    one.cpu -= none.cpu
    return both, one


def reached(city):
    return cycle(city, "--full", exits=(4,))


# --- a daemon that goes on ----------------------------------------------------------------------------

def ticks(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def last_run(city):
    rows = city.lines("runs")
    return max((row["run"] for row in rows), default=0)


def idle(city):
    """What one cycle of a running daemon costs in which nothing happened."""
    before, first, began = ticks(city.daemon), last_run(city), requests(city)
    time.sleep(IDLE_SECONDS)
    cycles = max(last_run(city) - first, 1)
    return types.SimpleNamespace(cpu=(ticks(city.daemon) - before) / cycles, wall=None, records=0, written=0,
                                 peak=None, requests=(requests(city) - began) // cycles)


def one_person(city):
    """One person read anew by the running daemon."""
    code = next(row["code"] for row in city.control("/dump?side=municipal&entity=account")
                if row["valid"] and row["kind"] == "person")
    before, began, start = ticks(city.daemon), requests(city), time.monotonic()
    done = subprocess.run([str(BUILD / "cebridge"), "--config", city.config, "resync", "--person", "-"],
                          input=code + "\n", capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"bench: resync --person ended with {done.returncode}: {done.stderr}")
    return types.SimpleNamespace(wall=time.monotonic() - start, cpu=ticks(city.daemon) - before, records=0,
                                 written=0, peak=None, requests=requests(city) - began)


# --- the table ----------------------------------------------------------------------------------------

def figure(number, digits):
    return "-" if number is None else f"{number:.{digits}f}"


def row_of(name, measured, floor=None):
    each = measured.cpu / measured.records * 1e6 if measured.records else None
    peak = figure(measured.peak, 0)
    row = [name, str(measured.records or "-"), figure(measured.wall, 2), figure(measured.cpu, 4 if not measured.records else 2),
           figure(each, 2), ("< " if getattr(measured, "peak_masked", False) else "") + peak,
           str(measured.requests), str(measured.written)]
    if floor is None:
        return row + ["-", "-"]
    return row + [f"{measured.wall / floor.wall:.1f}", f"{measured.cpu / floor.cpu:.1f}"]


def print_table(rows):
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells), flush=True)


def disk(city):
    return sum(path.stat().st_size for path in (city.folder / "state").glob("*.db*"))


def measure(people):
    """(rows of the table, facts by name) of one size."""
    rows = [HEAD]
    with City(people=people, hours=20 * people, rate=10000) as city:
        city.configure("settle = 0 s", "settle = 0 s\noverlap = 0 s\nincremental = 1 s")
        floor = Floor(city, run)
        rows.append(row_of("first fill", cycle(city, "--full"), floor.measure()))
        cycle(city, "--full")
        shutil.rmtree(city.folder / "state")
        pages = floor.measure()
        reading = cycle(city, "--full")
        rows.append(row_of("first reading, both sides full", reading, pages))
        cycle(city, "--full")
        same = median([cycle(city, "--full") for _ in range(ROUNDS)])
        rows.append(row_of("full, nothing changed", same, pages))
        plain = run([sys.executable, "-B", str(pathlib.Path(__file__).with_name("plain.py")), str(city.folder),
                     json.dumps(city.ports)], stdout=subprocess.PIPE)
        for name, step, mark in (("full, 0.1 % changed", 1000, 1), ("full, 1 % changed", 100, 2)):
            rows.append(row_of(name, edited(city, step, mark, "--full"), pages))
        by_etag = etags(city)
        rows.append(row_of("full, nothing changed, municipal pages by ETag", by_etag[0]))
        rows.append(row_of("the municipal platform alone, by ETag", by_etag[1]))
        step = max(1, 21 * people // 1000)
        rows.append(row_of("incremental, some 1,000 changed", edited(city, step, 3)))
        edited(city, 21 * people // 8, 4)
        city.start_daemon()
        city.wait(lambda: last_run(city) > 0)
        time.sleep(4)
        rows.append(row_of("incremental, nothing happened", idle(city)))
        rows.append(row_of("one person", one_person(city)))
        facts = {"records": same.records, "same": same.cpu, "reading": reading.cpu, "disk": disk(city),
                 "plain": plain.cpu, "curl": pages.cpu}
    return rows, facts


def main():
    found = {}
    for people in (PEOPLE, 4 * PEOPLE):
        rows, facts = measure(people)
        found[people] = facts
        print(f"\n{people} people, {facts['records']} records on both sides; x curl: beside the listed pages "
              "fetched by curl alone, one connection to each side; < : no more than the bench itself takes")
        print_table(rows)
        print(f"disk {facts['disk'] / facts['records']:.0f} bytes a record; a plain Python script for the same "
              f"comparison: {facts['plain']:.2f} CPU s, {facts['plain'] / facts['same']:.0f} x of 'nothing changed'")
    small, large = found[PEOPLE], found[4 * PEOPLE]
    print(f"\n4 x the people, {large['records'] / small['records']:.2f} x the records: full, nothing changed "
          f"{large['same'] / small['same']:.2f} x the CPU, first reading {large['reading'] / small['reading']:.2f} x")
    print(f"SHA-256 of 400 bytes: {digest_floor() * 1e6:.2f} us; sqlite3, a row (key of 16 bytes, digest of 16) in "
          f"order: {rows_floor(run, large['records']) * 1e6:.2f} us")


if __name__ == "__main__":
    main()
