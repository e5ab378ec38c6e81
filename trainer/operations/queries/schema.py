"""Whether the database stands in the revision that this release knows."""

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

MIGRATIONS = Path(__file__).parents[2] / "migrations"
UPGRADE = "trainer db upgrade"


def alembic_config() -> Config:
    """Return what Alembic needs to find the migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


@cache
def known_revisions() -> tuple[str, ...]:
    """Return every revision this release knows, the newest first."""
    script = ScriptDirectory.from_config(alembic_config())
    return tuple(revision.revision for revision in script.walk_revisions())


def schema_problem(engine: Engine) -> str:
    """Say what keeps the database from being used, and the mend; "" when nothing."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = known_revisions()
    if current == known[0]:
        return ""
    if current is None:
        return f"The database is empty. Prepare it with: {UPGRADE}"
    if current in known:
        return f"The database is older than this release. Bring it up with: {UPGRADE}"
    return (
        f"The database has revision {current}, which this release does not know: "
        "it was made by a newer one. Install that release, or restore a backup."
    )
