#!/usr/bin/env python3
"""Speaks to the reference platforms as a client would: signing, paging, errors, batches,
idempotency, cursors, faults, control calls. usage: smoke_test.py PLATFORMD [FOLDER]"""
import hashlib
import hmac
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
checks = 0


def check(condition, *what):
    global checks
    checks += 1
    if not condition:
        raise AssertionError(" ".join(str(part) for part in what))


def sm3_hmac(key, text):
    def sm3(data):
        return hashlib.new("sm3", data).digest()

    key = key.ljust(64, b"\0")
    inner = sm3(bytes(b ^ 0x36 for b in key) + text)
    return sm3(bytes(b ^ 0x5C for b in key) + inner).hex().upper()


class Caller:
    def __init__(self, port, context=None):
        self.port, self.context, self.connection = port, context, None

    def exchange(self, method, target, body=b"", headers=None, timeout=10):
        if self.connection is None:
            if self.context:
                self.connection = http.client.HTTPSConnection(
                    "127.0.0.1", self.port, context=self.context, timeout=timeout)
            else:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                             timeout=timeout)
        try:
            self.connection.request(method, target, body or None, headers or {})
            answer = self.connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except Exception:
            self.connection.close()
            self.connection = None
            raise


class Municipal(Caller):
    def raw(self, method, path, body=None, query="", key=None, nonce=None, skew=0,
            secret=b"municipal-secret"):
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        stamp = str(int(time.time() * 1000) + skew)
        nonce = nonce or uuid.uuid4().hex
        pairs = "&".join(sorted(query.split("&"), key=lambda p: p.split("=")[0])) if query else ""
        text = "\n".join([method, "/api/open/v1" + path, pairs,
                          hashlib.sha256(data).hexdigest(), stamp, nonce])
        headers = {"X-App-Key": "app-001", "X-Timestamp": stamp, "X-Nonce": nonce,
                   "X-Signature": hmac.new(secret, text.encode(), "sha256").hexdigest()}
        if key:
            headers["Idempotency-Key"] = key
        target = "/api/open/v1" + path + ("?" + query if query else "")
        return self.exchange(method, target, data, headers)

    def call(self, *arguments, **named):
        status, _, body = self.raw(*arguments, **named)
        check(status == 200, "municipal status", status, body[:200])
        return json.loads(body)


class Provincial(Caller):
    token = None

    def renew(self):
        form = urllib.parse.urlencode({"grant_type": "client_credentials",
                                       "client_id": "client-001",
                                       "client_secret": "provincial-secret"})
        status, _, body = self.exchange(
            "POST", "/gw/oauth2/token", form.encode(),
            {"Content-Type": "application/x-www-form-urlencoded"})
        if status == 200:
            self.token = json.loads(body)["access_token"]
        return status

    def raw(self, method, path, body=None, skew=0, nonce=None, secret=b"provincial-secret",
            **headers):
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        stamp, nonce = str(int(time.time()) + skew), nonce or uuid.uuid4().hex
        text = (stamp + nonce + method + "/gw" + path).encode() + data
        head = {"Authorization": "Bearer " + (self.token or "none"), "x-gw-appid": "client-001",
                "x-gw-ts": stamp, "x-gw-nonce": nonce, "x-gw-sign": sm3_hmac(secret, text)}
        head.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.exchange(method, "/gw" + path, data, head)

    def call(self, *arguments, **named):
        status, headers, body = self.raw(*arguments, **named)
        return status, headers, json.loads(body)


class Control(Caller):
    def call(self, method, target, body=None, expect=200):
        data = b"" if body is None else json.dumps(body).encode()
        status, _, answer = self.exchange(method, target, data, timeout=60)
        check(status == expect, "control", method, target, status, answer[:300])
        return [json.loads(line) for line in answer.splitlines() if line]

    def fault(self, **fault):
        self.call("POST", "/fault", fault)


DEPARTMENT, EMPLOYER = "113716000000000000", "913716000000000000"


def credit_code(first17):
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    total = sum(alphabet.index(c) * w for c, w in zip(first17, weights))
    return first17 + alphabet[(31 - total % 31) % 31]


