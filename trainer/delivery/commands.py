"""What a learner does in a lesson or quiz, each act with what it comes to."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from trainer.assessment.commands import save_answer, start_attempt, submit
from trainer.assessment.models import Attempt
from trainer.assessment.rules.saving import Acknowledgement, Save
from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.model import Lesson, Question, Quiz
from trainer.enrolment.commands import admit
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


def begin(
    session: Session,
    person_id: uuid.UUID,
    entry: CatalogueEntry,
    quiz: Quiz,
    now: datetime,
) -> Attempt:
    """Enrol if need be, open an attempt or go on with the open one, and settle."""
    admit(session, person_id, entry.course, now)
    attempt = start_attempt(session, person_id, entry, quiz, now)
    commands.settle(session, person_id, entry, now)
    return attempt


def keep(
    session: Session,
    person_id: uuid.UUID,
    attempt_id: uuid.UUID,
    saves: Sequence[Save],
    arrived_at: datetime,
    entry: CatalogueEntry | None,
) -> list[Acknowledgement]:
    """Keep answers; settle when one of them found that the time was over."""
    made = [
        save_answer(session, person_id, attempt_id, save, arrived_at) for save in saves
    ]
    if entry is not None and any(one.has_closed for one in made):
        commands.settle(session, person_id, entry, arrived_at)
    return made


def hand_in(
    session: Session,
    person_id: uuid.UUID,
    attempt_id: uuid.UUID,
    revs: Mapping[str, int],
    now: datetime,
    entry: CatalogueEntry | None,
) -> Attempt:
    """Hand an attempt in, and settle the course while it is delivered."""
    closed = submit(session, person_id, attempt_id, revs, now)
    if entry is not None:
        commands.settle(session, person_id, entry, now)
    return closed
