"""Give places on courses and order that they be taken."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from trainer.courses.model import Course
from trainer.database import Base
from trainer.enrolment import queries
from trainer.enrolment.models import Assignment, Enrolment
from trainer.errors import NotFoundError, gettext_noop


def enrol(
    session: Session, person_id: uuid.UUID, course_id: str, now: datetime
) -> bool:
    """Give a person a place on a course; True when there was none before."""
    place = {"person_id": person_id, "course_id": course_id, "recorded_at": now}
    return add_once(session, Enrolment, place)


def admit(
    session: Session, person_id: uuid.UUID, course: Course, now: datetime
) -> bool:
    """Enrol a person who opens a course, when it is open to them.

    Raise NotFoundError when the course is only for those assigned to it.
    """
    if not queries.may_open(session, person_id, course):
        message = gettext_noop("There is no such course.")
        raise NotFoundError(message)
    return enrol(session, person_id, course.id, now)


def assign(
    session: Session,
    person_id: uuid.UUID,
    course_id: str,
    due_on: date | None,
    now: datetime,
) -> bool:
    """Order a person to take a course by a day; False when that order stands."""
    standing = session.execute(
        select(Assignment.due_on)
        .where(Assignment.person_id == person_id, Assignment.course_id == course_id)
        .order_by(Assignment.recorded_at.desc(), Assignment.id.desc())
        .limit(1)
    ).first()
    if standing is not None and standing.due_on == due_on:
        return False
    session.add(
        Assignment(
            person_id=person_id, course_id=course_id, due_on=due_on, recorded_at=now
        )
    )
    session.flush()
    return True


def add_once(session: Session, model: type[Base], row: Mapping[str, Any]) -> bool:
    """Insert a row unless one with its key stands; True when it was inserted.

    Safe when two transactions add the same row: the later one adds nothing.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    target = cast("Table", model.__table__)
    added = insert(target).values(**row).on_conflict_do_nothing()
    return session.execute(added.returning(*target.primary_key)).first() is not None
