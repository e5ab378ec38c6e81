"""Read who has a place on which course and by when it is due."""

import uuid
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.courses.model import Course
from trainer.enrolment.models import Assignment, Enrolment


def enrolled_courses(session: Session, person_id: uuid.UUID) -> list[str]:
    """Return the ids of the courses a person has a place on, the oldest place first."""
    rows = session.scalars(
        select(Enrolment.course_id)
        .where(Enrolment.person_id == person_id)
        .order_by(Enrolment.recorded_at, Enrolment.course_id)
    )
    return list(rows)


def due_dates(session: Session, person_id: uuid.UUID) -> dict[str, date | None]:
    """Return each course a person is ordered to take and its day; the latest stands."""
    rows = session.execute(
        select(Assignment.course_id, Assignment.due_on)
        .where(Assignment.person_id == person_id)
        .order_by(Assignment.recorded_at, Assignment.id)
    )
    return {row.course_id: row.due_on for row in rows}


def is_assigned(session: Session, person_id: uuid.UUID, course_id: str) -> bool:
    """Say whether a person was ever ordered to take a course."""
    found = session.scalar(
        select(Assignment.id)
        .where(Assignment.person_id == person_id, Assignment.course_id == course_id)
        .limit(1)
    )
    return found is not None


def may_open(session: Session, person_id: uuid.UUID, course: Course) -> bool:
    """Say whether a course is open to a person: to all, or to those assigned."""
    return course.audience == "all" or is_assigned(session, person_id, course.id)
