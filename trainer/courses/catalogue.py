"""All published courses, found by id and walked in order."""

from dataclasses import dataclass
from datetime import datetime

from trainer.courses.model import Activity, Course, Quiz


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One course in the version now served: its digest and its version number."""

    course: Course
    digest: str
    number: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every course that is served, in a fixed order."""

    entries: tuple[CatalogueEntry, ...] = ()

    def course(self, course_id: str) -> CatalogueEntry | None:
        """Return the course of that id, or nothing."""
        return next((e for e in self.entries if e.course.id == course_id), None)

    def activity(self, course_id: str, activity_id: str) -> Activity | None:
        """Return the lesson or quiz of that id in that course, or nothing."""
        entry = self.course(course_id)
        if entry is None:
            return None
        return find_activity(entry.course, activity_id)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The activities before and after one, as a learner may open them."""

    previous: Activity | None
    next: Activity | None


def find_activity(course: Course, activity_id: str) -> Activity | None:
    """Return the lesson or quiz of that id, or nothing."""
    return next((a for a in course.activities if a.id == activity_id), None)


def is_visible(activity: Activity, now: datetime) -> bool:
    """Say whether learners may open an activity at this moment."""
    return activity.publish_at is None or activity.publish_at <= now


def visible_activities(course: Course, now: datetime) -> tuple[Activity, ...]:
    """Return what learners may open at this moment, in order."""
    return tuple(a for a in course.activities if is_visible(a, now))


def is_graded(quiz: Quiz) -> bool:
    """Say whether a quiz can give points at all."""
    return any(question.points > 0 for question in quiz.questions)


def required_ids(course: Course, now: datetime) -> tuple[str, ...]:
    """Return the ids of the activities a learner must complete, in order.

    The course's own list, or else every lesson and graded quiz that is not optional.
    What is hidden until later, removed or retired is not required.
    """
    visible = visible_activities(course, now)
    if course.requires:
        wanted = frozenset(course.requires)
        return tuple(a.id for a in visible if a.id in wanted)
    return tuple(a.id for a in visible if _is_required(a))


def _is_required(activity: Activity) -> bool:
    if activity.is_optional:
        return False
    return not isinstance(activity, Quiz) or is_graded(activity)


def neighbours(course: Course, activity_id: str, now: datetime) -> Neighbours:
    """Return what comes before and after an activity, both empty if it is unknown."""
    visible = visible_activities(course, now)
    position = next((i for i, a in enumerate(visible) if a.id == activity_id), None)
    if position is None:
        return Neighbours(None, None)
    return Neighbours(
        previous=visible[position - 1] if position else None,
        next=visible[position + 1] if position + 1 < len(visible) else None,
    )
