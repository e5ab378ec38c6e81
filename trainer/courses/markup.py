"""Markdown in, safe HTML out: the only place that blesses HTML.

Nothing here knows a key, a weight or a hint: questions are drawn by the caller from
`render_question`, which holds only what may reach the browser.
"""

from collections.abc import Mapping
from urllib.parse import unquote

import nh3
from markupsafe import Markup, escape

from trainer.courses.model import (
    Block,
    Callout,
    Check,
    Checklist,
    Course,
    Figure,
    Footnote,
    Lesson,
    Prose,
    Question,
    Reflection,
    Term,
)
from trainer.courses.rendering.dialect import (
    ANCHOR,
    Target,
    Writing,
    as_written,
    dialect,
    is_simple,
)
from trainer.courses.rendering.drawn import (
    Context,
    Heading,
    LinkResolver,
    Picture,
    RenderedBlock,
    RenderedLesson,
    RenderedNote,
    RenderedQuestion,
    RenderedTerm,
)
from trainer.courses.rendering.texts import TERM, linked_terms, numbers

INLINE = frozenset(
    {"a", "abbr", "br", "code", "del", "em", "img", "span", "strong", "sub", "sup"}
)
BLOCKS = ("p", "ul", "ol", "li", "blockquote", "pre", "hr", "div")
HEADINGS = ("h2", "h3", "h4", "h5", "h6")
TABLES = ("table", "thead", "tbody", "tr", "th", "td")
TAGS = INLINE | {*BLOCKS, *HEADINGS, *TABLES}
ATTRIBUTES = {
    "*": {"id", "class"},
    "a": {"href", "title", "rel", "role"},
    "div": {"tabindex"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "ol": {"start"},
    "th": {"scope"},
}
CLASSES = frozenset(
    {"term", "footnote-ref", "table-scroll", "task", "align-right", "align-center"}
)
SCHEMES = {"https", "mailto", "tel"}
MAX_LINES = 4_000
MAX_NOTES = 1_000
LINES_OF_A_TEXT = 4
MAX_ANSWERS = 200


def render(text: str, *, context: Context | None = None) -> Markup:
    """Return a Markdown text as safe HTML; its headings become bold lines."""
    return _drawn(text, _writing(context))


def render_inline(text: str, *, context: Context | None = None) -> Markup:
    """Return one line of Markdown as safe HTML without any paragraph around it."""
    return _drawn_line(text, _writing(context))


def render_question(
    question: Question, *, context: Context | None = None
) -> RenderedQuestion:
    """Return a question without key, weights, feedback and the text of hints."""
    return RenderedQuestion(
        id=question.id,
        type=question.type,
        stem=render_inline(question.stem, context=context),
        body=render(question.body, context=context),
        options=tuple(
            render_inline(o.text, context=context)
            if n < MAX_ANSWERS
            else escape(o.text)
            for n, o in enumerate(question.options)
        ),
        unit=question.unit,
        points=question.points,
        hints=len(question.hints),
    )


def render_lesson(
    course: Course, lesson: Lesson, links: LinkResolver
) -> RenderedLesson:
    """Return all that a template needs to draw a lesson."""
    context = Context(course, links, numbers(lesson), has_terms=True)
    terms = {term.id: term for term in course.glossary}
    writing = _writing(context)
    writing.has_anchors = True
    linked = linked_terms(lesson)
    writing.terms = {
        n: terms[n].title for n in lesson.key_terms if n in terms and n not in linked
    }
    pending = set(writing.terms)
    blocks = _Drawing(course, context, writing).blocks(lesson.blocks, is_top=True)
    mentioned = pending - set(writing.terms)
    headings = tuple(Heading(*row) for row in writing.headings)
    return RenderedLesson(
        blocks=blocks,
        headings=headings,
        notes=_notes(lesson, context, writing),
        terms=_terms(lesson, terms, context, mentioned),
        context=context,
    )


def _drawn(text: str, writing: Writing) -> Markup:
    """Return a text as safe HTML; one that no author writes is shown as it is."""
    if is_simple(text):
        try:
            return _clean(dialect().block(text, writing))
        except RecursionError:
            pass
    return Markup(as_written(text))  # noqa: S704 - every sign of it is escaped


def _drawn_line(text: str, writing: Writing) -> Markup:
    if is_simple(text):
        return _clean(dialect().line(text, writing), INLINE)
    return escape(text)


def escaped(text: str) -> Markup:
    """Return plain text as HTML."""
    return escape(text)


def _clean(written: str, tags: frozenset[str] = TAGS) -> Markup:
    cleaned = nh3.clean(
        written,
        tags=set(tags),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_kept,
        url_schemes=SCHEMES,
        link_rel=None,
        set_tag_attribute_values={"pre": {"tabindex": "0"}} if "pre" in tags else None,
    )
    if tags is INLINE:
        cleaned = cleaned.strip()
    return Markup(cleaned)  # noqa: S704 - nh3 has just cleaned it


def _kept(tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value, without classes that are not ours."""
    del tag
    if name != "class":
        return value
    return " ".join(c for c in value.split() if c in CLASSES) or None


def _writing(context: Context | None) -> Writing:
    if context is None:
        return Writing(lambda _: None)
    media = {item.name: item for item in context.course.media}
    terms = frozenset(term.id for term in context.course.glossary)

    def resolve(target: str) -> Target | None:
        scheme, _, rest = target.partition(":")
        if scheme == "media" and (item := media.get(unquote(rest))):
            url = context.links.media(item)
            return Target(url, width=item.width, height=item.height)
        if scheme == "lesson":
            name, _, anchor = rest.partition("#")
            return Target(_with_anchor(context.links.activity(name), anchor))
        if scheme == "glossary" and rest in terms and context.has_terms:
            return Target(f"#term-{rest}", "term")
        if target.startswith("#") and len(target) > 1:
            return Target(_with_anchor("", target[1:]))
        return None

    return Writing(resolve, context.notes)


def _with_anchor(url: str, anchor: str) -> str:
    return f"{url}#{ANCHOR}{anchor}" if anchor else url


class _Drawing:
    """Draws the blocks of one lesson in order."""

    def __init__(self, course: Course, context: Context, writing: Writing) -> None:
        self.media = {item.name: item for item in course.media}
        self.context = context
        self.writing = writing
        self.left = MAX_LINES

    def blocks(
        self, blocks: tuple[Block, ...], *, is_top: bool = False
    ) -> tuple[RenderedBlock, ...]:
        drawn = []
        for block in blocks:
            before = len(self.writing.headings)
            drawn.append(self._block(block))
            if not is_top:
                del self.writing.headings[before:]
        return tuple(drawn)

    def _block(self, block: Block) -> RenderedBlock:
        match block:
            case Prose():
                return RenderedBlock("prose", block, html=self._html(block.text))
            case Callout():
                inner = self.blocks(block.blocks)
                title = self._inline(block.title)
                return RenderedBlock("callout", block, title=title, blocks=inner)
            case Figure():
                picture = self._picture(block)
                return RenderedBlock("figure", block, picture=picture)
            case Checklist():
                items = tuple(self._inline(item) for item in block.items)
                title = self._inline(block.title)
                return RenderedBlock("checklist", block, title=title, items=items)
            case Reflection():
                html, title = self._html(block.text), self._inline(block.title)
                return RenderedBlock("reflection", block, html=html, title=title)
            case Check():
                return RenderedBlock("check", block)

    def _html(self, text: str) -> Markup:
        return _drawn(text, self.writing) if self._affords(text) else escape(text)

    def _inline(self, text: str) -> Markup:
        return _drawn_line(text, self.writing) if self._affords(text) else escape(text)

    def _affords(self, text: str) -> bool:
        """Say whether the page has lines left; beginning a text costs a few, too."""
        self.left -= LINES_OF_A_TEXT + text.count("\n")
        return self.left >= 0

    def _picture(self, figure: Figure) -> Picture | None:
        item = self.media.get(figure.media)
        if item is None:
            return None
        return Picture(
            url=self.context.links.media(item),
            alt=figure.alt,
            caption=self._inline(figure.caption),
            width=item.width,
            height=item.height,
        )


def _notes(
    lesson: Lesson, context: Context, writing: Writing
) -> tuple[RenderedNote, ...]:
    found = {note.label: note for note in lesson.footnotes}
    return tuple(
        _note(found[label], number, context, writing.references.get(number, 0))
        for label, number in sorted(context.notes.items(), key=lambda row: row[1])
    )


def _note(note: Footnote, number: int, context: Context, count: int) -> RenderedNote:
    back = tuple(
        f"fnref-{number}" if index == 1 else f"fnref-{number}-{index}"
        for index in range(1, count + 1)
    )
    is_drawn = number <= MAX_NOTES
    html = render(note.text, context=context) if is_drawn else escape(note.text)
    return RenderedNote(number, f"fn-{number}", back, html, note.is_source)


def _terms(
    lesson: Lesson,
    terms: Mapping[str, Term],
    context: Context,
    mentioned: set[str],
) -> tuple[RenderedTerm, ...]:
    """Return the terms that the page links, by title."""
    todo = list((linked_terms(lesson) | mentioned | set(lesson.key_terms)) & set(terms))
    shown: dict[str, Term] = {}
    while todo:
        name = todo.pop()
        if name not in shown:
            shown[name] = terms[name]
            todo += [n for n in TERM.findall(terms[name].text) if n in terms]
    return tuple(
        RenderedTerm(f"term-{t.id}", t.title, render(t.text, context=context))
        for t in sorted(shown.values(), key=lambda t: (t.title.casefold(), t.id))
    )
