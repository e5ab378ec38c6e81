"""The one Markdown dialect of the platform, as an instance for each thread."""

import html
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE

from trainer.courses import slugs
from trainer.courses.rendering.portable import portable

ANCHOR = "h-"
MAX_TEXT = 60_000
MAX_CHUNKS = 1_500
MAX_CHUNK_LINES = 300
MAX_SIGNS = 600
NOTE = r"\[\^([^\]\s]{1,60})\]"
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
EXTENSIONS = [
    "sane_lists",
    "tables",
    "pymdownx.highlight",
    "pymdownx.superfences",
    "pymdownx.tilde",
    "pymdownx.magiclink",
]
SETTINGS = {
    "pymdownx.highlight": {"use_pygments": False},
    "pymdownx.tilde": {"subscript": False},
    "tables": {"use_align_attribute": True},
}
_EXTERNAL = re.compile(r"^(?:https?://|mailto:|tel:)", re.IGNORECASE)
_SIGNS = re.compile(r"[\[\]`\\*_<&@~]|^\s*[>#=]|://", re.MULTILINE)
_DEEP = re.compile(
    r"^(?![ \t>]*(?:(?:-[ \t]{0,2})+|(?:\*[ \t]{0,2})+)$)"
    r"[ \t]*(?:>[ \t]*|(?:[-*+]|\d{1,9}[.)])[ \t]+){8}",
    re.MULTILINE,
)
_TASK = re.compile(r"^\[([ xX])\]\s+")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link or picture leads; nothing where it leads nowhere."""

    url: str = ""
    css_class: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(slots=True)
class Writing:
    """What a text is written into: how links resolve, and what was met so far."""

    resolve: Callable[[str], Target | None]
    notes: Mapping[str, int] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    has_anchors: bool = False
    anchors: slugs.Anchors = field(default_factory=slugs.Anchors)
    headings: list[tuple[int, str, str]] = field(default_factory=list)
    references: dict[int, int] = field(default_factory=dict)


class Dialect:
    """A Markdown instance that writes into one place at a time."""

    def __init__(self) -> None:
        self.writing = Writing(lambda _: None)
        self.markdown = Markdown(
            extensions=EXTENSIONS, extension_configs=SETTINGS, output_format="html"
        )
        self.markdown.preprocessors.deregister("html_block")
        self.markdown.inlinePatterns.deregister("html")
        self.markdown.parser.blockprocessors.deregister("code")
        self.markdown.inlinePatterns.register(_Notes(self), "trainer-note", 175)
        trees = self.markdown.treeprocessors
        trees.register(_Anchors(self), "trainer-anchors", 30)
        trees.register(_Elements(self), "trainer-elements", 10)
        trees.register(_Contents(self), "trainer-contents", -10)

    def block(self, text: str, writing: Writing) -> str:
        """Return a simple text as HTML that is not yet cleaned."""
        self.writing = writing
        self.markdown.reset()
        return self.markdown.convert(portable(text))

    def line(self, text: str, writing: Writing) -> str:
        """Return a simple text as HTML without paragraphs, not yet cleaned."""
        self.writing = writing
        self.markdown.reset()
        root = ElementTree.Element("div")
        paragraph = ElementTree.SubElement(root, "p")
        paragraph.text = text.replace("\x02", "").replace("\x03", "").strip()
        for processor in self.markdown.treeprocessors:
            root = processor.run(root) or root
        written = self.markdown.serializer(root)
        for last in self.markdown.postprocessors:
            written = last.run(written)
        return str(written).strip()


def is_simple(text: str) -> bool:
    """Say whether a text is of a kind that people write.

    The library takes quadratic time for thousands of signs in one paragraph; such a
    text is shown as it is written.
    """
    if len(text) > MAX_TEXT:
        return False
    chunks = text.split("\n\n")
    return len(chunks) <= MAX_CHUNKS and all(_is_simple_chunk(c) for c in chunks)


def _is_simple_chunk(chunk: str) -> bool:
    if chunk.count("\n") > MAX_CHUNK_LINES or _DEEP.search(chunk):
        return False
    return len(chunk) <= MAX_SIGNS or len(_SIGNS.findall(chunk)) <= MAX_SIGNS


def as_written(text: str) -> str:
    """Return a text as paragraphs of HTML that show each of its signs."""
    return "".join(f"<p>{html.escape(c)}</p>" for c in text.split("\n\n") if c.strip())


_threads = threading.local()


def dialect() -> Dialect:
    """Return this thread's instance; it keeps nothing between two texts."""
    found: Dialect | None = getattr(_threads, "dialect", None)
    if found is None:
        found = _threads.dialect = Dialect()
    return found


class _Notes(InlineProcessor):
    """A footnote reference as a raised number that leads to the note."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(NOTE, dialect.markdown)
        self.dialect = dialect

    def handleMatch(  # type: ignore[override] # noqa: N802 - the name is the library's
        self, m: re.Match[str], data: str
    ) -> tuple[ElementTree.Element | None, int | None, int | None]:
        del data
        writing = self.dialect.writing
        number = writing.notes.get(m[1])
        if number is None:
            return None, None, None
        raised = ElementTree.Element("sup")
        link = ElementTree.SubElement(raised, "a", {"href": f"#fn-{number}"})
        link.set("class", "footnote-ref")
        if writing.has_anchors:
            seen = writing.references[number] = writing.references.get(number, 0) + 1
            suffix = f"-{seen}" if seen > 1 else ""
            link.set("id", f"fnref-{number}{suffix}")
        link.set("role", "doc-noteref")
        link.text = str(number)
        return raised, m.start(0), m.end(0)


class _Tree(Treeprocessor):
    """A step over the tree that knows what is being written into."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(dialect.markdown)
        self.dialect = dialect


