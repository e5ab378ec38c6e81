"""The completion report: one row per person and course, as it stood at a moment.

Report lines are kept as dated rows, so a report is a walk along one index. Values
come out of the database in the form that files and pages show: text, numbers, and
days and moments as ISO 8601. Screen, files and command line all read here.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter
from typing import Any, TypeAlias, cast

from sqlalchemy import (
    ColumnElement,
    Engine,
    Executable,
    Select,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from trainer.errors import InvalidError, gettext_noop
from trainer.progress.queries.columns import (
    COLUMNS,
    NUMBERS,
    STATUSES,
    bytewise,
    line,
    status,
    unindexed,
    values,
)

PAGE = 4000
SORTED_PAGE = 500
ID_BYTES = 16
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
ReportRow: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """Which rows, as of when, and in which order.

    `sort` is a column's name, or "" for ministry, mission, family name, given name,
    staff number and course.
    """

    ministry_id: uuid.UUID
    moment: datetime
    day: date
    is_present: bool = True
    course: str = ""
    mission: str = ""
    unit: str = ""
    status: str = ""
    due_from: date | None = None
    due_to: date | None = None
    completed_from: date | None = None
    completed_to: date | None = None
    sort: str = ""
    is_descending: bool = False


def report_as_of(
    day: date | None, now: datetime, ministry_id: uuid.UUID
) -> ReportQuery:
    """Return the query for what is known now, or was at the end of a UTC day.

    Raise InvalidError for a day to come.
    """
    today = now.astimezone(UTC).date()
    if day is None or day == today:
        return ReportQuery(ministry_id, now, today)
    if day > today:
        message = gettext_noop(
            "Choose today or a day before: the day asked for is still to come."
        )
        raise InvalidError(message)
    end = datetime.combine(day, time(), UTC) + DAY - MICROSECOND
    return ReportQuery(ministry_id, end, day, is_present=False)


def _filters(query: ReportQuery) -> list[ColumnElement[bool]]:
    """Return the conditions on rows, the ministry's own always among them."""
    kept = [line.ministry_id == query.ministry_id, line.recorded_at <= query.moment]
    for column, wanted in (
        (unindexed(line.course_id), query.course),
        (line.mission, query.mission),
        (line.unit, query.unit),
    ):
        if wanted:
            kept.append(column == wanted)
    for column, first, last in (
        (line.due_on, query.due_from, query.due_to),
        (line.completed_on, query.completed_from, query.completed_to),
    ):
        if first is not None:
            kept.append(column >= first)
        if last is not None:
            kept.append(column <= last)
    if query.status:
        kept.append(status(query.day) == query.status)
    return kept


def _parts(
    query: ReportQuery, *columns: ColumnElement[Any], after: str | None = None
) -> tuple[Select[Any], Select[Any]]:
    """Select from the lines that stood at the query's moment, in two parts.

    Those that still stand have indexes of their own. For the present, the rest was
    superseded since the moment and is little: found by that, it is sorted. For a day
    past it is much, and walked in order. Asked one by one, each part keeps its index.
    """
    base = select(*columns).where(*_filters(query))
    order = cast("ColumnElement[Any]", line.sort_key)
    ended_at = cast("ColumnElement[Any]", line.superseded_at)
    if query.is_present:
        order = unindexed(order)
    else:
        ended_at = unindexed(ended_at)
    still = base.where(line.superseded_at.is_(None))
    ended = base.where(line.superseded_at.is_not(None), ended_at > query.moment)
    if after is None:
        return still, ended
    return still.where(line.sort_key > after), ended.where(order > after)


def report_page(
    session: Session, query: ReportQuery, after: str, limit: int
) -> tuple[list[ReportRow], str]:
    """Return the next rows in the default order, and what to ask for those after.

    The first page follows after ""; the last one leaves "" to ask for.
    """
    still, ended = _parts(query, *_columns(query), after=after)
    rows = _fetch(session, still.order_by(line.sort_key).limit(limit))
    others = _fetch(session, ended.order_by(line.sort_key).limit(limit))
    if others:
        rows = sorted([*rows, *others], key=itemgetter(-1))[:limit]
    return rows, rows[-1][-1] if len(rows) == limit else ""


def _fetch(session: Session, statement: Executable) -> list[ReportRow]:
    """Return rows as the driver gives them: every value is already in its form."""
    result = session.connection().execute(statement)
    return cast("list[ReportRow]", result.cursor.fetchall())


