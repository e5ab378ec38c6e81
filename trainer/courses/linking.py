"""What one file's links mean, once all files are known."""

import dataclasses
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from trainer.courses import media
from trainer.courses.documents import Document
from trainer.courses.model import Figure, Media, Term
from trainer.courses.reading.inline import Reference, scheme_of
from trainer.courses.reading.report import Place, Report, suggest

_SITE = re.compile(
    r"www\.|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|int|edu|gov|info|eu|uk|id)(?:[/?]|$)",
    re.IGNORECASE,
)

Part = TypeVar("Part")


@dataclass(slots=True)
class Surroundings:
    """All that a course's links may point at, and what they did point at."""

    folder: str
    real: Path
    pages: Mapping[str, Document]
    ids: Mapping[str, Document]
    terms: Mapping[str, Term]
    media: dict[str, Media] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    used_terms: set[str] = field(default_factory=set)


def link(document: Document, around: Surroundings, report: Report) -> Document:
    """Return the document with links that stand on their own."""
    targets: dict[str, str] = {}
    for reference in document.references:
        if reference.kind == "note" or reference.target in targets:
            continue
        found = _resolve(document, reference, around, report)
        if found is not None and found != reference.target:
            targets[reference.target] = found
    _link_key_terms(document, around, report)
    if not targets:
        return document
    return _rewritten(document, tuple(sorted(targets.items())))


def _resolve(
    document: Document, reference: Reference, around: Surroundings, report: Report
) -> str | None:
    target = reference.target
    scheme = scheme_of(target)
    if scheme == "glossary":
        _use_term(target.partition(":")[2], reference.place, around, report)
        return None
    if scheme == "lesson":
        _check_lesson(target.partition(":")[2], reference.place, around, report)
        return None
    if scheme:
        if reference.kind == "image":
            _refuse_far_image(reference, report)
        return None
    path, _, anchor = target.partition("#")
    if not path:
        _check_anchor(document, anchor, reference.place, report)
        return None
    if path.startswith("/"):
        report.add("TC610", reference.place, name=target)
        return None
    full = posixpath.normpath(
        posixpath.join(posixpath.dirname(document.path), unquote(path))
    )
    if full.startswith("../") or full == "..":
        report.add("TC610", reference.place, name=target)
        return None
    if full.endswith(".md") and reference.kind == "link":
        return _resolve_page(full, anchor, reference, around, report)
    return _resolve_media(full, reference, around, report)


def _refuse_far_image(reference: Reference, report: Report) -> None:
    report.add(
        "TC603",
        reference.place,
        name=reference.target,
        **_COPY,
    )


def _resolve_page(
    full: str, anchor: str, reference: Reference, around: Surroundings, report: Report
) -> str | None:
    page = around.pages.get(full)
    if page is None or not page.id:
        known = [posixpath.basename(path) for path in around.pages]
        name = posixpath.basename(reference.target)
        advice = suggest(name, known if len(known) < 200 else ())  # noqa: PLR2004 - a list that can be compared quickly
        report.add("TC601", reference.place, name=reference.target, **advice)
        return None
    _check_anchor(page, anchor, reference.place, report)
    return f"lesson:{page.id}" + (f"#{anchor}" if anchor else "")


def _check_lesson(
    name: str, place: Place, around: Surroundings, report: Report
) -> None:
    name, _, anchor = name.partition("#")
    page = around.ids.get(name)
    if page is None:
        report.add("TC601", place, name=name, **suggest(name, around.ids))
        return
    _check_anchor(page, anchor, place, report)


def _check_anchor(page: Document, anchor: str, place: Place, report: Report) -> None:
    if anchor and unquote(anchor) not in page.anchors:
        report.add("TC602", place, name=anchor, **suggest(anchor, page.anchors))


