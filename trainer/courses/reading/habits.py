"""What people write by habit from other programs, and what to type instead.

Such a line is correct Markdown and would be shown as it stands, with its marks.
"""

import re
from collections.abc import Sequence

from trainer.courses import slugs
from trainer.courses.reading import inline, labels
from trainer.courses.reading.report import Place, Report
from trainer.courses.reading.source import Line, Passage

KINDS = frozenset(
    {"note", "tip", "important", "warning", "caution", "example", "key", "details"}
)
TOLD_HEADING = 40
LEARNED_BY_QUESTIONS = frozenset(
    {"answer", "scale", "hint", "if_correct", "if_partly", "if_wrong"}
)

_SIGN = "xX\u0445\u0425\u00d7\u2713\u2714\u2717\u221a\u2611\u2612vV"
_ANSWER = re.compile(
    r"^\s*(?:(?P<bullet>\\?[-*+\u2013\u2014\u2022\u00b7\u25aa\u25cf]"
    r"|\d{1,3}[.)]|[A-Za-z][.)])\s*)?"
    rf"(?P<mark>[(\[{{]\s*(?P<sign>[{_SIGN}]?)\s*[)\]}}])(?![(\[:{{])(?P<text>.*)$"
)
_TASK = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+\[[ xX]\]\s")
_LABEL = re.compile(
    r"^\s{0,3}\*\*\s*([^*:\uff1a]{1,40}?)\s*(?:[:\uff1a]\*\*|\*\*[:\uff1a])"
)
_BOLD = re.compile(r"^(?:\*\*([^*]{3,80})\*\*|__([^_]{3,80})__):?\s*$")
_ALMOST_CHECK = re.compile(r"^(?:che?c?k|cek)\b\W*", re.IGNORECASE)
_DASHES = re.compile(r"^ {0,3}-{2,}\s*$")
_TIGHT_HEADING = re.compile(r"^ {0,3}(#{2,6})[^#\s]")
_DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^)([^\[\]]{1,60})\]:\s+(?!<?(?:https?:|mailto:))\S"
)
_APART = re.compile(
    r"\](\s\()(?:https?://|www\.|\.\.?/|glossary:|lesson:|[\w./-]+\.md)"
)
_BULLET = re.compile(r"^\s*([\u2022\u00b7\u25aa\u25cf\u25e6\uf0b7])\s*\S")
_BARE_KIND = re.compile(r"^\s*(\[!?([A-Za-z]{3,10})\])(?![(\[:])")
_PLAIN_CHECK = re.compile(r"^\s{0,3}(?:Check|Cek)\s*:\s*(\S.*\?)\s*$")
_DELIMITER = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")


def is_like_answer(text: str) -> bool:
    """Say whether a line was meant as an answer with a mark in brackets."""
    found = _ANSWER.match(text)
    if found is None or not found["text"].strip():
        return False
    if found["bullet"] is None:
        return found["mark"][0] != "[" and (
            bool(found["sign"]) or found["mark"] == "( )"
        )
    return found["mark"][0] != "[" or bool(found["sign"])


def check_question(lines: Sequence[Line], report: Report) -> bool:
    """Report answers of a question that are not written as such; say if there are."""
    is_found = False
    for line in _outside_fences(lines):
        if is_like_answer(line.text):
            report.add("TC235", _mark(line), **_IN_A_QUESTION)
            is_found = True
    return is_found


def check_prose(lines: Sequence[Line], heading: Line | None, report: Report) -> None:
    """Report a question in ordinary text, once: learners would see its key."""
    for line in _outside_fences(lines):
        if _TASK.match(line.text):
            if "[ ]" not in line.text[:12]:
                report.add("TC236", _mark(line), **_as_check(heading))
                return
        elif is_like_answer(line.text):
            report.add("TC235", _mark(line), **_as_check(heading))
            return
        elif (label := _LABEL.match(line.text)) and (
            labels.key_of(label[1]) in LEARNED_BY_QUESTIONS
        ):
            place = line.place(label.start(1) - 2, len(label[1]) + 5)
            report.add("TC237", place, name=label[1], **_as_check(heading))
            return
        elif check := _PLAIN_CHECK.match(line.text):
            report.add("TC237", line.place(), name="Check", **_heading(check[1]))
            return


def _mark(line: Line) -> Place:
    found = _ANSWER.match(line.text)
    start = found.start("mark") if found else 0
    return line.place(start, len(found["mark"]) if found else None)


