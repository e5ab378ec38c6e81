"""The address of a heading within its page."""

import re
import unicodedata

_BRACES = re.compile(r"\s*\{#([a-z0-9][a-z0-9-]*)[^{}]*\}\s*$")
_MARKS = re.compile(r"[*_`~]|!?\[|\]\([^()]*\)|\]")
MAX_SLUG = 60


def split_anchor(heading: str) -> tuple[str, str]:
    """Return the text of a heading and the id in its braces, if it has one."""
    found = _BRACES.search(heading)
    return (heading[: found.start()], found[1]) if found else (heading, "")


def slug(text: str) -> str:
    """Return words of any script in small letters, joined by hyphens."""
    plain = unicodedata.normalize("NFKC", _MARKS.sub("", text)).lower()
    words = re.findall(r"[\w]+", plain.replace("_", " "))
    return "-".join(words)[:MAX_SLUG].strip("-") or "section"


class Anchors:
    """Gives each heading of a page an address of its own."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def take(self, heading: str) -> str:
        """Return the address of the next heading, without its prefix."""
        text, written = split_anchor(heading)
        base = written or slug(text)
        name, number = base, self._taken.get(base, 0)
        while name in self._taken:
            number += 1
            name = f"{base}-{number}"
        self._taken[base] = max(1, number)
        self._taken.setdefault(name, 1)
        return name


def anchors(headings: list[str]) -> frozenset[str]:
    """Return the addresses of all headings of a page."""
    given = Anchors()
    return frozenset(given.take(heading) for heading in headings)
