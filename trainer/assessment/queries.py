"""Read attempts, their answers, and how a learner stands at a quiz."""

import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, func, select
from sqlalchemy.orm import Session

from trainer import clock
from trainer.assessment.models import (
    Allowance,
    Answer,
    AnswerEvent,
    AnswerPayload,
    Attempt,
    Grading,
)
from trainer.assessment.rules import scoring, timing
from trainer.assessment.rules.saving import Present, Save
from trainer.courses.catalogue import find_activity
from trainer.courses.model import Course, Quiz
from trainer.database import clock_difference
from trainer.errors import NotFoundError, UnavailableError, gettext_noop
from trainer.publishing.queries import load_version


@dataclass(frozen=True, slots=True)
class Pinned:
    """What never changes of an attempt, and the quiz in the version of its start."""

    id: uuid.UUID
    person_id: uuid.UUID
    course_id: str
    token_key: str
    deadline_at: datetime | None
    quiz: Quiz


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One closed attempt as the start page lists it; scores in thousandths."""

    id: uuid.UUID
    number: int
    closed_at: datetime | None
    score: int | None
    is_passed: bool


@dataclass(frozen=True, slots=True)
class QuizState:
    """How one learner stands at one quiz; `attempts_left` is None when unlimited."""

    attempts_used: int
    attempts_left: int | None
    open_attempt_id: uuid.UUID | None
    best_score: int | None
    is_passed: bool
    retry_at: datetime | None
    past: tuple[PastAttempt, ...]

    @property
    def may_start(self) -> bool:
        """Say whether a new attempt may begin now."""
        has_left = self.attempts_left is None or self.attempts_left > 0
        return self.open_attempt_id is None and has_left and self.retry_at is None


HELD_ATTEMPTS = 4096

_held: OrderedDict[uuid.UUID, Pinned] = OrderedDict()
_lock = Lock()


def refuse_wrong_clock(session: Session, now: datetime) -> None:
    """Raise UnavailableError while our clock and the database's are far apart.

    An attempt with a time limit that began now would end at a wrong moment.
    """
    if abs(clock_difference(session, now)) > timing.CLOCKS_APART:
        message = gettext_noop(
            "The clocks of this site do not agree, so timed quizzes cannot begin. "
            "Tell the person who runs the site."
        )
        raise UnavailableError(message)


def own_attempt(
    session: Session, person_id: uuid.UUID, attempt_id: uuid.UUID
) -> Attempt:
    """Return a person's own attempt; raise NotFoundError for anybody else's."""
    attempt = session.scalar(
        select(Attempt).where(Attempt.id == attempt_id, Attempt.person_id == person_id)
    )
    if attempt is None:
        message = gettext_noop("There is no such attempt.")
        raise NotFoundError(message)
    return attempt


def pinned(session: Session, person_id: uuid.UUID, attempt_id: uuid.UUID) -> Pinned:
    """Return what never changes of a person's own attempt.

    The database guards it against change, so it is read once and held. Raise
    NotFoundError for anybody else's.
    """
    with _lock:
        held = _held.get(attempt_id)
        if held is not None:
            _held.move_to_end(attempt_id)
    if held is None:
        attempt = own_attempt(session, person_id, attempt_id)
        held = Pinned(
            id=attempt.id,
            person_id=attempt.person_id,
            course_id=attempt.course_id,
            token_key=attempt.token_key,
            deadline_at=attempt.deadline_at,
            quiz=pinned_course(session, attempt)[1],
        )
        with _lock:
            _held[attempt_id] = held
            while len(_held) > HELD_ATTEMPTS:
                _held.popitem(last=False)
    if held.person_id != person_id:
        message = gettext_noop("There is no such attempt.")
        raise NotFoundError(message)
    return held


def pinned_course(session: Session, attempt: Attempt) -> tuple[Course, Quiz]:
    """Return the course and quiz in the version that an attempt was begun under."""
    course = load_version(session, attempt.digest)
    quiz = find_activity(course, attempt.quiz_id)
    if not isinstance(quiz, Quiz):
        message = gettext_noop("The version of this attempt has no such quiz.")
        raise NotFoundError(message)
    return course, quiz


def answers_of(session: Session, attempt_id: uuid.UUID) -> dict[str, Answer]:
    """Return the present answers of an attempt by question id."""
    rows = session.scalars(select(Answer).where(Answer.attempt_id == attempt_id))
    return {row.question_id: row for row in rows}


def present_revs(session: Session, attempt_id: uuid.UUID) -> Mapping[str, int]:
    """Return the revision of each answer that an attempt has."""
    rows = session.execute(
        select(Answer.question_id, Answer.rev).where(Answer.attempt_id == attempt_id)
    )
    return {row.question_id: row.rev for row in rows}


def latest_grading(session: Session, attempt_id: uuid.UUID) -> Grading | None:
    """Return the marking of an attempt that stands."""
    return session.scalar(
        select(Grading)
        .where(Grading.attempt_id == attempt_id)
        .order_by(Grading.revision.desc())
        .limit(1)
    )


def attempt_score(session: Session, attempt: Attempt, quiz: Quiz) -> scoring.Score:
    """Return what an attempt earned: as recorded, or as it will be once swept."""
    grading = latest_grading(session, attempt.id)
    if grading is not None:
        return scoring.Score(
            grading.score, grading.pass_mark, grading.is_passed, grading.marks
        )
    answers = answers_of(session, attempt.id)
    return scoring.score_answers(quiz, {q: a.response for q, a in answers.items()})


def quiz_state(
    session: Session,
    person_id: uuid.UUID,
    course_id: str,
    quiz: Quiz,
    now: datetime | None = None,
) -> QuizState:
    """Return how a person stands at a quiz; an overdue attempt counts as closed."""
    moment = now or clock.now()
    place = (
        Allowance.person_id == person_id,
        Allowance.course_id == course_id,
        Allowance.quiz_id == quiz.id,
    )
    allowance = session.scalar(select(Allowance).where(*place))
    rows = _sittings(session, allowance.id) if allowance else ()
    used = allowance.attempts_used if allowance else 0
    extra = allowance.attempts_extra if allowance else 0
    open_id = next(
        (r.id for r in rows if timing.is_open(r.state, r.deadline_at, moment)), None
    )
    past = tuple(_past(row) for row in rows if row.id != open_id)
    closed = [attempt.closed_at for attempt in past if attempt.closed_at]
    scores = [attempt.score for attempt in past if attempt.score is not None]
    return QuizState(
        attempts_used=used,
        attempts_left=None
        if quiz.attempts is None
        else timing.quota(quiz, extra, used) - used,
        open_attempt_id=open_id,
        best_score=max(scores, default=None),
        is_passed=any(attempt.is_passed for attempt in past),
        retry_at=timing.retry_at(quiz, max(closed, default=None), moment),
        past=past,
    )


def _sittings(
    session: Session, allowance_id: uuid.UUID
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the attempts of an allowance that stand, each with its marking."""
    rows = session.execute(
        select(
            Attempt.id,
            Attempt.number,
            Attempt.state,
            Attempt.deadline_at,
            Attempt.closed_at,
            Grading.score,
            Grading.is_passed,
        )
        .outerjoin(Grading, Grading.attempt_id == Attempt.id)
        .where(Attempt.allowance_id == allowance_id, Attempt.state != "void")
        .order_by(Attempt.number, Grading.revision)
    )
    latest: dict[uuid.UUID, Row[*tuple[Any, ...]]] = {row.id: row for row in rows}
    return tuple(latest.values())


