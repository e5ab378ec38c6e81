"""Sign-ins opened, used and ended, and guesses slowed down."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from trainer.accounts import rules
from trainer.accounts.formats import new_token, token_hash
from trainer.accounts.models import AccountLink, Person, SignIn, Throttle
from trainer.database import EPOCH
from trainer.errors import RefusedError, gettext_noop

if TYPE_CHECKING:
    import uuid
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from trainer.accounts.queries import Credentials
    from trainer.accounts.rules import Slowdown


def open_sign_in(
    session: Session, known: Credentials, agent: str, now: datetime
) -> str:
    """Open a sign-in and return its token; RefusedError if the account changed.

    The sign-ins of the person that have ended are cleared away.
    """
    standing = session.scalar(
        select(Person.auth_epoch)
        .where(Person.id == known.person_id, Person.is_active)
        .with_for_update(read=True)
    )
    if standing != known.auth_epoch:
        raise RefusedError(
            gettext_noop("The account has just been changed. Sign in again.")
        )
    session.execute(
        delete(SignIn).where(
            SignIn.person_id == known.person_id,
            (SignIn.ends_at <= now) | (SignIn.seen_at <= now - rules.IDLE),
        )
    )
    token = new_token()
    sign_in = SignIn(
        token_hash=token_hash(token),
        person_id=known.person_id,
        auth_epoch=known.auth_epoch,
        csrf_secret=f"{known.person_id.hex}.{secrets.token_urlsafe(24)}",
        agent=agent,
        started_at=now,
        seen_at=now,
        ends_at=now + rules.ABSOLUTE,
    )
    session.add(sign_in)
    return token


def touch_sign_in(session: Session, sign_in_id: uuid.UUID, now: datetime) -> None:
    """Record that a sign-in was used."""
    session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.seen_at < now)
        .values(seen_at=now)
    )


def end_sign_in(session: Session, person_id: uuid.UUID, sign_in_id: uuid.UUID) -> bool:
    """End one sign-in of a person; say whether there was such a one."""
    ended = session.execute(
        delete(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.person_id == person_id)
        .returning(SignIn.id)
    )
    return ended.first() is not None


def reserve_guess(
    session: Session, account: str, source: str, now: datetime
) -> timedelta | None:
    """Count one guess at an account before it is checked; or return the wait.

    Counting first keeps guesses made at the same moment from slipping through. The
    arguments are the hashes of the account's address and of the source.
    """
    row = _throttle(session, account, now)
    other = session.get(Throttle, source)
    opens_at = max(row.opens_at, EPOCH if other is None else other.opens_at)
    if now < opens_at <= now + rules.BY_ACCOUNT.most:  # later only if a clock went back
        return opens_at - now
    _count(row, rules.BY_ACCOUNT, now)
    return None


def settle_guess(
    session: Session, account: str, source: str, now: datetime, *, is_right: bool
) -> None:
    """Forgive the account after a right password; count a wrong one to its source."""
    if is_right:
        session.execute(delete(Throttle).where(Throttle.subject_hash == account))
        return
    _count(_throttle(session, source, now), rules.BY_SOURCE, now)


def _throttle(session: Session, subject: str, now: datetime) -> Throttle:
    """Return the counter of a subject, locked, made when it is new."""
    row = session.get(Throttle, subject, with_for_update=True)
    if row is None:
        row = Throttle(subject_hash=subject, failed_at=now, opens_at=EPOCH)
        session.add(row)
        session.flush()
    return row


def _count(row: Throttle, slowdown: Slowdown, now: datetime) -> None:
    """Add one failure to a counter and set when the next guess may come."""
    if row.failed_at + slowdown.forgotten_after <= now:
        row.failures = 0
    row.failures += 1
    row.failed_at = now
    delay = slowdown.delay(row.failures)
    if delay:
        row.opens_at = now + delay


def sweep(session: Session, now: datetime) -> None:
    """Clear away sign-ins and links that have ended, and guesses long forgotten."""
    idle = now - rules.IDLE
    session.execute(
        delete(SignIn).where((SignIn.ends_at <= now) | (SignIn.seen_at <= idle))
    )
    session.execute(delete(AccountLink).where(AccountLink.ends_at <= now))
    forgotten = now - rules.BY_ACCOUNT.forgotten_after
    session.execute(
        delete(Throttle).where(
            Throttle.failed_at <= forgotten, Throttle.opens_at <= now
        )
    )
