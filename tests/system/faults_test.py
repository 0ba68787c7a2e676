#!/usr/bin/env python3
"""What the platforms do wrong in life, played against the bridge: after each fault, and at most two further cycles,
both sides stand as in a run of the same city without one; nothing is created twice, and nothing is written on the
strength of a listing that cannot be trusted. Then what keeps the bridge from starting at all."""
import os
import signal
import socket
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import city as support  # noqa: E402
from operating_test import person_of  # noqa: E402

SIDES = ("municipal", "provincial")
DONE, UNREACHED, HELD, BUSY, SETTINGS = 0, 4, 5, 75, 78


class City(support.City):
    def __exit__(self, *failure):
        super().__exit__(*failure)
        self.platforms.stdout.close()


def content(city):
    """What stands on each side, without what the platforms number by themselves."""
    return {side: sorted(str(sorted(row.items())) for row in city.control(f"/dump?side={side}"))
            for side in SIDES}


def written(city):
    return {side: facts["creates"] + facts["updates"]
            for side, facts in city.control("/stats").items()}


def played(city):
    return sum(facts["faults_played"] for facts in city.control("/stats").values())


def fault(city, kind, side, path, **more):
    city.control("/fault", {"kind": kind, "side": side, "path": path, **more})


def clear(city):
    city.control("/fault", method="DELETE")


