"""`trainer demo`: a filled installation to look at."""

import json
import secrets
import sys

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from trainer import clock
from trainer.accounts.formats import hash_password
from trainer.cli.publish import publish_roots
from trainer.courses.catalogue import CatalogueEntry
from trainer.errors import SettingError
from trainer.extensions import db, settings
from trainer.operations.commands import demo as commands
from trainer.publishing.queries import load_catalogue


@click.command()
@click.option(
    "--learners",
    type=click.IntRange(0, 100_000),
    default=40,
    show_default=True,
    help="How many more people.",
)
@click.option("--json", "is_json", is_flag=True, help="Print the accounts as JSON.")
@with_appcontext
def demo(*, learners: int, is_json: bool) -> None:
    """Fill an empty database with a demonstration ministry and print its accounts."""
    engine, now = db.engine, clock.now()
    with Session(engine) as session:
        if not commands.is_empty(session):
            message = (
                "This database already holds people; the demonstration needs an empty "
                "one. Name another: export TRAINER_DATABASE_URL=sqlite:///demo.sqlite"
            )
            raise SettingError(message)
    entry = first_course()
    password = settings().demo_password or secrets.token_urlsafe(12)
    accounts = commands.make_accounts(engine, hash_password(password), now)
    commands.order_accounts(engine, entry, now)
    steps = commands.make_learners(engine, entry, learners, now)
    with click.progressbar(
        steps, length=learners, label="People", file=sys.stderr
    ) as bar:
        for _number in bar:
            pass
    if is_json:
        rows = [
            {"email": a.email, "roles": list(a.roles), "ministry": a.ministry}
            for a in accounts
        ]
        click.echo(json.dumps({"password": password, "accounts": rows}, indent=2))
        return
    click.echo(f"Demonstration accounts, all with the password  {password}")
    for account in accounts:
        roles = ", ".join(account.roles)
        click.echo(f"  {account.email:<26} {roles:<24} {account.ministry}")


def first_course() -> CatalogueEntry:
    """Publish the content and return its first course."""
    publish_roots(db.engine, settings().content, clock.now() - commands.HISTORY)
    with Session(db.engine) as session:
        entries = load_catalogue(session).entries
    if not entries:
        message = (
            "No course could be published, so there is nothing to demonstrate. "
            "See what is wrong with: trainer content check"
        )
        raise SettingError(message)
    return entries[0]
