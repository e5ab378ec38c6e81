"""The completion report of a large ministry: on screen, and whole as CSV."""

import http.client
import json
import re
import sqlite3
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bench import people, site, table
from trainer import clock
from trainer.accounts.models import Person
from trainer.database import connect
from trainer.progress.queries import report

LARGE, SMALL = 100_000, 1_000
COURSES = 4
MOST_TIMES, MOST_MEMORY, MOST_WAIT = 2.0, 64.0, 1.0
ROUNDS, LOADS = 3, 7
OTHER_OFFICER = "officer@other.example"
CSV, SCREEN = "/reports/completion.csv", "/reports/completion"
CHUNK = 1 << 18
LIMIT = re.compile(r"\s+LIMIT \?(\s+OFFSET \?)?\s*$")
CURSOR = """
import csv, json, sqlite3, sys, time
told = json.load(sys.stdin)
line = sqlite3.connect(told["database"])
start = time.perf_counter()
with open(told["output"], "w", newline="", encoding="utf-8") as file:
    for sql, values in told["statements"]:
        csv.writer(file).writerows(line.execute(sql, values))
print(time.perf_counter() - start)
"""
COUNT = """
import http.client, json, sys, time
told = json.load(sys.stdin)
line = http.client.HTTPConnection(told["host"], told["port"], timeout=300)
start = time.perf_counter()
line.request("GET", told["path"], headers={"Cookie": told["cookie"]})
answer = line.getresponse()
size, lines, first = 0, 0, None
while piece := answer.read1(told["chunk"]):
    first = first or time.perf_counter() - start
    size += len(piece)
    lines += piece.count(b"\\n")
took = time.perf_counter() - start
print(json.dumps([answer.status, took, first, size, lines]))
"""


@dataclass(frozen=True, slots=True)
class Download:
    """One whole CSV as a client got it: seconds, bytes, lines."""

    seconds: float
    first: float
    size: int
    lines: int


def measure(place: Path) -> Iterator[table.Row]:
    """Fill a large and a small ministry, then read their reports."""
    here = site.install(place)
    large, small = (ministry_of(here, e) for e in (site.OFFICER, OTHER_OFFICER))
    with sqlite3.connect(here.database) as line:
        people.add(line, large, LARGE, COURSES)
        people.add(line, small, SMALL, COURSES)
    line.close()
    with site.serve(here) as pid:
        officer = site.Visitor(here).sign_in(site.OFFICER)
        other = site.Visitor(here).sign_in(OTHER_OFFICER)
        yield compare_screens(officer, other)
        yield from compare_files(here, large, officer, pid)


def ministry_of(here: site.Site, email: str) -> uuid.UUID:
    """Return the ministry of an account."""
    engine = connect(here.database_url)
    with Session(engine) as session:
        found = session.scalars(
            select(Person.ministry_id).where(Person.email == email)
        ).one()
    engine.dispose()
    return found


def compare_screens(large: site.Visitor, small: site.Visitor) -> table.Row:
    """Return how much longer the report page of a large ministry takes."""
    times: dict[site.Visitor, list[float]] = {large: [], small: []}
    for visitor in (large, small):
        visitor.get(SCREEN)
    for _load in range(LOADS):
        for visitor, taken in times.items():
            start = time.perf_counter()
            visitor.get(SCREEN)
            taken.append(time.perf_counter() - start)
    ours, theirs = (statistics.median(taken) for taken in times.values())
    return table.Row(
        f"report page at {LARGE:,} learners against {SMALL:,}",
        ours / theirs,
        MOST_TIMES,
        "times",
        note=f"{ours * 1000:.0f} ms against {theirs * 1000:.0f} ms, "
        f"{COURSES} courses each",
    )


def compare_files(
    here: site.Site, ministry: uuid.UUID, officer: site.Visitor, pid: int
) -> Iterator[table.Row]:
    """Compare the CSV with the driver's cursor; say its memory and first byte."""
    ratios, pairs, firsts, grown = [], [], [], []
    for _round in range(ROUNDS):
        site.forget_peaks(pid)
        before = site.resident(pid)
        ours = download(here, officer)
        peaks = site.resident(pid, "VmHWM")
        grown.append(sum(peaks[one] - before.get(one, 0) for one in peaks) / 1024)
        theirs = cursor(here, ministry)
        ratios.append(ours.seconds / theirs)
        pairs.append((ours, theirs))
        firsts.append(ours.first)
    middle = sorted(range(ROUNDS), key=lambda turn: ratios[turn])[ROUNDS // 2]
    ours, theirs = pairs[middle]
    yield table.Row(
        f"completion CSV, {ours.lines - 1:,} rows, against the driver's cursor",
        ratios[middle],
        MOST_TIMES,
        "times",
        note=f"{ours.seconds:.1f} s against {theirs:.1f} s, {ours.size / 1e6:.0f} MB",
    )
    yield table.Row("completion CSV, memory", max(grown), MOST_MEMORY, "MiB more")
    yield table.Row("completion CSV, first byte", max(firsts), MOST_WAIT, "s")


def download(here: site.Site, officer: site.Visitor) -> Download:
    """Fetch the whole CSV in a process of its own and count its lines."""
    told = {
        "host": site.HOST,
        "port": here.port,
        "path": CSV,
        "cookie": officer.cookie,
        "chunk": CHUNK,
    }
    status, seconds, first, size, lines = json.loads(run(COUNT, told))
    if status != http.client.OK or lines <= LARGE * COURSES:
        message = f"the CSV answered {status} with {lines} lines"
        raise RuntimeError(message)
    return Download(seconds, first, size, lines)


def cursor(here: site.Site, ministry: uuid.UUID) -> float:
    """Return the seconds that the driver's cursor takes for the same rows."""
    output = here.place / "cursor.csv"
    told = {
        "database": str(here.database),
        "output": str(output),
        "statements": whole_selects(here, ministry),
    }
    seconds = float(run(CURSOR, told))
    with output.open("rb") as file:
        lines = sum(1 for _line in file)
    if lines <= LARGE * COURSES:
        message = f"the cursor gave {lines} lines"
        raise RuntimeError(message)
    return seconds


def whole_selects(
    here: site.Site, ministry: uuid.UUID
) -> list[tuple[str, list[object]]]:
    """Return the statements that the report reads its rows by, with no limit."""
    seen: list[tuple[str, list[object]]] = []
    engine = connect(here.database_url)

    def see(*told: Any) -> None:  # noqa: ANN401 - as SQLAlchemy calls it
        _connection, _cursor, statement, values = told[:4]
        seen.append((statement, list(values)))

    event.listen(engine, "before_cursor_execute", see)
    query = report.report_as_of(None, clock.now(), ministry)
    next(report.report_rows(engine, query))
    engine.dispose()
    wholes = [(LIMIT.sub("", statement), values) for statement, values in seen]
    return [
        (whole, values[: whole.count("?")])
        for (whole, values), (statement, _) in zip(wholes, seen, strict=True)
        if whole != statement
    ]


def run(program: str, told: object) -> str:
    """Run a small program in a process of its own."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
