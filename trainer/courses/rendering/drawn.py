"""What templates draw of a lesson: blocks, notes, terms and questions as safe HTML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from markupsafe import Markup

from trainer.courses.model import Block, Course, Media

EMPTY = Markup()


class LinkResolver(Protocol):
    """Where the links of a course lead on this site."""

    def activity(self, activity_id: str) -> str:
        """Return the address of a lesson or quiz."""

    def media(self, media: Media) -> str:
        """Return the address of a file."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the links of a text may lead to; `has_terms` where the page lists them."""

    course: Course
    links: LinkResolver
    notes: Mapping[str, int] = field(default_factory=dict)
    has_terms: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """One line of a lesson's contents; `id` is the heading's id on the page."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What a figure shows: address, description, size and caption."""

    url: str
    alt: str
    caption: Markup
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class RenderedBlock:
    """One block for a template; which fields are filled depends on its kind.

    `kind` is prose, callout, figure, checklist, reflection or check. `html` is the
    text of prose and reflections, `items` are the lines of a checklist.
    """

    kind: str
    block: Block
    html: Markup = EMPTY
    title: Markup = EMPTY
    blocks: "tuple[RenderedBlock, ...]" = ()
    items: tuple[Markup, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class RenderedNote:
    """A footnote: its number, ids of note and references, and its text."""

    number: int
    id: str
    back: tuple[str, ...]
    html: Markup
    is_source: bool


@dataclass(frozen=True, slots=True)
class RenderedTerm:
    """An entry of the list of terms at the end of a lesson."""

    id: str
    title: str
    html: Markup


@dataclass(frozen=True, slots=True)
class RenderedLesson:
    """A lesson ready for its template.

    `context` renders the texts of its checks, `notes` are in the order of their
    numbers.
    """

    blocks: tuple[RenderedBlock, ...]
    headings: tuple[Heading, ...]
    notes: tuple[RenderedNote, ...]
    terms: tuple[RenderedTerm, ...]
    context: Context


@dataclass(frozen=True, slots=True)
class RenderedQuestion:
    """What may reach the browser of a question before its feedback is due."""

    id: str
    type: str
    stem: Markup
    body: Markup
    options: tuple[Markup, ...]
    unit: str
    points: int
    hints: int
