"""What somebody would write in an afternoon: every page of both platforms, json.loads, a digest of each record in
SQLite, and one join that finds what differs from last time. No mapping, no retries, nothing sealed, nothing written.

plain.py FOLDER PORTS: a city's folder with its secrets, its ports as JSON."""
import hashlib
import http.client
import json
import pathlib
import sqlite3
import ssl
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from floor import Municipal, Provincial  # noqa: E402


def records(side, tls):
    """(key, digest) of each listed record."""
    connection = http.client.HTTPSConnection("127.0.0.1", side.port, context=tls)
    pages = []

    def get(target):
        connection.request("GET", target, headers=side.headers(target))
        pages.append(json.loads(connection.getresponse().read()))
        return pages[-1]

    if isinstance(side, Provincial):
        side.sign_on(connection)
    for target in side.pages(get):
        page = pages.pop()
        for row in page["data"]["records"] if "data" in page else page["rows"]:
            key = str(row.get("id") or row.get("ryid") or row.get("xsid") or
                      (row.get("idCard") or row.get("sfzjhm"), row.get("studyYear") or row.get("nd")))
            text = json.dumps(row, sort_keys=True).encode()
            yield target.partition("?")[0] + key, hashlib.sha256(text).digest()
    connection.close()


def main():
    city = types.SimpleNamespace(folder=pathlib.Path(sys.argv[1]), ports=json.loads(sys.argv[2]))
    tls = ssl.create_default_context(cafile=str(city.folder / "ca/ca.pem"))
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE before (key TEXT PRIMARY KEY, digest BLOB)")
    base.execute("CREATE TABLE now (key TEXT PRIMARY KEY, digest BLOB)")
    for side in (Municipal(city), Provincial(city)):
        base.executemany("INSERT OR REPLACE INTO now VALUES (?, ?)", records(side, tls))
    changed = base.execute("SELECT count(*) FROM now LEFT JOIN before USING (key)"
                           " WHERE before.digest IS NOT now.digest").fetchone()[0]
    print(changed)


if __name__ == "__main__":
    main()