def resident(first17):
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return first17 + "10X98765432"[sum(int(c) * w for c, w in zip(first17, weights)) % 11]


DEPARTMENT, EMPLOYER = credit_code(DEPARTMENT[:17]), credit_code(EMPLOYER[:17])
PERSON, OTHER = resident("37168119700101901"), resident("37168119850505902")


def m_account(**more):
    return {"accountType": 1, "idCard": PERSON, "creditCode": "", "realName": "王小明",
            "orgName": "", "mobile": "13800000001", "areaCode": "371681",
            "orgCreditCode": EMPLOYER, "deptCreditCode": DEPARTMENT, "titleLevel": 2,
            "auditStatus": 1, "deleted": 0, "originSystem": "370000", "originNo": "x-1", **more}


def m_hours(number, **more):
    return {"idCard": PERSON, "studyYear": 2023, "courseType": 1, "classHour": 12.5, "credit": "",
            "source": 1, "courseCode": "GX2023-0007", "courseName": "职业道德", "evidenceNo": "",
            "finishTime": "2023-06-01 20:15:00", "auditStatus": 4, "deleted": 0,
            "originSystem": "370000", "originNo": number, **more}


def p_hours(number, **more):
    return {"sfzjhm": PERSON, "nd": "2023", "kmlb": "ZY", "jldw": "XS", "sl": "4.00",
            "rdfs": "02", "kcdm": "", "kcmc": "课程", "zmclh": "E" + number,
            "wcsj": "2023-06-01T20:15:00+08:00", "shzt": "40", "yxbz": "1", "lyxtbm": "371600",
            "lyxh": number, **more}


def municipal_signing(m):
    check("now" in m.call("GET", "/time")["data"], "time")
    check(m.call("GET", "/time", secret=b"wrong")["code"] == 40101, "signature")
    check(m.call("GET", "/time", skew=301000)["code"] == 40102, "late")
    check(m.call("GET", "/time", skew=-301000)["code"] == 40102, "early")
    check(m.call("GET", "/time", nonce="once-1")["code"] == 0, "nonce")
    check(m.call("GET", "/time", nonce="once-1")["code"] == 40103, "nonce again")
    status, headers, body = m.raw("GET", "/nothing")
    check(status == 404 and "html" in headers["Content-Type"], "gateway 404")
    answer = m.call("GET", "/hours", query="size=10&page=1&studyYear=2023&areaCode=3716")
    check(answer["code"] == 0, "sorted query")


def municipal_writes(m, control):
    organisation = {"idCard": "", "realName": "", "mobile": "", "orgCreditCode": "",
                    "titleLevel": 0}
    for kind, code, name in ((3, DEPARTMENT, "主管部门"), (2, EMPLOYER, "用人单位")):
        made = m.call("POST", "/accounts", m_account(accountType=kind, creditCode=code,
                                                     orgName=name, originNo=code, **organisation))
        check(made["code"] == 0, made)
    bad = m.call("POST", "/accounts", m_account(idCard=PERSON[:17] + "#", realName="a" * 101))
    check(bad["code"] == 42200, bad)
    check({e["field"] for e in bad["data"]["errors"]} == {"idCard", "realName"}, bad)
    for name in ("a\u0007b", "a\ufffdb", "a\u0000b"):
        check(m.call("POST", "/accounts", m_account(realName=name))["code"] == 42200, repr(name))
    early = m.call("POST", "/hours", m_hours("h-0"))
    check(early["code"] == 42200 and early["data"]["errors"][0]["field"] == "idCard", early)
    key = uuid.uuid4().hex
    made = m.call("POST", "/accounts", m_account(note="kept"), key=key)
    again = m.call("POST", "/accounts", m_account(note="kept"), key=key)
    check(made == again and made["code"] == 0, "replay", made, again)
    check(made["data"]["version"] == "1" and made["data"]["note"] == "kept", made)
    check(m.call("POST", "/accounts", m_account(mobile="1"), key=key)["code"] == 40000, "key")
    twice = m.call("POST", "/accounts", m_account())
    check(twice["code"] == 40902 and twice["data"]["existingId"] == made["data"]["id"], twice)
    check(m.call("POST", "/accounts", m_account(realName=""))["code"] == 42200, "422 before 409")
    path = "/accounts/%d" % made["data"]["id"]
    check(m.call("PUT", path, {"mobile": "2"})["code"] == 40000, "no version")
    stale = m.call("PUT", path, {"version": 7, "realName": ""})
    check(stale["code"] == 40901 and stale["data"]["current"]["id"] == made["data"]["id"], stale)
    changed = m.call("PUT", path, {"version": "1", "mobile": "13800000002"})
    check(changed["code"] == 0 and changed["data"]["version"] == "2", changed)
    check(changed["data"]["realName"] == "王小明" and changed["data"]["note"] == "kept", changed)
    check(m.call("PUT", path, {"version": 2, "idCard": OTHER})["code"] == 42200, "fixed")
    check(m.call("PUT", path, {"version": 2, "originNo": "y"})["code"] == 42200, "fixed origin")
    check(m.call("GET", "/accounts/1")["code"] == 40400, "no such record")
    check(m.call("POST", "/annual", {})["code"] == 40300, "read only")
    stats = control.call("GET", "/stats")[0]["municipal"]
    check(stats["creates"] == 3 and stats["idempotent_replays"] == 1, stats)
    check(stats["duplicate_creates"] == 0 and stats["duplicate_answers"] == 1, stats)


