"""`trainer report`: the same reports as on screen, for other programs."""

from datetime import datetime
from itertools import chain
from typing import BinaryIO

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from trainer import clock
from trainer.accounts.queries import ministries
from trainer.errors import NotFoundError
from trainer.extensions import db
from trainer.progress.queries.columns import COLUMNS
from trainer.progress.queries.report import ReportQuery, report_count, report_rows
from trainer.publishing.queries import was_published
from trainer.reports import formats, forms

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def report() -> None:
    """Write reports."""


@report.command()
@click.option("--course", default="", help="The id of one course; default: all.")
@click.option(
    "--as-of", type=DAY, metavar="DATE",
    help="As known at the end of this UTC day, 2026-11-30.",
)  # fmt: skip
@click.option("--ministry", default="", help="The code of one ministry; default: all.")
@click.option(
    "--format", "kind", type=click.Choice(["csv", "json"]), default="csv",
    show_default=True,
)  # fmt: skip
@click.option(
    "--output", type=click.File("wb", lazy=True, atomic=True), default="-",
    help="A file; default: standard output.",
)  # fmt: skip
@with_appcontext
def completion(
    *, course: str, as_of: datetime | None, ministry: str, kind: str, output: BinaryIO
) -> None:
    """Write who is where on which course, one row for each person and course."""
    if course and not was_published(db.session, course):
        message = f"There is no course {course}."
        raise NotFoundError(message)
    asked = {"course": course, "as_of": as_of.date().isoformat() if as_of else ""}
    asked = forms.read_asked(asked)
    queries = _queries(asked, ministry)
    if ministry:
        asked["ministry"] = ministry
    total = sum(report_count(db.session, query) for query in queries)
    db.session.close()
    rows = chain.from_iterable(report_rows(db.engine, query) for query in queries)
    moment = queries[0].moment if queries else clock.now()
    pieces = (
        formats.csv_pieces(rows, COLUMNS)
        if kind == "csv"
        else formats.json_pieces(rows, COLUMNS, formats.told(moment, asked, total))
    )
    output.writelines(pieces)


def _queries(asked: dict[str, str], code: str) -> list[ReportQuery]:
    """Return one query for each ministry asked for, in the order of their names."""
    known = [m for m in ministries(db.session) if code in {"", m.code}]
    if code and not known:
        message = f"There is no ministry with the code {code}."
        raise NotFoundError(message)
    now = clock.now()
    named = sorted(known, key=lambda ministry: ministry.name)
    with force_locale("en"):
        return [forms.read_query(asked, ministry.id, now) for ministry in named]
