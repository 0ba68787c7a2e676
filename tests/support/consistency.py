#!/usr/bin/env python3
"""Makes docs/CONSISTENCY.md: each rule of docs/rules.tsv with the tests that hold it. A test says so by a comment
above its function, or on its line: `# holds: guard.updates situation.vanished`. Fails when a rule has no test, a tag
names no rule, or the page is not what it would be.
usage: consistency.py [--write]"""
import pathlib
import re
import sys
from collections import defaultdict

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "docs/rules.tsv"
PAGE = ROOT / "docs/CONSISTENCY.md"
TAG = re.compile(r"(?:#|/\*) holds: ((?:[a-z0-9_]+\.[a-z0-9_]+ ?)+)")
FUNCTION = {".py": re.compile(r"^\s*(?:def|class) (\w+)"),
            ".c": re.compile(r"^(?:static )?(?:void|bool|int|size_t|enum status) \*?(\w+)\(")}

HEAD = """# What keeps both levels consistent, and what holds it

Each rule of the specification's page on consistency, and of how platforms are spoken to, with the tests that fail when it is broken. Made from
`docs/rules.tsv` and the tests by `tests/support/consistency.py --write`; `make lint` proves that it is true.
"""


class Rule:
    def __init__(self, line):
        self.id, self.section, self.text, *rest = line.split("\t")
        self.pending = rest == ["pending"]
        if rest and not self.pending:
            raise SystemExit(f"docs/rules.tsv: {self.id}: '{rest[0]}' is no marker")


def read_rules():
    rules = [Rule(line) for line in RULES.read_text().splitlines() if line and not line.startswith("#")]
    twice = {rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1}
    if twice:
        raise SystemExit(f"docs/rules.tsv: twice: {' '.join(sorted(twice))}")
    return rules


def tags_of(path):
    """(rule, function) of each tag; a tag belongs to the function on its line, else to the next one."""
    waiting = []
    for line in path.read_text().splitlines():
        tag = TAG.search(line)
        if tag:
            waiting += tag.group(1).split()
        function = FUNCTION[path.suffix].match(line)
        if function:
            yield from ((rule, function.group(1)) for rule in waiting)
            waiting = []
    for rule in waiting:
        yield rule, None


def read_tags(own=pathlib.Path(__file__).resolve()):
    held = defaultdict(list)
    paths = (path for path in sorted((ROOT / "tests").rglob("*")) if path.suffix in FUNCTION)
    for path in paths:
        if path.resolve() == own:
            continue
        for rule, function in tags_of(path):
            held[rule].append((path.relative_to(ROOT), function))
    return held


def page_of(rules, held):
    lines = [HEAD]
    for section in dict.fromkeys(rule.section for rule in rules):
        lines += [f"## {section}", "", "| rule | | held by |", "|---|---|---|"]
        for rule in rules:
            if rule.section == section and not rule.pending:
                tests = "<br>".join(f"`{path}`: {function}" for path, function in held[rule.id])
                lines.append(f"| `{rule.id}` | {rule.text} | {tests} |")
        lines.append("")
    pending = [rule for rule in rules if rule.pending]
    if pending:
        lines += ["## Not held yet", "", "What is not built yet, or has no test of its own.", "", "| rule | |", "|---|---|"]
        lines += [f"| `{rule.id}` | {rule.text} |" for rule in pending]
        lines.append("")
    return "\n".join(lines)


def faults_of(rules, held):
    known = {rule.id for rule in rules}
    for rule in rules:
        if not rule.pending and not held[rule.id]:
            yield f"docs/rules.tsv: {rule.id}: no test holds it"
        if rule.pending and held[rule.id]:
            yield f"docs/rules.tsv: {rule.id}: held by {held[rule.id][0][0]}, and marked pending"
    for rule, places in held.items():
        for path, function in places:
            if rule not in known:
                yield f"{path}: {function}: '{rule}' is no rule of docs/rules.tsv"
            if function is None:
                yield f"{path}: '{rule}': no function follows"


def main():
    rules, held = read_rules(), read_tags()
    faults = list(faults_of(rules, held))
    page = page_of(rules, held)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        faults.append("docs/CONSISTENCY.md is not what the tests say: tests/support/consistency.py --write")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
