"""What a save is, what becomes of it, and what is answered to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

Kind: TypeAlias = Literal["applied", "superseded", "conflict", "late"]


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
class Present:
    """The answer that stands when a save comes."""

    rev: int
    device: str
    seq: int
    response: object


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What became of a save. Valid only once its unit has committed.

    `kind` is applied, superseded (a later save of the same device stands), conflict
    or late; all but the first are kept and not applied. `current` is the response
    that stood before. `has_closed` tells that this save found the attempt overdue.
    """

    key: str
    rev: int
    received_at: datetime
    hash: str
    kind: Kind
    is_replayed: bool = False
    has_closed: bool = False
    current: object = None


def judge(save: Save, present: Present | None, highest_seq: int | None) -> Kind:
    """Say what becomes of a save that came in time.

    `highest_seq` is the highest applied one of this device at this question, needed
    only when the present answer came from another device. A save without a base
    makes no claim about what it builds on, so the last one stands.
    """
    if present is None:
        return "applied"
    if present.device == save.device:
        return "applied" if save.seq >= present.seq else "superseded"
    if highest_seq is not None and save.seq < highest_seq:
        return "superseded"
    is_behind = save.base_rev is not None and save.base_rev < present.rev
    return "conflict" if is_behind and save.response != present.response else "applied"
