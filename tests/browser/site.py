"""The real site in processes of its own, on a port and in a folder of its own."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from tests.make import make_person
from trainer import clock
from trainer.accounts import queries
from trainer.accounts.commands.accounts import choose_language, make_link
from trainer.accounts.commands.sign_ins import open_sign_in
from trainer.accounts.formats import CHEAP, hash_password
from trainer.accounts.models import Person, SignIn
from trainer.assessment.models import AnswerEvent, Attempt
from trainer.assessment.rules import tokens
from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.model import Question, Quiz
from trainer.database import connect, unit
from trainer.publishing.queries import load_catalogue, load_version

ROOT = Path(__file__).parents[2]
PRACTICE = Path(__file__).parent / "content"
PASSWORD = "several words in a row"
HASH = hash_password(PASSWORD, CHEAP)
PATIENCE = 30  # seconds until the site must answer


@dataclass
class Site:
    """An installation with the demonstration and the practice course."""

    folder: Path
    base: str = ""
    engine: Engine = field(init=False)
    process: subprocess.Popen[bytes] | None = None

    @property
    def content(self) -> Path:
        """The folder of the practice course, which tests may change."""
        return self.folder / "content"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def environment(self) -> dict[str, str]:
        roots = [ROOT / "content", self.content]
        return os.environ | {
            "TRAINER_SECRET_KEY": "a secret for browsers alone: 0123456789abc",
            "TRAINER_INSTANCE": str(self.folder),
            "TRAINER_CONTENT": os.pathsep.join(map(str, roots)),
            "TRAINER_DEMO_PASSWORD": PASSWORD,
            "TRAINER_BASE_URL": self.base,
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the installation."""
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", "from trainer.wsgi import main; main()", *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self) -> None:
        """Fill the installation and serve it."""
        self.log.touch()
        self.engine = connect(f"sqlite:///{self.folder / 'trainer.sqlite'}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        shutil.copytree(PRACTICE, self.content)
        for command in (["db", "upgrade"], ["demo", "--learners", "12", "--json"]):
            done = self.run(*command)
            assert done.returncode == 0, done.stderr
        serve = ["serve", "--port", str(port), "--workers", "2"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-c", "from trainer.wsgi import main; main()", *serve],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait(port)

    def wait(self, port: int) -> None:
        """Wait until the site answers."""
        ends = time.monotonic() + PATIENCE
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, 5)
            try:
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            finally:
                connection.close()
            assert time.monotonic() < ends, self.log.read_text(encoding="utf-8")
            time.sleep(0.05)

    def stop(self) -> None:
        """End every process of the site."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.engine.dispose()

    def person(self, *roles: str, language: str = "") -> str:
        """Add somebody to the demonstration ministry and return the address."""
        email = f"p{uuid.uuid4().hex[:10]}@demo.example"

        def work(session: Session) -> None:
            grants = ("learner", *roles)
            made = make_person(session, email, roles=grants, password_hash=HASH)
            if language:
                choose_language(session, made.id, language)

        unit(self.engine, work)
        return email

    def sign_in(self, email: str) -> str:
        """Open a sign-in and return what the browser's cookie holds."""

        def work(session: Session) -> str:
            person = queries.person_by_email(session, email)
            assert person is not None
            known = queries.own_credentials(session, person.id)
            return open_sign_in(session, known, "a browser test", clock.now())

        return unit(self.engine, work)

    def end_sign_ins(self, email: str) -> None:
        """End every sign-in of somebody, as time would."""

        def work(session: Session) -> None:
            mine = select(Person.id).where(Person.email == email).scalar_subquery()
            session.execute(delete(SignIn).where(SignIn.person_id == mine))

        unit(self.engine, work)

    def link(self, email: str, purpose: str) -> str:
        """Return the token of a link that sets a password."""

        def work(session: Session) -> str:
            person = queries.person_by_email(session, email)
            assert person is not None
            return make_link(session, person.id, purpose, clock.now())

        return unit(self.engine, work)

    def entry(self, course_id: str = "practice") -> CatalogueEntry:
        """Return a course as it is delivered now."""
        with Session(self.engine) as session:
            found = load_catalogue(session).course(course_id)
        assert found is not None
        return found

    def attempt(self, attempt_id: str) -> Attempt:
        with Session(self.engine, expire_on_commit=False) as session:
            return session.get_one(Attempt, uuid.UUID(attempt_id))

    def saves(self, attempt_id: str) -> int:
        """Return how many answers the server has kept of an attempt."""
        query = select(func.count(AnswerEvent.key)).where(
            AnswerEvent.attempt_id == uuid.UUID(attempt_id)
        )
        with Session(self.engine) as session:
            return session.scalars(query).one()

    def key(self, attempt_id: str) -> dict[str, list[str]]:
        """Return for each question what a perfect learner chooses or writes."""
        found = self.attempt(attempt_id)
        with Session(self.engine) as session:
            course = load_version(session, found.digest)
        quiz = next(a for a in course.activities if a.id == found.quiz_id)
        assert isinstance(quiz, Quiz)
        return {q.id: _perfect(found, q) for q in quiz.questions}


def _perfect(attempt: Attempt, question: Question) -> list[str]:
    """Return the values to choose, or the text to write."""
    if question.type == "truefalse":
        return [json.dumps(question.truth)]
    if question.accepted:
        best = max(question.accepted, key=lambda a: a.weight)
        return [best.text or f"{best.low:g}"]
    right = [n for n, o in enumerate(question.options, 1) if o.is_correct] or [1]
    return [tokens.token(attempt.token_key, question.id, n) for n in right]
