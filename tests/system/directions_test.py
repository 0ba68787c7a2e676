#!/usr/bin/env python3
"""One-way entities: what would be written towards the source is dropped and shown, in each direction; the way that
is open works as ever."""
import datetime
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import people  # noqa: E402
from case import CityCase  # noqa: E402
from city import ROOT  # noqa: E402
from people import NAME, OTHER, REVOKED, SIDES  # noqa: E402


# holds: direction.both
class Direction(CityCase):
    direction, targets = "both", SIDES

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = (ROOT / "mapping/continuing-education.json").read_text()
        assert text.count('"direction": "both"') == 3
        (cls.city.folder / "mapping").mkdir()
        cls.city.write("mapping/continuing-education.json",
                       text.replace('"direction": "both"', f'"direction": "{cls.direction}"'))
        cls.city.configure("region = 3716", "region = 3716\nmapping_dir = mapping")

    def setUp(self):
        super().setUp()
        self.writes = {side: self.written(side) for side in SIDES}

    def shown(self, side, kind, field):
        """What a change on that side gives: nothing when it may go over, else that conflict; and it stays one."""
        may = OTHER[side] in self.targets
        for arguments in ((), ("--full",)):
            self.run_once(*arguments)
            self.assertEqual(self.found(), [] if may else [(kind, field)], side)
        if not may:
            self.assertEqual(self.written(OTHER[side]), self.writes[OTHER[side]], "written towards the source")
        self.assertEqual(self.written(side), self.writes[side])
        return may

    def changed_field(self, side):
        code = self.new_person()
        self.run_once()
        self.edit(side, "account", {people.CODE[side]: code}, **{NAME[side]: "王乙"})
        may = self.shown(side, "field_mismatch", "name")
        self.assertEqual(self.person_row(OTHER[side], code)[NAME[OTHER[side]]], "王乙" if may else "王甲")

    def test_a_name_changed_at_the_municipal_side(self):
        self.changed_field("municipal")

    def test_a_name_changed_at_the_provincial_side(self):
        self.changed_field("provincial")

    def revocation(self, side):
        code = self.new_person()
        number = next(people.NUMBERS)
        for each in SIDES:
            self.seed(each, hours=[people.hours(each, code, number, system="371600")])
        self.run_once()
        self.edit(side, "hours", {people.CODE[side]: code}, **REVOKED[side])
        may = self.shown(side, "field_mismatch", "valid")
        row = self.hours_of(OTHER[side], code)[0]
        revoked = all(str(row[name]) == str(value) for name, value in REVOKED[OTHER[side]].items())
        self.assertEqual(revoked, may)

    def test_a_record_revoked_at_the_municipal_side(self):
        self.revocation("municipal")

    def test_a_record_revoked_at_the_provincial_side(self):
        self.revocation("provincial")

    def create(self, side):
        code = self.new_person()
        self.run_once()
        self.seed(side, hours=[people.hours(side, code, next(people.NUMBERS))])
        may = self.shown(side, "missing_counterpart", "")
        self.assertEqual(len(self.hours_of(OTHER[side], code)), int(may))

    def test_a_record_new_at_the_municipal_side(self):
        self.create("municipal")

    def test_a_record_new_at_the_provincial_side(self):
        self.create("provincial")

    # holds: direction.eligible
    def test_what_would_not_be_created_either_way_is_not_missing(self):
        """A rejected record never is; one that waits for its review waits here too."""
        code = self.new_person()
        self.run_once()
        for side, rejected, submitted in (("municipal", {"auditStatus": -1}, {"auditStatus": 1}),
                                          ("provincial", {"shzt": "90"}, {"shzt": "10"})):
            now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
            self.seed(side, hours=[people.hours(side, code, next(people.NUMBERS), course="K-2", **rejected)])
            if (now.month, now.day) < (12, 23):
                self.seed(side, hours=[people.hours(side, code, next(people.NUMBERS), year=now.year, day="01-01",
                                                    course="K-3", **submitted)])
        self.run_once()
        self.assertEqual(self.found(), [])


# holds: direction.to_provincial
class ToProvincial(Direction):
    direction, targets = "to_provincial", ("provincial",)


# holds: direction.to_municipal
class ToMunicipal(Direction):
    direction, targets = "to_municipal", ("municipal",)


# holds: direction.compare
class Compare(Direction):
    direction, targets = "compare", ()


if __name__ == "__main__":
    unittest.main()
