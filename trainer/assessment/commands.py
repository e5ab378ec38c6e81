"""Begin attempts, keep answers, close and mark: each a part of one short write unit."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Update, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from trainer.assessment.models import (
    Allowance,
    Answer,
    AnswerEvent,
    AnswerPayload,
    Attempt,
    Grading,
)
from trainer.assessment.queries import (
    answers_of,
    overdue_attempts,
    pinned_course,
    present_revs,
)
from trainer.assessment.rules import chain, scoring, timing
from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.model import Quiz
from trainer.errors import (
    KeyReuseError,
    MissingSavesError,
    NotFoundError,
    RefusedError,
)

SAVE = "save"


@dataclass(frozen=True, slots=True)
class Save:
    """One answer as a device sends it; the response is by position."""

    key: str
    question_id: str
    response: object
    device: str
    seq: int
    base_rev: int | None = None
    saved_at: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What became of a save. Valid only once its unit has committed.

    `late` and `conflict` are kept in the log and not applied; `current` is then the
    response that stands. `closed` tells that this save found the attempt overdue.
    """

    key: str
    rev: int
    received_at: datetime
    hash: str
    outcome: Literal["saved", "late", "conflict"]
    is_replayed: bool = False
    has_closed: bool = False
    current: object = None


def start_attempt(
    session: Session,
    person_id: uuid.UUID,
    entry: CatalogueEntry,
    quiz: Quiz,
    now: datetime,
) -> Attempt:
    """Open an attempt, or return the one already open.

    Raise RefusedError when no attempt is left or the wait is not over.
    """
    allowance = _locked_allowance(session, person_id, entry.course.id, quiz)
    last = session.scalar(
        select(Attempt)
        .where(Attempt.allowance_id == allowance.id, Attempt.state != "void")
        .order_by(Attempt.number.desc())
        .limit(1)
        .with_for_update(key_share=True)
    )
    if last is not None and last.state == "open":
        if not timing.has_ended(last.deadline_at, now):
            return last
        expire(session, last.id, now)
        session.refresh(last)
    if last is not None and timing.retry_at(quiz, last.closed_at, now):
        message = "The next attempt cannot begin yet."
        raise RefusedError(message)
    number = _take_attempt(session, allowance.id)
    attempt = Attempt(
        allowance_id=allowance.id,
        person_id=person_id,
        course_id=entry.course.id,
        quiz_id=quiz.id,
        digest=entry.digest,
        number=number,
        seed=secrets.token_hex(16),
        token_key=secrets.token_hex(32),
        started_at=now,
        deadline_at=timing.deadline(quiz, now),
    )
    attempt.head = chain.genesis(attempt.id)
    session.add(attempt)
    session.flush()
    return attempt


def _locked_allowance(
    session: Session, person_id: uuid.UUID, course_id: str, quiz: Quiz
) -> Allowance:
    """Return a learner's allowance, made when first needed, locked for this unit."""
    place = {"person_id": person_id, "course_id": course_id, "quiz_id": quiz.id}
    session.execute(
        _insert(session, Allowance)
        .values(
            id=uuid.uuid4(),
            attempts_max=timing.quota(quiz, 0, 0),
            attempts_used=0,
            attempts_extra=0,
            **place,
        )
        .on_conflict_do_nothing()
    )
    allowance = session.scalars(
        select(Allowance).filter_by(**place).with_for_update(key_share=True)
    ).one()
    quota = timing.quota(quiz, allowance.attempts_extra, allowance.attempts_used)
    if allowance.attempts_max != quota:
        allowance.attempts_max = quota
        session.flush()
    return allowance


def _take_attempt(session: Session, allowance_id: uuid.UUID) -> int:
    """Use up one attempt of an allowance and return its number."""
    number = session.scalar(
        update(Allowance)
        .where(
            Allowance.id == allowance_id,
            Allowance.attempts_used < Allowance.attempts_max,
            ~select(Attempt.id)
            .where(Attempt.allowance_id == allowance_id, Attempt.state == "open")
            .exists(),
        )
        .values(attempts_used=Allowance.attempts_used + 1)
        .returning(Allowance.attempts_used)
        .execution_options(synchronize_session=False)
    )
    if number is None:
        message = "No attempt is left."
        raise RefusedError(message)
    return number


def save_answer(
    session: Session,
    person_id: uuid.UUID,
    attempt_id: uuid.UUID,
    save: Save,
    arrived_at: datetime,
) -> Acknowledgement:
    """Keep one answer; the same key again gets the same acknowledgement.

    `arrived_at` is when the request came, before any wait for a lock. Raise
    NotFoundError for somebody else's attempt and KeyReuseError when the key was used
    for another answer.
    """
    attempt = _locked_attempt(session, attempt_id, person_id)
    known = session.execute(_KEPT, {"attempt": attempt_id, "key": save.key}).first()
    answer = session.execute(
        _PRESENT, {"attempt": attempt_id, "question": save.question_id}
    ).first()
    if known is not None:
        return _repeated(save, known, answer)
    has_ended = timing.has_ended(attempt.deadline_at, arrived_at)
    is_late = attempt.state != "open" or has_ended
    outcome = "late" if is_late else _outcome(session, attempt_id, save, answer)
    rev = answer.rev if answer else 0
    if outcome == "saved":
        rev += 1
    link = chain.Link(
        attempt_id=attempt_id,
        n=attempt.event_count + 1,
        key=save.key,
        kind=SAVE,
        question_id=save.question_id,
        device=save.device,
        seq=save.seq,
        base_rev=save.base_rev,
        rev=rev,
        is_late=is_late,
        is_applied=outcome == "saved",
        received_at=arrived_at,
        payload_sha="",
    )
    head = _append(session, attempt.head, link, save)
    if link.is_applied:
        _apply(session, link, save.response)
    if has_ended and attempt.state == "open":
        _close(session, attempt_id, "expired", attempt.deadline_at or arrived_at)
    return Acknowledgement(
        key=save.key,
        rev=rev,
        received_at=arrived_at,
        hash=head,
        outcome="saved" if outcome == "superseded" else outcome,
        has_closed=has_ended and attempt.state == "open",
        current=answer.response if answer else None,
    )


_KEPT = select(
    AnswerEvent.question_id,
    AnswerEvent.rev,
    AnswerEvent.is_late,
    AnswerEvent.is_applied,
    AnswerEvent.base_rev,
    AnswerEvent.received_at,
    AnswerEvent.hash,
    AnswerPayload.n.label("payload_n"),
    AnswerPayload.response,
)
