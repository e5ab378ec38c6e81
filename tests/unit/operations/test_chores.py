from datetime import timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests.make import (
    DAY_ONE,
    make_course,
    make_lesson,
    make_person,
    publish_course,
)
from tests.sitting import seat
from trainer.accounts.models import SignIn
from trainer.assessment.models import Attempt
from trainer.database import unit
from trainer.operations.commands import chores
from trainer.progress.commands import complete_lesson, open_course, settle
from trainer.progress.models import ReportLine
from trainer.publishing.queries import load_catalogue


def test_an_attempt_whose_time_is_over_is_closed_marked_and_reported(
    engine: Engine,
) -> None:
    sitting = seat(engine, time_limit=30)
    sitting.do(lambda s: open_course(s, sitting.person_id, sitting.entry, DAY_ONE))
    sitting.start()
    with Session(engine) as session:
        catalogue = load_catalogue(session)
    soon, later = DAY_ONE + timedelta(minutes=29), DAY_ONE + timedelta(minutes=31)
    assert chores.sweep_attempts(engine, catalogue, soon) == 0
    assert chores.sweep_attempts(engine, catalogue, later) == 1
    assert chores.sweep_attempts(engine, catalogue, later) == 0
    with Session(engine) as session:
        attempt = session.scalars(select(Attempt)).one()
        standing = select(ReportLine).where(ReportLine.superseded_at.is_(None))
        line = session.scalars(standing).one()
    assert attempt.state == "released"
    assert attempt.closed_at == DAY_ONE + timedelta(minutes=30)
    assert (line.attempts, line.best_score) == (1, 0)


def test_sign_ins_that_have_ended_are_cleared_away(
    engine: Engine, session: Session
) -> None:
    person = make_person(session)
    for name, ends in (("old", 1), ("young", 12)):
        session.add(
            SignIn(
                token_hash=name,
                person_id=person.id,
                auth_epoch=0,
                csrf_secret="x",
                started_at=DAY_ONE,
                seen_at=DAY_ONE + timedelta(hours=ends),
                ends_at=DAY_ONE + timedelta(hours=ends),
            )
        )
    session.commit()
    chores.sweep_sign_ins(engine, DAY_ONE + timedelta(hours=11, minutes=50))
    with Session(engine) as after:
        assert list(after.scalars(select(SignIn.token_hash))) == ["young"]


def test_lines_that_no_past_day_shows_are_removed_and_no_others(
    engine: Engine, session: Session
) -> None:
    publish_course(session)
    person = make_person(session)
    catalogue = load_catalogue(session)
    entry = catalogue.course("course-1")
    assert entry is not None
    open_course(session, person.id, entry, DAY_ONE)
    session.commit()
    with Session(engine) as before:
        lines = before.scalar(select(func.count()).select_from(ReportLine))
    chores.renew_lines(engine, catalogue, DAY_ONE)
    chores.tidy_lines(engine, DAY_ONE + timedelta(days=2))
    with Session(engine) as after:
        assert after.scalar(select(func.count()).select_from(ReportLine)) == lines == 1


def test_people_on_the_way_follow_a_course_that_has_changed(engine: Engine) -> None:
    first, second = make_lesson("lesson-1", 0), make_lesson("lesson-2", 0)
    longer, shorter = (
        make_course(activities=activities) for activities in ((first, second), (first,))
    )

    def begin(session: Session) -> None:
        person = make_person(session)
        publish_course(session, longer)
        entry = load_catalogue(session).entries[0]
        complete_lesson(session, person.id, entry, "lesson-1", DAY_ONE)
        settle(session, person.id, entry, DAY_ONE)

    unit(engine, begin)
    unit(engine, lambda session: publish_course(session, shorter))
    with Session(engine) as session:
        catalogue = load_catalogue(session)
    for hours in (1, 2):
        chores.follow_versions(engine, catalogue, DAY_ONE + timedelta(hours=hours))
    with Session(engine) as session:
        lines = session.scalars(
            select(ReportLine).order_by(ReportLine.recorded_at)
        ).all()
    assert [(row.required_count, row.course_version) for row in lines] == [
        (2, 1),
        (1, 2),
    ]
    assert [row.completed_on for row in lines] == [None, DAY_ONE.date()]
