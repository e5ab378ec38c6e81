"""What stands for an answer in the browser, and in which order answers stand.

Everything follows from two secrets of the attempt, so the same page comes out of
every reload and no two attempts show the same tokens.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from trainer.courses.marking import ResponseError, validate

if TYPE_CHECKING:
    from trainer.courses.model import Question, Quiz

TOKEN_LENGTH = 12
PICKED = frozenset({"single", "scale"})


def token(token_key: str, question_id: str, position: int) -> str:
    """Return the opaque word for one answer of one question in one attempt."""
    text = f"{question_id}\n{position}".encode()
    digest = hmac.new(bytes.fromhex(token_key), text, hashlib.sha256).hexdigest()
    return digest[:TOKEN_LENGTH]


def question_order(seed: str, quiz: Quiz) -> tuple[Question, ...]:
    """Return the questions as one attempt shows them."""
    if "questions" not in quiz.shuffle:
        return quiz.questions
    return tuple(sorted(quiz.questions, key=lambda q: _rank(seed, "questions", q.id)))


def option_order(seed: str, quiz: Quiz, question: Question) -> tuple[int, ...]:
    """Return the positions of a question's answers as one attempt shows them.

    Fixed answers keep their place; a scale keeps its order.
    """
    positions = range(1, len(question.options) + 1)
    may_move = "answers" in quiz.shuffle and question.is_shuffled
    if not may_move or question.type == "scale":
        return tuple(positions)
    loose = [p for p in positions if not question.options[p - 1].is_fixed]
    mixed = iter(sorted(loose, key=lambda p: _rank(seed, question.id, str(p))))
    return tuple(
        p if question.options[p - 1].is_fixed else next(mixed) for p in positions
    )


def to_response(token_key: str, question: Question, offered: object) -> object:
    """Turn what the browser sent into a response by position, checked for its shape.

    Raise ResponseError when a token is unknown or the shape is wrong.
    """
    response = offered
    if offered is not None and question.type in PICKED:
        response = _positions(token_key, question, [offered])[0]
    elif offered is not None and question.type == "multiple":
        if not isinstance(offered, list):
            raise ResponseError("the response must be a list of answers")
        response = sorted(_positions(token_key, question, offered)) or None
    elif offered == "" and question.type in {"text", "number"}:
        response = None
    validate(question, response)
    return response


def to_offered(token_key: str, question: Question, response: object) -> object:
    """Turn a response by position into what the browser knows it by."""
    if isinstance(response, bool) or response is None:
        return response
    if isinstance(response, int):
        return token(token_key, question.id, response)
    if isinstance(response, list | tuple):
        return [token(token_key, question.id, p) for p in response]
    return response


def _positions(token_key: str, question: Question, offered: list[object]) -> list[int]:
    known = {
        token(token_key, question.id, p): p for p in range(1, len(question.options) + 1)
    }
    found = [known.get(word) if isinstance(word, str) else None for word in offered]
    positions = [position for position in found if position is not None]
    if len(positions) != len(offered):
        raise ResponseError("there is no such answer")
    return positions


def _rank(seed: str, place: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{place}\n{name}".encode()).digest()