def municipal_batches(m):
    records = [m_hours("b-%d" % number, courseCode="C%d" % number) for number in range(99)]
    key = uuid.uuid4().hex
    answer = m.call("POST", "/hours/batch", {"records": records}, key=key)
    results = answer["data"]["results"]
    check(sorted(r["index"] for r in results) == list(range(99)), "indexes")
    check([r["index"] for r in results] != list(range(99)), "scrambled")
    check(all(r["code"] == 0 and r["record"]["version"] == 1 for r in results), results[0])
    check(m.call("POST", "/hours/batch", {"records": records}, key=key) == answer, "batch replay")
    first = next(r["record"] for r in results if r["index"] == 0)
    mixed = [dict(id=first["id"], version=1, classHour="3.25"),
             dict(id=first["id"], version=1, classHour=4), m_hours("b-1"),
             m_hours("b-100", classHour="1.234"), m_hours("b-101", credit=1),
             m_hours("b-102", classHour="", credit="2.5", courseType=0, studyYear=2018)]
    found = {r["index"]: r for r in m.call("POST", "/hours/batch", {"records": mixed})
             ["data"]["results"]}
    check([found[i]["code"] for i in range(6)] == [0, 40901, 40902, 42200, 42200, 0], found)
    check(found[0]["record"]["classHour"] == 3.25 and found[5]["record"]["classHour"] == "", found)
    check(found[5]["record"]["credit"] == 2.5, found[5])
    check(m.call("POST", "/hours/batch", {"records": records + records})["code"] == 40000, "100")
    annual = m.call("POST", "/annual/query", {"idCards": [PERSON], "studyYear": 2023})["data"]
    check(annual["total"] == 1, annual)
    check(annual["records"][0]["publicHours"] == 98 * 12.5 + 3.25, annual)


def municipal_lists(m):
    check(m.call("GET", "/hours", query="page=1&size=1001")["code"] == 40000, "page size")
    check(m.call("GET", "/hours", query="page=0&size=10")["code"] == 40000, "page 0")
    check(m.call("GET", "/hours", query="updatedSince=2023-01-01")["code"] == 40000, "time form")
    seen, page = [], 1
    while True:
        data = m.call("GET", "/hours", query="page=%d&size=40&areaCode=3716" % page)["data"]
        seen += [r["id"] for r in data["records"]]
        if not data["records"]:
            break
        page += 1
    check(len(seen) == data["total"] == len(set(seen)) and seen == sorted(seen), "pages", len(seen))
    check(m.call("GET", "/hours", query="areaCode=3701")["data"]["total"] == 0, "area")
    since = urllib.parse.quote("2020-01-01 00:00:00")
    rows = m.call("GET", "/hours", query="updatedSince=%s&size=1000" % since)["data"]["records"]
    order = [(r["updatedAt"], r["id"]) for r in rows]
    check(order == sorted(order) and len(rows) == len(seen), "ordered by time")
    last = urllib.parse.quote(rows[-1]["updatedAt"])
    check(m.call("GET", "/hours", query="updatedSince=" + last)["data"]["total"] > 0, "inclusive")
    both = m.call("POST", "/accounts/query", {"idCards": [PERSON, OTHER],
                                              "creditCodes": [EMPLOYER]})["data"]
    check(both["total"] == 2, both)
    check(m.call("POST", "/accounts/query", {"idCards": [PERSON] * 201})["code"] == 40000, "200")
    status, _, _ = m.raw("GET", "/accounts", query="page=1&x=" + PERSON)
    check(status == 200, "an ID in a URL is answered, and counted")


