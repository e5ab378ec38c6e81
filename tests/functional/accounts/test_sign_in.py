from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from tests.functional.signing import (
    CLOSED,
    EMAIL,
    PASSWORD,
    add_person,
    cookie,
    csrf_of,
    engine_of,
    fresh_token,
    is_signed_in,
    try_to_sign_in,
)
from tests.pages import Page, check_page
from trainer import clock
from trainer.accounts import access, formats
from trainer.accounts.commands import accounts
from trainer.accounts.formats import Cost
from trainer.accounts.models import Person
from trainer.database import unit
from trainer.errors import UnavailableError


def copy_of(client: FlaskClient, app: Flask) -> FlaskClient:
    """Return another browser that holds a copied cookie."""
    thief = app.test_client()
    thief.set_cookie("session", cookie(client))
    return thief


def test_a_stranger_is_sent_to_sign_in_and_comes_back(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app)
    sent = client.get(f"{CLOSED}?a=1")
    assert sent.status_code == 303
    assert sent.location == "/sign-in?next=/me/security?a%3D1"
    page = client.get(sent.location)
    assert f'name="next" value="{CLOSED}?a=1"' in page.text
    answer = try_to_sign_in(client, target=f"{CLOSED}?a=1")
    assert (answer.status_code, answer.location) == (303, f"{CLOSED}?a=1")
    assert is_signed_in(client)


def test_the_sign_in_page_is_whole(visit: Callable[[str], Page]) -> None:
    page = visit("/sign-in")
    email, password = page.find(id="email"), page.find(id="password")
    assert email is not None
    assert password is not None
    assert email["autocomplete"] == "username"
    assert password["autocomplete"] == "current-password"


def test_an_address_may_be_typed_in_capitals(app: Flask, client: FlaskClient) -> None:
    add_person(app)
    assert try_to_sign_in(client, f" {EMAIL.upper()} ").status_code == 303


def test_somebody_signed_in_is_not_asked_again(app: Flask, client: FlaskClient) -> None:
    add_person(app)
    try_to_sign_in(client)
    answer = client.get("/sign-in?next=/me/security")
    assert (answer.status_code, answer.location) == (303, "/me/security")


def test_an_error_keeps_the_address_that_was_typed(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app)
    answer = try_to_sign_in(client, password="wrong", target=CLOSED)
    assert answer.status_code == 401
    page = check_page(answer.text)
    email, password = page.find(id="email"), page.find(id="password")
    assert email is not None
    assert password is not None
    assert email["value"] == EMAIL
    assert not password.get("value")
    assert f'name="next" value="{CLOSED}"' in answer.text
    assert page.find("a", href="#email") is not None


@pytest.mark.parametrize(("email", "password"), [("", "x"), ("a@b.c", ""), ("", "")])
def test_empty_fields_are_named(client: FlaskClient, email: str, password: str) -> None:
    answer = try_to_sign_in(client, email, password)
    assert answer.status_code == 422
    check_page(answer.text)
    assert ('href="#email"' in answer.text) == (not email)
    assert ('href="#password"' in answer.text) == (not password)


