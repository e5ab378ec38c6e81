"""`trainer db`: the database of the installation."""

import click
from flask.cli import with_appcontext

from trainer.extensions import db as database
from trainer.extensions import settings
from trainer.operations.commands.schema import upgrade_schema


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@with_appcontext
def upgrade() -> None:
    """Bring the database to the schema of this release."""
    upgrade_schema(database.engine, settings().instance)
    click.echo("The database is up to date.")
