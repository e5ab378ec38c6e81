"""The parts of a question as lines: text, marked answers, labelled texts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from trainer.courses.reading import labels
from trainer.courses.reading.body import FENCE, closes
from trainer.courses.reading.report import Place, Report
from trainer.courses.reading.source import Line

_MARKED = re.compile(
    r"^(\s{0,3}[-*+]\s+)([(\[])\s*([^()\[\]\s%][^()\[\]]{0,9}?|%?)\s*([)\]])(?:\s+|$)"
)
_MARK = re.compile(r"|[xX]|[-+\u2212]?\d{1,6}(?:[.,]\d{1,6})?\s?%")
_ITEM = re.compile(r"^\s{0,3}(?:[-*+]|\d{1,9}[.)])(?:\s+|$)")
_UNMATCHED = re.compile(r"^\s{0,3}[-*+]\s+[(\[]\s*(?:[xX]|[-+]?\d+%)?\s*(?:\s|$)")
_LABEL = re.compile(
    r"\*\*\s*([^*:\uff1a\n]{1,40}?)\s*(?:[:\uff1a]\s*\*\*|\*\*\s*[:\uff1a])[^\S\n]*"
)
_ALMOST_LABEL = re.compile(
    r"^\s{0,3}(?P<open>[*_]{0,3})\s*(?P<name>[^\W\d_][^*_:\uff1a\n]{1,39}?)\s*"
    r"(?:(?P<close>[*_]{1,3})\s*[:\uff1a]?|[:\uff1a]\s*(?P<late>[*_]{0,3}))\s*"
)
_QUOTE = re.compile(r"^\s*>\s?")

ANSWER_LABELS = frozenset({"answer", "scale"})
LATER_LABELS = frozenset({"match", "order", "sort", "draft", "model_answer", "rubric"})
TEXT_LABELS = frozenset(
    {"hint", "explanation", "if_correct", "if_partly", "if_wrong", "source"}
)


@dataclass(slots=True)
class Marked:
    """One answer of a marked list: its mark, text and feedback."""

    bracket: str
    mark: str
    place: Place
    lines: list[Line]
    feedback: list[Line] = field(default_factory=list)
    is_matched: bool = True


@dataclass(slots=True)
class Labelled:
    """A bold label and the lines that belong to it."""

    key: str
    place: Place
    lines: list[Line]


@dataclass(slots=True)
class Parts:
    """A question taken apart; nothing is judged yet."""

    body: list[Line] = field(default_factory=list)
    marked: list[Marked] = field(default_factory=list)
    labelled: list[Labelled] = field(default_factory=list)


def take_apart(lines: Sequence[Line], report: Report) -> Parts:
    """Return the parts of a question; report text that belongs to none."""
    parting = _Parting(report)
    for line in lines:
        parting.take(line)
    return parting.parts


class _Parting:
    """Goes down a question, remembering what the present line would belong to."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.parts = Parts()
        self._fence = ""
        self._is_after_blank = False
        self._target: Marked | Labelled | None = None
        self._is_stray = False

    def take(self, line: Line) -> None:
        """Put one line where it belongs."""
        if self._fence:
            self._fence = "" if closes(line, self._fence) else self._fence
            self._append(line)
        elif fence := FENCE.match(line.text):
            self._fence = fence[2]
            self._append(line)
        elif line.is_blank:
            self._append(line)
            self._is_stray = False
        elif not self._take_label(line) and not self._take_answer(line):
            self._take_text(line)
        self._is_after_blank = line.is_blank

    def _append(self, line: Line) -> None:
        if self._target is None:
            self.parts.body.append(line)
        elif isinstance(self._target, Labelled) or not line.is_blank:
            self._target.lines.append(line)

    def _take_label(self, line: Line) -> bool:
        """Begin a labelled text; further labels may stand in the same line."""
        if self._take_almost_label(line):
            return True
        if "**" not in line.text:
            return False
        first = _LABEL.match(line.text, len(line.text) - len(line.text.lstrip()))
        if first is None and not self._is_in_text():
            return False
        found = [] if first is None else [(first, self._key(first, line))]
        start = first.end() if first else 0
        found += [(m, labels.key_of(m[1])) for m in _LABEL.finditer(line.text, start)]
        known = [(m, key) for m, key in found if key in _ALL_LABELS]
        if not known:
            return False
        if known[0][0].start() > 0 and line.text[: known[0][0].start()].strip():
            self._take_text(_part(line, 0, known[0][0].start()))
        ends = [m.start() for m, _ in known[1:]] + [len(line.text)]
        for (match, key), end in zip(known, ends, strict=True):
            place = line.place(match.start(), match.end() - match.start())
            self._target = Labelled(key or "", place, [_part(line, match.end(), end)])
            self.parts.labelled.append(self._target)
        return True

    def _take_almost_label(self, line: Line) -> bool:
        """Begin a labelled text whose stars or colon are missing; report them."""
        found = _ALMOST_LABEL.match(line.text)
        key = labels.key_of(found["name"]) if found else None
        if found is None or key not in _ALMOST_ALLOWED:
            return False
        if found["open"] == "**" and "**" in {found["close"], found["late"]}:
            if found["late"] or line.text[: found.end()].rstrip()[-1] in ":\uff1a":
                return False
        elif found["close"] and not found["open"]:
            return False
        name = found["name"]
        place = line.place(found.start("open"), len(found[0].strip()))
        self.report.add("TC211", place, name=found[0].strip(), better=name.capitalize())
        rest = _part(line, found.end(), len(line.text))
        if found["open"] and not (found["close"] or found["late"]):
            rest = Line(rest.number, rest.column, rest.text.removesuffix(found["open"]))
        self._target = Labelled(key or "", place, [rest])
        self.parts.labelled.append(self._target)
        return True

    def _is_in_text(self) -> bool:
        return isinstance(self._target, Labelled) and self._target.key in TEXT_LABELS

    def _key(self, found: re.Match[str], line: Line) -> str | None:
        key = labels.key_of(found[1])
        if key is not None:
            return key
        near = labels.near_miss(found[1])
        if near is None or labels.key_of(near) not in _ALL_LABELS:
            return None
        place = line.place(found.start(), found.end() - found.start())
        self.report.add("TC211", place, name=found[1], better=near)
        return labels.key_of(near)

    def _take_answer(self, line: Line) -> bool:
        if isinstance(self._target, Labelled) and self._target.key in ANSWER_LABELS:
            return False
        found = _MARKED.match(line.text)
        is_first = not self.parts.marked
        if found is None or (is_first and not _MARK.fullmatch(found[3])):
            return not is_first and self._take_unmatched(line)
        if isinstance(self._target, Labelled) and not _MARK.fullmatch(found[3]):
            return False
        place = line.place(found.start(2), found.end(4) - found.start(2))
        self._target = Marked(
            found[2],
            found[3],
            place,
            [line.cut(found.end())],
            is_matched=found[2] + found[4] in {"()", "[]"},
        )
        self.parts.marked.append(self._target)
        self._is_stray = False
        return True

    def _take_unmatched(self, line: Line) -> bool:
        """Take a list item among the answers whose brackets are missing or open."""
        item = _ITEM.match(line.text)
        if item is None or not isinstance(self._target, Marked):
            return False
        found = _UNMATCHED.match(line.text)
        start = found.end() if found else item.end()
        self._target = Marked(
            "",
            "",
            line.place(item.end(), 1),
            [line.cut(start)],
            is_matched=False,
        )
        self.parts.marked.append(self._target)
        return True

    def _take_text(self, line: Line) -> None:
        target = self._target
        if isinstance(target, Marked):
            self._take_under_answer(target, line)
        elif isinstance(target, Labelled) and target.key in ANSWER_LABELS:
            is_part = _ITEM.match(line.text) or _QUOTE.match(line.text)
            if is_part or not self._is_after_blank or line.text[:1].isspace():
                target.lines.append(line)
            else:
                self._stray(line)
        else:
            self._append(line)

    def _take_under_answer(self, target: Marked, line: Line) -> None:
        if quote := _QUOTE.match(line.text):
            target.feedback.append(line.cut(quote.end()))
        elif line.text.startswith(("  ", "\t")) or not self._is_after_blank:
            if not self._is_stray:
                target.lines.append(line)
        else:
            self._stray(line)

    def _stray(self, line: Line) -> None:
        if not self._is_stray:
            self.report.add("TC209", line.place())
        self._is_stray = True


def _part(line: Line, start: int, end: int) -> Line:
    return Line(line.number, line.column + start, line.text[start:end].rstrip())


_ALMOST_ALLOWED = (ANSWER_LABELS | TEXT_LABELS) - {"source"}
_ALL_LABELS = ANSWER_LABELS | LATER_LABELS | TEXT_LABELS