def _past(row: Row[*tuple[Any, ...]]) -> PastAttempt:
    """Return a closed attempt; one not yet swept was closed by its deadline."""
    closed_at = row.closed_at or row.deadline_at
    return PastAttempt(row.id, row.number, closed_at, row.score, bool(row.is_passed))


def overdue_attempts(session: Session, now: datetime) -> list[Attempt]:
    """Return the open attempts whose time is over and whose saves have all landed."""
    rows = session.scalars(
        select(Attempt)
        .where(Attempt.state == "open", Attempt.deadline_at < now - timing.SWEEP_AFTER)
        .order_by(Attempt.deadline_at)
    )
    return list(rows)


_attempts = cast("Table", Attempt.__table__).c
_events = cast("Table", AnswerEvent.__table__).c
_payloads = cast("Table", AnswerPayload.__table__).c
_answers = cast("Table", Answer.__table__).c
LOCKED = (
    select(
        _attempts.state, _attempts.deadline_at, _attempts.event_count, _attempts.head
    )
    .where(
        _attempts.id == bindparam("attempt"), _attempts.person_id == bindparam("person")
    )
    .with_for_update(key_share=True)
)
KEPT = (
    select(
        _events.question_id,
        _events.kind,
        _events.rev,
        _events.received_at,
        _events.hash,
        _payloads.n.label("payload_n"),
        _payloads.response,
    )
    .outerjoin_from(
        AnswerEvent.__table__,
        AnswerPayload.__table__,
        (_payloads.attempt_id == _events.attempt_id) & (_payloads.n == _events.n),
    )
    .where(_events.attempt_id == bindparam("attempt"), _events.key == bindparam("key"))
)
PRESENT = select(_answers.rev, _answers.device, _answers.seq, _answers.response).where(
    _answers.attempt_id == bindparam("attempt"),
    _answers.question_id == bindparam("question"),
)


