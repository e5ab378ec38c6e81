"""Bring the schema up, one process at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from trainer.operations.queries.schema import MIGRATIONS

MIGRATION_LOCK = 7_246_001


def upgrade_schema(engine: Engine, instance: Path) -> None:
    """Bring the database to the newest revision in one transaction."""
    instance.mkdir(parents=True, exist_ok=True)
    writing = engine.execution_options(write=True)
    with _only_one(instance / "upgrade.lock"), writing.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK}
            )
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def alembic_config() -> Config:
    """Return what Alembic needs to find the migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold a lock file for as long as the block runs."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
