"""Content roots in, courses and every finding out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trainer.courses import assembly, tree
from trainer.courses.documents import Document, read_document, read_plain
from trainer.courses.findings import Finding, in_order
from trainer.courses.linking import Surroundings, link
from trainer.courses.model import Course, Media, Term
from trainer.courses.reading import schema
from trainer.courses.reading.report import Report
from trainer.courses.reading.schema import NOTHING, Values
from trainer.courses.tree import CourseFolder, File, Root

DEFAULT_LANGUAGE = "en"
_OTHER_GLOSSARY = {"other": "another glossary", "other_id": "glosarium lain"}


@dataclass(frozen=True, slots=True)
class CompiledCourse:
    """A course folder: its course, or why it cannot be published.

    Without a course and without errors it is a draft or retired. `media` gives each
    file that the course shows by the SHA-256 of its bytes.
    """

    course: Course | None
    id: str
    path: str
    findings: tuple[Finding, ...]
    media: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compilation:
    """All courses of all roots, and all findings including those of no course."""

    courses: tuple[CompiledCourse, ...]
    findings: tuple[Finding, ...]
    documents: tuple[Document, ...] = ()
    terms: tuple[Term, ...] = ()
    media: tuple[Media, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Say whether anything keeps any course from being published."""
        return any(finding.is_error for finding in self.findings)


@dataclass(slots=True)
class Site:
    """What all courses share, and which ids are taken already."""

    language: str = DEFAULT_LANGUAGE
    competencies: dict[str, str] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    broken_terms: set[str] = field(default_factory=set)
    course_ids: dict[str, str] = field(default_factory=dict)
    activity_ids: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    loose_media: dict[str, Media] = field(default_factory=dict)


def compile_roots(
    roots: Sequence[Path], *, only_published: bool = True, only: Path | None = None
) -> Compilation:
    """Return every course of the content roots and all findings, in a stable order.

    Files whose bytes have not changed since the last call are not read again. With
    `only_published` off, drafts are compiled too; `only` is one course folder.
    """
    found = [tree.find_root(Path(root), only) for root in roots]
    site = Site()
    for root in found:
        _read_shared(root, site)
    courses: list[CompiledCourse] = []
    documents = site.documents
    for root in found:
        for folder in root.courses:
            compiled, pages = _compile(folder, root, site, only_published)
            courses.append(compiled)
            documents += pages
        if root.loose:
            documents += _check_loose(root, site)
        site.findings += _of_tree(root, root.courses)
    everything = [f for course in courses for f in course.findings]
    return Compilation(
        tuple(courses),
        in_order([*site.findings, *everything]),
        tuple(documents),
        tuple(site.terms.values()),
        tuple(site.loose_media.values()),
    )


def _of_tree(root: Root, courses: Sequence[CourseFolder]) -> list[Finding]:
    """Return what is wrong with files that belong to no course."""
    return [
        finding
        for report in root.reports
        if not any(_is_below(report.path, folder.path) for folder in courses)
        for finding in report.findings()
    ]


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _read_shared(root: Root, site: Site) -> None:
    if root.site is not None:
        data = tree.read_bytes(root.site, root)
        if data is not None:
            values, report = read_plain(root.site.path, data, schema.SITE)
            site.findings += report.findings()
            site.language = values.get("language", site.language)
            site.competencies.update(values.get("competencies", ()))
    if root.glossary is None:
        return
    document = _read(root.glossary, root, site.language)
    if document is None:
        return
    site.documents.append(document)
    site.findings += document.findings
    lines = [f.line for f in document.findings if f.is_error]
    starts = [place.line for place in document.term_places] + [10**9]
    report = document.report()
    for term, start, end in zip(document.terms, starts, starts[1:], strict=False):
        if term.id in site.terms:
            if site.terms[term.id] != term:
                place = document.term_places[document.terms.index(term)]
                report.add("TC008", place, value=term.id, **_OTHER_GLOSSARY)
            continue
        if any(start <= line < end for line in lines):
            site.broken_terms.add(term.id)
        elif term.id:
            site.terms[term.id] = term
    site.findings += report.findings()