def _outside_fences(lines: Sequence[Line]) -> list[Line]:
    fence = ""
    found = []
    for line in lines:
        sign = line.text.strip()[:3]
        if sign in {"```", "~~~"} and fence in {"", sign}:
            fence = "" if fence else sign
        elif not fence:
            found.append(line)
    return found


def _heading(text: str) -> dict[str, str]:
    """Return the help to write a line as the heading of a question."""
    example = f"### Check: {text} {{#{slugs.slug(text)}}}"
    return {
        "suggestion": f"write it as a heading: {example}",
        "suggestion_id": "tulis sebagai judul: " + example.replace("Check:", "Cek:"),
    }


def _as_check(heading: Line | None) -> dict[str, str]:
    if heading is None:
        return _UNDER_NO_HEADING
    text = _ALMOST_CHECK.sub("", heading.text.partition("{")[0]).strip()
    shown = text if len(text) <= TOLD_HEADING else text[: TOLD_HEADING - 1] + "…"
    example = f"### Check: {shown} {{#{slugs.slug(text)}}}"
    return {
        "suggestion": f"for a question, write line {heading.number} as {example}",
        "suggestion_id": f"untuk pertanyaan, tulis baris {heading.number} sebagai "
        + example.replace("Check:", "Cek:"),
    }


def check_line(line: Line, report: Report) -> None:
    """Report a heading, a note, a list or a block that was meant to be one."""
    if found := _TIGHT_HEADING.match(line.text):
        place = line.place(found.start(1), len(found[1]) + 1)
        report.add("TC131", place, signs=found[1])
    elif found := _DEFINITION.match(line.text):
        place = line.place(found.start(1) - 1, len(found[1]) + 3)
        report.add("TC129", place, name=found[1])
    elif found := _BULLET.match(line.text):
        report.add("TC138", line.place(found.start(1), 1), sign=found[1])
    elif (found := _BARE_KIND.match(line.text)) and _is_kind(found, line):
        place = line.place(found.start(1), len(found[1]))
        report.add("TC139", place, name=found[1], better=f"[!{found[2].upper()}]")


def _is_kind(found: re.Match[str], line: Line) -> bool:
    """Say whether a line that stands in no quote begins with the name of a block."""
    is_loud = found[2].isupper() or "!" in found[1]
    return line.column == 1 and is_loud and found[2].lower() in KINDS


def check_paragraph(lines: Sequence[Line], report: Report) -> None:
    """Report bold lines in place of headings, and tables that are not complete."""
    first = lines[0]
    if len(lines) == 1 and first.column == 1:
        found = _BOLD.match(first.text)
        text = (found[1] or found[2]).strip() if found else ""
        is_label = labels.key_of(text.partition(":")[0]) is not None
        if text and text[-1] not in ".!?…,;" and not is_label:
            report.add("TC134", first.place(), name=text)
    if len(lines) > 1 and "|" not in first.text and _DASHES.match(lines[1].text):
        report.add("TC135", lines[1].place())
    if first.text.lstrip().startswith("|") and len(lines) > 1:
        _check_table(lines, report)


def _check_table(lines: Sequence[Line], report: Report) -> None:
    if not any(_DELIMITER.match(line.text) for line in lines[:2]):
        if all(line.text.lstrip().startswith("|") for line in lines):
            row = "|" + " --- |" * _cells(lines[0].text)
            report.add("TC132", lines[0].place(), row=row)
        return
    wanted = _cells(lines[0].text)
    for line in lines[2:]:
        if "|" in line.text and (count := _cells(line.text)) != wanted:
            numbers = {"count": str(count), "wanted": str(wanted)}
            report.add("TC133", line.place(), **numbers)


def _cells(row: str) -> int:
    plain = inline.mask(row).strip()
    return plain.removeprefix("|").removesuffix("|").count("|") + 1


def check_links(text: Passage, report: Report) -> None:
    """Report links that stay text because of a blank."""
    if "] (" not in text.text:
        return
    masked = inline.mask(text.text)
    for found in _APART.finditer(masked):
        report.add("TC128", text.place(found.start(1), 2))


_IN_A_QUESTION = {
    "suggestion": "begin the line with - (x) if it is right and - ( ) if it is not, "
    "with a blank behind each sign",
    "suggestion_id": "awali baris dengan - (x) jika benar dan - ( ) jika tidak, "
    "dengan spasi di belakang setiap tanda",
}
_UNDER_NO_HEADING = {
    "suggestion": "for a question, write a heading above it: "
    "### Check: The question {#its-id}",
    "suggestion_id": "untuk pertanyaan, tulis judul di atasnya: "
    "### Cek: Pertanyaannya {#id-nya}",
}
