"""`trainer integrity`: whether the facts still prove themselves."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from trainer.extensions import db
from trainer.operations.queries import integrity as queries

SHOWN = 20


@click.group()
def integrity() -> None:
    """Prove that nothing was lost or changed."""


@integrity.command()
@with_appcontext
def verify() -> None:
    """Check answers, markings, completions and report lines; name what differs."""
    try:
        with one_moment(db.engine) as session:
            lines, count = queries.describe(queries.verify(session), SHOWN)
    except DatabaseError as error:
        message = f"The database cannot be read: {error.orig}"
        raise click.ClickException(message) from error
    for line in lines:
        click.echo(line, err=True)
    if count > len(lines):
        click.echo(f"… and {count - len(lines)} more", err=True)
    if count:
        raise SystemExit(1)
    click.echo("Everything is whole: answers, markings, completions, report lines.")


@contextmanager
def one_moment(engine: Engine) -> Iterator[Session]:
    """Open a session that sees the database as it is now, whatever is written."""
    is_postgresql = engine.dialect.name == "postgresql"
    level = {"isolation_level": "REPEATABLE READ"} if is_postgresql else {}
    with (
        engine.connect().execution_options(**level) as connection,
        Session(connection) as session,
    ):
        yield session
