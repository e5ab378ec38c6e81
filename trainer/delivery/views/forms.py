"""Draw the forms inside a lesson: checks, checklists and reflections."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from flask_babel import gettext as _

from trainer.courses import marking, markup
from trainer.courses.model import Checklist, Question, Reflection
from trainer.courses.rendering.drawn import Context
from trainer.delivery import rules
from trainer.delivery.views.canvas import Canvas, macro, mask, place_of
from trainer.progress.rules import outcome

NoteBlock: TypeAlias = Checklist | Reflection


def draw_check(
    canvas: Canvas,
    shape: dict[str, Any],
    result: tuple[str, list[str]] | None = None,
) -> str:
    """Return the form of a check; `result` is the outcome and what is said of it."""
    word, told = result or ("", [])
    draw = macro("components/question.html", "check")
    action = f"{canvas.page.href}/checks/{shape['id']}"
    return mask(draw(shape, action, word, told, result is not None))


def draw_hints(canvas: Canvas, question: Question, asked: int) -> str:
    """Return the hints of a check that were asked for, and the way to the next."""
    shown = [
        markup.render(hint, context=canvas.context) for hint in question.hints[:asked]
    ]
    href = ""
    if asked < len(question.hints):
        href = f"?hint={question.id}&count={asked + 1}#check-{question.id}"
    return macro("delivery/blocks.html", "hints")(question.id, shown, href)


def shape_of(
    canvas: Canvas, question: Question, response: object = None
) -> dict[str, Any]:
    """Return what the browser may know of a check: never its key or feedback."""
    picked = response if isinstance(response, list) else [response]
    shown = markup.render_question(question, context=canvas.context)
    if question.type == "truefalse":
        options = _truths(picked)
    else:
        options = [
            {
                "token": option.token,
                "html": shown.options[option.position - 1],
                "is_chosen": option.position in picked,
            }
            for option in rules.shown_options(question, place_of(canvas.page, question))
        ]
    return {
        "id": question.id,
        "type": question.type,
        "stem_html": shown.stem,
        "body_html": shown.body,
        "unit": question.unit,
        "value": response if question.type in rules.TYPED else None,
        "options": options,
    }


def messages(
    context: Context, question: Question, response: object, language: str
) -> list[str]:
    """Return the feedback due for a response, as HTML, in reading order."""
    feedback = question.feedback
    texts = (
        *marking.feedback_for(question, response, language),
        feedback.explanation,
        feedback.source,
    )
    return [markup.render(text, context=context) for text in texts if text]


def outcome_of(question: Question, mark: int) -> str:
    """Return the word for a mark in thousandths; nothing where no answer is right."""
    word = outcome(question, mark)
    return "" if word == "noted" else word


def outcome_words(word: str) -> str:
    """Return what is read out for an outcome."""
    words = {
        "correct": _("Correct"),
        "partly": _("Partly correct"),
        "wrong": _("Not correct"),
    }
    return str(words.get(word) or _("Answered"))


def draw_note(canvas: Canvas, note: NoteBlock, content: Mapping[str, Any]) -> str:
    """Return the form of a checklist or reflection with what is kept in it."""
    action = f"{canvas.page.href}/notes/{note.id}"
    title = markup.render_inline(note.title, context=canvas.context)
    if isinstance(note, Checklist):
        items = [_item(canvas, text, content.get("ticks", [])) for text in note.items]
        draw = macro("components/lesson.html", "checklist")
        return mask(draw(note.id, title, items, action))
    draw = macro("components/lesson.html", "reflection")
    prompt = markup.render(note.text, context=canvas.context)
    text = content.get("text", "")
    return mask(draw(note.id, title, prompt, text, action, note.minutes or 0))


def _truths(picked: list[Any]) -> list[dict[str, object]]:
    """Return the two answers of a true-or-false question."""
    return [
        {"token": "true", "html": _("True"), "is_chosen": True in picked},
        {"token": "false", "html": _("False"), "is_chosen": False in picked},
    ]


def _item(canvas: Canvas, text: str, ticks: list[str]) -> dict[str, object]:
    """Return one line of a checklist."""
    token = rules.tick_token(canvas.page.lesson_id, text)
    html = markup.render_inline(text, context=canvas.context)
    return {"value": token, "html": html, "is_ticked": token in ticks}
