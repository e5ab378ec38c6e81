"""Make rows for tests: plain typed functions that add and flush."""

import uuid
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.accounts.models import Ministry, Mission, Person, Posting, RoleGrant
from trainer.courses.model import (
    Check,
    Course,
    Feedback,
    Lesson,
    Module,
    Option,
    Prose,
    Question,
    Quiz,
)
from trainer.publishing.commands import publish
from trainer.publishing.models import Publication

DAY_ONE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def make_ministry(session: Session, code: str = "demo") -> Ministry:
    found = session.scalar(select(Ministry).where(Ministry.code == code))
    if found is not None:
        return found
    ministry = Ministry(code=code, name=f"Ministry of {code.title()}")
    session.add(ministry)
    session.flush()
    return ministry


def make_mission(
    session: Session, ministry: Ministry, name: str = "Embassy in Northport"
) -> Mission:
    query = select(Mission).where(
        Mission.ministry_id == ministry.id, Mission.name == name
    )
    found = session.scalar(query)
    if found is not None:
        return found
    mission = Mission(ministry_id=ministry.id, name=name)
    session.add(mission)
    session.flush()
    return mission


def make_person(
    session: Session,
    email: str = "learner@demo.example",
    *,
    roles: tuple[str, ...] = ("learner",),
    ministry: str = "demo",
    mission: str = "Embassy in Northport",
    password_hash: str | None = None,
) -> Person:
    """Add an account with a posting and roles; the name follows from the address."""
    home = make_ministry(session, ministry)
    place = make_mission(session, home, mission)
    given, family = email.split("@")[0].title(), "Diplomat"
    person = Person(
        ministry_id=home.id,
        email=email,
        name=f"{given} {family}",
        staff_number=f"S-{uuid.uuid5(uuid.NAMESPACE_DNS, email).hex[:8]}",
        password_hash=password_hash,
        recorded_at=DAY_ONE,
    )
    session.add(person)
    session.flush()
    session.add(
        Posting(
            ministry_id=home.id,
            person_id=person.id,
            mission_id=place.id,
            name=person.name,
            family_name=family,
            given_name=given,
            email=email,
            from_on=date(2026, 1, 1),
            recorded_at=DAY_ONE,
        )
    )
    for role in roles:
        session.add(RoleGrant(person_id=person.id, role=role, recorded_at=DAY_ONE))
    session.flush()
    return person


def make_question(question_id: str = "q1", points: int = 1) -> Question:
    return Question(
        id=question_id,
        type="single",
        stem=f"Stem of {question_id}",
        points=points,
        options=(
            Option("Wrong one", 0.0, feedback="Feedback to the wrong one"),
            Option("Right one", 1.0, is_correct=True, feedback="Feedback to the right"),
            Option("Other one", 0.0),
        ),
        feedback=Feedback(explanation=f"Explanation of {question_id}"),
    )


def make_lesson(lesson_id: str = "lesson-1", checks: int = 1) -> Lesson:
    blocks = [Check(make_question(f"check-{n + 1}", 0)) for n in range(checks)]
    return Lesson(
        id=lesson_id,
        title=f"Title of {lesson_id}",
        minutes=8,
        blocks=(Prose("## Situation\n\nSome *text*."), *blocks),
        language="en",
    )


def make_quiz(quiz_id: str = "quiz-1", questions: int = 3, **settings: object) -> Quiz:
    return Quiz(
        id=quiz_id,
        title=f"Title of {quiz_id}",
        questions=tuple(make_question(f"q{n + 1}") for n in range(questions)),
        language="en",
        **settings,  # type: ignore[arg-type]  # checked by the dataclass's users
    )


def make_course(course_id: str = "course-1", **settings: object) -> Course:
    """Return a course of two lessons and a quiz; `activities` replaces them."""
    activities = settings.pop(
        "activities", (make_lesson("lesson-1"), make_lesson("lesson-2"), make_quiz())
    )
    return Course(
        id=course_id,
        title=f"Title of {course_id}",
        language="en",
        modules=(Module("module-1", "First module", activities),),  # type: ignore[arg-type]  # a tuple of activities
        **settings,  # type: ignore[arg-type]  # checked by the dataclass's users
    )


def publish_course(session: Session, course: Course | None = None) -> Publication:
    """Deliver a course from now on and return its publication."""
    publication = publish(session, course or make_course(), {}, DAY_ONE)
    assert publication is not None
    session.flush()
    return publication
