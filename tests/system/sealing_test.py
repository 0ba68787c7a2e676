#!/usr/bin/env python3
"""At rest it is sealed: nobody stands in the files in the clear, a changed byte is found and stops that row alone, and
the key or the cipher changes while the bridge goes on."""
import os
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import prepared  # noqa: E402

SEALED = {"record": "stage.db", "link": "state.db", "write": "state.db", "conflict": "state.db"}


class SealedCase(unittest.TestCase):
    def setUp(self):
        self.city = prepared(people=30, hours=200, shared=0.5)

    def once(self, *arguments, exits=(0,)):
        done = self.city.once(*arguments)
        self.assertIn(done.returncode, exits, done.stderr)
        return done

    def database(self, name):
        return sqlite3.connect(self.city.folder / "state" / name)

    def events(self, name):
        return [row for row in self.city.lines("log") if row["event"] == name]

    def people(self, count):
        """Persons whose account stands on both sides."""
        other = {row["code"] for row in self.city.control("/dump?side=provincial&entity=account")}
        return [row for row in self.city.control("/dump?side=municipal&entity=account")
                if row["kind"] == "person" and row["valid"] and row["code"] in other][:count]

    def set_mobile(self, row, mobile):
        self.city.control("/edit", {"side": "municipal", "entity": "account", "match": {"idCard": row["code"]}, "set": {"mobile": mobile}})

    def remote_id(self, side, row):
        rows = self.city.control(f"/inspect?side={side}&entity=account&code={row['code']}")["records"]
        return str(rows[0]["id" if side == "municipal" else "ryid"])

    def link_of(self, row):
        return f"entity = 0 AND municipal_id = '{self.remote_id('municipal', row)}'"

    def mobile(self, row):
        return next(each["mobile"] for each in self.city.control("/dump?side=provincial&entity=account")
                    if each["code"] == row["code"])


class AtRest(SealedCase):
    # holds: seal.covered
    def test_no_id_name_or_mobile_stands_in_any_file_of_state_and_log(self):
        self.once()
        content = b""
        for folder in ("state", "log"):
            for path in sorted((self.city.folder / folder).iterdir()):
                content += path.read_bytes()
        persons = [row for row in self.city.control("/dump?side=municipal&entity=account") if row["kind"] == "person"]
        self.assertGreater(len(persons), 10)
        for row in persons:
            for value in (row["code"], row["mobile"]) + ((row["name"],) if len(row["name"]) > 2 else ()):
                self.assertFalse(value and value.encode() in content, "somebody stands in the clear")


