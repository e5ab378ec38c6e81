"""An installation in a folder of its own, its server, and a visitor to it."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
PASSWORD = "a password for the bench alone"  # noqa: S105 - of a database made here
SECRET = "a secret for the bench alone, long enough: 0123456789"  # noqa: S105 - as above
TRAINER = "from trainer.wsgi import main; main()"
START_SECONDS = 60
LEARNER, OFFICER = "learner@demo.example", "officer@demo.example"
CONTENT = Path(__file__).parents[1] / "content"


@dataclass(frozen=True, slots=True)
class Site:
    """One installation: where it lies, where it is served, what it teaches."""

    place: Path
    port: int
    content: Path = CONTENT

    @property
    def database(self) -> Path:
        """Return the file of its database."""
        return self.place / "trainer.sqlite"

    @property
    def database_url(self) -> str:
        """Return the address of its database."""
        return f"sqlite:///{self.database}"

    @property
    def url(self) -> str:
        """Return the address of its first page."""
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that its commands run with."""
        return {
            **os.environ,
            "TRAINER_SECRET_KEY": SECRET,
            "TRAINER_DATABASE_URL": self.database_url,
            "TRAINER_INSTANCE": str(self.place),
            "TRAINER_BASE_URL": self.url,
            "TRAINER_CONTENT": str(self.content),
            "TRAINER_DEMO_PASSWORD": PASSWORD,
        }

    def trainer(self, *arguments: str) -> str:
        """Run one command of the installation and return what it prints."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-c", TRAINER, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            message = f"trainer {' '.join(arguments)} failed: {done.stderr[-2000:]}"
            raise RuntimeError(message)
        return done.stdout


def install(place: Path, learners: int = 4) -> Site:
    """Make an installation with the demonstration accounts and the real content."""
    place.mkdir(parents=True, exist_ok=True)
    site = Site(place, free_port())
    site.trainer("db", "upgrade")
    site.trainer("demo", "--learners", str(learners), "--json")
    return site


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server((HOST, 0)) as door:
        return int(door.getsockname()[1])


@contextmanager
def serve(site: Site, workers: int = 2) -> Iterator[int]:
    """Serve an installation with the real command; give the process's id."""
    command = [sys.executable, "-c", TRAINER, "serve", "--port", str(site.port)]
    command += ["--workers", str(workers)]
    with started(command, site.port, site.environment) as pid:
        yield pid


@contextmanager
def started(
    command: list[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a server until the block ends; it must listen within a minute."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + START_SECONDS
        while not listens(port):
            if process.poll() is not None or time.monotonic() > until:
                message = f"{command} does not listen"
                raise RuntimeError(message)
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def listens(port: int) -> bool:
    """Say whether somebody answers at a port."""
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the site, its body read whole."""

    status: int
    headers: http.client.HTTPMessage
    text: str


class Visitor:
    """Somebody at a browser without a browser: keeps cookies, posts forms."""

    def __init__(self, site: Site, cookie: str = "") -> None:
        self._site = site
        self._line = http.client.HTTPConnection(HOST, site.port, timeout=60)
        name, _, value = cookie.partition("=")
        self._cookies = {name: value} if cookie else {}

    @property
    def cookie(self) -> str:
        """Return the Cookie header that this visitor sends."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def get(self, path: str) -> Answer:
        """Open a page; raise unless it is there."""
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        """Post a form."""
        body = urllib.parse.urlencode(fields)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, body, kind)

    def sign_in(self, email: str) -> "Visitor":
        """Sign in through the form."""
        token = form_token(self.get("/sign-in").text)
        self.post("/sign-in", email=email, password=PASSWORD, csrf_token=token)
        return self

    def _ask(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and read its answer."""
        sent = {"Cookie": self.cookie, **(headers or {})}
        self._line.request(method, path, body, sent)
        answer = self._line.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            message = f"{method} {path} answered {answer.status}: {text[:500]}"
            raise RuntimeError(message)
        return Answer(answer.status, answer.headers, text)


def form_token(html: str) -> str:
    """Return the token that a page's form carries."""
    return found(r'name="csrf_token"[^>]*value="([^"]+)"', html)


def script_token(html: str) -> str:
    """Return the token that a page gives its scripts."""
    return found(r'<meta name="csrf-token" content="([^"]+)"', html)


def found(pattern: str, text: str) -> str:
    """Return what the first group of a pattern finds; raise when it is not there."""
    match = re.search(pattern, text)
    if match is None:
        message = f"nothing matches {pattern} in {text[:500]!r}"
        raise RuntimeError(message)
    return match.group(1)


def lesson_paths(visitor: Visitor) -> list[str]:
    """Return the addresses of the first course's lessons, in order."""
    course = found(r'href="(/courses/[^"/]+)"', visitor.get("/courses/").text)
    page = visitor.get(course).text
    links = re.findall(rf'href="({course}/[^"/#]+)"', page)
    return [
        link
        for link in dict.fromkeys(links)
        if f"{link}/completion" in visitor.get(link).text
    ]


def process_tree(pid: int) -> list[int]:
    """Return a process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in process_tree(int(child)))]


def memory(pid: int, figure: str = "Pss") -> float:
    """Return the memory of a process and its children in MiB."""
    total = 0
    for one in process_tree(pid):
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        total += int(found(rf"(?m)^{figure}:\s+(\d+) kB", rollup))
    return total / 1024


def forget_peaks(pid: int) -> None:
    """Make the kernel count the peak of each process anew."""
    for one in process_tree(pid):
        Path(f"/proc/{one}/clear_refs").write_text("5")


def resident(pid: int, figure: str = "VmRSS") -> dict[int, int]:
    """Return the kB of each process of a site: now, or with VmHWM at the most."""
    pattern = rf"(?m)^{figure}:\s+(\d+) kB"
    return {
        one: int(found(pattern, Path(f"/proc/{one}/status").read_text()))
        for one in process_tree(pid)
    }
