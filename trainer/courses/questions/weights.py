"""What answers are worth: brackets of marked lists, weights before typed answers."""

import re
from collections.abc import Sequence

from trainer.courses.model import Option
from trainer.courses.questions.parts import Marked
from trainer.courses.reading.report import Report
from trainer.courses.reading.source import text_of

FEWEST = 2

_FIXED = re.compile(r"\s*\{(?:fixed|tetap)\}\s*$")
_PERCENT = re.compile(r"([-+\u2212]?\d{1,6}(?:[.,]\d{1,6})?)\s?%")


def percent(mark: str) -> float | None:
    """Return `50%` as 0.5, or nothing when it is no percentage."""
    found = _PERCENT.fullmatch(mark.strip())
    if found is None:
        return None
    return float(found[1].replace("\u2212", "-").replace(",", ".")) / 100


def read_options(marked: Sequence[Marked], report: Report) -> tuple[Option, ...]:
    """Return the options of a marked list with their weights."""
    bracket = marked[0].bracket
    right = sum(m.mark in {"x", "X"} for m in marked)
    options = []
    seen: set[str] = set()
    for number, answer in enumerate(marked):
        _check_brackets(answer, bracket, report)
        text = text_of(answer.lines).strip()
        is_fixed = bool(_FIXED.search(text))
        text = _FIXED.sub("", text)
        _check_text(answer, text, seen, report)
        weight = _weight(answer, bracket, right, report)
        options.append(
            Option(
                text=text,
                weight=weight,
                is_correct=answer.mark in {"x", "X"}
                or (bracket == "(" and weight == 1),
                feedback=text_of(answer.feedback),
                is_fixed=is_fixed,
            )
        )
        if bracket == "(" and answer.mark in {"x", "X"}:
            before = any(m.mark in {"x", "X"} for m in marked[:number])
            if before:
                report.add("TC205", answer.place)
    _check_list(marked, options, report)
    return tuple(options)


def _check_brackets(answer: Marked, bracket: str, report: Report) -> None:
    if not answer.is_matched or answer.bracket != bracket:
        mark = "( )" if bracket == "(" else "[ ]"
        report.add("TC204", answer.place, mark=mark)


def _check_text(answer: Marked, text: str, seen: set[str], report: Report) -> None:
    if not text:
        report.add("TC207", answer.place)
        return
    key = " ".join(text.split()).casefold()
    if key in seen:
        report.add("TC206", answer.lines[0].place())
    seen.add(key)


def _weight(answer: Marked, bracket: str, right: int, report: Report) -> float:
    if answer.mark in {"x", "X"}:
        return 1.0 if bracket == "(" else 1 / right
    if not answer.mark:
        return 0.0 if bracket == "(" or not right else -1 / right
    weight = percent(answer.mark)
    highest = 1.0 if bracket == "(" else 0.0
    if weight is None or not -1 <= weight <= highest:
        report.add(
            "TC208", answer.place, value=answer.mark, **_EXPECTED[bracket == "("]
        )
        return 0.0
    return weight


def _check_list(
    marked: Sequence[Marked], options: Sequence[Option], report: Report
) -> None:
    if len(marked) < FEWEST:
        report.add("TC202", marked[0].place)
    if not any(option.is_correct for option in options):
        mark = "(x)" if marked[0].bracket == "(" else "[x]"
        report.add("TC203", marked[0].place, mark=mark)


_EXPECTED = {
    True: {
        "expected": "write a percentage from -100% to 100%, as (50%)",
        "expected_id": "tulis persentase dari -100% sampai 100%, misalnya (50%)",
    },
    False: {
        "expected": "write [x] for a right answer, or [-50%] for one that costs points",
        "expected_id": "tulis [x] untuk jawaban benar, atau [-50%] untuk yang "
        "mengurangi nilai",
    },
}
