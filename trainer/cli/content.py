"""Commands for authors: check content, look into it, try its marking."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from trainer.cli.lazy import LazyGroup
from trainer.courses import findings, marking, markup
from trainer.courses.compiler import Compilation, compile_roots
from trainer.courses.documents import Document
from trainer.courses.findings import Finding
from trainer.courses.marking import ResponseError
from trainer.courses.model import Course, Lesson, Media, Question, Quiz, Term
from trainer.courses.rendering.drawn import Context, RenderedBlock
from trainer.courses.tree import COURSE_FILE, COURSES

FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "text": findings.format_text,
    "json": findings.format_json,
    "github": findings.format_github,
    "sarif": findings.format_sarif,
}
PATH = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a path on the command line stands for: a root, and what to keep of it."""

    root: Path
    only: Path | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Links of a page that is drawn outside of a site."""

    def activity(self, activity_id: str) -> str:
        """Return the id as a relative address."""
        return activity_id

    def media(self, media: Media) -> str:
        """Return the file's name below its course."""
        return media.name


@click.group(cls=LazyGroup, places={"publish": "trainer.cli.publish"})
def content() -> None:
    """Check and try out what authors write."""


@content.command()
@click.argument("paths", nargs=-1, type=PATH)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--language", type=click.Choice(findings.LANGUAGES), default="en")
def check(paths: tuple[Path, ...], form: str, strict: bool, language: str) -> None:
    """Report every mistake in roots, course folders or files."""
    found: list[Finding] = []
    for path in paths or default_roots():
        scope = scope_of(path)
        found += _kept(compile_scope(scope).findings, scope)
    told = [findings.in_language(f, language) for f in found]
    if told or form != "text":
        click.echo(FORMATS[form](_as_reported(found, told)))
    errors, warnings = (findings.count(found, s) for s in ("error", "warning"))
    if form == "text":
        click.echo(findings.summary(found, language), err=True)
    if errors or (strict and warnings):
        sys.exit(1)


@content.command()
@click.argument("path", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="The default, and the only form.")
def inspect(path: Path, as_json: bool) -> None:
    """Print what a file means, as JSON."""
    del as_json
    document, _ = one_document(path)
    click.echo(json.dumps(_described(document), ensure_ascii=False, indent=2))


@content.command()
@click.argument("path", type=PATH)
def grade(path: Path) -> None:
    """Mark responses: JSON lines in, a fraction of the points for each out."""
    document, _ = one_document(path)
    questions = {q.id: q for q in _questions(document)}
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            question = questions[row["question"]]
            language = row.get("language") or _language(document)
            score = marking.mark(question, row.get("response"), language)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise click.ClickException(_told(number, error)) from error
        click.echo(json.dumps({"question": question.id, "score": score}))


@content.command()
@click.argument("path", type=PATH)
def render(path: Path) -> None:
    """Print the HTML that a learner sees, without keys and feedback."""
    document, course = one_document(path)
    if isinstance(document.activity, Quiz):
        click.echo(_quiz_html(document.activity, course))
    elif isinstance(document.activity, Lesson):
        click.echo(_lesson_html(document.activity, course))
    for term in document.terms:
        click.echo(f"<h2>{markup.render_inline(term.title)}</h2>")
        click.echo(markup.render(term.text))


def default_roots() -> tuple[Path, ...]:
    """Return the content roots of the environment."""
    written = os.environ.get("TRAINER_CONTENT") or "content"
    return tuple(Path(part) for part in written.split(os.pathsep) if part)


def scope_of(path: Path) -> Scope:
    """Return the root that a root, course folder or file belongs to."""
    if not path.exists():
        raise click.ClickException(f"there is no file or folder {path}")
    real = path.resolve()
    folder = real if real.is_dir() else real.parent
    for above in (folder, *folder.parents):
        if (above / COURSE_FILE).is_file():
            root = above.parent.parent if above.parent.name == COURSES else above
            only = above if root != above else None
            return Scope(root, only, _below(real, root))
        if above.name == COURSES or (above / COURSES).is_dir():
            break
    root = folder
    if real.is_file() and (folder / COURSES).is_dir():
        return Scope(root, None, _below(real, root))
    return Scope(root, None, _below(real, root) if real.is_file() else "")


def _below(real: Path, root: Path) -> str:
    return real.relative_to(root).as_posix() if real.is_file() else ""


def compile_scope(scope: Scope) -> Compilation:
    """Return all that a scope needs to be judged, drafts included."""
    return compile_roots([scope.root], only_published=False, only=scope.only)


def _kept(found: Sequence[Finding], scope: Scope) -> list[Finding]:
    if not scope.file:
        return list(found)
    return [f for f in found if f.path == scope.file]


def _as_reported(found: Sequence[Finding], told: Sequence[Finding]) -> list[Finding]:
    """Return the findings in another language; a softened one stays softened."""
    pairs = zip(found, told, strict=True)
    return [replace(t, severity=f.severity) for f, t in pairs]


