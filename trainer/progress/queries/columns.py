"""The columns of the completion report, as SQL over the report lines."""

from datetime import date
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Double,
    String,
    Table,
    case,
    literal_column,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from trainer.progress.models import ReportLine

COLUMNS = (
    "staff_number",
    "name",
    "family_name",
    "given_name",
    "email",
    "ministry",
    "mission",
    "unit",
    "grade",
    "course",
    "course_version",
    "language",
    "status",
    "percent",
    "best_score",
    "pass_mark",
    "attempts",
    "enrolled_on",
    "due_on",
    "first_activity_at",
    "last_activity_at",
    "completed_on",
    "expires_on",
    "minutes",
)
NUMBERS = frozenset(
    {"course_version", "percent", "best_score", "pass_mark", "attempts", "minutes"}
)
STATUSES = ("not started", "in progress", "overdue", "complete", "expired")
lines = cast("Table", ReportLine.__table__)
line = lines.c


class iso_day(FunctionElement[str]):  # noqa: N801 - named as it reads in SQL
    """A day as text, as ISO 8601 writes it."""

    type = String()
    inherit_cache = True


class iso_moment(FunctionElement[str]):  # noqa: N801 - named as it reads in SQL
    """A moment as text to the second in UTC, as ISO 8601 writes it."""

    type = String()
    inherit_cache = True


class unindexed(FunctionElement[Any]):  # noqa: N801 - named as it reads in SQL
    """A column that SQLite, which keeps no statistics, must not look up."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


class bytewise(FunctionElement[Any]):  # noqa: N801 - named as it reads in SQL
    """Text compared byte by byte, so that both databases sort it alike."""

    inherit_cache = True


@compiles(bytewise)
def _bytewise(element: bytewise, compiler: SQLCompiler, **options: bool) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(bytewise, "postgresql")
def _bytewise_postgresql(
    element: bytewise, compiler: SQLCompiler, **options: bool
) -> str:
    return f'({compiler.process(element.clauses, **options)} COLLATE "C")'


@compiles(unindexed)
def _unindexed(element: unindexed, compiler: SQLCompiler, **options: bool) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(unindexed, "sqlite")
def _unindexed_sqlite(
    element: unindexed, compiler: SQLCompiler, **options: bool
) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(iso_day, "sqlite")
def _iso_day_sqlite(element: iso_day, compiler: SQLCompiler, **options: bool) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(iso_day, "postgresql")
def _iso_day_postgresql(
    element: iso_day, compiler: SQLCompiler, **options: bool
) -> str:
    return f"to_char({compiler.process(element.clauses, **options)}, 'YYYY-MM-DD')"


@compiles(iso_moment, "sqlite")
def _iso_moment_sqlite(
    element: iso_moment, compiler: SQLCompiler, **options: bool
) -> str:
    column = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {column} / 1000000, 'unixepoch')"


@compiles(iso_moment, "postgresql")
def _iso_moment_postgresql(
    element: iso_moment, compiler: SQLCompiler, **options: bool
) -> str:
    column = compiler.process(element.clauses, **options)
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


def status(day: date) -> ColumnElement[str]:
    """Return the standing on a day, as `rules.standing` has it."""
    return case(
        (line.expires_on < day, "expired"),
        (line.completed_on.is_not(None), "complete"),
        (line.due_on < day, "overdue"),
        (line.first_activity_at.is_not(None), "in progress"),
        else_="not started",
    )


def _percent() -> ColumnElement[int]:
    """Return the whole per cent of what is required that is done."""
    return case(
        (line.completed_on.is_not(None), 100),
        (line.required_count == 0, 0),
        else_=line.done_count * 100 // line.required_count,
    )


def _tenths(column: ColumnElement[int]) -> ColumnElement[Any]:
    """Return tenths of a per cent as per cent with one decimal."""
    return sql_cast(column, Double) / literal_column("10.0")


def values(day: date) -> dict[str, ColumnElement[Any]]:
    """Return what each column of the report is made of."""
    made: dict[str, ColumnElement[Any]] = {
        "course": line.course_id,
        "status": status(day),
        "percent": _percent(),
        "best_score": _tenths(line.best_score),
        "pass_mark": _tenths(line.pass_mark),
    }
    for name in ("enrolled_on", "due_on", "completed_on", "expires_on"):
        made[name] = iso_day(line[name])
    for name in ("first_activity_at", "last_activity_at"):
        made[name] = iso_moment(line[name])
    return {name: made[name] if name in made else line[name] for name in COLUMNS}
