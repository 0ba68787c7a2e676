"""The floor of a full cycle: the pages that it lists, fetched by the curl command line alone.

Pages are found and signed beforehand, so that curl's time holds nothing but the transfers."""
import hashlib
import hmac
import http.client
import json
import os
import ssl
import subprocess
import tempfile
import time
import urllib.parse
import uuid

SIZE = 1000
REGION = "3716"
EMPTY_DIGEST = hashlib.sha256(b"").hexdigest()


def sm3_hmac(key, text):
    """HMAC-SM3 in uppercase hex (RFC 2104, block of 64 bytes)."""
    key = key.ljust(64, b"\0")
    inner = hashlib.new("sm3", bytes(byte ^ 0x36 for byte in key) + text).digest()
    return hashlib.new("sm3", bytes(byte ^ 0x5C for byte in key) + inner).hexdigest().upper()


class Municipal:
    """platforms.md, Municipal platform: numbered pages, HMAC-SHA256 over six lines."""

    def __init__(self, city):
        self.port = city.ports["municipal"]
        self.secret = (city.folder / "municipal.secret").read_text().strip().encode()

    def headers(self, target):
        path, _, query = target.partition("?")
        stamp, nonce = str(int(time.time() * 1000)), uuid.uuid4().hex
        pairs = "&".join(sorted(query.split("&"), key=lambda pair: pair.partition("=")[0]))
        text = "\n".join(("GET", path, pairs, EMPTY_DIGEST, stamp, nonce))
        return {"X-App-Key": "app-001", "X-Timestamp": stamp, "X-Nonce": nonce,
                "X-Signature": hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()}

    def pages(self, get):
        for name in ("accounts", "hours", "annual"):
            page, last = 1, 1
            while page <= last:
                target = f"/api/open/v1/{name}?page={page}&size={SIZE}&areaCode={REGION}"
                answer = get(target)
                assert answer["code"] == 0, answer["message"]
                last = -(-answer["data"]["total"] // SIZE)
                yield target
                page += 1


class Provincial:
    """platforms.md, Provincial platform: cursors, a bearer token, HMAC-SM3 over the target."""

    def __init__(self, city):
        self.port = city.ports["provincial"]
        self.secret = (city.folder / "provincial.secret").read_text().strip().encode()
        self.token = None

    def headers(self, target):
        stamp, nonce = str(int(time.time())), uuid.uuid4().hex
        text = stamp + nonce + "GET" + target
        return {"Authorization": "Bearer " + self.token, "x-gw-appid": "client-001", "x-gw-ts": stamp,
                "x-gw-nonce": nonce, "x-gw-sign": sm3_hmac(self.secret, text.encode())}

    def sign_on(self, connection):
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": "client-001",
                                       "client_secret": self.secret.decode()})
        connection.request("POST", "/gw/oauth2/token", form,
                           {"Content-Type": "application/x-www-form-urlencoded"})
        self.token = json.loads(connection.getresponse().read())["access_token"]

    def pages(self, get):
        for name in ("ry", "xs", "nd"):
            target = f"/gw/{name}?limit={SIZE}&xzqh={REGION}"
            while target:
                answer = get(target)
                yield target
                cursor = answer["next"]
                target = cursor and f"/gw/{name}?limit={SIZE}&cursor=" + urllib.parse.quote(cursor, "")


class Floor:
    """Both platforms of a city, as curl alone would read them."""

    def __init__(self, city, run):
        self.city = city
        self.run = run
        self.sides = (Municipal(city), Provincial(city))
        self.tls = ssl.create_default_context(cafile=str(city.folder / "ca/ca.pem"))

    def targets(self, side):
        """The pages in their order, and their bytes; a cursor can be read again for 10 minutes."""
        connection = http.client.HTTPSConnection("127.0.0.1", side.port, context=self.tls)
        size = 0

        def get(target):
            nonlocal size
            connection.request("GET", target, headers=side.headers(target))
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, (target.partition("?")[0], answer.status)
            size += len(text)
            return json.loads(text)

        if isinstance(side, Provincial) and side.token is None:
            side.sign_on(connection)
        targets = list(side.pages(get))
        connection.close()
        return targets, size

    def transfer(self, side, target):
        lines = [f'url = "https://127.0.0.1:{side.port}{target}"', 'output = "/dev/null"',
                 f'cacert = "{self.city.folder}/ca/ca.pem"', "silent", "fail",
                 'write-out = "%{size_download}\\n"']
        lines += [f'header = "{name}: {value}"' for name, value in side.headers(target).items()]
        return "\n".join(lines) + "\n"

    def measure(self):
        """What run() measured of one curl that fetches every page; adds .requests and .bytes."""
        found = [(side, *self.targets(side)) for side in self.sides]
        config = self.city.folder / "floor.curl"
        with open(os.open(config, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w",
                  encoding="ascii") as file:
            file.write("next\n".join(self.transfer(side, target) for side, targets, _ in found
                                     for target in targets))
        measured = self.run(["curl", "-q", "-K", str(config)], stdout=subprocess.PIPE)
        sizes = [int(line) for line in measured.output.split()]
        measured.requests, measured.bytes = len(sizes), sum(sizes)
        wanted = sum(size for _, _, size in found)
        assert measured.code == 0, f"curl: {measured.code}"
        assert len(sizes) == sum(len(targets) for _, targets, _ in found), "curl: pages missing"
        assert abs(measured.bytes - wanted) * 100 <= wanted, "curl: other bytes than were listed"
        return measured


def digest_floor():
    """Seconds for SHA-256 of one record's bytes, as openssl measures it."""
    done = subprocess.run(["openssl", "speed", "-mr", "-seconds", "1", "-bytes", "400", "-evp", "sha256"],
                          capture_output=True, text=True, check=True)
    rate = float(next(line for line in done.stdout.splitlines() if line.startswith("+F:")).rpartition(":")[2])
    return 400 / rate


def rows_floor(run, count):
    """CPU seconds for one row of key and digest, put into an empty file in order by the sqlite3 shell."""
    with tempfile.TemporaryDirectory(prefix="cebridge-") as folder:
        script = ("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE record (key BLOB PRIMARY KEY,"
                  " digest BLOB) WITHOUT ROWID; WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM"
                  f" each WHERE n < {count}) INSERT INTO record SELECT printf('%016d', n), zeroblob(16) FROM each;")
        measured = run(["sqlite3", folder + "/floor.db", script], stdout=subprocess.DEVNULL)
    return measured.cpu / count
