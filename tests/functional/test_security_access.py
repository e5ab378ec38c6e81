from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.functional.signing import EMAIL, add_person, csrf_of, try_to_sign_in
from trainer.accounts.rules import ROLES
from trainer.web import PUBLIC, policy_of

ANY_UUID = "00000000-0000-4000-8000-000000000000"
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
ACCEPTS = {"html": "text/html", "json": "application/json"}


@dataclass(frozen=True)
class Address:
    """One method of one page."""

    method: str
    path: str
    policy: str


def address_of(rule: Rule) -> str:
    values = {
        name: ANY_UUID if "uuid" in type(converter).__name__.lower() else "x"
        for name, converter in rule._converters.items()
    }
    built = rule.build(values)
    assert built is not None
    return built[1]


def addresses(app: Flask) -> Iterator[Address]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Address(method, address_of(rule), policy_of(app, rule.endpoint))


@pytest.mark.parametrize("kind", ACCEPTS)
def test_no_unsafe_request_is_taken_without_the_token_of_its_sign_in(
    app: Flask, client: FlaskClient, kind: str
) -> None:
    add_person(app, roles=ROLES)
    try_to_sign_in(client)
    other = app.test_client()
    foreign = csrf_of(other.get("/sign-in").text)
    unsafe = [one for one in addresses(app) if one.method in UNSAFE]
    assert len(unsafe) > 8
    for one in unsafe:
        for token in ("", "x", foreign):
            headers = {"Accept": ACCEPTS[kind], "X-CSRFToken": token}
            answer = client.open(
                one.path, method=one.method, headers=headers, data={"csrf_token": token}
            )
            assert answer.status_code == 403, (one, token, answer.text[:500])
            if kind == "json":
                assert answer.json is not None
                assert answer.json["error"] == "csrf", one


def test_an_unsafe_request_from_another_site_is_refused(
    app: Flask, sign_in: Callable[[str], FlaskClient]
) -> None:
    add_person(app, roles=ROLES)
    client = sign_in(EMAIL)
    token = csrf_of(client.get("/me/security").text)
    hostile = (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    )
    for one in addresses(app):
        if one.method not in UNSAFE:
            continue
        for headers in hostile:
            answer = client.open(
                one.path,
                method=one.method,
                headers=headers,
                data={"csrf_token": token},
            )
            assert answer.status_code == 403, (one, headers)
    friendly = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    answer = client.post(
        "/language", data={"csrf_token": token, "language": "id"}, headers=friendly
    )
    assert answer.status_code == 303


@pytest.mark.parametrize("role", [*ROLES, ""])
def test_a_role_opens_its_own_pages_and_no_others(
    app: Flask, sign_in: Callable[[str], FlaskClient], role: str
) -> None:
    add_person(app, roles=(role,) if role else ())
    client = sign_in(EMAIL)
    token = csrf_of(client.get("/me/security").text)
    for one in addresses(app):
        if one.policy in {PUBLIC, "learner", role}:
            continue
        for accept in ACCEPTS.values():
            answer = client.open(
                one.path,
                method=one.method,
                headers={"X-CSRFToken": token, "Accept": accept},
            )
            assert answer.status_code == 403, (role, one)


@pytest.mark.parametrize("kind", ACCEPTS)
def test_a_stranger_gets_nothing_but_the_way_to_sign_in(
    app: Flask, client: FlaskClient, kind: str
) -> None:
    token = csrf_of(client.get("/sign-in").text)
    for one in addresses(app):
        if one.policy == PUBLIC:
            continue
        headers = {"Accept": ACCEPTS[kind], "X-CSRFToken": token}
        answer = client.open(one.path, method=one.method, headers=headers)
        if kind == "json" or (one.method != "POST" and one.method in UNSAFE):
            assert (answer.status_code, answer.is_json) == (401, True), one
        else:
            assert answer.status_code == 303, one
            assert answer.location.startswith("/sign-in"), one


def test_only_a_known_few_pages_are_public(app: Flask) -> None:
    public = {one.path for one in addresses(app) if one.policy == PUBLIC}
    assert public <= {
        "/sign-in",
        "/language",
        "/reset/x",
        "/invitations/x",
        "/healthz",
        "/readyz",
    }


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_reading_changes_anything(
    app: Flask, sign_in: Callable[[str], FlaskClient], method: str
) -> None:
    add_person(app)
    client = sign_in(EMAIL)
    for path in ("/sign-out", "/language"):
        assert client.open(path, method=method).status_code == 405
    assert client.get("/me/security").status_code == 200


@pytest.mark.parametrize("field", ["roles", "is_active", "id", "auth_epoch", "role"])
def test_fields_that_no_form_has_are_ignored(
    app: Flask, sign_in: Callable[[str], FlaskClient], field: str
) -> None:
    add_person(app)
    client = sign_in(EMAIL)
    token = csrf_of(client.get("/me/security").text)
    fields = {"csrf_token": token, "language": "id", field: "administrator"}
    assert client.post("/language", data=fields).status_code == 303
    assert client.get("/reports/completion").status_code == 403
