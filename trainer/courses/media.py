"""Pictures and files that a course shows: their type, size and fingerprint."""

import hashlib
import re
import struct
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from trainer.courses.model import Media

PICTURES = {
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",  # shown as <img>: its scripts and links never run
}
VIEW_BOX = re.compile(rb"<svg[^>]*\sviewBox=[\"']0 0 (\d{1,5}) (\d{1,5})[\"']")
FILES = {
    ".pdf": "application/pdf",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/"
    "vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
}
PICTURE_LIMIT = 300_000
FILE_LIMIT = 20_000_000
HEAD = 65_536
START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
NOT_SHAPES = frozenset(
    [
        "script",
        "handler",
        "listener",
        "foreignobject",
        "iframe",
        "object",
        "embed",
        "audio",
        "video",
        "image",
    ]
)
XHTML = "{http://www.w3.org/1999/xhtml}"
FROM_ELSEWHERE = re.compile(
    r"@import|url\(\s*[\"']?\s*(?!#)|javascript:", re.IGNORECASE
)


def content_type(name: str) -> str | None:
    """Return the type that a file name stands for, or nothing if it is not shown."""
    suffix = Path(name).suffix.lower()
    return PICTURES.get(suffix) or FILES.get(suffix)


def is_picture(name: str) -> bool:
    """Say whether a file name is that of a picture."""
    return Path(name).suffix.lower() in PICTURES


def is_safe(real: Path) -> bool:
    """Say whether a file may be shown: a drawing must hold nothing but shapes.

    No scripts, styles from elsewhere, embedded pages, entities or outside links.
    """
    if real.suffix.lower() != ".svg":
        return True
    try:
        seen = real.stat()
        return _holds_only_shapes(real, seen.st_mtime_ns, seen.st_size)
    except OSError:
        return False


@lru_cache(maxsize=4096)
def _holds_only_shapes(real: Path, modified: int, length: int) -> bool:
    """Say whether a drawing is safe; the same unchanged file is read once."""
    del modified
    if length > PICTURE_LIMIT:
        return False
    try:
        text = real.read_text(encoding="utf-8-sig")  # as it is sent, whatever it says
        if "<!" in text.replace("<!--", "") or "<?" in text.removeprefix("<?xml "):
            return False
        root = ElementTree.fromstring(text)  # noqa: S314 - without <! there are no entities
    except (ElementTree.ParseError, ValueError):
        return False
    is_drawing = root.tag.rpartition("}")[2] == "svg"
    return is_drawing and all(_is_shape(element) for element in root.iter())


def _is_shape(element: ElementTree.Element) -> bool:
    tag = element.tag.rpartition("}")[2].lower()
    if tag in NOT_SHAPES or element.tag.startswith(XHTML):
        return False
    for name, value in element.attrib.items():
        plain = name.rpartition("}")[2].lower()
        if plain.startswith("on") or (plain == "href" and not value.startswith("#")):
            return False
    said = (element.text or "", element.tail or "", *element.attrib.values())
    return not any(FROM_ELSEWHERE.search(text) for text in said)


def read_media(name: str, real: Path) -> Media | None:
    """Return a file as a course carries it, or nothing when it has gone."""
    try:
        seen = real.stat()
        return _read(name, real, seen.st_mtime_ns, seen.st_size)
    except OSError:
        return None


@lru_cache(maxsize=4096)
def _read(name: str, real: Path, modified: int, length: int) -> Media:
    """Return a file's fingerprint and size; the same unchanged file is read once."""
    del modified, length
    whole = hashlib.sha256()
    head = b""
    with real.open("rb") as opened:
        while piece := opened.read(1 << 20):
            head = head or piece[:HEAD]
            whole.update(piece)
    width, height = dimensions(head) if is_picture(name) else (None, None)
    kind = content_type(name) or "application/octet-stream"
    return Media(name, kind, whole.hexdigest(), width, height)


def dimensions(head: bytes) -> tuple[int | None, int | None]:
    """Return width and height from the first bytes of a picture, if they tell."""
    try:
        if head[:8] == b"\x89PNG\r\n\x1a\n":
            return struct.unpack(">II", head[16:24])
        if head[:4] == b"GIF8":
            return struct.unpack("<HH", head[6:10])
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return _webp(head)
        if head[:2] == b"\xff\xd8":
            return _jpeg(head)
        if found := VIEW_BOX.search(head):
            return int(found[1]), int(found[2])
    except struct.error:
        return None, None
    return None, None


def _webp(head: bytes) -> tuple[int | None, int | None]:
    kind = head[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(head[24:27], "little") + 1
        return width, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", head[21:25])
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    return None, None


def _jpeg(head: bytes) -> tuple[int | None, int | None]:
    offset = 2
    while offset + 9 <= len(head):
        marker, length = struct.unpack(">xBH", head[offset : offset + 4])
        if marker in START_OF_FRAME:
            height, width = struct.unpack(">HH", head[offset + 5 : offset + 9])
            return width, height
        offset += 2 + length
    return None, None
