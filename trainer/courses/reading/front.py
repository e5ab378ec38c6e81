"""The settings at the top of a file, and the text below them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trainer.courses.reading.report import START, Place, Report
from trainer.courses.reading.settings import Node, read_settings
from trainer.courses.reading.source import Line

FENCE = "---"
_SETTING = re.compile(r"[A-Za-z_]\w*\s*:|\s*-\s|\s+\S|#")


@dataclass(frozen=True, slots=True)
class Parts:
    """A file in its two parts."""

    settings: Node
    body: tuple[Line, ...]


def split(lines: Sequence[Line], report: Report) -> Parts | None:
    """Return settings and body, or nothing where there are none or they are broken."""
    if not lines or lines[0].text.rstrip() != FENCE:
        report.add("TC002", START, **_NOT_BEGUN)
        return None
    for index, line in enumerate(lines[1:], start=1):
        if line.text.rstrip() == FENCE:
            return _parts(lines, index, report)
    report.add("TC002", Place(_after_settings(lines)), **_NOT_CLOSED)
    return None


def _after_settings(lines: Sequence[Line]) -> int:
    """Return the number of the first line that cannot be a setting."""
    for line in lines[1:]:
        if line.is_blank or not _SETTING.match(line.text):
            return line.number
    return lines[-1].number


def _parts(lines: Sequence[Line], end: int, report: Report) -> Parts | None:
    text = "\n".join(line.text for line in lines[1:end]) + "\n"
    settings = read_settings(text, 2, report)
    if settings is None:
        return None
    return Parts(settings, tuple(lines[end + 1 :]))


_NOT_BEGUN = {
    "what": "the file does not begin with settings between two lines of three dashes",
    "what_id": "berkas tidak diawali setelan di antara dua baris tiga tanda hubung",
    "advice": "make --- the first line, then type, id and title, then --- again",
    "advice_id": "jadikan --- baris pertama, lalu type, id, dan title, lalu --- lagi",
}
_NOT_CLOSED = {
    "what": "the settings at the top of the file are not closed",
    "what_id": "setelan di awal berkas tidak ditutup",
    "advice": "write --- on a line of its own below the last setting",
    "advice_id": "tulis --- pada baris tersendiri di bawah setelan terakhir",
}
