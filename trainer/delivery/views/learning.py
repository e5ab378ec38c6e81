"""My learning, the course catalogue and my own record."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from trainer import clock
from trainer.accounts.access import visitor
from trainer.courses.catalogue import (
    CatalogueEntry,
    find_activity,
    visible_activities,
)
from trainer.courses.model import Course
from trainer.delivery import access, queries, rules
from trainer.delivery.views import cards
from trainer.enrolment.queries import due_dates, enrolled_courses
from trainer.extensions import catalogue, db
from trainer.progress.queries.courses import course_progress
from trainer.progress.rules import CourseProgress
from trainer.publishing.queries import load_version
from trainer.web import format_moment, policy

bp = Blueprint("learning", __name__)

HISTORY_LENGTH = 50


@dataclass(frozen=True, slots=True)
class CatalogueCard:
    """One course as the catalogue shows it; no standing when it was never begun."""

    title: str
    summary: str
    language: str
    href: str
    minutes: int
    lessons: int
    quizzes: int
    standing: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened, and when."""

    at: datetime
    text: str


@bp.get("/")
@policy("learner")
def home() -> ResponseReturnValue:
    """Show what is due, one way on for each course, and results."""
    found = sorted(_own_progress(clock.now()), key=rules.urgency)
    shown = [cards.course_card(progress) for progress in found]
    open_cards = [card for card in shown if card.standing not in rules.FINISHED]
    return render_template(
        "delivery/learning.html",
        first=open_cards[0] if open_cards else None,
        others=open_cards[1:],
        complete=[
            _finished_row(card) for card in shown if card.standing in rules.FINISHED
        ],
    )


@bp.get("/courses/")
@policy("learner")
def courses() -> ResponseReturnValue:
    """Show every course that the visitor may open."""
    now = clock.now()
    begun = {p.entry.course.id: p for p in _own_progress(now)}
    shown = [
        _catalogue_card(entry, begun.get(entry.course.id), now)
        for entry in access.open_courses(now)
    ]
    return render_template("delivery/courses.html", courses=shown)


@bp.get("/me")
@policy("learner")
def record() -> ResponseReturnValue:
    """Show what the visitor completed and scored."""
    person = visitor()
    completions = queries.completions(db.session, person.id)
    scores = queries.scores(db.session, person.id)
    lessons = queries.completed_lessons(db.session, person.id)
    passed = {(s.course_id, s.quiz_id) for s in scores if s.is_passed}
    return render_template(
        "delivery/record.html",
        person=person,
        figures=[
            {"label": _("Courses completed"), "value": len(completions)},
            {"label": _("Lessons completed"), "value": len(lessons)},
            {"label": _("Quizzes passed"), "value": len(passed)},
        ],
        completions=[_completion_row(row) for row in completions],
        scores=[_score_row(row) for row in scores],
        history=_history(completions, scores, lessons),
    )


def _own_progress(now: datetime) -> list[CourseProgress]:
    """Return the progress on each course the visitor joined or is ordered to take."""
    person_id = visitor().id
    wanted = dict.fromkeys(enrolled_courses(db.session, person_id))
    wanted.update(dict.fromkeys(due_dates(db.session, person_id)))
    entries = [catalogue().course(course_id) for course_id in wanted]
    return [
        course_progress(db.session, person_id, entry, now)
        for entry in entries
        if entry is not None and access.is_released(entry.course, now)
    ]


def _finished_row(card: cards.CourseCard) -> dict[str, object]:
    """Return one line of the table of completed courses."""
    return {
        "course": {"text": card.title, "href": card.href},
        "on": format_date(card.completed_on) if card.completed_on else "",
        "score": card.score_text or _("No test"),
    }


def _catalogue_card(
    entry: CatalogueEntry, progress: CourseProgress | None, now: datetime
) -> CatalogueCard:
    """Return one course of the catalogue."""
    course = entry.course
    lessons, quizzes = cards.count_kinds(visible_activities(course, now))
    return CatalogueCard(
        title=course.title,
        summary=course.summary,
        language=course.language,
        href=cards.course_href(course.id),
        minutes=cards.minutes_of(visible_activities(course, now)),
        lessons=lessons,
        quizzes=quizzes,
        standing=progress.standing if progress else "",
        done=progress.done_count if progress else 0,
        total=progress.required_count if progress else 0,
    )


def _course(course_id: str, digest: str) -> Course:
    """Return a course as it is delivered, or as it was when something happened."""
    entry = catalogue().course(course_id)
    return entry.course if entry else load_version(db.session, digest)


def _activity_title(course_id: str, activity_id: str, digest: str) -> str:
    """Return the title of an activity, now or as it was."""
    found = find_activity(_course(course_id, digest), activity_id)
    if found is None:
        found = find_activity(load_version(db.session, digest), activity_id)
    return found.title if found else activity_id


def _completion_row(row: queries.RecordedCompletion) -> dict[str, object]:
    """Return one line of the table of completed courses."""
    title = _course(row.course_id, row.digest).title
    is_delivered = catalogue().course(row.course_id) is not None
    return {
        "course": {
            "text": title,
            "href": cards.course_href(row.course_id) if is_delivered else "",
        },
        "at": format_moment(row.recorded_at),
        "version": row.course_version,
    }


def _score_row(row: queries.RecordedScore) -> dict[str, object]:
    """Return one line of the table of results."""
    return {
        "quiz": {
            "text": _activity_title(row.course_id, row.quiz_id, row.digest),
            "href": url_for("quizzes.result", attempt_id=row.attempt_id),
        },
        "course": _course(row.course_id, row.digest).title,
        "number": row.number,
        "at": format_moment(row.closed_at),
        "score": cards.score_text(row.score),
        "result": {"state": "passed" if row.is_passed else "failed"},
    }


def _history(
    completions: list[queries.RecordedCompletion],
    scores: list[queries.RecordedScore],
    lessons: list[queries.RecordedLesson],
) -> list[HistoryLine]:
    """Return the latest things that happened, newest first."""
    lines = [
        HistoryLine(
            row.recorded_at,
            _(
                "Course completed: %(title)s",
                title=_course(row.course_id, row.digest).title,
            ),
        )
        for row in completions
    ]
    lines += [
        HistoryLine(
            row.closed_at,
            _(
                "Quiz handed in: %(title)s, %(score)s",
                title=_activity_title(row.course_id, row.quiz_id, row.digest),
                score=cards.score_text(row.score),
            ),
        )
        for row in scores
    ]
    lines += [
        HistoryLine(
            row.recorded_at,
            _(
                "Lesson completed: %(title)s",
                title=_activity_title(row.course_id, row.lesson_id, row.digest),
            ),
        )
        for row in lessons
    ]
    newest = sorted(lines, key=lambda line: line.at, reverse=True)
    return newest[:HISTORY_LENGTH]
