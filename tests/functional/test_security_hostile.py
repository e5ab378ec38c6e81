import json
from collections.abc import Callable
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.functional.signing import EMAIL, HASH, PASSWORD, add_person, csrf_of
from tests.functional.test_security_access import UNSAFE, addresses
from trainer.accounts.rules import ROLES
from trainer.web import policy

FORM = "application/x-www-form-urlencoded"
TEXTS = (
    "\x00",
    "a\x00b",
    "%00",
    "\ufffe\uffff",
    "\u202e",
    "\U0001f600" * 100,
    "x" * 10_000,
    "'; DROP TABLE person; --",
    "{{ 7*7 }}",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "9" * 400,
    "-1",
    "1e999",
)
BODIES = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"0",
    b'"text"',
    b"{}",
    b'{"key": "\\ud800", "question": "\\ud800", "response": "\\ud800"}',
    b'{"key": "\x00", "question": "a\\u0000b", "response": "\\u0000"}',
    b'{"key": "\xff\xfe"}',
    b'{"seq": 1e999, "device": NaN, "key": Infinity}',
    b'{"seq": ' + b"9" * 5000 + b"}",
    b'{"seq": 9223372036854775808, "question": "q1", "response": 1}',
    b"[" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
)


@pytest.fixture
def inside(app: Flask, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    """A browser of somebody who may open every page."""
    add_person(app, roles=ROLES)
    return sign_in(EMAIL)


@pytest.fixture
def token(inside: FlaskClient) -> str:
    return csrf_of(inside.get("/me/security").text)


def stands(answer: TestResponse) -> bool:
    """Say whether the platform kept its countenance: no failure of its own."""
    return answer.status_code < 500


def test_hostile_texts_in_every_place_of_every_address_do_no_harm(
    app: Flask, inside: FlaskClient, token: str
) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "accounts.sign_out":
            continue
        for text in TEXTS:
            path = rule.rule
            for name in rule.arguments:
                start = path.index(f"{name}>")
                head = path[: path.rindex("<", 0, start)]
                path = head + text + path[start + len(name) + 1 :]
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                answer = inside.open(
                    path.replace("\x00", "%00"),
                    method=method,
                    headers={"X-CSRFToken": token},
                    query_string={"next": text, "page": text, "course": text},
                )
                assert stands(answer), (method, rule.rule, text[:50])
                answer.close()


def test_hostile_json_is_refused_on_every_address(
    app: Flask, inside: FlaskClient, token: str
) -> None:
    unsafe = [one for one in addresses(app) if one.method in UNSAFE]
    for one, body in product(unsafe, BODIES):
        if one.path == "/sign-out":
            continue
        answer = inside.open(
            one.path,
            method=one.method,
            data=body,
            content_type="application/json",
            headers={"X-CSRFToken": token, "Accept": "application/json"},
        )
        assert stands(answer), (one, body[:50])


def test_hostile_texts_in_the_sign_in_form_are_just_wrong(
    client: FlaskClient,
) -> None:
    token = csrf_of(client.get("/sign-in").text)
    for text in TEXTS:
        fields = {"email": text, "password": text, "next": text, "csrf_token": token}
        answer = client.post("/sign-in", data=fields)
        assert answer.status_code in {400, 401, 422, 429}, text[:50]
        assert "<script>alert" not in answer.text
        assert ">49<" not in answer.text


def test_bodies_that_are_no_form_are_refused(client: FlaskClient) -> None:
    bodies = (
        (b"email=%ff%fe&password=%80", FORM),
        (b"email=%ED%A0%80&password=%ED%A0%80", FORM),
        (b"&&&===%%%", FORM),
        (b"email[]=1&email[a]=2", FORM),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary="),
        (
            b"--b\r\nContent-Disposition: form-data\r\n\r\n",
            "multipart/form-data; boundary=b",
        ),
        (b"x", "text/plain; charset=utf-7"),
        (b"x", "application/xml"),
        (b"\x00\xff", "application/octet-stream"),
    )
    headers = {"X-CSRFToken": csrf_of(client.get("/sign-in").text)}
    for body, kind in bodies:
        answer = client.post("/sign-in", data=body, content_type=kind, headers=headers)
        assert 400 <= answer.status_code < 500, (body, kind)


def test_a_form_that_is_too_large_is_refused(client: FlaskClient) -> None:
    token = csrf_of(client.get("/sign-in").text)
    big = {"csrf_token": token, "email": "x" * 3_000_000, "password": "x"}
    assert client.post("/sign-in", data=big).status_code == 413
    many = {f"f{n}": "x" for n in range(3000)} | {"csrf_token": token}
    answer = client.post("/sign-in", data=many, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_a_forged_cookie_signs_nobody_in(app: Flask, client: FlaskClient) -> None:
    add_person(app)
    forged = ("", "x", "A" * 43, "A" * 4000, "a.b.c", "eyJ9.x.y", "é", "%00", "'--")
    for cookie in forged:
        answer = client.get("/me/security", headers={"Cookie": f"session={cookie}"})
        assert answer.status_code == 303, cookie
        page = client.get("/sign-in", headers={"Cookie": f"session={cookie}; flash=x"})
        assert page.status_code == 200, cookie


def test_a_stranger_cannot_sign_a_cookie_for_himself(
    app: Flask, client: FlaskClient
) -> None:
    token = csrf_of(client.get("/sign-in").text)
    held = client.get_cookie("session")
    assert held is not None
    fields = {"csrf_token": token, "language": "id"}
    client.set_cookie("session", held.value[:-4] + "AAAA")
    assert client.post("/language", data=fields).status_code == 403
    client.set_cookie("session", held.value)
    assert client.post("/language", data=fields).status_code == 303


def test_secrets_never_stand_in_a_page_or_a_log(
    app: Flask, inside: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    pages = [inside.get(path).text for path in ("/", "/me/security", "/nothing")]
    inside.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    held = inside.get_cookie("session")
    assert held is not None
    for secret in (HASH, held.value, str(app.config["SECRET_KEY"]), PASSWORD):
        assert all(secret not in page for page in pages)
        assert secret not in caplog.text
    assert EMAIL not in caplog.text


def test_a_refusal_to_a_script_is_json(inside: FlaskClient) -> None:
    answer = inside.get("/nothing/there", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert json.loads(answer.text)["error"] == "not_found"


def test_a_second_value_of_one_name_is_looked_at_too(client: FlaskClient) -> None:
    token = csrf_of(client.get("/sign-in").text)
    fields = {"csrf_token": token, "email": ["a@b.example", "\0"], "password": "x"}
    assert client.post("/sign-in", data=fields).status_code == 400


def test_a_failure_of_ours_is_logged_without_addresses_and_values(
    app: Flask,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    @policy("public")
    def fail(token: str) -> str:
        raise ValueError(EMAIL + token)

    monkeypatch.setitem(app.view_functions, "accounts.reset", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", value=False)
    assert client.get("/reset/a-secret-token").status_code == 500
    assert "GET accounts.reset" in caplog.text
    assert "ValueError" in caplog.text
    assert "in fail" in caplog.text
    assert EMAIL not in caplog.text
    assert "a-secret-token" not in caplog.text
