"""People, where they are posted, what they may do, and their sign-ins."""

import uuid
from datetime import date, datetime
from typing import ClassVar, cast

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from trainer.database import Base, append_only, new_id


class Ministry(Base):
    """A foreign ministry: nothing crosses from one to another."""

    __tablename__ = "ministry"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Mission(Base):
    """An embassy, consulate or directorate of one ministry."""

    __tablename__ = "mission"
    __table_args__ = (
        UniqueConstraint("ministry_id", "id"),
        UniqueConstraint("ministry_id", "name"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    ministry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Ministry.id))
    name: Mapped[str]


class Person(Base):
    """Somebody who has an account. Where they serve stands in `Posting`."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("ministry_id", "id"),
        UniqueConstraint("ministry_id", "staff_number"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    ministry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Ministry.id))
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    staff_number: Mapped[str]
    password_hash: Mapped[str | None] = mapped_column(default=None)
    language: Mapped[str | None] = mapped_column(default=None)
    auth_epoch: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    recorded_at: Mapped[datetime]

    grants: Mapped[list["RoleGrant"]] = relationship(
        init=False, default_factory=list, lazy="raise"
    )

    # What Flask-Login asks of a user, without inheriting from it.
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """Return what Flask-Login calls a person by."""
        return str(self.id)


class Posting(Base):
    """Where one person serves from a day on, as it was known when recorded.

    Never updated. As of a day, the posting with the latest `from_on` up to that day
    stands, and of those the latest recorded. `is_left` ends a person's service.
    """

    __tablename__ = "posting"
    __table_args__ = (
        ForeignKeyConstraint(
            ["ministry_id", "person_id"], ["person.ministry_id", "person.id"]
        ),
        ForeignKeyConstraint(
            ["ministry_id", "mission_id"], ["mission.ministry_id", "mission.id"]
        ),
        Index("ix_posting_standing", "person_id", "from_on", "recorded_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    ministry_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID]
    mission_id: Mapped[uuid.UUID]
    unit: Mapped[str] = mapped_column(default="")
    grade: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    family_name: Mapped[str]
    given_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str]
    from_on: Mapped[date]
    is_left: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime]


class RoleGrant(Base):
    """One role that a person holds, from the grant until it is revoked."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "role IN ('learner', 'author', 'tutor', 'officer', 'administrator')",
            name="role",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id), index=True)
    role: Mapped[str]
    recorded_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class SignIn(Base):
    """One server-side session: a person at one browser. Gone when signed out.

    `token_hash` is the SHA-256 of what the cookie holds; `auth_epoch` must equal the
    person's, which rises when a password, a role or the account's state changes.
    """

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(unique=True, default_factory=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id), index=True)
    auth_epoch: Mapped[int]
    csrf_secret: Mapped[str]
    agent: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class AccountLink(Base):
    """A single-use way in, reset or invitation, kept as the hash of its token."""

    __tablename__ = "account_link"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    purpose: Mapped[str]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class Throttle(Base):
    """Failed sign-ins for one account or one source, and when the next may be tried."""

    __tablename__ = "throttle"

    subject_hash: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime]
    opens_at: Mapped[datetime]


append_only(cast("Table", Posting.__table__))
