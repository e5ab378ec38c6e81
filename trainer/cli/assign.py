"""`trainer assign`: order that a person take a course."""

from datetime import datetime

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from trainer import clock
from trainer.accounts.queries import person_by_email
from trainer.database import unit
from trainer.enrolment import commands
from trainer.errors import NotFoundError
from trainer.extensions import db
from trainer.progress.commands import settle
from trainer.publishing.queries import load_catalogue


@click.command()
@click.argument("course")
@click.argument("email")
@click.option(
    "--due",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day for it, as 2026-12-31.",
)
@with_appcontext
def assign(*, course: str, email: str, due: datetime | None) -> None:
    """Order the person of an address to take a course, until a day if one is given."""
    due_on = due.date() if due else None
    now = clock.now()

    def work(session: Session) -> bool:
        entry = load_catalogue(session).course(course)
        if entry is None:
            message = f"There is no published course {course}."
            raise NotFoundError(message)
        person = person_by_email(session, email)
        is_new = commands.assign(session, person.id, course, due_on, now)
        settle(session, person.id, entry, now)
        return is_new

    is_new = unit(db.engine, work)
    when = f", due on {due_on}" if due_on else ""
    said = "Assigned" if is_new else "Already assigned"
    click.echo(f"{said}: {course} to {email}{when}.")
