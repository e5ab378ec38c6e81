from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import make
from trainer import clock
from trainer.courses.catalogue import CatalogueEntry
from trainer.database import unit
from trainer.extensions import db
from trainer.progress.commands import open_course


@pytest.fixture
def officer(app: Flask, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    """An officer of a ministry with one learner on one course."""

    def work(session: Session) -> None:
        make.make_person(session, "officer@demo.example", roles=("learner", "officer"))
        make.make_person(
            session,
            "officer@other.example",
            roles=("learner", "officer"),
            ministry="other",
        )
        person = make.make_person(session)
        publication = make.publish_course(session)
        entry = CatalogueEntry(
            make.make_course(), publication.digest or "", publication.number
        )
        open_course(session, person.id, entry, clock.now() - timedelta(minutes=5))

    with app.app_context():
        engine = db.engine
    unit(engine, work)
    return sign_in("officer@demo.example")


def test_the_report_shows_who_is_where(
    officer: FlaskClient, visit: Callable[..., object]
) -> None:
    page = visit("/reports/completion")
    text = officer.get("/reports/completion").text
    assert "Learner Diplomat" in text
    assert "Not started" in text
    assert page
