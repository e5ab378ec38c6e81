from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests import make
from tests.unit.progress.conftest import Office, at
from trainer.errors import InvalidError, NotFoundError
from trainer.progress import commands
from trainer.progress.commands import CheckResult
from trainer.progress.models import Completion, PracticeAnswer, ReportLine
from trainer.progress.queries.courses import course_progress
from trainer.progress.rules import Earned, Place


def count(office: Office, table: type) -> int:
    with Session(office.engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_course_is_complete_when_its_lessons_and_quiz_are(office: Office) -> None:
    person = office.hire("ayu")
    office.open(person, at(1))
    assert office.finish(person, "lesson-1", at(1, 10)).percent == 33
    assert office.finish(person, "lesson-2", at(1, 11)).missing == ("quiz-1",)
    assert office.sit(person, 699, at(1, 12)).standing == "in progress"
    done = office.sit(person, 700, at(1, 13))
    assert (done.standing, done.percent, done.missing) == ("complete", 100, ())
    assert (done.best_score, done.pass_mark, done.attempts) == (700, 700, 2)
    assert done.earned == Earned(at(1, 13), 1)
    assert done.continue_to is None


def test_a_lesson_needs_its_checks_answered_and_says_which(office: Office) -> None:
    person = office.hire("ayu")
    with pytest.raises(InvalidError, match="Stem of check-1"):
        office.do(
            lambda s: commands.complete_lesson(
                s, person, office.entry, "lesson-1", at(1)
            )
        )


def test_completing_a_lesson_again_changes_nothing(office: Office) -> None:
    person = office.hire("ayu")
    office.finish(person, "lesson-1", at(1))
    lines = count(office, ReportLine)
    again = office.do(
        lambda s: commands.complete_lesson(s, person, office.entry, "lesson-1", at(2))
    )
    office.act(person, at(2))
    assert again is False
    assert count(office, ReportLine) == lines


def test_every_try_at_a_check_is_kept(office: Office) -> None:
    person = office.hire("ayu")
    lesson = office.lesson(0)
    for response, outcome in ((1, "wrong"), (2, "correct")):

        def answer(session: Session, response: int = response) -> CheckResult:
            check = lesson.checks[0]
            return commands.answer_check(
                session, person, office.entry, lesson, check, response, at(1)
            )

        assert office.do(answer).outcome == outcome
    assert count(office, PracticeAnswer) == 2


@pytest.mark.parametrize("response", [None, "", [], 9, "2", True])
def test_a_check_refuses_what_is_no_answer(office: Office, response: object) -> None:
    person = office.hire("ayu")
    lesson = office.lesson(0)
    with pytest.raises(InvalidError):
        office.do(
            lambda s: commands.answer_check(
                s, person, office.entry, lesson, lesson.checks[0], response, at(1)
            )
        )
    assert count(office, PracticeAnswer) == 0


def test_a_completion_stands_when_the_course_asks_for_more(office: Office) -> None:
    ayu, budi = office.hire("ayu"), office.hire("budi")
    for person in (ayu, budi):
        office.finish(person, "lesson-1", at(1))
        office.finish(person, "lesson-2", at(1))
    office.sit(ayu, 800, at(2))
    office.publish(
        make.make_course(
            activities=(
                make.make_lesson("lesson-1"),
                make.make_lesson("lesson-3"),
                make.make_lesson("lesson-2"),
                make.make_quiz(),
            )
        )
    )
    stood, other = office.act(ayu, at(3)), office.sit(budi, 800, at(3))
    assert (stood.standing, stood.percent) == ("complete", 100)
    assert (other.standing, other.missing) == ("in progress", ("lesson-3",))
    rows = {row["name"]: row for row in office.rows(at(4))}
    assert rows["Ayu Diplomat"]["course_version"] == 1
    assert rows["Ayu Diplomat"]["completed_on"] == "2026-11-03"
    assert rows["Budi Diplomat"]["percent"] == 75


def test_a_removed_activity_is_no_longer_needed(office: Office) -> None:
    person = office.hire("ayu")
    office.finish(person, "lesson-1", at(1))
    office.sit(person, 800, at(1))
    short = (make.make_lesson("lesson-1"), make.make_quiz())
    office.publish(make.make_course(activities=short))
    assert office.act(person, at(2)).standing == "complete"


def test_a_course_for_those_assigned_is_not_there_for_others(office: Office) -> None:
    office.publish(make.make_course(audience="assigned"))
    ayu, budi = office.hire("ayu"), office.hire("budi")
    office.assign(budi, None, at(1))
    with pytest.raises(NotFoundError):
        office.open(ayu, at(1))
    assert office.open(budi, at(1)) is True


def test_the_way_goes_on_where_the_learner_stopped(office: Office) -> None:
    person = office.hire("ayu")
    two = (make.make_lesson("lesson-1", 2), make.make_lesson("lesson-2", 2))
    office.publish(make.make_course(activities=two))
    second = office.lesson(1)
    progress = office.act(
        person,
        at(1),
        lambda s: commands.answer_check(
            s, person, office.entry, second, second.checks[0], 2, at(1)
        ),
    )
    assert progress.continue_to == Place("lesson-2", check_id="check-2")


def test_notes_are_kept_and_are_no_activity(office: Office) -> None:
    person = office.hire("ayu")
    progress = office.act(
        person,
        at(1),
        lambda s: commands.keep_note(
            s, person, office.entry, "lesson-1", "ticks", [1, 2], at(1)
        ),
    )
    assert progress.standing == "not started"
    assert progress.continue_to == Place("lesson-1")


def test_settling_at_once_from_many_sides_keeps_one_line_and_one_completion(
    office: Office,
) -> None:
    person = office.hire("ayu")
    office.finish(person, "lesson-1", at(1))
    office.sit(person, 900, at(1))

    def finish(number: int) -> None:
        office.finish(person, "lesson-2", at(2) + timedelta(seconds=number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(finish, range(8)))
    assert count(office, Completion) == 1
    (row,) = office.rows(at(3))
    assert (row["status"], row["percent"]) == ("complete", 100)
    with Session(office.engine) as session:
        progress = course_progress(session, person, office.entry, at(3))
    last = progress.last_activity_at
    assert last is not None
    assert row["last_activity_at"] == last.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE report_line SET unit = 'x'",
        "UPDATE report_line SET superseded_at = NULL",
        "UPDATE completion SET course_version = 9",
        "UPDATE lesson_completion SET digest = digest",
        "UPDATE practice_answer SET mark = 1000",
        "UPDATE assignment SET due_on = NULL",
        "UPDATE posting SET unit = 'x'",
    ],
)
def test_the_database_refuses_to_change_what_was_recorded(
    office: Office, statement: str
) -> None:
    person = office.hire("ayu")
    office.assign(person, at(9).date(), at(1))
    office.finish(person, "lesson-1", at(1))
    office.finish(person, "lesson-2", at(1))
    office.sit(person, 900, at(2))
    with pytest.raises(IntegrityError, match="guard"):
        office.do(lambda s: s.execute(text(statement)))


def test_an_optional_quiz_is_not_needed(office: Office) -> None:
    extra = replace(make.make_quiz("quiz-2"), is_optional=True)
    office.publish(
        make.make_course(activities=(make.make_lesson(), make.make_quiz(), extra))
    )
    person = office.hire("ayu")
    office.finish(person, "lesson-1", at(1))
    assert office.sit(person, 700, at(1)).standing == "complete"
