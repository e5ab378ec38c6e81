"""When an attempt ends, when a save is late, when the next may begin, what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainer.courses.model import Due, Quiz

GRACE = timedelta(seconds=5)
SWEEP_AFTER = timedelta(seconds=20)
CLOCKS_APART = timedelta(seconds=30)
UNLIMITED = 1_000_000
STEPS = {
    "open": frozenset({"submitted", "expired", "void"}),
    "submitted": frozenset({"graded", "void"}),
    "expired": frozenset({"graded", "void"}),
    "graded": frozenset({"released", "void"}),
    "released": frozenset({"void"}),
    "void": frozenset[str](),
}
RANKS: dict[Due, int] = {"each": 0, "end": 1, "pass": 2, "closed": 3, "never": 4}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides whether feedback is due: how a learner stands at a quiz."""

    is_closed: bool
    is_passed: bool
    is_over: bool


def may_step(before: str, after: str) -> bool:
    """Say whether an attempt may move from one state to another."""
    return after in STEPS[before]


def deadline(quiz: Quiz, started_at: datetime) -> datetime | None:
    """Return when an attempt begun now must end; nothing when it is untimed."""
    if quiz.time_limit is None:
        return None
    return started_at + timedelta(minutes=quiz.time_limit)


def has_ended(deadline_at: datetime | None, now: datetime) -> bool:
    """Say whether the time is over, the grace of a slow line included."""
    return deadline_at is not None and now > deadline_at + GRACE


def may_sweep(deadline_at: datetime | None, now: datetime) -> bool:
    """Say whether no save that came in time can still be under way."""
    return deadline_at is not None and now > deadline_at + SWEEP_AFTER


def is_open(state: str, deadline_at: datetime | None, now: datetime) -> bool:
    """Say whether an attempt takes answers; an overdue one does not, swept or not."""
    return state == "open" and not has_ended(deadline_at, now)


def quota(quiz: Quiz, extra: int, used: int) -> int:
    """Return how many attempts a learner has, never fewer than already used."""
    return max(used, (quiz.attempts or UNLIMITED) + extra)


def retry_at(quiz: Quiz, closed_at: datetime | None, now: datetime) -> datetime | None:
    """Return when the next attempt may begin; nothing when it may begin now."""
    if closed_at is None or not quiz.retry_wait_minutes:
        return None
    moment = closed_at + timedelta(minutes=quiz.retry_wait_minutes)
    return moment if moment > now else None


def later(feedback: Due, show_correct: Due) -> Due:
    """Return when the key is due: as the author says, but never before feedback."""
    return max(feedback, show_correct, key=RANKS.__getitem__)


def is_due(due: Due, circumstances: Circumstances) -> bool:
    """Say whether what is due then may be shown now.

    Nothing is shown while an attempt is open. `closed` is when no attempt is left.
    """
    if not circumstances.is_closed:
        return False
    match due:
        case "each" | "end":
            return True
        case "pass":
            return circumstances.is_passed
        case "closed":
            return circumstances.is_over
        case "never":
            return False
