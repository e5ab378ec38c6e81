"""Strict YAML: text stays text, every value knows its place.

Only null, true and false, whole numbers and decimals are special. Anchors and aliases
are refused, and so is the same key twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from trainer.courses.reading.report import Place, Report

MAX_DEPTH = 20
_TAB = "there is a tab where blanks are needed"

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
_CONSTANTS = {"": None, "null": None, "~": None, "true": True, "false": False}
_Event: TypeAlias = Any
_Mark: TypeAlias = Any
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Value: TypeAlias = "str | int | float | bool | list[Node] | dict[str, Node] | None"


@dataclass(frozen=True, slots=True)
class Node:
    """One value, where it stands and where its key stands."""

    value: Value
    place: Place
    key: Place


class _SettingsError(Exception):
    """The YAML is refused; `mark` says where."""

    def __init__(self, reason: str, mark: _Mark) -> None:
        super().__init__(reason)
        self.mark = mark


def read_settings(text: str, first_line: int, report: Report) -> Node | None:
    """Return the mapping that a YAML text holds, or nothing if it is broken.

    `first_line` is the number of the text's first line in the file.
    """
    reader = _Reader(first_line, report)
    try:
        node = reader.read(yaml.parse(text, Loader=_LOADER))
    except _SettingsError as error:
        report.add("TC003", reader.at(error.mark), **_reason(str(error)))
        return None
    except yaml.MarkedYAMLError as error:
        mark, reason = _plain(error, text)
        report.add("TC003", reader.at(mark), **_reason(reason))
        return None
    except yaml.YAMLError:
        report.add("TC003", Place(first_line), **_reason("a character is not allowed"))
        return None
    if not isinstance(node.value, dict):
        report.add("TC003", node.place, **_reason("there are no settings here"))
        return None
    return node


def _plain(error: yaml.MarkedYAMLError, text: str) -> tuple[_Mark, str]:
    """Return where the mistake was made and what it is, in words of authors."""
    problem = error.problem or ""
    mark = error.problem_mark or error.context_mark
    if "not allowed in this context" in problem:
        return mark, "there is a colon too many"
    if "cannot start any token" in problem:
        rows = text.split("\n")
        is_tab = mark is not None and rows[mark.line][mark.column :].startswith("\t")
        return mark, _TAB if is_tab else "text that begins with this sign needs quotes"
    if "could not find expected ':'" in problem:
        return error.context_mark or mark, "a blank is missing behind the colon"
    return mark, "a line is indented wrongly, or a bracket or quote is not closed"


def _reason(words: str) -> dict[str, str]:
    return {"reason": words, "reason_id": _IN_INDONESIAN.get(words, words)}


class _Reader:
    """Builds nodes from the events of a YAML parser, by recursion of limited depth."""

    def __init__(self, first_line: int, report: Report) -> None:
        self.first_line = first_line
        self.report = report

    def at(self, mark: _Mark, width: int = 1) -> Place:
        """Return the place of a mark in the file."""
        if mark is None:
            return Place(self.first_line)
        return Place(self.first_line + mark.line, mark.column + 1, max(1, width))

    def read(self, events: Iterator[Any]) -> Node:
        """Return the first document, as one node."""
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                node = self._node(next(events), events, 0)
                self._refuse_more(events)
                return node
        return Node({}, Place(self.first_line), Place(self.first_line))

    @staticmethod
    def _refuse_more(events: Iterator[Any]) -> None:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise _SettingsError("a second --- is one too many", event.start_mark)

    def _node(
        self, event: _Event, events: Iterator[Any], depth: int, key: Place | None = None
    ) -> Node:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _SettingsError("names with & and * are not used", event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise _SettingsError("tags with ! are not used", event.start_mark)
        if depth > MAX_DEPTH:
            raise _SettingsError("the settings are nested too deep", event.start_mark)
        place = self.at(event.start_mark, _width(event))
        if isinstance(event, yaml.ScalarEvent):
            return Node(_scalar(event), place, key or place)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(self._list(events, depth), place, key or place)
        return Node(self._mapping(events, depth), place, key or place)

    def _list(self, events: Iterator[Any], depth: int) -> list[Node]:
        items = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, depth + 1))
        return items

    def _mapping(self, events: Iterator[Any], depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise _SettingsError("a name is missing here", event.start_mark)
            place = self.at(event.start_mark, _width(event))
            node = self._node(next(events), events, depth + 1, place)
            if event.value in found:
                self.report.add("TC010", place, name=event.value)
            else:
                found[event.value] = node
        return found


def _width(event: _Event) -> int:
    start, end = event.start_mark, event.end_mark
    return end.column - start.column if start.line == end.line else 1


def _scalar(event: yaml.ScalarEvent) -> str | int | float | bool | None:
    text = event.value
    if not event.implicit[0]:
        return str(text)
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return str(text)


_IN_INDONESIAN = {
    "there is a colon too many": "ada titik dua yang berlebih",
    "text that begins with this sign needs quotes": "teks yang diawali tanda ini "
    "memerlukan tanda kutip",
    _TAB: "ada tab di tempat yang memerlukan spasi",
    "a blank is missing behind the colon": "kurang spasi di belakang titik dua",
    "a line is indented wrongly, or a bracket or quote is not closed": "indentasi "
    "baris keliru, atau kurung atau tanda kutip tidak ditutup",
    "a character is not allowed": "ada karakter yang tidak diizinkan",
    "there are no settings here": "tidak ada setelan di sini",
    "a second --- is one too many": "baris --- kedua berlebih",
    "names with & and * are not used": "nama dengan & dan * tidak dipakai",
    "tags with ! are not used": "tanda ! tidak dipakai",
    "the settings are nested too deep": "setelan bersarang terlalu dalam",
    "a name is missing here": "ada nama yang kurang di sini",
}
