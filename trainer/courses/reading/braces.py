"""Small settings at the end of a heading or block line: `{#id points=2 tags=a,b}`."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from trainer.courses.reading.kinds import ID, MAX_ID
from trainer.courses.reading.report import Place, Report, suggest
from trainer.courses.reading.source import Line

_OPEN = re.compile(r"(?<!\\)\{(?=[#\w\s}])")
_UNCLOSED = re.compile(r"\{#[^{}]*$")
_ITEM = re.compile(
    r"\s*(?:#(?P<id>[^\s}]*)"
    r"|(?P<name>[\w-]+)(?:\s*=\s*(?:"
    r"[\"“”](?P<quoted>[^\"“”]*)[\"“”]|(?P<plain>[^\s}\"“”]+)))?)(?=[\s}])"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One value in braces, where it and its name stand."""

    value: str
    place: Place
    key: Place


@dataclass(frozen=True, slots=True)
class Braces:
    """What braces say: an id, and values by name."""

    id: str = ""
    id_place: Place | None = None
    items: dict[str, Item] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a value, or nothing."""
        return self.items[name].value if name in self.items else ""


def split_braces(
    line: Line, allowed: Collection[str], report: Report
) -> tuple[Line, Braces]:
    """Return the line without the braces at its end, and what they say."""
    text = line.text.rstrip()
    start = _start(text)
    if start is None:
        if unclosed := _UNCLOSED.search(text):
            report.add("TC114", line.place(unclosed.start()))
        return line, Braces()
    rest = Line(line.number, line.column, text[:start].rstrip())
    return rest, _read(line, text, start, allowed, report)


def _start(text: str) -> int | None:
    if not text.endswith("}"):
        return None
    start = text.rfind("{")
    if start < 0 or _OPEN.match(text, start) is None:
        return None
    return start


def _read(
    line: Line, text: str, start: int, allowed: Collection[str], report: Report
) -> Braces:
    offset, end = start + 1, len(text) - 1
    name_of_id, id_place = "", None
    items: dict[str, Item] = {}
    while text[offset:end].strip():
        found = _ITEM.match(text, offset)
        if found is None:
            report.add("TC114", line.place(start, end + 1 - start))
            return Braces(name_of_id, id_place, items)
        offset = found.end()
        if found["name"] is None:
            id_place = line.place(found.start("id") - 1, len(found["id"]) + 1)
            name_of_id = _checked(found["id"], id_place, report)
            continue
        _keep(found, line, allowed, items, report)
    return Braces(name_of_id, id_place, items)


def _checked(name: str, place: Place, report: Report) -> str:
    if ID.fullmatch(name) and len(name) <= MAX_ID:
        return name
    report.add("TC007", place, value=name)
    return name


def _keep(
    found: re.Match[str],
    line: Line,
    allowed: Collection[str],
    items: dict[str, Item],
    report: Report,
) -> None:
    name = found["name"]
    key = line.place(found.start("name"), len(name))
    if name not in allowed:
        report.add("TC113", key, name=name, **suggest(name, allowed))
        return
    if name in items:
        report.add("TC010", key, name=name)
        return
    group = "quoted" if found["quoted"] is not None else "plain"
    value = found[group]
    place = key if value is None else line.place(found.start(group), len(value))
    items[name] = Item("yes" if value is None else value.strip(), place, key)
