"""A ministry to look at: people, orders and a history made of real facts."""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from trainer.accounts.commands.people import create_person
from trainer.accounts.models import Person
from trainer.accounts.rules import Staff
from trainer.assessment.commands import save_answer, start_attempt, submit
from trainer.assessment.rules.saving import Save
from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.model import Lesson, Question, Quiz
from trainer.database import unit
from trainer.enrolment.commands import assign
from trainer.progress.commands import (
    answer_check,
    complete_lesson,
    open_course,
    settle,
)

HISTORY = timedelta(days=60)
MISSIONS = (
    "Embassy in Port Sabel",
    "Embassy in Northport",
    "Consulate-General in Lintang Bay",
    "Permanent Mission in Lakeside",
    "Directorate for Information",
)
UNITS = ("Chancery", "Consular section", "Information section", "Economic section")
GRADES = ("Third Secretary", "Second Secretary", "First Secretary", "Counsellor")
HOME, OTHER = "demo:Demonstration Ministry", "other:Second Demonstration Ministry"
ACCOUNTS = (
    ("learner@demo.example", HOME, 0, ()),
    ("learner2@demo.example", HOME, 1, ()),
    ("author@demo.example", HOME, 4, ("author",)),
    ("tutor@demo.example", HOME, 4, ("tutor",)),
    ("officer@demo.example", HOME, 4, ("officer",)),
    ("admin@demo.example", HOME, 4, ("administrator",)),
    ("learner@other.example", OTHER, 2, ()),
    ("officer@other.example", OTHER, 3, ("officer",)),
)
DEVICE = "demonstration"
RIGHT_PER_CENT = 86


@dataclass(frozen=True, slots=True)
class Account:
    """One account that a visitor may sign in with."""

    email: str
    roles: tuple[str, ...]
    ministry: str


def is_empty(session: Session) -> bool:
    """Say whether nobody has an account yet."""
    return session.scalar(select(func.count()).select_from(Person)) == 0


def make_accounts(engine: Engine, password_hash: str, now: datetime) -> list[Account]:
    """Add the eight accounts that visitors sign in with."""
    began = now - HISTORY

    def work(session: Session) -> None:
        for number, (email, ministry, place, roles) in enumerate(ACCOUNTS, 1):
            label = email.split("@")[0].capitalize()
            staff = _staff(number, f"D{number:04}", ministry, place, label)
            account = replace(staff, email=email, roles=roles)
            create_person(session, account, began, password_hash)

    unit(engine, work)
    return [
        Account(email, ("learner", *roles), ministry.partition(":")[2])
        for email, ministry, _place, roles in ACCOUNTS
    ]


def make_learners(
    engine: Engine, entry: CatalogueEntry, count: int, now: datetime
) -> Iterator[int]:
    """Add learners with a history each, and yield how many there are so far."""
    for number in range(1, count + 1):
        unit(engine, _learner_with_history(entry, number, now))
        yield number


def order_accounts(engine: Engine, entry: CatalogueEntry, now: datetime) -> None:
    """Assign the course to the two demonstration learners, one of them late."""

    def work(session: Session) -> None:
        for email, days in (
            ("learner@demo.example", 14),
            ("learner2@demo.example", -3),
        ):
            person = session.scalars(select(Person).where(Person.email == email)).one()
            due_on = (now + timedelta(days=days)).date()
            ordered_at = now - timedelta(days=20)
            assign(session, person.id, entry.course.id, due_on, ordered_at)
            settle(session, person.id, entry, ordered_at)

    unit(engine, work)


@dataclass(frozen=True, slots=True)
class _Journey:
    """One demonstration learner on their way through a course."""

    session: Session
    entry: CatalogueEntry
    person_id: uuid.UUID
    number: int

    def chance(self, what: str, sides: int) -> int:
        """Return a whole number below `sides`, always the same for this learner."""
        return _chance(what, self.number, sides)


