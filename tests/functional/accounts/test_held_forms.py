import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.functional.signing import (
    PASSWORD,
    add_person,
    csrf_of,
    engine_of,
    fields_of,
    try_to_sign_in,
)
from tests.make import publish_course
from tests.pages import check_page
from trainer.database import unit

ANN, BOB = "ann@demo.example", "bob@demo.example"
PATH = "/courses/course-1/lesson-1/notes/note-1"
TEXT = 'First line\r\nsecond <b>"line"</b> & Ünïcode 外交'


@pytest.fixture
def token(app: Flask, client: FlaskClient) -> str:
    """The CSRF token of a page that Ann opened before her sign-in ended."""
    add_person(app, ANN)
    add_person(app, BOB)
    try_to_sign_in(client, ANN)
    token = csrf_of(client.get("/me/security").text)
    with engine_of(app).begin() as connection:
        connection.exec_driver_sql("DELETE FROM sign_in")
    return token


def send(client: FlaskClient, token: str, **more: object) -> TestResponse:
    fields = {"csrf_token": token, "text": TEXT, "ticks": ["1", "3"]}
    return client.post(PATH, data=fields | more)


def sign_in_with(
    client: FlaskClient, page: str, email: str, **more: str
) -> TestResponse:
    fields: dict[str, object] = dict(fields_of(page, "/sign-in"))
    return client.post(
        "/sign-in", data=fields | {"email": email, "password": PASSWORD} | more
    )


def test_a_form_that_came_too_late_is_offered_again_to_the_same_person(
    client: FlaskClient, token: str
) -> None:
    held = send(client, token)
    assert held.status_code == 401
    check_page(held.text)
    assert "Nothing is lost." in held.text
    wrong = sign_in_with(client, held.text, ANN, password="wrong password")
    assert wrong.status_code == 401
    offered = sign_in_with(client, wrong.text, ANN)
    assert offered.status_code == 200
    check_page(offered.text)
    fields = fields_of(offered.text, PATH)
    assert fields["text"] == [TEXT]
    assert fields["ticks"] == ["1", "3"]
    assert fields["csrf_token"] != [token]
    again = client.post(PATH, data=fields)
    assert again.status_code not in {400, 401, 403}
    assert not (again.location or "").startswith("/sign-in")


def test_a_form_is_never_offered_to_another_person(
    client: FlaskClient, token: str
) -> None:
    held = send(client, token)
    answer = sign_in_with(client, held.text, BOB)
    assert (answer.status_code, answer.location) == (303, "/")
    page = client.get("/me/security").text
    assert "The form was filled in by somebody else." in page
    assert "Ünïcode" not in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("held:1:text", "changed"),
        ("held:9:more", "added"),
        ("held_path", "/sign-out"),
        ("held_person", "0" * 32),
        ("held_code", "0" * 64),
    ],
)
def test_a_form_changed_on_its_way_is_dropped(
    client: FlaskClient, token: str, name: str, value: str
) -> None:
    held = send(client, token)
    answer = sign_in_with(client, held.text, ANN, **{name: value})
    assert (answer.status_code, answer.location) == (303, "/")


def test_a_form_drawn_elsewhere_is_not_held(client: FlaskClient, token: str) -> None:
    stranger = csrf_of(client.get("/sign-in").text)
    for false in ("", token[:-2], stranger):
        answer = send(client, false)
        assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_a_form_larger_than_64_kb_is_not_held(client: FlaskClient, token: str) -> None:
    assert send(client, token, text="x" * 60_000).status_code == 401
    assert send(client, token, text="x" * 70_000).status_code == 303


def test_a_script_is_told_to_sign_in(client: FlaskClient, token: str) -> None:
    answer = client.post(
        PATH,
        data={"csrf_token": token, "text": TEXT},
        headers={"Accept": "application/json", "X-CSRFToken": token},
    )
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"] == "sign_in"


def test_a_page_from_before_the_last_sign_in_is_offered_again(
    client: FlaskClient, token: str
) -> None:
    try_to_sign_in(client, ANN)
    offered = send(client, token)
    assert offered.status_code == 403
    fields = fields_of(offered.text, PATH)
    assert fields["text"] == [TEXT]
    assert client.post(PATH, data=fields).status_code not in {400, 401, 403}


def test_a_page_of_another_person_is_refused(client: FlaskClient, token: str) -> None:
    try_to_sign_in(client, BOB)
    answer = send(client, token)
    assert answer.status_code == 403
    assert "Ünïcode" not in answer.text


def test_a_password_is_never_held(client: FlaskClient, token: str) -> None:
    answer = client.post(
        "/me/security/password",
        data={"csrf_token": token, "current": PASSWORD, "password": "x" * 12},
    )
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_signing_out_after_the_end_just_leads_to_sign_in(
    client: FlaskClient, token: str
) -> None:
    answer = client.post("/sign-out", data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_an_answer_given_after_the_end_is_kept_in_the_end(
    app: Flask, client: FlaskClient
) -> None:
    add_person(app, ANN)
    unit(engine_of(app), publish_course)
    try_to_sign_in(client, ANN)
    lesson = client.get("/courses/course-1/lesson-1").text
    action = "/courses/course-1/lesson-1/checks/check-1"
    page = check_page(lesson)
    choice = page.select(f'form[action="{action}"] input[type=radio]')[1]["value"]
    with engine_of(app).begin() as connection:
        connection.exec_driver_sql("DELETE FROM sign_in")
    answer = {"csrf_token": csrf_of(lesson), "answer": str(choice)}
    held = client.post(action, data=answer)
    assert held.status_code == 401
    offered = sign_in_with(client, held.text, ANN)
    done = client.post(action, data=fields_of(offered.text, action))
    assert done.status_code == 303
    assert done.location.startswith("/courses/course-1/lesson-1")
    with engine_of(app).connect() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM practice_answer")
        assert kept.scalar() == 1
