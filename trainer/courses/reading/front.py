"""The settings at the top of a file, and the text below them."""

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.courses.reading.report import START, Report
from trainer.courses.reading.settings import Node, read_settings
from trainer.courses.reading.source import Line

FENCE = "---"


@dataclass(frozen=True, slots=True)
class Parts:
    """A file in its two parts."""

    settings: Node
    body: tuple[Line, ...]


def split(lines: Sequence[Line], report: Report) -> Parts | None:
    """Return settings and body, or nothing where there are none or they are broken."""
    if not lines or lines[0].text.rstrip() != FENCE:
        report.add("TC002", START)
        return None
    for index, line in enumerate(lines[1:], start=1):
        if line.text.rstrip() == FENCE:
            return _parts(lines, index, report)
    report.add("TC002", START)
    return None


def _parts(lines: Sequence[Line], end: int, report: Report) -> Parts | None:
    text = "\n".join(line.text for line in lines[1:end]) + "\n"
    settings = read_settings(text, 2, report)
    if settings is None:
        return None
    return Parts(settings, tuple(lines[end + 1 :]))
