"""A lesson: read it, try its checks, keep notes, complete it."""

from collections.abc import Container
from datetime import datetime

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from trainer import clock
from trainer.accounts.access import visitor
from trainer.courses import markup
from trainer.courses.catalogue import CatalogueEntry, neighbours, required_ids
from trainer.courses.model import Checklist, Course, Lesson, Question
from trainer.database import unit
from trainer.delivery import access, commands, rules
from trainer.delivery.commands import Act
from trainer.delivery.queries import LessonFacts, lesson_facts
from trainer.delivery.views import bodies, cards, forms
from trainer.delivery.views.canvas import page_of, place_of
from trainer.delivery.views.lesson_pages import (
    Refusal,
    Seen,
    answers_in,
    lesson_html,
)
from trainer.errors import InvalidError, NotFoundError
from trainer.extensions import db
from trainer.web import policy, refuse_json, wants_json

bp = Blueprint("lessons", __name__)

INVALID = 422


def lesson_page(
    entry: CatalogueEntry, lesson: Lesson, now: datetime, refusal: Refusal | None = None
) -> ResponseReturnValue:
    """Draw a lesson as it stands for the visitor; the first opening enrols."""
    course, person = entry.course, visitor()
    facts = lesson_facts(db.session, person.id, course.id, lesson.id)
    if not facts.is_enrolled:
        access.join(entry, now)
    beside = neighbours(course, lesson.id, now)
    done, total = _done(course, facts, now)
    seen = Seen(
        page=page_of(entry, lesson),
        roles=person.roles,
        tried=answers_in(lesson, facts),
        is_complete=lesson.id in facts.marks.lessons,
        done=done,
        total=total,
        previous=beside.previous.id if beside.previous else "",
        next=beside.next.id if beside.next else "",
    )
    return lesson_html(seen, facts.notes, refusal), INVALID if refusal else 200


@bp.post("/courses/<course_id>/<lesson_id>/checks/<question_id>")
@policy("learner")
def check(course_id: str, lesson_id: str, question_id: str) -> ResponseReturnValue:
    """Take one answer to a check and give its feedback."""
    act = _act(course_id, lesson_id)
    question = _find_check(act.lesson, question_id)
    try:
        response = rules.read_response(
            question,
            _sent("answer"),
            place_of(page_of(act.entry, act.lesson), question),
        )
    except InvalidError:
        text = _("The lesson has changed. Load the page again and answer once more.")
        return _refuse(act, question, text)
    if response is None:
        return _refuse(act, question, _("Choose or write an answer first."))
    result = unit(
        db.engine, lambda session: commands.try_check(session, act, question, response)
    )
    if not wants_json():
        anchor = f"check-{question.id}"
        return redirect(cards.activity_href(course_id, lesson_id, anchor), 303)
    facts = lesson_facts(db.session, act.person_id, course_id, lesson_id)
    tried = {*facts.tried, question.id}
    outcome = forms.outcome_of(question, result.mark)
    context = bodies.body_of(page_of(act.entry, act.lesson)).canvas.context
    told = forms.messages(context, question, response, act.lesson.language)
    return jsonify(
        {
            "outcome": outcome,
            "feedback": told,
            "announce": forms.outcome_words(outcome),
            "answered": _count_answered(act.lesson, tried),
            "total": len(act.lesson.checks),
        }
    )


@bp.post("/courses/<course_id>/<lesson_id>/notes/<note_id>")
@policy("learner")
def note(course_id: str, lesson_id: str, note_id: str) -> ResponseReturnValue:
    """Keep the ticks of a checklist or the text of a reflection."""
    act = _act(course_id, lesson_id)
    found = bodies.notes_of(act.lesson).get(note_id)
    if found is None:
        raise NotFoundError(_("This lesson has no such note."))
    content: dict[str, object]
    if isinstance(found, Checklist):
        ticks = rules.read_ticks(lesson_id, found.items, _sent("ticks"))
        content = {"ticks": ticks}
    else:
        content = {"text": rules.read_text(request.form.get("text", ""))}
    unit(db.engine, lambda session: commands.write_note(session, act, note_id, content))
    if wants_json():
        return jsonify({"saved": True, "saved_at": act.now.isoformat()})
    anchor = f"note-{note_id}"
    return redirect(cards.activity_href(course_id, lesson_id, anchor), 303)


