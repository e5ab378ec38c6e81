"""Numbers as authors write them and as learners type them."""

import re
import unicodedata

from trainer.courses.model import Accepted

DECIMAL_COMMA = frozenset(
    {"id", "pt", "fr", "de", "es", "it", "nl", "ru", "tr", "vi", "tet"}
)
MAX_DIGITS = 30
SLACK = 1e-9

_NUMBER = re.compile(r"[+-]?(?:\d+(?:,\d{3})*|\d*)(?:\.\d+)?")
_RANGE = re.compile(r"^(.+?)\s+(?:to|until|sampai|hingga|\u2013|-)\s+(.+)$")
_TOLERANCE = re.compile(r"^(.+?)\s*(?:±|\+/-|\+-)\s*(.+)$")


class NumberError(ValueError):
    """A number, tolerance or range cannot be read."""


def decimal_sign(language: str) -> str:
    """Return the decimal sign of a language, a point or a comma."""
    return "," if language.split("-")[0].lower() in DECIMAL_COMMA else "."


def read_number(text: str, language: str) -> float | None:
    """Read one number with the signs of a language, or nothing.

    Thousands may be grouped in threes, by blanks or by the other sign.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    plain = re.sub(r"(?<=\d)[ '\u2019](?=\d{3}(?!\d))", "", plain)
    if decimal_sign(language) == ",":
        plain = plain.translate({ord(","): ".", ord("."): ","})
    digits = sum(c.isdigit() for c in plain)
    if not 1 <= digits <= MAX_DIGITS or not _NUMBER.fullmatch(plain):
        return None
    return float(plain.replace(",", ""))


def read_typed(text: str, language: str, unit: str) -> float | None:
    """Read what a learner typed; the unit may follow the number."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    for suffix in (unit, "%"):
        folded = unicodedata.normalize("NFKC", suffix).casefold()
        if folded and plain.casefold().endswith(folded):
            plain = plain[: len(plain) - len(suffix)].strip()
    return read_number(plain, language)


def is_within(accepted: Accepted, value: float | None) -> bool:
    """Say whether a number lies in the accepted range, bounds included."""
    if value is None or accepted.low is None or accepted.high is None:
        return False
    slack = SLACK * max(1.0, abs(accepted.low), abs(accepted.high))
    return accepted.low - slack <= value <= accepted.high + slack


def read_range(text: str, language: str) -> tuple[float, float]:
    """Read `60`, `60 ± 5`, `60 ± 10%` or `45 to 90` as its bounds.

    Raise NumberError when it is none of them or the range runs backwards.
    """
    if found := _TOLERANCE.match(text):
        return _around(found[1], found[2], language)
    value = _either(text, language)
    if value is not None:
        return value, value
    found = _RANGE.match(text)
    if found is None:
        raise NumberError(text)
    low, high = _number(found[1], language), _number(found[2], language)
    if low > high:
        raise NumberError(text)
    return low, high


def _around(centre: str, tolerance: str, language: str) -> tuple[float, float]:
    middle = _number(centre, language)
    is_share = tolerance.rstrip().endswith("%")
    width = _number(tolerance.rstrip().removesuffix("%"), language)
    if width < 0:
        raise NumberError(tolerance)
    if is_share:
        width = abs(middle) * width / 100
    return middle - width, middle + width


def _number(text: str, language: str) -> float:
    value = _either(text, language)
    if value is None:
        raise NumberError(text)
    return value


def _either(text: str, language: str) -> float | None:
    """Read an author's number in the language of the file, or else in English."""
    value = read_number(text, language)
    return read_number(text, "en") if value is None else value
