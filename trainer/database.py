"""The declarative base, column types, connections, and the only place that commits."""

from __future__ import annotations

import sys
import time
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock, local
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from sqlalchemy import (
    DDL,
    BigInteger,
    DateTime,
    MetaData,
    String,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    MappedAsDataclass,
    MappedColumn,
    Session,
    mapped_column,
    relationship,
)
from sqlalchemy.types import TypeDecorator

from trainer.errors import SettingError, UnavailableError, gettext_noop

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    import psycopg
    from sqlalchemy import Dialect, Engine, Table
    from sqlalchemy.engine import Connection
    from sqlalchemy.types import TypeEngine

Result = TypeVar("Result")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
ATTEMPTS = 4
LONGEST_BEFORE_REPEAT = 5.0  # seconds
LONGEST_TURN = 10.0  # seconds
_TURNS = Lock()
_here = local()  # `is_writing` while this thread is inside a unit
BUSY = gettext_noop("The database is busy or cannot be reached. Try again.")
SERIALIZATION, DEADLOCK, LOCK_NOT_AVAILABLE = "40001", "40P01", "55P03"
PRAGMAS: dict[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,
    "busy_timeout": 10_000,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
}
if sys.platform == "darwin":
    PRAGMAS["fullfsync"] = 1
POSTGRESQL_SETTINGS = {
    "synchronous_commit": "on",
    "lock_timeout": "3s",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
}
REFUSE_UPDATE = """CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION USING ERRCODE = 'check_violation',
MESSAGE = 'guard ' || TG_TABLE_NAME || ' update'; END $$"""


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: timestamptz on PostgreSQL, integer microseconds on SQLite."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database at hand."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | int | None:
        """Turn an aware datetime into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "An instant must know its time zone."
            raise ValueError(message)
        if dialect.name == "postgresql":
            return value
        return (value - EPOCH) // MICROSECOND

    def process_result_value(
        self, value: datetime | int | None, _dialect: Dialect
    ) -> datetime | None:
        """Turn what the database keeps into an aware datetime in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return EPOCH + timedelta(microseconds=value)


class SortKey(TypeDecorator[str]):
    """Text that sorts byte by byte on both databases."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Ask PostgreSQL for the C collation; SQLite compares bytes by itself."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(String(collation="C"))
        return dialect.type_descriptor(String())


@dataclass_transform(  # tells type checkers of the keywords, as tables inherit them
    kw_only_default=True, field_specifiers=(MappedColumn, mapped_column, relationship)
)
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Instant}  # noqa: RUF012 - SQLAlchemy reads it so


def append_only(table: Table, once: str = "") -> None:
    """Make the database refuse every update of a table's rows.

    The column `once` may be set one time, while it is empty. Whole rows may still be
    removed: erasing a person and clearing out are commands of their own.
    """
    fixed = ", ".join(column.name for column in table.columns if column.name != once)
    refused = [("fixed", fixed, "")]
    if once:
        refused.append(("once", once, f" WHEN (OLD.{once} IS NOT NULL)"))
    refuse = DDL(REFUSE_UPDATE)  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    event.listen(table, "after_create", refuse.execute_if(dialect="postgresql"))
    for name, columns, condition in refused:
        head = (
            f"CREATE TRIGGER guard_{table.name}_update_{name} BEFORE UPDATE "
            f"OF {columns} ON {table.name} FOR EACH ROW{condition}"
        )
        for dialect, body in (
            ("sqlite", f"BEGIN SELECT RAISE(ABORT, 'guard {table.name} {name}'); END"),
            ("postgresql", "EXECUTE FUNCTION refuse_update()"),
        ):
            ddl = DDL(f"{head} {body}")  # type: ignore[no-untyped-call]  # as above
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def new_id() -> uuid.UUID:
    """Return a fresh opaque id for a row."""
    return uuid.uuid4()


def engine_options(url: str) -> dict[str, Any]:
    """Return how to open an engine on this address; raise when it is neither kind.

    What people wrote stays out of errors and logs: parameters are hidden.
    """
    if url.startswith("sqlite:///"):
        return {"url": url, "pool_size": 8, "max_overflow": 24, "hide_parameters": True}
    if url.startswith("postgresql+psycopg:"):
        return {
            "url": url,
            "pool_size": 8,
            "max_overflow": 8,
            "pool_pre_ping": True,
            "hide_parameters": True,
        }
    message = "TRAINER_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://"
    raise SettingError(message)


def guard(engine: Engine) -> Engine:
    """Make every connection of an engine durable, and check that it is."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


