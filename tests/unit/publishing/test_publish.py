from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.make import DAY_ONE, make_course, publish_course
from trainer.database import unit
from trainer.errors import NotFoundError
from trainer.publishing import commands, queries

LATER = DAY_ONE + timedelta(days=1)


def test_a_published_course_is_delivered(session: Session) -> None:
    publication = publish_course(session)
    entry = queries.load_catalogue(session).course("course-1")
    assert entry is not None
    assert entry.course == make_course()
    assert (entry.number, entry.digest) == (1, publication.digest)
    assert queries.current_revision(session) == 1


def test_the_same_course_is_published_once(session: Session) -> None:
    publish_course(session)
    assert commands.publish(session, make_course(), {}, LATER) is None
    assert queries.current_revision(session) == 1


def test_a_change_is_a_new_version_and_the_old_one_stays(session: Session) -> None:
    first = publish_course(session)
    changed = make_course(summary="Now with a summary")
    second = commands.publish(session, changed, {}, LATER)
    assert second is not None
    assert second.number == 2
    assert first.digest is not None
    assert queries.load_version(session, first.digest) == make_course()
    entry = queries.load_catalogue(session).course("course-1")
    assert entry is not None
    assert entry.course == changed


def test_going_back_to_an_old_text_is_a_new_number_for_the_old_version(
    session: Session,
) -> None:
    first = publish_course(session)
    commands.publish(session, make_course(summary="Other"), {}, LATER)
    again = commands.publish(session, make_course(), {}, LATER + timedelta(days=1))
    assert again is not None
    assert (again.number, again.digest) == (3, first.digest)
    assert first.digest is not None
    assert queries.version_number(session, "course-1", first.digest) == 3


def test_a_withdrawn_course_is_not_delivered_and_its_version_stays(
    session: Session,
) -> None:
    first = publish_course(session)
    assert commands.withdraw(session, "course-1", LATER) is not None
    session.flush()
    assert commands.withdraw(session, "course-1", LATER) is None
    assert queries.load_catalogue(session).course("course-1") is None
    assert first.digest is not None
    assert queries.load_version(session, first.digest) == make_course()


def test_an_unknown_version_is_not_found(session: Session) -> None:
    with pytest.raises(NotFoundError):
        queries.load_version(session, "0" * 64)


def test_a_failed_publication_leaves_nothing(engine: Engine) -> None:
    def work(session: Session) -> None:
        publish_course(session)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        unit(engine, work)
    with Session(engine) as session:
        assert queries.current_revision(session) == 0
        assert queries.load_catalogue(session).course("course-1") is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE content_version SET course_id = 'other'",
        "UPDATE publication SET number = 7",
    ],
)
def test_what_was_published_cannot_be_changed(session: Session, change: str) -> None:
    publish_course(session)
    with pytest.raises(IntegrityError, match="guard"):
        session.execute(text(change))
