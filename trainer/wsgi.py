"""Where the outside world enters: the application, and the `trainer` command."""

import sys
from collections.abc import Sequence

import click
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError

from trainer import create_app
from trainer.cli.assign import assign
from trainer.cli.content import content
from trainer.cli.database import db
from trainer.cli.demo import demo
from trainer.cli.integrity import integrity
from trainer.cli.publish import publish
from trainer.cli.report import report
from trainer.cli.serve import serve
from trainer.cli.user import user
from trainer.cli.worker import worker
from trainer.errors import TrainerError

COMMANDS = (assign, content, db, demo, integrity, report, serve, user, worker)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def trainer() -> None:
    """Train diplomats: courses from Markdown, progress, reports."""


for command in COMMANDS:
    trainer.add_command(command)
content.add_command(publish)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; say what a user can cause in one line and exit with 1."""
    script = ScriptInfo(create_app=lambda: create_app(), set_debug_flag=False)
    try:
        trainer.main(args=arguments, obj=script, prog_name="trainer")
    except TrainerError as error:
        _stop(str(error))
    except OperationalError as error:
        _stop(
            "The database cannot be reached. Check TRAINER_DATABASE_URL and that it "
            f"runs: {error.orig}"
        )


def _stop(message: str) -> None:
    """Print an error and leave."""
    click.echo(f"Error: {message}", err=True)
    sys.exit(1)
