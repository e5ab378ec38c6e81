"""What a learner sees of the questions of one attempt: built from an explicit list.

No mark, key or feedback enters a sheet unless `Due` says that it may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask_babel import format_decimal
from flask_babel import gettext as _

from trainer.assessment.rules import scoring, tokens
from trainer.courses import marking, markup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trainer.assessment.models import Attempt
    from trainer.courses.model import Accepted, Question, Quiz

TYPED = frozenset({"text", "number"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer as a page shows it; the last two stay empty until they are due."""

    token: str
    html: str
    is_chosen: bool
    is_correct: bool = False
    feedback_html: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One question of an attempt as a page shows it."""

    id: str
    type: str
    number: int
    total: int
    stem_html: str
    body_html: str
    options: tuple[Choice, ...]
    value: str
    unit: str
    is_answered: bool
    rev: int = 0
    error: str = ""
    outcome: str = ""
    messages: tuple[str, ...] = ()
    mark_text: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """Which parts of the truth may be shown; by default none."""

    feedback: bool = False
    key: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """What one attempt's page holds, each by question id."""

    responses: Mapping[str, object]
    revs: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, int] = field(default_factory=dict)


def sheets(attempt: Attempt, quiz: Quiz, filled: Filled, due: Due) -> list[Sheet]:
    """Return the questions of an attempt, in its order, with the truth that is due."""
    questions = tokens.question_order(attempt.seed, quiz)
    return [
        _sheet(attempt, quiz, (number, question), filled, due)
        for number, question in enumerate(questions, start=1)
    ]


def spoken(question: Question, response: object) -> str:
    """Return a response in words, for a sentence about it."""
    if response is None:
        return str(_("no answer"))
    if isinstance(response, bool):
        return str(_("True")) if response else str(_("False"))
    if isinstance(response, int):
        return question.options[response - 1].text
    if isinstance(response, list | tuple):
        return "; ".join(question.options[p - 1].text for p in response)
    return str(response)


def _sheet(
    attempt: Attempt,
    quiz: Quiz,
    numbered: tuple[int, Question],
    filled: Filled,
    due: Due,
) -> Sheet:
    """Return one question; its mark and messages only when feedback is due."""
    number, question = numbered
    response = filled.responses.get(question.id)
    is_written = question.type in TYPED and response is not None
    mark = filled.marks.get(question.id, 0)
    return Sheet(
        id=question.id,
        type=question.type,
        number=number,
        total=len(quiz.questions),
        stem_html=markup.render_inline(question.stem),
        body_html=_html(question.body),
        options=_choices(attempt, quiz, question, response, due),
        value=str(response) if is_written else "",
        unit=question.unit,
        is_answered=response is not None,
        rev=filled.revs.get(question.id, 0),
        error=filled.errors.get(question.id, ""),
        outcome=scoring.outcome(question, mark) if due.feedback else "",
        messages=_messages(quiz, question, response, due),
        mark_text=_mark_text(question, mark) if due.feedback else "",
    )


def _choices(
    attempt: Attempt, quiz: Quiz, question: Question, response: object, due: Due
) -> tuple[Choice, ...]:
    """Return the answers to choose from in the order of the attempt."""
    if question.type == "truefalse":
        return tuple(
            Choice(word, label, response is truth, due.key and question.truth is truth)
            for word, truth, label in (
                ("true", True, str(_("True"))),
                ("false", False, str(_("False"))),
            )
        )
    picked = response if isinstance(response, list | tuple) else (response,)
    return tuple(
        _choice(attempt, question, position, position in picked, due)
        for position in tokens.option_order(attempt.seed, quiz, question)
    )


def _choice(
    attempt: Attempt, question: Question, position: int, is_chosen: bool, due: Due
) -> Choice:
    """Return one answer to choose, with its feedback when that is due."""
    option = question.options[position - 1]
    is_told = due.key or (due.feedback and is_chosen)
    return Choice(
        token=tokens.token(attempt.token_key, question.id, position),
        html=markup.render_inline(option.text),
        is_chosen=is_chosen,
        is_correct=due.key and option.is_correct and question.type != "scale",
        feedback_html=_html(option.feedback) if is_told else "",
    )


def _messages(
    quiz: Quiz, question: Question, response: object, due: Due
) -> tuple[str, ...]:
    """Return what the author says to a response, as far as it is due."""
    found: list[str] = []
    if due.feedback:
        beside = {option.feedback for option in question.options}
        said = marking.feedback_for(question, response, quiz.language)
        texts = [text for text in said if text not in beside]
        texts += [question.feedback.explanation, question.feedback.source]
        found = [_html(text) for text in texts if text]
    best = max(question.accepted, key=lambda a: a.weight, default=None)
    if due.key and best is not None and not best.is_pattern:
        found.append(str(_("Correct answer: %(answer)s", answer=_accepted(best))))
    return tuple(found)


def _accepted(accepted: Accepted) -> str:
    """Return an accepted answer in words."""
    if accepted.low is None or accepted.high is None:
        return accepted.text
    if accepted.low == accepted.high:
        return str(format_decimal(accepted.low))
    low, high = format_decimal(accepted.low), format_decimal(accepted.high)
    return str(_("%(low)s to %(high)s", low=low, high=high))


def _mark_text(question: Question, mark: int) -> str:
    """Say how many of its points a question earned; nothing where none are given."""
    if not question.points:
        return ""
    earned = format_decimal(question.points * mark / scoring.FULL, "#,##0.##")
    points = format_decimal(question.points)
    return str(_("%(earned)s of %(points)s points", earned=earned, points=points))


def _html(text: str) -> str:
    """Turn an author's Markdown into HTML."""
    return markup.render(text) if text else ""