class Faults(unittest.TestCase):
    """The cases that must end as if nothing had happened."""

    @classmethod
    def setUpClass(cls):
        with City(people=30, hours=300) as city:
            done = city.once("--full")
            assert done.returncode == DONE, done.stderr
            cls.undisturbed = content(city)

    def ends_as_undisturbed(self, city, first, exits=(DONE, UNREACHED)):
        """`first`: the faulted cycle. Then the fault is over, and two cycles may follow."""
        self.assertGreater(played(city), 0, "the fault was never played")
        self.assertIn(first.returncode, exits, first.stderr)
        clear(city)
        last = first
        for _ in range(2):
            last = city.once()
            if last.returncode == DONE and content(city) == self.undisturbed:
                break
        self.assertEqual(last.returncode, DONE, last.stderr)
        now = content(city)
        for side in SIDES:
            self.assertEqual(now[side], self.undisturbed[side], side)
        for side, facts in city.control("/stats").items():
            self.assertEqual(facts["duplicate_creates"], 0, side)
        before = written(city)
        again = city.once("--full")
        self.assertEqual(again.returncode, DONE, again.stderr)
        self.assertEqual(written(city), before, "a further cycle wrote")

    def survives(self, kind, side, path, exits=(DONE, UNREACHED), **more):
        city = support.prepared(cycles=0, people=30, hours=300)
        fault(city, kind, side, path, **more)
        self.ends_as_undisturbed(city, city.once("--full"), exits)

    # Writes whose answer does not come.

    def test_a_municipal_account_stored_without_an_answer_is_not_created_twice(self):
        self.survives("answer_lost", "municipal", "/accounts", method="POST", body="creditCode")

    def test_a_municipal_batch_of_hours_stored_without_an_answer_is_not_created_twice(self):
        self.survives("answer_lost", "municipal", "/hours/batch", method="POST", count=2)

    def test_a_provincial_account_stored_without_an_answer_is_not_created_twice(self):
        self.survives("answer_lost", "provincial", "/gw/ry", method="POST", count=4)

    def test_a_provincial_batch_of_hours_stored_without_an_answer_is_not_created_twice(self):
        self.survives("answer_lost", "provincial", "/xs/plsc", method="POST", count=2)

    def test_an_answer_cut_in_the_middle_does_not_make_a_write_twice(self):
        self.survives("cut_inside", "provincial", "/xs/plsc", method="POST")

    def test_a_write_cut_before_it_was_stored_is_made_again(self):
        self.survives("cut_before", "provincial", "/xs/plsc", method="POST", count=2)

    # Refusals.

    def test_429_with_seconds_to_wait_stops_nothing(self):
        self.survives("too_many", "municipal", "/hours", exits=(DONE,), retry_after=1, count=2)

    def test_429_with_a_date_to_wait_for_stops_nothing(self):
        self.survives("too_many", "provincial", "/xs", exits=(DONE,), retry_after=1, http_date=True)

    def test_429_on_a_write_stops_nothing(self):
        self.survives("too_many", "provincial", "/xs/plsc", exits=(DONE,), retry_after=1)

    def test_a_burst_of_5xx_on_reads_is_waited_out(self):
        self.survives("server_error", "municipal", "/accounts", status=502, count=2)

    def test_a_burst_of_5xx_on_writes_does_not_create_twice(self):
        self.survives("server_error", "provincial", "/xs/plsc", status=500, count=2, stored=True)

    def test_a_token_revoked_in_the_middle_is_renewed(self):
        self.survives("token_revoked", "provincial", "/xs", exits=(DONE,))

    def test_tokens_revoked_between_two_cycles_are_renewed(self):
        with City(people=30, hours=300) as city:
            self.assertEqual(city.once("--full").returncode, DONE)
            city.control("/revoke-tokens", {})
            again = city.once("--full")
            self.assertEqual(again.returncode, DONE, again.stderr)

    def test_an_expired_cursor_starts_the_listing_anew(self):
        with City(people=30, hours=300) as city:
            fault(city, "cursor_expired", "provincial", "/xs", method="GET", after=0)
            self.ends_as_undisturbed(city, city.once("--full"), (DONE,))

    # A clock that is off.

    def clock_off(self, side, seconds):
        with City(people=30, hours=300) as city:
            city.control("/clock", {"side": side, "offset_seconds": seconds})
            done = city.once("--full")
            self.assertEqual(done.returncode, DONE, done.stderr)
            now = content(city)
            for which in SIDES:
                self.assertEqual(now[which], self.undisturbed[which], which)

    # holds: read.watermark_clock
    def test_a_municipal_clock_ten_minutes_ahead_locks_nobody_out(self):
        self.clock_off("municipal", 600)

    def test_a_municipal_clock_ten_minutes_behind_locks_nobody_out(self):
        self.clock_off("municipal", -600)

    def test_a_provincial_clock_ten_minutes_ahead_changes_nothing(self):
        self.clock_off("provincial", 600)

    # holds: read.watermark_clock
    def test_a_provincial_clock_ten_minutes_behind_changes_nothing(self):
        self.clock_off("provincial", -600)

    # Answers that are not what they say.

    def test_an_html_page_with_200_on_a_municipal_read_is_no_listing(self):
        self.survives("html", "municipal", "/hours", method="GET", status=200)

    def test_an_html_page_with_200_on_a_provincial_read_is_no_listing(self):
        self.survives("html", "provincial", "/ry", method="GET", status=200)

    def test_an_html_page_with_200_on_a_write_does_not_create_twice(self):
        self.survives("html", "provincial", "/xs/plsc", method="POST", status=200)

    def test_truncated_json_on_a_municipal_read_is_no_listing(self):
        self.survives("truncated_json", "municipal", "/hours", method="GET")

    def test_truncated_json_on_a_provincial_read_is_no_listing(self):
        self.survives("truncated_json", "provincial", "/xs", method="GET")

    def test_truncated_json_after_a_write_does_not_create_twice(self):
        self.survives("truncated_json", "municipal", "/hours/batch", method="POST")

    def test_nesting_without_end_is_no_listing(self):
        self.survives("deep_nesting", "municipal", "/accounts", method="GET")