def _read(file: File, root: Root, language: str) -> Document | None:
    data = tree.read_bytes(file, root)
    return None if data is None else read_document(file.path, data, language)


def _compile(
    folder: CourseFolder, root: Root, site: Site, only_published: bool
) -> tuple[CompiledCourse, list[Document]]:
    """Return one course; whatever is wrong in it stays with it."""
    data = tree.read_bytes(folder.settings, root)
    values, report = NOTHING, Report(folder.settings.path)
    if data is not None:
        values, report = read_plain(folder.settings.path, data, schema.COURSE)
    values = assembly.read_nested(values, report)
    modules = assembly.read_modules(folder, root, values, report)
    language = values.get("language", site.language)
    by_module = [
        [d for f in m.folder.pages if (d := _read(f, root, language)) is not None]
        for m in modules
    ]
    documents = [d for pages in by_module for d in pages]
    around = Surroundings(
        folder.path,
        root.real,
        {d.path: d for d in documents},
        {d.id: d for d in documents if d.id},
        site.terms,
    )
    found: list[Finding] = [f for d in documents for f in d.findings]
    linked = [
        [_checked(d, around, site, values, found) for d in pages] for pages in by_module
    ]
    assembly.check_names(values, folder, documents, report)
    _check_course_id(values, folder, site, report)
    found += report.findings()
    found += [f for m in modules for f in m.report.findings()]
    found += _of_folder(root, folder)
    course = None
    if not any(f.is_error for f in found) and not around.used_terms & site.broken_terms:
        parts = assembly.Parts(values, site.competencies, modules, linked, around)
        course = assembly.assemble(parts, only_published)
    name = str(values.get("id") or Path(folder.path or folder.real).name)
    return (
        CompiledCourse(course, name, folder.path, in_order(found), around.files),
        [d for pages in linked for d in pages],
    )


def _of_folder(root: Root, folder: CourseFolder) -> list[Finding]:
    return [
        finding
        for report in root.reports
        if _is_below(report.path, folder.path)
        for finding in report.findings()
    ]


def _checked(
    document: Document,
    around: Surroundings,
    site: Site,
    course: Values,
    found: list[Finding],
) -> Document:
    """Return a document with its links resolved; keep what this reveals."""
    report = document.report()
    linked = link(document, around, report)
    assembly.check_competencies(
        document, {**site.competencies, **dict(course.get("competencies", ()))}, report
    )
    assembly.check_review(document.values, report)
    if document.id:
        _check_activity_id(document, site, report)
    found += report.findings()
    return linked


def _check_activity_id(document: Document, site: Site, report: Report) -> None:
    if document.activity is None:
        return
    other = site.activity_ids.setdefault(document.id, document.path)
    if other != document.path:
        report.add("TC008", document.values.place("id"), value=document.id, other=other)


def _check_course_id(
    values: Values, folder: CourseFolder, site: Site, report: Report
) -> None:
    name = values.get("id")
    if not name:
        return
    path = folder.settings.path
    other = site.course_ids.setdefault(name, path)
    if other != path:
        report.add("TC008", values.place("id"), value=name, other=other)


def _check_loose(root: Root, site: Site) -> list[Document]:
    """Check pages that belong to no course, as far as they can be checked alone."""
    pages = [_read(file, root, site.language) for file in root.loose]
    documents = [page for page in pages if page is not None]
    around = Surroundings(
        "",
        root.real,
        {d.path: d for d in documents},
        {d.id: d for d in documents if d.id},
        site.terms,
    )
    linked = []
    for document in documents:
        report = document.report()
        linked.append(link(document, around, report))
        assembly.check_review(document.values, report)
        if document.id:
            _check_activity_id(document, site, report)
        site.findings += [*document.findings, *report.findings()]
    site.loose_media.update(around.media)
    return linked
