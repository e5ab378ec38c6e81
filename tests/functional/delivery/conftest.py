import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.functional.delivery.learner import Deliver, Enter, Learner, Write
from tests.make import make_person
from trainer import clock
from trainer.accounts import rules
from trainer.accounts.commands.sign_ins import open_sign_in
from trainer.accounts.queries import credentials
from trainer.courses.model import Course
from trainer.database import unit
from trainer.extensions import db
from trainer.publishing.commands import publish


@pytest.fixture
def write(app: Flask) -> Write:
    """Run some writing on the application's database."""

    def run(work: object) -> object:
        with app.app_context():
            return unit(db.engine, work)  # type: ignore[arg-type]  # as Write says

    return run


@pytest.fixture
def deliver(write: Write) -> Deliver:
    """Publish a course as it is given; the files it shows hold their names."""

    def run(course: Course) -> None:
        bodies = {m.sha256: f"<svg>{m.name}</svg>".encode() for m in course.media}
        write(lambda session: publish(session, course, bodies, clock.now()))

    return run


@pytest.fixture
def enter(app: Flask, write: Write) -> Enter:
    """Make a person, sign them in and return them with their browser."""

    def run(email: str = "learner@demo.example") -> Learner:
        def make(session: Session) -> str:
            make_person(session, email)
            known = credentials(session, email)
            assert known is not None
            return open_sign_in(session, known, "test", clock.now())

        token = write(make)
        client = app.test_client()
        name = rules.cookie_names(is_https=False)[0]
        client.set_cookie(name, str(token), domain="localhost")
        return Learner(client, email)

    return run
