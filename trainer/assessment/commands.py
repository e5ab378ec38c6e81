"""Begin attempts, keep answers, close and mark: each a part of one short write unit."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Row, Table, Update, bindparam, insert, select, update
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
    highest_seq,
    kept_event,
    locked_attempt,
    overdue_attempts,
    pinned_course,
    present_answer,
    present_revs,
)
from trainer.assessment.rules import chain, scoring, timing
from trainer.assessment.rules.saving import (
    Acknowledgement,
    Kind,
    Present,
    Save,
    judge,
)
from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.model import Quiz
from trainer.enrolment.commands import add_once
from trainer.errors import (
    KeyReuseError,
    MissingSavesError,
    RefusedError,
    gettext_noop,
)


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
        message = gettext_noop("The next attempt cannot begin yet.")
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
    quota = timing.quota(quiz, 0, 0)
    fresh = {"id": uuid.uuid4(), "attempts_used": 0, "attempts_extra": 0}
    add_once(session, Allowance, place | fresh | {"attempts_max": quota})
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
        message = gettext_noop("No attempt is left.")
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
    attempt = locked_attempt(session, attempt_id, person_id)
    known = kept_event(session, attempt_id, save.key)
    answer = present_answer(session, attempt_id, save.question_id)
    if known is not None:
        return _repeated(save, known, answer)
    has_ended = timing.has_ended(attempt.deadline_at, arrived_at)
    kind: Kind = "late"
    if attempt.state == "open" and not has_ended:
        is_other = answer is not None and answer.device != save.device
        highest = highest_seq(session, attempt_id, save) if is_other else None
        kind = judge(save, answer, highest)
    rev = (answer.rev if answer else 0) + (kind == "applied")
    link = _link(attempt_id, attempt.event_count + 1, save, (kind, rev), arrived_at)
    head = _append(session, attempt.head, link, save)
    if link.is_applied:
        _apply(session, link, save.response)
    has_closed = attempt.state == "open" and has_ended
    if has_closed:
        _close(session, attempt_id, "expired", attempt.deadline_at, arrived_at)
    return Acknowledgement(
        key=save.key,
        rev=rev,
        received_at=arrived_at,
        hash=head,
        kind=kind,
        has_closed=has_closed,
        current=answer.response if answer else None,
    )


def _link(
    attempt_id: uuid.UUID,
    n: int,
    save: Save,
    judged: tuple[Kind, int],
    arrived_at: datetime,
) -> chain.Link:
    """Return the event that a save becomes; its value is committed to later."""
    kind, rev = judged
    return chain.Link(
        attempt_id=attempt_id,
        n=n,
        key=save.key,
        kind=kind,
        question_id=save.question_id,
        device=save.device,
        seq=save.seq,
        base_rev=save.base_rev,
        rev=rev,
        is_late=kind == "late",
        is_applied=kind == "applied",
        received_at=arrived_at,
        payload_sha="",
    )


def _repeated(
    save: Save, known: Row[*tuple[Any, ...]], answer: Present | None
) -> Acknowledgement:
    """Return the acknowledgement a key already has; raise when it says otherwise."""
    is_same = known.question_id == save.question_id and (
        known.payload_n is None or known.response == save.response
    )
    if not is_same:
        message = gettext_noop("This key was used for another answer.")
        raise KeyReuseError(message)
    is_conflict = answer is not None and known.kind == "conflict"
    return Acknowledgement(
        key=save.key,
        rev=answer.rev if answer and is_conflict else known.rev,
        received_at=known.received_at,
        hash=known.hash,
        kind=known.kind,
        is_replayed=True,
        current=answer.response if answer else None,
    )


def _append(session: Session, prev: str, link: chain.Link, save: Save) -> str:
    """Add an event with its value to the end of the chain; return the new head."""
    salt = secrets.token_hex(16)
    link = replace(
        link, payload_sha=chain.payload_sha(salt, save.response, save.saved_at)
    )
    head = chain.link_hash(prev, link)
    event = {name: getattr(link, name) for name in chain.LINK_FIELDS}
    database = session.connection()
    database.execute(EVENT, {**event, "prev": prev, "hash": head})
    database.execute(
        PAYLOAD,
        {
            "attempt_id": link.attempt_id,
            "n": link.n,
            "salt": salt,
            "response": save.response,
            "saved_at": save.saved_at,
        },
    )
    database.execute(HEAD, {"attempt": link.attempt_id, "n": link.n, "hash": head})
    return head


EVENT = insert(cast("Table", AnswerEvent.__table__))
PAYLOAD = insert(cast("Table", AnswerPayload.__table__))
FIRST_ANSWER = insert(cast("Table", Answer.__table__))
HEAD = (
    update(cast("Table", Attempt.__table__))
    .where(Attempt.id == bindparam("attempt"))
    .values(event_count=bindparam("n"), head=bindparam("hash"))
)
NEXT_ANSWER = (
    update(cast("Table", Answer.__table__))
    .where(
        Answer.attempt_id == bindparam("attempt"),
        Answer.question_id == bindparam("question"),
    )
    .values(
        {name: bindparam(name) for name in ("rev", "n", "device", "seq", "response")}
    )
)


def _apply(session: Session, link: chain.Link, response: object) -> None:
    """Make the response of an event the present one."""
    present = {
        "rev": link.rev,
        "n": link.n,
        "device": link.device,
        "seq": link.seq,
        "response": response,
    }
    if link.rev == 1:
        place = {"attempt_id": link.attempt_id, "question_id": link.question_id}
        session.connection().execute(FIRST_ANSWER, {**place, **present})
    else:
        place = {"attempt": link.attempt_id, "question": link.question_id}
        session.connection().execute(NEXT_ANSWER, {**place, **present})


def submit(
    session: Session,
    person_id: uuid.UUID,
    attempt_id: uuid.UUID,
    revs: Mapping[str, int],
    now: datetime,
) -> Attempt:
    """Hand in an attempt and mark it; an attempt already closed stays as it is.

    `revs` are the revisions that the device was told of, by question id: raise
    MissingSavesError when one of them is not here.
    """
    row = locked_attempt(session, attempt_id, person_id)
    if row.state == "open":
        if timing.has_ended(row.deadline_at, now):
            _close(session, attempt_id, "expired", row.deadline_at, now)
        else:
            present = present_revs(session, attempt_id)
            missing = [q for q, rev in revs.items() if present.get(q, 0) < rev]
            if missing:
                raise MissingSavesError(tuple(sorted(missing)))
            _close(session, attempt_id, "submitted", now, now)
    return _fresh(session, attempt_id)


def expire(session: Session, attempt_id: uuid.UUID, now: datetime) -> bool:
    """Record that the time of an open attempt is over, and mark it.

    Return False when it was closed already or still has time.
    """
    attempt = session.scalars(
        select(Attempt)
        .where(Attempt.id == attempt_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    if not timing.has_ended(attempt.deadline_at, now):
        return False
    return _close(session, attempt_id, "expired", attempt.deadline_at, now)


def sweep(session: Session, now: datetime) -> list[Attempt]:
    """Expire every open attempt whose time is over; return those it closed."""
    return [
        attempt
        for attempt in overdue_attempts(session, now)
        if expire(session, attempt.id, now)
    ]


def _close(
    session: Session,
    attempt_id: uuid.UUID,
    state: Literal["submitted", "expired"],
    closed_at: datetime | None,
    now: datetime,
) -> bool:
    """Close an open attempt and mark it; only the one who closes it marks it."""
    upto = session.scalar(
        _step(attempt_id, "open", state)
        .values(closed_at=closed_at)
        .returning(Attempt.event_count)
    )
    if upto is None:
        return False
    _grade(session, _fresh(session, attempt_id), upto, now)
    session.execute(_step(attempt_id, state, "graded"))
    session.execute(_step(attempt_id, "graded", "released"))
    _fresh(session, attempt_id)
    return True


def _step(attempt_id: uuid.UUID, before: str, after: str) -> Update:
    """Return the one step of an attempt from a state to the next."""
    return (
        update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.state == before)
        .values(state=after)
        .execution_options(synchronize_session=False)
    )


def _grade(session: Session, attempt: Attempt, upto: int, now: datetime) -> None:
    """Mark a closed attempt from the version it was begun under."""
    _course, quiz = pinned_course(session, attempt)
    answers = answers_of(session, attempt.id)
    score = scoring.score_answers(quiz, {q: a.response for q, a in answers.items()})
    session.add(
        Grading(
            attempt_id=attempt.id,
            revision=1,
            upto_event=upto,
            grader=scoring.GRADER,
            score=score.score,
            pass_mark=score.pass_mark,
            is_passed=score.is_passed,
            marks=score.marks,
            recorded_at=now,
        )
    )
    session.flush()


def _fresh(session: Session, attempt_id: uuid.UUID) -> Attempt:
    """Return an attempt as the database now has it."""
    return session.scalars(
        select(Attempt)
        .where(Attempt.id == attempt_id)
        .execution_options(populate_existing=True)
    ).one()
