"""Read what one person did on one course, and how far that brings them."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Row,
    Select,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from trainer.accounts.models import Ministry, Mission, Person, Posting
from trainer.assessment.models import Attempt, Grading
from trainer.courses import catalogue
from trainer.courses.catalogue import CatalogueEntry
from trainer.database import Base
from trainer.enrolment.models import Assignment, Enrolment
from trainer.progress import rules
from trainer.progress.models import (
    Completion,
    LessonCompletion,
    Note,
    PracticeAnswer,
    ReportLine,
)
from trainer.progress.rules import CourseProgress, Earned, Facts, QuizFacts

Found: TypeAlias = Row[*tuple[Any, ...]]
WEEK = timedelta(days=7)
LESSON, CHECK, NOTE = "lesson", "check", "note"
_PERSON: BindParameter[Any] = bindparam("person")
_COURSE: BindParameter[Any] = bindparam("course")
_DAY: BindParameter[Any] = bindparam("day", type_=Date)


def _of_one(model: type[Base], *columns: ColumnElement[Any]) -> Select[Any]:
    """Select columns of the rows of one person on one course."""
    table = model.__table__.c
    return select(*columns).where(
        table.person_id == _PERSON, table.course_id == _COURSE
    )


def _latest(model: type[Base], column: str, order: str) -> ColumnElement[Any]:
    """Return the value of a column in the latest row, as part of another statement."""
    table = model.__table__.c
    rows = _of_one(model, table[column]).order_by(table[order].desc())
    return rows.limit(1).scalar_subquery()


# Built once: settling runs them in every write unit of a lesson or a quiz.
_lessons, _checks = LessonCompletion.__table__.c, PracticeAnswer.__table__.c
_notes, _attempts = Note.__table__.c, Attempt.__table__
_gradings, _postings = Grading.__table__, Posting.__table__
_people, _ministries = Person.__table__, Ministry.__table__
_missions = Mission.__table__
_PLACE = select(
    _latest(Enrolment, "recorded_at", "recorded_at").label("enrolled_at"),
    _latest(Completion, "recorded_at", "number").label("completed_at"),
    _latest(Completion, "course_version", "number").label("course_version"),
    _latest(Assignment, "recorded_at", "recorded_at").label("assigned_at"),
    _latest(Assignment, "due_on", "recorded_at").label("due_on"),
)
_WORK = union_all(
    _of_one(
        LessonCompletion,
        literal(LESSON).label("kind"),
        _lessons.lesson_id.label("lesson_id"),
        literal("").label("question_id"),
        _lessons.recorded_at.label("first"),
        _lessons.recorded_at.label("last"),
    ),
    _of_one(
        PracticeAnswer,
        literal(CHECK),
        _checks.lesson_id,
        _checks.question_id,
        func.min(_checks.recorded_at),
        func.max(_checks.recorded_at),
    ).group_by(_checks.lesson_id, _checks.question_id),
    _of_one(
        Note,
        literal(NOTE),
        _notes.lesson_id,
        literal(""),
        func.min(_notes.recorded_at),
        func.max(_notes.recorded_at),
    ).group_by(_notes.lesson_id),
)
_ATTEMPTS = (
    _of_one(
        Attempt,
        _attempts.c.id,
        _attempts.c.quiz_id,
        _attempts.c.state,
        _attempts.c.started_at,
        _attempts.c.closed_at,
        _gradings.c.score,
        _gradings.c.is_passed,
    )
    .select_from(
        _attempts.outerjoin(_gradings, _gradings.c.attempt_id == _attempts.c.id)
    )
    .where(_attempts.c.state != "void")
    .order_by(_attempts.c.number, _gradings.c.revision)
)
_IDENTITY = (
    select(
        _people.c.ministry_id,
        _postings.c.mission_id,
        _people.c.staff_number,
        _postings.c.name,
        _postings.c.family_name,
        _postings.c.given_name,
        _postings.c.email,
        _ministries.c.name.label("ministry"),
        _missions.c.name.label("mission"),
        _postings.c.unit,
        _postings.c.grade,
        _postings.c.is_left,
    )
    .select_from(_people)
    .join(_postings, _postings.c.person_id == _people.c.id)
    .join(_ministries, _ministries.c.id == _people.c.ministry_id)
    .join(_missions, _missions.c.id == _postings.c.mission_id)
    .where(_people.c.id == _PERSON)
    .order_by(
        (_postings.c.from_on <= _DAY).desc(),
        _postings.c.from_on.desc(),
        _postings.c.recorded_at.desc(),
    )
    .limit(1)
    .with_for_update(of=_people, key_share=True)
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is and where they serve on a day, as a report line names them."""

    ministry_id: uuid.UUID
    mission_id: uuid.UUID
    staff_number: str
    name: str
    family_name: str
    given_name: str
    email: str
    ministry: str
    mission: str
    unit: str
    grade: str
    is_left: bool


