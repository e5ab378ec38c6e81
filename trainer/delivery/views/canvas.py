"""What drawing a lesson needs: which page it is, its links, and masked tokens."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import current_app, get_template_attribute, url_for
from flask_wtf.csrf import generate_csrf

from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.model import Course, Lesson, Media, Question
from trainer.courses.rendering.drawn import Context
from trainer.delivery.rules import CheckPlace
from trainer.delivery.views import cards
from trainer.web import select_language


def mark_for(name: str) -> str:
    """Return a word that no author can write, to be replaced in what is held."""
    return f"{name}-{secrets.token_hex(16)}"


TOKEN_MARK = mark_for("token")


@dataclass(frozen=True, slots=True)
class Page:
    """Which lesson is drawn, in which version, interface language and installation."""

    secret: str
    digest: str
    lesson_id: str
    language: str
    course: Course = field(compare=False, repr=False)
    lesson: Lesson = field(compare=False, repr=False)

    @property
    def href(self) -> str:
        """Return the address of the lesson."""
        return cards.activity_href(self.course.id, self.lesson_id)


@dataclass(frozen=True, slots=True)
class Canvas:
    """A page with what the links in its texts lead to."""

    page: Page
    context: Context


@dataclass(frozen=True, slots=True)
class Links:
    """Where the links of a course lead on this site."""

    course: Course

    def activity(self, activity_id: str) -> str:
        """Return the address of a lesson or quiz."""
        return cards.activity_href(self.course.id, activity_id)

    def media(self, media: Media) -> str:
        """Return the address of a file."""
        name = media.name.rpartition("/")[2]
        return url_for("courses.media", sha256=media.sha256, name=name)


def page_of(entry: CatalogueEntry, lesson: Lesson) -> Page:
    """Return the key under which a lesson is held once it is drawn."""
    return Page(
        secret=str(current_app.secret_key),
        digest=entry.digest,
        lesson_id=lesson.id,
        language=select_language(),
        course=entry.course,
        lesson=lesson,
    )


def place_of(page: Page, question: Question) -> CheckPlace:
    """Return where a check stands, which its tokens depend on."""
    return CheckPlace(page.secret, page.course.id, page.lesson_id, question.id)


def macro(template: str, name: str) -> Callable[..., str]:
    """Return a macro that draws a part of a lesson."""
    return cast("Callable[..., str]", get_template_attribute(template, name))


def mask(html: str) -> str:
    """Put a mark in place of this request's token, so that a form can be held."""
    return html.replace(generate_csrf(), TOKEN_MARK)


def unmask(html: str, token: str) -> str:
    """Put a request's token in place of the mark."""
    return html.replace(TOKEN_MARK, token)
