"""What the address of a report asks for, read and written back."""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from flask_babel import gettext as _

from trainer.errors import InvalidError
from trainer.progress.queries.columns import COLUMNS, STATUSES
from trainer.progress.queries.report import ReportQuery, report_as_of

DATES = ("as_of", "due_from", "due_to", "completed_from", "completed_to")
TEXTS = ("course", "mission", "unit", "status")
FILTERS = (*TEXTS, *DATES)
ORDER = ("sort", "order")
ASKED = (*FILTERS, *ORDER)
LONGEST = 200


def read_asked(values: Mapping[str, str]) -> dict[str, str]:
    """Return what an address says of the filters and the order, blanks left out."""
    found = {name: values.get(name, "").strip() for name in ASKED}
    return {name: text for name, text in found.items() if text}


def read_query(
    asked: Mapping[str, str], ministry_id: uuid.UUID, now: datetime
) -> ReportQuery:
    """Return the query that an address means; raise InvalidError with what to mend."""
    days = {name: read_day(asked.get(name, "")) for name in DATES}
    status, sort = asked.get("status", ""), asked.get("sort", "")
    if status and status not in STATUSES:
        raise InvalidError(_("There is no such status."))
    if sort and sort not in COLUMNS:
        raise InvalidError(_("The report cannot be sorted by that."))
    if any(len(text) > LONGEST for text in asked.values()):
        raise InvalidError(_("A filter is too long."))
    day = days.pop("as_of")
    if day is not None and day > now.astimezone(UTC).date():
        raise InvalidError(_("Choose today or a day before."))
    made = report_as_of(day, now, ministry_id)
    return ReportQuery(
        ministry_id=ministry_id,
        moment=made.moment,
        day=made.day,
        is_present=made.is_present,
        course=asked.get("course", ""),
        mission=asked.get("mission", ""),
        unit=asked.get("unit", ""),
        status=status,
        **days,
        sort=sort,
        is_descending=asked.get("order") == "descending",
    )


def read_day(text: str) -> date | None:
    """Return the day that a text gives as year-month-day; raise InvalidError."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = _("Write dates as year-month-day, for example 2026-11-30.")
        raise InvalidError(message) from error


def address(path: str, asked: Mapping[str, str], **more: str) -> str:
    """Return the address of a page that keeps what was asked for."""
    wanted = {k: v for k, v in {**asked, **more}.items() if v}
    return f"{path}?{urlencode(wanted)}" if wanted else path
