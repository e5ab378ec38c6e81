"""What a learner does in a lesson, each act with what it comes to, in one unit."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.model import Lesson, Question
from trainer.progress import commands
from trainer.progress.commands import CheckResult
from trainer.progress.rules import CourseProgress


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts in which lesson of which course, and when."""

    person_id: uuid.UUID
    entry: CatalogueEntry
    lesson: Lesson
    now: datetime


def try_check(
    session: Session, act: Act, question: Question, response: object
) -> CheckResult:
    """Keep and mark one try at a check; raise InvalidError when it says nothing."""
    result = commands.answer_check(
        session, act.person_id, act.entry, act.lesson, question, response, act.now
    )
    commands.settle(session, act.person_id, act.entry, act.now)
    return result


def write_note(session: Session, act: Act, note_id: str, content: object) -> None:
    """Keep what the learner ticked or wrote to themselves."""
    commands.keep_note(
        session,
        act.person_id,
        act.entry,
        act.lesson.id,
        note_id,
        content,
        act.now,
    )
    commands.settle(session, act.person_id, act.entry, act.now)


def finish_lesson(session: Session, act: Act) -> CourseProgress | None:
    """Record that the lesson is complete; raise InvalidError while checks are open."""
    commands.complete_lesson(session, act.person_id, act.entry, act.lesson.id, act.now)
    return commands.settle(session, act.person_id, act.entry, act.now)
