"""A city that the tests of one class share, each with people of its own; what a test finds is told apart by the
number of the conflict."""
import itertools
import json
import unittest

import people
from city import City

PEOPLE = itertools.count(1)


class CityCase(unittest.TestCase):
    size = {"people": 12, "hours": 60}

    @classmethod
    def setUpClass(cls):
        cls.begin_city(cls.addClassCleanup)

    @classmethod
    def begin_city(cls, add_cleanup):
        cls.city = City(**cls.size).__enter__()
        add_cleanup(cls.city.__exit__)
        done = cls.city.once("--full")
        assert done.returncode == 0, done.stderr
        rows = cls.city.control("/dump?side=provincial&entity=account")
        cls.employer = next(row for row in rows if row["kind"] == "employer" and row["department"])

    def setUp(self):
        self.before = max((row["number"] for row in self.city.lines("conflicts", "--state", "any")), default=0)

    def run_once(self, *arguments, exits=(0, 3)):
        done = self.city.once(*arguments)
        self.assertIn(done.returncode, exits, done.stderr)
        return done

    def seed(self, side, **rows):
        return self.city.control(f"/seed?side={side}", rows)

    def edit(self, side, entity, match, **members):
        """match: a dictionary of members, or a record's id."""
        which = {"match": match} if isinstance(match, dict) else {"id": match}
        self.city.control("/edit", {"side": side, "entity": entity, "set": members, **which})

    def new_person(self, sides=people.SIDES, **more):
        """Somebody with an account that is equal on the sides named; not read by the bridge yet."""
        code = people.resident(next(PEOPLE))
        for side in sides:
            self.seed(side, accounts=[people.account(side, code, **{"employer": self.employer["code"],
                                                                    "department": self.employer["department"],
                                                                    "region": self.employer["region"], **more})])
        return code

    def person_row(self, side, code):
        rows = self.city.control(f"/inspect?side={side}&entity=account&code={code}")["records"]
        return rows[0] if rows else None

    def hours_of(self, side, code):
        return self.city.control(f"/inspect?side={side}&entity=hours&code={code}")["records"]

    def open_now(self):
        """What is open of records and was not known before this test; that a record which is held back makes its
        year's totals differ is told beside it, and years_test holds that."""
        return [row for row in self.city.lines("conflicts")
                if row["number"] > self.before and not row["subject"].startswith("annual:")]

    def found(self):
        """(kind, field) of each of them."""
        return sorted((row["kind"], row["field"] or "") for row in self.open_now())

    def conflict(self, number):
        return self.city.lines("conflict", str(number))[0]

    def written(self, side):
        facts = self.city.control("/stats")[side]
        return facts["creates"] + facts["updates"]

    def waiting(self):
        return json.loads(self.city.cebridge("status", "--json").stdout)["waiting"]
