"""One learner at one quiz, and short ways to act there."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.make import DAY_ONE, make_person, publish_course
from trainer.assessment import commands, queries
from trainer.assessment.models import AnswerEvent, Attempt, Grading
from trainer.assessment.rules.saving import Acknowledgement, Save
from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.model import (
    Accepted,
    Course,
    Module,
    Option,
    Question,
    Quiz,
)
from trainer.database import unit

Result = TypeVar("Result")

PHONE = "11111111-1111-4111-8111-111111111111"
LAPTOP = "22222222-2222-4222-8222-222222222222"
SINGLE = Question(
    id="capital",
    type="single",
    stem="Which city?",
    options=(
        Option("Jakarta", 1.0, is_correct=True),
        Option("Bandung", 0.0),
        Option("Neither", 0.5, is_fixed=True),
    ),
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
WORD = Question(
    id="word", type="text", stem="Which word?", accepted=(Accepted(1.0, "note"),)
)
MOOD = Question(
    id="mood",
    type="scale",
    stem="How sure?",
    points=0,
    options=(Option("Low", 0.0), Option("High", 0.0)),
)
QUESTIONS = (SINGLE, MULTIPLE, TRUTH, WORD, MOOD)


def a_quiz(**settings: object) -> Quiz:
    return Quiz(
        id="quiz",
        title="A quiz",
        questions=QUESTIONS,
        language="en",
        **settings,  # type: ignore[arg-type]  # any setting of a quiz
    )


def a_course(quiz: Quiz) -> Course:
    module = Module(id="m", title="Module", activities=(quiz,))
    return Course(id="course", title="Course", language="en", modules=(module,))


def a_save(response: object = 1, question: str = "capital", **more: object) -> Save:
    fields: dict[str, object] = {
        "key": str(uuid.uuid4()),
        "question_id": question,
        "response": response,
        "device": PHONE,
        "seq": 1,
    }
    return Save(**(fields | more))  # type: ignore[arg-type]  # any field of a save


@dataclass
class Sitting:
    """One learner at one quiz of a published course."""

    engine: Engine
    person_id: uuid.UUID
    entry: CatalogueEntry
    quiz: Quiz

    def do(self, work: Callable[[Session], Result]) -> Result:
        return unit(self.engine, work)

    def start(self, now: datetime = DAY_ONE) -> Attempt:
        return self.do(
            lambda s: commands.start_attempt(
                s, self.person_id, self.entry, self.quiz, now
            )
        )

    def save(
        self, attempt: Attempt, save: Save, at: datetime = DAY_ONE
    ) -> Acknowledgement:
        return self.do(
            lambda s: commands.save_answer(s, self.person_id, attempt.id, save, at)
        )

    def submit(
        self,
        attempt: Attempt,
        revs: dict[str, int] | None = None,
        at: datetime = DAY_ONE,
    ) -> Attempt:
        return self.do(
            lambda s: commands.submit(s, self.person_id, attempt.id, revs or {}, at)
        )

    def read(self, work: Callable[[Session], Result]) -> Result:
        with Session(self.engine, expire_on_commit=False) as session:
            return work(session)

    def answers(self, attempt: Attempt) -> dict[str, object]:
        found = self.read(lambda s: queries.answers_of(s, attempt.id))
        return {question: answer.response for question, answer in found.items()}

    def events(self, attempt: Attempt) -> list[AnswerEvent]:
        return self.read(
            lambda s: (
                s.query(AnswerEvent)
                .filter_by(attempt_id=attempt.id)
                .order_by(AnswerEvent.n)
                .all()
            )
        )

    def grading(self, attempt: Attempt) -> Grading | None:
        return self.read(lambda s: queries.latest_grading(s, attempt.id))

    def state(self, now: datetime = DAY_ONE) -> queries.QuizState:
        return self.read(
            lambda s: queries.quiz_state(s, self.person_id, "course", self.quiz, now)
        )


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def seat(engine: Engine, **settings: object) -> Sitting:
    """Publish a course with a quiz of these settings and seat a learner at it."""
    quiz = a_quiz(**settings)

    def work(session: Session) -> tuple[uuid.UUID, CatalogueEntry]:
        row = publish_course(session, a_course(quiz))
        assert row.digest is not None
        entry = CatalogueEntry(a_course(quiz), row.digest, row.number)
        return make_person(session).id, entry

    person_id, entry = unit(engine, work)
    return Sitting(engine, person_id, entry, quiz)
