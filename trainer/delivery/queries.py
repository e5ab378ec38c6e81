"""Read what one learner did in one lesson, and what stands on their record."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from trainer.assessment.models import Attempt, Grading
from trainer.delivery.rules import Marks
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

    is_enrolled: bool
    is_earned: bool
    marks: Marks
    tried: Mapping[str, Tried]
    notes: Mapping[str, Any]


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
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedLesson:
    """One lesson that was completed."""

    course_id: str
    lesson_id: str
    digest: str
    recorded_at: datetime


ENROLLED, EARNED, ANSWER, NOTE = "enrolled", "earned", "answer", "note"
LESSON, PASSED, HANDED_IN = "lesson", "passed", "handed in"

_answers = PracticeAnswer.__table__.c
_notes = Note.__table__.c
_lessons = LessonCompletion.__table__.c
_enrolments = Enrolment.__table__.c
_completions = Completion.__table__.c
_attempt = Attempt.__table__.alias("attempt_made")
_grading = Grading.__table__.alias("its_grading")
_attempts, _gradings = _attempt.c, _grading.c
_person: BindParameter[Any] = bindparam("person")
_course: BindParameter[Any] = bindparam("course")
_lesson: BindParameter[Any] = bindparam("lesson")
_nothing: ColumnClause[Any] = literal_column("NULL")
_last_revision = (
    select(func.max(Grading.__table__.c.revision))
    .where(Grading.__table__.c.attempt_id == _attempts.id)
    .scalar_subquery()
)

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
        literal(EARNED),
        _completions.course_id,
        _nothing,
        literal(0),
        literal(""),
        _completions.recorded_at,
    ).where(_completions.person_id == _person, _completions.course_id == _course),
    select(
        case((_gradings.is_passed, PASSED), else_=HANDED_IN),
        _attempts.quiz_id,
        _nothing,
        literal(0),
        literal(""),
        _gradings.recorded_at,
    )
    .join_from(_attempt, _grading, _gradings.attempt_id == _attempts.id)
    .where(
        _attempts.person_id == _person,
        _attempts.course_id == _course,
        _gradings.revision == _last_revision,
    ),
).order_by("recorded_at")


def lesson_facts(
    session: Session, person_id: uuid.UUID, course_id: str, lesson_id: str
) -> LessonFacts:
    """Return everything that a lesson's page shows of one learner, in one statement."""
    rows = session.connection().execute(
        _FACTS, {"person": person_id, "course": course_id, "lesson": lesson_id}
    )
    found: dict[str, dict[str, Tried]] = defaultdict(dict)
    for kind, id_, content, mark, digest, _moment in rows:
        found[kind][id_] = Tried(content, mark, digest)
    return LessonFacts(
        is_enrolled=ENROLLED in found,
        is_earned=EARNED in found,
        marks=Marks(
            lessons=frozenset(found[LESSON]),
            passed=frozenset(found[PASSED]),
            handed_in=frozenset(found[PASSED]) | frozenset(found[HANDED_IN]),
        ),
        tried=found[ANSWER],
        notes={id_: row.response for id_, row in found[NOTE].items()},
    )


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
            func.coalesce(Attempt.closed_at, Attempt.started_at),
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
