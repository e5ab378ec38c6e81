"""How a check in a lesson is shown and read back, and which course comes first."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from trainer.courses import marking
from trainer.courses.model import Question
from trainer.errors import InvalidError

Meaning = TypeVar("Meaning")

TOKEN_BYTES = 8
TRUTHS = {"true": True, "false": False}
URGENCY = ("overdue", "expired", "in progress", "not started", "complete")
TICK_DIGITS = 3
TYPED = frozenset({"text", "number"})


@dataclass(frozen=True, slots=True)
class ShownOption:
    """One answer as the browser sees it: an opaque token for its position."""

    token: str
    position: int


class Place(Protocol):
    """What decides how soon a course needs the learner."""

    @property
    def standing(self) -> str:
        """Return the standing on the course."""

    @property
    def due_on(self) -> date | None:
        """Return the day by which it is to be complete."""


def option_token(secret: str, place: str, text: str) -> str:
    """Return what stands for an answer in the page.

    It depends on the answer's text, not on its position, so that a page that was
    opened before a new version still names the same answers.
    """
    told = f"{place}\0{text}".encode()
    made = hmac.new(secret.encode(), told, hashlib.sha256)
    return made.digest()[:TOKEN_BYTES].hex()


def shown_options(question: Question, secret: str, place: str) -> list[ShownOption]:
    """Return the answers in the order in which everybody sees them.

    The tokens give the order, so that the position in the file shows nowhere; fixed
    answers, and those of scales and unshuffled questions, keep their places.
    """
    options = [
        ShownOption(option_token(secret, place, option.text), position)
        for position, option in enumerate(question.options, start=1)
    ]
    if question.type == "scale" or not question.is_shuffled:
        return options
    movable = sorted(
        (o for o in options if not question.options[o.position - 1].is_fixed),
        key=lambda option: option.token,
    )
    rest = iter(movable)
    return [
        option if question.options[option.position - 1].is_fixed else next(rest)
        for option in options
    ]


def read_response(
    question: Question, values: Sequence[str], secret: str, place: str
) -> object:
    """Return the response that a form's values mean; None when it says nothing.

    Raise InvalidError when a value is none of the question's answers.
    """
    if question.type in TYPED:
        response: object = (values[0].strip() if values else "") or None
    elif question.type == "truefalse":
        response = _known(TRUTHS, values[0]) if values else None
    else:
        options = shown_options(question, secret, place)
        positions = {option.token: option.position for option in options}
        chosen = sorted({_known(positions, value) for value in values})
        response = _picked(question, chosen)
    try:
        marking.validate(question, response)
    except marking.ResponseError as error:
        raise InvalidError(str(error)) from error
    return response


def _picked(question: Question, chosen: list[int]) -> object:
    """Return the response of a question with answers to pick."""
    if not chosen:
        return None
    return chosen if question.type == "multiple" else chosen[0]


def _known(meanings: dict[str, Meaning], value: str) -> Meaning:
    """Return what a value means, or refuse it."""
    if value not in meanings:
        message = "The page is older than the lesson. Load it again."
        raise InvalidError(message)
    return meanings[value]


def read_ticks(size: int, values: Iterable[str]) -> list[int]:
    """Return the ticked places of a checklist in order; ignore what is not there."""
    ticked = {
        int(value)
        for value in values
        if value.isdecimal() and len(value) <= TICK_DIGITS
    }
    return sorted(place for place in ticked if 1 <= place <= size)


def urgency(place: Place) -> tuple[int, date]:
    """Return a sort key: what is late first, then by the day it is due."""
    order = {standing: rank for rank, standing in enumerate(URGENCY)}
    rank = order.get(place.standing, len(URGENCY))
    is_open = place.standing in {"in progress", "not started"}
    if is_open and place.due_on is not None:
        rank = order["in progress"] - 1
    return rank, place.due_on or date.max
