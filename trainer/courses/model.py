"""What a course is made of, as the author sees it.

Text fields hold Markdown source; `trainer.courses.markup` turns them into HTML.
Answers are addressed by their position in the file: 1, 2, 3.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

QuestionType: TypeAlias = Literal[
    "single", "multiple", "truefalse", "text", "number", "scale"
]
Due: TypeAlias = Literal["each", "end", "pass", "closed", "never"]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a learner can pick, with its weight as a fraction of the points."""

    text: str
    weight: float
    is_correct: bool = False
    feedback: str = ""
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted answer to a text or number question and what it is worth.

    A text answer is a word or, with `is_pattern`, a regular expression. A number
    answer is the closed range from `low` to `high`.
    """

    weight: float
    text: str = ""
    is_pattern: bool = False
    low: float | None = None
    high: float | None = None
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a learner reads once feedback is due, beside that of the answers."""

    explanation: str = ""
    if_correct: str = ""
    if_partly: str = ""
    if_wrong: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Stem, answers and key of one question; points are 0 where nothing is graded."""

    id: str
    type: QuestionType
    stem: str
    body: str = ""
    points: int = 1
    options: tuple[Option, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    truth: bool | None = None
    hints: tuple[str, ...] = ()
    feedback: Feedback = Feedback()
    scoring: Literal["net", "each", "exact"] = "net"
    is_shuffled: bool = True
    case: Literal["fold", "exact"] = "fold"
    typos: int = 0
    unit: str = ""
    tags: tuple[str, ...] = ()
    competencies: tuple[str, ...] = ()
    difficulty: int | None = None


@dataclass(frozen=True, slots=True)
class Prose:
    """Ordinary Markdown: paragraphs, lists, tables, headings."""

    text: str


@dataclass(frozen=True, slots=True)
class Callout:
    """A note, tip, important, warning, caution, example or key, with blocks inside.

    `fold` is "" (always open), "closed" or "open" for a collapsible one.
    """

    kind: str
    title: str
    blocks: "tuple[Block, ...]"
    fold: Literal["", "closed", "open"] = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture on a line of its own; `alt` is empty only for a decorative one.

    `media` is the key of the file in `Course.media`.
    """

    media: str
    alt: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """Things to tick; ticks are kept for each learner."""

    id: str
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reflection:
    """A prompt to write to oneself."""

    id: str
    title: str
    text: str
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A question inside a lesson, tried as often as one likes."""

    question: Question


Block: TypeAlias = Prose | Callout | Figure | Checklist | Reflection | Check


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note at the end of a lesson; `is_source` when it starts with a link."""

    label: str
    text: str
    is_source: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary entry."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One page of teaching: a tuple of typed blocks which templates draw."""

    id: str
    title: str
    minutes: int
    blocks: tuple[Block, ...]
    language: str
    summary: str = ""
    objectives: tuple[str, ...] = ()
    key_terms: tuple[str, ...] = ()
    competencies: tuple[str, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    is_optional: bool = False
    publish_at: datetime | None = None

    @property
    def checks(self) -> tuple[Question, ...]:
        """Return the lesson's own questions in order."""
        return tuple(b.question for b in self.blocks if isinstance(b, Check))


@dataclass(frozen=True, slots=True)
class Quiz:
    """A marked set of questions. Times are in minutes, the pass mark in per cent."""

    id: str
    title: str
    questions: tuple[Question, ...]
    language: str
    summary: str = ""
    minutes: int = 0
    pass_mark: int = 70
    attempts: int | None = None
    time_limit: int | None = None
    shuffle: tuple[Literal["answers", "questions"], ...] = ("answers",)
    feedback: Due = "end"
    show_correct: Due = "end"
    retry_wait_minutes: int = 0
    is_optional: bool = False
    publish_at: datetime | None = None
    introduction: str = ""


Activity: TypeAlias = Lesson | Quiz


@dataclass(frozen=True, slots=True)
class Module:
    """An ordered part of a course."""

    id: str
    title: str
    activities: tuple[Activity, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A file that a course shows: its name, type and the SHA-256 of its bytes."""

    name: str
    content_type: str
    sha256: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A titled body of learning. Complete in itself: carries the terms it links."""

    id: str
    title: str
    language: str
    modules: tuple[Module, ...]
    languages: tuple[str, ...] = ()
    summary: str = ""
    timezone: str = "UTC"
    audience: Literal["all", "assigned"] = "all"
    requires: tuple[str, ...] = ()
    weights: tuple[tuple[str, int], ...] = ()
    competencies: tuple[tuple[str, str], ...] = ()
    glossary: tuple[Term, ...] = ()
    media: tuple[Media, ...] = ()
    publish_at: datetime | None = None

    @property
    def activities(self) -> tuple[Activity, ...]:
        """Return every lesson and quiz in the order of the course."""
        return tuple(a for m in self.modules for a in m.activities)
