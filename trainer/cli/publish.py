"""`trainer content publish`: deliver what the authors wrote."""

import hashlib
from collections.abc import Set
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from watchfiles import watch

from trainer import clock, courses
from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.compiler import CompiledCourse, compile_roots
from trainer.courses.findings import format_text
from trainer.courses.fingerprint import fingerprint
from trainer.database import unit
from trainer.errors import InvalidError, SettingError, TrainerError
from trainer.extensions import db, settings
from trainer.publishing import commands
from trainer.publishing.models import Publication
from trainer.publishing.queries import current_revision, standing_entry

QUIET_SECONDS = 1.0
COMPILER = Path(courses.__file__).parent


@click.command()
@click.option("--watch", "is_watching", is_flag=True, help="Go on as files change.")
@with_appcontext
def publish(*, is_watching: bool) -> None:
    """Compile the content and deliver every course that has no error."""
    roots = settings().content
    absent = [str(root) for root in roots if not root.is_dir()]
    if absent:
        message = (
            f"No content at {', '.join(absent)}. "
            "Name the folder: export TRAINER_CONTENT=content"
        )
        raise SettingError(message)
    is_clean = publish_changed(db.engine, roots, settings().instance)
    if is_watching:
        watch_roots(db.engine, roots)
    elif not is_clean:
        raise SystemExit(1)


def publish_changed(engine: Engine, roots: tuple[Path, ...], instance: Path) -> bool:
    """Publish unless the very same content was published last; True when clean.

    What was published last is remembered in the instance folder: losing that file
    costs one compilation and nothing else.
    """
    record = instance / "published.txt"
    with Session(engine) as session:
        revision = current_revision(session)
    mark = f"{fingerprint(roots, COMPILER)} {revision}"
    if record.is_file() and record.read_text(encoding="utf-8") == mark:
        click.echo("The content is as it was published.", err=True)
        return True
    is_clean = publish_roots(engine, roots)
    if is_clean:
        with Session(engine) as session:
            revision = current_revision(session)
        record.write_text(f"{mark.split()[0]} {revision}", encoding="utf-8")
    return is_clean


def publish_roots(
    engine: Engine, roots: tuple[Path, ...], now: datetime | None = None
) -> bool:
    """Compile, say what is wrong, publish what is right; True when nothing was held."""
    compilation = compile_roots(roots)
    if compilation.findings:
        click.echo(format_text(compilation.findings), err=True)
    known = frozenset(document.id for document in compilation.documents)
    is_clean = not compilation.has_errors
    for compiled in compilation.courses:
        try:
            outcome = publish_course(engine, compiled, known, now or clock.now())
        except InvalidError as error:
            is_clean = False
            outcome = f"not published, the version before stays. {error}"
        click.echo(f"{compiled.id}: {outcome}", err=True)
    return is_clean


def publish_course(
    engine: Engine, compiled: CompiledCourse, known: Set[str], now: datetime
) -> str:
    """Publish one compiled course in one transaction and say what came of it.

    `known` holds the ids of every file in the tree. Raise InvalidError when the
    course has errors, or when a file changed or went away without being retired.
    """
    course = compiled.course
    if course is None:
        if any(finding.is_error for finding in compiled.findings):
            message = "It has errors."
            raise InvalidError(message)
        unit(engine, lambda session: commands.withdraw(session, compiled.id, now))
        return "not delivered, as its status says."
    bodies = {sha: read_media(path, sha) for sha, path in compiled.media.items()}

    def work(session: Session) -> Publication | None:
        refuse_vanished(standing_entry(session, course.id), known)
        return commands.publish(session, course, bodies, now)

    publication = unit(engine, work)
    if publication is None:
        return "unchanged."
    return f"published as version {publication.number}."


def refuse_vanished(standing: CatalogueEntry | None, known: Set[str]) -> None:
    """Raise InvalidError when an activity that is delivered has no file any more.

    A tree that is half copied looks like this; so does a file deleted by mistake.
    """
    if standing is None:
        return
    gone = [a.id for a in standing.course.activities if a.id not in known]
    if gone:
        message = (
            f"These are delivered and their files are gone: {', '.join(gone)}. Bring "
            "the files back, or give them `status: retired` before you delete them."
        )
        raise InvalidError(message)


def read_media(path: Path, digest: str) -> bytes:
    """Read a file; raise InvalidError when it is no longer what was compiled."""
    try:
        body = path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise InvalidError(message) from error
    if hashlib.sha256(body).hexdigest() != digest:
        message = f"{path} changed while it was read."
        raise InvalidError(message)
    return body


def watch_roots(engine: Engine, roots: tuple[Path, ...]) -> None:
    """Publish again whenever the content was left alone for a second."""
    click.echo("Watching for changes. Stop with Ctrl+C.")
    quiet = int(QUIET_SECONDS * 1000)
    for _changes in watch(*roots, step=quiet, debounce=60_000):
        try:
            publish_roots(engine, roots)
        except (TrainerError, SQLAlchemyError) as error:
            click.echo(
                f"Not published, will be tried at the next change: {error}", err=True
            )