def provincial_signing(p):
    status, _, body = p.call("GET", "/ry")
    check(status == 401 and body["errcode"] == "E4011", body)
    check(p.renew() == 200, "token")
    check(p.call("GET", "/ry", secret=b"no")[2]["errcode"] == "E4012", "signature")
    late = p.call("GET", "/ry", skew=400)[2]
    check(late.get("errcode") == "E4013", "time", late)
    check(p.call("GET", "/ry?limit=1", nonce="n1")[0] == 200, "nonce")
    check(p.call("GET", "/ry?limit=1", nonce="n1")[2]["errcode"] == "E4014", "nonce again")
    check(p.call("GET", "/ry?limit=1001")[0] == 400, "limit")
    check(p.call("GET", "/ry?gxsj_ge=2023-04-17T08:00:00+08:00")[0] == 400, "raw plus")
    check(p.call("GET", "/ry?gxsj_ge=2023-04-17T08:00:00%2B08:00")[0] == 200, "escaped plus")
    status, headers, _ = p.raw("GET", "/zz")
    check(status == 404 and "html" in headers["Content-Type"], "gateway 404")


def provincial_accounts(p):
    person = {"rylb": "01", "sfzjhm": PERSON, "tyshxydm": None, "mc": "王小明", "lxdh": None,
              "xzqh": "370102", "dwxydm": EMPLOYER, "bmxydm": DEPARTMENT, "zcjb": "02",
              "shzt": "20", "yxbz": "1", "lyxtbm": "371600", "lyxh": "7"}
    status, _, body = p.call("POST", "/ry", person)
    check(status == 422 and set(body["fields"]) == {"dwxydm", "bmxydm"}, body)
    organisation = dict(person, sfzjhm=None, dwxydm=None, bmxydm=None, zcjb="00", xzqh="371681")
    for kind, code in (("03", DEPARTMENT), ("02", EMPLOYER)):
        status, headers, body = p.call("POST", "/ry", dict(organisation, rylb=kind, tyshxydm=code,
                                                           mc="单位", lyxh=code))
        check(status == 201 and headers["ETag"] == '"1"', status, body)
    status, headers, made = p.call("POST", "/ry", person, If_None_Match="*")
    check(status == 201 and made["xzqh"] == "371681", "region of the employer", made)
    status, _, body = p.call("POST", "/ry", person)
    check(status == 409 and body["xyid"] == made["ryid"], body)
    path = "/ry/" + made["ryid"]
    check(p.call("PUT", path, {"lxdh": "1"})[0] == 400, "no precondition")
    check(p.call("PUT", path, {"lxdh": "1"}, If_Match='"9"')[0] == 412, "precondition")
    status, headers, body = p.call("PUT", path, {"lxdh": "1"}, If_Match=headers["ETag"])
    check(status == 200 and body["bbh"] == 2 and headers["ETag"] == '"2"', body)
    check(p.call("GET", path)[1]["ETag"] == '"2"', "etag")
    check(p.call("GET", "/ry/none")[2]["errcode"] == "E4040", "no such record")


