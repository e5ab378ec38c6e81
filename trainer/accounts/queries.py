"""Who is signed in, who somebody is, and where they serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import and_, bindparam, select

from trainer.accounts import rules
from trainer.accounts.models import (
    AccountLink,
    Ministry,
    Mission,
    Person,
    Posting,
    RoleGrant,
    SignIn,
)
from trainer.errors import NotFoundError, gettext_noop

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person who is signed in at one browser, as one request sees them."""

    id: uuid.UUID
    ministry_id: uuid.UUID
    name: str
    email: str
    language: str | None
    roles: frozenset[str]
    sign_in_id: uuid.UUID

    # What Flask-Login asks of a user, without inheriting from it.
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """Return what Flask-Login calls a person by."""
        return str(self.id)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One sign-in with its person and roles."""

    visitor: Visitor
    csrf_secret: str
    seen_at: datetime
    ends_at: datetime

    def is_alive(self, now: datetime) -> bool:
        """Say whether the sign-in still holds: neither idle nor too old."""
        idle = rules.idle_limit(self.visitor.roles)
        return now < self.ends_at and now < self.seen_at + idle


SESSION_ROW = (
    select(
        Person.id,
        Person.ministry_id,
        Person.name,
        Person.email,
        Person.language,
        SignIn.id.label("sign_in_id"),
        SignIn.csrf_secret,
        SignIn.seen_at,
        SignIn.ends_at,
        RoleGrant.role,
    )
    .join(Person, SignIn.person_id == Person.id)
    .outerjoin(
        RoleGrant,
        and_(RoleGrant.person_id == Person.id, RoleGrant.revoked_at.is_(None)),
    )
    .where(
        SignIn.token_hash == bindparam("token_hash"),
        Person.is_active,
        SignIn.auth_epoch == Person.auth_epoch,
    )
)


def session_row(session: Session | Connection, token_hash: str) -> SessionRow | None:
    """Return the sign-in of a token with its person and roles, in one statement."""
    rows = session.execute(SESSION_ROW, {"token_hash": token_hash}).all()
    if not rows:
        return None
    row = rows[0]
    visitor = Visitor(
        id=row.id,
        ministry_id=row.ministry_id,
        name=row.name,
        email=row.email,
        language=row.language,
        roles=frozenset(r.role for r in rows if r.role is not None),
        sign_in_id=row.sign_in_id,
    )
    return SessionRow(visitor, row.csrf_secret, row.seen_at, row.ends_at)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    person_id: uuid.UUID
    password_hash: str | None
    auth_epoch: int


def credentials(session: Session, email: str) -> Credentials | None:
    """Return what an active person of that address signs in with."""
    row = session.execute(
        select(Person.id, Person.password_hash, Person.auth_epoch).where(
            Person.email == rules.plain_email(email), Person.is_active
        )
    ).one_or_none()
    return None if row is None else Credentials(*row)


def own_credentials(session: Session, person_id: uuid.UUID) -> Credentials:
    """Return what one active person signs in with."""
    row = session.execute(
        select(Person.id, Person.password_hash, Person.auth_epoch).where(
            Person.id == person_id, Person.is_active
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(gettext_noop("There is no such account."))
    return Credentials(*row)


def own_sign_ins(session: Session, visitor: Visitor, now: datetime) -> Sequence[SignIn]:
    """Return where a person is signed in now, the latest seen first."""
    idle = rules.idle_limit(visitor.roles)
    return session.scalars(
        select(SignIn)
        .join(Person, SignIn.person_id == Person.id)
        .where(
            SignIn.person_id == visitor.id,
            SignIn.auth_epoch == Person.auth_epoch,
            SignIn.ends_at > now,
            SignIn.seen_at > now - idle,
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id)
    ).all()


def link_email(
    session: Session, token_hash: str, purpose: str, now: datetime
) -> str | None:
    """Return whose account an unused link opens, or nothing when it is no good."""
    return session.scalar(
        select(Person.email)
        .join(AccountLink, AccountLink.person_id == Person.id)
        .where(
            AccountLink.token_hash == token_hash,
            AccountLink.purpose == purpose,
            AccountLink.used_at.is_(None),
            AccountLink.ends_at > now,
            Person.is_active,
        )
    )


def person_by_email(session: Session, email: str) -> Person:
    """Return the person of that address; raise NotFoundError when there is none."""
    plain = rules.plain_email(email)
    person = session.scalar(select(Person).where(Person.email == plain))
    if person is None:
        raise NotFoundError(f"There is no account for {plain}.")
    return person


def roles_of(session: Session, person_id: uuid.UUID) -> frozenset[str]:
    """Return the roles that a person holds now."""
    held = select(RoleGrant.role).where(
        RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None)
    )
    return frozenset(session.scalars(held))


def posting_as_of(
    session: Session, person_id: uuid.UUID, day: date, known_by: datetime | None = None
) -> Posting | None:
    """Return where a person served on a day, as was known by a moment (or now)."""
    found = select(Posting).where(
        Posting.person_id == person_id, Posting.from_on <= day
    )
    if known_by is not None:
        found = found.where(Posting.recorded_at <= known_by)
    latest = found.order_by(
        Posting.from_on.desc(), Posting.recorded_at.desc(), Posting.id
    )
    return session.scalar(latest.limit(1))


def ministries(session: Session) -> Sequence[Ministry]:
    """Return every ministry, by code."""
    return session.scalars(select(Ministry).order_by(Ministry.code)).all()


def missions(session: Session, ministry_id: uuid.UUID) -> Sequence[Mission]:
    """Return the missions of one ministry, by name."""
    own = select(Mission).where(Mission.ministry_id == ministry_id)
    return session.scalars(own.order_by(Mission.name)).all()


def people(session: Session, ministry_id: uuid.UUID) -> Sequence[Person]:
    """Return the people of one ministry, by name."""
    own = select(Person).where(Person.ministry_id == ministry_id)
    return session.scalars(own.order_by(Person.name, Person.id)).all()
