"""The folders of a content root: which files there are, in which order."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trainer.courses.reading.report import START, Report
from trainer.courses.reading.source import MAX_BYTES

COURSE_FILE = "course.yml"
MODULE_FILE = "module.yml"
SITE_FILE = "site.yml"
GLOSSARY_FILE = "glossary.md"
COURSES = "courses"
MEDIA = "media"
MAX_DEPTH = 8

_NUMBER = re.compile(r"^(\d{1,6})[-_. ]")
_TRANSLATION = re.compile(r"\.[a-z]{2,3}(?:-[A-Za-z]+)?\.md$")
_CLEAN = re.compile(r"[a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a root: its path below the root, and its place on disk."""

    path: str
    real: Path


@dataclass(frozen=True, slots=True)
class ModuleFolder:
    """A folder of a course: its name, optional settings and pages in order."""

    name: str
    settings: File | None
    pages: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class CourseFolder:
    """A folder with a course.yml, and all that lies in it."""

    path: str
    real: Path
    settings: File
    modules: tuple[ModuleFolder, ...]


@dataclass(slots=True)
class Root:
    """A content root, as found on disk."""

    real: Path
    courses: list[CourseFolder] = field(default_factory=list)
    loose: list[File] = field(default_factory=list)
    glossary: File | None = None
    site: File | None = None
    reports: list[Report] = field(default_factory=list)

    def refuse(self, path: str, code: str, **values: str) -> None:
        """Note what is wrong with a file or folder as a whole."""
        report = Report(path)
        report.add(code, START, **values)
        self.reports.append(report)


def read_bytes(file: File, root: Root) -> bytes | None:
    """Return the bytes of a file, or nothing when it has gone or is closed to us."""
    try:
        if file.real.is_file():
            with file.real.open("rb") as opened:
                return opened.read(MAX_BYTES + 1)
    except OSError:
        pass
    _refuse_missing(root, file.path)
    return None


def _refuse_missing(root: Root, path: str) -> None:
    root.refuse(
        path,
        "TC601",
        name=path,
        suggestion="create it, and let the platform read it",
        suggestion_id="buat berkas itu, dan izinkan platform membacanya",
    )


def find_root(real: Path, only: Path | None = None) -> Root:
    """Return what a content root holds; `only` keeps it to one course folder."""
    root = Root(real)
    if not real.is_dir():
        _refuse_missing(root, ".")
        return root
    if (real / COURSE_FILE).is_file():
        _add_course(root, real, "")
        return root
    names = _names(root, real, "")
    root.glossary = _file(names, GLOSSARY_FILE)
    root.site = _file(names, SITE_FILE)
    courses = real / COURSES
    if courses.is_dir() and not courses.is_symlink():
        for name, entry in _names(root, courses, COURSES).items():
            if entry.is_dir() and (only is None or entry == only):
                _add_course(root, entry, f"{COURSES}/{name}")
    else:
        root.loose = _loose(root, real, "", 0)
    if not (root.courses or root.loose or root.reports or root.glossary):
        _refuse_missing(root, COURSES)
    return root


def _file(names: dict[str, Path], name: str) -> File | None:
    return File(name, names[name]) if name in names else None


def _names(root: Root, folder: Path, path: str) -> dict[str, Path]:
    """Return what a folder holds by name; links are refused, hidden names left out."""
    found: dict[str, Path] = {}
    try:
        entries = sorted(os.scandir(folder), key=lambda e: _order(e.name))
    except OSError:
        _refuse_missing(root, path or ".")
        return found
    for entry in entries:
        if entry.name.startswith(("_", ".")):
            continue
        below = f"{path}/{_shown(entry.name)}" if path else _shown(entry.name)
        if entry.is_symlink():
            root.refuse(below, "TC610", name=below)
            continue
        found[_shown(entry.name)] = Path(entry.path)
    return found


def _shown(name: str) -> str:
    """Return a file name as text, even one whose bytes are not UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _order(name: str) -> tuple[int, str]:
    found = _NUMBER.match(name)
    return (int(found[1]) if found else 10**7, name)


def _add_course(root: Root, real: Path, path: str) -> None:
    names = _names(root, real, path)
    prefix = f"{path}/" if path else ""
    settings = names.get(COURSE_FILE)
    if settings is None:
        _refuse_missing(root, f"{prefix}{COURSE_FILE}")
        return
    modules: list[ModuleFolder] = []
    own = _pages(root, names, prefix)
    if own:
        modules.append(ModuleFolder("", None, own))
    folders = [n for n, e in names.items() if e.is_dir() and n != MEDIA]
    _check_numbers(root, folders, prefix)
    for name in folders:
        below = _names(root, names[name], f"{prefix}{name}")
        pages = _pages(root, below, f"{prefix}{name}/")
        given = _file(below, MODULE_FILE)
        if given is not None:
            given = File(f"{prefix}{name}/{MODULE_FILE}", given.real)
        if pages or given:
            modules.append(ModuleFolder(name, given, pages))
    file = File(f"{prefix}{COURSE_FILE}", settings)
    root.courses.append(CourseFolder(path, real, file, tuple(modules)))


def _pages(root: Root, names: dict[str, Path], prefix: str) -> tuple[File, ...]:
    pages = [name for name, entry in names.items() if _is_page(name, entry)]
    _check_numbers(root, pages, prefix)
    found = []
    for name in pages:
        if _TRANSLATION.search(name):
            root.refuse(f"{prefix}{name}", "TC111", name=name, **_TRANSLATIONS)
            continue
        if not _CLEAN.fullmatch(name):
            better = re.sub(r"[^a-z0-9.-]+", "-", name.lower())
            root.refuse(f"{prefix}{name}", "TC013", name=name, better=better)
        found.append(File(f"{prefix}{name}", names[name]))
    return tuple(found)


def _is_page(name: str, entry: Path) -> bool:
    return name.endswith(".md") and name != "README.md" and entry.is_file()


def _check_numbers(root: Root, names: Iterable[str], prefix: str) -> None:
    taken: set[int] = set()
    for name in names:
        found = _NUMBER.match(name)
        if found is None:
            continue
        if int(found[1]) in taken and not _TRANSLATION.search(name):
            root.refuse(f"{prefix}{name}", "TC016", value=found[1])
        taken.add(int(found[1]))


def _loose(root: Root, folder: Path, path: str, depth: int) -> list[File]:
    """Return the pages of a folder that is no course, with those below it."""
    names = _names(root, folder, path)
    prefix = f"{path}/" if path else ""
    found = [
        file
        for file in _pages(root, names, prefix)
        if file.path not in {GLOSSARY_FILE, COURSE_FILE}
    ]
    if depth < MAX_DEPTH:
        for name, entry in names.items():
            if entry.is_dir() and name != MEDIA:
                found += _loose(root, entry, f"{prefix}{name}", depth + 1)
    return found


def in_given_order(
    modules: Sequence[ModuleFolder], order: Sequence[str]
) -> tuple[ModuleFolder, ...]:
    """Return modules in the order of a list; those not listed come after."""
    places = {name: index for index, name in enumerate(order)}
    return tuple(sorted(modules, key=lambda m: places.get(m.name, len(places))))


_TRANSLATIONS = {
    "suggestion": "translations come with a later version",
    "suggestion_id": "terjemahan menyusul pada versi berikutnya",
}
