#!/usr/bin/env python3
"""What a platform at fault, or whoever stands in its place, can pour over the bridge: bodies without end, packed ones,
nesting, records of nothing, headers and interim answers without end, single bytes. Each is cut off at its limit, the
cycle ends as with a platform that is down, and the program's memory stays what `bridge.memory` and one body allow."""
import json
import os
import pathlib
import subprocess
import sys
import time
import unittest
import zlib

# The programs as they are installed: those for the sanitizers keep what was freed.
os.environ["CEBRIDGE_BUILD"] = os.environ.get("STEP_BUILD") or str(pathlib.Path(__file__).parents[2] / "build/release")
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from transport_test import BUILD, UNREACHED, Server, TransportCase  # noqa: E402

MIB = 1024 * 1024
MEMORY = 64 * MIB      # bridge.memory where the settings say nothing
BODY = 4 * MIB         # largest_body of these tests' definition
MARGIN = 48 * MIB      # the program itself, SQLite's pages, what curl and OpenSSL hold, bodies that arrive side by side
POURED = 300 * MIB


def head(handler, **headers):
    handler.send_response(200)
    for name, value in {"Content-Type": "application/json", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def pour(handler, piece, most=POURED):
    """Says how much was taken."""
    handler.server.poured.append(0)
    while handler.server.poured[-1] < most:
        handler.wfile.write(piece)
        handler.server.poured[-1] += len(piece)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def ok(data):
    return b'{"code":0,"message":"ok","data":' + data + b"}"


class Hostile(TransportCase):
    def setUp(self):
        super().setUp()
        self.define(largest_body=BODY, timeout_ms=20000, low_speed_bytes=10, low_speed_ms=2000)
        self.address = f"https://127.0.0.1:{self.city.ports['municipal']}\n"

    def cycle(self, reply, exits=(UNREACHED,), most=None):
        """A cycle against a municipal platform that answers so."""
        with Server(self.city, reply) as server, open(self.city.folder / "told", "w+", encoding="utf-8") as told:
            server.poured = []
            self.city.configure(self.address, f"https://127.0.0.1:{server.port}\n")
            self.address = f"https://127.0.0.1:{server.port}\n"
            program = subprocess.Popen([str(BUILD / "cebridged"), "--config", self.city.config, "--once", "--full"],
                                       stdout=subprocess.DEVNULL, stderr=told)
            _, status, usage = os.wait4(program.pid, 0)
            program.returncode = os.waitstatus_to_exitcode(status)
            told.seek(0)
            self.assertIn(program.returncode, exits, told.read())
            self.assertGreater(len(server.seen), 0)
            print(f"{self.id().split('.')[-1]}: {usage.ru_maxrss // 1024} MiB at most", flush=True)
            self.assertLess(usage.ru_maxrss * 1024, MEMORY + BODY + MARGIN)
            if most is not None:
                self.assertGreater(len(server.poured), 0)
                self.assertLess(max(server.poured), most)

    def listing(self, path, answer):
        """The clock is answered, then the list at the path; all else is not here."""
        def reply(handler):
            if handler.path.endswith("/time"):
                now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600))
                handler.say(200, ok(json.dumps({"now": now}).encode()), Content_Type="application/json")
            elif path in handler.path:
                handler.server.listed = True
                answer(handler)
            else:
                handler.say(503)
        return reply

    # holds: transport.body
    def test_a_body_of_300_megabytes_that_says_so_is_not_begun(self):
        def reply(handler):
            head(handler, Content_Length=str(POURED))
            pour(handler, b" " * 65536)
        self.cycle(reply, most=16 * MIB)

    # holds: transport.body
    def test_a_body_without_end_in_chunks_is_cut_at_the_limit(self):
        def reply(handler):
            head(handler, Transfer_Encoding="chunked")
            pour(handler, chunk(b" " * 65536))
        self.cycle(reply, most=BODY + 16 * MIB)

    # holds: transport.body
    def test_a_body_until_the_connection_closes_is_cut_at_the_limit(self):
        def reply(handler):
            head(handler, Connection="close")
            pour(handler, b" " * 65536)
        self.cycle(reply, most=BODY + 16 * MIB)

    # holds: transport.body
    def test_300_megabytes_packed_into_some_kilobytes_are_not_unpacked(self):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(packer.compress(b" " * MIB) for _ in range(POURED // MIB)) + packer.flush()
        self.assertLess(len(bomb), MIB)
        for encoding in ("gzip", "deflate", "gzip, gzip", "br"):
            with self.subTest(encoding=encoding):
                self.cycle(lambda handler: handler.say(200, bomb, Content_Encoding=encoding))

    # holds: transport.body
    def test_a_hundred_thousand_levels_are_no_listing(self):
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            with self.subTest(opening=opening):
                deep = opening * 100_000 + b"1" + closing * 100_000
                self.cycle(lambda handler: handler.say(200, deep))
                self.cycle(self.listing("/accounts", lambda handler: handler.say(200, ok(b'{"records":' + deep + b"}"))))

    # holds: transport.body
    def test_a_page_of_a_million_records_of_nothing_is_no_memory_for_each(self):
        rows = b"{}," * ((BODY - 1000) // 3)
        body = ok(b'{"total":1,"page":1,"pageSize":200,"records":[' + rows + b"{}]}")
        self.cycle(self.listing("/accounts", lambda handler: handler.say(200, body)), exits=(UNREACHED, 5))

    # holds: transport.headers
    def test_headers_without_end_are_cut(self):
        def reply(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            line = b"X-Filler: " + b"x" * 1000 + b"\r\n"
            pour(handler, line * 64)
        self.cycle(reply, most=16 * MIB)

    # holds: transport.headers
    def test_one_header_without_end_is_cut(self):
        def reply(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Filler: ")
            pour(handler, b"x" * 65536)
        self.cycle(reply, most=16 * MIB)

    # holds: transport.headers
    def test_interim_answers_without_end_are_cut(self):
        def reply(handler):
            pour(handler, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 1000)
        self.cycle(reply, most=16 * MIB)

    # holds: transport.slow
    def test_single_bytes_are_given_up(self):
        def reply(handler):
            head(handler, Content_Length="100000")
            handler.server.poured.append(0)
            for _ in range(600):
                handler.wfile.write(b" ")
                time.sleep(0.25)
        begun = time.monotonic()
        self.cycle(reply)
        self.assertLess(time.monotonic() - begun, 60)


if __name__ == "__main__":
    unittest.main()
