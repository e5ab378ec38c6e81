"""One file as what it means: a lesson, a quiz or the glossary.

Nothing here looks at another file; links are still as the author wrote them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from trainer.courses import slugs
from trainer.courses.blocks.reader import read_blocks
from trainer.courses.findings import Finding
from trainer.courses.model import Lesson, Quiz, Term
from trainer.courses.questions.reader import Asked, read_question
from trainer.courses.reading import front, labels, schema
from trainer.courses.reading.body import RULE, Walk, split_heading, without_comments
from trainer.courses.reading.braces import split_braces
from trainer.courses.reading.inline import Reference
from trainer.courses.reading.report import Place, Report
from trainer.courses.reading.schema import NOTHING, Values
from trainer.courses.reading.settings import read_settings
from trainer.courses.reading.source import Line, open_text, text_of

MAX_REMEMBERED = 8192
WORDS_A_MINUTE = 130
FASTEST = 2.5
SLOWEST = 3
LONGEST_PAUSE = 20


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A file once read: its settings, its meaning and what it refers to."""

    path: str
    kind: str
    values: Values
    lines: Sequence[str]
    findings: tuple[Finding, ...]
    activity: Lesson | Quiz | None = None
    terms: tuple[Term, ...] = ()
    term_places: tuple[Place, ...] = ()
    references: tuple[Reference, ...] = ()
    asked: tuple[Asked, ...] = ()
    anchors: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """Return the id that the file gives itself."""
        return str(self.values.get("id", ""))

    @property
    def status(self) -> str:
        """Return the status, published where none is given."""
        return str(self.values.get("status", "published"))

    def report(self) -> Report:
        """Return a fresh report for what other files reveal about this one."""
        return Report(self.path, self.lines)


@lru_cache(maxsize=MAX_REMEMBERED)
def read_document(path: str, data: bytes, language: str) -> Document:
    """Return what a file means; the same bytes are read once.

    `language` is the one that holds where the file does not name its own.
    """
    report = Report(path)
    lines = open_text(data, report)
    parts = front.split(lines, report) if lines is not None else None
    if parts is None:
        return Document(path, "", NOTHING, report.lines, report.findings())
    kind_node = _kind_of(parts.settings.value)
    table = schema.BY_TYPE.get(kind_node, schema.COMMON)
    values = schema.check(parts.settings, table, report)
    body = without_comments(parts.body)
    walked = Walk(report).run(body)
    document = Document(path, kind_node, values, report.lines, ())
    language = values.get("language", language)
    if kind_node == "lesson":
        document = _lesson(document, body, language, report)
        _check_minutes(values, walked.words, report)
    elif kind_node == "quiz":
        document = _quiz(document, body, language, report)
    elif kind_node == "glossary":
        document = _glossary(document, body, report)
    return replace(
        document,
        references=tuple(walked.references),
        anchors=slugs.anchors(walked.headings),
        findings=_softened(report.findings(), document.status),
    )


def _kind_of(settings: Any) -> str:  # noqa: ANN401 - any YAML value
    node = settings.get("type")
    return str(node.value) if node and node.value in schema.BY_TYPE else ""


def _softened(found: tuple[Finding, ...], status: str) -> tuple[Finding, ...]:
    """Return the findings; a draft may still lack ids."""
    if status != "draft":
        return found
    return tuple(
        replace(f, severity="warning") if f.code == "TC210" else f for f in found
    )


def _lesson(
    document: Document, body: Sequence[Line], language: str, report: Report
) -> Document:
    values = document.values
    read = read_blocks(body, language, report)
    if not values.get("objectives"):
        report.add("TC121", values.place("title"))
    _check_ids([(a.question.id, a.id_place or a.place) for a in read.asked], report)
    _check_ids(read.kept, report)
    lesson = Lesson(
        id=values.get("id", ""),
        title=values.get("title", ""),
        minutes=values.get("minutes", 1),
        blocks=read.blocks,
        language=language,
        summary=values.get("summary", ""),
        objectives=values.get("objectives", ()),
        key_terms=values.get("key_terms", ()),
        competencies=values.get("competency", ()),
        footnotes=tuple(read.footnotes),
        is_optional=values.get("optional", False),
        publish_at=values.get("publish_at"),
    )
    return replace(document, activity=lesson, asked=tuple(read.asked))


def _check_minutes(values: Values, words: int, report: Report) -> None:
    """Report minutes in which nobody reads so much, or that would be mostly idle."""
    minutes = values.get("minutes")
    if minutes is None:
        return
    reading = words / WORDS_A_MINUTE
    if reading / FASTEST <= minutes <= SLOWEST * reading + LONGEST_PAUSE:
        return
    better = str(max(1, round(reading)))
    found = {"minutes": str(minutes), "words": str(words), "better": better}
    report.add("TC122", values.place("minutes"), **found)


