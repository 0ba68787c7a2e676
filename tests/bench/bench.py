"""See run.sh."""
import http.client
import json
import os
import pathlib
import resource
import subprocess
import sys
import time
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from city import BUILD, City  # noqa: E402
from floor import Floor  # noqa: E402

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "10000"))
HEAD = ("cycle", "wall s", "CPU s", "peak MiB", "requests", "written", "exit",
        "curl wall s", "curl CPU s", "pages", "MiB", "wall ratio", "CPU ratio")


def run(command, stdout=None, stderr=None):
    """Runs a command to its end: .wall and .cpu seconds, .peak MiB, .code, .output."""
    start = time.monotonic()
    with subprocess.Popen(command, stdout=stdout, stderr=stderr, text=True) as process:
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


def written(output):
    """What the run's own report counts as written on both sides."""
    report = json.loads(output.strip().splitlines()[-1])
    return sum(report[side]["written"] for side in ("municipal", "provincial"))


def cycle(city, *arguments):
    before = requests(city)
    measured = run([str(BUILD / "cebridged"), "--config", city.config, "--once", *arguments],
                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if measured.code not in (0, 3):
        raise SystemExit(f"bench: cebridged --once {' '.join(arguments)} ended with {measured.code}")
    measured.requests = requests(city) - before
    measured.written = written(measured.output)
    return measured


def every_hundredth(city, side, entity, system):
    """1 % of those valid records of a side that were first entered there."""
    rows = [row for row in city.control(f"/dump?side={side}&entity={entity}")
            if row["valid"] and row["origin"].startswith(system + "/")
            and row.get("kind", "person") == "person"]
    return rows[::100]


def edit_side(city, side, system, account, hours):
    connection = http.client.HTTPConnection("127.0.0.1", city.ports["control"], timeout=60)
    count = 0
    for entity, change in (("account", account), ("hours", hours)):
        for row in every_hundredth(city, side, entity, system):
            body = {"side": side, "entity": entity, "system": system,
                    "number": row["origin"].partition("/")[2], "set": change(count)}
            connection.request("POST", "/edit", json.dumps(body))
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise SystemExit(f"bench: /edit {answer.status} {text.decode()}")
            count += 1
    connection.close()
    return count


def edit(city):
    """Edits 1 % on both sides. In a process of its own: the dumps would swell this one, and a child's
    peak memory begins at its parent's."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            edit_side(city, "municipal", "371600", lambda at: {"mobile": f"137{at:08d}"},
                      lambda at: {"courseName": f"课程更正{at}"})
            edit_side(city, "provincial", "370000", lambda at: {"lxdh": f"136{at:08d}"},
                      lambda at: {"kcmc": f"课程更正{at}"})
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    if os.waitpid(child, 0)[1] != 0:
        raise SystemExit("bench: the edits failed")


def row_of(name, measured, floor=None):
    row = [name, f"{measured.wall:.2f}", f"{measured.cpu:.2f}",
           ("< " if measured.peak_masked else "") + f"{measured.peak:.0f}",
           str(measured.requests), str(measured.written), str(measured.code)]
    if floor is None:
        return row + ["-"] * 6
    return row + [f"{floor.wall:.2f}", f"{floor.cpu:.2f}", str(floor.requests),
                  f"{floor.bytes / 1048576:.1f}", f"{measured.wall / floor.wall:.1f}",
                  f"{measured.cpu / floor.cpu:.1f}"]


def print_table(rows):
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells))


def main():
    rows = [HEAD]
    with City(people=PEOPLE, hours=20 * PEOPLE) as city:
        floor = Floor(city, run)
        pages = floor.measure()
        rows.append(row_of("first fill", cycle(city, "--full"), pages))
        pages = floor.measure()
        rows.append(row_of("no change, full", cycle(city, "--full"), pages))
        edit(city)
        rows.append(row_of("1 % changed, incremental", cycle(city)))
        rows.append(row_of("no change, incremental", cycle(city)))
    print(f"{PEOPLE} people, {20 * PEOPLE} hour records; curl: the listed pages alone, one connection "
          "to each side; < : no more than what the bench itself takes")
    print_table(rows)


if __name__ == "__main__":
    main()
