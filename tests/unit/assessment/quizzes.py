"""A small course with one quiz, and the facts made from it."""

import uuid
from dataclasses import replace

from sqlalchemy.orm import Session

from trainer.assessment.rules.saving import Save
from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.model import Accepted, Course, Feedback, Module, Option, Question, Quiz

SINGLE = Question(
    id="capital",
    type="single",
    stem="Which city?",
    options=(
        Option("Jakarta", 1.0, is_correct=True, feedback="Secret: yes."),
        Option("Bandung", 0.0),
        Option("Neither", 0.5, is_fixed=True),
    ),
    feedback=Feedback(explanation="Secret: explained."),
)
MULTIPLE = Question(
    id="organs",
    type="multiple",
    stem="Which are organs?",
    points=2,
    options=(
        Option("Assembly", 1.0, is_correct=True),
        Option("Council", 1.0, is_correct=True),
        Option("Club", -0.5),
    ),
)
TRUTH = Question(id="truth", type="truefalse", stem="Is it so?", truth=True)
TEXT = Question(
    id="word", type="text", stem="Which word?", accepted=(Accepted(1.0, "note"),)
)
SCALE = Question(
    id="mood",
    type="scale",
    stem="How sure?",
    points=0,
    options=(Option("Low", 0.0), Option("High", 0.0)),
)
QUIZ = Quiz(
    id="quiz",
    title="A quiz",
    questions=(SINGLE, MULTIPLE, TRUTH, TEXT, SCALE),
    language="en",
    attempts=2,
)


def course_of(quiz: Quiz) -> Course:
    """Return a course with nothing but one quiz."""
    module = Module(id="m", title="Module", activities=(quiz,))
    return Course(id="course", title="Course", language="en", modules=(module,))


def a_save(response: object = 1, question: str = "capital", **changes: object) -> Save:
    """Return a save with a fresh key from a device of its own."""
    made = Save(
        key=str(uuid.uuid4()),
        question_id=question,
        response=response,
        device="11111111-1111-1111-1111-111111111111",
        seq=1,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # any field of a save
