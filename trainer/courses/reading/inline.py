"""Links, images, notes and stray HTML inside a text, each at its exact place."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from trainer.courses.reading.report import Place, Report
from trainer.courses.reading.source import Passage

DECORATIVE = "decorative"
SAFE_SCHEMES = frozenset({"https", "http", "mailto", "tel", "glossary", "lesson"})

_ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
_TICKS = re.compile(r"`+")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>@]+)>")
_HTML = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--|[!?][A-Za-z\[][^<>]*)>?")
_TOKEN = re.compile(r"!?\[\^?|\]")
_TARGET = re.compile(
    r"\(\s*(?:<(?P<angle>[^<>\n]*)>|(?P<plain>[^\s()<]*(?:\([^\s()]*\)[^\s()]*)*))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
_BROKEN = re.compile(
    r"\((?=[^()<>\n]{0,200}[./\\][^()<>\n]{0,200}\))([^()<>\n]{1,400})\)"
)
_CAPTION = re.compile(r"\s+[\u201c\u201d\u201e\u2018\u2019\u00ab]")
_BARE = re.compile(r"(?<![\w(<\"'\x02])http://[^\s<>()]+")
_SCHEME = re.compile(r"^\s*([A-Za-z][A-Za-z0-9+.-]*):")
_EMPTY_WORDS = frozenset(
    [
        "here",
        "click here",
        "this",
        "this link",
        "link",
        "more",
        "read more",
        "see here",
        "di sini",
        "klik di sini",
        "klik",
        "tautan",
        "tautan ini",
        "selengkapnya",
        "baca selengkapnya",
    ]
)
_EMPTY_ALT = re.compile(
    r"(?:an? |the )?(?:image|picture|photo(?:graph)?|graphic|img|gambar|foto|grafik)"
    r"(?: \d+)?|[\w -]+\.(?:png|jpe?g|webp|gif|svg)|[\W\d_]+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing that a text points at, as written, and where that stands."""

    kind: Literal["image", "link", "note"]
    target: str
    place: Place


def mask(text: str) -> str:
    """Return a text of the same length whose code and escapes cannot be mistaken."""
    if "\\" in text:
        text = _mask_escapes(text)
    if "`" not in text:
        return text
    pieces, last = [], 0
    for start, end in _code_spans(text):
        pieces += [text[last:start], "\x02" * (end - start)]
        last = end
    return "".join([*pieces, text[last:]])


def _mask_escapes(text: str) -> str:
    return _ESCAPED.sub("\x02\x02", text)


