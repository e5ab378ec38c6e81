import re
import sqlite3
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from trainer.database import Base, connect
from trainer.operations.commands.schema import alembic_config, upgrade_schema
from trainer.operations.queries.schema import known_revisions, schema_problem


def load_models() -> None:
    import trainer.assessment.models
    import trainer.enrolment.models
    import trainer.progress.models  # noqa: F401 - fills the metadata


def sqlite_schema(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master "
            "WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
        ).fetchall()
    connection.close()
    return {squeeze(" ".join(str(value) for value in row)) for row in rows}


def squeeze(sql: str) -> str:
    return re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"\s+", " ", sql)).lower()


def sorted_parts(schema: set[str]) -> list[str]:
    """Compare a table by its parts, whatever their order."""
    return sorted(" ".join(sorted(re.split(r"[ ,()]", entry))) for entry in schema)


def test_the_head_equals_the_models_on_sqlite(tmp_path: Path) -> None:
    load_models()
    migrated = connect(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    upgrade_schema(migrated, tmp_path)
    fresh = connect(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    with fresh.execution_options(write=True).begin() as connection:
        Base.metadata.create_all(connection)
    for engine in (migrated, fresh):
        engine.dispose()
    one = sqlite_schema(tmp_path / "migrated.sqlite")
    two = sqlite_schema(tmp_path / "fresh.sqlite")
    assert any(entry.startswith("trigger") for entry in one)
    assert sorted_parts(one) == sorted_parts(two)


def test_the_head_equals_the_models_on_postgresql(
    postgresql_url: str, tmp_path: Path
) -> None:
    load_models()
    dumps = []
    for name in ("migrated", "fresh"):
        url = make_url(postgresql_url)
        maker = create_engine(url, isolation_level="AUTOCOMMIT")
        with maker.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        maker.dispose()
        engine = connect(url.set(database=name).render_as_string(hide_password=False))
        if name == "migrated":
            upgrade_schema(engine, tmp_path)
        else:
            with engine.begin() as connection:
                Base.metadata.create_all(connection)
        dumps.append(postgresql_schema(engine))
        engine.dispose()
    assert any(line.startswith("trigger") for line in dumps[0])
    assert dumps[0] == dumps[1]


def postgresql_schema(engine: Engine) -> list[str]:
    """Describe columns, constraints, indexes, triggers and functions as lines."""
    queries = {
        "column": "SELECT table_name, column_name, data_type, is_nullable, "
        "collation_name, column_default FROM information_schema.columns "
        "WHERE table_schema = 'public'",
        "constraint": "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "index": "SELECT tablename, indexname, indexdef FROM pg_indexes "
        "WHERE schemaname = 'public'",
        "trigger": "SELECT tgrelid::regclass, tgname, pg_get_triggerdef(oid) "
        "FROM pg_trigger WHERE NOT tgisinternal",
        "function": "SELECT proname, prosrc FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace",
    }
    lines = []
    with engine.connect() as connection:
        for kind, query in queries.items():
            for row in connection.execute(text(query)):
                line = f"{kind} " + " ".join(str(value) for value in row)
                if "alembic_version" not in line:
                    lines.append(re.sub(r"\s+", " ", line))
    return sorted(lines)


def test_an_empty_an_old_and_an_unknown_database_each_say_the_mend(
    tmp_path: Path,
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'trainer.sqlite'}")
    assert "trainer db upgrade" in schema_problem(engine)
    upgrade_schema(engine, tmp_path)
    assert schema_problem(engine) == ""
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "newer" in schema_problem(engine)
    engine.dispose()


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'trainer.sqlite'}")
    upgrade_schema(engine, tmp_path)
    before = sqlite_schema(tmp_path / "trainer.sqlite")
    upgrade_schema(engine, tmp_path)
    engine.dispose()
    assert sqlite_schema(tmp_path / "trainer.sqlite") == before


def test_revisions_are_numbered_in_one_line() -> None:
    revisions = known_revisions()
    expected = [f"{n:04}" for n in range(len(revisions), 0, -1)]
    assert list(revisions) == expected
    script = ScriptDirectory.from_config(alembic_config())
    assert list(revisions) == [one.revision for one in script.walk_revisions()]


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_the_guards_travel_with_the_package(name: str) -> None:
    place = Path(__file__).parents[1] / "trainer" / "migrations" / "versions"
    assert (place / f"0001_guards_{name}.sql").read_text(encoding="utf-8").strip()
