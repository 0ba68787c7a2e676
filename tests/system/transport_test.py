#!/usr/bin/env python3
"""How the bridge speaks to a platform: whom it believes to be it, where it does not go, what it does not take. Each test
counts at a server of its own what arrived there."""
import base64
import gzip
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from city import BUILD, ROOT, City  # noqa: E402

DONE, UNREACHED, SETTINGS = 0, 4, 78
MAY_MOUNT = subprocess.run(["unshare", "--mount", "--propagation", "private", "true"],
                           capture_output=True, check=False).returncode == 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        size = int(self.headers.get("Content-Length", 0))
        self.rfile.read(size)
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        self.server.reply(self)

    do_GET = do_POST = do_PUT = do_CONNECT = answer

    def log_message(self, format, *arguments):  # noqa: A002
        pass

    def say(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def not_here(handler):
    handler.say(503)


class Server(http.server.ThreadingHTTPServer):
    """with Server(city, reply) as server: what arrives stands in server.seen."""

    daemon_threads = True

    def __init__(self, city, reply=not_here, certificate="server", tls=True, most=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen, self.reply = [], reply
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(city.folder / f"ca/{certificate}.pem", city.folder / f"ca/{certificate}.key")
            if most is not None:
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, most
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server_address[1]

    def handle_error(self, *_):
        pass

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class TransportCase(unittest.TestCase):
    def setUp(self):
        self.city = City(people=10, hours=20).__enter__()
        self.addCleanup(self.city.__exit__)

    def url(self, text, side="municipal"):
        self.city.configure(f"https://127.0.0.1:{self.city.ports[side]}", text)

    def define(self, **transport):
        """A municipal definition of this city's own."""
        folder = self.city.folder / "connectors"
        folder.mkdir(exist_ok=True)
        definition = json.loads((ROOT / "connectors/municipal.json").read_text())
        definition["transport"].update(transport)
        (folder / "municipal.json").write_text(json.dumps(definition))
        if f"connectors_dir = {folder}" not in pathlib.Path(self.city.config).read_text():
            self.city.configure("state_dir = state", f"state_dir = state\nconnectors_dir = {folder}")


class Transport(TransportCase):
    def why(self):
        """What `check --online` says of the platforms."""
        return self.city.cebridge("check", "--online").stdout

    def unreached(self, server, told=None, **more):
        """The cycle ends as with a platform that is down, and not one request arrived."""
        self.url(f"https://127.0.0.1:{server.port}")
        done = self.city.once("--full", **more)
        self.assertEqual(done.returncode, UNREACHED, done.stderr)
        self.assertEqual(server.seen, [])
        if told is not None:
            self.assertIn(told, self.why())

    # Whom it believes.

    # holds: transport.tls
    def test_tls_before_1_2_is_not_spoken(self):
        with Server(self.city, most=ssl.TLSVersion.TLSv1_1) as server:
            self.unreached(server)

    # holds: transport.tls
    def test_a_definition_that_asks_for_1_3_is_not_answered_with_1_2(self):
        with Server(self.city, most=ssl.TLSVersion.TLSv1_2) as server:
            self.define(tls_minimum="1.3")
            self.unreached(server)

    # holds: transport.tls
    def test_1_2_is_spoken(self):
        with Server(self.city, most=ssl.TLSVersion.TLSv1_2) as server:
            self.url(f"https://127.0.0.1:{server.port}")
            self.assertEqual(self.city.once("--full").returncode, UNREACHED)
            self.assertGreater(len(server.seen), 0)

    # holds: transport.certificate
    def test_a_certificate_that_expired_is_not_believed(self):
        with Server(self.city, certificate="expired") as server:
            self.unreached(server, "certificate has expired")

    # holds: transport.certificate
    def test_a_certificate_for_another_name_is_not_believed(self):
        with Server(self.city, certificate="other") as server:
            self.unreached(server, "the certificate is for another name")

    def other_authority(self):
        """Of the same names, signed by nobody whom the settings name."""
        folder = self.city.folder / "elsewhere"
        subprocess.run([str(ROOT / "tests/platform/make-ca.sh"), str(folder)], check=True, capture_output=True,
                       env={**os.environ, "CA_NAME": "another authority"})
        for end in ("pem", "key"):
            shutil.copy(folder / f"server.{end}", self.city.folder / f"ca/elsewhere.{end}")
        return folder / "ca.pem"

    # holds: transport.certificate
    def test_a_certificate_of_another_authority_is_not_believed(self):
        self.other_authority()
        with Server(self.city, certificate="elsewhere") as server:
            self.unreached(server)

    # holds: transport.authority
    @unittest.skipUnless(MAY_MOUNT, "a namespace of mounts needs more than this user may")
    def test_with_an_authority_of_its_own_the_systems_are_not_trusted_beside_it(self):
        """The other authority stands in the system's folder, which is seen by this one run."""
        folder = self.city.folder / "certs"
        folder.mkdir()
        shutil.copy(self.other_authority(), folder / "elsewhere.pem")
        subprocess.run(["openssl", "rehash", str(folder)], check=True)
        shutil.copy(folder / "elsewhere.pem", folder / "ca-certificates.crt")
        with Server(self.city, certificate="elsewhere") as server:
            self.url(f"https://127.0.0.1:{server.port}")
            for ours, arrives in ((True, False), (False, True)):
                with self.subTest(authority="the settings'" if ours else "the system's"):
                    if not ours:
                        self.city.configure("ca_file = ca/ca.pem\nrate = 1000/s\nparallel = 4\n\n[provincial]",
                                            "rate = 1000/s\nparallel = 4\n\n[provincial]")
                    done = self.run_with_mount(folder, "/etc/ssl/certs")
                    self.assertEqual(done.returncode, UNREACHED, done.stderr)
                    self.assertEqual(len(server.seen) > 0, arrives, done.stderr)

    def run_with_mount(self, path, over, *arguments):
        """A cycle for which `path` lies over another one."""
        command = f'mount --bind "{path}" "{over}" && exec "$@"'
        return subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", command, "sh",
                               *(arguments or (str(BUILD / "cebridged"), "--config", self.city.config, "--once", "--full"))],
                              capture_output=True, text=True, timeout=120, check=False)

    def pin(self, certificate):
        key = subprocess.run(["openssl", "x509", "-in", str(self.city.folder / f"ca/{certificate}.pem"), "-noout", "-pubkey"],
                             check=True, capture_output=True, text=True).stdout
        plain = base64.b64decode("".join(key.splitlines()[1:-1]))
        return "sha256//" + base64.b64encode(hashlib.sha256(plain).digest()).decode()

    # holds: transport.pin
    def test_a_pinned_key_is_the_only_one_that_is_spoken_to(self):
        self.define(pin=self.pin("other"))
        done = self.city.once("--full")
        self.assertEqual(done.returncode, UNREACHED, done.stderr)
        self.assertEqual(self.city.control("/stats")["municipal"]["requests"], 0)
        self.define(pin=self.pin("server"))
        done = self.city.once("--full")
        self.assertEqual(done.returncode, DONE, done.stderr)

    # Where it does not go.

    # holds: transport.addresses
    @unittest.skipUnless(MAY_MOUNT, "a namespace of mounts needs more than this user may")
    def test_a_name_for_an_address_that_no_platform_can_have_is_not_gone_to(self):
        self.url("https://platform.example:8441")
        for address in ("169.254.169.254", "0.0.0.0", "224.0.0.1", "::ffff:169.254.169.254"):
            with self.subTest(address=address):
                self.city.write("hosts", f"127.0.0.1 localhost\n{address} platform.example\n")
                done = self.run_with_mount(self.city.folder / "hosts", "/etc/hosts", str(BUILD / "cebridge"),
                                           "--config", self.city.config, "check", "--online")
                self.assertIn("no address that a platform can have", done.stdout)

    # holds: transport.addresses
    def test_an_address_that_no_platform_can_have_is_refused_in_the_settings(self):
        for number, address in enumerate(("169.254.169.254", "[fe80::1]", "0.0.0.0")):
            if number == 0:
                self.url(f"https://{address}")
            else:
                self.city.configure(before, f"https://{address}")
            before = f"https://{address}"
            done = self.city.once()
            self.assertEqual(done.returncode, SETTINGS, done.stderr)
            self.assertIn("municipal.url", done.stderr)

    # holds: transport.plaintext
    def test_plain_http_is_refused_unless_the_definition_allows_it(self):
        with Server(self.city, tls=False) as server:
            self.url(f"http://127.0.0.1:{server.port}")
            done = self.city.once("--full")
            self.assertEqual(done.returncode, SETTINGS, done.stderr)
            self.assertEqual(server.seen, [])
            self.define(plaintext=True)
            self.assertEqual(self.city.once("--full").returncode, UNREACHED)
            self.assertGreater(len(server.seen), 0)

    # holds: transport.no_redirect
    def test_a_redirect_leads_nowhere(self):
        with Server(self.city) as elsewhere:
            def lead(handler):
                handler.say(302, Location=f"https://127.0.0.1:{elsewhere.port}{handler.path}")

            with Server(self.city, lead) as server:
                self.url(f"https://127.0.0.1:{server.port}")
                done = self.city.once("--full")
                self.assertEqual(done.returncode, UNREACHED, done.stderr)
                self.assertGreater(len(server.seen), 0)
                self.assertEqual(elsewhere.seen, [])

    # holds: transport.no_proxy
    def test_proxies_of_the_environment_are_not_asked(self):
        with Server(self.city, tls=False) as proxy:
            environment = {name: f"http://127.0.0.1:{proxy.port}"
                           for name in ("https_proxy", "HTTPS_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")}
            done = subprocess.run([str(BUILD / "cebridged"), "--config", self.city.config, "--once", "--full"],
                                  capture_output=True, text=True, timeout=120, check=False,
                                  env={**os.environ, **environment})
            self.assertEqual(done.returncode, DONE, done.stderr)
            self.assertEqual(proxy.seen, [])

    # What it does not take.

    # holds: transport.body
    def test_no_more_of_an_answer_is_read_than_allowed(self):
        """Without a length, in chunks: a hundred times what the definition allows."""
        sent = []

        def pour(handler):
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            sent.append(0)
            for _ in range(6400):
                handler.wfile.write(b"4000\r\n" + b" " * 16384 + b"\r\n")
                sent[-1] += 16384

        with Server(self.city, pour) as server:
            self.define(largest_body=1024 * 1024)
            self.url(f"https://127.0.0.1:{server.port}")
            done = self.city.once("--full")
            self.assertEqual(done.returncode, UNREACHED, done.stderr)
            self.assertGreater(len(sent), 0)
            self.assertLess(max(sent), 16 * 1024 * 1024, "read on behind what is allowed")

    # holds: transport.body
    def test_no_compressed_answer_is_asked_for_nor_unpacked(self):
        def packed(handler):
            body = gzip.compress(json.dumps({"code": 0, "message": "ok", "data": {"now": "2023-04-17 08:00:00"}}).encode())
            handler.say(200, body, Content_Encoding="gzip", Content_Type="application/json")

        with Server(self.city, packed) as server:
            self.url(f"https://127.0.0.1:{server.port}")
            done = self.city.once("--full")
            self.assertEqual(done.returncode, UNREACHED, done.stderr)
            self.assertEqual({path for _, path, _ in server.seen}, {"/api/open/v1/time"}, "the answer was understood")
            self.assertNotIn("accept-encoding", {name.lower() for _, _, headers in server.seen for name in headers})

    # What it does not send twice.

    # holds: transport.no_resend
    def test_a_write_on_a_kept_connection_that_dies_goes_out_once(self):
        """The platform stores it and closes the connection without a word: it is looked for, not sent again."""
        employer = next(row for row in self.city.control("/dump?side=provincial&entity=account")
                        if row["kind"] == "employer" and row["department"])
        self.assertEqual(self.city.once("--full").returncode, DONE)
        for number, (side, path) in enumerate((("provincial", "/gw/ry"), ("municipal", "/api/open/v1/accounts"))):
            with self.subTest(side=side):
                code = people.resident(number + 1)
                other = people.OTHER[side]
                self.city.control(f"/seed?side={other}", {"accounts": [people.account(
                    other, code, employer=employer["code"], department=employer["department"],
                    region=employer["region"])]})
                self.city.control("/fault", {"kind": "answer_lost", "side": side, "method": "POST", "path": path,
                                             "body": "13800000001", "count": 5})
                self.city.once()
                self.assertEqual(self.city.control("/fault")["faults"][0]["hits"], 1)
                self.city.control("/fault", method="DELETE")
                self.assertEqual(self.city.once("--full").returncode, DONE)
                found = self.city.control(f"/inspect?side={side}&entity=account&code={code}")["records"]
                self.assertEqual(len(found), 1)
                self.assertEqual(self.city.control("/stats")[side]["duplicate_creates"], 0)


if __name__ == "__main__":
    unittest.main()
