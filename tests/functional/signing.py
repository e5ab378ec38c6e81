"""Signing in through the pages, as a browser would."""

from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.make import make_person
from trainer.accounts.formats import CHEAP, hash_password
from trainer.accounts.models import Person
from trainer.database import unit
from trainer.extensions import db

PASSWORD = "correct horse battery staple"
HASH = hash_password(PASSWORD, CHEAP)
EMAIL = "learner@demo.example"
CLOSED = "/me/security"


def engine_of(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


def add_person(
    app: Flask,
    email: str = EMAIL,
    **more: Any,  # noqa: ANN401 - whatever a person is made of
) -> Person:
    """Add an account that signs in with PASSWORD."""

    def work(session: Session) -> Person:
        return make_person(session, email, password_hash=HASH, **more)

    return unit(engine_of(app), work)


def csrf_of(text: str) -> str:
    """Return the CSRF token that a page carries."""
    field = BeautifulSoup(text, "html.parser").find(
        "input", attrs={"name": "csrf_token"}
    )
    assert field is not None, text[:2000]
    return str(field["value"])


def fresh_token(client: FlaskClient) -> str:
    """Return a CSRF token for whoever the browser holds now."""
    page = client.get("/sign-in", follow_redirects=True)
    return csrf_of(page.text)


def try_to_sign_in(
    client: FlaskClient,
    email: str = EMAIL,
    password: str = PASSWORD,
    target: str = "",
    **more: Any,  # noqa: ANN401 - whatever the test client takes
) -> TestResponse:
    """Open the sign-in page and send its form."""
    token = csrf_of(client.get("/sign-in").text)
    fields = {"email": email, "password": password, "csrf_token": token}
    return client.post("/sign-in", data=fields | {"next": target}, **more)


def cookie(client: FlaskClient, name: str = "session") -> str:
    """Return what the browser holds under a name."""
    found = client.get_cookie(name)
    return "" if found is None else found.value


def fields_of(text: str, action: str) -> dict[str, list[str]]:
    """Return the names and values of the form with that action."""
    page = BeautifulSoup(text, "html.parser")
    form = page.find("form", attrs={"action": action})
    assert form is not None, text[:2000]
    found: dict[str, list[str]] = {}
    for field in form.find_all("input"):
        value = str(field.get("value", ""))
        found.setdefault(str(field["name"]), []).append(value)
    return found


def is_signed_in(client: FlaskClient) -> bool:
    """Say whether a page for people who signed in opens."""
    return client.get(CLOSED).status_code == 200
