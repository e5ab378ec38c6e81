"""One question: its heading and lines in, the question with its key out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, cast

from trainer.courses.model import Feedback, Question
from trainer.courses.questions import advice, typed, weights
from trainer.courses.questions.parts import (
    ANSWER_LABELS,
    LATER_LABELS,
    Labelled,
    Parts,
    take_apart,
)
from trainer.courses.questions.settings import ALLOWED, QuestionSettings
from trainer.courses.reading import habits, labels
from trainer.courses.reading.body import CALLOUTS, KIND
from trainer.courses.reading.braces import split_braces
from trainer.courses.reading.report import Place, Report, suggest
from trainer.courses.reading.source import Line, text_of

Scoring: TypeAlias = Literal["net", "each", "exact"]

MAX_SLUG = 40
_QUOTE = re.compile(r"^\s{0,3}>[ \t]?")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as read, and where its heading and id stand."""

    question: Question
    place: Place
    id_place: Place | None
    competency_place: Place | None


def read_question(
    heading: Line, lines: Sequence[Line], language: str, report: Report
) -> Asked:
    """Return the question under a heading; report what is wrong with it."""
    stem, braces = split_braces(heading, ALLOWED, report)
    settings = QuestionSettings(braces, report)
    if not braces.id:
        report.add("TC210", stem.place(), better=_slug(stem.text))
    parts = take_apart(lines, report)
    _check_body(parts.body, report)
    loose = [*parts.body, *(line for m in parts.marked for line in m.lines[1:])]
    is_almost = habits.check_question(loose, report)
    question = Question(
        id=braces.id,
        type="single",
        stem=stem.text,
        body=text_of(parts.body),
        points=settings.points(),
        hints=_texts(parts, "hint"),
        feedback=_feedback(parts),
        is_shuffled=settings.word("shuffle", ("yes", "no"), "yes") == "yes",
        tags=settings.words("tags"),
        competencies=settings.words("competency"),
        difficulty=settings.number("difficulty", 1, 5),
        unit=braces.text("unit"),
    )
    if is_almost and not parts.marked:
        return Asked(question, stem.place(), braces.id_place, None)
    answered = _answer(question, parts, stem, settings, language)
    item = braces.items.get("competency")
    if answered.options or answered.accepted or answered.truth is not None:
        advice.advise(answered, parts, stem, report)
    return Asked(answered, stem.place(), braces.id_place, item.place if item else None)


def _check_body(body: Sequence[Line], report: Report) -> None:
    """Report blocks that cannot stand in the text of a question."""
    for line in body:
        quote = _QUOTE.match(line.text)
        kind = KIND.match(line.text, quote.end()) if quote else None
        if quote and kind and kind[1].lower() not in CALLOUTS:
            place = line.place(quote.end(), kind.end(2) - quote.end())
            known = [f"[!{name.upper()}]" for name in CALLOUTS]
            name = f"[!{kind[1]}]"
            report.add("TC111", place, name=name, **suggest(name, known))


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower())
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode())
    return "-".join(words)[:MAX_SLUG].strip("-") or "question"


def _texts(parts: Parts, key: str) -> tuple[str, ...]:
    found = (text_of(part.lines).strip() for part in parts.labelled if part.key == key)
    return tuple(text for text in found if text)


def _feedback(parts: Parts) -> Feedback:
    def joined(key: str) -> str:
        return "\n\n".join(_texts(parts, key))

    return Feedback(
        explanation=joined("explanation"),
        if_correct=joined("if_correct"),
        if_partly=joined("if_partly"),
        if_wrong=joined("if_wrong"),
        source=joined("source"),
    )


def _answer(
    question: Question,
    parts: Parts,
    stem: Line,
    settings: QuestionSettings,
    language: str,
) -> Question:
    """Return the question with its answers; report where there are none or two."""
    report = settings.report
    sets = [part for part in parts.labelled if part.key in ANSWER_LABELS]
    for later in parts.labelled:
        if later.key in LATER_LABELS:
            report.add("TC111", later.place, **_NOT_YET, name=later.key)
            return question
    if len(sets) + bool(parts.marked) > 1:
        second = sets[0].place if parts.marked else sets[1].place
        report.add("TC221", second)
        return question
    if parts.marked:
        return _choose(question, parts, settings)
    if not sets:
        report.add("TC201", stem.place())
        return question
    if sets[0].key == "scale":
        levels = typed.read_levels(sets[0], report)
        scale = replace(question, type="scale", points=0, options=levels)
        settings.check_type(scale)
        return replace(scale, is_shuffled=False)
    return _type(question, sets[0], stem, settings, language)


def _choose(question: Question, parts: Parts, settings: QuestionSettings) -> Question:
    options = weights.read_options(parts.marked, settings.report)
    is_single = parts.marked[0].bracket == "("
    found = replace(
        question, type="single" if is_single else "multiple", options=options
    )
    settings.check_type(found)
    if not is_single:
        scoring = settings.word("scoring", ("net", "each", "exact"), "net")
        found = replace(found, scoring=cast("Scoring", scoring))
    return found


def _type(
    question: Question,
    label: Labelled,
    stem: Line,
    settings: QuestionSettings,
    language: str,
) -> Question:
    report = settings.report
    answers = typed.read_typed(label, report)
    if not answers:
        report.add("TC207" if label.lines else "TC201", label.place)
        return replace(question, type="text")
    forced = settings.braces.text("type")
    truth = labels.truth(answers[0].text) if len(answers) == 1 else None
    if truth is not None and forced not in {"text", "number"}:
        found = replace(question, type="truefalse", truth=truth)
        found = replace(found, feedback=_with_answer(found, answers[0]))
    elif forced == "number" or (forced != "text" and typed.looks_numeric(answers)):
        ranges = typed.read_numbers(answers, language, report)
        found = replace(question, type="number", accepted=ranges)
    else:
        words = typed.read_texts(answers, report)
        found = replace(
            question,
            type="text",
            accepted=words,
            case="exact" if _is_exact(settings) else "fold",
            typos=settings.number("typos", 0, 2) or 0,
        )
    if found.type != "truefalse" and all(a.weight < 1 for a in answers):
        report.add("TC203", answers[0].line.place(), mark="[100%]")
    settings.check_type(found)
    return found


def _is_exact(settings: QuestionSettings) -> bool:
    return settings.word("case", ("exact", "fold"), "fold") == "exact"


def _with_answer(question: Question, answer: typed.Typed) -> Feedback:
    """Return feedback in which the quote below true or false speaks of wrong ones."""
    quoted = text_of(answer.feedback)
    if not quoted or question.feedback.if_wrong:
        return question.feedback
    return replace(question.feedback, if_wrong=quoted)


_NOT_YET = {
    "suggestion": "this kind of answer comes with a later version",
    "suggestion_id": "jenis jawaban ini menyusul pada versi berikutnya",
}
