"""Invented people and organisations, and their records as each platform writes them. Resident IDs have sequence 900
and above; every check character is right."""
import itertools

CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
NUMBERS = itertools.count(9_000_001)


def resident(number, region="371602"):
    """GB 11643: number 0 … 99 999."""
    born = f"{1950 + number // 1000 % 50}{number // 100 % 10 + 1:02d}{11 + number // 100 % 10:02d}"
    head = f"{region}{born}{900 + number % 100}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return head + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(head, weights)) % 11]


def organisation(number, region="371602", kind="91"):
    """GB 32100, its inner code by GB 11714."""
    inner = f"MA9{number:05d}"
    rest = 11 - sum((int(one) if one.isdigit() else ord(one) - 55) * weight
                    for one, weight in zip(inner, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    head = f"{kind}{region}{inner}{'X' if rest == 10 else '0' if rest == 11 else rest}"
    last = 31 - sum(CREDIT.index(one) * pow(3, place, 31) for place, one in enumerate(head)) % 31
    return head + CREDIT[last % 31]


KINDS = {"person": (1, "01"), "employer": (2, "02"), "department": (3, "03")}


def account(side, code, name="王甲", kind="person", employer="", department="", region="371602", **more):
    """As stored by its side; `more` overrides members by the platform's own names."""
    number = str(next(NUMBERS))
    person = kind == "person"
    if side == "municipal":
        row = {"accountType": KINDS[kind][0], "idCard": code if person else "", "creditCode": "" if person else code,
               "realName": name if person else "", "orgName": "" if person else name, "mobile": "13800000001",
               "areaCode": region, "orgCreditCode": employer, "deptCreditCode": department, "titleLevel": 1,
               "auditStatus": 1, "deleted": 0, "originSystem": "371600", "originNo": number,
               "createdAt": "2024-01-02 08:00:00"}
    else:
        row = {"rylb": KINDS[kind][1], "sfzjhm": code if person else None, "tyshxydm": None if person else code,
               "mc": name, "lxdh": "13800000001", "xzqh": region, "dwxydm": employer or None,
               "bmxydm": department or None, "zcjb": "01", "shzt": "20", "yxbz": "1", "lyxtbm": "370000",
               "lyxh": number, "cjsj": "2024-01-02T08:00:00+08:00"}
    row.update(more)
    return row


def hours(side, person, number, system=None, year=2023, amount=2, course="K-1", day="05-06", evidence="", **more):
    """A final online record as stored by its side, finished at ten o'clock of that day."""
    if side == "municipal":
        row = {"idCard": person, "studyYear": year, "courseType": 2, "classHour": amount, "credit": "", "source": 1,
               "courseCode": course, "courseName": "课程", "evidenceNo": evidence,
               "finishTime": f"{year}-{day} 10:00:00", "auditStatus": 4, "deleted": 0,
               "originSystem": system or "371600", "originNo": str(number)}
    else:
        row = {"sfzjhm": person, "nd": str(year), "kmlb": "ZY", "jldw": "XS", "sl": f"{amount:.2f}", "rdfs": "01",
               "kcdm": course or None, "kcmc": "课程", "zmclh": evidence or None,
               "wcsj": f"{year}-{day}T10:00:00+08:00", "shzt": "40", "yxbz": "1",
               "lyxtbm": system or "370000", "lyxh": str(number)}
    row.update(more)
    return row


NAME = {"municipal": "realName", "provincial": "mc"}
MOBILE = {"municipal": "mobile", "provincial": "lxdh"}
CODE = {"municipal": "idCard", "provincial": "sfzjhm"}
FORMER = {"municipal": "formerIdCards", "provincial": "ls_sfzjhm"}
REVOKED = {"municipal": {"deleted": 1}, "provincial": {"yxbz": "0"}}
OTHER = {"municipal": "provincial", "provincial": "municipal"}
SIDES = tuple(OTHER)