def locked_attempt(
    session: Session, attempt_id: uuid.UUID, person_id: uuid.UUID
) -> Row[*tuple[Any, ...]]:
    """Lock a person's own attempt until the unit ends, and return how it stands.

    The lock keeps a save and a submission apart; a plain read would not. Raise
    NotFoundError for anybody else's attempt.
    """
    place = {"attempt": attempt_id, "person": person_id}
    row = session.connection().execute(LOCKED, place).first()
    if row is None:
        message = gettext_noop("There is no such attempt.")
        raise NotFoundError(message)
    return row


def kept_event(
    session: Session, attempt_id: uuid.UUID, key: str
) -> Row[*tuple[Any, ...]] | None:
    """Return the event that a key already made, with its value unless erased."""
    place = {"attempt": attempt_id, "key": key}
    return session.connection().execute(KEPT, place).first()


def present_answer(
    session: Session, attempt_id: uuid.UUID, question_id: str
) -> Present | None:
    """Return the answer to a question that stands."""
    place = {"attempt": attempt_id, "question": question_id}
    row = session.connection().execute(PRESENT, place).first()
    return Present(*row) if row else None


def highest_seq(session: Session, attempt_id: uuid.UUID, save: Save) -> int | None:
    """Return the highest applied number of a save's device at its question."""
    return session.scalar(
        select(func.max(AnswerEvent.seq)).where(
            AnswerEvent.attempt_id == attempt_id,
            AnswerEvent.question_id == save.question_id,
            AnswerEvent.device == save.device,
            AnswerEvent.is_applied,
        )
    )


def response_at(
    session: Session, attempt_id: uuid.UUID, question_id: str, rev: int
) -> object:
    """Return what a question's answer was at an earlier revision; None at 0."""
    return session.scalar(
        select(AnswerPayload.response)
        .join(
            AnswerEvent,
            (AnswerPayload.attempt_id == AnswerEvent.attempt_id)
            & (AnswerPayload.n == AnswerEvent.n),
        )
        .where(
            AnswerEvent.attempt_id == attempt_id,
            AnswerEvent.question_id == question_id,
            AnswerEvent.rev == rev,
            AnswerEvent.is_applied,
        )
    )
