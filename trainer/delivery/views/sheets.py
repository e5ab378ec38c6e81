"""What a learner sees of the questions of one attempt: built from an explicit list.

No mark, key or feedback enters a sheet unless `Due` says that it may be shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from trainer.assessment.rules import scoring, tokens
from trainer.courses import marking, markup
from trainer.courses.rendering.drawn import Context, RenderedQuestion
from trainer.delivery.views.canvas import Links

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trainer.assessment.models import Attempt
    from trainer.courses.model import Accepted, Course, Question, Quiz

TYPED = frozenset({"text", "number"})
HELD_QUESTIONS = 2048


@dataclass(frozen=True, slots=True)
class Paper:
    """One attempt with the course and quiz in the version that it is pinned to."""

    attempt: Attempt
    course: Course
    quiz: Quiz

    def html(self, text: str) -> str:
        """Turn an author's Markdown into HTML."""
        context = Context(self.course, Links(self.course))
        return markup.render(text, context=context) if text else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one version: the key under which its HTML is held."""

    digest: str
    quiz_id: str
    question_id: str
    course: Course = field(compare=False)
    question: Question = field(compare=False)


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


def sheets(paper: Paper, filled: Filled, due: Due) -> list[Sheet]:
    """Return the questions of an attempt, in its order, with the truth that is due."""
    questions = tokens.question_order(paper.attempt.seed, paper.quiz)
    return [
        _sheet(paper, (number, question), filled, due)
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


@lru_cache(maxsize=HELD_QUESTIONS)
def _drawn(asked: Asked) -> RenderedQuestion:
    """Return a question's HTML, drawn once for each version."""
    context = Context(asked.course, Links(asked.course))
    return markup.render_question(asked.question, context=context)


def _sheet(
    paper: Paper, numbered: tuple[int, Question], filled: Filled, due: Due
) -> Sheet:
    """Return one question; its mark and messages only when feedback is due."""
    number, question = numbered
    response = filled.responses.get(question.id)
    is_written = question.type in TYPED and response is not None
    mark = filled.marks.get(question.id, 0)
    asked = Asked(
        paper.attempt.digest, paper.quiz.id, question.id, paper.course, question
    )
    drawn = _drawn(asked)
    return Sheet(
        id=question.id,
        type=question.type,
        number=number,
        total=len(paper.quiz.questions),
        stem_html=drawn.stem,
        body_html=drawn.body,
        options=_choices(paper, question, drawn.options, response, due),
        value=str(response) if is_written else "",
        unit=question.unit,
        is_answered=response is not None,
        rev=filled.revs.get(question.id, 0),
        error=filled.errors.get(question.id, ""),
        outcome=scoring.outcome(question, mark) if due.feedback else "",
        messages=_messages(paper, question, response, due),
        mark_text=_mark_text(question, mark) if due.feedback else "",
    )


def _choices(
    paper: Paper,
    question: Question,
    drawn: tuple[str, ...],
    response: object,
    due: Due,
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
        _choice(
            paper, (question, position), drawn[position - 1], position in picked, due
        )
        for position in tokens.option_order(paper.attempt.seed, paper.quiz, question)
    )


def _choice(
    paper: Paper, place: tuple[Question, int], html: str, is_chosen: bool, due: Due
) -> Choice:
    """Return one answer to choose, with its feedback when that is due."""
    question, position = place
    option = question.options[position - 1]
    is_told = due.key or (due.feedback and is_chosen)
    return Choice(
        token=tokens.token(paper.attempt.token_key, question.id, position),
        html=html,
        is_chosen=is_chosen,
        is_correct=due.key and option.is_correct and question.type != "scale",
        feedback_html=paper.html(option.feedback) if is_told else "",
    )


def _messages(
    paper: Paper, question: Question, response: object, due: Due
) -> tuple[str, ...]:
    """Return what the author says to a response, as far as it is due."""
    found: list[str] = []
    if due.feedback:
        beside = {option.feedback for option in question.options}
        said = marking.feedback_for(question, response, paper.quiz.language)
        texts = [text for text in said if text not in beside]
        texts += [question.feedback.explanation, question.feedback.source]
        found = [paper.html(text) for text in texts if text]
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
    return str(
        ngettext(
            "%(earned)s of %(num)s point",
            "%(earned)s of %(num)s points",
            question.points,
            earned=earned,
        )
    )
