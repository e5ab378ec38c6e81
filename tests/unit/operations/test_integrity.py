import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from tests.make import (
    DAY_ONE,
    make_course,
    make_lesson,
    make_person,
    publish_course,
)
from tests.sitting import LAPTOP, Sitting, a_save, minutes, seat
from trainer.courses.catalogue import CatalogueEntry
from trainer.database import connect, unit
from trainer.operations.queries.integrity import describe, verify
from trainer.progress.commands import complete_lesson, open_course, settle

Copy = Callable[[str], list[str]]


def faults(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return describe(verify(session), 20)[0]


def a_history(engine: Engine) -> Sitting:
    """Leave one marked attempt with every kind of event, and one open."""
    sitting = seat(engine, attempts=3, time_limit=30)
    attempt = sitting.start()
    sitting.save(attempt, a_save(2))
    sitting.save(attempt, a_save(1, seq=2))
    sitting.save(attempt, a_save(3, seq=1))
    sitting.save(attempt, a_save(2, device=LAPTOP, base_rev=0))
    sitting.save(attempt, a_save([2, 1], "organs"))
    sitting.save(attempt, a_save(True, "truth"), DAY_ONE + minutes(40))
    sitting.save(sitting.start(DAY_ONE + minutes(50)), a_save("note", "word"))
    sitting.do(lambda s: open_course(s, sitting.person_id, sitting.entry, DAY_ONE))
    another(engine)
    return sitting


def another(engine: Engine) -> None:
    """Let somebody complete another course of one lesson."""
    course = make_course("course-2", activities=(make_lesson("lesson-9", checks=0),))

    def work(session: Session) -> None:
        person = make_person(session, "second@demo.example").id
        made = publish_course(session, course)
        entry = CatalogueEntry(course, made.digest or "", made.number)
        complete_lesson(session, person, entry, "lesson-9", DAY_ONE)
        settle(session, person, entry, DAY_ONE)

    unit(engine, work)


def test_what_was_made_by_the_rules_is_whole(engine: Engine) -> None:
    a_history(engine)
    assert faults(engine) == []


def test_erasing_a_value_leaves_the_rest_whole(engine: Engine) -> None:
    sitting = a_history(engine)
    sitting.do(lambda s: s.execute(text("DELETE FROM answer_payload WHERE n = 1")))
    assert faults(engine) == []


@pytest.fixture
def spoilt(engine: Engine, tmp_path: Path) -> Copy:
    """Change a copy of a SQLite database by hand, without its guards."""
    path = Path(make_url(str(engine.url)).database or "")

    def spoil(statement: str) -> list[str]:
        copy = tmp_path / "copy.sqlite"
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(path, copy)
        with sqlite3.connect(copy) as raw:
            names = raw.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
            for (name,) in names.fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            assert raw.execute(statement).rowcount > 0
        raw.close()
        copied = connect(f"sqlite:///{copy}")
        found = faults(copied)
        copied.dispose()
        return found

    return spoil


SPOILT = [
    ("UPDATE answer_event SET seq = seq + 1 WHERE n = 2", "event 2"),
    ("UPDATE answer_event SET is_applied = 1 WHERE n = 3", "event 3"),
    ("UPDATE answer_event SET received_at = received_at + 1 WHERE n = 5", "event 5"),
    ("DELETE FROM answer_event WHERE n = 4", "event 4 is missing"),
    ("UPDATE answer_payload SET response = '2' WHERE n = 2", "event 2: its value"),
    ("UPDATE answer_payload SET salt = 'x' WHERE n = 1", "event 1: its value"),
    ("UPDATE answer_payload SET response = '[1' WHERE n = 2", "cannot be read"),
    ("UPDATE answer SET response = '3' WHERE question_id = 'capital'", "capital"),
    ("DELETE FROM answer WHERE question_id = 'organs'", "organs: it is missing"),
    ("UPDATE grading SET score = 1000, is_passed = 1", "grading 1: it says 1000"),
    ("DELETE FROM grading", "never marked"),
    ("UPDATE attempt SET event_count = 0 WHERE number = 1", "counts 0 events"),
    ("UPDATE allowance SET attempts_used = 1", "1 attempts are counted, 2 are there"),
    ("UPDATE content_version SET bundle = x'7b7d'", "content was changed"),
    ("UPDATE grading SET upto_event = 1", "grading 1: it leaves out answers"),
    ("UPDATE attempt SET deadline_at = started_at - 10000000", "came after the end"),
    (
        "UPDATE grading SET attempt_id = (SELECT id FROM attempt WHERE number = 2)",
        "it is open and was marked",
    ),
    (
        "INSERT INTO media_file VALUES ('ab', 'image/png', x'00', 0)",
        "media file ab: its content was changed",
    ),
    (
        "INSERT INTO media_file VALUES ('ab', 'image/png', x'00', 0)",
        "media file ab: no version shows it",
    ),
    ("UPDATE report_line SET attempts = 3", "attempts is 3, the facts give 2"),
    ("UPDATE report_line SET completed_on = '2026-01-01'", "completed_on"),
    ("UPDATE report_line SET course_version = 9", "was never published"),
    ("DELETE FROM report_line", "no report line tells of it"),
    ("DELETE FROM lesson_completion", "not done by then"),
    ("UPDATE completion SET course_version = 9", "never published under its number"),
    ("UPDATE completion SET recorded_at = 0", "not done by then"),
]


def test_what_was_changed_by_hand_is_named(engine: Engine, spoilt: Copy) -> None:
    if engine.dialect.name != "sqlite":
        return
    a_history(engine)
    for statement, fault in SPOILT:
        found = spoilt(statement)
        assert any(fault in line for line in found), (statement, found)


def test_a_flipped_byte_is_named(engine: Engine, spoilt: Copy) -> None:
    if engine.dialect.name != "sqlite":
        return
    a_history(engine)
    flip = "UPDATE answer_event SET payload_sha = 'f' || substr(payload_sha, 2)"
    found = spoilt(f"{flip} WHERE n = 1 AND substr(payload_sha, 1, 1) <> 'f'")
    assert any("event 1" in line for line in found)
