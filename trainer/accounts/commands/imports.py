"""Whole staff lists taken in at once, in few statements: everybody or nobody."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from trainer.accounts.commands.accounts import end_everything
from trainer.accounts.commands.people import detail_of, posting_of
from trainer.accounts.models import Ministry, Mission, Person, Posting, RoleGrant
from trainer.errors import ConflictError, InvalidError

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from trainer.accounts.rules import Staff


@dataclass(frozen=True, slots=True)
class Imported:
    """What a staff list changed."""

    created: tuple[uuid.UUID, ...]
    moved: tuple[uuid.UUID, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Register:
    """What is known of the ministries that a staff list names, and what is new."""

    ministries: dict[str, Ministry]
    missions: dict[tuple[uuid.UUID, str], uuid.UUID]
    people: dict[tuple[uuid.UUID, str], Person]
    owners: dict[str, uuid.UUID]
    roles: defaultdict[uuid.UUID, set[str]]
    postings: dict[uuid.UUID, Posting]
    offices: list[Ministry] = field(default_factory=list)
    places: list[Mission] = field(default_factory=list)
    newcomers: list[Person] = field(default_factory=list)
    rows: list[Posting | RoleGrant] = field(default_factory=list)
    ended: list[uuid.UUID] = field(default_factory=list)


def import_people(
    session: Session, staff: Sequence[tuple[int, Staff]], now: datetime
) -> Imported:
    """Add new people and move known ones (by staff number); all of them or nobody.

    Raises InvalidError with every line that cannot be taken.
    """
    register = _read(session, [row for _line, row in staff], now)
    created: list[uuid.UUID] = []
    moved: list[uuid.UUID] = []
    faults: list[str] = []
    for line, row in staff:
        try:
            person, is_new = _enter(register, row, now)
        except (ConflictError, InvalidError) as error:
            faults.append(f"line {line}: {error}")
            continue
        if is_new:
            created.append(person.id)
        elif _update(register, person, row, now):
            moved.append(person.id)
    if faults:
        raise InvalidError("\n".join(faults))
    stages = (register.offices, register.places, register.newcomers, register.rows)
    for stage in stages:
        session.add_all(stage)
        session.flush()
    for person_id in register.ended:
        end_everything(session, person_id)
    unchanged = len(staff) - len(created) - len(moved)
    return Imported(tuple(created), tuple(moved), unchanged)


def _read(session: Session, staff: Sequence[Staff], now: datetime) -> Register:
    """Read everything that a staff list could touch, in a few statements."""
    codes = {row.ministry_code for row in staff}
    ministries = session.scalars(select(Ministry).where(Ministry.code.in_(codes))).all()
    ids = [ministry.id for ministry in ministries]
    missions = session.scalars(select(Mission).where(Mission.ministry_id.in_(ids)))
    people = session.scalars(select(Person).where(Person.ministry_id.in_(ids)))
    roles: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    held = (
        select(RoleGrant.person_id, RoleGrant.role)
        .join(Person, RoleGrant.person_id == Person.id)
        .where(Person.ministry_id.in_(ids), RoleGrant.revoked_at.is_(None))
    )
    for person_id, role in session.execute(held):
        roles[person_id].add(role)
    served = (
        select(Posting)
        .where(Posting.ministry_id.in_(ids), Posting.from_on <= now.date())
        .order_by(Posting.from_on, Posting.recorded_at)
    )
    return Register(
        ministries={ministry.code: ministry for ministry in ministries},
        missions={(one.ministry_id, one.name): one.id for one in missions},
        people={(one.ministry_id, one.staff_number): one for one in people},
        owners=_owners(session, [row.email for row in staff]),
        roles=roles,
        postings={one.person_id: one for one in session.scalars(served)},
    )


def _owners(session: Session, emails: Sequence[str]) -> dict[str, uuid.UUID]:
    """Return whose each address is, wherever they serve."""
    owners: dict[str, uuid.UUID] = {}
    for start in range(0, len(emails), 500):
        some = emails[start : start + 500]
        found = select(Person.email, Person.id).where(Person.email.in_(some))
        owners |= {row.email: row.id for row in session.execute(found)}
    return owners


def _enter(register: Register, staff: Staff, now: datetime) -> tuple[Person, bool]:
    """Return the person of a row and whether they are new; refuse a taken address."""
    ministry = _ministry(register, staff)
    person = register.people.get((ministry.id, staff.staff_number))
    owner = register.owners.get(staff.email)
    if owner is not None and (person is None or owner != person.id):
        raise ConflictError(f"There is already an account for {staff.email}.")
    if person is not None:
        return person, False
    person = Person(
        ministry_id=ministry.id,
        email=staff.email,
        name=staff.name,
        staff_number=staff.staff_number,
        language=staff.language or None,
        recorded_at=now,
    )
    mission_id = _mission(register, ministry.id, staff.mission)
    register.newcomers.append(person)
    register.rows.append(posting_of(person, staff, mission_id, now.date(), now))
    register.rows.extend(
        RoleGrant(person_id=person.id, role=role, recorded_at=now)
        for role in dict.fromkeys(("learner", *staff.roles))
    )
    register.owners[staff.email] = person.id
    return person, True


def _ministry(register: Register, staff: Staff) -> Ministry:
    """Return the ministry of a row; it is made when its full name is given."""
    code, name = staff.ministry_code, staff.ministry_name
    found = register.ministries.get(code)
    if found is None:
        if not name:
            message = f"There is no ministry {code}. To make it, write {code}:Name."
            raise InvalidError(message)
        found = register.ministries[code] = Ministry(code=code, name=name)
        register.offices.append(found)
    return found


def _mission(register: Register, ministry_id: uuid.UUID, name: str) -> uuid.UUID:
    """Return the id of a mission, made when it is new."""
    key = (ministry_id, name)
    if key not in register.missions:
        mission = Mission(ministry_id=ministry_id, name=name)
        register.places.append(mission)
        register.missions[key] = mission.id
    return register.missions[key]


def _update(register: Register, person: Person, staff: Staff, now: datetime) -> bool:
    """Move a known person and add roles that are new; say whether anything changed."""
    mission_id = _mission(register, person.ministry_id, staff.mission)
    posting = posting_of(person, staff, mission_id, now.date(), now)
    standing = register.postings.get(person.id)
    has_moved = standing is None or detail_of(standing) != detail_of(posting)
    fresh = sorted(set(staff.roles) - register.roles[person.id])
    if has_moved:
        register.rows.append(posting)
        person.name = staff.name
        person.is_active = person.is_active or (
            standing is not None and standing.is_left
        )
    register.rows.extend(
        RoleGrant(person_id=person.id, role=role, recorded_at=now) for role in fresh
    )
    if fresh or person.email != staff.email:
        register.ended.append(person.id)
        person.email = staff.email
    return has_moved or bool(fresh)