@bp.post("/courses/<course_id>/<lesson_id>/completion")
@policy("learner")
def completion(course_id: str, lesson_id: str) -> ResponseReturnValue:
    """Complete a lesson and go on, or say which checks are still to be answered."""
    act = _act(course_id, lesson_id)
    facts = lesson_facts(db.session, act.person_id, course_id, lesson_id)
    open_checks = _open_checks(act.lesson, facts)
    if open_checks and lesson_id not in facts.marks.lessons:
        return _refuse_completion(act, open_checks)
    unit(db.engine, lambda session: commands.finish_lesson(session, act))
    after = neighbours(act.entry.course, lesson_id, act.now).next
    href = (
        cards.activity_href(course_id, after.id)
        if after is not None
        else cards.course_href(course_id)
    )
    if wants_json():
        return jsonify({"completed": True, "next": href})
    return redirect(href, 303)


def _sent(name: str) -> list[str]:
    """Return the values of a field, with or without the brackets of a list."""
    return [*request.form.getlist(name), *request.form.getlist(f"{name}[]")]


def _act(course_id: str, lesson_id: str) -> Act:
    """Return who acts where; raise NotFoundError when the lesson is not open."""
    now = clock.now()
    entry, lesson = access.open_lesson(course_id, lesson_id, now)
    return Act(visitor().id, entry, lesson, now)


def _find_check(lesson: Lesson, question_id: str) -> Question:
    """Return a check of a lesson by its id; raise NotFoundError without it."""
    found = next((c for c in lesson.checks if c.id == question_id), None)
    if found is None:
        raise NotFoundError(_("This lesson has no such check."))
    return found


def _refuse(act: Act, question: Question, text: str) -> ResponseReturnValue:
    """Say why an answer to a check was not taken."""
    if wants_json():
        return refuse_json(INVALID, "invalid", text)
    refusal = Refusal([(text, f"#check-{question.id}")], {question.id: text})
    return lesson_page(act.entry, act.lesson, act.now, refusal)


def _refuse_completion(
    act: Act, open_checks: list[tuple[int, Question]]
) -> ResponseReturnValue:
    """Say which checks are still to be answered, each with a link to it."""
    errors = [
        (
            _(
                "Answer check %(number)s: %(question)s",
                number=number,
                question=markup.render_inline(question.stem).striptags(),
            ),
            f"#check-{question.id}",
        )
        for number, question in open_checks
    ]
    if wants_json():
        message = _("Some checks are not answered yet.")
        missing = [question.id for _number, question in open_checks]
        return refuse_json(INVALID, "invalid", message, missing=missing)
    return lesson_page(act.entry, act.lesson, act.now, Refusal(errors))


def _open_checks(lesson: Lesson, facts: LessonFacts) -> list[tuple[int, Question]]:
    """Return the checks that are not answered yet, each with its number."""
    numbered = enumerate(lesson.checks, start=1)
    return [(n, question) for n, question in numbered if question.id not in facts.tried]


def _count_answered(lesson: Lesson, tried: Container[str]) -> int:
    """Return how many checks of a lesson are answered."""
    return sum(question.id in tried for question in lesson.checks)


def _done(course: Course, facts: LessonFacts, now: datetime) -> tuple[int, int]:
    """Return how many required activities are complete, and how many there are."""
    required = required_ids(course, now)
    if facts.is_earned:
        return len(required), len(required)
    complete = rules.completed_ids(course, facts.marks)
    return sum(id_ in complete for id_ in required), len(required)
