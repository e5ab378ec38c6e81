"""The completion report on screen and as files."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from trainer import clock
from trainer.accounts.access import visitor
from trainer.accounts.queries import missions
from trainer.errors import InvalidError, UnavailableError
from trainer.extensions import catalogue, db
from trainer.progress.queries import report
from trainer.progress.queries.columns import COLUMNS, NUMBERS, STATUSES
from trainer.progress.queries.report import ReportQuery, report_as_of
from trainer.reports import formats, forms
from trainer.reports.queries import TallyShelf
from trainer.web import policy, said

bp = Blueprint("reports", __name__)

PATH = "/reports/completion"
ROWS = 50
PAGE_DIGITS = 8
MOST_AT_ONCE = 2
SHOWN = (
    "name",
    "staff_number",
    "mission",
    "unit",
    "course",
    "status",
    "percent",
    "best_score",
    "due_on",
    "completed_on",
)
_tallies = TallyShelf()
_running = BoundedSemaphore(MOST_AT_ONCE)


@bp.get("/reports/completion")
@policy("officer")
def completion() -> ResponseReturnValue:
    """Show who is where on which course, with filters, totals and downloads."""
    asked = forms.read_asked(request.args)
    now, problem = clock.now(), ""
    try:
        query = forms.read_query(asked, visitor().ministry_id, now)
    except InvalidError as error:
        query, problem = report_as_of(None, now, visitor().ministry_id), said(error)
    page = render_template(
        "reports/completion.html",
        problem=problem,
        asked=asked,
        breadcrumbs=[(_("Reports"), ""), (_("Completion report"), "")],
        filters=_filters(asked),
        downloads=_downloads(asked),
        as_of=query.day,
        is_present=query.is_present,
        kept=_kept(asked),
        **({} if problem else _contents(query, asked)),
    )
    return page, 422 if problem else 200


def _kept(asked: dict[str, str]) -> list[tuple[str, str]]:
    """Return what the filter form keeps beside its own fields."""
    columns = [("columns", "all")] if request.args.get("columns") == "all" else []
    return [*((name, asked[name]) for name in forms.ORDER if name in asked), *columns]


def _contents(query: ReportQuery, asked: dict[str, str]) -> dict[str, Any]:
    """Return the figures and the rows of one page of the report."""
    tally = _tallies.tally(db.session, query)
    total = tally[query.status] if query.status else sum(tally.values())
    number = _page_number(total)
    columns = COLUMNS if request.args.get("columns") == "all" else SHOWN
    found = report.report_slice(db.session, query, (number - 1) * ROWS, ROWS)
    labels = status_labels()
    return {
        "total": total,
        "tally": [(name, labels[name], tally[name]) for name in STATUSES],
        "columns": _columns(query, asked, columns),
        "rows": [_cells(row) for row in found],
        "pages": _pages(asked, number, total),
        "is_wide": columns is COLUMNS,
        "other_columns": forms.address(
            PATH, asked, columns="" if columns is COLUMNS else "all"
        ),
    }


def _page_number(total: int) -> int:
    """Return the page asked for, kept within those there are."""
    text = request.args.get("page", "1")
    is_number = text.isascii() and text.isdecimal() and len(text) <= PAGE_DIGITS
    asked = int(text) if is_number else 1
    return max(1, min(asked, -(-total // ROWS)))


def _cells(row: tuple[Any, ...]) -> dict[str, Any]:
    """Return a row of the report as its table shows it."""
    cells: dict[str, Any] = dict(zip(COLUMNS, row, strict=False))
    return {**cells, "status": {"state": cells["status"]}}


def _columns(
    query: ReportQuery, asked: dict[str, str], names: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the columns of the table with the address that sorts by each."""
    labels = column_labels()
    wide = {"columns": "all"} if names is COLUMNS else {}
    columns = []
    for name in names:
        is_chosen = query.sort == name
        is_turned = is_chosen and not query.is_descending
        order = "descending" if is_turned else "ascending"
        href = forms.address(PATH, asked, **wide, sort=name, order=order)
        column = {"key": name, "label": labels[name], "sort_href": href}
        if is_chosen:
            column["sort"] = "descending" if query.is_descending else "ascending"
        is_date = name.endswith(("_on", "_at"))
        columns.append({**column, "is_number": name in NUMBERS, "is_date": is_date})
    return columns


def _pages(asked: dict[str, str], number: int, total: int) -> dict[str, str]:
    """Return where the pages before and after are, and which rows these are."""
    columns = request.args.get("columns", "")

    def at(page: int) -> str:
        return forms.address(PATH, asked, columns=columns, page=str(page))

    first, last = (number - 1) * ROWS + 1, min(number * ROWS, total)
    return {
        "previous": at(number - 1) if number > 1 else "",
        "next": at(number + 1) if last < total else "",
        "text": _(
            "Rows %(first)s to %(last)s of %(total)s",
            first=first,
            last=last,
            total=total,
        ),
    }


