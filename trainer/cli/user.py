"""`trainer user`: the people of the installation."""

import sys
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app, url_for
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from trainer import clock
from trainer.accounts import formats, queries, rules
from trainer.accounts.commands import accounts, imports, people
from trainer.accounts.models import Person
from trainer.accounts.rules import RowFault
from trainer.database import unit
from trainer.errors import InvalidError
from trainer.extensions import db, settings
from trainer.progress.commands import restate
from trainer.publishing.queries import load_catalogue


@click.group()
def user() -> None:
    """Look after people: add, invite, move, give roles, close accounts."""


@user.command()
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="The name as the person writes it.")
@click.option("--family-name", default="", help="Default: the last word of the name.")
@click.option("--given-name", default="", help="May be empty: many have one name.")
@click.option("--staff-number", required=True)
@click.option("--ministry", required=True, help="CODE, or CODE:NAME for a new one.")
@click.option("--mission", required=True, help="Embassy, consulate or directorate.")
@click.option("--unit", default="")
@click.option("--grade", default="")
@click.option("--language", type=click.Choice(rules.LANGUAGES), default=None)
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(rules.ROLES), help="Repeatable."
)
@click.option("--password-stdin", is_flag=True, help="Read a password from stdin.")
@with_appcontext
def create(*, password_stdin: bool, language: str | None, **given: str) -> None:
    """Add one person, and print the invitation unless a password is given."""
    cells = {name: value for name, value in given.items() if name != "roles"}
    cells["family_name"] = given["family_name"] or given["name"].split(" ")[-1]
    cells["role"], cells["language"] = " ".join(given["roles"]), language or ""
    staff, faults = rules.read_staff(1, cells)
    if staff is None:
        message = "\n".join(f"--{_option(fault)}: {fault.reason}" for fault in faults)
        raise InvalidError(message)
    password_hash = _read_password() if password_stdin else None
    now = clock.now()
    unit(db.engine, lambda s: people.create_person(s, staff, now, password_hash))
    click.echo(f"Added {staff.name} <{staff.email}>.")
    if password_hash is None:
        _print_link(staff.email)


def _option(fault: RowFault) -> str:
    """Return the option that a column of a staff list corresponds to."""
    return fault.column.replace("_", "-")


def _read_password() -> str:
    """Read a password from standard input and return its hash."""
    password = sys.stdin.readline().rstrip("\r\n")
    if rules.password_fault(password):
        message = (
            f"A password has at least {rules.PASSWORD_LEAST} characters "
            f"and at most {rules.PASSWORD_MOST} bytes."
        )
        raise InvalidError(message)
    return formats.hash_password(password, current_app.config["PASSWORD_COST"])


@user.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_file(file: Path) -> None:
    """Add or move everybody in a staff list (CSV, UTF-8): all of them or nobody.

    Columns: staff_number, name, family_name, email, ministry, mission and, if wanted,
    given_name, unit, grade, role, language. People are known by ministry and staff
    number.
    """
    staff, faults = formats.read_staff_list(file.read_bytes())
    if faults:
        raise InvalidError(_report(file, faults))
    now = clock.now()
    try:
        done = unit(db.engine, lambda s: imports.import_people(s, staff, now))
    except InvalidError as error:
        lines = "\n".join(f"{file}: {line}" for line in str(error).split("\n"))
        raise InvalidError(f"Nobody was imported.\n{lines}") from error
    _restate(done.moved)
    click.echo(
        f"{len(done.created)} added, {len(done.moved)} changed, "
        f"{done.unchanged} unchanged."
    )


def _report(file: Path, faults: Iterable[RowFault]) -> str:
    """Return every mistake of a staff list, one in a line."""
    lines = [
        f"{file}:{fault.line}: {fault.column + ': ' if fault.column else ''}"
        f"{fault.reason}"
        for fault in faults
    ]
    return "\n".join(["Nobody was imported.", *lines])


@user.command()
@click.argument("email")
@with_appcontext
def link(email: str) -> None:
    """Print a link that sets a password once: an invitation, or a reset."""
    _print_link(email)


def _print_link(email: str) -> None:
    """Make a link for an account and print its address."""
    now = clock.now()

    def make(session: Session) -> tuple[str, str]:
        person = queries.person_by_email(session, email)
        if not person.is_active:
            raise InvalidError(f"The account of {person.email} is closed.")
        purpose = rules.RESET if person.password_hash else rules.INVITATION
        return purpose, accounts.make_link(session, person.id, purpose, now)

    purpose, token = unit(db.engine, make)
    with current_app.test_request_context():
        path = url_for(f"accounts.{purpose}", token=token)
    hours = rules.LINK_LASTS[purpose].total_seconds() / 3600
    click.echo(f"{settings().base_url.rstrip('/')}{path}")
    click.echo(f"It works once, for {hours:g} h. Hand it to nobody else.", err=True)


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice(rules.ROLES))
@with_appcontext
def grant(email: str, role: str) -> None:
    """Give a role to a person, who then has to sign in again."""
    now = clock.now()
    _change(email, lambda s, person: accounts.grant(s, person.id, role, now))
    click.echo(f"{email} is now {role}.")


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice(rules.ROLES))
@with_appcontext
def revoke(email: str, role: str) -> None:
    """Take a role from a person, who then has to sign in again."""
    now = clock.now()
    _change(email, lambda s, person: accounts.revoke(s, person.id, role, now))
    click.echo(f"{email} is no longer {role}.")


@user.command()
@click.argument("email")
@with_appcontext
def deactivate(email: str) -> None:
    """Close an account at once; what the person did is kept."""
    _change(email, lambda s, person: accounts.deactivate(s, person.id))
    click.echo(f"The account of {email} is closed.")


@user.command()
@click.argument("email")
@with_appcontext
def activate(email: str) -> None:
    """Open a closed account again, with the password and roles it had."""
    _change(email, lambda s, person: accounts.activate(s, person.id))
    click.echo(f"The account of {email} is open.")


@user.command("signout")
@click.argument("email")
@with_appcontext
def sign_out(email: str) -> None:
    """End every sign-in and unused link of a person, at whatever browser."""
    _change(email, lambda s, person: accounts.end_everything(s, person.id))
    click.echo(f"{email} is signed out everywhere.")


@user.command()
@click.argument("email")
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="As 2026-11-30; default: today.",
)
@with_appcontext
def leave(email: str, on: datetime | None) -> None:
    """Record that a person has left the service, and close the account."""
    now = clock.now()
    day = now.date() if on is None else on.replace(tzinfo=UTC).date()
    person_id = _change(email, lambda s, person: people.leave(s, person, day, now))
    _restate((person_id,))
    click.echo(f"{email} left on {day}; the account is closed.")


def _change(email: str, work: Callable[[Session, Person], None]) -> uuid.UUID:
    """Change one account in a unit of its own; return whose it is."""

    def change(session: Session) -> uuid.UUID:
        person = queries.person_by_email(session, email)
        work(session, person)
        return person.id

    return unit(db.engine, change)


def _restate(changed: Iterable[uuid.UUID]) -> None:
    """Write the report lines of people whose posting has changed."""
    catalogue, now = load_catalogue(db.session), clock.now()
    for person_id in changed:
        unit(
            db.engine,
            lambda s, one=person_id: restate(s, one, catalogue, now),  # type: ignore[misc]  # a default binds the loop's value
        )
