"""The body of a lesson as a tuple of typed blocks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from trainer.courses.model import (
    Block,
    Callout,
    Check,
    Checklist,
    Figure,
    Footnote,
    Prose,
    Reflection,
)
from trainer.courses.questions.reader import Asked, read_question
from trainer.courses.reading import habits, labels
from trainer.courses.reading.body import (
    CALLOUTS,
    FENCE,
    KIND,
    NOTE,
    RULE,
    closes,
    split_heading,
)
from trainer.courses.reading.braces import split_braces
from trainer.courses.reading.report import Place, Report, suggest
from trainer.courses.reading.source import Line, text_of

KINDS = (*CALLOUTS, "details", "checklist", "reflect")
MAX_MINUTES = 600

_QUOTE = re.compile(r"^ {0,3}>[ \t]?")
_FIGURE = re.compile(
    r"^ {0,3}!\[(?P<alt>[^\[\]]*)\]\(\s*(?:<(?P<angle>[^<>]*)>|(?P<plain>[^\s()<>]+))"
    r"(?:\s+(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'))?\s*\)\s*$"
)
_TICK = re.compile(r"^\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]?\]\s+)?")
_ALMOST_KIND = re.compile(r"\[?\s*!?\s*([A-Za-z]{3,10})\s*\](?![(\[:])")
_URL = re.compile(r"<?https?://", re.IGNORECASE)
_ENDS_NOTE = re.compile(r"^\S")


@dataclass(slots=True)
class Read:
    """What a body held: blocks, notes and the questions among the blocks."""

    blocks: tuple[Block, ...] = ()
    footnotes: list[Footnote] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    kept: list[tuple[str, Place]] = field(default_factory=list)


def read_blocks(lines: Sequence[Line], language: str, report: Report) -> Read:
    """Return the blocks of a lesson in order."""
    found = Read()
    found.blocks = _Blocks(found, language, report).run(lines)
    return found


class _Blocks:
    """Cuts lines into blocks; quote blocks are cut again inside."""

    def __init__(self, found: Read, language: str, report: Report) -> None:
        self.found = found
        self.language = language
        self.report = report
        self.heading: Line | None = None

    def run(self, lines: Sequence[Line], depth: int = 0) -> tuple[Block, ...]:
        blocks: list[Block] = []
        prose: list[Line] = []
        index = 0
        while index < len(lines):
            block, end = self._block(lines, index, depth)
            if end == index:
                prose.append(lines[index])
                index += 1
                continue
            if block is not None:
                self._flush(prose, blocks, depth)
                blocks.append(block)
            elif FENCE.match(lines[index].text):
                prose += lines[index:end]
            index = end
        self._flush(prose, blocks, depth)
        return tuple(blocks)

    def _flush(self, prose: list[Line], blocks: list[Block], depth: int) -> None:
        """Make a block of text of the lines, and tell what they were meant to be."""
        if not depth:
            self._check_prose(prose)
        text = text_of(prose)
        if text.strip():
            blocks.append(Prose(text))
        prose.clear()

    def _check_prose(self, prose: Sequence[Line]) -> None:
        """Look below each heading for a question that is not written as one."""
        below: list[Line] = []
        for line in prose:
            if heading := split_heading(line):
                habits.check_prose(below, self.heading, self.report)
                self.heading, below = heading[1], []
            else:
                below.append(line)
        habits.check_prose(below, self.heading, self.report)

    def _block(
        self, lines: Sequence[Line], start: int, depth: int
    ) -> tuple[Block | None, int]:
        """Return the block that begins at a line and the line after it.

        The same line means that no block begins there; nothing instead of a block
        means that the lines are a fence or a note.
        """
        line = lines[start]
        sign = line.text.lstrip()[:1]
        if sign in {"`", "~"} and (fence := FENCE.match(line.text)):
            return None, _end_of_fence(lines, start, fence[2])
        if sign == ">" and _QUOTE.match(line.text):
            return self._quote(lines, start, depth)
        if sign == "#" and (heading := _check_heading(line)):
            if depth:
                self.report.add("TC111", heading.place(), **_INSIDE)
            return self._check(heading, lines, start)
        if sign == "!" and (figure := _figure(lines, start)):
            return figure, start + 1
        if sign == "[" and not depth and NOTE.match(line.text):
            return None, self._note(lines, start)
        return None, start

    def _quote(
        self, lines: Sequence[Line], start: int, depth: int
    ) -> tuple[Block | None, int]:
        first = _unquoted(lines[start])
        if first is None or KIND.match(first.text) is None:
            self._check_kind(first)
            end = start
            while end < len(lines) and (inner := _unquoted(lines[end])):
                if KIND.match(inner.text):
                    break
                end += 1
            return Prose(text_of(lines[start:end])), end
        inside, end = [first], start + 1
        while end < len(lines) and (inner := _unquoted(lines[end])):
            if KIND.match(inner.text):
                break
            inside.append(inner)
            end += 1
        return self._kind(inside, depth), end

    def _check_kind(self, first: Line | None) -> None:
        """Report a quote that begins with the name of a block, but without its sign."""
        found = _ALMOST_KIND.match(first.text) if first else None
        if first is not None and found is not None and found[1].lower() in KINDS:
            better = f"[!{found[1].upper()}]"
            self.report.add(
                "TC111",
                first.place(0, found.end(0)),
                name=found[0],
                suggestion=f"write > {better}",
                suggestion_id=f"tulis > {better}",
            )

    def _kind(self, inside: list[Line], depth: int) -> Block | None:
        """Return the block that a quote with a kind stands for."""
        head = KIND.match(inside[0].text)
        if head is None:
            return None
        kind = head[1].lower()
        place = inside[0].place(0, head.end(2))
        title = inside[0].cut(head.end())
        if kind not in KINDS:
            name = f"[!{head[1]}]"
            known = [f"[!{k.upper()}]" for k in KINDS]
            self.report.add("TC111", place, name=name, **suggest(name, known))
            return Prose(text_of(inside[1:]))
        rest = inside[1:]
        if not any(not line.is_blank for line in rest):
            self.report.add("TC112", place)
        if kind == "checklist":
            return self._checklist(title, rest, place)
        if kind == "reflect":
            return self._reflection(title, rest, place)
        sign = head[2] or ("-" if kind == "details" else "")
        fold = {"": "", "-": "closed", "+": "open"}[sign]
        title, _ = split_braces(title, (), self.report)
        return Callout(
            kind=kind,
            title=title.text.strip(),
            blocks=self.run(rest, depth + 1),
            fold=cast("Literal['', 'closed', 'open']", fold),
        )

    def _checklist(self, title: Line, rest: list[Line], place: Place) -> Checklist:
        title, braces = split_braces(title, (), self.report)
        items: list[list[Line]] = []
        for line in rest:
            if tick := _TICK.match(line.text):
                items.append([line.cut(tick.end())])
            elif items and not line.is_blank:
                items[-1].append(line)
            elif not line.is_blank:
                self.report.add("TC130", line.place())
        self._keep(braces.id, title.text, braces.id_place or place)
        texts = tuple(" ".join(text_of(item).split()) for item in items)
        return Checklist(braces.id, title.text.strip(), texts)

    def _reflection(self, title: Line, rest: list[Line], place: Place) -> Reflection:
        allowed = ("minutes", "share")
        title, braces = split_braces(title, allowed, self.report)
        self._keep(braces.id, title.text, braces.id_place or place)
        minutes = braces.items.get("minutes")
        value = None
        if minutes is not None:
            if minutes.value in _MINUTES:
                value = int(minutes.value)
            else:
                self.report.add("TC005", minutes.place, name="minutes", **_A_NUMBER)
        return Reflection(braces.id, title.text.strip(), text_of(rest), value)

    def _keep(self, name: str, title: str, place: Place) -> None:
        if name:
            self.found.kept.append((name, place))
        else:
            self.report.add("TC210", place, better=_slug(title))

    def _check(
        self, heading: Line, lines: Sequence[Line], start: int
    ) -> tuple[Block, int]:
        end = start + 1
        fence = ""
        while end < len(lines):
            line = lines[end]
            if fence:
                fence = "" if closes(line, fence) else fence
            elif opened := FENCE.match(line.text):
                fence = opened[2]
            elif (
                RULE.match(line.text)
                or split_heading(line) is not None
                or NOTE.match(line.text)
            ):
                break
            end += 1
        asked = read_question(
            heading, lines[start + 1 : end], self.language, self.report
        )
        self.found.asked.append(asked)
        self.heading = None
        if end < len(lines) and RULE.match(lines[end].text):
            end += 1
        return Check(asked.question), end

    def _note(self, lines: Sequence[Line], start: int) -> int:
        head = NOTE.match(lines[start].text)
        if head is None:
            return start
        text = [lines[start].cut(head.end())]
        end = start + 1
        while end < len(lines) and _goes_on(lines, end):
            text.append(lines[end].cut(_indent(lines[end])))
            end += 1
        written = text_of(text)
        is_source = _URL.search(written) is not None
        self.found.footnotes.append(Footnote(head[1], written, is_source))
        return end


def _goes_on(lines: Sequence[Line], index: int) -> bool:
    """Say whether a line still belongs to the note above it."""
    line = lines[index]
    if line.is_blank:
        after = lines[index + 1] if index + 1 < len(lines) else None
        return after is not None and after.text.startswith(("    ", "\t"))
    if NOTE.match(line.text) or line.text.startswith(("#", ">", "---")):
        return False
    return not lines[index - 1].is_blank or line.text.startswith(("    ", "\t"))


def _indent(line: Line) -> int:
    return len(line.text) - len(line.text.lstrip())


def _end_of_fence(lines: Sequence[Line], start: int, fence: str) -> int:
    for index in range(start + 1, len(lines)):
        if closes(lines[index], fence):
            return index + 1
    return len(lines)


def _unquoted(line: Line) -> Line | None:
    found = _QUOTE.match(line.text)
    return line.cut(found.end()) if found else None


def _check_heading(line: Line) -> Line | None:
    """Return the question of a heading such as `### Check: Which one?`."""
    heading = split_heading(line)
    if heading is None:
        return None
    text = heading[1]
    word, colon, _ = text.text.partition(":")
    if not colon or labels.key_of(word) != "check":
        return None
    start = len(word) + 1
    while start < len(text.text) and text.text[start].isspace():
        start += 1
    return text.cut(start)


def _figure(lines: Sequence[Line], index: int) -> Figure | None:
    """Return the picture that stands alone between blank lines."""
    before = lines[index - 1] if index else None
    after = lines[index + 1] if index + 1 < len(lines) else None
    if (before and not before.is_blank) or (after and not after.is_blank):
        return None
    found = _FIGURE.match(lines[index].text)
    if found is None:
        return None
    alt = " ".join(found["alt"].split())
    return Figure(
        media=found["angle"] or found["plain"] or "",
        alt="" if alt.casefold() == "decorative" else alt,
        caption=found["double"] or found["single"] or "",
    )


def _slug(title: str) -> str:
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)[:40].strip("-") or "list"


_INSIDE = {
    "name": "Check",
    "suggestion": "move the question out of the quote, to a heading of its own",
    "suggestion_id": "pindahkan pertanyaan ke luar kutipan, dengan judul sendiri",
}
_MINUTES = frozenset(str(n) for n in range(1, MAX_MINUTES + 1))
_A_NUMBER = {
    "expected": "write a whole number of minutes",
    "expected_id": "tulis jumlah menit sebagai bilangan bulat",
}
