"""Whether the facts still prove themselves: chains, replays, markings, quotas."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from trainer.assessment.models import (
    Allowance,
    Answer,
    AnswerEvent,
    AnswerPayload,
    Attempt,
    Grading,
)
from trainer.assessment.queries import pinned_course
from trainer.assessment.rules import chain, scoring, timing
from trainer.courses import bundle
from trainer.errors import NotFoundError
from trainer.operations.queries.differences import Difference
from trainer.operations.queries.standing import (
    completion_differences,
    line_differences,
)
from trainer.publishing.models import ContentVersion, MediaFile

BATCH = 200
MARKED = frozenset({"graded", "released"})


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one attempt left in the database."""

    attempt: Attempt
    events: Sequence[AnswerEvent]
    payloads: dict[int, AnswerPayload]
    answers: dict[str, Answer]
    gradings: Sequence[Grading]


def verify(session: Session) -> Iterator[Difference]:
    """Yield every difference; the session must see one unchanging moment."""
    yield from version_differences(session)
    yield from media_differences(session)
    yield from quota_differences(session)
    ids = session.scalars(select(Attempt.id).order_by(Attempt.started_at, Attempt.id))
    every = ids.all()
    for start in range(0, len(every), BATCH):
        yield from _differences_of(session, every[start : start + BATCH])
        session.expunge_all()
    yield from completion_differences(session)
    yield from line_differences(session)


def version_differences(session: Session) -> Iterator[Difference]:
    """Yield the versions whose content is not what their digest says."""
    for digest in session.scalars(select(ContentVersion.digest)).all():
        body = _body_of(session, digest)
        if hashlib.sha256(body).hexdigest() != digest:
            yield Difference(
                f"content version {digest[:12]}", "its content was changed"
            )


def media_differences(session: Session) -> Iterator[Difference]:
    """Yield the files that were changed, that are missing, or that nothing shows."""
    kept = set(session.scalars(select(MediaFile.sha256)))
    shown: set[str] = set()
    for digest in session.scalars(select(ContentVersion.digest)).all():
        try:
            course = bundle.load(_body_of(session, digest))
        except bundle.BundleError:
            continue  # its digest has told so already
        shown |= {media.sha256 for media in course.media}
    for sha256 in sorted(kept):
        body = session.scalars(
            select(MediaFile.body).where(MediaFile.sha256 == sha256)
        ).one()
        if hashlib.sha256(body).hexdigest() != sha256:
            yield Difference(f"media file {sha256[:12]}", "its content was changed")
    for sha256 in sorted(shown - kept):
        yield Difference(f"media file {sha256[:12]}", "it is missing")
    for sha256 in sorted(kept - shown):
        yield Difference(f"media file {sha256[:12]}", "no version shows it")


def _body_of(session: Session, digest: str) -> bytes:
    """Return the bytes of a version."""
    return session.scalars(
        select(ContentVersion.bundle).where(ContentVersion.digest == digest)
    ).one()


def quota_differences(session: Session) -> Iterator[Difference]:
    """Yield the allowances that do not count the attempts there are."""
    rows = session.execute(
        select(
            Allowance.id,
            Allowance.attempts_used,
            func.count(Attempt.id),
            func.coalesce(func.max(Attempt.number), 0),
        )
        .outerjoin(Attempt, Attempt.allowance_id == Allowance.id)
        .group_by(Allowance.id, Allowance.attempts_used)
        .order_by(Allowance.id)
    )
    for allowance_id, used, count, highest in rows:
        if not used == count == highest:
            yield Difference(
                f"allowance {allowance_id}",
                f"{used} attempts are counted, {count} are there, "
                f"the last has number {highest}",
            )


def attempt_differences(session: Session, facts: Facts) -> Iterator[Difference]:
    """Yield what is wrong with one attempt: its chain, its answers, its marking."""
    place = f"attempt {facts.attempt.id}"
    yield from (Difference(place, text) for text in _chain_faults(facts))
    yield from (Difference(place, text) for text in _answer_faults(facts))
    yield from (Difference(place, text) for text in _grading_faults(session, facts))


def _differences_of(session: Session, ids: Sequence[uuid.UUID]) -> Iterator[Difference]:
    """Yield the differences of some attempts; one that cannot be read is named."""
    try:
        gathered = gather(session, ids)
    except (ValueError, TypeError, LookupError):
        if len(ids) == 1:
            yield Difference(f"attempt {ids[0]}", "its rows cannot be read")
            return
        for one in ids:
            yield from _differences_of(session, [one])
        return
    for facts in gathered:
        yield from attempt_differences(session, facts)


