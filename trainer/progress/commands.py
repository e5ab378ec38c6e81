"""Record what learners do in lessons, and settle what it comes to."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from trainer.courses import catalogue as catalogues
from trainer.courses import marking
from trainer.courses.catalogue import Catalogue, CatalogueEntry
from trainer.courses.model import Lesson, Question
from trainer.enrolment.commands import add_once, admit
from trainer.enrolment.queries import due_dates, enrolled_courses
from trainer.errors import InvalidError, NotFoundError, gettext_noop
from trainer.progress import rules
from trainer.progress.models import (
    Completion,
    LessonCompletion,
    Note,
    PracticeAnswer,
    ReportLine,
)
from trainer.progress.queries import courses as queries
from trainer.progress.queries.courses import Found, Identity
from trainer.progress.rules import CourseProgress, Earned, Outcome

TICK = timedelta(microseconds=1)
_lines = cast("Table", ReportLine.__table__)
_KEPT_APART = {"id", "recorded_at", "superseded_at"}
_STANDING = select(_lines).where(
    _lines.c.person_id == bindparam("person"), _lines.c.superseded_at.is_(None)
)
_STANDING_ON = _STANDING.where(_lines.c.course_id == bindparam("course"))
_VALUES = [c for c in _lines.columns if c.name not in _KEPT_APART]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one try at a check came to; `mark` in thousandths."""

    mark: int
    outcome: Outcome


def open_course(
    session: Session, person_id: uuid.UUID, entry: CatalogueEntry, now: datetime
) -> bool:
    """Enrol a person who opens a course and settle it; False when they had a place.

    Raise NotFoundError when the course is only for those assigned to it.
    """
    is_new = admit(session, person_id, entry.course, now)
    if is_new:
        settle(session, person_id, entry, now)
    return is_new


def complete_lesson(
    session: Session,
    person_id: uuid.UUID,
    entry: CatalogueEntry,
    lesson_id: str,
    now: datetime,
) -> bool:
    """Record that a lesson is complete, once and for all; True the first time.

    Raise InvalidError that names the checks still unanswered. The caller settles.
    """
    course = entry.course
    lesson = _open_lesson(entry, lesson_id, now)
    admit(session, person_id, course, now)
    if session.get(LessonCompletion, (person_id, course.id, lesson_id)) is not None:
        return False
    answered = queries.answered_checks(session, person_id, course.id, lesson_id)
    rest = rules.unanswered(lesson, answered)
    if rest:
        missing = "; ".join(check.stem for check in rest)
        message = f"Answer these checks first: {missing}"
        raise InvalidError(message)
    completed = {
        "person_id": person_id,
        "course_id": course.id,
        "lesson_id": lesson_id,
        "digest": entry.digest,
        "recorded_at": now,
    }
    return add_once(session, LessonCompletion, completed)


def answer_check(  # noqa: PLR0913, PLR0917 - one fact and everything that it is about
    session: Session,
    person_id: uuid.UUID,
    entry: CatalogueEntry,
    lesson: Lesson,
    question: Question,
    response: object,
    now: datetime,
) -> CheckResult:
    """Mark one try at a check and keep it. The caller settles.

    Raise InvalidError when nothing was answered or the response has another shape.
    """
    if response in (None, "", [], ()):
        message = gettext_noop("Give an answer first.")
        raise InvalidError(message)
    try:
        fraction = marking.mark(question, response, lesson.language)
    except marking.ResponseError as error:
        raise InvalidError(str(error)) from error
    mark = round(fraction * rules.FULL)
    admit(session, person_id, entry.course, now)
    session.add(
        PracticeAnswer(
            person_id=person_id,
            course_id=entry.course.id,
            lesson_id=lesson.id,
            question_id=question.id,
            digest=entry.digest,
            response=response,
            mark=mark,
            recorded_at=now,
        )
    )
    session.flush()
    return CheckResult(mark, rules.outcome(question, mark))


def keep_note(  # noqa: PLR0913, PLR0917 - one fact and everything that it is about
    session: Session,
    person_id: uuid.UUID,
    entry: CatalogueEntry,
    lesson_id: str,
    note_id: str,
    content: object,
    now: datetime,
) -> None:
    """Keep what a learner ticked or wrote to themselves; the latest stands."""
    admit(session, person_id, entry.course, now)
    session.add(
        Note(
            person_id=person_id,
            course_id=entry.course.id,
            lesson_id=lesson_id,
            note_id=note_id,
            content=content,
            recorded_at=now,
        )
    )
    session.flush()


def _open_lesson(entry: CatalogueEntry, lesson_id: str, now: datetime) -> Lesson:
    """Return a lesson that learners may open; raise NotFoundError otherwise."""
    found = catalogues.find_activity(entry.course, lesson_id)
    if not isinstance(found, Lesson) or not catalogues.is_visible(found, now):
        message = gettext_noop("There is no such lesson.")
        raise NotFoundError(message)
    return found


