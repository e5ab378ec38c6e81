"""The kinds of values that settings take; each reads one node."""

import re
import zoneinfo
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from typing import TypeAlias

from trainer.courses.reading.report import Place
from trainer.courses.reading.settings import Node

Kind: TypeAlias = Callable[[Node], object]

ID = re.compile(r"[a-z0-9][a-z0-9-]*")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_DURATION = re.compile(r"(\d{1,5})\s*(m|min|minutes|h|hours|d|days)")
_MINUTES = {"m": 1, "min": 1, "minutes": 1, "h": 60, "hours": 60, "d": 1440}
_YES = {"yes": True, "no": False, "ya": True, "tidak": False}
MAX_ID = 80
MAX_TEXT = 2_000


class WrongValueError(Exception):
    """A value does not fit; says where, by which code and what would fit."""

    def __init__(self, place: Place, code: str, **values: str) -> None:
        super().__init__(code)
        self.place = place
        self.code = code
        self.values = values


def wrong(node: Node, expected: str, expected_id: str) -> WrongValueError:
    """Return the error for a value of another kind than expected."""
    return WrongValueError(
        node.place, "TC005", expected=expected, expected_id=expected_id
    )


def text(node: Node) -> str:
    """Read a text; numbers and words such as true are text too."""
    if isinstance(node.value, list | dict) or node.value is None:
        raise wrong(node, "write some text", "tulis teks")
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    found = str(node.value).strip()
    if not found or len(found) > MAX_TEXT:
        raise wrong(node, "write some text", "tulis teks")
    return " ".join(found.split())


def identifier(node: Node) -> str:
    """Read an id; raise TC007 for one that is malformed."""
    value = text(node)
    if not ID.fullmatch(value) or len(value) > MAX_ID:
        raise WrongValueError(node.place, "TC007", value=value)
    return value


def yes_no(node: Node) -> bool:
    """Read true, false, yes or no."""
    if isinstance(node.value, bool):
        return node.value
    if isinstance(node.value, str) and node.value.lower() in _YES:
        return _YES[node.value.lower()]
    raise wrong(node, "write yes or no", "tulis yes atau no")


def whole(low: int, high: int) -> Kind:
    """Return the kind of whole numbers between two bounds."""

    def read(node: Node) -> int:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int):
            value = None
        if value is None or not low <= value <= high:
            raise wrong(
                node,
                f"write a whole number from {low} to {high}",
                f"tulis bilangan bulat {low} sampai {high}",
            )
        return value

    return read


def whole_or(word: str, kind: Kind) -> Kind:
    """Return the kind that is a number, or a word that stands for none."""

    def read(node: Node) -> object:
        if node.value == word:
            return None
        try:
            return kind(node)
        except WrongValueError as error:
            told = {name: str(text) for name, text in error.values.items()}
            raise wrong(
                node,
                f"{told['expected']}, or {word}",
                f"{told['expected_id']}, atau {word}",
            ) from error

    return read


def one_of(*words: str) -> Kind:
    """Return the kind that is one of a few words."""
    names = ", ".join(words)

    def read(node: Node) -> str:
        if isinstance(node.value, str) and node.value in words:
            return node.value
        raise wrong(node, f"write one of: {names}", f"tulis salah satu: {names}")

    return read


def language(node: Node) -> str:
    """Read a language code such as en, id or pt-BR."""
    if isinstance(node.value, str) and LANGUAGE.fullmatch(node.value):
        return node.value
    raise wrong(node, "write a language code: en, id", "tulis kode bahasa: en, id")


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def timezone(node: Node) -> str:
    """Read the name of a time zone."""
    if isinstance(node.value, str) and node.value in _zones():
        return node.value
    raise wrong(
        node,
        "write a time zone such as Asia/Jakarta",
        "tulis zona waktu seperti Asia/Jakarta",
    )


def day(node: Node) -> date:
    """Read a day, as 2026-12-01; raise TC011 when it does not exist."""
    value = str(node.value)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise WrongValueError(node.place, "TC011", value=value) from None


def moment(node: Node) -> datetime:
    """Read a day or a day and time, still without its time zone."""
    value = str(node.value)
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"):
        try:
            return datetime.strptime(value, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise WrongValueError(node.place, "TC011", value=value)


def duration(node: Node) -> int:
    """Read a duration such as 30m, 24h or 2d, as minutes."""
    found = _DURATION.fullmatch(str(node.value).lower())
    if found is None:
        raise wrong(node, "write 30m, 24h or 2d", "tulis 30m, 24h, atau 2d")
    return int(found[1]) * _MINUTES.get(found[2], _MINUTES[found[2][0]])


def list_of(kind: Kind) -> Kind:
    """Return the kind that is a list; one value alone stands for a list of it."""

    def read(node: Node) -> tuple[object, ...]:
        if isinstance(node.value, list):
            return tuple(kind(item) for item in node.value)
        if node.value is None:
            return ()
        return (kind(node),)

    return read


def mapping_of(kind: Kind, key: Kind = identifier) -> Kind:
    """Return the kind that gives a value to each of several names."""

    def read(node: Node) -> tuple[tuple[object, object], ...]:
        if not isinstance(node.value, dict):
            raise wrong(node, "write name: value lines", "tulis baris nama: nilai")
        return tuple(
            (key(Node(name, item.key, item.key)), kind(item))
            for name, item in node.value.items()
        )

    return read


def anything(node: Node) -> object:
    """Accept what another part of the platform reads."""
    return node.value
