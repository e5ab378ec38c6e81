"""The real server in processes of its own, and people who talk to it over sockets."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.sitting import PHONE
from trainer import clock
from trainer.accounts import queries
from trainer.accounts.commands.sign_ins import open_sign_in
from trainer.database import unit

SECRET = "a secret for tests alone, long enough: 0123456789"
LAUNCH = "from trainer.wsgi import main; main()"
START = "/courses/course/quiz"
PATIENCE = 30  # seconds until the server must answer
LINE_LOST = (OSError, http.client.HTTPException)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`trainer serve` on a port of its own; it may be killed and started again."""

    url: str
    instance: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.port = self.port or free_port()
        options = ["serve", "--port", str(self.port), "--workers", "2", "--no-worker"]
        self.process = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", LAUNCH, *options],
            env=os.environ
            | {
                "TRAINER_DATABASE_URL": self.url,
                "TRAINER_SECRET_KEY": SECRET,
                "TRAINER_INSTANCE": str(self.instance),
                "TRAINER_BASE_URL": f"http://127.0.0.1:{self.port}",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait()

    def wait(self) -> None:
        """Wait until the server answers."""
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, 5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except LINE_LOST:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.05)
            finally:
                connection.close()

    def workers(self) -> list[int]:
        """Return the ids of the serving processes."""
        assert self.process is not None
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def kill_worker(self) -> None:
        os.kill(self.workers()[0], signal.SIGKILL)

    def kill(self) -> None:
        """End everything at once, as a crash of the host would."""
        assert self.process is not None
        for pid in [self.process.pid, *self.workers()]:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


@dataclass
class Caller:
    """One signed-in person who speaks HTTP and tries again when the line breaks."""

    port: int
    cookie: str
    token: str = ""
    home: str = ""
    acknowledged: dict[str, int] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Send one request as a script does, and return the status and the text."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, 10)
        headers = {"Cookie": f"session={self.cookie}", "X-CSRFToken": self.token}
        if body is not None:
            headers |= {"Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, path, sent, headers)
            response = self.connection.getresponse()
            return response.status, response.read().decode()
        except LINE_LOST:
            self.hang_up()
            raise

    def hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def prepare(self) -> None:
        """Read the token that a page carries."""
        text = self.ask("GET", START)[1]
        found = re.search(r'name="csrf-token" content="([^"]+)"', text)
        assert found, text[:1000]
        self.token = found[1]

    def start(self) -> str:
        """Begin an attempt and remember its address."""
        status, text = self.ask("POST", f"{START}/attempts", {})
        assert status == 200, text
        self.home = json.loads(text)["url"]
        return self.home

    def save(self, number: int) -> None:
        """Save one answer, with one key, until it is acknowledged."""
        key = str(uuid.uuid4())
        body = {
            "key": key,
            "question": "word",
            "response": f"word {number}",
            "device": PHONE,
            "seq": number,
        }
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            try:
                status, text = self.ask("PUT", f"{self.home}/answers", body)
            except LINE_LOST:
                time.sleep(0.02)
                continue
            if status == 200:
                self.acknowledged[key] = json.loads(text)["rev"]
                return
            assert status == 503, (status, text)
            time.sleep(0.05)
        message = "a save was never acknowledged"
        raise AssertionError(message)


def sign_in(engine: Engine, port: int, email: str) -> Caller:
    """Return a caller with a sign-in of that account."""

    def work(session: Session) -> str:
        person = queries.person_by_email(session, email)
        assert person is not None
        known = queries.own_credentials(session, person.id)
        return open_sign_in(session, known, "a test", clock.now())

    caller = Caller(port, unit(engine, work))
    caller.prepare()
    return caller
