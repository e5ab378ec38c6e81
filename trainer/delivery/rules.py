"""How a check in a lesson is shown and read back, and which course comes first."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from trainer.courses import marking
from trainer.courses.catalogue import is_graded
from trainer.courses.model import Course, Question, Quiz
from trainer.errors import InvalidError, gettext_noop
from trainer.progress.rules import CourseProgress

Meaning = TypeVar("Meaning")

TOKEN_LENGTH = 16
TEXT_LENGTH = 20_000
TRUTHS = {"true": True, "false": False}
LATE = frozenset({"overdue", "expired"})
FINISHED = frozenset({"complete"})
TYPED = frozenset({"text", "number"})


@dataclass(frozen=True, slots=True)
class ShownOption:
    """One answer as the browser sees it: an opaque token for its position."""

    token: str
    position: int


@dataclass(frozen=True, slots=True)
class Marks:
    """Which lessons and quizzes of one course a learner has behind them."""

    lessons: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    handed_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckPlace:
    """Where a check stands; the secret makes its tokens differ at each installation."""

    secret: str
    course_id: str
    lesson_id: str
    question_id: str


def option_token(place: CheckPlace, text: str) -> str:
    """Return what stands for an answer in the page.

    It depends on the answer's text, not on its position, so that a page that was
    opened before a new version still names the same answers.
    """
    parts = (place.course_id, place.lesson_id, place.question_id, text)
    told = "\0".join(parts).encode()
    made = hmac.new(place.secret.encode(), told, hashlib.sha256)
    return made.hexdigest()[:TOKEN_LENGTH]


def shown_options(question: Question, place: CheckPlace) -> list[ShownOption]:
    """Return the answers in the order in which everybody sees them.

    The tokens give the order, so that the position in the file shows nowhere; fixed
    answers, and those of scales and unshuffled questions, keep their places.
    """
    options = [
        ShownOption(option_token(place, option.text), position)
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
    question: Question, values: Sequence[str], place: CheckPlace
) -> object:
    """Return the response that a form's values mean; None when it says nothing.

    Raise InvalidError when a value is none of the question's answers.
    """
    if question.type in TYPED:
        response: object = (values[0].strip() if values else "") or None
    elif question.type == "truefalse":
        response = _known(TRUTHS, values[0]) if values else None
    else:
        options = shown_options(question, place)
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
        message = gettext_noop("The page is older than the lesson. Load it again.")
        raise InvalidError(message)
    return meanings[value]


def tick_token(lesson_id: str, text: str) -> str:
    """Return what stands for one line of a checklist, in the page and in the notes.

    It needs no secret: which lines there are is no secret, and ticks must last.
    """
    return hashlib.sha256(f"{lesson_id}\0{text}".encode()).hexdigest()[:TOKEN_LENGTH]


def read_ticks(
    lesson_id: str, items: Sequence[str], values: Sequence[str]
) -> list[str]:
    """Return the tokens of the ticked lines in order; ignore what is not there."""
    return [
        token for token in (tick_token(lesson_id, i) for i in items) if token in values
    ]


def read_text(text: str) -> str:
    """Return a reflection as it is kept; raise InvalidError when it is too long."""
    plain = text.replace("\r\n", "\n").strip()
    if len(plain) > TEXT_LENGTH:
        message = gettext_noop("The note is too long.")
        raise InvalidError(message)
    return plain


def urgency(progress: CourseProgress) -> tuple[int, date, float]:
    """Return a sort key: what is late, then what has a day, then what is fresh."""
    touched = progress.last_activity_at or progress.enrolled_at
    age = -touched.timestamp() if touched else 0.0
    return _rank(progress), progress.due_on or date.max, age


def _rank(progress: CourseProgress) -> int:
    """Return how soon a course needs the learner; 0 is soonest."""
    if progress.standing in FINISHED:
        return 4
    if progress.standing in LATE:
        return 0
    if progress.due_on is not None:
        return 1
    return 2 if progress.standing == "in progress" else 3


def completed_ids(course: Course, marks: Marks) -> frozenset[str]:
    """Return the activities of a course that are complete.

    A graded quiz is complete once passed, another one once handed in.
    """
    quizzes = (a for a in course.activities if isinstance(a, Quiz))
    done = {
        quiz.id
        for quiz in quizzes
        if quiz.id in (marks.passed if is_graded(quiz) else marks.handed_in)
    }
    return marks.lessons | done
