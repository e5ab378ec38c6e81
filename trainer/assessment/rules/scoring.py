"""From responses to a score: a pure function of a version and its answers.

All figures are whole thousandths, so the same answers give the same score for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainer.courses import marking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trainer.courses.model import Question, Quiz

GRADER = "1"
FULL = 1000
PER_CENT = 10


@dataclass(frozen=True, slots=True)
class Score:
    """What an attempt earned: in thousandths, whole and by question."""

    score: int
    pass_mark: int
    is_passed: bool
    marks: dict[str, int]


def score_answers(quiz: Quiz, answers: Mapping[str, object]) -> Score:
    """Mark the answers (by question id) of one attempt.

    Numbers are read as the quiz's language writes them. A quiz that gives no points
    is passed by handing it in.
    """
    marks = {
        q.id: mark_response(q, answers.get(q.id), quiz.language) for q in quiz.questions
    }
    total = sum(q.points for q in quiz.questions)
    earned = sum(q.points * marks[q.id] for q in quiz.questions)
    score = (2 * earned + total) // (2 * total) if total else 0
    pass_mark = quiz.pass_mark * PER_CENT
    return Score(score, pass_mark, total == 0 or score >= pass_mark, marks)


def mark_response(question: Question, response: object, language: str) -> int:
    """Return the mark of one response in thousandths."""
    return int(marking.mark(question, response, language) * FULL + 0.5)


def outcome(question: Question, mark: int) -> str:
    """Name a mark: correct, partly or wrong; nothing where nothing is graded."""
    if question.points == 0:
        return ""
    if mark >= FULL:
        return "correct"
    return "partly" if mark > 0 else "wrong"
