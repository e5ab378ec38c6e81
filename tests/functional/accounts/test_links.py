from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.functional.signing import (
    EMAIL,
    add_person,
    cookie,
    csrf_of,
    engine_of,
    try_to_sign_in,
)
from tests.pages import check_page
from trainer import clock
from trainer.accounts import rules
from trainer.accounts.commands import accounts
from trainer.database import unit

FRESH = "quite another battery staple"
PATHS = {rules.RESET: "/reset/", rules.INVITATION: "/invitations/"}


def link_for(app: Flask, purpose: str) -> str:
    """Add a person and return the path of a link for them."""
    person = add_person(app)
    now = clock.now()
    token = unit(
        engine_of(app), lambda s: accounts.make_link(s, person.id, purpose, now)
    )
    return PATHS[purpose] + token


@pytest.mark.parametrize("purpose", [rules.RESET, rules.INVITATION])
def test_a_link_sets_a_password_once(
    app: Flask, client: FlaskClient, purpose: str
) -> None:
    path = link_for(app, purpose)
    opened = client.get(path)
    page = check_page(opened.text)
    assert EMAIL in opened.text
    password = page.find(id="password")
    assert password is not None
    assert password["autocomplete"] == "new-password"
    assert client.get(path).status_code == 200
    fields = {"password": FRESH, "csrf_token": csrf_of(opened.text)}
    done = client.post(path, data=fields)
    assert (done.status_code, done.location) == (303, "/sign-in")
    signing_in = client.get("/sign-in").text
    assert "Your password is set." in signing_in
    fields["csrf_token"] = csrf_of(signing_in)
    assert client.post(path, data=fields).status_code == 404
    spent = client.get(path)
    assert spent.status_code == 404
    check_page(spent.text)
    assert try_to_sign_in(client).status_code == 401
    assert try_to_sign_in(client, password=FRESH).status_code == 303


def test_a_new_password_ends_the_sign_in_at_the_same_browser(
    app: Flask, client: FlaskClient
) -> None:
    path = link_for(app, rules.RESET)
    try_to_sign_in(client)
    before = cookie(client)
    token = csrf_of(client.get(path).text)
    client.post(path, data={"password": FRESH, "csrf_token": token})
    assert client.get("/me/security").status_code == 303
    client.set_cookie("session", before)
    assert client.get("/me/security").status_code == 303


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "Enter a new password."),
        ("short", "at least 12 characters"),
        ("x" * 1025, "too long"),
    ],
)
def test_a_password_that_cannot_be_taken_leaves_the_link_unused(
    app: Flask, client: FlaskClient, password: str, message: str
) -> None:
    path = link_for(app, rules.INVITATION)
    token = csrf_of(client.get(path).text)
    answer = client.post(path, data={"password": password, "csrf_token": token})
    assert answer.status_code == 422
    assert message in answer.text
    check_page(answer.text)
    assert client.get(path).status_code == 200


def test_a_link_is_good_for_one_purpose(app: Flask, client: FlaskClient) -> None:
    path = link_for(app, rules.RESET).replace("/reset/", "/invitations/")
    assert client.get(path).status_code == 404


def test_a_link_runs_out(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = link_for(app, rules.RESET)
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 43, "%F0%9F", "a" * 5000])
@pytest.mark.parametrize("prefix", PATHS.values())
def test_an_unknown_link_says_so(client: FlaskClient, prefix: str, token: str) -> None:
    assert client.get(prefix + token).status_code == 404
