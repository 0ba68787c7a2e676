#!/usr/bin/env python3
"""`explain conflict N` and `explain record REF`: the requests that fetched the copies, the rule, what followed; of a
file, the record through the mapping as before."""
import json
import os
import pathlib
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import ROOT, City  # noqa: E402

SCHEMA = json.loads(pathlib.Path(ROOT / "docs/schemas/explained.schema.json").read_text())


class Explain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.city = City(people=60, hours=300, defects=30, shared=0.6).__enter__()
        assert cls.city.once("--full").returncode == 3

    @classmethod
    def tearDownClass(cls):
        cls.city.__exit__()

    def explain(self, *what):
        """The row of --json, and what is printed for people says the same."""
        rows = self.city.lines("explain", *what)
        self.assertEqual(len(rows), 1)
        self.assertEqual(set(SCHEMA["required"]), set(rows[0]))
        record = rows[0]["record"]
        if record:
            self.assertEqual(set(SCHEMA["$defs"]["record"]["required"]), set(record))
        return rows[0]

    def conflict(self, kind):
        return next(row for row in self.city.lines("conflicts") if row["kind"] == kind)

    # holds: plan.explain
    def test_every_conflict_is_explained(self):
        for row in self.city.lines("conflicts", "--state", "any"):
            told = self.explain("conflict", str(row["number"]))
            self.assertEqual((told["conflict"]["kind"], told["rule"]["kind"]), (row["kind"], row["kind"]))
            for side in ("municipal", "provincial"):
                copy = told["record"] and told["record"][side]
                if copy:
                    self.assertIn(copy["fetched"]["run"], (1, 2), row)
                    self.assertIn(copy["fetched"]["call"], ("list", "query", "read", "batch", "create", "update"))

    # holds: plan.explain
    def test_a_decided_conflict_names_the_writes_that_followed(self):
        row = next(row for row in self.city.lines("conflicts", "--kind", "field_mismatch")
                   if row["entity"] == "account")
        number = str(row["number"])
        before = self.explain("conflict", number)
        field = next(each for each in before["record"]["fields"] if each["field"] == row["field"])
        self.assertEqual((field["verdict"], field["policy"]), ("field_mismatch", before["rule"]["policy"]))
        self.assertEqual((field["municipal"], field["provincial"]),
                         (before["conflict"]["municipal"], before["conflict"]["provincial"]))
        self.assertEqual(before["record"]["provincial"]["fetched"]["call"], "list")
        self.assertEqual(self.city.cebridge("resolve", number, "--take", "municipal", "--reason", "a test").returncode, 0)
        self.city.once()
        after = self.explain("conflict", number)
        self.assertEqual(after["conflict"]["state"], "closed")
        field = next(each for each in after["record"]["fields"] if each["field"] == row["field"])
        self.assertEqual((field["verdict"], field["provincial"], field["base"]),
                         ("agreed", before["conflict"]["municipal"], before["conflict"]["municipal"]))
        write = after["record"]["writes"][0]
        self.assertEqual((write["target"], write["state"], write["fields"]), ("provincial", "settled", [row["field"]]))
        self.assertEqual(after["record"]["provincial"]["fetched"]["run"], write["run"])
        self.assertIn(after["record"]["provincial"]["fetched"]["call"], ("batch", "update"))
        self.assertEqual(after["record"]["municipal"]["fetched"], before["record"]["municipal"]["fetched"])

    def test_a_record_of_the_log_is_explained_by_its_reference(self):
        line = next(line for line in self.city.lines("log", "--event", "write")
                    if line["operation"] == "create" and line["entity"] == "hours")
        told = self.explain("record", line["ref"])
        self.assertIsNone(told["conflict"])
        record = told["record"]
        self.assertEqual((record["entity"], record["subject_ref"], record["situation"]),
                         (line["entity"], line["ref"], "in_sync"))
        self.assertIn(line["write"], [write["number"] for write in record["writes"]])
        self.assertEqual(record["link"]["evidence"], "create")
        shown = self.city.lines("log", "--event", "record_shown")
        self.assertEqual(shown[-1]["ref"], line["ref"])

    def test_people_read_it_in_their_language(self):
        number = str(self.conflict("duplicate_record")["number"])
        english = self.city.cebridge("explain", "conflict", number).stdout
        self.assertIn("two records have one key on one side", english)
        self.assertIn("list, page 1, cycle 1", english)
        chinese = self.city.cebridge("explain", "conflict", number,
                                     env=dict(os.environ, LC_ALL="zh_CN.UTF-8", LANGUAGE="zh_CN")).stdout
        self.assertIn("同一主键", chinese)
        self.assertIn("list，第 1 页，周期 1", chinese)

    def test_a_file_still_goes_through_the_mapping(self):
        self.city.write("record.json", '{"id":"1"}\n')
        path = str(self.city.folder / "record.json")
        done = self.city.cebridge("explain", path, "--from", "municipal", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("fields", json.loads(done.stdout))

    def test_what_is_not_there_is_told(self):
        for words, code in ((("record", "0" * 16), 65), (("record", "xyz"), 64), (("conflict", "99999"), 65),
                            (("conflict",), 64), (("conflict", "x"), 64), (("/dev/null",), 64)):
            done = self.city.cebridge("explain", *words)
            self.assertEqual((done.returncode, done.stdout), (code, ""), words)
            self.assertTrue(done.stderr.strip())


if __name__ == "__main__":
    unittest.main()
