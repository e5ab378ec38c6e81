"""The facts of quizzes: appended, or moved forward, never edited."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from trainer.accounts.models import Person
from trainer.database import Base, new_id
from trainer.publishing.models import ContentVersion


class Allowance(Base):
    """How many attempts one learner has at one quiz, and how many are used.

    `attempts_extra` are those the office granted beyond what the quiz allows.
    """

    __tablename__ = "allowance"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "quiz_id"),
        CheckConstraint("attempts_used BETWEEN 0 AND attempts_max", name="used"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    course_id: Mapped[str]
    quiz_id: Mapped[str]
    attempts_max: Mapped[int]
    attempts_used: Mapped[int] = mapped_column(default=0)
    attempts_extra: Mapped[int] = mapped_column(default=0)


class Attempt(Base):
    """One sitting of one quiz: it moves forward through its states and no more.

    `token_key` and `seed` (hexadecimal) make the tokens and the order of its answers;
    `head` is the hash of its latest event and `event_count` that event's number.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("allowance_id", "number"),
        Index(
            "uq_attempt_open",
            "allowance_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint(
            "state IN ('open','submitted','expired','graded','released','void')",
            name="state",
        ),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=new_id)
    allowance_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Allowance.id))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id), index=True)
    course_id: Mapped[str]
    quiz_id: Mapped[str]
    digest: Mapped[str] = mapped_column(ForeignKey(ContentVersion.digest))
    number: Mapped[int]
    seed: Mapped[str]
    token_key: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    event_count: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default="")


class AnswerEvent(Base):
    """One appended fact of an attempt: a save, in the order in which it was taken.

    `hash` chains it to the event before; `payload_sha` commits to the salted value.
    """

    __tablename__ = "answer_event"
    __table_args__ = (
        UniqueConstraint("attempt_id", "key"),
        UniqueConstraint("attempt_id", "prev"),
        CheckConstraint("NOT (is_late AND is_applied)", name="applied"),
    )

    attempt_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Attempt.id), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str]
    kind: Mapped[str]
    question_id: Mapped[str]
    device: Mapped[str]
    seq: Mapped[int]
    base_rev: Mapped[int | None]
    rev: Mapped[int]
    is_late: Mapped[bool]
    is_applied: Mapped[bool]
    received_at: Mapped[datetime]
    payload_sha: Mapped[str]
    prev: Mapped[str]
    hash: Mapped[str]


class AnswerPayload(Base):
    """What one event said: the response and the salt that hides it in the chain."""

    __tablename__ = "answer_payload"
    __table_args__ = (
        ForeignKeyConstraint(
            ["attempt_id", "n"], ["answer_event.attempt_id", "answer_event.n"]
        ),
    )

    attempt_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[str]
    response: Mapped[Any] = mapped_column(JSON)
    saved_at: Mapped[str] = mapped_column(default="")


class Answer(Base):
    """The present response to one question of one attempt: the replay of its events."""

    __tablename__ = "answer"

    attempt_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Attempt.id), primary_key=True
    )
    question_id: Mapped[str] = mapped_column(primary_key=True)
    rev: Mapped[int]
    n: Mapped[int]
    device: Mapped[str]
    seq: Mapped[int]
    response: Mapped[Any] = mapped_column(JSON)


class Grading(Base):
    """One marking of a closed attempt; a regrade is a new revision beside it.

    `score` is in thousandths of the maximum; `marks` gives each question's in the
    same unit and `points` what each is worth.
    """

    __tablename__ = "grading"
    __table_args__ = (CheckConstraint("score BETWEEN 0 AND 1000", name="score"),)

    attempt_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Attempt.id), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    upto_event: Mapped[int]
    grader: Mapped[str]
    score: Mapped[int]
    pass_mark: Mapped[int]
    is_passed: Mapped[bool]
    marks: Mapped[dict[str, int]] = mapped_column(JSON)
    recorded_at: Mapped[datetime]


# The guards: what no program may do to these rows, whatever it believes. Each is a
# condition under which a step is refused, written so that both databases read it;
# `IS DISTINCT FROM` is spelt `IS NOT` for SQLite, {grace} is five seconds.
STEP_REFUSED = """NOT (OLD.state = NEW.state
  OR OLD.state = 'open' AND NEW.state IN ('submitted', 'expired', 'void')
  OR OLD.state IN ('submitted', 'expired') AND NEW.state IN ('graded', 'void')
  OR OLD.state = 'graded' AND NEW.state IN ('released', 'void')
  OR OLD.state = 'released' AND NEW.state = 'void')"""