@pytest.mark.parametrize("kind", ["unknown", "wrong", "closed", "invited"])
def test_nobody_learns_who_has_an_account(
    app: Flask, client: FlaskClient, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = add_person(app)
    changes: dict[str, dict[str, object]] = {
        "closed": {"is_active": False},
        "invited": {"password_hash": None},
    }
    if kind in changes:
        change = update(Person).where(Person.id == person.id).values(**changes[kind])
        unit(engine_of(app), lambda s: s.execute(change))
    hashed: list[str | None] = []
    really = formats.is_password

    def watch(password: str, kept: str | None, cost: Cost) -> bool:
        hashed.append(kept)
        return really(password, kept, cost)

    monkeypatch.setattr(formats, "is_password", watch)
    email = "nobody@demo.example" if kind == "unknown" else EMAIL
    answer = try_to_sign_in(client, email, "some other password")
    assert len(hashed) == 1
    assert answer.status_code == 401
    assert "The e-mail address or the password is not right." in answer.text
    same = answer.text.replace(email, "").replace(csrf_of(answer.text), "")
    other = try_to_sign_in(client, "else@demo.example", "some other password").text
    assert same == other.replace("else@demo.example", "").replace(csrf_of(other), "")


def test_the_cookie_is_new_at_sign_in_and_never_what_a_stranger_brought(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app)
    client.set_cookie("session", "A" * 43)
    client.get("/sign-in")
    before = cookie(client)
    try_to_sign_in(client)
    first = cookie(client)
    assert first not in (before, "A" * 43)
    again = client.post(
        "/sign-in",
        data={
            "email": EMAIL,
            "password": PASSWORD,
            "csrf_token": csrf_of(client.get(CLOSED).text),
        },
    )
    assert again.status_code == 303
    assert cookie(client) != first
    client.set_cookie("session", first)
    assert not is_signed_in(client)


def test_only_the_hash_of_a_token_is_kept(app: Flask, client: FlaskClient) -> None:
    add_person(app)
    try_to_sign_in(client)
    token = cookie(client)
    with engine_of(app).connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM sign_in").all()
    assert len(rows) == 1
    assert token not in str(rows)
    assert formats.token_hash(token) in str(rows)


def test_a_copied_cookie_dies_with_the_sign_out(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app)
    try_to_sign_in(client)
    thief = copy_of(client, app)
    assert is_signed_in(thief)
    token = csrf_of(client.get(CLOSED).text)
    answer = client.post("/sign-out", data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "You are signed out." in client.get("/sign-in").text
    assert "You are signed out." not in client.get("/sign-in").text
    assert not is_signed_in(client)
    assert not is_signed_in(thief)


@pytest.mark.parametrize("change", ["password", "closed", "role"])
def test_a_copied_cookie_dies_with_a_change_of_the_account(
    app: Flask, client: FlaskClient, change: str
) -> None:
    person = add_person(app)
    try_to_sign_in(client)
    now = clock.now()
    acts: dict[str, Callable[..., None]] = {
        "password": lambda s: accounts.set_password(s, person.id, "hash"),
        "closed": lambda s: accounts.deactivate(s, person.id),
        "role": lambda s: accounts.grant(s, person.id, "author", now),
    }
    unit(engine_of(app), acts[change])
    assert not is_signed_in(client)


def test_an_endless_password_is_just_wrong(app: Flask, client: FlaskClient) -> None:
    add_person(app)
    assert try_to_sign_in(client, password="x" * 300_000).status_code == 401


def test_a_hash_is_renewed_at_sign_in(app: Flask, client: FlaskClient) -> None:
    person = add_person(app)
    app.config["PASSWORD_COST"] = Cost(16, 1, 1)
    try:
        assert try_to_sign_in(client).status_code == 303
    finally:
        app.config["PASSWORD_COST"] = formats.CHEAP
    with engine_of(app).connect() as connection:
        kept = connection.exec_driver_sql("SELECT password_hash FROM person").scalar()
    assert isinstance(kept, str)
    assert "m=16," in kept
    assert kept != person.password_hash
    assert is_signed_in(client)


def test_a_language_is_chosen_before_and_after_signing_in(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app)
    token = fresh_token(client)
    chosen = {"language": "id", "next": "/sign-in", "csrf_token": token}
    assert client.post("/language", data=chosen).status_code == 303
    assert '<html lang="id"' in client.get("/sign-in").text
    try_to_sign_in(client)
    page = client.get(CLOSED).text
    assert '<html lang="id"' in page
    chosen |= {"language": "en", "next": CLOSED, "csrf_token": csrf_of(page)}
    assert client.post("/language", data=chosen).location == CLOSED
    assert '<html lang="en"' in client.get(CLOSED).text
    chosen["language"] = "xx"
    assert client.post("/language", data=chosen).status_code == 303
    assert '<html lang="en"' in client.get(CLOSED).text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/%09/evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/sign-in",
        "/no/such/page/at/all",
        "@evil.example",
    ],
)
def test_signing_in_never_leads_away(
    app: Flask, client: FlaskClient, target: str
) -> None:
    add_person(app)
    assert try_to_sign_in(client, target=target).location == "/"


def test_reading_pages_writes_no_cookie_and_no_row(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app)
    try_to_sign_in(client)
    answer = client.get(CLOSED)
    assert not answer.headers.getlist("Set-Cookie")
    assert "Cookie" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_is_shown_though_its_use_cannot_be_recorded(
    app: Flask,
    client: FlaskClient,
    hands: Callable[[timedelta], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_person(app)
    try_to_sign_in(client)
    hands(timedelta(minutes=2))

    def fail(*_arguments: object) -> None:
        raise UnavailableError

    monkeypatch.setattr(access, "unit", fail)
    assert is_signed_in(client)


def test_an_outage_is_told_and_costs_nobody_the_sign_in(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person(app)
    try_to_sign_in(client)

    def fail(_token: str) -> None:
        raise OperationalError("SELECT", {}, Exception("the server went away"))

    with monkeypatch.context() as patch:
        patch.setattr(access, "find_row", fail)
        for path in (CLOSED, "/sign-in"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert "went away" not in answer.text
            assert not answer.headers.getlist("Set-Cookie")
    assert is_signed_in(client)