class Damaged(SealedCase):
    def damage(self, table, where):
        with self.database(SEALED[table]) as database:
            key = "slot" if table == "record" else "number"
            number, sealed = database.execute(f"SELECT {key}, sealed FROM {table} WHERE {where}").fetchone()
            changed = bytearray(sealed)
            changed[len(changed) // 2] ^= 1
            database.execute(f"UPDATE {table} SET sealed = ? WHERE {key} = ?", (bytes(changed), number))
        return number

    def slot(self, side, row):
        with self.database("stage.db") as database:
            return database.execute("SELECT slot FROM record WHERE side = ? AND entity = 0 AND id = ?",
                                    (side, self.remote_id(("municipal", "provincial")[side], row))).fetchone()[0]

    # holds: seal.damaged_staged
    def test_a_staged_record_with_a_changed_byte_is_read_again_and_the_rest_goes_on(self):
        hurt, other = self.people(2)
        self.damage("record", f"slot = {self.slot(0, hurt)}")
        with self.database("stage.db") as database:
            database.execute("UPDATE record SET dirty = 1 WHERE slot = ?", (self.slot(0, hurt),))
        self.set_mobile(other, "13800005551")
        self.once()
        self.assertEqual(self.mobile(other), "13800005551")
        self.assertEqual([(event["table"], event["entity"]) for event in self.events("row_damaged")],
                         [("stage", "account")])
        self.set_mobile(hurt, "13800005552")
        self.once()
        self.assertEqual(self.mobile(hurt), "13800005552")
        self.assertEqual(len(self.events("row_damaged")), 1, "healed")
        self.assertEqual(self.city.lines("conflicts"), [])

    # holds: seal.damaged_staged
    def test_the_other_side_s_staged_record_likewise(self):
        hurt = self.people(1)[0]
        self.damage("record", f"slot = {self.slot(1, hurt)}")
        self.set_mobile(hurt, "13800005553")
        self.once()
        self.once()
        self.assertEqual(self.mobile(hurt), "13800005553")
        self.assertEqual(self.city.control("/stats")["provincial"]["duplicate_creates"], 0)

    # holds: seal.damaged_row
    def test_a_link_with_a_changed_byte_leaves_its_records_as_they_are_and_the_rest_goes_on(self):
        hurt, other = self.people(2)
        creates = {side: facts["creates"] for side, facts in self.city.control("/stats").items()}
        number = self.damage("link", self.link_of(hurt))
        self.set_mobile(hurt, "13800005554")
        self.set_mobile(other, "13800005555")
        before = self.mobile(hurt)
        done = self.once(exits=(5,))
        self.assertIn("damaged", done.stderr)
        self.assertEqual((self.mobile(hurt), self.mobile(other)), (before, "13800005555"))
        self.assertIn(("link", number), [(event["table"], event["number"]) for event in self.events("row_damaged")])
        self.once("--full", exits=(5,))
        self.assertEqual(self.mobile(hurt), before)
        self.assertEqual({side: facts["creates"] for side, facts in self.city.control("/stats").items()}, creates)

    # holds: seal.damaged_row
    def test_a_backup_put_back_heals_it(self):
        hurt = self.people(1)[0]
        file = str(self.city.folder / "state.backup")
        self.assertEqual(self.city.cebridge("backup", file).returncode, 0)
        self.damage("link", self.link_of(hurt))
        self.set_mobile(hurt, "13800005556")
        self.once(exits=(5,))
        self.assertEqual(self.city.cebridge("restore", file).returncode, 0)
        self.once()
        self.once()
        self.assertEqual(self.mobile(hurt), "13800005556")

    # holds: seal.damaged_row
    def test_a_sent_write_without_an_answer_that_was_changed_leaves_its_record_alone_and_the_rest_goes_on(self):
        hurt, other = self.people(2)
        self.set_mobile(hurt, "13800005557")
        self.city.control("/fault", {"kind": "answer_lost", "side": "provincial", "method": "PUT", "path": "/gw/ry/"})
        self.city.control("/fault", {"kind": "cut_before", "side": "provincial", "method": "GET", "path": "/gw/ry/",
                                     "count": -1})
        self.once(exits=(4,))
        self.city.control("/fault", method="DELETE")
        number = self.damage("write", "state = 2")
        self.set_mobile(hurt, "13800005558")
        self.set_mobile(other, "13800005559")
        for _ in range(2):
            self.once(exits=(5,))
            self.assertEqual((self.mobile(hurt), self.mobile(other)), ("13800005557", "13800005559"))
        self.assertIn(("write", number), [(event["table"], event["number"]) for event in self.events("row_damaged")])

    # holds: seal.damaged_row
    def test_a_write_with_a_changed_byte_is_shown_without_what_is_sealed(self):
        number = self.damage("write", "1")
        with self.database("state.db") as database:
            run = database.execute("SELECT run FROM write WHERE number = ?", (number,)).fetchone()[0]
        done = self.city.cebridge("plan", "--run", str(run), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.once()


class Rotation(SealedCase):
    def forms(self):
        found = set()
        for table, name in SEALED.items():
            with self.database(name) as database:
                found |= {row[0][:5] for row in database.execute(f"SELECT sealed FROM {table}")}
        return found

    def sealing(self):
        return next(row for row in self.city.lines("check") if row["item"] == "sealing key")["state"]

    # holds: seal.rotation
    def test_another_key_and_cipher_take_over_while_cycles_go_on_and_references_stay(self):
        first = self.forms()
        self.assertEqual(len(first), 1)
        person = self.people(1)[0]
        before = self.city.cebridge("person", "-", "--json", input=person["code"] + "\n").stdout
        reference = self.events("person_shown")[0]["ref"]
        self.city.write("seal.key", os.urandom(32).hex() + "\n")
        self.city.configure("log_key_file = log.key", "log_key_file = log.key\nseal_key_file = seal.key\ncipher = sm4")
        self.set_mobile(person, "13800005561")
        self.once()
        second = self.forms()
        self.assertEqual({form[:1] for form in second}, {b"\x03"})
        self.assertEqual(len(second), 1)
        self.assertEqual(len(self.events("resealed")), 1)
        self.assertEqual(self.sealing(), "good")
        self.assertEqual(self.mobile(person), "13800005561")
        self.city.cebridge("person", "-", "--json", input=person["code"] + "\n")
        self.assertEqual({event["ref"] for event in self.events("person_shown")}, {reference})
        self.assertTrue(before)
        self.city.write("new.key", os.urandom(32).hex() + "\n")
        self.city.configure("seal_key_file = seal.key", "seal_key_file = new.key")
        done = self.once(exits=(73,))
        self.assertIn("keys it was sealed with", done.stderr)
        self.city.configure("seal_key_file = new.key", "seal_key_file = new.key\nformer_seal_key_file = seal.key")
        self.once()
        self.assertEqual(len(self.forms()), 1)
        self.assertNotEqual(self.forms(), second)
        self.city.configure("\nformer_seal_key_file = seal.key", "")
        self.once("--full")
        self.assertEqual(self.city.lines("conflicts"), [])


if __name__ == "__main__":
    unittest.main()
