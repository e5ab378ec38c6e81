"""Advice on a question that is correct but could teach or test better."""

import re

from trainer.courses.answers.texts import normalise
from trainer.courses.model import Question
from trainer.courses.questions.parts import Parts
from trainer.courses.reading.report import Report
from trainer.courses.reading.source import Line, text_of

LONGER = 1.8
LONG = 40
SHORTEST_GIVEN_AWAY = 4
MIN_ANSWERS = 3

_ABOUT_ORDER = re.compile(
    r"\b(?:(?:all|none|both|any) of the (?:above|following|answers above)"
    r"|(?:both )?[a-e] and [a-e]\b|the (?:first|last|previous) (?:answer|option)"
    r"|semua (?:jawaban )?(?:di atas|benar)|tidak ada jawaban yang benar"
    r"|[a-e] dan [a-e]\b)",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(not|except|never|bukan|kecuali|tidak)\b", re.IGNORECASE)
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3})[^*_\n]+\1")


def advise(question: Question, parts: Parts, stem: Line, report: Report) -> None:
    """Report what may confuse learners or give the answer away."""
    if question.type == "scale":
        return
    _on_feedback(question, stem, report)
    _on_negation(stem, report)
    if question.options:
        _on_options(question, parts, report)
    _on_hints(question, parts, report)


def _on_feedback(question: Question, stem: Line, report: Report) -> None:
    feedback = question.feedback
    is_told = (
        feedback.explanation
        or feedback.if_wrong
        or feedback.if_correct
        or any(o.feedback for o in question.options)
        or any(a.feedback for a in question.accepted)
    )
    if not is_told:
        report.add("TC225", stem.place())


def _on_negation(stem: Line, report: Report) -> None:
    plain = _EMPHASIS.sub(lambda m: "\x02" * len(m[0]), stem.text)
    if found := _NEGATION.search(plain):
        if found[1].isupper():
            return
        report.add("TC234", stem.place(found.start(), len(found[1])), value=found[1])


def _on_options(question: Question, parts: Parts, report: Report) -> None:
    for option, marked in zip(question.options, parts.marked, strict=True):
        found = _ABOUT_ORDER.search(option.text)
        if found and question.is_shuffled and not option.is_fixed:
            report.add("TC226", marked.lines[0].place(), value=found[0])
    lengths = [len(o.text) for o in question.options]
    right = [o for o in question.options if o.is_correct]
    if len(right) != 1 or len(lengths) < MIN_ANSWERS:
        return
    others = max(len(o.text) for o in question.options if not o.is_correct)
    if len(right[0].text) > LONG and len(right[0].text) > LONGER * others:
        place = parts.marked[question.options.index(right[0])].lines[0].place()
        report.add("TC228", place)


def _on_hints(question: Question, parts: Parts, report: Report) -> None:
    answers = [o.text for o in question.options if o.is_correct]
    answers += [a.text for a in question.accepted if a.weight >= 1]
    wanted = {normalise(a) for a in answers} - {""}
    for part in parts.labelled:
        if part.key != "hint":
            continue
        hint = f" {normalise(text_of(part.lines))} "
        if any(len(a) >= SHORTEST_GIVEN_AWAY and f" {a} " in hint for a in wanted):
            report.add("TC229", part.place)
