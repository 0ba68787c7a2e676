"""Two reference platforms with a generated city, and a bridge between them, for system tests, the demo and
the bench. Real processes, real TLS; everything in one folder that is removed at the end."""
import atexit
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CEBRIDGE_BUILD", ROOT / "build/release"))

SETTINGS = """[bridge]
mode = write
region = 3716
state_dir = state
log_dir = log
control_socket = control.sock
log_key_file = log.key

[municipal]
definition = municipal
url = https://127.0.0.1:{municipal}
key_id = app-001
secret_file = municipal.secret
ca_file = ca/ca.pem
rate = {rate}/s
parallel = 4

[provincial]
definition = provincial
url = https://127.0.0.1:{provincial}
key_id = client-001
secret_file = provincial.secret
ca_file = ca/ca.pem
rate = {rate}/s
parallel = 4

[schedule]
settle = 0 s

[console]
listen =
"""


def traced():
    """The environment of a program under strace: the search for leaks works in nobody whom another one traces, and
    would end each run as failed, the one that nothing struck too."""
    return {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


class City:
    """with City(people=200) as city: city.once("--full")"""

    def __init__(self, people=200, hours=0, defects=0, seed=7, shared=0.67, rate=1000, page_etags=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cebridge-"))
        self.rate = rate
        self.arguments = ["--people", str(people), "--hours", str(hours), "--defects", str(defects),
                          "--seed", str(seed), "--shared", str(shared)] + ["--page-etags"] * page_etags
        self.daemon = None
        self.platforms = None

    def __enter__(self):
        self.write("municipal.secret", "municipal-secret-of-a-test\n")
        self.write("provincial.secret", "provincial-secret-of-a-test\n")
        self.write("log.key", os.urandom(32).hex() + "\n")
        self.issue_certificates()
        self.platforms = subprocess.Popen(
            [str(BUILD / "platformd"), "--municipal-port", "0", "--provincial-port", "0",
             "--control-port", "0", "--cert", str(self.folder / "ca/server.pem"),
             "--key", str(self.folder / "ca/server.key"), "--app-id", "app-001",
             "--secret-file", str(self.folder / "municipal.secret"), "--client-id", "client-001",
             "--client-secret-file", str(self.folder / "provincial.secret")] + self.arguments,
            stdout=subprocess.PIPE, text=True)
        self.ports = json.loads(self.platforms.stdout.readline())
        self.write("cebridge.conf", SETTINGS.format(rate=self.rate, **self.ports))
        return self

    def issue_certificates(self, **environment):
        subprocess.run([str(ROOT / "tests/platform/make-ca.sh"), str(self.folder / "ca")], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment})

    def __exit__(self, *_):
        for process in (self.daemon, self.platforms):
            self.end(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def end(process):
        if process and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def keep(self):
        """What stands now, for put_back: both platforms' records, and all files."""
        self.control("/snapshot", {})
        shutil.copytree(self.folder, self.folder / "kept", ignore=shutil.ignore_patterns("*.sock"))

    def put_back(self):
        self.end(self.daemon)
        self.control("/restore", {"forget": True})
        self.control("/fault", method="DELETE")
        self.control("/stats", method="DELETE")
        for side in ("municipal", "provincial"):
            self.control("/clock", {"side": side, "offset_seconds": 0})
        for path in self.folder.iterdir():
            if path.name != "kept":
                (shutil.rmtree if path.is_dir() and not path.is_symlink() else os.unlink)(path)
        shutil.copytree(self.folder / "kept", self.folder, dirs_exist_ok=True)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)

    def configure(self, old, new):
        path = self.folder / "cebridge.conf"
        text = path.read_text()
        assert old in text, old
        path.write_text(text.replace(old, new))

    @property
    def config(self):
        return str(self.folder / "cebridge.conf")

    def once(self, *arguments, timeout=600):
        return subprocess.run([str(BUILD / "cebridged"), "--config", self.config, "--once", *arguments],
                              capture_output=True, text=True, timeout=timeout, check=False)

    def cebridge(self, *arguments, timeout=600, **more):
        return subprocess.run([str(BUILD / "cebridge"), "--config", self.config, *arguments],
                              capture_output=True, text=True, timeout=timeout, check=False, **more)

    def lines(self, *arguments):
        """The JSON objects that a command with --json prints, one a line."""
        done = self.cebridge(*arguments, "--json")
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    def start_daemon(self, **environment):
        self.daemon = subprocess.Popen([str(BUILD / "cebridged"), "--config", self.config],
                                       stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
        return self.daemon

    def control(self, path, body=None, method=None):
        """The platforms' control endpoint."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['control']}{path}", data=data,
            method=method or ("POST" if data is not None else "GET"))
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return [json.loads(line) for line in text.splitlines() if line.strip()]

    def content(self, annual=True):
        """What stands on each side, without what the platforms number and date by themselves."""
        return {side: sorted(str(sorted(row.items())) for row in self.control(f"/dump?side={side}")
                             if annual or row["entity"] != "annual") for side in ("municipal", "provincial")}

    def writes(self):
        return {side: facts["creates"] + facts["updates"] for side, facts in self.control("/stats").items()}

    def reset(self, **size):
        """Other people, and a bridge that knows nobody."""
        self.control("/reset", size)
        for name in ("state", "log"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def expected(self):
        """(kind, subject, field) of each conflict that the injected defects must give."""
        return self.control("/expected")

    def wait(self, what, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if what():
                return True
            time.sleep(0.1)
        return False


PREPARED = {}


def prepared(cycles=1, **size):
    """A city of that size behind so many full cycles, as it was then. One for all who ask in this process: not for
    tests that take snapshots or settings of the platforms."""
    key = (cycles, *sorted(size.items()))
    if key in PREPARED:
        PREPARED[key].put_back()
        return PREPARED[key]
    city = City(**size).__enter__()
    atexit.register(city.platforms.stdout.close)
    atexit.register(city.__exit__)
    for _ in range(cycles):
        done = city.once("--full")
        assert done.returncode == 0, done.stderr
    city.keep()
    city.control("/stats", method="DELETE")
    PREPARED[key] = city
    return city
