"""The service under a real systemd. Run by check.sh inside a tree that is thrown away: it makes users, writes to
/etc and starts units."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import City  # noqa: E402

ETC = pathlib.Path("/etc/cebridge")
CONFIG = ETC / "cebridge.conf"
DROP_IN = pathlib.Path("/etc/systemd/system/cebridged.service.d/test.conf")

SETTINGS = """[bridge]
mode = write
region = 3716

[municipal]
url = https://127.0.0.1:{municipal}
key_id = app-001
ca_file = platforms-ca.pem
rate = 1000/s

[provincial]
url = https://127.0.0.1:{provincial}
key_id = client-001
ca_file = platforms-ca.pem
rate = 1000/s

[schedule]
settle = 0 s

[console]
listen =
"""


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)


def must(*command):
    done = run(*command)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def shown(name):
    return must("systemctl", "show", "--property", name, "--value", "cebridged").strip()


def wait(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.1)
    return False


def journal(*arguments):
    return [json.loads(line) for line in
            must("journalctl", "-u", "cebridged", "-o", "json", *arguments).splitlines()]


def cebridge(*arguments, user=None):
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
    return run(*as_user, "/usr/local/bin/cebridge", *arguments)


def setUpModule():
    global city
    must("systemd-sysusers")
    must("systemd-tmpfiles", "--create", "/usr/local/lib/tmpfiles.d/cebridge.conf")
    must("journalctl", "--update-catalog")
    must("systemctl", "daemon-reload")
    city = City(people=30, hours=300).__enter__()
    for name in ("municipal.secret", "provincial.secret", "log.key"):
        shutil.copy(city.folder / name, ETC / name)
        (ETC / name).chmod(0o600)
    shutil.copy(city.folder / "ca/ca.pem", ETC / "platforms-ca.pem")
    (ETC / "platforms-ca.pem").chmod(0o644)
    CONFIG.write_text(SETTINGS.format(**city.ports))
    must("useradd", "--system", "--user-group", "--groups", "cebridge-read", "reader")
    must("useradd", "--system", "--user-group", "stranger")


def tearDownModule():
    run("systemctl", "stop", "cebridged", "cebridged.socket")
    city.__exit__()


class Service(unittest.TestCase):
    def setUp(self):
        must("systemctl", "start", "cebridged")
        self.addCleanup(city.control, "/fault", None, "DELETE")

    def pid(self):
        return shown("MainPID")

    def test_it_is_started_once_it_is_ready_and_says_how_it_stands(self):
        self.assertEqual((shown("Type"), shown("ActiveState"), shown("SubState")), ("notify", "active", "running"))
        self.assertTrue(wait(lambda: shown("StatusText")))
        self.assertEqual(cebridge("resync").returncode, 0)
        print("STATUS=" + shown("StatusText"), file=sys.stderr)

    def test_it_reads_its_secrets_and_brings_both_sides_into_step(self):
        done = cebridge("resync", "--full")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreater(city.control("/stats")["provincial"]["creates"], 0)
        status = json.loads(cebridge("status", "--json").stdout)
        self.assertTrue(status["daemon"]["running"])

    def sealing(self, setting):
        """The service begun again with these settings: whether it brings both sides into step."""
        CONFIG.write_text(self.settings.replace("region = 3716\n", f"region = 3716\n{setting}"))
        run("systemctl", "reset-failed", "cebridged", "cebridged.socket")
        return run("systemctl", "restart", "cebridged").returncode == 0 and cebridge("resync", "--full").returncode == 0

    def test_a_sealing_key_comes_as_a_credential_and_goes_again(self):
        """Only root reads the file: the service has a copy. Without it the state does not open."""
        self.settings = CONFIG.read_text()
        key, drop_in = ETC / "seal.key", DROP_IN.parent / "seal.conf"
        drop_in.parent.mkdir(parents=True, exist_ok=True)
        key.write_text(os.urandom(32).hex() + "\n")
        key.chmod(0o600)
        drop_in.write_text(f"[Service]\nLoadCredential=seal.key:{key}\n")
        self.addCleanup(CONFIG.write_text, self.settings)
        must("systemctl", "daemon-reload")
        self.assertTrue(self.sealing("seal_key_file = seal.key\n"))
        copy = pathlib.Path("/run/credentials/cebridged.service/seal.key")
        self.assertEqual(copy.read_text(), key.read_text())
        self.assertEqual(os.stat(key).st_uid, 0)
        self.assertFalse(self.sealing(""), "its rows opened without the key")
        self.assertTrue(self.sealing("former_seal_key_file = seal.key\n"))
        drop_in.unlink()
        must("systemctl", "daemon-reload")
        key.unlink()
        self.assertTrue(self.sealing(""), "rows still need the former key")

    def test_it_runs_as_its_own_user_without_any_power(self):
        facts = dict(line.split(":\t", 1) for line in
                     pathlib.Path(f"/proc/{self.pid()}/status").read_text().splitlines() if ":\t" in line)
        uid = int(must("id", "-u", "cebridge"))
        self.assertEqual(set(facts["Uid"].split()), {str(uid)})
        self.assertEqual((int(facts["CapEff"], 16), int(facts["CapBnd"], 16)), (0, 0))
        self.assertEqual((facts["NoNewPrivs"], facts["Seccomp"]), ("1", "2"))

    def test_it_can_write_into_its_folders_only(self):
        mounts = pathlib.Path(f"/proc/{self.pid()}/mountinfo").read_text().splitlines()
        writable = {fields[4] for fields in (line.split() for line in mounts)
                    if "rw" in fields[5].split(",")}
        disks = {path for path in writable if not path.startswith(("/dev", "/proc", "/sys", "/run/credentials"))}
        self.assertEqual(disks & {"/", "/etc", "/usr"}, set(), disks)
        self.assertLessEqual({"/var/lib/cebridge", "/var/log/cebridge"}, disks)
        for folder, mode in (("/var/lib/cebridge", 0o700), ("/var/log/cebridge", 0o750)):
            facts = os.stat(folder)
            self.assertEqual((facts.st_mode & 0o777, facts.st_uid), (mode, int(must("id", "-u", "cebridge"))), folder)
        for name in ("municipal.secret", "provincial.secret", "log.key"):
            self.assertEqual((os.stat(ETC / name).st_uid, os.stat(ETC / name).st_mode & 0o777), (0, 0o600))

    def test_its_unit_scores_well(self):
        done = run("systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager",
                   "/usr/local/lib/systemd/system/cebridged.service")
        print(done.stdout.strip().splitlines()[-1], file=sys.stderr)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:])

    def test_who_may_do_what_is_a_matter_of_groups(self):
        self.assertEqual(cebridge("status", user="reader").returncode, 0)
        self.assertEqual(cebridge("resync", user="reader").returncode, 77)
        self.assertEqual(cebridge("status", user="stranger").returncode, 77)
        self.assertEqual(cebridge("status").returncode, 0)

    def test_a_reload_takes_new_settings_and_a_wrong_one_leaves_the_old(self):
        before = self.pid()
        text = CONFIG.read_text()
        self.addCleanup(CONFIG.write_text, text)
        CONFIG.write_text(text.replace("settle = 0 s", "settle = 0 s\nincremental = 90 s"))
        must("systemctl", "reload", "cebridged")
        self.assertTrue(wait(lambda: journal("MESSAGE_ID=281e0bdb74e84d938d30d01b922d65ff")))
        CONFIG.write_text(text.replace("mode = write", "mood = write"))
        run("systemctl", "reload", "cebridged")
        self.assertTrue(wait(lambda: journal("MESSAGE_ID=c81c041d35614c8e95a85bb20dca1ac5")))
        CONFIG.write_text(text)
        must("systemctl", "reload", "cebridged")
        self.assertEqual((self.pid(), shown("ActiveState")), (before, "active"))
        self.assertEqual(cebridge("resync").returncode, 0)

    def test_it_stops_within_ten_seconds_while_a_cycle_runs_and_goes_on_afterwards(self):
        city.control("/fault", {"kind": "trickle", "side": "provincial", "path": "/", "ms": 500, "count": 1000})
        cebridge("resync", "--full", "--no-wait")
        self.assertTrue(wait(lambda: ": reading" in shown("StatusText")))
        begun = time.monotonic()
        must("systemctl", "stop", "cebridged")
        took = time.monotonic() - begun
        print(f"stopped in {took:.1f} s", file=sys.stderr)
        self.assertLess(took, 10)
        self.assertEqual((shown("Result"), shown("ActiveState")), ("success", "inactive"))
        city.control("/fault", method="DELETE")
        must("systemctl", "start", "cebridged")
        self.assertEqual(cebridge("resync", "--full").returncode, 0)

    def test_a_service_that_hangs_is_restarted(self):
        DROP_IN.parent.mkdir(parents=True, exist_ok=True)
        DROP_IN.write_text("[Service]\nWatchdogSec=2\nRestartSec=0\n")
        self.addCleanup(run, "systemctl", "daemon-reload")
        self.addCleanup(DROP_IN.unlink)
        must("systemctl", "daemon-reload")
        must("systemctl", "restart", "cebridged")
        before = self.pid()
        time.sleep(5)
        self.assertEqual((self.pid(), shown("NRestarts")), (before, "0"), "it is fed while the loop turns")
        os.kill(int(before), 19)
        self.assertTrue(wait(lambda: shown("NRestarts") == "1" and self.pid() not in (before, "0")))
        self.assertEqual(cebridge("resync").returncode, 0)

    def test_the_journal_holds_fields_and_the_catalog_explains_them(self):
        self.assertEqual(cebridge("resync").returncode, 0)
        done = journal("MESSAGE_ID=fdb43c95c72f4e5da11662b171c7fb99")
        self.assertTrue(done)
        self.assertTrue(done[-1]["CEBRIDGE_RUN"].isdigit(), done[-1])
        explained = must("journalctl", "-x", "-u", "cebridged", "-n", "50", "--no-pager")
        self.assertIn("cebridge run " + done[-1]["CEBRIDGE_RUN"], explained)

    def test_a_wrong_setting_at_start_is_not_tried_for_ever(self):
        text = CONFIG.read_text()
        must("systemctl", "stop", "cebridged")
        self.addCleanup(run, "systemctl", "reset-failed", "cebridged", "cebridged.socket")
        self.addCleanup(CONFIG.write_text, text)
        CONFIG.write_text(text.replace("mode = write", "mood = write"))
        self.assertNotEqual(run("systemctl", "start", "cebridged").returncode, 0)
        self.assertTrue(wait(lambda: shown("ActiveState") == "failed"))
        self.assertEqual((shown("ExecMainStatus"), shown("NRestarts")), ("78", "0"))


if __name__ == "__main__":
    unittest.main()
