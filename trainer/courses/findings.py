"""What is wrong in a file, where, and what to type instead."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MESSAGES = Path(__file__).with_name("messages.yml")
LANGUAGES = ("en", "id")
HOME_PAGE = "https://example.org/trainer"


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the table: the sentence and the help, per language."""

    code: str
    severity: str
    text: dict[str, str]
    help: dict[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake at one place; line and column are 1-based, in characters.

    `severity` is error, warning or info. `values` fill the blanks of the message,
    so that it can be told again in another language.
    """

    path: str
    line: int
    column: int
    code: str
    severity: str
    message: str
    help: str
    width: int = 1
    source_line: str = ""
    values: tuple[tuple[str, str], ...] = ()

    @property
    def is_error(self) -> bool:
        """Say whether it keeps a course from being published."""
        return self.severity == "error"


@cache
def messages() -> dict[str, Message]:
    """Return the one table of messages, by code."""
    table: dict[str, Any] = yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))
    return {
        code: Message(
            code,
            row["severity"],
            {language: row[language][0] for language in LANGUAGES},
            {language: row[language][1] for language in LANGUAGES},
        )
        for code, row in table.items()
    }


def describe(
    code: str, values: Iterable[tuple[str, str]], language: str = "en"
) -> tuple[str, str, str]:
    """Return severity, sentence and help of a code in a language.

    A value `x_id` tells `x` in Indonesian; without it, both languages use the same.
    """
    message = messages()[code]
    given = dict(values)
    blanks = {f"{name}_id": value for name, value in given.items()} | given
    return (
        message.severity,
        _filled(message.text[language], blanks),
        _filled(message.help[language], blanks),
    )


def _filled(sentence: str, blanks: dict[str, str]) -> str:
    for name, value in blanks.items():
        sentence = sentence.replace("{" + name + "}", value)
    return sentence


def in_language(finding: Finding, language: str) -> Finding:
    """Return the same finding told in another language."""
    severity, message, advice = describe(finding.code, finding.values, language)
    return replace(finding, severity=severity, message=message, help=advice)


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by file and place, each once."""
    return tuple(
        sorted(
            set(found),
            key=lambda f: (f.path, f.line, f.column, f.code, f.values),
        )
    )


def count(found: Iterable[Finding], severity: str) -> int:
    """Return how many findings have a severity."""
    return sum(f.severity == severity for f in found)


def summary(found: Sequence[Finding], language: str = "en") -> str:
    """Return the numbers of errors and warnings in words."""
    numbers = [count(found, severity) for severity in ("error", "warning")]
    if language == "id":
        return "{} kesalahan, {} peringatan".format(*numbers)
    words = zip(numbers, ("error", "warning"), strict=True)
    return ", ".join(f"{n} {word}" if n == 1 else f"{n} {word}s" for n, word in words)


def format_text(found: Sequence[Finding]) -> str:
    """Return the findings for people: place, sentence, the line, help."""
    return "\n".join(_as_text(finding) for finding in found)


def _as_text(finding: Finding) -> str:
    head = (
        f"{_printable(finding.path)}:{finding.line}:{finding.column}: "
        f"{finding.code} {finding.severity}: {finding.message}"
    )
    number = str(finding.line)
    margin = " " * len(number)
    rows = [head]
    if finding.source_line:
        before = finding.source_line[: finding.column - 1]
        indent = "".join("\t" if c == "\t" else " " for c in before)
        shown = _printable(finding.source_line)
        rows += [f"{margin} |", f"{number} | {shown}"]
        rows.append(f"{margin} | {indent}{'^' * max(1, finding.width)}")
    rows.append(f"{margin} = help: {finding.help}\n")
    return "\n".join(rows)


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in line)


def format_json(found: Sequence[Finding]) -> str:
    """Return the findings and their numbers as one JSON object."""
    names = ("path", "line", "column", "code", "severity", "message", "help")
    rows = [{name: getattr(f, name) for name in names} for f in found]
    return json.dumps(
        {
            "findings": rows,
            "errors": count(found, "error"),
            "warnings": count(found, "warning"),
        },
        ensure_ascii=False,
        indent=2,
    )


def format_github(found: Sequence[Finding]) -> str:
    """Return the findings as workflow commands, which forges show beside the line."""
    return "\n".join(_as_command(finding) for finding in found)


def _as_command(finding: Finding) -> str:
    kind = "notice" if finding.severity == "info" else finding.severity
    place = f"file={_property(finding.path)},line={finding.line},col={finding.column}"
    sentence = f"{finding.message} Help: {finding.help}"
    escaped = sentence.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
    return f"::{kind} {place},title={finding.code}::{escaped}"


def _property(text: str) -> str:
    for sign, escape in (("%", "%25"), (":", "%3A"), (",", "%2C"), ("\n", "%0A")):
        text = text.replace(sign, escape)
    return text


def format_sarif(found: Sequence[Finding]) -> str:
    """Return the findings as a SARIF 2.1.0 log."""
    codes = sorted({f.code for f in found})
    rules = [
        {"id": code, "shortDescription": {"text": messages()[code].text["en"]}}
        for code in codes
    ]
    driver = {"name": "trainer", "informationUri": HOME_PAGE, "rules": rules}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_as_result(f) for f in found],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _as_result(finding: Finding) -> dict[str, Any]:
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endColumn": finding.column + max(1, finding.width),
    }
    return {
        "ruleId": finding.code,
        "level": "note" if finding.severity == "info" else finding.severity,
        "message": {"text": f"{finding.message} Help: {finding.help}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": finding.path},
                    "region": region,
                }
            }
        ],
    }