def provincial_hours(p, control):
    status, _, body = p.call("PUT", "/xs/371600/1", p_hours("1"), If_None_Match="*")
    check(status == 201 and body["sl"] == "4.00" and body["lyxh"] == "1", body)
    check(p.call("PUT", "/xs/371600/1", p_hours("1"), If_None_Match="*")[0] == 412, "repeat")
    check(p.call("PUT", "/xs/371600/1", p_hours("1"))[0] == 400, "no precondition")
    check(p.call("PUT", "/xs/371600/2", p_hours("1"), If_None_Match="*")[0] == 422, "origin")
    status, _, body = p.call("PUT", "/xs/371600/a%2Fb", p_hours("a/b", sl="5"), If_None_Match="*")
    check(status == 422 and "sl" in body["fields"], "8 hours a day", body)
    items = [p_hours("10", sl="4"), p_hours("11", sl="0.01"), p_hours("1"),
             dict(lyxtbm="371600", lyxh="1", bbh=1, kcmc="新名"),
             dict(lyxtbm="371600", lyxh="1", bbh=1, kcmc="新名"), p_hours("12", rdfs="01")]
    status, _, body = p.call("POST", "/xs/plsc", {"xs": items})
    found = {r["xh"]: r for r in body["jg"]}
    check(status == 207 and [found[i]["zt"] for i in range(6)] == [201, 422, 409, 200, 412, 201],
          body)
    check(found[4]["xs"]["kcmc"] == "新名" and found[2]["xs"]["lyxh"] == "1", found)
    control.call("POST", "/edit?side=provincial",
                 {"entity": "account", "code": EMPLOYER, "set": {"xzqh": "370102"}})
    status, _, body = p.call("PUT", "/xs/371600/20", p_hours("20", rdfs="01"), If_None_Match="*")
    check(status == 422 and "xzqh" in body["fields"], "transferred away", body)
    control.call("POST", "/edit?side=provincial",
                 {"entity": "account", "match": {"tyshxydm": EMPLOYER}, "set": {"xzqh": "371681"}})
    check(p.call("PUT", "/xs/371600/20", p_hours("20", rdfs="01"), If_None_Match="*")[0] == 201,
          "and back")


def provincial_cursors(p, control):
    rows, target, pages = [], "/xs?limit=2&xzqh=3716", 0
    status, _, first = p.call("GET", target)
    body = first
    while True:
        rows += [r["lyxh"] for r in body["rows"]]
        if body["next"] is None:
            break
        p.call("PUT", "/xs/371600/c%d" % pages, p_hours("c%d" % pages, rdfs="01"),
               If_None_Match="*")
        pages += 1
        _, _, body = p.call("GET", "/xs?limit=2&cursor=" + urllib.parse.quote(body["next"]))
    check(len(rows) == len(set(rows)) == 4 and not any(r.startswith("c") for r in rows), rows)
    check(body["asof"] == first["asof"], "asof")
    check(p.call("GET", "/xs?cursor=nonsense")[0] == 400, "no cursor")
    control.fault(kind="cursor_expired", side="provincial", path="cursor=")
    check(p.call("GET", "/xs?cursor=" + first["next"])[0] == 410, "dead cursor")
    _, _, body = p.call("POST", "/xs/cx", {"sfzjhm": [PERSON], "nd": "2023", "limit": 3})
    check(len(body["rows"]) == 3 and body["next"], body)
    _, _, body = p.call("POST", "/xs/cx", {"cursor": body["next"], "limit": 1000})
    check(len(body["rows"]) == 4 + pages - 3 and body["next"] is None, body)
    _, _, body = p.call("POST", "/nd/cx", {"sfzjhm": [PERSON]})
    check(len(body["rows"]) == 1 and body["rows"][0]["zyxs"] == "%d.00" % (4 * (4 + pages)), body)


def tokens(p, control):
    control.fault(kind="token_revoked", side="provincial")
    check(p.call("GET", "/ry?limit=1")[2]["errcode"] == "E4011", "revoked")
    answers = [p.renew() for _ in range(12)]
    check(429 in answers and answers[0] == 200, answers)