class _Anchors(_Tree):
    """Gives headings their ids while their text is still as written."""

    def run(self, root: ElementTree.Element) -> None:
        writing = self.dialect.writing
        for element in root.iter():
            if element.tag not in HEADINGS:
                continue
            written = element.text or ""
            element.text = slugs.split_anchor(written)[0]
            if writing.has_anchors:
                element.set("id", ANCHOR + writing.anchors.take(written))
                element.tag = "h2" if element.tag == "h1" else element.tag
            else:
                element.tag = "p"
                strong = ElementTree.SubElement(element, "strong")
                strong.text, element.text = element.text, ""


class _Elements(_Tree):
    """Resolves links and pictures, dresses tables and lists, links first mentions."""

    def run(self, root: ElementTree.Element) -> None:
        writing = self.dialect.writing
        parents = {child: parent for parent in root.iter() for child in parent}
        for element in list(root.iter()):
            if element.tag == "a" and not element.get("role"):
                _link(element, writing)
            elif element.tag == "img":
                _picture(element, writing)
            elif element.tag == "table":
                _wrap(element, parents[element])
            elif element.tag in {"td", "th"}:
                _cell(element)
            elif element.tag == "li":
                _task(element)
        if writing.terms:
            _mention(root, writing)


def _link(element: ElementTree.Element, writing: Writing) -> None:
    href = html.unescape((element.get("href") or "").replace(AMP_SUBSTITUTE, "&"))
    for name in list(element.attrib):
        if name != "title":
            del element.attrib[name]
    if _EXTERNAL.match(href):
        secure = re.sub(r"^http://", "https://", href, flags=re.IGNORECASE)
        element.set("href", secure)
        if secure.lower().startswith("https:"):
            element.set("rel", "noopener noreferrer")
        return
    target = writing.resolve(href)
    if target is None:
        element.tag = "span"
        element.attrib.pop("title", None)
        return
    element.set("href", target.url)
    if target.css_class:
        element.set("class", target.css_class)
    writing.terms.pop(href.partition("glossary:")[2], None)


def _picture(element: ElementTree.Element, writing: Writing) -> None:
    target = writing.resolve(element.get("src") or "")
    alt = element.get("alt") or ""
    if target is None:
        element.tag = "span"
        element.attrib.clear()
        element.text = alt
        return
    element.set("src", target.url)
    element.set("alt", "" if alt.casefold() == "decorative" else alt)
    element.set("loading", "lazy")
    if target.width and target.height:
        element.set("width", str(target.width))
        element.set("height", str(target.height))


def _wrap(table: ElementTree.Element, parent: ElementTree.Element) -> None:
    """Put a table into a box that can be scrolled by keyboard."""
    box = ElementTree.Element("div", {"class": "table-scroll", "tabindex": "0"})
    box.tail, table.tail = table.tail, None
    index = list(parent).index(table)
    parent.remove(table)
    box.append(table)
    parent.insert(index, box)


def _cell(element: ElementTree.Element) -> None:
    align = element.attrib.pop("align", "")
    if align in {"right", "center"}:
        element.set("class", f"align-{align}")
    if element.tag == "th":
        element.set("scope", "col")


def _task(element: ElementTree.Element) -> None:
    first = element[0] if not element.text and len(element) else element
    text = first.text or ""
    if found := _TASK.match(text):
        sign = "\u2610" if found[1] == " " else "\u2611"
        first.text = f"{sign} {text[found.end() :]}"
        element.set("class", "task")


def _mention(root: ElementTree.Element, writing: Writing) -> None:
    """Link the first mention of each key term that is not a link already."""
    parents = {child: parent for parent in root.iter() for child in parent}
    for element in list(root.iter()):
        if not writing.terms:
            return
        outside = _ancestry(element, parents)
        if not outside & {"a", "code", "pre", "th", *HEADINGS}:
            _mention_in(element, writing, is_tail=False)
        if element.tail and not (outside - {element.tag}) & {"a", "code", *HEADINGS}:
            _mention_in(element, writing, is_tail=True, parent=parents.get(element))


def _ancestry(
    element: ElementTree.Element,
    parents: Mapping[ElementTree.Element, ElementTree.Element],
) -> set[str]:
    found = {str(element.tag)}
    above = parents.get(element)
    while above is not None:
        found.add(str(above.tag))
        above = parents.get(above)
    return found


def _mention_in(
    element: ElementTree.Element,
    writing: Writing,
    *,
    is_tail: bool,
    parent: ElementTree.Element | None = None,
) -> None:
    text = (element.tail if is_tail else element.text) or ""
    for name, title in writing.terms.items():
        found = re.search(rf"(?<!\w){re.escape(title)}(?!\w)", text, re.IGNORECASE)
        target = writing.resolve(f"glossary:{name}") if found else None
        if found is None or target is None:
            continue
        link = ElementTree.Element("a", {"href": target.url, "class": target.css_class})
        link.text = found[0]
        link.tail = text[found.end() :]
        if not is_tail:
            element.text = text[: found.start()]
            element.insert(0, link)
        elif parent is not None:
            element.tail = text[: found.start()]
            parent.insert(list(parent).index(element) + 1, link)
        del writing.terms[name]
        return


class _Contents(_Tree):
    """Notes the headings once their text is plain."""

    def run(self, root: ElementTree.Element) -> None:
        writing = self.dialect.writing
        if not writing.has_anchors:
            return
        for element in root.iter():
            name = element.get("id")
            if element.tag in HEADINGS and name:
                text = " ".join("".join(element.itertext()).split())
                level = int(str(element.tag)[1])
                writing.headings.append((level, name, html.unescape(text)))
