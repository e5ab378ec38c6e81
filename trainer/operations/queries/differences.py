"""What the check of the facts reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not what the facts say it must be."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"