def lost(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except Exception:
        return True
    return False


def faults(m, p, control):
    control.fault(kind="answer_lost", side="municipal", method="POST", path="/hours")
    key = uuid.uuid4().hex
    check(lost(m.call, "POST", "/hours", m_hours("lost-1"), key=key), "answer lost")
    check(m.call("POST", "/hours", m_hours("lost-1"), key=key)["code"] == 0, "replayed")
    for kind in ("cut_before", "cut_inside"):
        control.fault(kind=kind, side="municipal", path="/accounts")
        check(lost(m.call, "GET", "/accounts", query="size=10"), kind)
    control.fault(kind="cut_after", side="municipal")
    check(m.call("GET", "/time")["code"] == 0, "whole answer")
    check(lost(m.call, "GET", "/time"), "then closed")
    control.fault(kind="too_many", side="municipal", retry_after=3)
    check(m.call("GET", "/time")["data"]["retryAfterMs"] == 3000, "429")
    control.fault(kind="too_many", side="provincial", retry_after=3)
    status, headers, _ = p.raw("GET", "/ry")
    check(status == 429 and headers["Retry-After"] == "3", "429")
    control.fault(kind="server_error", side="provincial", status=502)
    check(p.raw("GET", "/ry")[0] == 502, "502")
    control.fault(kind="html", side="municipal")
    check(b"<html>" in m.raw("GET", "/time")[2], "html")
    for kind in ("truncated_json", "invalid_json", "invalid_utf8"):
        control.fault(kind=kind, side="municipal")
        check(lost(m.call, "GET", "/accounts", query="size=10"), kind)
    control.fault(kind="nul", side="municipal")
    check(b"\\u0000" in m.raw("GET", "/accounts")[2], "nul")
    control.fault(kind="deep_nesting", side="municipal", depth=5000)
    check(b"[" * 5000 in m.raw("GET", "/accounts")[2], "deep")
    control.fault(kind="huge_body", side="municipal", bytes=3000000)
    check(len(m.raw("GET", "/accounts")[2]) == 3000000, "huge")
    control.fault(kind="latency", side="municipal", ms=300)
    start = time.time()
    m.call("GET", "/time")
    check(time.time() - start >= 0.29, "latency")
    control.fault(kind="trickle", side="municipal", ms=5)
    start = time.time()
    m.call("GET", "/time")
    check(time.time() - start >= 0.4, "trickle", time.time() - start)


def list_faults(m, control):
    def page(number):
        return m.call("GET", "/hours", query="size=10&page=%d" % number)["data"]

    one, two = page(1), page(2)
    control.fault(kind="page_repeated", side="municipal")
    check(page(2)["records"] == one["records"], "page repeated")
    control.fault(kind="page_skipped", side="municipal")
    check(page(1)["records"] == two["records"], "page skipped")
    control.fault(kind="total_lies", side="municipal", delta=-5)
    check(page(1)["total"] == one["total"] - 5, "total")
    control.fault(kind="empty_list", side="municipal")
    check(page(1)["records"] == [], "empty")
    control.fault(kind="missing_field", side="municipal", field="idCard", all=True)
    check(not any("idCard" in r for r in page(1)["records"]), "missing")
    control.fault(kind="unknown_code", side="municipal", field="auditStatus", index=2)
    check(page(1)["records"][2]["auditStatus"] == 77, "unknown code")
    control.fault(kind="same_twice", side="municipal")
    check(len(page(1)["records"]) == 11, "twice")
    record = one["records"][0]
    path = "/hours/%d" % record["id"]
    control.fault(kind="frozen_time", side="municipal", method="PUT")
    control.call("POST", "/edit", {"side": "municipal", "entity": "hours", "id": record["id"],
                                   "set": {"updatedAt": "2024-01-01 00:00:00"}})
    version = m.call("GET", path)["data"]["version"]
    changed = m.call("PUT", path, {"version": version, "courseName": "别名"})
    check(changed["data"]["updatedAt"] == "2024-01-01 00:00:00", changed)
    control.fault(kind="stale", side="municipal", seconds=3600)
    check(m.call("GET", path)["code"] == 40400, "as of an hour ago")


def control_calls(m, control):
    control.call("POST", "/snapshot")
    digest = control.call("GET", "/digest?side=municipal")
    made = control.call("POST", "/seed?side=municipal", {
        "accounts": [dict(m_account(idCard=OTHER, realName="李四"), originSystem="", originNo="",
                          auditStatus=9)],
        "hours": [m_hours("s-1", idCard=OTHER.lower(), classHour="abc")]})[0]
    got = m.call("GET", "/accounts/" + made["accounts"][0])["data"]
    check(got["auditStatus"] == 9 and got["originSystem"] == "", got)
    check(m.call("GET", "/hours/" + made["hours"][0])["data"]["classHour"] == "abc", "kept raw")
    new = resident("37168119850505903")
    edited = control.call("POST", "/edit?side=municipal", {
        "entity": "account", "match": {"idCard": OTHER}, "set": {"idCard": new}})[0]
    check(edited["formerIdCards"] == [OTHER] and edited["version"] == "2", edited)
    for code in (OTHER, new):
        check(m.call("POST", "/accounts/query", {"idCards": [code]})["data"]["total"] == 1, code)
        check(m.call("POST", "/hours/query", {"idCards": [code]})["data"]["total"] == 1, code)
    check(m.call("POST", "/accounts", m_account(idCard=OTHER))["code"] == 40902, "former code")
    seen = control.call("GET", "/inspect?side=municipal&entity=account&code=" + new)[0]
    check(len(seen["records"]) == 1, seen)
    check(control.call("GET", "/digest?side=municipal") != digest, "digest moved")
    control.call("POST", "/restore")
    check(control.call("GET", "/digest?side=municipal") == digest, "restored")
    check(m.call("GET", "/accounts/" + made["accounts"][0])["code"] == 40400, "gone")
    control.call("POST", "/clock", {"side": "municipal", "offset_seconds": 600})
    check(m.call("GET", "/time")["code"] == 40102, "clock off")
    check(m.call("GET", "/time", skew=600000)["code"] == 0, "corrected")
    control.call("POST", "/clock", {"side": "municipal", "offset_seconds": 0})
    stats = control.call("GET", "/stats")[0]
    check(stats["municipal"]["ids_in_urls"] == 1, stats["municipal"])
    check(stats["municipal"]["duplicate_creates"] == 0, stats["municipal"])
    check(len(control.call("GET", "/dump?side=provincial")) > 5, "dump")
    control.call("GET", "/nothing", expect=404)


def city(m, p, control):
    control.call("POST", "/reset", {"people": 300, "defects": 20, "seed": 7})
    check(len(control.call("GET", "/expected")) > 0, "expected")
    total, ids, page = None, [], 1
    while total is None or len(ids) < total:
        data = m.call("GET", "/hours", query="size=1000&page=%d" % page)["data"]
        total, page = data["total"], page + 1
        ids += [r["id"] for r in data["records"]]
        check(data["records"], "a page is empty before the end")
    check(len(set(ids)) == total, "whole listing")
    first = control.call("GET", "/digest?side=provincial")
    control.call("POST", "/reset", {"people": 300, "defects": 20, "seed": 8})
    check(control.call("GET", "/digest?side=provincial") != first, "another seed")


def main():
    program = sys.argv[1]
    folder = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()
    subprocess.run([os.path.join(HERE, "make-ca.sh"), folder], check=True)
    server = subprocess.Popen(
        [program, "--municipal-port", "0", "--provincial-port", "0", "--control-port", "0",
         "--cert", os.path.join(folder, "server.pem"), "--key", os.path.join(folder, "server.key")],
        stdout=subprocess.PIPE)
    watchdog = threading.Timer(60, server.kill)
    watchdog.start()
    try:
        ports = json.loads(server.stdout.readline())
        context = ssl.create_default_context(cafile=os.path.join(folder, "ca.pem"))
        m, p = Municipal(ports["municipal"], context), Provincial(ports["provincial"], context)
        control = Control(ports["control"])
        municipal_signing(m)
        municipal_writes(m, control)
        municipal_batches(m)
        municipal_lists(m)
        provincial_signing(p)
        provincial_accounts(p)
        provincial_hours(p, control)
        provincial_cursors(p, control)
        faults(m, p, control)
        list_faults(m, control)
        control_calls(m, control)
        tokens(p, control)
        city(m, p, control)
        server.send_signal(signal.SIGTERM)
        check(server.wait(10) == 0, "ends on SIGTERM", server.returncode)
    finally:
        server.kill()
        watchdog.cancel()
    print("platformd smoke test: %d checks passed" % checks)


if __name__ == "__main__":
    main()
