"""Read what one person did on one course, and how far that brings them."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import Row, func, literal, select, union_all
from sqlalchemy.orm import Session

from trainer.accounts.models import Ministry, Mission, Person, Posting
from trainer.assessment.models import Attempt, Grading
from trainer.courses.catalogue import CatalogueEntry
from trainer.enrolment.models import Assignment, Enrolment
from trainer.progress import rules
from trainer.progress.models import Completion, LessonCompletion, Note, PracticeAnswer
from trainer.progress.rules import CourseProgress, Earned, Facts, QuizFacts

Found: TypeAlias = Row[*tuple[Any, ...]]
LESSON, CHECK, NOTE = "lesson", "check", "note"


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
    place = _place(session, person_id, course_id)
    orders = _orders(session, person_id, course_id)
    worked = _lesson_rows(session, person_id, course_id)
    attempts = _attempt_rows(session, person_id, course_id)
    moments = [m for row in worked if row.kind != NOTE for m in (row.first, row.last)]
    moments += [m for row in attempts for m in (row.started_at, row.closed_at) if m]
    answered: defaultdict[str, set[str]] = defaultdict(set)
    touched: dict[str, datetime] = {}
    for row in worked:
        touched[row.lesson_id] = max(row.last, touched.get(row.lesson_id, row.last))
        if row.kind == CHECK:
            answered[row.lesson_id].add(row.question_id)
    return Facts(
        enrolled_at=place.enrolled_at if place else None,
        is_assigned=orders is not None,
        due_on=orders.due_on if orders else None,
        earned=_earned(place),
        lessons={r.lesson_id: r.first for r in worked if r.kind == LESSON},
        answered={id_: frozenset(checks) for id_, checks in answered.items()},
        touched=touched,
        quizzes=_quizzes(attempts),
        first_activity_at=min(moments, default=None),
        last_activity_at=max(moments, default=None),
    )


def _place(session: Session, person_id: uuid.UUID, course_id: str) -> Found | None:
    """Return when a person was enrolled and what they completed, in one row."""
    return session.execute(
        select(
            Enrolment.recorded_at.label("enrolled_at"),
            Completion.recorded_at.label("completed_at"),
            Completion.course_version,
        )
        .select_from(Person)
        .outerjoin(
            Enrolment,
            (Enrolment.person_id == Person.id) & (Enrolment.course_id == course_id),
        )
        .outerjoin(
            Completion,
            (Completion.person_id == Person.id) & (Completion.course_id == course_id),
        )
        .where(Person.id == person_id)
        .order_by(Completion.number.desc())
        .limit(1)
    ).first()


def _earned(place: Found | None) -> Earned | None:
    """Return the recorded completion, if there is one."""
    if place is None or place.completed_at is None:
        return None
    return Earned(place.completed_at, place.course_version)


def _orders(session: Session, person_id: uuid.UUID, course_id: str) -> Found | None:
    """Return the order that stands, with its due day."""
    return session.execute(
        select(Assignment.due_on)
        .where(Assignment.person_id == person_id, Assignment.course_id == course_id)
        .order_by(Assignment.recorded_at.desc(), Assignment.id.desc())
        .limit(1)
    ).first()


def _lesson_rows(session: Session, person_id: uuid.UUID, course_id: str) -> list[Found]:
    """Return the completed lessons, answered checks and notes with their moments."""
    lessons = select(
        literal(LESSON).label("kind"),
        LessonCompletion.lesson_id.label("lesson_id"),
        literal("").label("question_id"),
        LessonCompletion.recorded_at.label("first"),
        LessonCompletion.recorded_at.label("last"),
    ).where(
        LessonCompletion.person_id == person_id,
        LessonCompletion.course_id == course_id,
    )
    checks = (
        select(
            literal(CHECK),
            PracticeAnswer.lesson_id,
            PracticeAnswer.question_id,
            func.min(PracticeAnswer.recorded_at),
            func.max(PracticeAnswer.recorded_at),
        )
        .where(
            PracticeAnswer.person_id == person_id,
            PracticeAnswer.course_id == course_id,
        )
        .group_by(PracticeAnswer.lesson_id, PracticeAnswer.question_id)
    )
    notes = (
        select(
            literal(NOTE),
            Note.lesson_id,
            literal(""),
            func.min(Note.recorded_at),
            func.max(Note.recorded_at),
        )
        .where(Note.person_id == person_id, Note.course_id == course_id)
        .group_by(Note.lesson_id)
    )
    return list(session.execute(union_all(lessons, checks, notes)))


def _attempt_rows(
    session: Session, person_id: uuid.UUID, course_id: str
) -> list[Found]:
    """Return every attempt with each of its gradings, the latest revision last."""
    return list(
        session.execute(
            select(
                Attempt.id,
                Attempt.quiz_id,
                Attempt.state,
                Attempt.started_at,
                Attempt.closed_at,
                Grading.score,
                Grading.is_passed,
            )
            .outerjoin(Grading, Grading.attempt_id == Attempt.id)
            .where(
                Attempt.person_id == person_id,
                Attempt.course_id == course_id,
                Attempt.state != "void",
            )
            .order_by(Attempt.number, Grading.revision)
        )
    )


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


def latest_answers(
    session: Session, person_id: uuid.UUID, course_id: str, lesson_id: str
) -> dict[str, PracticeAnswer]:
    """Return the latest answer to each check of a lesson that was tried."""
    rows = session.scalars(
        select(PracticeAnswer)
        .where(
            PracticeAnswer.person_id == person_id,
            PracticeAnswer.course_id == course_id,
            PracticeAnswer.lesson_id == lesson_id,
        )
        .order_by(PracticeAnswer.recorded_at, PracticeAnswer.id)
    )
    return {row.question_id: row for row in rows}


def latest_notes(
    session: Session, person_id: uuid.UUID, course_id: str, lesson_id: str
) -> dict[str, Any]:
    """Return what stands at each checklist and reflection of a lesson."""
    rows = session.execute(
        select(Note.note_id, Note.content)
        .where(
            Note.person_id == person_id,
            Note.course_id == course_id,
            Note.lesson_id == lesson_id,
        )
        .order_by(Note.recorded_at, Note.id)
    )
    return {row.note_id: row.content for row in rows}


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
    row = session.execute(
        select(
            Person.ministry_id,
            Posting.mission_id,
            Person.staff_number,
            Posting.name,
            Posting.family_name,
            Posting.given_name,
            Posting.email,
            Ministry.name.label("ministry"),
            Mission.name.label("mission"),
            Posting.unit,
            Posting.grade,
            Posting.is_left,
        )
        .join(Posting, Posting.person_id == Person.id)
        .join(Ministry, Ministry.id == Person.ministry_id)
        .join(Mission, Mission.id == Posting.mission_id)
        .where(Person.id == person_id)
        .order_by(
            (Posting.from_on <= day).desc(),
            Posting.from_on.desc(),
            Posting.recorded_at.desc(),
        )
        .limit(1)
        .with_for_update(of=Person, key_share=True)
    ).first()
    return Identity(**row._mapping) if row else None
