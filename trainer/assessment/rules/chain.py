"""The chain of hashes that shows whether a saved answer was changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Link:
    """Everything of one event that its hash covers, the value only by commitment."""

    attempt_id: UUID
    n: int
    key: str
    kind: str
    question_id: str
    device: str
    seq: int
    base_rev: int | None
    rev: int
    is_late: bool
    is_applied: bool
    received_at: datetime
    payload_sha: str


LINK_FIELDS = tuple(field.name for field in fields(Link))


def canonical(value: object) -> bytes:
    """Return the one JSON text of a value; raise TypeError when it holds a float."""
    _refuse_floats(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def payload_sha(salt: str, response: object, saved_at: str) -> str:
    """Return the commitment to a value that nobody can guess without the salt."""
    return hashlib.sha256(canonical([salt, response, saved_at])).hexdigest()


def genesis(attempt_id: UUID) -> str:
    """Return the hash that the first event of an attempt is chained to."""
    return hashlib.sha256(canonical(["attempt", str(attempt_id)])).hexdigest()


def link_hash(prev: str, link: Link) -> str:
    """Return the hash of an event, chained to the hash of the one before."""
    values = [getattr(link, name) for name in LINK_FIELDS]
    values[0] = str(link.attempt_id)
    values[-2] = (link.received_at - EPOCH) // MICROSECOND
    return hashlib.sha256(canonical([prev, *values])).hexdigest()


def first_break(
    attempt_id: UUID, events: Iterable[tuple[Link, str, str]]
) -> tuple[int, str] | None:
    """Return the number of the first event that breaks the chain, and why.

    `events` are (link, prev, hash) in order; nothing is returned for a whole chain.
    """
    head = genesis(attempt_id)
    for number, (link, prev, stored) in enumerate(events, start=1):
        if link.n != number:
            return number, f"event {number} is missing"
        if prev != head:
            return number, "it does not follow from the event before"
        head = link_hash(prev, link)
        if stored != head:
            return number, "its content does not give its hash"
    return None


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        message = "A float has no one way to be written."
        raise TypeError(message)
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