def course_progress(
    session: Session, person_id: uuid.UUID, entry: CatalogueEntry, now: datetime
) -> CourseProgress:
    """Return how far a person is on a course at this moment."""
    found = course_facts(session, person_id, entry.course.id)
    return rules.course_progress(entry, found, now)


def course_facts(session: Session, person_id: uuid.UUID, course_id: str) -> Facts:
    """Return everything recorded of a person on a course."""
    asked = {"person": person_id, "course": course_id}
    connection = session.connection()
    place: Found = connection.execute(_PLACE, asked).one()
    worked: list[Found] = list(connection.execute(_WORK, asked))
    attempts: list[Found] = list(connection.execute(_ATTEMPTS, asked))
    moments = [m for row in worked if row.kind != NOTE for m in (row.first, row.last)]
    moments += [m for row in attempts for m in (row.started_at, row.closed_at) if m]
    answered: defaultdict[str, set[str]] = defaultdict(set)
    touched: dict[str, datetime] = {}
    for row in worked:
        touched[row.lesson_id] = max(row.last, touched.get(row.lesson_id, row.last))
        if row.kind == CHECK:
            answered[row.lesson_id].add(row.question_id)
    return Facts(
        enrolled_at=place.enrolled_at,
        is_assigned=place.assigned_at is not None,
        due_on=place.due_on,
        earned=_earned(place),
        lessons={r.lesson_id: r.first for r in worked if r.kind == LESSON},
        answered={id_: frozenset(checks) for id_, checks in answered.items()},
        touched=touched,
        quizzes=_quizzes(attempts),
        first_activity_at=min(moments, default=None),
        last_activity_at=max(moments, default=None),
    )


def _earned(place: Found) -> Earned | None:
    """Return the recorded completion, if there is one."""
    if place.completed_at is None:
        return None
    return Earned(place.completed_at, place.course_version)


def _quizzes(rows: Iterable[Found]) -> dict[str, QuizFacts]:
    """Gather attempts by quiz, each with the grading that stands."""
    latest = {row.id: row for row in rows}
    by_quiz: defaultdict[str, list[Found]] = defaultdict(list)
    for row in latest.values():
        by_quiz[row.quiz_id].append(row)
    return {quiz_id: _quiz_facts(attempts) for quiz_id, attempts in by_quiz.items()}


def _quiz_facts(attempts: list[Found]) -> QuizFacts:
    """Return what the attempts at one quiz come to."""
    scores = [row.score for row in attempts if row.score is not None]
    return QuizFacts(
        attempts=len(attempts),
        best_score=max(scores, default=None),
        is_passed=any(row.is_passed for row in attempts),
        open_attempt_id=next((r.id for r in attempts if r.state == "open"), None),
        touched_at=max(row.closed_at or row.started_at for row in attempts),
    )


def answered_checks(
    session: Session, person_id: uuid.UUID, course_id: str, lesson_id: str
) -> frozenset[str]:
    """Return the ids of the checks of a lesson that were answered."""
    rows = session.scalars(
        select(PracticeAnswer.question_id)
        .where(
            PracticeAnswer.person_id == person_id,
            PracticeAnswer.course_id == course_id,
            PracticeAnswer.lesson_id == lesson_id,
        )
        .distinct()
    )
    return frozenset(rows)


def locked_identity(
    session: Session, person_id: uuid.UUID, day: date
) -> Identity | None:
    """Return who a person is on a day, and hold other settling of them until commit.

    The posting that began last stands; before the first begins, the first announced.
    Nothing when the person was never posted.
    """
    asked = {"person": person_id, "day": day}
    row = session.connection().execute(_IDENTITY, asked).first()
    return Identity(**row._mapping) if row else None


def newly_posted(session: Session, now: datetime) -> list[uuid.UUID]:
    """Return the people whose lines are older than a posting that has begun since.

    Looks a week back, so a worker that rested over a weekend misses nobody.
    """
    today = now.astimezone(UTC).date()
    lines = ReportLine.__table__.c
    rows = session.execute(
        select(_postings.c.person_id, _postings.c.from_on, func.min(lines.recorded_at))
        .join(ReportLine.__table__, lines.person_id == _postings.c.person_id)
        .where(
            lines.superseded_at.is_(None),
            _postings.c.from_on.between(today - WEEK, today),
        )
        .group_by(_postings.c.person_id, _postings.c.from_on)
    )
    late = {id_ for id_, day, told in rows if told.astimezone(UTC).date() < day}
    return sorted(late)


def outpaced(session: Session, entry: CatalogueEntry, now: datetime) -> list[uuid.UUID]:
    """Return the people on the way whose lines tell of another version of a course.

    Or of what it required before something in it was opened at its time.
    """
    lines = ReportLine.__table__.c
    required = len(catalogue.required_ids(entry.course, now))
    rows = session.scalars(
        select(lines.person_id).where(
            lines.course_id == entry.course.id,
            lines.superseded_at.is_(None),
            lines.completed_on.is_(None),
            or_(lines.course_version != entry.number, lines.required_count != required),
        )
    )
    return sorted(rows)
