from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests import make
from trainer.database import unit
from trainer.enrolment import commands, queries
from trainer.enrolment.models import Assignment
from trainer.errors import NotFoundError

NOW = make.DAY_ONE


def test_a_place_is_given_once_however_many_ask_at_once(engine: Engine) -> None:
    person = unit(engine, lambda s: make.make_person(s).id)

    def enrol(_number: int) -> bool:
        return unit(engine, lambda s: commands.enrol(s, person, "course-1", NOW))

    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(enrol, range(8)))
    assert given.count(True) == 1
    with Session(engine) as session:
        assert queries.enrolled_courses(session, person) == ["course-1"]


def test_the_latest_order_stands_and_the_same_one_is_not_repeated(
    session: Session,
) -> None:
    person = make.make_person(session).id
    for number, due in enumerate((date(2026, 12, 1), date(2026, 12, 9), None, None)):
        now = NOW + timedelta(hours=number)
        commands.assign(session, person, "course-1", due, now)
    assert queries.due_dates(session, person) == {"course-1": None}
    assert session.scalar(select(func.count()).select_from(Assignment)) == 3
    assert queries.enrolled_courses(session, person) == []


def test_a_course_for_those_assigned_opens_for_them_alone(session: Session) -> None:
    course = make.make_course(audience="assigned")
    person = make.make_person(session).id
    with pytest.raises(NotFoundError):
        commands.admit(session, person, course, NOW)
    commands.assign(session, person, course.id, None, NOW)
    assert commands.admit(session, person, course, NOW) is True
    assert commands.admit(session, person, course, NOW) is False
    assert queries.may_open(session, person, make.make_course("open"))
