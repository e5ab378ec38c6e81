"""Every text of a lesson, and the numbers that its footnotes get from them."""

import re
from collections.abc import Iterator

from trainer.courses.model import (
    Callout,
    Check,
    Checklist,
    Figure,
    Lesson,
    Prose,
    Question,
    Reflection,
)
from trainer.courses.reading.inline import mask
from trainer.courses.rendering.dialect import NOTE

TERM = re.compile(r"\(\s*glossary:([a-z0-9-]+)")


def texts(lesson: Lesson) -> Iterator[str]:
    """Yield every text of a lesson in reading order."""
    stack = list(reversed(lesson.blocks))
    while stack:
        block = stack.pop()
        match block:
            case Prose():
                yield block.text
            case Callout():
                yield block.title
                stack += reversed(block.blocks)
            case Figure():
                yield block.caption
            case Checklist():
                yield from (block.title, *block.items)
            case Reflection():
                yield from (block.title, block.text)
            case Check():
                yield from _question_texts(block.question)
    for note in lesson.footnotes:
        yield note.text


def _question_texts(question: Question) -> Iterator[str]:
    yield from (question.stem, question.body)
    yield from (option.text for option in question.options)
    feedback = question.feedback
    yield from (feedback.explanation, feedback.if_correct, feedback.if_partly)
    yield from (feedback.if_wrong, feedback.source)
    yield from (option.feedback for option in question.options)
    yield from (accepted.feedback for accepted in question.accepted)


def linked_terms(lesson: Lesson) -> set[str]:
    """Return the terms that the author links; they need no link at their mention."""
    return {name for text in texts(lesson) for name in TERM.findall(text)}


def numbers(lesson: Lesson) -> dict[str, int]:
    """Return the number of each footnote, in the order of first reference."""
    known = {note.label for note in lesson.footnotes}
    numbers: dict[str, int] = {}
    for text in texts(lesson):
        if "[^" not in text:
            continue
        for label in re.findall(NOTE, mask(text)):
            if label in known:
                numbers.setdefault(label, len(numbers) + 1)
    return numbers
