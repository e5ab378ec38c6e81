"""The totals of a report, kept for a short while and brought up to date."""

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from trainer.progress.queries.report import (
    ReportQuery,
    report_changes,
    report_tally,
)

SETTLED = timedelta(seconds=30)
LIFE = timedelta(seconds=150)
MOST_HELD = 64


class TallyShelf:
    """Tallies as they were a moment ago; only what changed since is counted again.

    A tally is taken of a moment so far past that no transaction of then is still
    open, and thrown away after a while. So a page of the report costs the same
    however many rows the report has.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[ReportQuery, tuple[datetime, dict[str, int]]]
        self._held = OrderedDict()
        self._lock = Lock()

    def tally(self, session: Session, query: ReportQuery) -> dict[str, int]:
        """Return how many rows there are of each status at the query's moment."""
        if not query.is_present:
            return report_tally(session, query)
        name = _name(query)
        with self._lock:
            held = self._held.get(name)
        if held is None or not timedelta() <= query.moment - held[0] < LIFE:
            held = self._take(session, query, name)
        since, tally = held
        changes = report_changes(session, query, since)
        return {status: tally[status] + changes[status] for status in tally}

    def _take(
        self, session: Session, query: ReportQuery, name: ReportQuery
    ) -> tuple[datetime, dict[str, int]]:
        """Count everything as of a little while ago and hold it."""
        since = query.moment - SETTLED
        taken = since, report_tally(session, replace(query, moment=since))
        with self._lock:
            self._held[name] = taken
            while len(self._held) > MOST_HELD:
                self._held.popitem(last=False)
        return taken


def _name(query: ReportQuery) -> ReportQuery:
    """Return what is the same for all queries that one tally serves."""
    day = datetime.min.replace(tzinfo=query.moment.tzinfo)
    return replace(query, moment=day, status="", sort="", is_descending=False)
