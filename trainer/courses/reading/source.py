"""One text file as lines, and what is wrong with it before its meaning is asked."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from trainer.courses.reading.report import MAX_OF_A_CODE, START, Place, Report

MAX_BYTES = 500_000
MAX_LINE = 2_000
MAX_LINES = 20_000
MAX_DEPTH = 60
INDENT = 2

# C0 and C1 controls but tab and line feed, bidirectional overrides and isolates,
# line and paragraph separators, and a byte order mark in the middle.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
_DEEP = re.compile(r"^(?:[ \t]*>)*[ \t]*")


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a line of the file: what is left behind the signs before it."""

    number: int
    column: int
    text: str

    def place(self, start: int = 0, width: int | None = None) -> Place:
        """Return where a part of the text stands in the file."""
        if width is None:
            width = max(1, len(self.text.rstrip()) - start)
        return Place(self.number, self.column + start, max(1, width))

    def cut(self, start: int) -> "Line":
        """Return the line without its first characters."""
        return Line(self.number, self.column + start, self.text[start:])

    @property
    def is_blank(self) -> bool:
        """Say whether nothing is written there."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class Passage:
    """Several lines as one text whose every character still knows its place."""

    text: str
    lines: tuple[Line, ...]
    starts: tuple[int, ...]

    def place(self, offset: int, width: int = 1) -> Place:
        """Return where the character at an offset stands in the file."""
        index = max(0, bisect_right(self.starts, offset) - 1)
        line = self.lines[index]
        return Place(line.number, line.column + offset - self.starts[index], width)


def passage(lines: Sequence[Line]) -> Passage:
    """Join lines into one text."""
    starts, offset = [], 0
    for line in lines:
        starts.append(offset)
        offset += len(line.text) + 1
    text = "\n".join(line.text for line in lines)
    return Passage(text, tuple(lines), tuple(starts))


def text_of(lines: Sequence[Line]) -> str:
    """Return the text of lines without blank lines around it."""
    texts = [line.text.rstrip() if line.is_blank else line.text for line in lines]
    return "\n".join(texts).strip("\n").rstrip()


def fingerprint(data: bytes) -> str:
    """Return the SHA-256 of bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def open_text(data: bytes, report: Report) -> tuple[Line, ...] | None:
    """Return the lines of a file, or nothing when it cannot be read any further."""
    if len(data) > MAX_BYTES:
        report.add("TC017", START, **_LONG_FILE)
        return None
    text = _decode(data, report)
    if text is None:
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    rows = text.split("\n")
    report.lines = rows
    _find_controls(text, rows, report)
    if len(rows) > MAX_LINES:
        report.add("TC017", Place(MAX_LINES + 1), **_MANY_LINES)
        return None
    if not _fits(rows, report) or _has_conflict(rows, report):
        return None
    return tuple(Line(number, 1, row) for number, row in enumerate(rows, start=1))


def _decode(data: bytes, report: Report) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        rows = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        report.add("TC001", Place(len(rows), len(rows[-1]) + 1))
        return None


def _find_controls(text: str, rows: list[str], report: Report) -> None:
    if _CONTROL.search(text) is None:
        return
    count = 0
    for number, row in enumerate(rows, start=1):
        for found in _CONTROL.finditer(row):
            name = f"U+{ord(found[0]):04X}"
            report.add("TC015", Place(number, found.start() + 1), value=name)
            count += 1
        if count > MAX_OF_A_CODE:
            return


def _fits(rows: list[str], report: Report) -> bool:
    fits = True
    for number, row in enumerate(rows, start=1):
        if len(row) > MAX_LINE:
            report.add("TC017", Place(number, MAX_LINE + 1), **_LONG_LINE)
            fits = False
        elif len(row) > MAX_DEPTH and _depth(row) > MAX_DEPTH:
            report.add("TC017", Place(number, 1), **_DEEP_LINE)
            fits = False
    return fits


def _depth(row: str) -> int:
    found = _DEEP.match(row)
    signs = found[0] if found else ""
    quotes = signs.count(">")
    blanks = len(signs.expandtabs(4)) - 2 * quotes
    return quotes + max(0, blanks) // INDENT


def _has_conflict(rows: list[str], report: Report) -> bool:
    is_found = False
    for number, row in enumerate(rows, start=1):
        if row.startswith(("<<<<<<< ", ">>>>>>> ")) or row in {"<<<<<<<", ">>>>>>>"}:
            if not is_found or row.startswith("<"):
                report.add("TC014", Place(number, 1, 7))
            is_found = True
    return is_found


_LONG_FILE = {
    "what": f"the file is larger than {MAX_BYTES // 1000} kB",
    "what_id": f"berkas lebih besar dari {MAX_BYTES // 1000} kB",
    "advice": "split it into several files",
    "advice_id": "bagi menjadi beberapa berkas",
}
_MANY_LINES = {
    "what": f"the file has more than {MAX_LINES:,} lines",
    "what_id": f"berkas lebih dari {MAX_LINES} baris",
    "advice": "split it into several files",
    "advice_id": "bagi menjadi beberapa berkas",
}
_LONG_LINE = {
    "what": f"the line has more than {MAX_LINE:,} characters",
    "what_id": f"baris ini lebih dari {MAX_LINE} karakter",
    "advice": "press Enter between sentences",
    "advice_id": "tekan Enter di antara kalimat",
}
_DEEP_LINE = {
    "what": f"the line is indented or quoted more than {MAX_DEPTH} deep",
    "what_id": f"baris ini menjorok atau dikutip lebih dari {MAX_DEPTH} tingkat",
    "advice": "begin the line further to the left",
    "advice_id": "awali baris lebih ke kiri",
}
