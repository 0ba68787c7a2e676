"""See peers.sh. Each peer in its own element: mbsync on two Maildirs of messages, Unison on two folders of files,
both on one machine without a network; the bridge between two platforms over TLS, mapping, judging, sealing."""
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bench import City, cycle, edited, run  # noqa: E402

PEOPLE = int(os.environ.get("PEERS_PEOPLE", "1000"))
DOCUMENTS = 21 * PEOPLE
STEPS = ("first fill", "0.1 % changed", "nothing changed")


def document(number, mark=0):
    """About 400 bytes, like an hour record."""
    return json.dumps({"id": number, "mark": mark, "text": f"{number * 7919 + mark:0330d}"})


class Mbsync:
    name = "mbsync, Maildirs"

    def __init__(self, folder):
        self.folder = folder
        for side in ("far", "near"):
            for name in ("cur", "new", "tmp"):
                (folder / side / name).mkdir(parents=True)
        (folder / "mbsyncrc").write_text(
            "".join(f"MaildirStore {side}\nPath {folder}/\nInbox {folder}/{side}\n\n" for side in ("far", "near"))
            + f"Channel both\nFar :far:\nNear :near:\nSync All\nCreate None\nSyncState {folder}/state\n")
        self.put(range(DOCUMENTS))

    def put(self, numbers):
        for number in numbers:
            path = self.folder / "far/cur" / f"{1700000000 + number}.{number}.host:2,S"
            path.write_text(f"Message-ID: <{number}@host>\nSubject: {number}\n\n{document(number)}\n")

    def change(self):
        self.put(range(DOCUMENTS, DOCUMENTS + DOCUMENTS // 1000))  # messages never change: new ones come

    def command(self):
        return ["mbsync", "-q", "-c", str(self.folder / "mbsyncrc"), "both"]


class Unison:
    name = "Unison, files"

    def __init__(self, folder):
        self.folder = folder
        (folder / "one").mkdir()
        (folder / "two").mkdir()
        os.environ["UNISON"] = str(folder / "archive")
        for number in range(DOCUMENTS):
            (folder / "one" / str(number)).write_text(document(number))

    def change(self):
        for number in range(0, DOCUMENTS, 1000):
            (self.folder / "one" / str(number)).write_text(document(number, 1) + " ")

    def command(self):
        return ["unison", "-batch", "-auto", "-silent", "-ui", "text", str(self.folder / "one"), str(self.folder / "two")]


def of_peer(kind):
    """[(CPU seconds, peak MiB)] by step."""
    found = []
    with tempfile.TemporaryDirectory(prefix="cebridge-") as folder:
        peer = kind(pathlib.Path(folder))
        for step in STEPS:
            if step == "0.1 % changed":
                peer.change()
            done = run(peer.command())
            if done.code != 0:
                raise SystemExit(f"{peer.name}: {step}: exit {done.code}")
            found.append((done.cpu, done.peak))
    return found


def of_bridge():
    with City(people=PEOPLE, hours=20 * PEOPLE, rate=10000) as city:
        city.configure("settle = 0 s", "settle = 0 s\noverlap = 0 s")
        first = cycle(city, "--full")
        cycle(city, "--full")
        changed = edited(city, 1000, 1, "--full")
        cycle(city, "--full")
        return [(one.cpu, one.peak) for one in (first, changed, cycle(city, "--full"))]


def main():
    print(f"{DOCUMENTS} documents on each side; CPU microseconds a pair (peak MiB)")
    print("".ljust(24) + "".join(step.rjust(20) for step in STEPS), flush=True)
    for name, found in ((Mbsync.name, of_peer(Mbsync)), (Unison.name, of_peer(Unison)),
                        ("cebridge, platforms", of_bridge())):
        cells = [f"{cpu / DOCUMENTS * 1e6:.1f} ({peak:.0f})" for cpu, peak in found]
        print(name.ljust(24) + "".join(cell.rjust(20) for cell in cells), flush=True)


if __name__ == "__main__":
    main()
