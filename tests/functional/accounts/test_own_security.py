from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests.functional.signing import (
    PASSWORD,
    add_person,
    cookie,
    csrf_of,
    fields_of,
    try_to_sign_in,
)
from tests.pages import Page, check_page
from trainer.accounts.rules import BY_ACCOUNT

PLACE = "/me/security"
FORMS = ".govuk-summary-list form"
FRESH = "quite another battery staple"


def change(client: FlaskClient, current: str, password: str) -> tuple[int, str]:
    """Ask for a new password; return the status and the page."""
    token = csrf_of(client.get(PLACE).text)
    fields = {"current": current, "password": password, "csrf_token": token}
    answer = client.post(f"{PLACE}/password", data=fields)
    return answer.status_code, answer.text


def other_browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    assert try_to_sign_in(client).status_code == 303
    return client


def test_the_page_lists_where_one_is_signed_in(
    app: Flask, client: FlaskClient, visit: Callable[[str], Page]
) -> None:
    add_person(app)
    add_person(app, "other@demo.example")
    try_to_sign_in(client, headers={"User-Agent": "X Firefox/1 Linux"})
    other_browser(app)
    try_to_sign_in(app.test_client(), "other@demo.example")
    page = visit(PLACE)
    rows = page.select(".govuk-summary-list__row")
    assert len(rows) == 2
    assert "Firefox, Linux (this one)" in page.get_text()


def test_a_person_ends_a_sign_in_elsewhere(app: Flask, client: FlaskClient) -> None:
    add_person(app)
    try_to_sign_in(client)
    elsewhere = other_browser(app)
    page = check_page(client.get(PLACE).text)
    buttons = [
        form["action"]
        for form in page.select(FORMS)
        if "End this sign-in" in form.get_text()
    ]
    assert len(buttons) == 1
    fields = fields_of(str(page), str(buttons[0]))
    assert client.post(str(buttons[0]), data=fields).location == PLACE
    assert elsewhere.get(PLACE).status_code == 303
    assert "The sign-in has ended." in client.get(PLACE).text
    assert "The sign-in has ended." not in client.get(PLACE).text
    assert client.post(str(buttons[0]), data=fields).status_code == 404


def test_ending_the_own_sign_in_signs_out(app: Flask, client: FlaskClient) -> None:
    add_person(app)
    try_to_sign_in(client)
    page = client.get(PLACE).text
    action = str(check_page(page).select(FORMS)[0]["action"])
    answer = client.post(action, data=fields_of(page, action))
    assert answer.location == "/sign-in"
    assert client.get(PLACE).status_code == 303


def test_nobody_ends_the_sign_in_of_another(app: Flask, client: FlaskClient) -> None:
    add_person(app)
    add_person(app, "other@demo.example")
    victim = other_browser(app)
    action = str(check_page(victim.get(PLACE).text).select(FORMS)[0]["action"])
    try_to_sign_in(client, "other@demo.example")
    token = csrf_of(client.get(PLACE).text)
    assert client.post(action, data={"csrf_token": token}).status_code == 404
    assert victim.get(PLACE).status_code == 200


def test_changing_the_password_ends_every_other_sign_in(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app)
    try_to_sign_in(client)
    before = cookie(client)
    elsewhere = other_browser(app)
    assert change(client, PASSWORD, FRESH)[0] == 303
    assert "Your password is changed." in client.get(PLACE).text
    assert elsewhere.get(PLACE).status_code == 303
    assert cookie(client) != before
    assert try_to_sign_in(app.test_client()).status_code == 401
    assert try_to_sign_in(app.test_client(), password=FRESH).status_code == 303


def test_the_present_password_is_asked_for_and_guessing_it_is_slowed(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app)
    try_to_sign_in(client)
    for _n in range(BY_ACCOUNT.free):
        status, text = change(client, "some wrong password", FRESH)
        assert status == 422
    assert "This is not your present password." in text
    check_page(text)
    assert change(client, PASSWORD, FRESH)[0] == 429


def test_a_new_password_must_be_long_enough(app: Flask, client: FlaskClient) -> None:
    add_person(app)
    try_to_sign_in(client)
    status, text = change(client, PASSWORD, "short")
    assert status == 422
    assert "at least 12 characters" in text
    check_page(text)
    assert change(client, "", "")[0] == 422
