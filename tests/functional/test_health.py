from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.make import make_person
from trainer import clock
from trainer.database import unit
from trainer.extensions import db


def test_the_process_and_the_site_say_that_they_are_well(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json is not None
    assert ready.json["status"] == "ready"
    assert ready.json["warnings"] == []


def test_a_database_of_another_release_is_not_ready(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        assert client.get("/readyz").status_code == 503
    finally:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))


def test_clocks_that_differ_are_told(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        is_sqlite = db.engine.dialect.name == "sqlite"
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() - timedelta(seconds=40))
    ready = client.get("/readyz").json
    assert ready is not None
    expected = [] if is_sqlite else ["clocks differ"]
    assert ready["warnings"] == expected


def test_an_outage_is_a_page_that_needs_no_database(
    app: Flask, sign_in: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        unit(db.engine, make_person)
    client = sign_in("learner@demo.example")
    assert client.get("/").status_code == 200

    def refuse(*_arguments: object) -> None:
        raise OperationalError("SELECT 1", {}, ConnectionError("gone"))

    with app.app_context():
        monkeypatch.setattr(db.engine, "connect", refuse)
    page = client.get("/", headers={"Accept-Language": "id"})
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "gone" not in page.text
    assert 'lang="id"' in page.text
    told = client.get("/", headers={"Accept": "application/json"})
    assert (told.status_code, told.is_json) == (503, True)
    assert told.headers["Retry-After"]