FIXED_COLUMNS = {
    "allowance": ("id", "person_id", "course_id", "quiz_id"),
    "attempt": (
        "id",
        "allowance_id",
        "person_id",
        "course_id",
        "quiz_id",
        "digest",
        "number",
        "seed",
        "token_key",
        "started_at",
        "deadline_at",
    ),
}
EVENT_REFUSED = """NOT NEW.is_late AND NOT EXISTS (
  SELECT 1 FROM attempt WHERE attempt.id = NEW.attempt_id AND attempt.state = 'open'
  AND (attempt.deadline_at IS NULL
    OR NEW.received_at <= attempt.deadline_at + {grace}))"""
ORDER_REFUSED = """EXISTS (SELECT 1 FROM answer_event AS earlier
  WHERE earlier.attempt_id = NEW.attempt_id AND earlier.n >= NEW.n)"""


def _changed(table: str) -> str:
    """Return the condition that a fixed column of a table is being changed."""
    return " OR ".join(
        f"OLD.{name} {{differs}} NEW.{name}" for name in FIXED_COLUMNS[table]
    )


# (table, operation, name, condition or "" for always)
GUARDS = (
    ("allowance", "UPDATE", "fixed", _changed("allowance")),
    ("allowance", "UPDATE", "used", "NEW.attempts_used < OLD.attempts_used"),
    ("attempt", "UPDATE", "fixed", _changed("attempt")),
    ("attempt", "UPDATE", "step", STEP_REFUSED),
    ("attempt", "UPDATE", "count", "NEW.event_count < OLD.event_count"),
    (
        "attempt",
        "UPDATE",
        "closed",
        "OLD.closed_at IS NOT NULL AND OLD.closed_at {differs} NEW.closed_at",
    ),
    ("attempt", "DELETE", "kept", ""),
    ("answer_event", "INSERT", "in_time", EVENT_REFUSED),
    ("answer_event", "INSERT", "order", ORDER_REFUSED),
    ("answer_event", "UPDATE", "fixed", ""),
    ("answer_event", "DELETE", "kept", ""),
    ("answer_event", "TRUNCATE", "kept", ""),
    ("answer_payload", "UPDATE", "fixed", ""),
    ("grading", "UPDATE", "fixed", ""),
    ("grading", "DELETE", "kept", ""),
    ("grading", "TRUNCATE", "kept", ""),
)


def guard_statements(table: str, dialect: str) -> list[str]:
    """Return the SQL that makes the guards of one table on one database."""
    write = _postgresql_guard if dialect == "postgresql" else _sqlite_guard
    return [
        statement
        for guarded, operation, name, condition in GUARDS
        if guarded == table
        for statement in write(table, operation, name, condition)
    ]


def _sqlite_guard(
    table: str, operation: str, name: str, condition: str
) -> tuple[str, ...]:
    """Write one guard for SQLite, which knows no TRUNCATE."""
    if operation == "TRUNCATE":
        return ()
    when = condition.format(differs="IS NOT", grace="5000000")
    clause = f"WHEN {when} " if when else ""
    return (
        (
            f"CREATE TRIGGER guard_{table}_{operation.lower()}_{name} "
            f"BEFORE {operation} ON {table} FOR EACH ROW {clause}"
            f"BEGIN SELECT RAISE(ABORT, 'guard {table} {name}'); END"
        ),
    )


def _postgresql_guard(
    table: str, operation: str, name: str, condition: str
) -> tuple[str, ...]:
    """Write one guard for PostgreSQL: a function that refuses, and its trigger."""
    guard = f"guard_{table}_{operation.lower()}_{name}"
    refuse = (
        f"RAISE EXCEPTION 'guard {table} {name}' USING ERRCODE = 'check_violation';"
    )
    when = condition.format(differs="IS DISTINCT FROM", grace="interval '5 seconds'")
    body = f"IF {when} THEN {refuse} END IF; RETURN NEW;" if when else refuse
    level = "STATEMENT" if operation == "TRUNCATE" else "ROW"
    return (
        (
            f"CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN {body} END $$"
        ),
        (
            f"CREATE TRIGGER {guard} BEFORE {operation} ON {table} "
            f"FOR EACH {level} EXECUTE FUNCTION {guard}()"
        ),
    )


for _model in (Allowance, Attempt, AnswerEvent, AnswerPayload, Grading):
    for _dialect in ("sqlite", "postgresql"):
        for _statement in guard_statements(_model.__tablename__, _dialect):
            event.listen(
                _model.__table__,
                "after_create",
                DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]  # DDL has no types
            )
