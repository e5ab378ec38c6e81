"""The whole page of a lesson, drawn once for all who see the same.

Most openings of a lesson differ in nothing but the name, the token and the notes, so
the page is held with marks in their places.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import escape

from trainer.accounts.access import visitor
from trainer.courses.catalogue import find_activity
from trainer.courses.model import Course, Lesson
from trainer.delivery.queries import LessonFacts, Tried
from trainer.delivery.views import bodies, cards
from trainer.delivery.views.canvas import Page, mark_for, mask, unmask

HELD_PAGES = 256
FLASHES = "_flashes"
COUNT = re.compile("[1-9]")
NAME_MARK, ID_MARK = mark_for("name"), mark_for("id")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What kept an act in a lesson from being taken.

    `errors` are (text, anchor) pairs for the summary, `at` gives a text by check id.
    """

    errors: list[tuple[str, str]]
    at: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a lesson's page depends on, but for the name, the token and notes.

    `tried` holds check id, response as JSON, mark and digest of each latest answer.
    """

    page: Page
    roles: frozenset[str]
    tried: tuple[tuple[str, str, int, str], ...]
    is_complete: bool
    done: int
    total: int
    previous: str
    next: str


def answers_in(
    lesson: Lesson, facts: LessonFacts
) -> tuple[tuple[str, str, int, str], ...]:
    """Return the latest answers in the form that a held page is found by."""
    tried = facts.tried
    return tuple(
        (id_, json.dumps(tried[id_].response), tried[id_].mark, tried[id_].digest)
        for id_ in (question.id for question in lesson.checks)
        if id_ in tried
    )


def lesson_html(
    seen: Seen, notes: Mapping[str, Any], refusal: Refusal | None = None
) -> str:
    """Return the page of a lesson for the visitor."""
    is_common = not (refusal or request.query_string or FLASHES in session)
    html = _held(seen) if is_common else _draw(seen, refusal)
    person = visitor()
    html = html.replace(NAME_MARK, str(escape(person.name)))
    html = bodies.fill_notes(html, bodies.body_of(seen.page), notes)
    return unmask(html.replace(ID_MARK, str(person.id)), generate_csrf())


@lru_cache(maxsize=HELD_PAGES)
def _held(seen: Seen) -> str:
    """Return the page of a lesson as all see it who stand there alike."""
    return _draw(seen, None)


def _draw(seen: Seen, refusal: Refusal | None) -> str:
    """Draw the page of a lesson with marks for the name, the token and the notes."""
    page, course, lesson = seen.page, seen.page.course, seen.page.lesson
    body = bodies.body_of(page)
    tried = {
        id_: Tried(json.loads(response), mark, digest)
        for id_, response, mark, digest in seen.tried
    }
    errors = refusal.at if refusal else {}
    drawn = render_template(
        "delivery/lesson.html",
        account={"id": ID_MARK, "name": NAME_MARK},
        lesson=lesson,
        module_title=_module_title(course, lesson),
        body=body,
        pieces=bodies.pieces_for(body, tried, errors, _hints_asked()),
        answered=sum(question.id in tried for question in lesson.checks),
        checks=len(lesson.checks),
        is_complete=seen.is_complete,
        done=seen.done,
        total=seen.total,
        errors=refusal.errors if refusal else [],
        completion_href=f"{page.href}/completion",
        previous=_link(course, seen.previous),
        next=_link(course, seen.next),
        breadcrumbs=[
            (_("Courses"), url_for("learning.courses")),
            (course.title, cards.course_href(course.id)),
            (lesson.title, ""),
        ],
    )
    return mask(drawn)


def _hints_asked() -> dict[str, int]:
    """Return how many hints to which check the address asks for."""
    count = request.args.get("count", "1")
    if "hint" not in request.args or not COUNT.fullmatch(count):
        return {}
    return {request.args["hint"]: int(count)}


def _module_title(course: Course, lesson: Lesson) -> str:
    """Return the title of the module that a lesson is in."""
    return next((m.title for m in course.modules if lesson in m.activities), "")


def _link(course: Course, activity_id: str) -> dict[str, str] | None:
    """Return the way to a neighbour of a lesson."""
    found = find_activity(course, activity_id)
    if found is None:
        return None
    return {"href": cards.activity_href(course.id, found.id), "title": found.title}
