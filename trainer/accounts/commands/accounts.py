"""Roles, passwords, links and the state of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from trainer.accounts import queries, rules
from trainer.accounts.formats import new_token, token_hash
from trainer.accounts.models import AccountLink, Person, RoleGrant, SignIn
from trainer.errors import InvalidError

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from sqlalchemy.orm import Session

    from trainer.accounts.queries import Credentials


def grant(session: Session, person_id: uuid.UUID, role: str, now: datetime) -> None:
    """Give a role to a person, who has to sign in again; nothing if already held."""
    if role not in rules.ROLES:
        raise InvalidError(f"There is no role {role}; use {', '.join(rules.ROLES)}.")
    if role in queries.roles_of(session, person_id):
        return
    session.add(RoleGrant(person_id=person_id, role=role, recorded_at=now))
    end_everything(session, person_id)


def revoke(session: Session, person_id: uuid.UUID, role: str, now: datetime) -> None:
    """Take a role from a person, who has to sign in again."""
    session.execute(
        update(RoleGrant)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    end_everything(session, person_id)


def set_password(session: Session, person_id: uuid.UUID, password_hash: str) -> None:
    """Keep a new password; every sign-in and unused link of the person ends."""
    session.execute(
        update(Person).where(Person.id == person_id).values(password_hash=password_hash)
    )
    end_everything(session, person_id)


def keep_hash(session: Session, known: Credentials, password_hash: str) -> None:
    """Replace a hash by one of the same password at the present cost."""
    session.execute(
        update(Person)
        .where(
            Person.id == known.person_id,
            Person.password_hash == known.password_hash,
        )
        .values(password_hash=password_hash)
    )


def deactivate(session: Session, person_id: uuid.UUID) -> None:
    """Close an account: nobody signs in with it, and every sign-in ends."""
    session.execute(
        update(Person).where(Person.id == person_id).values(is_active=False)
    )
    end_everything(session, person_id)


def activate(session: Session, person_id: uuid.UUID) -> None:
    """Open a closed account again, as it was."""
    session.execute(update(Person).where(Person.id == person_id).values(is_active=True))


def choose_language(session: Session, person_id: uuid.UUID, language: str) -> None:
    """Keep the language a person wants the site in."""
    session.execute(
        update(Person).where(Person.id == person_id).values(language=language)
    )


def offer_language(session: Session, person_id: uuid.UUID, language: str) -> None:
    """Keep a language that was chosen before signing in, unless one was kept."""
    session.execute(
        update(Person)
        .where(Person.id == person_id, Person.language.is_(None))
        .values(language=language)
    )


def end_everything(session: Session, person_id: uuid.UUID) -> None:
    """End all that was opened for a person before: sign-ins and unused links."""
    session.flush()
    session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(auth_epoch=Person.auth_epoch + 1)
    )
    session.execute(delete(SignIn).where(SignIn.person_id == person_id))
    session.execute(
        delete(AccountLink).where(
            AccountLink.person_id == person_id, AccountLink.used_at.is_(None)
        )
    )


def make_link(
    session: Session, person_id: uuid.UUID, purpose: str, now: datetime
) -> str:
    """Make a link that sets a password once, and return its token."""
    token = new_token()
    link = AccountLink(
        token_hash=token_hash(token),
        person_id=person_id,
        purpose=purpose,
        ends_at=now + rules.LINK_LASTS[purpose],
    )
    session.add(link)
    return token


def use_link(
    session: Session, link_hash: str, purpose: str, password_hash: str, now: datetime
) -> bool:
    """Set a password by a link, once; False when it is spent, old or unknown."""
    used = session.execute(
        update(AccountLink)
        .where(
            AccountLink.token_hash == link_hash,
            AccountLink.purpose == purpose,
            AccountLink.used_at.is_(None),
            AccountLink.ends_at > now,
            AccountLink.person_id.in_(select(Person.id).where(Person.is_active)),
        )
        .values(used_at=now)
        .returning(AccountLink.person_id)
    ).first()
    if used is None:
        return False
    set_password(session, used.person_id, password_hash)
    return True
