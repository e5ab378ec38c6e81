"""What the worker does between rounds of sleep."""

import uuid
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from trainer.accounts.commands import sign_ins
from trainer.accounts.queries import ministries
from trainer.assessment.commands import expire
from trainer.assessment.queries import overdue_attempts
from trainer.courses.catalogue import Catalogue, CatalogueEntry
from trainer.database import unit
from trainer.progress.commands import clear_out, restate, settle
from trainer.progress.queries.courses import newly_posted, outpaced


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


def sweep_sign_ins(engine: Engine, now: datetime) -> None:
    """Clear away sign-ins, links and guesses that have ended."""
    unit(engine, lambda session: sign_ins.sweep(session, now))


def renew_lines(engine: Engine, catalogue: Catalogue, now: datetime) -> None:
    """Record anew the report lines of people whose posting has begun since."""
    with Session(engine) as session:
        people = newly_posted(session, now)
    for person_id in people:
        unit(engine, partial(_renew, person_id, catalogue, now))


def follow_versions(engine: Engine, catalogue: Catalogue, now: datetime) -> None:
    """Settle anew the people on the way through courses that have changed."""
    for entry in catalogue.entries:
        with Session(engine) as session:
            people = outpaced(session, entry, now)
        for person_id in people:
            unit(engine, partial(_settle, person_id, entry, now))


def tidy_lines(engine: Engine, now: datetime) -> None:
    """Remove report lines that no past day shows, of the day before yesterday."""
    day = now.date() - timedelta(days=2)
    with Session(engine) as session:
        places = [ministry.id for ministry in ministries(session)]
    for ministry_id in places:
        unit(engine, partial(_tidy, ministry_id, day))


def _renew(
    person_id: uuid.UUID, catalogue: Catalogue, now: datetime, session: Session
) -> None:
    restate(session, person_id, catalogue, now)


def _settle(
    person_id: uuid.UUID, entry: CatalogueEntry, now: datetime, session: Session
) -> None:
    settle(session, person_id, entry, now)


def _tidy(ministry_id: uuid.UUID, day: date, session: Session) -> None:
    clear_out(session, ministry_id, day)


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