def settle(
    session: Session, person_id: uuid.UUID, entry: CatalogueEntry, now: datetime
) -> CourseProgress | None:
    """Work out a person's standing on a course from the facts, and record it.

    Writes the completion once, when the rule is met, and a report line whenever
    anything in it changed. None for a person who left or was never posted.
    """
    session.flush()
    identity = queries.locked_identity(session, person_id, now.astimezone(UTC).date())
    course_id = entry.course.id
    facts = queries.course_facts(session, person_id, course_id)
    progress = rules.course_progress(entry, facts, now)
    if facts.earned is None and progress.is_rule_met:
        _earn(session, person_id, entry, now)
        facts = replace(facts, earned=Earned(now, entry.number))
        progress = rules.course_progress(entry, facts, now)
    if identity is None or identity.is_left:
        _supersede(session, _current(session, person_id, course_id), now)
        return None
    if progress.enrolled_at or progress.is_assigned:
        told = _named(identity, course_id) | rules.report_values(progress)
        _record(session, {"person_id": person_id, "course_id": course_id} | told, now)
    return progress


def restate(
    session: Session, person_id: uuid.UUID, catalogue: Catalogue, now: datetime
) -> None:
    """Record a person's lines anew after they moved, were renamed or left."""
    session.flush()
    identity = queries.locked_identity(session, person_id, now.astimezone(UTC).date())
    standing = {row.course_id: row for row in _all_current(session, person_id)}
    places = [*enrolled_courses(session, person_id), *due_dates(session, person_id)]
    for course_id in dict.fromkeys([*standing, *places]):
        entry = catalogue.course(course_id)
        if entry is not None:
            settle(session, person_id, entry, now)
        elif identity is None or identity.is_left:
            _supersede(session, standing.get(course_id), now)
        elif course_id in standing:
            values = {c.name: standing[course_id]._mapping[c.name] for c in _VALUES}
            _record(session, values | _named(identity, course_id), now)


def clear_out(session: Session, ministry_id: uuid.UUID, day: date) -> int:
    """Remove the lines that began and ended on one past UTC day; return how many.

    A report shows a past day as it ended, so nothing that it can show goes.
    """
    begin = datetime.combine(day, time(), UTC)
    ended = delete(ReportLine).where(
        ReportLine.ministry_id == ministry_id,
        ReportLine.superseded_at >= begin,
        ReportLine.superseded_at < begin + timedelta(days=1),
        ReportLine.recorded_at >= begin,
    )
    done = session.execute(ended, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount


def _earn(
    session: Session, person_id: uuid.UUID, entry: CatalogueEntry, now: datetime
) -> None:
    """Write the completion of a course, once."""
    completion = {
        "person_id": person_id,
        "course_id": entry.course.id,
        "number": 1,
        "digest": entry.digest,
        "course_version": entry.number,
        "recorded_at": now,
    }
    add_once(session, Completion, completion)


def _named(identity: Identity, course_id: str) -> dict[str, Any]:
    """Return the part of a line that says who and where."""
    order = (
        identity.ministry,
        identity.mission,
        identity.family_name,
        identity.given_name,
        identity.staff_number,
        course_id,
    )
    return {
        "ministry_id": identity.ministry_id,
        "mission_id": identity.mission_id,
        "sort_key": rules.sort_key(order),
        "staff_number": identity.staff_number,
        "name": identity.name,
        "family_name": identity.family_name,
        "given_name": identity.given_name,
        "email": identity.email,
        "ministry": identity.ministry,
        "mission": identity.mission,
        "unit": identity.unit,
        "grade": identity.grade,
    }


def _all_current(session: Session, person_id: uuid.UUID) -> list[Found]:
    """Return the lines of a person that stand."""
    return list(session.connection().execute(_STANDING, {"person": person_id}))


def _current(session: Session, person_id: uuid.UUID, course_id: str) -> Found | None:
    """Return the line of a person on a course that stands, or nothing."""
    asked = {"person": person_id, "course": course_id}
    return session.connection().execute(_STANDING_ON, asked).first()


def _record(session: Session, values: dict[str, Any], now: datetime) -> None:
    """Append a line unless the one that stands says the same."""
    current = _current(session, values["person_id"], values["course_id"])
    if current is not None:
        said = current._mapping
        if all(said[name] == value for name, value in values.items()):
            return
    moment = _supersede(session, current, now)
    line = values | {"id": uuid.uuid4(), "recorded_at": moment, "superseded_at": None}
    session.execute(insert(_lines), line)


def _supersede(session: Session, current: Found | None, now: datetime) -> datetime:
    """End the line that stands; return the moment, later than its beginning."""
    if current is None:
        return now
    moment: datetime = max(now, current.recorded_at + TICK)
    session.execute(
        update(_lines)
        .where(_lines.c.id == current.id, _lines.c.superseded_at.is_(None))
        .values(superseded_at=moment)
    )
    return moment