def _learner_with_history(
    entry: CatalogueEntry, number: int, now: datetime
) -> Callable[[Session], None]:
    """Return the work that adds one learner and what they did so far."""

    def work(session: Session) -> None:
        joined = now - HISTORY
        place = _chance("place", number, len(MISSIONS))
        staff = _staff(number, f"L{number:05}", HOME, place, f"Learner {number:04}")
        person = create_person(session, staff, joined, None)
        journey = _Journey(session, entry, person.id, number)
        ordered_at = joined + timedelta(days=1 + journey.chance("ordered", 5))
        due_on = (now + timedelta(days=journey.chance("due", 60) - 25)).date()
        assign(session, person.id, entry.course.id, due_on, ordered_at)
        settle(session, person.id, entry, ordered_at)
        began = timedelta(
            days=1 + journey.chance("begin", 34), minutes=journey.chance("minute", 900)
        )
        _learn(journey, ordered_at + began)

    return work


def _learn(journey: _Journey, moment: datetime) -> None:
    """Take a learner as far through the course as their number says."""
    activities = journey.entry.course.activities
    reach = journey.chance("reach", len(activities) + 3)
    if reach == 0:
        return
    open_course(journey.session, journey.person_id, journey.entry, moment)
    for step, activity in enumerate(activities[:reach], 1):
        moment += timedelta(hours=5 + journey.chance(f"pause {step}", 60))
        if isinstance(activity, Lesson):
            _take_lesson(journey, activity, moment)
        else:
            _take_quiz(journey, activity, moment)


def _take_lesson(journey: _Journey, lesson: Lesson, moment: datetime) -> None:
    """Answer every check of a lesson and complete it."""
    session, person_id, entry = journey.session, journey.person_id, journey.entry
    for question in lesson.checks:
        response = _response(question, is_right=True)
        answer_check(session, person_id, entry, lesson, question, response, moment)
        moment += timedelta(minutes=3)
    complete_lesson(session, person_id, entry, lesson.id, moment)
    settle(session, person_id, entry, moment)


def _take_quiz(journey: _Journey, quiz: Quiz, moment: datetime) -> None:
    """Sit a quiz once, with some answers wrong, and hand it in."""
    session, person_id, entry = journey.session, journey.person_id, journey.entry
    attempt = start_attempt(session, person_id, entry, quiz, moment)
    for n, question in enumerate(quiz.questions, 1):
        is_right = journey.chance(question.id, 100) < RIGHT_PER_CENT
        save = Save(
            key=str(uuid.uuid5(attempt.id, question.id)),
            question_id=question.id,
            response=_response(question, is_right=is_right),
            device=DEVICE,
            seq=n,
        )
        save_answer(session, person_id, attempt.id, save, moment)
        moment += timedelta(seconds=40)
    submit(session, person_id, attempt.id, {}, moment)
    settle(session, person_id, entry, moment)


def _response(question: Question, *, is_right: bool) -> object:
    """Return a right or a wrong response to a question."""
    positions = [
        n
        for n, option in enumerate(question.options, 1)
        if option.is_correct is is_right
    ]
    match question.type:
        case "multiple":
            return positions
        case "truefalse":
            return question.truth is is_right
        case "text" | "number":
            return _typed(question) if is_right else "0"
        case _:
            return positions[0] if positions else 1


def _typed(question: Question) -> str:
    """Return a typed answer that is worth the most."""
    best = max(question.accepted, key=lambda accepted: accepted.weight)
    return f"{best.low:g}" if best.low is not None else best.text


def _staff(
    number: int, staff_number: str, ministry: str, place: int, label: str
) -> Staff:
    """Return a staff line for a demonstration person."""
    return Staff(
        staff_number=staff_number,
        name=f"Demo {label}",
        family_name=label,
        given_name="Demo",
        email=f"{staff_number.lower()}@demo.example",
        ministry=ministry,
        mission=MISSIONS[place],
        unit=UNITS[_chance("unit", number, len(UNITS))],
        grade=GRADES[_chance("grade", number, len(GRADES))],
    )


def _chance(what: str, number: int, sides: int) -> int:
    """Return a whole number from 0 below `sides`, always the same for the same."""
    digest = hashlib.sha256(f"{what}:{number}".encode()).digest()
    return int.from_bytes(digest[:6], "big") % sides