def _code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield each code span; as many backticks close it as have opened it."""
    runs = [(m.start(), m.end()) for m in _TICKS.finditer(text)]
    by_length: dict[int, list[int]] = {}
    for index, (start, end) in enumerate(runs):
        by_length.setdefault(end - start, []).append(index)
    index = 0
    while index < len(runs):
        start, end = runs[index]
        same = by_length[end - start]
        position = bisect_right(same, index)
        if position == len(same):
            index += 1
            continue
        yield start, runs[same[position]][1]
        index = same[position] + 1


def scan(text: Passage, report: Report) -> list[Reference]:
    """Return what a paragraph refers to; report what is unsafe or unreadable."""
    if not any(sign in text.text for sign in "<[:"):
        return []
    masked = mask(text.text)
    found: list[Reference] = []
    if "<" in masked:
        masked = _scan_angles(text, masked, report)
    if "[" in masked:
        found = _scan_brackets(text, masked, report)
    for bare in _BARE.finditer(masked):
        report.add("TC608", text.place(bare.start(), len(bare[0])))
    return found


def _scan_angles(text: Passage, masked: str, report: Report) -> str:
    """Report HTML, check autolinks, and return the text without either."""

    def autolink(found: re.Match[str]) -> str:
        place = text.place(found.start(1), len(found[1]))
        if "@" not in found[1] or ":" in found[1]:
            check_target(found[1], place, report)
        return "\x02" * len(found[0])

    def tag(found: re.Match[str]) -> str:
        if not found[0].endswith(">") and not found[0].startswith("<!--"):
            return found[0]
        report.add("TC110", text.place(found.start(), len(found[0])))
        return found[0]

    def target(found: re.Match[str]) -> str:
        return found[0].replace("<", "\x02").replace(">", "\x02")

    plain = _AUTOLINK.sub(autolink, masked)
    without = re.sub(r"\]\(\s*<[^<>\n]*>", target, plain)
    _HTML.sub(tag, without)
    return plain


def _scan_brackets(text: Passage, masked: str, report: Report) -> list[Reference]:
    found: list[Reference] = []
    opened: list[re.Match[str]] = []
    for token in _TOKEN.finditer(masked):
        if token[0] != "]":
            opened.append(token)
            continue
        if not opened:
            continue
        start = opened.pop()
        label = text.text[start.end() : token.start()]
        if start[0].endswith("^"):
            if label and not re.search(r"\s", label):
                place = text.place(start.start(), token.end() - start.start())
                found.append(Reference("note", label, place))
            continue
        target = _TARGET.match(masked, token.end())
        if target is not None:
            found.append(_reference(text, start, token, target, report))
        elif broken := _BROKEN.match(masked, token.end()):
            _report_blanks(text, start[0] == "![", broken, report)
    return found


def _reference(
    text: Passage,
    start: re.Match[str],
    end: re.Match[str],
    target: re.Match[str],
    report: Report,
) -> Reference:
    label = " ".join(text.text[start.end() : end.start()].split())
    group = "angle" if target["angle"] is not None else "plain"
    written = text.text[target.start(group) : target.end(group)]
    place = text.place(target.start(group), max(1, len(written)))
    whole = text.place(start.start(), end.end() - start.start())
    if start[0] == "![":
        _check_alt(label, whole, report)
        return Reference("image", written, place)
    if label.casefold().strip(".…:") in _EMPTY_WORDS:
        report.add("TC105", whole, value=label)
    check_target(written, place, report)
    return Reference("link", written, place)


def _report_blanks(
    text: Passage, is_image: bool, found: re.Match[str], report: Report
) -> None:
    """Report an address that is shown as text because of a blank in it."""
    written = text.text[found.start(1) : found.end(1)]
    advice = {
        "suggestion": "an address has no blanks: rename the file, or write (<"
        f"{written}>)",
        "suggestion_id": "alamat tidak memuat spasi: ganti nama berkas, atau tulis (<"
        f"{written}>)",
    }
    if _CAPTION.search(written):
        advice = {
            "suggestion": 'put the caption in straight quotes: "caption"',
            "suggestion_id": 'apit keterangan dengan tanda kutip lurus: "keterangan"',
        }
    code = "TC603" if is_image else "TC601"
    report.add(code, text.place(found.start(1), len(written)), name=written, **advice)


def _check_alt(alt: str, place: Place, report: Report) -> None:
    if not alt:
        report.add("TC101", place)
    elif alt.casefold() != DECORATIVE and _EMPTY_ALT.fullmatch(alt):
        report.add("TC102", place, value=alt)


def scheme_of(target: str) -> str:
    """Return the scheme that a browser would see in a target, in small letters."""
    plain = re.sub(r"[\x00-\x20]", "", html.unescape(target))
    if plain.replace("\\", "/").startswith("//"):
        return "//"
    found = _SCHEME.match(plain)
    return found[1].lower() if found else ""


def check_target(target: str, place: Place, report: Report) -> None:
    """Report a link target that is unsafe or not encrypted."""
    scheme = scheme_of(target)
    if scheme == "http":
        report.add("TC608", place)
    elif scheme and scheme not in SAFE_SCHEMES:
        report.add("TC609", place, name=scheme if scheme == "//" else f"{scheme}:")
