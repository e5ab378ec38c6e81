from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.functional.signing import add_person, csrf_of, engine_of, try_to_sign_in
from tests.make import publish_course
from tests.pages import check_page
from trainer.database import unit

OWNER, OTHER = "owner@demo.example", "other@demo.example"
COURSE = "/courses/course-1"


@pytest.fixture
def attempt(app: Flask) -> str:
    """The address of an attempt that the owner has open."""
    unit(engine_of(app), publish_course)
    add_person(app, OWNER)
    add_person(app, OTHER)
    client = app.test_client()
    try_to_sign_in(client, OWNER)
    token = csrf_of(client.get(f"{COURSE}/quiz-1").text)
    started = client.post(f"{COURSE}/quiz-1/attempts", data={"csrf_token": token})
    assert started.status_code == 303
    path = started.location
    assert path.startswith("/attempts/")
    assert client.get(path).status_code == 200
    return str(path)


def test_the_attempt_of_another_person_is_not_there(
    attempt: str, sign_in: Callable[[str], FlaskClient]
) -> None:
    client = sign_in(OTHER)
    token = csrf_of(client.get("/me/security").text)
    save = {
        "key": str(uuid4()),
        "question": "q1",
        "response": None,
        "device": str(uuid4()),
        "seq": 1,
    }
    headers = {"X-CSRFToken": token}
    answers = (
        client.get(attempt),
        client.get(f"{attempt}/result"),
        client.put(f"{attempt}/answers", json=save, headers=headers),
        client.post(f"{attempt}/answers", data={"csrf_token": token}),
        client.post(f"{attempt}/submission", data={"csrf_token": token}),
    )
    for answer in answers:
        assert answer.status_code == 404, answer.request.path
        assert "Stem of" not in answer.text


def test_an_attempt_that_never_was_looks_the_same(
    attempt: str, sign_in: Callable[[str], FlaskClient]
) -> None:
    client = sign_in(OTHER)
    theirs, nobodys = client.get(attempt), client.get(f"/attempts/{uuid4()}")
    assert theirs.status_code == nobodys.status_code == 404
    own, other = (check_page(page.text).main for page in (theirs, nobodys))
    assert own == other


def test_an_officer_reads_no_answers(
    app: Flask, attempt: str, sign_in: Callable[[str], FlaskClient]
) -> None:
    add_person(app, "officer@demo.example", roles=("learner", "officer"))
    client = sign_in("officer@demo.example")
    assert client.get(attempt).status_code == 404
    assert client.get(f"{attempt}/result").status_code == 404
