"""Find the course or activity that an address names, if this learner may open it."""

from datetime import datetime

from flask_babel import gettext as _

from trainer.accounts.access import visitor
from trainer.courses.catalogue import CatalogueEntry, find_activity, is_visible
from trainer.courses.model import Activity, Course, Lesson
from trainer.database import unit
from trainer.enrolment.queries import due_dates, may_open
from trainer.errors import NotFoundError
from trainer.extensions import catalogue, db
from trainer.progress.commands import open_course as open_entry


def is_released(course: Course, now: datetime) -> bool:
    """Say whether a course may be seen at this moment."""
    return course.publish_at is None or course.publish_at <= now


def open_course(course_id: str, now: datetime) -> CatalogueEntry:
    """Return a course that is released and open to the visitor; else raise."""
    entry = catalogue().course(course_id)
    if entry is None or not is_released(entry.course, now):
        raise NotFoundError(_("There is no such course. See all courses instead."))
    if not may_open(db.session, visitor().id, entry.course):
        raise NotFoundError(_("There is no such course. See all courses instead."))
    return entry


def open_activity(
    course_id: str, activity_id: str, now: datetime
) -> tuple[CatalogueEntry, Activity]:
    """Return a course and one of its activities that is visible now; else raise."""
    entry = open_course(course_id, now)
    found = find_activity(entry.course, activity_id)
    if found is None or not is_visible(found, now):
        raise NotFoundError(_("This course has no such page. Go back to the course."))
    return entry, found


def open_lesson(
    course_id: str, lesson_id: str, now: datetime
) -> tuple[CatalogueEntry, Lesson]:
    """Return a course and one of its lessons that is visible now; else raise."""
    entry, found = open_activity(course_id, lesson_id, now)
    if not isinstance(found, Lesson):
        raise NotFoundError(_("This course has no such page. Go back to the course."))
    return entry, found


def open_courses(now: datetime) -> list[CatalogueEntry]:
    """Return the courses that the visitor may open, in the catalogue's order."""
    released = [e for e in catalogue().entries if is_released(e.course, now)]
    if all(entry.course.audience == "all" for entry in released):
        return released
    assigned = due_dates(db.session, visitor().id)
    return [
        e for e in released if e.course.audience == "all" or e.course.id in assigned
    ]


def join(entry: CatalogueEntry, now: datetime) -> None:
    """Give the visitor a place on a course that is opened for the first time."""
    person_id = visitor().id
    unit(db.engine, lambda session: open_entry(session, person_id, entry, now))
