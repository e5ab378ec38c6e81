"""What holds for every Markdown body: fences, headings, notes, links, images."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from trainer.courses.reading import habits, inline, labels
from trainer.courses.reading.inline import Reference
from trainer.courses.reading.report import Place, Report
from trainer.courses.reading.source import Line, passage

HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*))?$")
FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})([^`]*)$")
NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]{1,60})\]:[ \t]*")
KIND = re.compile(r"\[!([A-Za-z][A-Za-z0-9_-]{0,30})\]([-+]?)(?:[ \t]+|$)")
CALLOUTS = ("note", "tip", "important", "warning", "caution", "example", "key")
COMMENT = re.compile(r"^[\s>]*<!--(?:(?!-->).)*-->\s*$")
RULE = re.compile(
    r"^ {0,3}(?:-[ \t]*){3,}$|^ {0,3}(?:\*[ \t]*){3,}$|^ {0,3}(?:_[ \t]*){3,}$"
)

_QUOTE = re.compile(r"^\s*(?:>\s?)+")
_DELIMITER = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")


@dataclass(slots=True)
class Walked:
    """What was met on the way through a body."""

    references: list[Reference] = field(default_factory=list)
    notes: dict[str, Place] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    words: int = 0


def split_heading(line: Line) -> tuple[int, Line] | None:
    """Return level and text of a heading line, or nothing for another line."""
    if "#" not in line.text[:4]:
        return None
    found = HEADING.match(line.text)
    if found is None:
        return None
    start = found.start(2) if found[2] is not None else len(line.text)
    text = line.text[start:].rstrip()
    closed = text.rstrip("#")
    if closed != text and (not closed or closed[-1] in " \t"):
        text = closed.rstrip()
    blanks = len(text) - len(text.lstrip())
    return len(found[1]), Line(line.number, line.column + start + blanks, text.strip())


def closes(line: Line, fence: str) -> bool:
    """Say whether a line closes a block of code that a fence has opened."""
    text = line.text.strip()
    return (
        len(text) >= len(fence) and set(text) == {fence[0]} and not text.strip(fence[0])
    )


def without_comments(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines with those blank that only hold a comment."""
    return tuple(
        Line(line.number, line.column, "")
        if "<!--" in line.text and COMMENT.match(line.text)
        else line
        for line in lines
    )


class Walk:
    """One way through a body, line by line."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.walked = Walked()
        self._paragraph: list[Line] = []
        self._fence: tuple[str, Line] | None = None
        self._level = 1

    def run(self, lines: Sequence[Line]) -> Walked:
        """Return what the body refers to; report what is wrong in any body."""
        for line in lines:
            self._line(line)
        self._flush()
        if self._fence is not None:
            fence, opened = self._fence
            self.report.add("TC117", opened.place(), fence=fence)
        self._check_notes()
        return self.walked

    def _line(self, line: Line) -> None:
        if ">" in line.text[:8]:
            line = _unquoted(line)
        if self._fence is not None:
            if closes(line, self._fence[0]):
                self._fence = None
            return
        if not line.text or line.is_blank:
            self._flush()
            return
        if fence := FENCE.match(line.text):
            self._flush()
            self._fence = (fence[2], line.cut(len(fence[1])))
            return
        if heading := split_heading(line):
            self._flush()
            self._heading(line, *heading)
            return
        if note := NOTE.match(line.text):
            self._flush()
            self.walked.notes.setdefault(note[1], line.place(0, note.end()))
            line = line.cut(note.end())
        else:
            habits.check_line(line, self.report)
        self._paragraph.append(line)

    def _flush(self) -> None:
        if not self._paragraph:
            return
        text = passage(self._paragraph)
        self.walked.references += inline.scan(text, self.report)
        self.walked.words += text.text.count(" ") + len(self._paragraph)
        self._check_table()
        self._check_underline()
        habits.check_paragraph(self._paragraph, self.report)
        habits.check_links(text, self.report)
        self._paragraph = []

    def _heading(self, line: Line, level: int, text: Line) -> None:
        if not text.text:
            self.report.add("TC115", line.place())
            return
        if level == 1:
            self.report.add("TC104", line.place())
        elif level > self._level + 1 and not _is_check(text):
            better = "#" * (self._level + 1)
            self.report.add("TC103", line.place(), better=better)
        self._level = level
        self.walked.headings.append(text.text)
        self.walked.references += inline.scan(passage([text]), self.report)

    def _check_table(self) -> None:
        for index, line in enumerate(self._paragraph[:2]):
            if "-" not in line.text or "|" not in line.text:
                continue
            if not _DELIMITER.match(line.text):
                continue
            if index == 0 or not self._paragraph[0].text.strip(" |\t"):
                self.report.add("TC108", self._paragraph[0].place())

    def _check_underline(self) -> None:
        for before, line in zip(self._paragraph, self._paragraph[1:], strict=False):
            text = line.text.strip()
            if (
                text
                and not text.strip("=")
                and not before.text.lstrip().startswith("|")
            ):
                self.report.add("TC104", before.place())

    def _check_notes(self) -> None:
        used = set()
        for reference in self.walked.references:
            if reference.kind != "note":
                continue
            used.add(reference.target)
            if reference.target not in self.walked.notes:
                self.report.add("TC124", reference.place, name=reference.target)
        for name, place in self.walked.notes.items():
            if name not in used:
                self.report.add("TC125", place, name=name)


def _is_check(heading: Line) -> bool:
    """Say whether a heading is a question inside a lesson, at whatever level."""
    word, colon, _ = heading.text.partition(":")
    return bool(colon) and labels.key_of(word) == "check"


def _unquoted(line: Line) -> Line:
    found = _QUOTE.match(line.text)
    return line.cut(found.end()) if found else line
