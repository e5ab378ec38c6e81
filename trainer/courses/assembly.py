"""From the files of one course folder to the course itself."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from trainer import clock
from trainer.courses import tree
from trainer.courses.documents import Document, read_plain
from trainer.courses.linking import Surroundings
from trainer.courses.model import Course, Lesson, Media, Module, Quiz, Term
from trainer.courses.reading import schema
from trainer.courses.reading.report import Report, suggest
from trainer.courses.reading.schema import NOTHING, Values
from trainer.courses.tree import CourseFolder, ModuleFolder, Root

_NUMBER = re.compile(r"^\d+[-_. ]")
_TERM = re.compile(r"\(\s*glossary:([a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class ReadModule:
    """A folder of a course with its settings."""

    folder: ModuleFolder
    values: Values
    report: Report

    @property
    def id(self) -> str:
        """Return the module's id, or its folder's name without the number."""
        plain = _NUMBER.sub("", self.folder.name)
        return str(self.values.get("id") or plain or "start")


@dataclass(frozen=True, slots=True)
class Parts:
    """All that a course is put together from."""

    values: Values
    competencies: Mapping[str, str]
    modules: Sequence[ReadModule]
    pages: Sequence[Sequence[Document]]
    around: Surroundings


def read_nested(values: Values, report: Report) -> Values:
    """Return course settings with completion and certificate read as well."""
    found = dict(values.values)
    tables = {"completion": schema.COMPLETION, "certificate": schema.CERTIFICATE}
    for name, table in tables.items():
        node = values.nodes.get(name)
        if node is None:
            continue
        if not isinstance(node.value, dict):
            expected = {"expected": "write name: value lines below it"}
            expected["expected_id"] = "tulis baris nama: nilai di bawahnya"
            report.add("TC005", node.place, name=name, **expected)
        found[name] = schema.check(node, table, report)
    return Values(found, values.nodes)


def read_modules(
    folder: CourseFolder, root: Root, values: Values, report: Report
) -> list[ReadModule]:
    """Return the modules in the order of the course; report unknown names."""
    order = values.get("order", ())
    known = [module.name for module in folder.modules if module.name]
    for index, name in enumerate(order):
        if name not in known:
            place = values.place("order", index)
            report.add("TC601", place, name=name, **suggest(name, known))
    found = []
    taken: dict[str, str] = {}
    for module in tree.in_given_order(folder.modules, order):
        read = _read_module(module, root)
        other = taken.setdefault(read.id, module.name)
        if other != module.name:
            place = read.values.place("id")
            read.report.add("TC008", place, value=read.id, other=other)
        found.append(read)
    return found


def _read_module(module: ModuleFolder, root: Root) -> ReadModule:
    if module.settings is not None:
        data = tree.read_bytes(module.settings, root)
        if data is not None and data.strip():
            values, report = read_plain(module.settings.path, data, schema.MODULE)
            return ReadModule(module, values, report)
    path = module.settings.path if module.settings else module.name
    return ReadModule(module, NOTHING, Report(path))


def check_names(
    values: Values,
    folder: CourseFolder,
    documents: Sequence[Document],
    report: Report,
) -> None:
    """Report ids in the course's settings that no page has."""
    del folder
    ids = {document.id for document in documents if document.id}
    for name, _ in values.get("weights", ()):
        if name not in ids:
            place = values.nodes["weights"].value[name].key  # type: ignore[index, union-attr] # weights was read from a mapping
            report.add("TC601", place, name=name, **suggest(name, ids))
    for setting in ("completion", "certificate"):
        nested = values.get(setting, NOTHING)
        for index, name in enumerate(nested.get("requires", ())):
            if name not in ids:
                place = nested.place("requires", index)
                report.add("TC601", place, name=name, **suggest(name, ids))
    check_review(values, report)


def check_review(values: Values, report: Report) -> None:
    """Report a text whose date of review has passed."""
    due = values.get("review_by")
    if due is not None and due < clock.now().date():
        report.add("TC012", values.place("review_by"), value=due.isoformat())


def check_competencies(
    document: Document, known: Mapping[str, str], report: Report
) -> None:
    """Report competencies that neither course nor site have."""
    for index, name in enumerate(document.values.get("competency", ())):
        if name not in known:
            place = document.values.place("competency", index)
            report.add("TC306", place, name=name, **suggest(name, known))
    for asked in document.asked:
        for name in asked.question.competencies:
            if name not in known and asked.competency_place is not None:
                advice = suggest(name, known)
                report.add("TC306", asked.competency_place, name=name, **advice)


def assemble(parts: Parts, only_published: bool) -> Course | None:
    """Return the course, or nothing when it is a draft or retired."""
    values = parts.values
    if not _is_wanted(values.get("status", "published"), only_published):
        return None
    zone = ZoneInfo(values.get("timezone", "UTC"))
    modules = tuple(
        Module(
            id=module.id,
            title=module.values.get("title") or _title(module.id),
            summary=module.values.get("summary", ""),
            activities=_activities(pages, zone, only_published),
        )
        for module, pages in zip(parts.modules, parts.pages, strict=True)
    )
    modules = tuple(module for module in modules if module.activities)
    ids = {a.id for m in modules for a in m.activities}
    completion = values.get("completion", NOTHING)
    competencies = {**parts.competencies, **dict(values.get("competencies", ()))}
    return Course(
        id=values.get("id", ""),
        title=values.get("title", ""),
        language=values.get("language", "en"),
        modules=modules,
        languages=values.get("languages", ()),
        summary=values.get("summary", ""),
        timezone=values.get("timezone", "UTC"),
        audience=values.get("audience", "all"),
        requires=tuple(n for n in completion.get("requires", ()) if n in ids),
        weights=tuple((n, w) for n, w in values.get("weights", ()) if n in ids),
        competencies=tuple(competencies.items()),
        glossary=_glossary(parts.around),
        media=_media(parts.around),
        publish_at=_instant(values.get("publish_at"), zone),
    )


def _is_wanted(status: str, only_published: bool) -> bool:
    return status == "published" or (not only_published and status != "retired")


def _activities(
    pages: Sequence[Document], zone: ZoneInfo, only_published: bool
) -> tuple[Lesson | Quiz, ...]:
    found: list[Lesson | Quiz] = []
    for page in pages:
        activity = page.activity
        if activity is None or not _is_wanted(page.status, only_published):
            continue
        if activity.publish_at is not None:
            instant = _instant(activity.publish_at, zone)
            activity = dataclasses.replace(activity, publish_at=instant)
        found.append(activity)
    return tuple(found)


def _instant(written: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Return a moment written in a time zone as the same moment in UTC."""
    if written is None:
        return None
    return written.replace(tzinfo=zone).astimezone(UTC)


def _title(name: str) -> str:
    words = name.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _media(around: Surroundings) -> tuple[Media, ...]:
    return tuple(around.media[name] for name in sorted(around.media))


def _glossary(around: Surroundings) -> tuple[Term, ...]:
    """Return the terms that the course links, and those that these link in turn."""
    wanted, todo = set(around.used_terms), list(around.used_terms)
    while todo:
        for name in _TERM.findall(around.terms[todo.pop()].text):
            if name in around.terms and name not in wanted:
                wanted.add(name)
                todo.append(name)
    return tuple(around.terms[name] for name in sorted(wanted))