def one_document(path: Path) -> tuple[Document, Course]:
    """Return the file of a path and the course around it; refuse one with errors."""
    if not path.is_file():
        raise click.ClickException(f"there is no file {path}")
    scope = scope_of(path)
    compilation = compile_scope(scope)
    errors = [f for f in _kept(compilation.findings, scope) if f.is_error]
    if errors:
        raise click.ClickException("\n" + findings.format_text(errors))
    for document in compilation.documents:
        if document.path == scope.file:
            return document, _course_of(document, compilation)
    raise click.ClickException(f"{path} is neither a lesson nor a quiz")


def _course_of(document: Document, compilation: Compilation) -> Course:
    for compiled in compilation.courses:
        if compiled.course and document.activity in compiled.course.activities:
            return compiled.course
    return Course("", "", "en", (), glossary=compilation.terms, media=compilation.media)


def _questions(document: Document) -> tuple[Question, ...]:
    return tuple(asked.question for asked in document.asked)


def _language(document: Document) -> str:
    return document.activity.language if document.activity else "en"


def _told(number: int, error: Exception) -> str:
    if isinstance(error, ResponseError):
        return f"line {number}: {error}"
    if isinstance(error, KeyError):
        return f"line {number}: there is no question {error}"
    return f"line {number}: not a JSON object with question and response"


def _described(document: Document) -> dict[str, Any]:
    activity = document.activity
    found: dict[str, Any] = {"type": document.kind, "id": document.id}
    if activity is not None:
        found |= {"title": activity.title, "language": activity.language}
        found["questions"] = [_question(q) for q in _questions(document)]
    if isinstance(activity, Lesson):
        found["minutes"] = activity.minutes
        found["objectives"] = list(activity.objectives)
        found["blocks"] = [type(block).__name__.lower() for block in activity.blocks]
    if document.kind == "glossary":
        found["terms"] = [_term(term) for term in document.terms]
    return found


def _term(term: Term) -> dict[str, str]:
    return {"id": term.id, "title": term.title}


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "type": question.type,
        "stem": question.stem,
        "points": question.points,
        "tags": list(question.tags),
        "competency": list(question.competencies),
        "difficulty": question.difficulty,
        "options": len(question.options),
        "accepted": len(question.accepted),
        "gaps": 0,
        "parameters": [],
        "hints": len(question.hints),
        "scoring": question.scoring,
        "unit": question.unit,
    }


def _quiz_html(quiz: Quiz, course: Course) -> str:
    context = Context(course, FileLinks())
    parts = [f"<h1>{markup.render_inline(quiz.title)}</h1>"]
    parts.append(markup.render(quiz.introduction, context=context))
    parts += [_question_html(q, context) for q in quiz.questions]
    return "\n".join(part for part in parts if part)


def _question_html(question: Question, context: Context) -> str:
    shown = markup.render_question(question, context=context)
    options = "".join(f"<li>{option}</li>" for option in shown.options)
    answers = f"<ul>{options}</ul>" if options else ""
    return f"<section><h2>{shown.stem}</h2>{shown.body}{answers}</section>"


def _lesson_html(lesson: Lesson, course: Course) -> str:
    drawn = markup.render_lesson(course, lesson, FileLinks())
    parts = [f"<h1>{markup.render_inline(lesson.title)}</h1>"]
    parts += _block_html(drawn.blocks, drawn.context)
    notes = "".join(f'<li id="{n.id}">{n.html}</li>' for n in drawn.notes)
    if notes:
        parts.append(f"<ol>{notes}</ol>")
    for term in drawn.terms:
        title = markup.render_inline(term.title)
        parts.append(f'<dl><dt id="{term.id}">{title}</dt><dd>{term.html}</dd></dl>')
    return "\n".join(parts)


def _block_html(blocks: tuple[RenderedBlock, ...], context: Context) -> Iterator[str]:
    for drawn in blocks:
        if drawn.kind == "check":
            question = getattr(drawn.block, "question")  # noqa: B009 - one of several kinds
            yield _question_html(question, context)
        elif drawn.picture is not None:
            url, alt = (
                markup.escaped(t) for t in (drawn.picture.url, drawn.picture.alt)
            )
            caption = f"<figcaption>{drawn.picture.caption}</figcaption>"
            yield f'<figure><img src="{url}" alt="{alt}">{caption}</figure>'
        else:
            inner = "\n".join(_block_html(drawn.blocks, context))
            items = "".join(f"<li>{item}</li>" for item in drawn.items)
            title = f"<p><strong>{drawn.title}</strong></p>" if drawn.title else ""
            ticks = f"<ul>{items}</ul>" if items else ""
            yield f"<section>{title}{drawn.html}{ticks}{inner}</section>"
