"""Answers that are typed: `**Answer:**` with a word, a number or true and false."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from trainer.courses.answers import numbers, texts
from trainer.courses.answers.numbers import NumberError
from trainer.courses.answers.texts import PatternError
from trainer.courses.model import Accepted, Option
from trainer.courses.questions.parts import Labelled
from trainer.courses.questions.weights import percent
from trainer.courses.reading.report import Report
from trainer.courses.reading.source import Line, text_of

_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])(?:\s+|$)")
_QUOTE = re.compile(r"^\s*>\s?")
_WEIGHT = re.compile(r"^\[\s*([^\[\]]{1,12}?)\s*\]\s+")
_PATTERN = re.compile(r"^`(/.*/[A-Za-z]*)`$")
_NUMERIC = re.compile(
    r"(?:\b(?:to|until|sampai|hingga)\b|[\d\s.,+±%/'\u2019\u2212\u2013-])+"
)
FEWEST_LEVELS = 2
_WEIGHTS = {
    "expected": "write a percentage from 1% to 100%, as [50%]",
    "expected_id": "tulis persentase dari 1% sampai 100%, misalnya [50%]",
}


@dataclass(slots=True)
class Typed:
    """One accepted answer as it is written, with weight and feedback."""

    line: Line
    weight: float
    feedback: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return what is accepted, without blanks around it."""
        return self.line.text.strip()


def read_typed(label: Labelled, report: Report) -> list[Typed]:
    """Return the accepted answers under a label, in order."""
    found: list[Typed] = []
    for line in label.lines:
        if line.is_blank:
            continue
        if (quote := _QUOTE.match(line.text)) and found:
            found[-1].feedback.append(line.cut(quote.end()))
        elif item := _ITEM.match(line.text):
            found.append(_typed(line.cut(item.end()), report))
        elif not found or line is label.lines[0]:
            found.append(_typed(line, report))
        else:
            before = found[-1].line
            joined = f"{before.text.rstrip()} {line.text.strip()}"
            found[-1].line = Line(before.number, before.column, joined)
    return found


def _typed(line: Line, report: Report) -> Typed:
    blanks = len(line.text) - len(line.text.lstrip())
    line = line.cut(blanks)
    found = _WEIGHT.match(line.text)
    if found is None:
        return Typed(line, 1.0)
    weight = percent(found[1])
    if weight is None or not 0 < weight <= 1:
        place = line.place(0, found.end(0))
        report.add("TC208", place, value=found[1], **_WEIGHTS)
        weight = 1.0
    return Typed(line.cut(found.end()), weight)


def looks_numeric(answers: Sequence[Typed]) -> bool:
    """Say whether all answers are written as numbers, tolerances or ranges."""
    return all(
        "±" in a.text
        or "+/-" in a.text
        or (any(c.isdigit() for c in a.text) and _NUMERIC.fullmatch(a.text))
        for a in answers
    )


def read_texts(answers: Sequence[Typed], report: Report) -> tuple[Accepted, ...]:
    """Return the accepted words and patterns of a text question."""
    found: list[Accepted] = []
    for answer in answers:
        pattern = _PATTERN.match(answer.text)
        text = pattern[1] if pattern else answer.text
        if pattern:
            _check_pattern(text, answer, report)
        elif not texts.normalise(text):
            report.add("TC207", answer.line.place())
        if any(_same_text(a, text) and a.weight >= answer.weight for a in found):
            report.add("TC231", answer.line.place())
        found.append(
            Accepted(
                weight=answer.weight,
                text=text,
                is_pattern=pattern is not None,
                feedback=text_of(answer.feedback),
            )
        )
    return tuple(found)


def _same_text(accepted: Accepted, text: str) -> bool:
    return texts.normalise(accepted.text) == texts.normalise(text)


def _check_pattern(text: str, answer: Typed, report: Report) -> None:
    try:
        texts.check_pattern(text)
    except PatternError as error:
        report.add("TC213", answer.line.place(), reason=str(error))


def read_numbers(
    answers: Sequence[Typed], language: str, report: Report
) -> tuple[Accepted, ...]:
    """Return the accepted ranges of a number question."""
    found: list[Accepted] = []
    for answer in answers:
        try:
            low, high = numbers.read_range(answer.text, language)
        except NumberError:
            report.add("TC212", answer.line.place(), value=answer.text)
            continue
        accepted = Accepted(
            weight=answer.weight,
            low=low,
            high=high,
            feedback=text_of(answer.feedback),
        )
        if any(_covers(a, accepted) for a in found):
            report.add("TC231", answer.line.place())
        found.append(accepted)
    return tuple(found)


def _covers(first: Accepted, second: Accepted) -> bool:
    return (
        first.weight >= second.weight
        and numbers.is_within(first, second.low)
        and numbers.is_within(first, second.high)
    )


def read_levels(label: Labelled, report: Report) -> tuple[Option, ...]:
    """Return the levels of a scale."""
    levels: list[list[Line]] = []
    for line in label.lines:
        if item := _ITEM.match(line.text):
            levels.append([line.cut(item.end())])
        elif levels and not line.is_blank:
            levels[-1].append(line)
    options = tuple(Option(text_of(level).strip(), 0.0) for level in levels)
    if len(options) < FEWEST_LEVELS:
        report.add("TC215", label.place)
    for option, level in zip(options, levels, strict=True):
        if not option.text:
            report.add("TC207", level[0].place())
    return options