def _resolve_media(
    full: str, reference: Reference, around: Surroundings, report: Report
) -> str | None:
    is_image = reference.kind == "image"
    target = reference.target
    prefix = f"{around.folder}/" if around.folder else ""
    name = full.removeprefix(prefix)
    if name in around.media:
        return f"media:{quote(name)}"
    real = _inside(around.real, full)
    if real is None:
        beside = _beside(around.real, full)
        if is_image:
            beside = [name for name in beside if media.is_picture(name)]
        advice = _far(target) or (
            _COPY
            if is_image and not beside
            else suggest(posixpath.basename(full), beside)
        )
        code = "TC603" if is_image else "TC601"
        report.add(code, reference.place, name=reference.target, **advice)
        return None
    is_shown = media.is_picture(full) if is_image else media.content_type(full)
    if not is_shown or not media.is_safe(real):
        report.add("TC605", reference.place, name=reference.target)
        return None
    found = media.read_media(name, real)
    if found is None:
        report.add("TC603", reference.place, name=full, **suggest("", ()))
        return None
    size = real.stat().st_size
    limit = media.PICTURE_LIMIT if is_image else media.FILE_LIMIT
    if size > limit:
        sizes = {"size": str(size // 1000), "limit": str(limit // 1000)}
        report.add("TC604", reference.place, name=full, **sizes)
    around.media[name] = found
    around.files[found.sha256] = real
    return f"media:{quote(name)}"


def _far(target: str) -> dict[str, str]:
    """Return help on an address that was not meant as a file of the course."""
    if "\\" in target:
        better = target.replace("\\", "/")
    elif _SITE.match(target):
        better = f"https://{target}"
    else:
        return {}
    return {"suggestion": f"write {better}", "suggestion_id": f"tulis {better}"}


def _inside(root: Path, full: str) -> Path | None:
    """Return a file below the root, unless it is missing or reached by a link."""
    real = root
    try:
        for part in full.split("/"):
            real = real / part
            if real.is_symlink():
                return None
        return real if real.is_file() else None
    except (OSError, ValueError):
        return None


def _beside(root: Path, full: str) -> list[str]:
    folder = _inside_folder(root, posixpath.dirname(full))
    if folder is None:
        return []
    return sorted(entry.name for entry in folder.iterdir())[:200]


def _inside_folder(root: Path, path: str) -> Path | None:
    try:
        folder = root / path
        return folder if folder.is_dir() and not folder.is_symlink() else None
    except (OSError, ValueError):
        return None


def _use_term(name: str, place: Place, around: Surroundings, report: Report) -> None:
    if name in around.terms:
        around.used_terms.add(name)
    else:
        report.add("TC606", place, name=name, **suggest(name, around.terms))


def _link_key_terms(document: Document, around: Surroundings, report: Report) -> None:
    for index, name in enumerate(document.values.get("key_terms", ())):
        place = document.values.place("key_terms", index)
        _use_term(name, place, around, report)


@lru_cache(maxsize=8192)
def _rewritten(document: Document, targets: tuple[tuple[str, str], ...]) -> Document:
    """Return a document whose texts hold the new targets in place of the old."""
    table = dict(targets)
    written = sorted((re.escape(t) for t in table), key=len, reverse=True)
    pattern = re.compile(
        rf"(\]\(\s*)(?:<({'|'.join(written)})>|({'|'.join(written)})(?=[\s)]))"
    )

    def new(found: re.Match[str]) -> str:
        return found[1] + table[found[2] or found[3]]

    def rewrite(text: str) -> str:
        return pattern.sub(new, text) if "](" in text else text

    activity = _map_texts(document.activity, rewrite, table)
    return dataclasses.replace(document, activity=activity)


def _map_texts(part: Any, rewrite: Any, table: Mapping[str, str]) -> Any:  # noqa: ANN401 - walks any part of a lesson
    """Return a part of a lesson or quiz with every text rewritten."""
    if isinstance(part, str):
        return rewrite(part)
    if isinstance(part, tuple):
        mapped = tuple(_map_texts(item, rewrite, table) for item in part)
        return part if mapped == part else mapped
    if isinstance(part, Figure):
        key = unquote(table.get(part.media, part.media).removeprefix("media:"))
        return dataclasses.replace(part, media=key)
    if not dataclasses.is_dataclass(part) or isinstance(part, type):
        return part
    changes = {}
    for item in dataclasses.fields(part):
        before = getattr(part, item.name)
        after = _map_texts(before, rewrite, table)
        if after is not before and after != before:
            changes[item.name] = after
    return dataclasses.replace(part, **changes) if changes else part


_COPY = {
    "suggestion": "copy the image into the folder media of the course",
    "suggestion_id": "salin gambar ke dalam folder media kursus",
}