def connect(url: str) -> Engine:
    """Open a guarded engine outside an application."""
    return guard(create_engine(**engine_options(url)))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Set every pragma of a new connection and read each one back."""
    connection.isolation_level = None
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != value:
            message = f"SQLite refused {name}={value}: it answers {found}."
            raise SettingError(message)


def _begin_sqlite(connection: Connection) -> None:
    """Open a transaction: a write unit takes the write lock at once."""
    is_write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def _prepare_postgresql(connection: psycopg.Connection, _record: object) -> None:
    """Set and read back what durability and short locks depend on."""
    with connection.cursor() as cursor:
        for name, value in POSTGRESQL_SETTINGS.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        for name in ("fsync", "full_page_writes"):
            row = cursor.execute("SELECT current_setting(%s)", (name,)).fetchone()
            found = row[0] if row else "?"
            if found != "on":
                message = f"PostgreSQL runs with {name}={found}; set it to on."
                raise SettingError(message)
    connection.commit()


def unit(engine: Engine, work: Callable[[Session], Result]) -> Result:
    """Run one short piece of writing in a transaction of its own and commit it.

    Repeats at most three times on a serialization failure, a deadlock, a unique
    index that another transaction won, or a database that says at once that it is
    busy (one that was waited for in vain is not asked again). Any other failure is
    rolled back and raised. A connection lost while committing is unknown, so it is
    raised as UnavailableError and never repeated.
    """
    for number in range(1, ATTEMPTS + 1):
        began = time.monotonic()
        try:
            with _turn(engine), engine.connect() as connection:
                return _written(connection.execution_options(write=True), work)
        except (OperationalError, IntegrityError) as error:
            has_waited = time.monotonic() - began > LONGEST_BEFORE_REPEAT
            if number == ATTEMPTS or has_waited or not _may_repeat(error):
                raise _explained(error) from error
            time.sleep(0.005 * 4**number)
    raise AssertionError  # pragma: no cover - the last round returns or raises


def _written(connection: Connection, work: Callable[[Session], Result]) -> Result:
    """Do the work on a connection and commit it."""
    with Session(connection, expire_on_commit=False) as session:
        result = work(session)
        session.flush()
        _commit(session)
    return result


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Let the writers of one process take turns on SQLite, which has one writer.

    Its own wait for the write lock sleeps in growing steps, so that one writer can
    be passed over for seconds while others come and go. A unit inside another would
    wait for itself, or commit by halves, so it is refused.
    """
    if getattr(_here, "is_writing", False):
        message = "A unit of writing was begun inside another one."
        raise RuntimeError(message)
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite and not _TURNS.acquire(timeout=LONGEST_TURN):
        raise UnavailableError(BUSY)
    _here.is_writing = True
    try:
        yield
    finally:
        _here.is_writing = False
        if is_sqlite:
            _TURNS.release()


def clock_difference(session: Session, now: datetime) -> timedelta:
    """Return how far the database's clock is ahead of ours; none on SQLite."""
    if session.get_bind().dialect.name != "postgresql":
        return timedelta(0)
    theirs = session.scalar(select(func.clock_timestamp(type_=DateTime(timezone=True))))
    return theirs - now if theirs else timedelta(0)


def _commit(session: Session) -> None:
    """Commit; a connection lost here leaves the outcome unknown."""
    try:
        session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            message = "The database went away while saving. Try again."
            raise UnavailableError(message) from error
        raise


def _may_repeat(error: DBAPIError) -> bool:
    """Say whether the same work may succeed when done again."""
    state = getattr(error.orig, "sqlstate", None)
    if state in {SERIALIZATION, DEADLOCK}:
        return True
    if isinstance(error, IntegrityError):
        text = str(error.orig).lower()
        return "unique" in text
    return error.connection_invalidated or "database is locked" in str(error.orig)


def _explained(error: DBAPIError) -> Exception:
    """Return the failure to raise: unavailable, or the original."""
    if isinstance(error, IntegrityError):
        return error
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig)
    if (
        state in {SERIALIZATION, DEADLOCK, LOCK_NOT_AVAILABLE}
        or error.connection_invalidated
        or any(word in text for word in ("locked", "full", "unable to open", "I/O"))
    ):
        return UnavailableError(BUSY)
    return error