def gather(session: Session, ids: Sequence[uuid.UUID]) -> list[Facts]:
    """Return the facts of some attempts in the order of the ids."""
    events: dict[uuid.UUID, list[AnswerEvent]] = defaultdict(list)
    for event in session.scalars(
        select(AnswerEvent)
        .where(AnswerEvent.attempt_id.in_(ids))
        .order_by(AnswerEvent.attempt_id, AnswerEvent.n)
    ):
        events[event.attempt_id].append(event)
    payloads: dict[uuid.UUID, dict[int, AnswerPayload]] = defaultdict(dict)
    for payload in session.scalars(
        select(AnswerPayload).where(AnswerPayload.attempt_id.in_(ids))
    ):
        payloads[payload.attempt_id][payload.n] = payload
    answers: dict[uuid.UUID, dict[str, Answer]] = defaultdict(dict)
    for answer in session.scalars(select(Answer).where(Answer.attempt_id.in_(ids))):
        answers[answer.attempt_id][answer.question_id] = answer
    gradings: dict[uuid.UUID, list[Grading]] = defaultdict(list)
    for grading in session.scalars(
        select(Grading)
        .where(Grading.attempt_id.in_(ids))
        .order_by(Grading.attempt_id, Grading.revision)
    ):
        gradings[grading.attempt_id].append(grading)
    found = session.scalars(select(Attempt).where(Attempt.id.in_(ids)))
    attempts = {attempt.id: attempt for attempt in found}
    return [
        Facts(attempts[one], events[one], payloads[one], answers[one], gradings[one])
        for one in ids
    ]


def _chain_faults(facts: Facts) -> Iterator[str]:
    """Yield where the chain of an attempt breaks, and values that do not fit it."""
    attempt = facts.attempt
    links = [(_link(event), event.prev, event.hash) for event in facts.events]
    broken = chain.first_break(attempt.id, links)
    if broken is not None:
        yield f"event {broken[0]}: {broken[1]}"
    head = links[-1][2] if links else chain.genesis(attempt.id)
    if (attempt.event_count, attempt.head) != (len(links), head):
        yield f"it counts {attempt.event_count} events, {len(links)} are there"
    for event in facts.events:
        payload = facts.payloads.get(event.n)
        if payload is not None and _commitment(payload) != event.payload_sha:
            yield f"event {event.n}: its value was changed"
        is_over = timing.has_ended(attempt.deadline_at, event.received_at)
        if is_over and not event.is_late:
            yield f"event {event.n}: it came after the end and counts as in time"


def _link(event: AnswerEvent) -> chain.Link:
    """Return what the hash of an event covers."""
    return chain.Link(**{name: getattr(event, name) for name in chain.LINK_FIELDS})


def _commitment(payload: AnswerPayload) -> str:
    """Return the commitment that a value gives; "" when it can give none."""
    try:
        return chain.payload_sha(payload.salt, payload.response, payload.saved_at)
    except TypeError:
        return ""


def _answer_faults(facts: Facts) -> Iterator[str]:
    """Yield the answers that are not the replay of the applied events."""
    last: dict[str, AnswerEvent] = {}
    for event in facts.events:
        if event.is_applied and not event.is_late:
            last[event.question_id] = event
    for question_id in sorted({*last, *facts.answers}):
        saved, answer = last.get(question_id), facts.answers.get(question_id)
        if saved is None:
            yield f"answer {question_id}: no event saved it"
        elif answer is None:
            yield f"answer {question_id}: it is missing"
        elif not _is_replay(saved, facts.payloads.get(saved.n), answer):
            yield f"answer {question_id}: it is not what event {saved.n} saved"


def _is_replay(
    event: AnswerEvent, payload: AnswerPayload | None, answer: Answer
) -> bool:
    """Say whether an answer is what its last event saved."""
    said = (answer.n, answer.rev, answer.device, answer.seq)
    if said != (event.n, event.rev, event.device, event.seq):
        return False
    return payload is None or payload.response == answer.response


def _grading_faults(session: Session, facts: Facts) -> Iterator[str]:
    """Yield the markings that the version and the answers do not give."""
    if facts.attempt.state in MARKED and not facts.gradings:
        yield "it is closed and was never marked"
    if facts.attempt.state == "open" and facts.gradings:
        yield "it is open and was marked"
    for grading in facts.gradings:
        place = f"grading {grading.revision}"
        if any(e.is_applied and e.n > grading.upto_event for e in facts.events):
            yield f"{place}: it leaves out answers that came in time"
        answers = _answers_upto(facts, grading.upto_event)
        if grading.grader != scoring.GRADER or answers is None:
            continue
        try:
            _course, quiz = pinned_course(session, facts.attempt)
            made = scoring.score_answers(quiz, answers)
        except (NotFoundError, ValueError, TypeError, LookupError):
            yield f"{place}: its answers or their version cannot be read"
            continue
        stored = scoring.Score(
            grading.score, grading.pass_mark, grading.is_passed, grading.marks
        )
        if made != stored:
            yield f"{place}: it says {stored.score}, the answers give {made.score}"


def _answers_upto(facts: Facts, upto: int) -> dict[str, object] | None:
    """Return the answers as they were at an event; None when one was erased."""
    answers: dict[str, object] = {}
    for event in facts.events:
        if event.n <= upto and event.is_applied:
            if event.n not in facts.payloads:
                return None
            answers[event.question_id] = facts.payloads[event.n].response
    return answers


def describe(differences: Iterable[Difference], most: int) -> tuple[list[str], int]:
    """Return the first differences in words, and how many there are in all."""
    lines: list[str] = []
    count = 0
    for count, difference in enumerate(differences, start=1):
        if count <= most:
            lines.append(str(difference))
    return lines, count
