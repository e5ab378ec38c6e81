"""Rows of the report as CSV, JSON and compressed bytes, piece by piece."""

import csv
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

Row: TypeAlias = tuple[Any, ...]
BOM = "\ufeff"
FORMULA_STARTS = frozenset("=+-@|\t\r＝＋－＠")  # noqa: RUF001 - the wide signs too
BLANKS = " \u00a0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
LEADING_BLANKS = re.compile(f"^[{BLANKS}\\x00-\\x1f\\x7f-\\x9f]+")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
BREAKS = re.compile("[\t-\r\u2028\u2029]+")
TEXTS = frozenset(
    {
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
    }
)
NAMED_BY_VALUE = frozenset({"course", "mission", "unit", "status"})
DATED = ("due_", "completed_")
GZIP = 31
QUICK = 1


def export_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, on one line."""
    starts = {text[:1], LEADING_BLANKS.sub("", text)[:1]}
    cleaned = CONTROLS.sub("", BREAKS.sub(" ", text))
    return f"'{cleaned}" if starts & FORMULA_STARTS else cleaned


def _is_plain(texts: Iterable[str]) -> bool:
    """Say at one look that no text of a column can be taken for a formula."""
    known = tuple(texts)
    starts = {text[:1] for text in known}
    if " " in starts or starts & FORMULA_STARTS:
        return False
    return "".join(known).isprintable()


def safe_rows(rows: Sequence[Row], columns: Sequence[str]) -> Sequence[Row]:
    """Return rows whose text cells are safe; nearly always they are already."""
    changed: dict[int, dict[str, str]] = {}
    for place, name in enumerate(columns):
        if name in TEXTS:
            texts = {row[place] for row in rows}
            if not _is_plain(texts):
                changed[place] = {text: export_cell(text) for text in texts}
    if not changed:
        return rows
    return [
        tuple(
            changed[place][cell] if place in changed else cell
            for place, cell in enumerate(row)
        )
        for row in rows
    ]


def csv_pieces(
    pieces: Iterable[Sequence[Row]], columns: Sequence[str]
) -> Iterator[bytes]:
    """Yield a CSV file: UTF-8 with a mark, CRLF, header first, texts quoted."""
    width = len(columns)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow(columns)
    yield buffer.getvalue().encode()
    for rows in pieces:
        buffer.seek(0)
        buffer.truncate()
        writer.writerows([row[:width] for row in safe_rows(rows, columns)])
        yield buffer.getvalue().encode()


def json_pieces(
    pieces: Iterable[Sequence[Row]],
    columns: Sequence[str],
    told: Mapping[str, object],
) -> Iterator[bytes]:
    """Yield a JSON object: what is told of the report, then its rows."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    yield (encode(dict(told))[:-1] + ', "rows": [').encode()
    separator = "\n"
    for rows in pieces:
        if rows:
            listed = encode([dict(zip(columns, row, strict=False)) for row in rows])
            yield (separator + listed[1:-1]).encode()
            separator = ",\n"
    yield b"\n]}\n"


def gzip_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces compressed, the first at once so that the download begins."""
    packer = zlib.compressobj(QUICK, zlib.DEFLATED, GZIP)
    is_first = True
    for piece in pieces:
        packed = packer.compress(piece)
        if is_first:
            packed += packer.flush(zlib.Z_SYNC_FLUSH)
            is_first = False
        if packed:
            yield packed
    yield packer.flush()


def told(moment: datetime, filters: Mapping[str, str], total: int) -> dict[str, Any]:
    """Return what a file says of itself: as of when, which rows, how many."""
    as_of = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"as_of": as_of, "filters": dict(filters), "total": total}


def file_name(filters: Mapping[str, str], day: str, total: int, kind: str) -> str:
    """Return the name of a file: its filters, as of which day, how many rows."""
    parts = ["completion"]
    for name, value in filters.items():
        if name in NAMED_BY_VALUE:
            parts.append(value)
        elif name.startswith(DATED):
            parts.append(f"{name} {value}")
    plain = [re.sub("[^a-z0-9]+", "-", p.lower()).strip("-")[:60] for p in parts]
    return "-".join(p for p in (*plain, day, f"{total}-rows") if p) + f".{kind}"
