from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests import make
from trainer.accounts.models import Person, Posting
from trainer.assessment.models import Allowance, Attempt, Grading
from trainer.courses.catalogue import Catalogue, CatalogueEntry
from trainer.courses.model import Course, Lesson
from trainer.database import unit
from trainer.enrolment.commands import assign
from trainer.progress import commands
from trainer.progress.queries import report
from trainer.progress.queries.columns import COLUMNS
from trainer.progress.rules import CourseProgress

Result = TypeVar("Result")
FIRST = date(2026, 11, 2)


def at(day: int, hour: int = 9) -> datetime:
    """Return an hour of a day, day 1 being the first."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, hour, tzinfo=UTC) + timedelta(
        days=day - 1
    )


@dataclass
class Office:
    """A database with a published course, and everything that may happen in it."""

    engine: Engine
    entry: CatalogueEntry
    people: dict[str, UUID] = field(default_factory=dict)

    @property
    def course(self) -> Course:
        return self.entry.course

    def lesson(self, place: int) -> Lesson:
        lesson = self.course.activities[place]
        assert isinstance(lesson, Lesson)
        return lesson

    def do(self, work: Callable[[Session], Result]) -> Result:
        return unit(self.engine, work)

    def hire(
        self, name: str, ministry: str = "demo", mission: str = "Embassy in Northport"
    ) -> UUID:
        email = f"{name}@{ministry}.example"
        person = self.do(
            lambda s: make.make_person(s, email, ministry=ministry, mission=mission).id
        )
        self.people[name] = person
        return person

    def publish(self, course: Course) -> None:
        publication = self.do(lambda s: make.publish_course(s, course))
        self.entry = CatalogueEntry(
            course, publication.digest or "", publication.number
        )

    def act(
        self, person: UUID, now: datetime, *facts: Callable[[Session], object]
    ) -> CourseProgress:
        def work(session: Session) -> CourseProgress | None:
            for fact in facts:
                fact(session)
            return commands.settle(session, person, self.entry, now)

        progress = self.do(work)
        assert progress is not None
        return progress

    def open(self, person: UUID, now: datetime) -> bool:
        return self.do(lambda s: commands.open_course(s, person, self.entry, now))

    def assign(self, person: UUID, due_on: date | None, now: datetime) -> None:
        self.act(person, now, lambda s: assign(s, person, self.course.id, due_on, now))

    def finish(self, person: UUID, lesson_id: str, now: datetime) -> CourseProgress:
        lesson = next(a for a in self.course.activities if a.id == lesson_id)
        assert isinstance(lesson, Lesson)

        def answer(session: Session) -> None:
            for check in lesson.checks:
                commands.answer_check(
                    session, person, self.entry, lesson, check, 2, now
                )

        def complete(session: Session) -> None:
            commands.complete_lesson(session, person, self.entry, lesson_id, now)

        return self.act(person, now, answer, complete)

    def sit(
        self, person: UUID, score: int, now: datetime, quiz_id: str = "quiz-1"
    ) -> CourseProgress:
        return self.act(
            person, now, lambda s: make_attempt(s, self, person, quiz_id, score, now)
        )

    def move(self, person: UUID, now: datetime, **changes: object) -> None:
        def work(session: Session) -> None:
            known = session.get_one(Person, person)
            mission = make.make_mission(
                session,
                make.make_ministry(session),
                str(changes.pop("mission", "Embassy in Northport")),
            )
            values: dict[str, Any] = {
                "name": known.name,
                "family_name": "Diplomat",
                "email": known.email,
                "from_on": now.date(),
                **changes,
            }
            session.add(
                Posting(
                    ministry_id=known.ministry_id,
                    person_id=person,
                    mission_id=mission.id,
                    recorded_at=now,
                    **values,
                )
            )
            session.flush()
            catalogue = Catalogue((self.entry,))
            commands.restate(session, person, catalogue, now)

        self.do(work)

    def rows(
        self, now: datetime, day: date | None = None, **asked: object
    ) -> list[dict[str, Any]]:
        """Return the report of the first ministry, as named values."""
        ministry = str(asked.pop("ministry", "demo"))
        with Session(self.engine) as session:
            home = make.make_ministry(session, ministry).id
        query = report.report_as_of(day, now, home)
        query = replace(query, **asked)  # type: ignore[arg-type]  # fields of the query
        found = [row for page in report.report_rows(self.engine, query) for row in page]
        return [dict(zip(COLUMNS, row, strict=False)) for row in found]


def make_attempt(
    session: Session,
    office: Office,
    person: UUID,
    quiz_id: str,
    score: int,
    now: datetime,
) -> None:
    """Add a graded attempt as the assessment leaves it."""
    known = (
        session.query(Allowance)
        .filter_by(person_id=person, course_id=office.course.id, quiz_id=quiz_id)
        .first()
    )
    allowance = known or Allowance(
        person_id=person,
        course_id=office.course.id,
        quiz_id=quiz_id,
        attempts_max=100,
    )
    session.add(allowance)
    session.flush()
    allowance.attempts_used += 1
    session.flush()
    attempt = Attempt(
        allowance_id=allowance.id,
        person_id=person,
        course_id=office.course.id,
        quiz_id=quiz_id,
        digest=office.entry.digest,
        number=allowance.attempts_used,
        seed="00",
        token_key="00",
        started_at=now,
    )
    session.add(attempt)
    session.flush()
    attempt.state, attempt.closed_at = "submitted", now
    session.flush()
    session.add(
        Grading(
            attempt_id=attempt.id,
            revision=1,
            upto_event=0,
            grader="1",
            score=score,
            pass_mark=700,
            is_passed=score >= 700,
            marks={},
            recorded_at=now,
        )
    )
    session.flush()
    attempt.state = "graded"
    session.flush()


@pytest.fixture
def office(engine: Engine) -> Office:
    course = make.make_course()
    publication = unit(engine, lambda s: make.publish_course(s, course))
    entry = CatalogueEntry(course, publication.digest or "", publication.number)
    return Office(engine, entry)