class Listings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with City(people=60, hours=2500) as city:
            done = city.once("--full")
            assert done.returncode == DONE, done.stderr
            cls.undisturbed = content(city)

    def nothing_is_written_on_an_empty_listing(self, side, path, stage_lost=False):
        with City(people=30, hours=300) as city:
            self.assertEqual(city.once("--full").returncode, DONE)
            for part in (city.folder / "state").glob("stage.db*") if stage_lost else ():
                part.unlink()
            before, stands = written(city), content(city)
            fault(city, "empty_list", side, path, method="GET", count=-1)
            done = city.once("--full")
            self.assertGreater(played(city), 0)
            self.assertEqual(done.returncode, HELD, done.stderr)
            self.assertEqual(written(city), before)
            self.assertIn("mass_change_guard", {row["kind"] for row in city.lines("conflicts")})
            self.assertEqual(content(city), stands)
            links = city.lines("status")[0]["links"]
            clear(city)
            after = city.once("--full")
            self.assertEqual(after.returncode, DONE, after.stderr)
            self.assertEqual(written(city), before)
            self.assertEqual(city.lines("status")[0]["links"], links)

    def test_no_municipal_hours_where_there_were_hundreds_holds_everything(self):
        self.nothing_is_written_on_an_empty_listing("municipal", "/hours")

    def test_no_provincial_hours_where_there_were_hundreds_holds_everything(self):
        self.nothing_is_written_on_an_empty_listing("provincial", "/xs")

    def test_no_municipal_accounts_where_there_were_some_holds_everything(self):
        self.nothing_is_written_on_an_empty_listing("municipal", "/accounts")

    # holds: guard.listing
    def test_an_empty_listing_is_held_though_the_stage_was_lost_that_knew_the_last_one(self):
        self.nothing_is_written_on_an_empty_listing("municipal", "/hours", stage_lost=True)
        self.nothing_is_written_on_an_empty_listing("provincial", "/xs", stage_lost=True)
        self.nothing_is_written_on_an_empty_listing("municipal", "/accounts", stage_lost=True)

    # holds: guard.listing read.watermark_staged
    def test_what_an_empty_listing_kept_back_is_read_by_the_next_increment(self):
        with City(people=30, hours=300) as city:
            city.configure("settle = 0 s", "settle = 0 s\noverlap = 0 s")
            self.assertEqual(city.once("--full").returncode, DONE)
            self.assertEqual(city.once("--full").returncode, DONE)
            before = written(city)
            time.sleep(1.1)
            city.control("/edit", {"side": "provincial", "entity": "account", "match": {"sfzjhm": person_of(city)},
                                   "set": {"lxdh": "13800007777"}})
            time.sleep(2.1)
            fault(city, "empty_list", "provincial", "/ry", method="GET", count=-1)
            self.assertEqual(city.once("--full").returncode, HELD)
            self.assertEqual(written(city), before)
            clear(city)
            city.once()
            self.assertEqual(written(city), {**before, "municipal": before["municipal"] + 1})

    def shifted(self, kind, side, path, exits=(DONE, UNREACHED), **more):
        """A listing of several pages: what it lost or repeated must neither be written twice nor be gone."""
        with City(people=60, hours=2500) as city:
            fault(city, kind, side, path, method="GET", **more)
            first = city.once("--full")
            self.assertGreater(played(city), 0, "the fault was never played")
            self.assertIn(first.returncode, exits, first.stderr)
            clear(city)
            last = city.once("--full")
            self.assertEqual(last.returncode, DONE, last.stderr)
            for which, facts in city.control("/stats").items():
                self.assertEqual(facts["duplicate_creates"], 0, which)
            now = content(city)
            for which in SIDES:
                self.assertEqual(now[which], self.undisturbed[which], which)
            before = written(city)
            self.assertEqual(city.once("--full").returncode, DONE)
            self.assertEqual(written(city), before)

    # holds: read.shifting_pages
    def test_pages_that_shift_under_a_write_lose_no_record(self):
        self.shifted("page_shift", "municipal", "/hours", count=3, after=1)

    def test_a_page_given_twice_creates_nothing_twice(self):
        self.shifted("page_repeated", "municipal", "/hours", after=1)

    # holds: certified.absence
    def test_a_page_left_out_creates_nothing_twice(self):
        self.shifted("page_skipped", "municipal", "/hours", after=1)

    def test_a_cursor_that_dies_on_the_second_page_creates_nothing_twice(self):
        self.shifted("cursor_expired", "provincial", "cursor=")

    # holds: read.cursor
    def test_a_cursor_that_dies_twice_is_read_region_by_region_and_nothing_is_said_to_be_absent(self):
        self.shifted("cursor_expired", "provincial", "/xs", exits=(DONE,), count=2)

    def test_a_cursor_that_leads_back_does_not_go_on_for_ever(self):
        self.shifted("cursor_loop", "provincial", "/xs")

    def bad_record(self, kind, side, path, index, **more):
        """One record cannot be read in any listing; it alone is quarantined, until it can."""
        with City(people=30, hours=300) as city:
            fault(city, kind, side, path, method="GET", count=-1, index=index, **more)
            done = city.once("--full")
            self.assertGreater(played(city), 0, "the fault was never played")
            self.assertEqual(done.returncode, 3, done.stderr)
            invalid = [row for row in city.lines("conflicts") if row["kind"] == "invalid_record"]
            self.assertEqual(len(invalid), 1, invalid)
            counts = city.lines("status")[0]["last_cycle"]["counts"]
            self.assertGreater(counts[side]["quarantined"], 0)
            self.assertGreater(counts["provincial"]["written"], 100)
            clear(city)
            self.assertEqual(city.once("--full").returncode, DONE)
            self.assertEqual([row for row in city.lines("conflicts") if row["state"] == "open"], [])
            return city.control("/stats")

    # holds: quarantine.told
    def test_a_record_without_its_year_is_quarantined_and_the_rest_goes_on(self):
        self.bad_record("missing_field", "provincial", "/xs", 3, field="nd")

    def test_a_record_with_a_null_year_is_quarantined_and_the_rest_goes_on(self):
        self.bad_record("null_field", "provincial", "/xs", 3, field="nd")

    # holds: quarantine.frozen
    def test_a_record_quarantined_for_its_year_is_not_created_beside_itself(self):
        stats = self.bad_record("missing_field", "provincial", "/xs", 3, field="nd")
        self.assertEqual({side: facts["duplicate_creates"] for side, facts in stats.items()},
                         {side: 0 for side in SIDES})

    # holds: quarantine.alone
    def test_an_account_without_its_version_is_quarantined_and_the_rest_goes_on(self):
        self.bad_record("missing_field", "provincial", "/ry", 20, field="bbh")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Start(unittest.TestCase):
    def unreachable(self, side):
        with City(people=30, hours=300) as city:
            port = city.ports[side]
            wrong = free_port()
            city.configure(f"127.0.0.1:{port}", f"127.0.0.1:{wrong}")
            before = content(city)
            done = city.once("--full", timeout=60)
            self.assertEqual(done.returncode, UNREACHED, done.stderr)
            self.assertEqual(content(city), before)
            city.configure(f"127.0.0.1:{wrong}", f"127.0.0.1:{port}")
            self.assertEqual(city.once("--full").returncode, DONE)

    def test_a_municipal_platform_that_is_down_ends_with_4_and_writes_nothing(self):
        self.unreachable("municipal")

    def test_a_provincial_platform_that_is_down_ends_with_4_and_writes_nothing(self):
        self.unreachable("provincial")

    def test_a_wrong_setting_ends_with_78_and_its_line(self):
        with City(people=30, hours=300) as city:
            city.configure("region = 3716", "region = Binzhou")
            lines = (city.folder / "cebridge.conf").read_text().splitlines()
            done = city.once()
            self.assertEqual(done.returncode, SETTINGS, done.stderr)
            self.assertIn(f"cebridge.conf:{lines.index('region = Binzhou') + 1}", done.stderr)

    def test_an_unknown_setting_ends_with_78_and_its_line(self):
        with City(people=30, hours=300) as city:
            city.configure("region = 3716", "region = 3716\nregoin = 3716")
            lines = (city.folder / "cebridge.conf").read_text().splitlines()
            done = city.once()
            self.assertEqual(done.returncode, SETTINGS, done.stderr)
            self.assertIn(f"cebridge.conf:{lines.index('regoin = 3716') + 1}", done.stderr)

    def test_a_second_daemon_on_the_same_state_ends_with_75_and_names_the_first(self):
        with City(people=30, hours=300) as city:
            first = city.start_daemon()
            self.assertTrue(city.wait(lambda: (city.folder / "control.sock").exists()))
            second = city.once(timeout=30)
            self.assertEqual(second.returncode, BUSY, second.stderr)
            self.assertIn(str(first.pid), second.stderr)
            first.send_signal(signal.SIGTERM)
            first.communicate(timeout=15)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_state_folder_that_cannot_be_written_ends_with_73(self):
        with City(people=30, hours=300) as city:
            (city.folder / "state").mkdir(mode=0o500)
            self.assertEqual(city.once().returncode, 73)


if __name__ == "__main__":
    unittest.main()