def report_slice(
    session: Session, query: ReportQuery, offset: int, limit: int
) -> list[ReportRow]:
    """Return rows of the report from a place in its order on."""
    if query.sort:
        found = session.scalars(_ordered_ids(query).offset(offset).limit(limit))
        return _rows_by_id(session, query, found.all())
    key: str | None = ""
    if offset:
        before = union_all(*_parts(query, line.sort_key, after=""))
        key = session.scalar(before.order_by("sort_key").offset(offset - 1).limit(1))
    return [] if key is None else report_page(session, query, key, limit)[0]


def _ordered_ids(query: ReportQuery) -> Select[uuid.UUID]:
    """Select the ids of the lines of a sorted report: empty values come last."""
    asked = values(query.day)[query.sort].label("value")
    known = union_all(*_parts(query, line.id, asked, line.sort_key)).subquery()
    value: ColumnElement[Any] = known.c.value
    compared = value if query.sort in NUMBERS else bytewise(value)
    chosen = compared.desc() if query.is_descending else compared.asc()
    return select(known.c.id).order_by(value.is_(None), chosen, known.c.sort_key)


def _rows_by_id(
    session: Session, query: ReportQuery, ids: Sequence[uuid.UUID]
) -> list[ReportRow]:
    """Return the rows of these lines, in this order."""
    columns = [*_columns(query), line.id.label("line_id")]
    rows = _fetch(session, select(*columns).where(line.id.in_(ids)))
    found = {uuid.UUID(str(row[-1])): row[:-1] for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def _columns(query: ReportQuery) -> list[ColumnElement[Any]]:
    """Return the columns of a row, each by its name, and the sort key behind."""
    made = values(query.day)
    return [*(made[name].label(name) for name in COLUMNS), line.sort_key]


def report_tally(session: Session, query: ReportQuery) -> dict[str, int]:
    """Return how many rows there are of each status, whatever status is asked for."""
    return _tally(session, *_parts(replace(query, status=""), status(query.day)))


def report_changes(
    session: Session, query: ReportQuery, since: datetime
) -> dict[str, int]:
    """Return by how much the tally of the present differs from that of a moment."""
    asked = replace(query, status="")
    still, ended = _parts(asked, status(query.day))
    begun = line.recorded_at > since
    come = _tally(session, still.where(begun), ended.where(begun))
    _still, stood = _parts(replace(asked, moment=since), status(query.day))
    gone = _tally(session, stood.where(line.superseded_at <= query.moment))
    return {name: come[name] - gone[name] for name in STATUSES}


def _tally(session: Session, *parts: Select[Any]) -> dict[str, int]:
    """Count the rows of each status in some selections of it."""
    tally = dict.fromkeys(STATUSES, 0)
    for part in parts:
        counted = part.add_columns(func.count()).group_by(part.selected_columns[0])
        for name, number in session.execute(counted):
            tally[name] += number
    return tally


def report_count(session: Session, query: ReportQuery) -> int:
    """Return how many rows the report has."""
    parts = _parts(query, func.count())
    return sum(session.scalar(part) or 0 for part in parts)


def report_rows(engine: Engine, query: ReportQuery) -> Iterator[list[ReportRow]]:
    """Yield the whole report in pieces, each read in a short transaction of its own.

    Rows carry their sort key after the last column.
    """
    if query.sort:
        yield from _sorted_rows(engine, query)
        return
    after, is_more = "", True
    while is_more:
        with Session(engine) as session:
            rows, after = report_page(session, query, after, PAGE)
        yield rows
        is_more = bool(after)


def _sorted_rows(engine: Engine, query: ReportQuery) -> Iterator[list[ReportRow]]:
    """Yield a sorted report: first the order of its lines, then the lines by id."""
    with Session(engine) as session:
        found = session.scalars(_ordered_ids(query).execution_options(yield_per=PAGE))
        order = b"".join(id_.bytes for id_ in found)
    for start in range(0, len(order), SORTED_PAGE * ID_BYTES):
        piece = order[start : start + SORTED_PAGE * ID_BYTES]
        ids = [
            uuid.UUID(bytes=piece[at : at + ID_BYTES])
            for at in range(0, len(piece), ID_BYTES)
        ]
        with Session(engine) as session:
            rows = _rows_by_id(session, query, ids)
        yield rows
