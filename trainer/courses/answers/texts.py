"""Words and patterns: when a typed text counts as an accepted answer."""

import unicodedata
from functools import lru_cache

import re2

from trainer.courses.model import Accepted, Question

MAX_PATTERN = 500
SHORTEST_FORGIVEN = 5
_ENDS = (
    " \t.,;:!?\"'`\u2026\u00b4"
    "\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb\u2039\u203a"
)


class PatternError(ValueError):
    """A pattern is not a regular expression that can be matched in linear time."""


def normalise(text: str, *, fold: bool = True) -> str:
    """Return a text without what does not count: blanks, quotes, end punctuation."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split()).strip(_ENDS)
    plain = plain.replace("\u2019", "'").replace("\u2018", "'")
    return unicodedata.normalize("NFKC", plain.casefold()) if fold else plain


def is_met(question: Question, accepted: Accepted, response: str) -> bool:
    """Say whether a response meets one accepted answer of a text question."""
    fold = question.case == "fold"
    if accepted.is_pattern:
        return _matches(accepted.text, response)
    given, wanted = normalise(response, fold=fold), normalise(accepted.text, fold=fold)
    if not given:
        return False
    return given == wanted or _is_near(given, wanted, question.typos)


def check_pattern(written: str) -> None:
    """Raise PatternError unless `/pattern/flags` can be used."""
    _compiled(written)


def _matches(written: str, response: str) -> bool:
    plain = " ".join(unicodedata.normalize("NFKC", response).split())
    pattern = _compiled(written)
    return any(
        pattern.fullmatch(form) is not None for form in (plain, plain.strip(_ENDS))
    )


@lru_cache(maxsize=512)
def _compiled(written: str) -> re2._Regexp:
    body, _, flags = written[1:].rpartition("/")
    if not written.startswith("/") or not body or set(flags) - {"i"}:
        raise PatternError(written)
    if len(body) > MAX_PATTERN:
        raise PatternError("longer than 500 characters")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = "i" not in flags
    options.max_mem = 1 << 20
    try:
        return re2.compile(body, options=options)
    except re2.error as error:
        raise PatternError(str(error)) from error


def _is_near(given: str, wanted: str, typos: int) -> bool:
    """Say whether the words differ by no more edits than are forgiven."""
    if not typos:
        return False
    pairs = list(zip(given.split(), wanted.split(), strict=False))
    if len(given.split()) != len(wanted.split()):
        return False
    edits = 0
    for typed, word in pairs:
        if typed == word:
            continue
        if len(word) < SHORTEST_FORGIVEN or not is_one_edit(typed, word):
            return False
        edits += 1
    return edits <= typos


def is_one_edit(first: str, second: str) -> bool:
    """Say whether one letter changed, added, left out or swapped makes them equal."""
    if abs(len(first) - len(second)) > 1:
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    rest, other = first[start:], second[start:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (rest[:2] == other[1::-1] and len(other) > 1 and rest[2:] == other[2:])
    )
