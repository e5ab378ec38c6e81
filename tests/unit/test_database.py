import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from tests.make import DAY_ONE, make_ministry
from trainer.accounts.models import Ministry
from trainer.database import (
    PRAGMAS,
    clock_difference,
    connect,
    engine_options,
    unit,
)
from trainer.errors import SettingError, UnavailableError
from trainer.publishing.models import CatalogueRevision, ContentVersion


def count_ministries(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Ministry)) or 0


def test_a_unit_keeps_what_it_wrote(engine: Engine) -> None:
    ministry = unit(engine, make_ministry)
    assert ministry.code == "demo"
    assert count_ministries(engine) == 1


def test_a_unit_that_fails_keeps_nothing(engine: Engine) -> None:
    def work(session: Session) -> None:
        make_ministry(session)
        raise LookupError

    with pytest.raises(LookupError):
        unit(engine, work)
    assert count_ministries(engine) == 0


def test_a_lost_race_for_a_unique_row_is_run_again(engine: Engine) -> None:
    rounds: list[int] = []

    def work(session: Session) -> None:
        rounds.append(1)
        if len(rounds) == 1:
            unit_of_the_other(session)
        make_ministry(session)

    def unit_of_the_other(session: Session) -> None:
        session.add(Ministry(code="demo", name="First"))
        session.flush()
        session.add(Ministry(code="demo", name="Second"))
        session.flush()

    unit(engine, work)
    assert len(rounds) == 2
    assert count_ministries(engine) == 1


def test_a_broken_rule_is_raised_after_the_last_round(engine: Engine) -> None:
    def work(session: Session) -> None:
        session.add(CatalogueRevision(id=2, number=1))

    with pytest.raises(IntegrityError):
        unit(engine, work)


def test_fifty_writers_at_once_all_get_through(engine: Engine) -> None:
    def work(session: Session) -> None:
        session.execute(
            text("UPDATE catalogue_revision SET number = number + 1 WHERE id = 1")
        )

    unit(engine, lambda session: session.add(CatalogueRevision(id=1, number=0)))
    threads = [threading.Thread(target=unit, args=(engine, work)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        assert session.scalar(select(CatalogueRevision.number)) == 20


def test_a_database_that_stays_locked_is_unavailable(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    holder, engine = connect(url), connect(url)
    with holder.execution_options(write=True).connect() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
        with engine.connect() as impatient:
            impatient.exec_driver_sql("PRAGMA busy_timeout=1")
        with pytest.raises(UnavailableError, match="Try again"):
            unit(engine, lambda session: session.execute(text("SELECT 1")))
    holder.dispose()
    engine.dispose()


def test_a_moment_comes_back_to_the_microsecond(engine: Engine) -> None:
    moment = datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC)
    version = ContentVersion(
        digest="d", course_id="c", bundle=b"{}", recorded_at=moment
    )
    unit(engine, lambda session: session.add(version))
    with Session(engine) as session:
        kept = session.scalars(select(ContentVersion)).one()
        assert kept.recorded_at == moment
        assert kept.recorded_at.tzinfo is UTC
        later = ContentVersion.recorded_at > moment - timedelta(microseconds=1)
        assert session.scalar(select(func.count()).where(later)) == 1


def test_a_moment_without_a_time_zone_is_refused(session: Session) -> None:
    naive = DAY_ONE.replace(tzinfo=None)
    query = select(ContentVersion).where(ContentVersion.recorded_at == naive)
    with pytest.raises(Exception, match="time zone"):
        session.execute(query)


def test_every_sqlite_connection_is_durable_and_guarded(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with engine.connect() as connection:
        for name, value in PRAGMAS.items():
            found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            assert found == value, name
    engine.dispose()


def test_postgresql_waits_for_the_disk(postgresql_url: str) -> None:
    engine = connect(postgresql_url)
    with engine.connect() as connection:
        shown = connection.execute(text("SHOW synchronous_commit")).scalar()
        assert shown == "on"
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "3s"
    engine.dispose()


def test_an_address_of_neither_database_is_refused_with_the_mend() -> None:
    with pytest.raises(SettingError, match="sqlite:///"):
        engine_options("mysql://x")


def test_a_folder_that_is_not_there_cannot_be_opened(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'nowhere' / 'x.sqlite'}")
    with pytest.raises((UnavailableError, OperationalError)):
        unit(engine, lambda session: session.execute(text("SELECT 1")))


def test_the_clocks_of_application_and_database_are_compared(session: Session) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - compared with the database's own clock
    assert abs(clock_difference(session, now)) < timedelta(seconds=2)


def test_row_ids_are_opaque(session: Session) -> None:
    assert make_ministry(session).id.version == uuid.uuid4().version


def test_a_unit_inside_another_is_refused_at_once(engine: Engine) -> None:
    def work(_session: Session) -> None:
        unit(engine, make_ministry)

    with pytest.raises(RuntimeError, match="inside another"):
        unit(engine, work)
    assert unit(engine, make_ministry).code == "demo"
