"""Whether the database stands in the revision that this release knows."""

from functools import cache
from pathlib import Path

from sqlalchemy import Engine, column, inspect, select, table

MIGRATIONS = Path(__file__).parents[2] / "migrations"
UPGRADE = "trainer db upgrade"
VERSION = table("alembic_version", column("version_num"))


@cache
def known_revisions() -> tuple[str, ...]:
    """Return every revision this release knows, the newest first.

    A migration is a file `0001_name.py`: reading the names spares every start the
    loading of Alembic.
    """
    names = (MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")
    return tuple(sorted((path.name[:4] for path in names), reverse=True))


def current_revision(engine: Engine) -> str | None:
    """Return the revision that the database says it has, or nothing."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(VERSION.name):
            return None
        revision = connection.scalar(select(VERSION.c.version_num))
    return None if revision is None else str(revision)


def schema_problem(engine: Engine) -> str:
    """Say what keeps the database from being used, and the mend; "" when nothing."""
    current, known = current_revision(engine), known_revisions()
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