def _filters(asked: dict[str, str]) -> list[dict[str, Any]]:
    """Return the fields of the filter form, filled as asked."""
    everything = ("", _("All"))
    courses = [(e.course.id, e.course.title) for e in catalogue().entries]
    places = [(m.name, m.name) for m in missions(db.session, visitor().ministry_id)]
    lists = (
        ("course", _("Course"), courses),
        ("mission", _("Mission"), places),
        ("status", _("Status"), list(status_labels().items())),
    )
    fields: list[dict[str, Any]] = []
    for name, label, options in lists:
        value = asked.get(name, "")
        known = {key for key, _text in options}
        extra = [(value, value)] if value and value not in known else []
        choices = [everything, *options, *extra]
        fields.append({"name": name, "label": label, "options": choices})
    fields.append({"name": "unit", "label": _("Unit"), "type": "text"})
    for name, label in (
        ("due_from", _("Due from")),
        ("due_to", _("Due until")),
        ("completed_from", _("Completed from")),
        ("completed_to", _("Completed until")),
        ("as_of", _("As of the end of (UTC)")),
    ):
        fields.append({"name": name, "label": label, "type": "date"})
    return [{**field, "value": asked.get(field["name"], "")} for field in fields]


def _downloads(asked: dict[str, str]) -> list[dict[str, str]]:
    """Return the links to the same rows as files."""
    return [
        {"href": forms.address(PATH + ".csv", asked), "text": _("Download as CSV")},
        {"href": forms.address(PATH + ".json", asked), "text": _("Download as JSON")},
    ]


@bp.get("/reports/completion.csv")
@policy("officer")
def completion_csv() -> ResponseReturnValue:
    """Send the report as CSV."""
    return _download("csv")


@bp.get("/reports/completion.json")
@policy("officer")
def completion_json() -> ResponseReturnValue:
    """Send the report as JSON."""
    return _download("json")


def _download(kind: str) -> Response:
    """Stream the report as a file; raise UnavailableError while too many run."""
    asked = forms.read_asked(request.args)
    query = forms.read_query(asked, visitor().ministry_id, clock.now())
    total = report.report_count(db.session, query)
    db.session.close()
    told = formats.told(query.moment, asked, total)
    rows = report.report_rows(db.engine, query)
    pieces = (
        formats.csv_pieces(rows, COLUMNS)
        if kind == "csv"
        else formats.json_pieces(rows, COLUMNS, told)
    )
    is_packed = request.accept_encodings.quality("gzip") > 0
    turn = _take_turn()
    response = Response(_sent(pieces, turn, is_packed=is_packed))
    response.call_on_close(turn.close)
    response.mimetype = "text/csv" if kind == "csv" else "application/json"
    name = formats.file_name(asked, query.day.isoformat(), total, kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Vary"] = "Accept-Encoding"
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["X-Report-As-Of"] = told["as_of"]
    response.headers["X-Report-Total"] = str(total)
    response.headers["X-Report-Filters"] = json.dumps(told["filters"])
    return response


def _take_turn() -> ExitStack:
    """Return one of the few turns to download, which ends once however often ended."""
    if not _running.acquire(blocking=False):
        raise UnavailableError(_("Too many reports at once. Try again in a moment."))
    turn = ExitStack()
    turn.callback(_running.release)
    return turn


def _sent(
    pieces: Iterator[bytes], turn: ExitStack, *, is_packed: bool
) -> Iterator[bytes]:
    """Yield the pieces of a file as they travel; the turn ends with the last."""
    with turn:
        yield from formats.gzip_pieces(pieces) if is_packed else pieces


def status_labels() -> dict[str, str]:
    """Return what each status is called in the reader's language."""
    return {
        "not started": _("Not started"),
        "in progress": _("In progress"),
        "overdue": _("Overdue"),
        "complete": _("Complete"),
        "expired": _("Expired"),
    }


def column_labels() -> dict[str, str]:
    """Return what each column is called in the reader's language."""
    return {
        "staff_number": _("Staff number"),
        "name": _("Name"),
        "family_name": _("Family name"),
        "given_name": _("Given name"),
        "email": _("E-mail"),
        "ministry": _("Ministry"),
        "mission": _("Mission"),
        "unit": _("Unit"),
        "grade": _("Grade"),
        "course": _("Course"),
        "course_version": _("Version"),
        "language": _("Language"),
        "status": _("Status"),
        "percent": _("Per cent done"),
        "best_score": _("Best score, per cent"),
        "pass_mark": _("Pass mark, per cent"),
        "attempts": _("Attempts"),
        "enrolled_on": _("Enrolled on"),
        "due_on": _("Due on"),
        "first_activity_at": _("First activity"),
        "last_activity_at": _("Last activity"),
        "completed_on": _("Completed on"),
        "expires_on": _("Expires on"),
        "minutes": _("Minutes"),
    }
