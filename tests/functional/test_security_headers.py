from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import SECRET
from tests.functional.signing import (
    EMAIL,
    PASSWORD,
    add_person,
    csrf_of,
    try_to_sign_in,
)
from trainer import config, create_app
from trainer.accounts.formats import CHEAP
from trainer.extensions import db
from trainer.operations.commands.schema import upgrade_schema

PAGES = ("/sign-in", "/", "/no/such/page", "/me/security", "/sign-out", "/healthz")


def policy_of(answer: TestResponse) -> dict[str, str]:
    """Return the content security policy by directive."""
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {
        name: rest for name, _blank, rest in (p.strip().partition(" ") for p in parts)
    }


def test_every_answer_carries_the_headers(
    app: Flask, sign_in: Callable[[str], FlaskClient]
) -> None:
    add_person(app)
    for client in (app.test_client(), sign_in(EMAIL)):
        for path in PAGES:
            check_headers(client.get(path))


def check_headers(answer: TestResponse) -> None:
    policy = policy_of(answer)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Strict-Transport-Security" not in answer.headers
    assert "charset=utf-8" in answer.headers["Content-Type"] or answer.is_json


def test_the_cookie_is_kept_from_scripts_and_other_sites(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app)
    page = client.get("/sign-in")
    answer = try_to_sign_in(client)
    for sent in (*page.headers.getlist("Set-Cookie"), answer.headers["Set-Cookie"]):
        assert sent.startswith("session=")
        parts = sent.split("; ")
        assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
        assert "Domain" not in sent
        assert "Expires" not in sent


@pytest.fixture
def secure(tmp_path: Path) -> FlaskClient:
    """A browser at an installation that people reach through TLS."""
    settings = config.load(
        {
            "TRAINER_SECRET_KEY": SECRET,
            "TRAINER_DATABASE_URL": f"sqlite:///{tmp_path / 'trainer.sqlite'}",
            "TRAINER_INSTANCE": str(tmp_path),
            "TRAINER_BASE_URL": "https://training.example",
            "TRAINER_TRUSTED_PROXIES": "1",
        }
    )
    app = create_app(settings)
    app.config.update(TESTING=True, PASSWORD_COST=CHEAP)
    with app.app_context():
        upgrade_schema(db.engine, tmp_path)
    add_person(app)
    client = app.test_client()
    client.environ_base.update(
        {"HTTP_HOST": "training.example", "HTTP_X_FORWARDED_PROTO": "https"}
    )
    return client


def test_under_tls_the_cookie_is_bound_to_the_host(secure: FlaskClient) -> None:
    base = "https://training.example"
    page = secure.get("/sign-in", base_url=base)
    fields = {"csrf_token": csrf_of(page.text), "email": EMAIL, "password": PASSWORD}
    answer = secure.post("/sign-in", data=fields, base_url=base)
    assert answer.status_code == 303
    for sent in (page.headers["Set-Cookie"], answer.headers["Set-Cookie"]):
        assert sent.startswith("__Host-session=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(sent.split("; "))
        assert "Domain" not in sent
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
    assert secure.get("/me/security", base_url=base).status_code == 200


def test_behind_a_trusted_proxy_its_last_word_is_the_source(
    secure: FlaskClient,
) -> None:
    base = "https://training.example"
    token = csrf_of(secure.get("/sign-in", base_url=base).text)

    def guess(n: int, forwarded: str) -> int:
        fields = {"csrf_token": token, "email": f"a{n}@b.example", "password": "x"}
        headers = {"X-Forwarded-For": forwarded}
        answer = secure.post("/sign-in", data=fields, headers=headers, base_url=base)
        return answer.status_code

    lies = [guess(n, f"198.51.100.{n}, 203.0.113.7") for n in range(21)]
    assert lies == [401] * 20 + [429]
    assert guess(30, "203.0.113.7, 203.0.113.8") == 401


def test_another_host_name_is_refused(client: FlaskClient) -> None:
    for host in ("evil.example", "localhost.evil.example", "a b", ""):
        answer = client.get("/sign-in", headers={"Host": host})
        assert answer.status_code == 400, host


def test_another_host_name_is_refused_to_those_signed_in(
    app: Flask, sign_in: Callable[[str], FlaskClient]
) -> None:
    add_person(app)
    client = sign_in(EMAIL)
    for host in ("evil.example", "["):
        answer = client.get("/", headers={"Host": host})
        assert answer.status_code == 400, host
        assert EMAIL not in answer.text


def test_what_a_client_says_of_proxies_changes_nothing(client: FlaskClient) -> None:
    lies = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "host=evil.example;proto=https",
    }
    answer = client.get("/", headers=lies)
    assert answer.location == "/sign-in?next=/"
    assert "evil" not in client.get("/sign-in", headers=lies).text


def test_methods_that_no_page_takes_are_refused(client: FlaskClient) -> None:
    for method in ("TRACE", "CONNECT", "PROPFIND", "X"):
        assert client.open("/sign-in", method=method).status_code == 405, method


def test_files_of_the_installation_are_not_served(client: FlaskClient) -> None:
    outside = ("/.git/config", "/.env", "/static/../config.py")
    for path in (*outside, "/static/%2e%2e/config.py", "/static//etc/passwd"):
        assert client.get(path).status_code in {400, 404}, path
