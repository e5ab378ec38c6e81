"""The body of a lesson: drawn once for each version, then completed for a learner.

What is the same for everybody is held in memory by version and language. The forms
in it hold a mark where each request puts its own token.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _

from trainer.courses import markup
from trainer.courses.catalogue import find_activity
from trainer.courses.model import (
    Block,
    Callout,
    Check,
    Checklist,
    Lesson,
    Question,
    Reflection,
)
from trainer.courses.rendering.drawn import RenderedBlock, RenderedLesson
from trainer.delivery.queries import Tried
from trainer.delivery.views.canvas import (
    Canvas,
    Links,
    Page,
    macro,
    mark_for,
    mask,
)
from trainer.delivery.views.forms import (
    NoteBlock,
    draw_check,
    draw_hints,
    draw_note,
    messages,
    outcome_of,
    shape_of,
)
from trainer.errors import NotFoundError
from trainer.extensions import db
from trainer.publishing.queries import load_version

HELD_BODIES = 256
HELD_ANSWERS = 1024
BLOCKS = "delivery/blocks.html"
NOTES_MARK = mark_for("note")


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a body as somebody new sees it; its check or note if it is one.

    `hinted` is the check that the part offers hints to.
    """

    html: str
    check: Question | None = None
    note: NoteBlock | None = None
    hinted: Question | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What a lesson shows to everybody, in its parts."""

    canvas: Canvas
    contents: str
    pieces: tuple[Piece, ...]
    ending: str


def body_of(page: Page) -> Body:
    """Return what a lesson shows to everybody."""
    return _body(page)


def pieces_for(
    body: Body,
    tried: Mapping[str, Tried],
    errors: Mapping[str, str],
    asked: Mapping[str, int],
) -> Iterator[str]:
    """Return the parts of a body as one learner sees them, with marks for the notes.

    `errors` and `asked`, the number of hints asked for, are by check id.
    """
    for piece in body.pieces:
        html = ""
        if piece.check is not None:
            error = errors.get(piece.check.id, "")
            html = _own_check(body.canvas, piece.check, tried, error)
        elif piece.note is not None:
            html = _note_mark(piece.note)
        elif piece.hinted is not None and piece.hinted.id in asked:
            html = draw_hints(body.canvas, piece.hinted, asked[piece.hinted.id])
        yield html or piece.html


def fill_notes(html: str, body: Body, notes: Mapping[str, Any]) -> str:
    """Put what a learner ticked and wrote in place of the marks in a page."""
    for piece in body.pieces:
        if piece.note is not None:
            content = notes.get(piece.note.id)
            own = draw_note(body.canvas, piece.note, content) if content else ""
            html = html.replace(_note_mark(piece.note), own or piece.html)
    return html


def _note_mark(note: NoteBlock) -> str:
    """Return what stands in a held page where a note belongs."""
    return f"{NOTES_MARK}-{note.id}."


def notes_of(lesson: Lesson) -> dict[str, NoteBlock]:
    """Return the checklists and reflections of a lesson by id."""
    found = _walk(lesson.blocks)
    return {b.id: b for b in found if isinstance(b, Checklist | Reflection)}


def _walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Return every block, those inside callouts too."""
    for block in blocks:
        yield block
        if isinstance(block, Callout):
            yield from _walk(block.blocks)


@lru_cache(maxsize=HELD_BODIES)
def _body(page: Page) -> Body:
    """Draw a lesson as somebody new sees it."""
    drawn = markup.render_lesson(page.course, page.lesson, Links(page.course))
    canvas = Canvas(page, drawn.context)
    objectives = [
        markup.render_inline(text, context=drawn.context)
        for text in page.lesson.objectives
    ]
    opening = Piece(macro(BLOCKS, "opening")(objectives))
    return Body(
        canvas=canvas,
        contents=_contents(drawn),
        pieces=(opening, *(p for b in drawn.blocks for p in _pieces(canvas, b))),
        ending=_ending(drawn),
    )


def _contents(drawn: RenderedLesson) -> str:
    """Return the list of a lesson's headings."""
    rows = [(line.level, line.id, line.text) for line in drawn.headings]
    return macro("components/lesson.html", "contents")(rows)


def _ending(drawn: RenderedLesson) -> str:
    """Return the terms, notes and sources at the end of a lesson."""
    notes = [note for note in drawn.notes if not note.is_source]
    sources = [note for note in drawn.notes if note.is_source]
    return macro(BLOCKS, "ending")(drawn.terms, notes, sources)


def _pieces(canvas: Canvas, drawn: RenderedBlock) -> Iterator[Piece]:
    """Return the parts of a body that one block makes."""
    block = drawn.block
    if isinstance(block, Check):
        question = block.question
        html = draw_check(canvas, shape_of(canvas, question))
        yield Piece(html, check=question)
        if question.hints:
            yield Piece(draw_hints(canvas, question, 0), hinted=question)
    elif isinstance(block, Checklist | Reflection):
        yield Piece(draw_note(canvas, block, {}), note=block)
    else:
        yield Piece(mask(macro(BLOCKS, "draw")(drawn)))


def _own_check(
    canvas: Canvas, question: Question, tried: Mapping[str, Tried], error: str
) -> str:
    """Return a check as one learner left it; nothing when it was never tried."""
    if error:
        return draw_check(canvas, shape_of(canvas, question) | {"error": error})
    found = tried.get(question.id)
    return _tried_check(canvas, question, found) if found else ""


def _tried_check(canvas: Canvas, question: Question, tried: Tried) -> str:
    """Return a check with the latest answer to it and its feedback."""
    page = canvas.page
    if tried.digest != page.digest and not _is_unchanged(page, question, tried.digest):
        told = [_("This check has changed since you answered it. Try it again.")]
        return draw_check(canvas, shape_of(canvas, question), ("", told))
    return _answered_check(page, question.id, json.dumps(tried.response), tried.mark)


@lru_cache(maxsize=HELD_ANSWERS)
def _answered_check(page: Page, question_id: str, response: str, mark: int) -> str:
    """Return a check as everybody sees it who gave the same answer."""
    canvas = _body(page).canvas
    question = next(c for c in page.lesson.checks if c.id == question_id)
    given = json.loads(response)
    told = messages(canvas.context, question, given, page.lesson.language)
    shape = shape_of(canvas, question, given)
    return draw_check(canvas, shape, (outcome_of(question, mark), told))


def _is_unchanged(page: Page, question: Question, digest: str) -> bool:
    """Say whether a check was the same in the version in which it was answered."""
    try:
        before = find_activity(load_version(db.session, digest), page.lesson_id)
    except NotFoundError:
        return False
    return isinstance(before, Lesson) and question in before.checks
