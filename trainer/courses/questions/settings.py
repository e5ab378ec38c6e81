"""The settings of a question, in the braces of its heading."""

from collections.abc import Collection

from trainer.courses.model import Question
from trainer.courses.reading.braces import Braces, Item
from trainer.courses.reading.report import Report

TYPES = ("single", "multiple", "truefalse", "text", "number", "scale")
MAX_POINTS = 100

_POINTS = frozenset(str(n) for n in range(MAX_POINTS + 1))

ALLOWED = (
    "points",
    "difficulty",
    "tags",
    "competency",
    "shuffle",
    "scoring",
    "type",
    "case",
    "typos",
    "unit",
)


class QuestionSettings:
    """Reads one value after another and reports those that do not fit."""

    def __init__(self, braces: Braces, report: Report) -> None:
        self.braces = braces
        self.report = report

    def points(self) -> int:
        """Return the points, 1 where none are given."""
        item = self.braces.items.get("points")
        if item is None:
            return 1
        if item.value in _POINTS:
            return int(item.value)
        self.report.add("TC227", item.place, value=item.value)
        return 1

    def number(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number between bounds, or nothing."""
        item = self.braces.items.get(name)
        if item is None:
            return None
        allowed = [str(n) for n in range(low, high + 1)]
        if item.value not in allowed:
            self._refuse(name, item, allowed)
            return None
        return int(item.value)

    def word(self, name: str, allowed: Collection[str], default: str) -> str:
        """Return one of a few words."""
        item = self.braces.items.get(name)
        if item is None:
            return default
        if item.value not in allowed:
            self._refuse(name, item, allowed)
            return default
        return item.value

    def words(self, name: str) -> tuple[str, ...]:
        """Return values that are separated by commas."""
        text = self.braces.text(name)
        return tuple(" ".join(t.split()) for t in text.split(",") if t.strip())

    def _refuse(self, name: str, item: Item, allowed: Collection[str]) -> None:
        names = ", ".join(allowed)
        self.report.add(
            "TC005",
            item.place,
            name=name,
            expected=f"write one of: {names}",
            expected_id=f"tulis salah satu: {names}",
        )

    def check_type(self, question: Question) -> None:
        """Report a type that the answers contradict."""
        item = self.braces.items.get("type")
        if item is not None and item.value != question.type:
            self.report.add("TC230", item.place, value=item.value, actual=question.type)
