"""`trainer content publish`: deliver what the authors wrote."""

import errno
import hashlib
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from watchfiles import watch

from trainer import clock
from trainer.courses.compiler import Compilation, CompiledCourse, compile_roots
from trainer.courses.findings import format_text
from trainer.database import unit
from trainer.errors import SettingError, TrainerError
from trainer.extensions import db, settings
from trainer.publishing import commands

QUIET_SECONDS = 1.0


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
    is_clean = publish_roots(db.engine, roots)
    if is_watching:
        watch_roots(db.engine, roots)
    elif not is_clean:
        raise SystemExit(1)


def publish_roots(
    engine: Engine, roots: tuple[Path, ...], now: datetime | None = None
) -> bool:
    """Compile, say what is wrong, publish what is right; True without an error."""
    compilation = compile_roots(roots)
    if compilation.findings:
        click.echo(format_text(compilation.findings), err=True)
    for compiled in compilation.courses:
        click.echo(publish_course(engine, compiled, now or clock.now()), err=True)
    return not has_errors(compilation)


def has_errors(compilation: Compilation) -> bool:
    """Say whether any finding keeps a course from being published."""
    return any(finding.severity == "error" for finding in compilation.findings)


def publish_course(engine: Engine, compiled: CompiledCourse, now: datetime) -> str:
    """Publish one compiled course in one transaction and say what came of it."""
    course = compiled.course
    if course is None:
        return f"{compiled.id}: not published, the version before stays."
    try:
        bodies = {
            digest: read_media(path, digest) for digest, path in compiled.media.items()
        }
    except OSError as error:
        return f"{course.id}: not published: {error.strerror}: {error.filename}"
    publication = unit(
        engine, lambda session: commands.publish(session, course, bodies, now)
    )
    if publication is None:
        return f"{course.id}: unchanged."
    return f"{course.id}: published as version {publication.number}."


def read_media(path: Path, digest: str) -> bytes:
    """Read a file; raise OSError when it is no longer what was compiled."""
    body = path.read_bytes()
    if hashlib.sha256(body).hexdigest() != digest:
        raise OSError(errno.ESTALE, "changed while it was read", str(path))
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
