"""The findings of one file while it is read."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from trainer.courses.findings import Finding, describe, in_order

_IGNORE = re.compile(r"^[\s>]*<!--\s*tc-ignore\s+(TC\d{3}(?:[\s,]+TC\d{3})*)\b")
MAX_OF_A_CODE = 200
MAX_VALUE = 60
MAX_SUGGESTIONS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: line and column are 1-based, width in characters."""

    line: int = 1
    column: int = 1
    width: int = 1


START = Place()


@dataclass(slots=True)
class Report:
    """Collects what is wrong in one file."""

    path: str
    lines: Sequence[str] = ()
    found: list[Finding] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, code: str, place: Place, **values: str) -> None:
        """Note one finding; values fill the blanks of its message.

        After so many of one code a file gets no more of it.
        """
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count > MAX_OF_A_CODE:
            return
        blanks = tuple(sorted((k, _short(v)) for k, v in values.items()))
        severity, message, advice = describe(code, blanks)
        known = 1 <= place.line <= len(self.lines)
        self.found.append(
            Finding(
                path=self.path,
                line=place.line,
                column=place.column,
                code=code,
                severity=severity,
                message=message,
                help=advice,
                width=place.width,
                source_line=self.lines[place.line - 1] if known else "",
                values=blanks,
            )
        )

    @property
    def has_errors(self) -> bool:
        """Say whether anything found keeps the file from being used."""
        return any(finding.is_error for finding in self.found)

    def copy(self) -> "Report":
        """Return a report with the same findings, to which others may be added."""
        return Report(self.path, self.lines, [*self.found], {**self._counts})

    def findings(self) -> tuple[Finding, ...]:
        """Return what was found, in order, without the warnings that are silenced."""
        return in_order(f for f in self.found if not self._is_silenced(f))

    def _is_silenced(self, finding: Finding) -> bool:
        if finding.is_error:
            return False
        number = finding.line - 1
        while 1 <= number <= len(self.lines):
            comment = _IGNORE.match(self.lines[number - 1])
            if comment is None:
                return False
            if finding.code in comment[1]:
                return True
            number -= 1
        return False


def _short(value: str) -> str:
    if len(value) <= MAX_VALUE or (" " in value and len(value) <= 10 * MAX_VALUE):
        return value
    return value[: MAX_VALUE - 1] + "…"


def suggest(name: str, known: Iterable[str]) -> dict[str, str]:
    """Return help that names what may have been meant, in both languages."""
    candidates = sorted(known)
    near = difflib.get_close_matches(name[:80], candidates, n=1, cutoff=0.6)
    if near:
        return {
            "suggestion": f"did you mean {near[0]}?",
            "suggestion_id": f"apakah maksud Anda {near[0]}?",
        }
    if not candidates:
        return {"suggestion": "delete it", "suggestion_id": "hapus"}
    names = ", ".join(candidates[:MAX_SUGGESTIONS])
    return {"suggestion": f"use one of: {names}", "suggestion_id": f"pakai: {names}"}