def _quiz(
    document: Document, body: Sequence[Line], language: str, report: Report
) -> Document:
    values = document.values
    before, sections = _sections(body)
    asked = []
    for heading, lines in sections:
        if draw := _draw(heading):
            report.add("TC302", heading.place(), name=draw)
            continue
        asked.append(read_question(heading, _until_rule(lines), language, report))
    _check_ids([(a.question.id, a.id_place or a.place) for a in asked], report)
    questions = tuple(a.question for a in asked)
    pass_mark = values.get("pass_mark", 70)
    _check_quiz(bool(sections), questions, pass_mark, values, report)
    quiz = Quiz(
        id=values.get("id", ""),
        title=values.get("title", ""),
        questions=questions,
        language=language,
        summary=values.get("summary", ""),
        introduction=text_of(before),
        minutes=values.get("minutes") or values.get("time_limit") or len(questions),
        pass_mark=pass_mark,
        attempts=values.get("attempts"),
        time_limit=values.get("time_limit"),
        shuffle=_shuffle(values),
        feedback=values.get("feedback", "end"),
        show_correct=_show_correct(values),
        retry_wait_minutes=values.get("retry_wait", 0),
        is_optional=values.get("optional", False),
        publish_at=values.get("publish_at"),
    )
    return replace(document, activity=quiz, asked=tuple(asked))


def _shuffle(values: Values) -> Any:  # noqa: ANN401 - words that the kind has checked
    words = values.get("shuffle", ("answers",))
    return tuple(w for w in ("answers", "questions") if w in words)


def _show_correct(values: Values) -> Any:  # noqa: ANN401 - a word of DUE
    """Return when the key is shown: never earlier than the feedback."""
    feedback, shown = values.get("feedback", "end"), values.get("show_correct", "end")
    return max(feedback, shown, key=schema.DUE.index)


def _sections(
    body: Sequence[Line],
) -> tuple[list[Line], list[tuple[Line, list[Line]]]]:
    """Cut a body at its headings of the second level; first what stands before."""
    before: list[Line] = []
    sections: list[tuple[Line, list[Line]]] = []
    for line in body:
        heading = split_heading(line)
        if heading is not None and heading[0] == 2 and heading[1].text:  # noqa: PLR2004 - the level of questions and terms
            sections.append((heading[1], []))
        elif sections:
            sections[-1][1].append(line)
        else:
            before.append(line)
    return before, sections


def _until_rule(lines: list[Line]) -> list[Line]:
    """Return the lines without horizontal lines, which only end a question."""
    return [
        Line(line.number, line.column, "") if RULE.match(line.text) else line
        for line in lines
    ]


def _draw(heading: Line) -> str:
    """Return the bank that a heading such as `Draw: 3 from x` draws from."""
    word, colon, rest = heading.text.partition(":")
    if not colon or labels.key_of(word) != "draw":
        return ""
    words = rest.partition("{")[0].split()
    return words[-1] if words else "?"


def _check_ids(ids: Sequence[tuple[str, Place]], report: Report) -> None:
    seen: dict[str, int] = {}
    for name, place in ids:
        if not name:
            continue
        if name in seen:
            number = seen[name]
            others = {"other": f"line {number}", "other_id": f"baris {number}"}
            report.add("TC008", place, value=name, **others)
        seen.setdefault(name, place.line)


def _check_quiz(
    has_sections: bool,
    questions: Sequence[Any],
    pass_mark: int,
    values: Values,
    report: Report,
) -> None:
    if not has_sections:
        report.add("TC305", values.place("title"))
        return
    if not questions or any(q.points for q in questions):
        return
    if "pass_mark" in values.values and pass_mark > 0:
        report.add("TC304", values.place("pass_mark"))
    else:
        report.add("TC309", values.place("title"))


def _glossary(document: Document, body: Sequence[Line], report: Report) -> Document:
    terms: list[Term] = []
    places: list[Place] = []
    for heading, lines in _sections(body)[1]:
        title, braces = split_braces(heading, (), report)
        if not braces.id:
            report.add("TC210", heading.place(), better=slugs.slug(title.text))
        if not text_of(lines):
            report.add("TC112", heading.place())
        terms.append(Term(braces.id, title.text, text_of(lines)))
        places.append(braces.id_place or heading.place())
    _check_ids([(t.id, p) for t, p in zip(terms, places, strict=True)], report)
    return replace(document, terms=tuple(terms), term_places=tuple(places))


def read_plain(
    path: str, data: bytes, table: Mapping[str, schema.Setting]
) -> tuple[Values, Report]:
    """Return the settings of a YAML file that has no text below them."""
    values, report = _plain(path, data, tuple(table.items()))
    return values, report.copy()


@lru_cache(maxsize=MAX_REMEMBERED)
def _plain(
    path: str, data: bytes, table: tuple[tuple[str, schema.Setting], ...]
) -> tuple[Values, Report]:
    """Read settings; the same bytes are read once, and nobody adds to this report."""
    report = Report(path)
    lines = open_text(data, report)
    if lines is None:
        return NOTHING, report
    text = "\n".join(line.text for line in lines)
    node = read_settings(text, 1, report)
    if node is None:
        return NOTHING, report
    return schema.check(node, dict(table), report), report
