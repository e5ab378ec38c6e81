"""Where the outside world enters: the `trainer` command."""

import sys
from collections.abc import Sequence

import click
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError

from trainer import create_app
from trainer.cli.lazy import LazyGroup
from trainer.errors import TrainerError

PLACES = {
    "assign": "trainer.cli.assign",
    "content": "trainer.cli.content",
    "db": "trainer.cli.database",
    "demo": "trainer.cli.demo",
    "integrity": "trainer.cli.integrity",
    "report": "trainer.cli.report",
    "serve": "trainer.cli.serve",
    "user": "trainer.cli.user",
    "worker": "trainer.cli.worker",
}


@click.group(
    cls=LazyGroup,
    places=PLACES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
def trainer() -> None:
    """Train diplomats: courses from Markdown, progress, reports."""


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
