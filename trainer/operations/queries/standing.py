"""Whether completions and report lines are what the facts come to."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.accounts.models import Posting
from trainer.courses import bundle
from trainer.courses.catalogue import CatalogueEntry
from trainer.enrolment.models import Enrolment
from trainer.errors import NotFoundError
from trainer.operations.queries.differences import Difference
from trainer.progress import rules
from trainer.progress.models import Completion, ReportLine
from trainer.progress.queries.courses import course_facts
from trainer.publishing.models import Publication
from trainer.publishing.queries import load_version

LASTING = frozenset(
    {
        "enrolled_on",
        "due_on",
        "first_activity_at",
        "last_activity_at",
        "completed_on",
        "course_version",
    }
)


def completion_differences(session: Session) -> Iterator[Difference]:
    """Yield the completions whose version asked for more than had been done."""
    rows = session.scalars(
        select(Completion).order_by(Completion.person_id, Completion.course_id)
    )
    for completion in rows.all():
        person_id, course_id = completion.person_id, completion.course_id
        place = f"completion of {course_id} by {person_id}"
        entry = _version(session, course_id, completion.course_version)
        if entry is None or entry.digest != completion.digest:
            yield Difference(place, "its version was never published under its number")
            continue
        moment = completion.recorded_at
        facts = course_facts(session, person_id, course_id)
        lessons = {id_: at for id_, at in facts.lessons.items() if at <= moment}
        known = replace(facts, earned=None, lessons=lessons)
        progress = rules.course_progress(entry, known, moment)
        if not progress.is_rule_met:
            missing = ", ".join(progress.missing) or "it required nothing"
            yield Difference(place, f"not done by then: {missing}")


def line_differences(session: Session) -> Iterator[Difference]:
    """Yield the report lines that stand and are not what the facts come to.

    Of a completed course later versions change nothing but scores and minutes, so
    there only what lasts is compared.
    """
    lines = ReportLine.__table__.c
    standing = select(ReportLine).where(lines.superseded_at.is_(None))
    told: set[tuple[uuid.UUID, str]] = set()
    for line in session.scalars(standing.execution_options(yield_per=1000)):
        told.add((line.person_id, line.course_id))
        place = f"report line {line.id}"
        entry = _version(session, line.course_id, line.course_version)
        if entry is None:
            yield Difference(place, "its version was never published")
            continue
        facts = course_facts(session, line.person_id, line.course_id)
        progress = rules.course_progress(entry, facts, line.recorded_at)
        for name, value in rules.report_values(progress).items():
            is_compared = facts.earned is None or name in LASTING
            if is_compared and getattr(line, name) != value:
                said = getattr(line, name)
                yield Difference(place, f"{name} is {said}, the facts give {value}")
    yield from _untold(session, told)


def _untold(session: Session, told: set[tuple[uuid.UUID, str]]) -> Iterator[Difference]:
    """Yield the places on courses, of people who serve, that no line tells of."""
    order = Posting.from_on, Posting.recorded_at
    served = select(Posting.person_id, Posting.is_left).order_by(*order)
    is_left = {row.person_id: row.is_left for row in session.execute(served)}
    rows = session.execute(select(Enrolment.person_id, Enrolment.course_id))
    for person_id, course_id in rows:
        if (person_id, course_id) not in told and not is_left.get(person_id, True):
            place = f"place of {person_id} on {course_id}"
            yield Difference(place, "no report line tells of it")


def _version(
    session: Session, course_id: str, number: int | None
) -> CatalogueEntry | None:
    """Return a course as it was published under a number, or nothing."""
    publication = session.get(Publication, (course_id, number))
    if number is None or publication is None or publication.digest is None:
        return None
    try:
        course = load_version(session, publication.digest)
    except (NotFoundError, bundle.BundleError):
        return None  # its digest has told so already
    return CatalogueEntry(course, publication.digest, number)
