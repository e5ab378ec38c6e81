"""What the worker does between rounds of sleep."""

import uuid
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from trainer.assessment.commands import expire
from trainer.assessment.queries import overdue_attempts
from trainer.courses.catalogue import Catalogue
from trainer.database import unit
from trainer.progress.commands import settle


def sweep_attempts(engine: Engine, catalogue: Catalogue, now: datetime) -> int:
    """Close and mark attempts whose time is over, each in a unit of its own."""
    with Session(engine) as session:
        overdue = [
            (attempt.id, attempt.person_id, attempt.course_id)
            for attempt in overdue_attempts(session, now)
        ]
    return sum(
        _close(engine, catalogue, now, attempt_id, person_id, course_id)
        for attempt_id, person_id, course_id in overdue
    )


def _close(
    engine: Engine,
    catalogue: Catalogue,
    now: datetime,
    attempt_id: uuid.UUID,
    person_id: uuid.UUID,
    course_id: str,
) -> bool:
    """Close one attempt and settle the course it belongs to."""
    entry = catalogue.course(course_id)

    def work(session: Session) -> bool:
        is_closed = expire(session, attempt_id, now)
        if is_closed and entry is not None:
            settle(session, person_id, entry, now)
        return is_closed

    return unit(engine, work)
