"""Where the outside world enters: the `trainer` command."""

import sys
from collections.abc import Sequence

import click
from flask.cli import ScriptInfo
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError

from trainer import create_app
from trainer.cli.lazy import LazyGroup
from trainer.errors import TrainerError, UnavailableError

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

NO_TABLE = ("no such table", "no such column", "undefinedtable", "undefinedcolumn")


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
    except UnavailableError as error:
        _stop(mend_of(error.__cause__) or str(error))
    except TrainerError as error:
        _stop(str(error))
    except (DataError, IntegrityError):
        raise  # no user can cause these
    except DatabaseError as error:
        _stop(mend_of(error))
    except SystemExit as leaving:
        if leaving.code == click.UsageError.exit_code:
            raise SystemExit(1) from None
        raise


def mend_of(error: BaseException | None) -> str:
    """Say what keeps the database from being used, and the command that mends it."""
    if not isinstance(error, DatabaseError):
        return ""
    words = f"{type(error.orig).__name__} {error.orig}".strip()
    if any(sign in words.lower() for sign in NO_TABLE):
        return "The database lacks tables. Prepare it with: trainer db upgrade"
    if "unable to open" in words:
        return (
            "There is no database where TRAINER_DATABASE_URL or TRAINER_INSTANCE says. "
            "If that place is right, make one with: trainer db upgrade"
        )
    if "locked" in words:
        return "Another program holds the database. Stop it, or try again."
    return (
        "The database cannot be used. Check that it runs and that the address is "
        "right: export TRAINER_DATABASE_URL=postgresql+psycopg://… or sqlite:///… "
        f"It says: {error.orig}"
    )


def _stop(message: str) -> None:
    """Print an error and leave."""
    click.echo(f"Error: {message}", err=True)
    sys.exit(1)
