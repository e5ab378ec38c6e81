"""What pages show of one course: the values that templates draw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import format_decimal, format_percent
from flask_babel import gettext as _

from trainer.courses.model import Activity, Lesson, Module, Quiz
from trainer.progress.rules import ActivityProgress, CourseProgress, Place


@dataclass(frozen=True, slots=True)
class CourseCard:
    """How far one learner is on one course, and the way on."""

    id: str
    title: str
    summary: str
    language: str
    href: str
    standing: str
    due_on: date | None
    done: int
    total: int
    minutes_left: int
    is_begun: bool
    continue_href: str
    continue_title: str
    completed_on: date | None
    score_text: str


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One lesson or quiz in the list of its module."""

    href: str
    title: str
    kind: str
    state: str
    minutes: int
    note: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ModulePart:
    """One module of a course with its activities."""

    id: str
    title: str
    summary: str
    minutes: int
    done: int
    rows: tuple[ActivityRow, ...]


@dataclass(frozen=True, slots=True)
class MissingItem:
    """One thing that completion still needs."""

    href: str
    title: str
    note: str


def course_href(course_id: str) -> str:
    """Return the address of a course."""
    return url_for("courses.course", course_id=course_id)


def activity_href(course_id: str, activity_id: str, anchor: str | None = None) -> str:
    """Return the address of a lesson or quiz, perhaps at a place in it."""
    return url_for(
        "courses.activity",
        course_id=course_id,
        activity_id=activity_id,
        _anchor=anchor,
    )


def score_text(score: int | None) -> str:
    """Write a score in thousandths as a percentage in the reader's language."""
    return "" if score is None else str(format_percent(score / 1000, "#,##0.#%"))


def course_card(progress: CourseProgress) -> CourseCard:
    """Return what a card or the head of a course page shows."""
    course, place = progress.entry.course, progress.continue_to
    return CourseCard(
        id=course.id,
        title=course.title,
        summary=course.summary,
        language=course.language,
        href=course_href(course.id),
        standing=progress.standing,
        due_on=progress.due_on if progress.earned is None else None,
        done=progress.done_count,
        total=progress.required_count,
        minutes_left=progress.minutes_left,
        is_begun=progress.first_activity_at is not None,
        continue_href=place_href(course.id, place) if place else "",
        continue_title=_title_at(progress, place) if place else "",
        completed_on=progress.earned.recorded_at.date() if progress.earned else None,
        score_text=score_text(progress.best_score),
    )


def place_href(course_id: str, place: Place) -> str:
    """Return the address of the exact place where a learner goes on."""
    if place.attempt_id is not None:
        return url_for("quizzes.attempt", attempt_id=place.attempt_id)
    anchor = f"check-{place.check_id}" if place.check_id else None
    return activity_href(course_id, place.activity_id, anchor)


def module_parts(progress: CourseProgress) -> list[ModulePart]:
    """Return the modules of a course with what is visible in each."""
    parts = [_module_part(progress, m) for m in progress.entry.course.modules]
    return [part for part in parts if part.rows]


def missing_items(progress: CourseProgress) -> list[MissingItem]:
    """Return what completion still needs, in the order of the course."""
    items = []
    for activity_id in progress.missing:
        found = progress.of(activity_id)
        if found is not None:
            href = activity_href(progress.entry.course.id, activity_id)
            items.append(MissingItem(href, found.activity.title, _lack(found)))
    return items


def minutes_of(activities: Iterable[Activity]) -> int:
    """Return the author's minutes of several activities."""
    return sum(activity.minutes for activity in activities)


def count_kinds(activities: Sequence[Activity]) -> tuple[int, int]:
    """Return how many lessons and how many quizzes these are."""
    lessons = sum(isinstance(a, Lesson) for a in activities)
    return lessons, len(activities) - lessons


def _title_at(progress: CourseProgress, place: Place) -> str:
    """Return the title of the activity where a learner goes on."""
    found = progress.of(place.activity_id)
    return found.activity.title if found else ""


def _module_part(progress: CourseProgress, module: Module) -> ModulePart:
    """Return one module with its visible activities."""
    known = [progress.of(a.id) for a in module.activities]
    found = [a for a in known if a is not None]
    return ModulePart(
        id=module.id,
        title=module.title,
        summary=module.summary,
        minutes=minutes_of(a.activity for a in found),
        done=sum(a.state == "complete" for a in found),
        rows=tuple(_row(progress, a) for a in found),
    )


def _row(progress: CourseProgress, found: ActivityProgress) -> ActivityRow:
    """Return the line of one activity."""
    place = progress.continue_to
    return ActivityRow(
        href=activity_href(progress.entry.course.id, found.id),
        title=found.activity.title,
        kind="quiz" if isinstance(found.activity, Quiz) else "lesson",
        state=found.state,
        minutes=found.activity.minutes,
        note=_note(found),
        is_current=place is not None and place.activity_id == found.id,
    )


def _note(found: ActivityProgress) -> str:
    """Return what is worth knowing of one activity besides its state."""
    notes = [] if found.is_required else [_("Optional")]
    if found.best_score is not None:
        notes.append(_("Best score %(score)s", score=score_text(found.best_score)))
    elif isinstance(found.activity, Lesson) and found.state == "in progress":
        notes.append(_checks_note(found.activity, found.answered))
    return " · ".join(note for note in notes if note)


def _lack(found: ActivityProgress) -> str:
    """Return what an activity still lacks."""
    if isinstance(found.activity, Quiz):
        mark = format_decimal(found.activity.pass_mark)
        return str(_("Reach %(mark)s per cent", mark=mark))
    return _checks_note(found.activity, found.answered)


def _checks_note(lesson: Lesson, answered: frozenset[str]) -> str:
    """Return how many checks of a lesson are answered; nothing when it has none."""
    total = len(lesson.checks)
    done = sum(check.id in answered for check in lesson.checks)
    if not total:
        return ""
    return str(
        _("%(answered)s of %(total)s checks answered", answered=done, total=total)
    )
