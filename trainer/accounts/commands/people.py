"""People added, moved, imported and gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from trainer.accounts import queries, rules
from trainer.accounts.commands.accounts import deactivate, end_everything
from trainer.accounts.models import Ministry, Mission, Person, Posting, RoleGrant
from trainer.errors import ConflictError, InvalidError

if TYPE_CHECKING:
    import uuid
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from trainer.accounts.rules import Staff


def find_ministry(session: Session, code: str, name: str = "") -> Ministry:
    """Return the ministry of that code; make it when a full name is given."""
    found = session.scalar(select(Ministry).where(Ministry.code == code))
    if found is not None:
        return found
    if not name:
        message = f"There is no ministry {code}. To make it, write {code}:Full name."
        raise InvalidError(message)
    ministry = Ministry(code=code, name=name)
    session.add(ministry)
    session.flush()
    return ministry


def find_mission(session: Session, ministry_id: uuid.UUID, name: str) -> Mission:
    """Return the mission of that name, made when it is new."""
    own = select(Mission).where(
        Mission.ministry_id == ministry_id, Mission.name == name
    )
    mission = session.scalar(own)
    if mission is None:
        mission = Mission(ministry_id=ministry_id, name=name)
        session.add(mission)
        session.flush()
    return mission


def create_person(
    session: Session, staff: Staff, now: datetime, password_hash: str | None = None
) -> Person:
    """Add a person with a first posting and their roles, learner always among them."""
    email = rules.plain_email(staff.email)
    ministry = find_ministry(session, staff.ministry_code, staff.ministry_name)
    _refuse_taken(session, ministry.id, email, staff.staff_number)
    person = Person(
        ministry_id=ministry.id,
        email=email,
        name=staff.name,
        staff_number=staff.staff_number,
        password_hash=password_hash,
        language=staff.language or None,
        recorded_at=now,
    )
    session.add(person)
    session.flush()
    mission = find_mission(session, ministry.id, staff.mission)
    session.add(posting_of(person, staff, mission.id, now.date(), now))
    for role in dict.fromkeys(("learner", *staff.roles)):
        session.add(RoleGrant(person_id=person.id, role=role, recorded_at=now))
    session.flush()
    return person


def _refuse_taken(
    session: Session, ministry_id: uuid.UUID, email: str, staff_number: str
) -> None:
    """Raise ConflictError when the address or the staff number is somebody else's."""
    if session.scalar(select(Person.id).where(Person.email == email)):
        raise ConflictError(f"There is already an account for {email}.")
    number = select(Person.id).where(
        Person.ministry_id == ministry_id, Person.staff_number == staff_number
    )
    if session.scalar(number):
        raise ConflictError(f"Staff number {staff_number} is already taken.")


def posting_of(
    person: Person, staff: Staff, mission_id: uuid.UUID, from_on: date, now: datetime
) -> Posting:
    """Return the dated row of where a person serves."""
    return Posting(
        ministry_id=person.ministry_id,
        person_id=person.id,
        mission_id=mission_id,
        unit=staff.unit,
        grade=staff.grade,
        name=staff.name,
        family_name=staff.family_name,
        given_name=staff.given_name,
        email=rules.plain_email(staff.email),
        from_on=from_on,
        recorded_at=now,
    )


def move(
    session: Session, person: Person, staff: Staff, from_on: date, now: datetime
) -> bool:
    """Record where and under what name a person serves from a day; False if known."""
    mission = find_mission(session, person.ministry_id, staff.mission)
    posting = posting_of(person, staff, mission.id, from_on, now)
    standing = queries.posting_as_of(session, person.id, from_on)
    if standing is not None and detail_of(standing) == detail_of(posting):
        return False
    taken = select(Person.id).where(
        Person.email == posting.email, Person.id != person.id
    )
    if session.scalar(taken):
        raise ConflictError(f"There is already an account for {posting.email}.")
    session.add(posting)
    person.name = staff.name
    person.is_active |= standing is not None and standing.is_left
    if person.email != posting.email:
        person.email = posting.email
        end_everything(session, person.id)
    session.flush()
    return True


def detail_of(posting: Posting) -> tuple[object, ...]:
    """Return what makes one posting differ from another."""
    return (
        posting.mission_id,
        posting.unit,
        posting.grade,
        posting.name,
        posting.family_name,
        posting.given_name,
        posting.email,
        posting.is_left,
    )


def leave(session: Session, person: Person, on: date, now: datetime) -> None:
    """End a person's service from a day up to today, and close the account."""
    if on > now.date():
        raise InvalidError("The day of leaving may not be in the future.")
    standing = queries.posting_as_of(session, person.id, on)
    if standing is None:
        raise InvalidError(f"{person.email} did not serve yet on {on}.")
    left = Posting(
        ministry_id=standing.ministry_id,
        person_id=standing.person_id,
        mission_id=standing.mission_id,
        unit=standing.unit,
        grade=standing.grade,
        name=standing.name,
        family_name=standing.family_name,
        given_name=standing.given_name,
        email=standing.email,
        from_on=on,
        is_left=True,
        recorded_at=now,
    )
    session.add(left)
    deactivate(session, person.id)
