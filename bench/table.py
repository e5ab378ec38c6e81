"""The rows of the budgets table, as text and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One budget, what was measured, and whether it holds.

    `measured` and `limit` are numbers in the same unit; `is_least` says that the limit
    is the least wanted and not the most allowed.
    """

    what: str
    measured: float
    limit: float
    unit: str
    is_least: bool = False
    note: str = ""

    @property
    def holds(self) -> bool:
        """Say whether the budget is kept."""
        if self.is_least:
            return self.measured >= self.limit
        return self.measured <= self.limit

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the row as the table prints it."""
        sign = "≥" if self.is_least else "≤"
        share = f"{self.measured / self.limit:.2f}" if self.limit else "-"
        return (
            self.what,
            f"{sign} {plain(self.limit)} {self.unit}".rstrip(),
            f"{plain(self.measured)} {self.unit}".rstrip(),
            share,
            "holds" if self.holds else "MISSES",
            self.note,
        )


def plain(number: float) -> str:
    """Write a number with as many digits as say something."""
    if number == int(number):
        return f"{number:,.0f}"
    return f"{number:,.2f}" if abs(number) < 100 else f"{number:,.0f}"  # noqa: PLR2004 - three digits


HEAD = ("what", "budget", "measured", "of budget", "verdict", "note")


def draw(rows: Sequence[Row]) -> str:
    """Return the rows as a table in plain text."""
    lines = [HEAD, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    drawn = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    ]
    drawn.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in drawn)


def keep(rows: Sequence[Row], path: Path) -> None:
    """Write the rows as JSON."""
    kept = [{**asdict(row), "holds": row.holds} for row in rows]
    text = json.dumps({"rows": kept}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
