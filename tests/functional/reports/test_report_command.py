import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests import make
from trainer.accounts.queries import person_by_email
from trainer.cli.assign import assign
from trainer.cli.report import report
from trainer.database import unit
from trainer.enrolment.queries import due_dates
from trainer.errors import InvalidError, NotFoundError
from trainer.extensions import db


@pytest.fixture
def people(app: Flask) -> Flask:
    """A learner in each of two ministries, and one published course."""

    def work(session: Session) -> None:
        make.publish_course(session)
        make.make_person(session, "ayu@demo.example")
        make.make_person(session, "lee@other.example", ministry="another")

    with app.app_context():
        unit(db.engine, work)
    return app


def run(app: Flask, *words: str) -> str:
    command = {"assign": assign, "report": report}[words[0]]
    result = app.test_cli_runner().invoke(command, words[1:], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_an_order_given_at_the_terminal_is_in_the_report(people: Flask) -> None:
    said = run(people, "assign", "course-1", "ayu@demo.example", "--due", "2027-01-31")
    assert said == "Assigned: course-1 to ayu@demo.example, due on 2027-01-31.\n"
    again = run(people, "assign", "course-1", "AYU@demo.example", "--due", "2027-01-31")
    assert again.startswith("Already assigned")
    run(people, "assign", "course-1", "lee@other.example")
    told = json.loads(run(people, "report", "completion", "--format", "json"))
    assert told["total"] == 2
    assert [(row["name"], row["due_on"]) for row in told["rows"]] == [
        ("Lee Diplomat", None),
        ("Ayu Diplomat", "2027-01-31"),
    ]
    one = run(people, "report", "completion", "--format", "json", "--ministry", "demo")
    assert json.loads(one)["filters"] == {"ministry": "demo"}
    assert [row["name"] for row in json.loads(one)["rows"]] == ["Ayu Diplomat"]


def test_a_report_is_written_to_a_file(people: Flask, tmp_path: Path) -> None:
    run(people, "assign", "course-1", "ayu@demo.example")
    file = tmp_path / "report.csv"
    asked = ("--course", "course-1", "--output", str(file))
    assert run(people, "report", "completion", *asked) == ""
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert '"Ayu Diplomat"' in lines[1]
    past = run(people, "report", "completion", "--as-of", "2026-01-01")
    assert past.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "failure"),
    [
        (("assign", "nothing", "ayu@demo.example"), NotFoundError),
        (("assign", "course-1", "nobody@demo.example"), NotFoundError),
        (("report", "completion", "--ministry", "none"), NotFoundError),
        (("report", "completion", "--as-of", "2999-01-01"), InvalidError),
    ],
)
def test_what_cannot_be_done_at_the_terminal_is_said_so(
    people: Flask, words: tuple[str, ...], failure: type[Exception]
) -> None:
    with pytest.raises(failure):
        run(people, *words)


def test_an_order_without_a_day_replaces_one_with_it(people: Flask) -> None:
    for due in (("--due", "2027-01-31"), ()):
        run(people, "assign", "course-1", "ayu@demo.example", *due)
    with people.app_context():
        person = person_by_email(db.session, "ayu@demo.example")
        found = due_dates(db.session, person.id)
    assert found == {"course-1": None}


def test_a_course_that_never_was_is_refused(people: Flask) -> None:
    with pytest.raises(NotFoundError, match="There is no course nowhere"):
        run(people, "report", "completion", "--course", "nowhere")
