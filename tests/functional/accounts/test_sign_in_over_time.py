from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.functional.signing import (
    EMAIL,
    add_person,
    engine_of,
    is_signed_in,
    try_to_sign_in,
)
from trainer.accounts.rules import BY_ACCOUNT


@pytest.mark.parametrize(("role", "minutes"), [("learner", 30), ("officer", 15)])
def test_a_sign_in_left_alone_ends(
    app: Flask,
    client: FlaskClient,
    hands: Callable[[timedelta], None],
    role: str,
    minutes: int,
) -> None:
    add_person(app, roles=("learner", role))
    try_to_sign_in(client)
    for _round in range(3):
        hands(timedelta(minutes=minutes - 1))
        assert is_signed_in(client)
    hands(timedelta(minutes=minutes))
    assert not is_signed_in(client)
    assert "Your sign-in has ended." in client.get("/sign-in").text


def test_a_sign_in_ends_after_twelve_hours_of_use(
    app: Flask, client: FlaskClient, hands: Callable[[timedelta], None]
) -> None:
    add_person(app)
    try_to_sign_in(client)
    for _round in range(28):
        hands(timedelta(minutes=25))
        assert is_signed_in(client)
    hands(timedelta(minutes=21))
    assert not is_signed_in(client)


def test_use_is_written_down_once_a_minute(
    app: Flask, client: FlaskClient, hands: Callable[[timedelta], None]
) -> None:
    add_person(app)
    try_to_sign_in(client)

    def seen() -> object:
        with engine_of(app).connect() as connection:
            return connection.exec_driver_sql("SELECT seen_at FROM sign_in").scalar()

    first = seen()
    hands(timedelta(seconds=59))
    assert is_signed_in(client)
    assert seen() == first
    hands(timedelta(seconds=1))
    assert is_signed_in(client)
    assert seen() != first


def test_guessing_at_an_account_is_slowed_and_never_locked(
    app: Flask, client: FlaskClient, hands: Callable[[timedelta], None]
) -> None:
    add_person(app)
    for _n in range(BY_ACCOUNT.free):
        assert try_to_sign_in(client, password="wrong").status_code == 401
    slowed = try_to_sign_in(client)
    assert slowed.status_code == 429
    assert slowed.headers["Retry-After"] == "2"
    assert "Wait 2 seconds, then try again." in slowed.text
    assert f'value="{EMAIL}"' in slowed.text
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert try_to_sign_in(client, environ_base=elsewhere).status_code == 429
    hands(timedelta(seconds=2))
    assert try_to_sign_in(client).status_code == 303
    assert is_signed_in(client)


def test_guessing_at_nobody_is_slowed_alike(client: FlaskClient) -> None:
    answers = [
        try_to_sign_in(client, "x@y.example", "w").status_code
        for _n in range(BY_ACCOUNT.free + 1)
    ]
    assert answers == [401] * BY_ACCOUNT.free + [429]


def test_spraying_one_password_over_accounts_slows_the_source(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app)
    answers = [
        try_to_sign_in(
            client,
            f"a{n}@demo.example",
            "Password2026!",
            headers={"X-Forwarded-For": f"198.51.100.{n}"},
        ).status_code
        for n in range(21)
    ]
    assert answers == [401] * 20 + [429]
    assert try_to_sign_in(client).status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert try_to_sign_in(client, environ_base=elsewhere).status_code == 303
