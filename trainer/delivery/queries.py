"""Read what one learner did in one lesson, and what stands on their record."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    bindparam,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from trainer.assessment.models import Attempt, Grading
from trainer.enrolment.models import Enrolment
from trainer.progress.models import (
    Completion,
    LessonCompletion,
    Note,
    PracticeAnswer,
)


@dataclass(frozen=True, slots=True)
class Tried:
    """The latest answer to one check: `mark` in thousandths, `digest` its version."""

    response: Any
    mark: int
    digest: str


@dataclass(frozen=True, slots=True)
class LessonFacts:
    """What one learner did in one lesson, and completed in its course."""

    is_enrolled: bool = False
    completed: frozenset[str] = frozenset()
    tried: Mapping[str, Tried] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordedCompletion:
    """One course that was completed, when, and in which version."""

    course_id: str
    digest: str
    course_version: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedScore:
    """One graded attempt; the score and the pass mark in thousandths."""

    attempt_id: uuid.UUID
    course_id: str
    quiz_id: str
    digest: str
    number: int
    score: int
    is_passed: bool
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordedLesson:
    """One lesson that was completed."""

    course_id: str
    lesson_id: str
    digest: str
    recorded_at: datetime


ENROLLED, ANSWER, NOTE, LESSON, QUIZ = "enrolled", "answer", "note", "lesson", "quiz"

_answers = PracticeAnswer.__table__.c
_notes = Note.__table__.c
_lessons = LessonCompletion.__table__.c
_enrolments = Enrolment.__table__.c
_attempts = Attempt.__table__.c
_gradings = Grading.__table__.c
_person: BindParameter[Any] = bindparam("person")
_course: BindParameter[Any] = bindparam("course")
_lesson: BindParameter[Any] = bindparam("lesson")
_nothing: ColumnClause[Any] = literal_column("NULL")

# One statement for the page that is opened most; built once, so that only its
# values change.
_FACTS = union_all(
    select(
        literal(ANSWER).label("kind"),
        _answers.question_id.label("id"),
        _answers.response.label("content"),
        _answers.mark.label("mark"),
        _answers.digest.label("digest"),
        _answers.recorded_at.label("recorded_at"),
    ).where(
        _answers.person_id == _person,
        _answers.course_id == _course,
        _answers.lesson_id == _lesson,
    ),
    select(
        literal(NOTE),
        _notes.note_id,
        _notes.content,
        literal(0),
        literal(""),
        _notes.recorded_at,
    ).where(
        _notes.person_id == _person,
        _notes.course_id == _course,
        _notes.lesson_id == _lesson,
    ),
    select(
        literal(LESSON),
        _lessons.lesson_id,
        _nothing,
        literal(0),
        literal(""),
        _lessons.recorded_at,
    ).where(_lessons.person_id == _person, _lessons.course_id == _course),
    select(
        literal(ENROLLED),
        _enrolments.course_id,
        _nothing,
        literal(0),
        literal(""),
        _enrolments.recorded_at,
    ).where(_enrolments.person_id == _person, _enrolments.course_id == _course),
    select(
        literal(QUIZ),
        _attempts.quiz_id,
        _nothing,
        literal(0),
        literal(""),
        _attempts.started_at,
    )
    .join_from(
        Attempt.__table__, Grading.__table__, _gradings.attempt_id == _attempts.id
    )
    .where(
        _attempts.person_id == _person,
        _attempts.course_id == _course,
        _gradings.is_passed,
    ),
).order_by("recorded_at")


def lesson_facts(
    session: Session, person_id: uuid.UUID, course_id: str, lesson_id: str
) -> LessonFacts:
    """Return everything that a lesson's page shows of one learner, in one statement."""
    rows = session.connection().execute(
        _FACTS, {"person": person_id, "course": course_id, "lesson": lesson_id}
    )
    is_enrolled, completed = False, set()
    tried: dict[str, Tried] = {}
    notes: dict[str, Any] = {}
    for kind, id_, content, mark, digest, _moment in rows:
        if kind == ANSWER:
            tried[id_] = Tried(content, mark, digest)
        elif kind == NOTE:
            notes[id_] = content
        elif kind == ENROLLED:
            is_enrolled = True
        else:
            completed.add(id_)
    return LessonFacts(is_enrolled, frozenset(completed), tried, notes)


def completions(session: Session, person_id: uuid.UUID) -> list[RecordedCompletion]:
    """Return what a learner completed, the latest first."""
    rows = session.execute(
        select(
            Completion.course_id,
            Completion.digest,
            Completion.course_version,
            Completion.recorded_at,
        )
        .where(Completion.person_id == person_id)
        .order_by(Completion.recorded_at.desc(), Completion.course_id)
    )
    return [RecordedCompletion(*row) for row in rows]


def scores(session: Session, person_id: uuid.UUID) -> list[RecordedScore]:
    """Return a learner's graded attempts with their latest grading, newest first."""
    rows = session.execute(
        select(
            Attempt.id,
            Attempt.course_id,
            Attempt.quiz_id,
            Attempt.digest,
            Attempt.number,
            Grading.score,
            Grading.is_passed,
            Attempt.closed_at,
        )
        .join(Grading, Grading.attempt_id == Attempt.id)
        .where(Attempt.person_id == person_id, Attempt.closed_at.is_not(None))
        .order_by(Attempt.closed_at, Grading.revision)
    )
    latest = {row.id: RecordedScore(*row) for row in rows}
    return list(reversed(latest.values()))


def completed_lessons(session: Session, person_id: uuid.UUID) -> list[RecordedLesson]:
    """Return the lessons that a learner completed, the latest first."""
    rows = session.execute(
        select(
            LessonCompletion.course_id,
            LessonCompletion.lesson_id,
            LessonCompletion.digest,
            LessonCompletion.recorded_at,
        )
        .where(LessonCompletion.person_id == person_id)
        .order_by(LessonCompletion.recorded_at.desc(), LessonCompletion.lesson_id)
    )
    return [RecordedLesson(*row) for row in rows]
