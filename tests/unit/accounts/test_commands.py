from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests.make import DAY_ONE, make_ministry, make_person
from trainer.accounts import queries, rules
from trainer.accounts.commands import accounts, imports, people, sign_ins
from trainer.accounts.formats import token_hash
from trainer.accounts.models import (
    AccountLink,
    Person,
    Posting,
    SignIn,
    Throttle,
)
from trainer.accounts.queries import SessionRow
from trainer.accounts.rules import Staff
from trainer.database import unit
from trainer.errors import ConflictError, InvalidError, NotFoundError, RefusedError

STAFF = Staff(
    staff_number="17",
    name="Siti Rahma",
    family_name="Rahma",
    given_name="Siti",
    email="Siti@Demo.example",
    ministry="demo:Ministry of Demo",
    mission="Embassy in Northport",
    unit="Press",
    grade="III",
    roles=("officer",),
)
MINUTE = timedelta(minutes=1)


def opened(
    session: Session, person: Person, now: datetime = DAY_ONE
) -> tuple[str, SessionRow]:
    """Sign a person in and return the token's hash and the row."""
    known = queries.own_credentials(session, person.id)
    key = token_hash(sign_ins.open_sign_in(session, known, "Firefox", now))
    session.flush()
    row = queries.session_row(session, key)
    assert row is not None
    return key, row


def test_a_new_person_has_a_posting_and_is_a_learner(session: Session) -> None:
    person = people.create_person(session, STAFF, DAY_ONE)
    assert person.email == "siti@demo.example"
    assert queries.roles_of(session, person.id) == {"learner", "officer"}
    posting = queries.posting_as_of(session, person.id, DAY_ONE.date())
    assert posting is not None
    assert (posting.unit, posting.grade, posting.given_name) == ("Press", "III", "Siti")
    assert posting.recorded_at == DAY_ONE


def test_a_ministry_is_made_only_with_its_full_name(session: Session) -> None:
    with pytest.raises(InvalidError, match="Full name"):
        people.create_person(session, replace(STAFF, ministry="else"), DAY_ONE)


@pytest.mark.parametrize("change", [{"staff_number": "18"}, {"email": "b@d.example"}])
def test_addresses_and_staff_numbers_belong_to_one(
    session: Session, change: dict[str, str]
) -> None:
    people.create_person(session, STAFF, DAY_ONE)
    with pytest.raises(ConflictError):
        people.create_person(session, replace(STAFF, **change), DAY_ONE)  # type: ignore[arg-type]  # texts only


def test_two_ministries_may_use_one_staff_number(session: Session) -> None:
    people.create_person(session, STAFF, DAY_ONE)
    other = replace(STAFF, email="b@o.example", ministry="other:Other")
    assert people.create_person(session, other, DAY_ONE).staff_number == "17"


def test_a_mover_has_two_postings_and_the_day_decides(session: Session) -> None:
    person = people.create_person(session, STAFF, DAY_ONE)
    moved = replace(STAFF, mission="Consulate in Southport")
    day = date(2026, 12, 1)
    later = DAY_ONE + timedelta(days=3)
    assert people.move(session, person, moved, day, later)
    assert not people.move(session, person, moved, day, later)
    before = queries.posting_as_of(session, person.id, date(2026, 11, 30))
    after = queries.posting_as_of(session, person.id, day)
    assert before is not None
    assert after is not None
    assert before.mission_id != after.mission_id
    known_then = queries.posting_as_of(session, person.id, day, known_by=DAY_ONE)
    assert known_then == before


def test_a_new_address_ends_sign_ins_and_must_be_free(session: Session) -> None:
    person = people.create_person(session, STAFF, DAY_ONE)
    make_person(session, "taken@demo.example")
    key, _row = opened(session, person)
    taken = replace(STAFF, email="taken@demo.example")
    with pytest.raises(ConflictError):
        people.move(session, person, taken, DAY_ONE.date(), DAY_ONE)
    fresh = replace(STAFF, email="new@demo.example")
    people.move(session, person, fresh, DAY_ONE.date(), DAY_ONE + MINUTE)
    assert queries.session_row(session, key) is None
    assert queries.person_by_email(session, "new@demo.example").id == person.id


def test_a_leaver_is_kept_and_cannot_sign_in(session: Session) -> None:
    person = people.create_person(session, STAFF, DAY_ONE)
    key, _row = opened(session, person)
    people.leave(session, person, DAY_ONE.date(), DAY_ONE + MINUTE)
    posting = queries.posting_as_of(session, person.id, DAY_ONE.date())
    assert posting is not None
    assert posting.is_left
    assert queries.session_row(session, key) is None
    assert queries.credentials(session, person.email) is None


@pytest.mark.parametrize("way", ["moved", "listed"])
def test_a_leaver_who_comes_back_may_sign_in_again(session: Session, way: str) -> None:
    person = people.create_person(session, STAFF, DAY_ONE)
    people.leave(session, person, DAY_ONE.date(), DAY_ONE + MINUTE)
    session.refresh(person)
    back = DAY_ONE + timedelta(days=30)
    staff = replace(STAFF, email=person.email)
    if way == "moved":
        people.move(session, person, staff, back.date(), back)
    else:
        assert len(imports.import_people(session, [(2, staff)], back).moved) == 1
    assert queries.credentials(session, person.email) is not None
    posting = queries.posting_as_of(session, person.id, back.date())
    assert posting is not None
    assert not posting.is_left


@pytest.mark.parametrize("days", [1, -400])
def test_nobody_leaves_in_the_future_or_before_serving(
    session: Session, days: int
) -> None:
    person = people.create_person(session, STAFF, DAY_ONE)
    with pytest.raises(InvalidError):
        people.leave(session, person, DAY_ONE.date() + timedelta(days=days), DAY_ONE)


def test_a_staff_list_adds_moves_and_leaves_alone(session: Session) -> None:
    other = replace(STAFF, staff_number="18", email="b@demo.example", roles=())
    first = imports.import_people(session, [(2, STAFF), (3, other)], DAY_ONE)
    assert (len(first.created), len(first.moved), first.unchanged) == (2, 0, 0)
    rows = [(2, replace(STAFF, unit="Trade")), (3, other)]
    second = imports.import_people(session, rows, DAY_ONE + MINUTE)
    assert (len(second.created), len(second.moved), second.unchanged) == (0, 1, 1)
    more = replace(other, roles=("author",))
    third = imports.import_people(session, [(2, more)], DAY_ONE + 2 * MINUTE)
    assert len(third.moved) == 1
    found = queries.person_by_email(session, "b@demo.example")
    assert queries.roles_of(session, found.id) == {"learner", "author"}


def test_a_staff_list_with_a_mistake_changes_nothing(engine: Engine) -> None:
    bad = replace(STAFF, staff_number="18", email="b@d.example", ministry="none")
    rows = [(2, STAFF), (3, bad), (4, replace(STAFF, staff_number="19"))]
    with pytest.raises(InvalidError, match=r"(?s)line 3: .*line 4: "):
        unit(engine, lambda s: imports.import_people(s, rows, DAY_ONE))
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Posting)) == 0


def test_a_sign_in_is_found_by_its_token_with_person_and_roles(
    session: Session,
) -> None:
    person = make_person(session, roles=("learner", "officer"))
    _key, row = opened(session, person)
    assert row.visitor.id == person.id
    assert row.visitor.roles == {"learner", "officer"}
    assert row.csrf_secret.startswith(person.id.hex)
    kept = session.scalars(select(SignIn.token_hash)).all()
    assert len(kept) == 1
    assert queries.session_row(session, "0" * 64) is None


def test_a_person_without_roles_can_still_be_signed_in(session: Session) -> None:
    person = make_person(session, roles=())
    assert opened(session, person)[1].visitor.roles == frozenset()


@pytest.mark.parametrize("change", ["grant", "revoke", "password", "deactivate"])
def test_what_changes_an_account_ends_its_sign_ins_and_links(
    session: Session, change: str
) -> None:
    person = make_person(session)
    key, _row = opened(session, person)
    token = accounts.make_link(session, person.id, rules.RESET, DAY_ONE)
    session.flush()
    acts = {
        "grant": lambda: accounts.grant(session, person.id, "author", DAY_ONE),
        "revoke": lambda: accounts.revoke(session, person.id, "learner", DAY_ONE),
        "password": lambda: accounts.set_password(session, person.id, "hash"),
        "deactivate": lambda: accounts.deactivate(session, person.id),
    }
    acts[change]()
    assert queries.session_row(session, key) is None
    link = token_hash(token)
    assert queries.link_email(session, link, rules.RESET, DAY_ONE) is None


def test_granting_what_is_held_changes_nothing(session: Session) -> None:
    person = make_person(session)
    key, _row = opened(session, person)
    accounts.grant(session, person.id, "learner", DAY_ONE)
    assert queries.session_row(session, key) is not None
    with pytest.raises(InvalidError):
        accounts.grant(session, person.id, "king", DAY_ONE)


def test_a_row_of_an_older_epoch_is_dead(session: Session) -> None:
    person = make_person(session)
    key, _row = opened(session, person)
    person.auth_epoch += 1
    session.flush()
    assert queries.session_row(session, key) is None


def test_an_account_changed_while_the_password_was_checked_stays_shut(
    session: Session,
) -> None:
    person = make_person(session)
    known = queries.own_credentials(session, person.id)
    accounts.set_password(session, person.id, "hash")
    with pytest.raises(RefusedError):
        sign_ins.open_sign_in(session, known, "", DAY_ONE)
    accounts.deactivate(session, person.id)
    with pytest.raises(NotFoundError):
        queries.own_credentials(session, person.id)


def test_a_sign_in_dies_idle_and_dies_old(session: Session) -> None:
    _key, row = opened(session, make_person(session))
    assert row.is_alive(DAY_ONE + 29 * MINUTE)
    assert not row.is_alive(DAY_ONE + 30 * MINUTE)
    busy = replace(row, seen_at=DAY_ONE + timedelta(hours=12))
    assert not busy.is_alive(DAY_ONE + timedelta(hours=12))


def test_opening_a_sign_in_clears_those_that_have_ended(session: Session) -> None:
    person = make_person(session)
    old, _row = opened(session, person)
    _new, row = opened(session, person, DAY_ONE + timedelta(hours=13))
    assert queries.session_row(session, old) is None
    now = DAY_ONE + timedelta(hours=13)
    assert len(queries.own_sign_ins(session, row.visitor, now)) == 1


def test_a_sign_in_is_ended_by_its_owner_alone(session: Session) -> None:
    person, other = make_person(session), make_person(session, "b@demo.example")
    key, row = opened(session, person)
    sign_in_id = row.visitor.sign_in_id
    assert not sign_ins.end_sign_in(session, other.id, sign_in_id)
    assert queries.session_row(session, key) is not None
    assert sign_ins.end_sign_in(session, person.id, sign_in_id)
    assert not sign_ins.end_sign_in(session, person.id, sign_in_id)
    assert queries.session_row(session, key) is None


@pytest.mark.parametrize("purpose", [rules.RESET, rules.INVITATION])
def test_a_link_sets_a_password_once(session: Session, purpose: str) -> None:
    person = make_person(session)
    link = token_hash(accounts.make_link(session, person.id, purpose, DAY_ONE))
    session.flush()
    email = queries.link_email(session, link, purpose, DAY_ONE)
    assert email == person.email
    assert accounts.use_link(session, link, purpose, "hash", DAY_ONE)
    assert not accounts.use_link(session, link, purpose, "other", DAY_ONE)
    assert queries.link_email(session, link, purpose, DAY_ONE) is None
    assert queries.own_credentials(session, person.id).password_hash == "hash"


def test_a_link_is_good_for_its_time_and_purpose(session: Session) -> None:
    person = make_person(session)
    link = token_hash(accounts.make_link(session, person.id, rules.RESET, DAY_ONE))
    session.flush()
    late = DAY_ONE + timedelta(hours=1)
    assert not accounts.use_link(session, link, rules.INVITATION, "h", DAY_ONE)
    assert not accounts.use_link(session, link, rules.RESET, "h", late)
    assert queries.link_email(session, link, rules.RESET, late) is None
    accounts.deactivate(session, person.id)
    assert not accounts.use_link(session, link, rules.RESET, "h", DAY_ONE)


def test_a_link_used_by_two_at_once_works_for_one(engine: Engine) -> None:
    person_id = unit(engine, lambda s: make_person(s).id)
    token = unit(
        engine, lambda s: accounts.make_link(s, person_id, rules.RESET, DAY_ONE)
    )
    link = token_hash(token)

    def use(n: int) -> bool:
        return unit(
            engine,
            lambda s: accounts.use_link(s, link, rules.RESET, f"hash {n}", DAY_ONE),
        )

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(use, range(6))) == 1


def test_lists_stay_inside_one_ministry(session: Session) -> None:
    ours = make_person(session)
    make_person(session, "x@other.example", ministry="other", mission="Elsewhere")
    home = make_ministry(session)
    assert [person.id for person in queries.people(session, home.id)] == [ours.id]
    assert [mission.name for mission in queries.missions(session, home.id)] == [
        "Embassy in Northport"
    ]
    assert [ministry.code for ministry in queries.ministries(session)] == [
        "demo",
        "other",
    ]


def test_a_language_is_kept(session: Session) -> None:
    person = make_person(session)
    accounts.choose_language(session, person.id, "id")
    assert opened(session, person)[1].visitor.language == "id"


def test_use_is_recorded_and_never_taken_back(session: Session) -> None:
    person = make_person(session)
    key, row = opened(session, person)
    for minutes in (5, 3):
        sign_ins.touch_sign_in(
            session, row.visitor.sign_in_id, DAY_ONE + minutes * MINUTE
        )
    found = queries.session_row(session, key)
    assert found is not None
    assert found.seen_at == DAY_ONE + 5 * MINUTE


def test_what_has_ended_is_swept_and_what_lives_stays(session: Session) -> None:
    person = make_person(session)
    later = DAY_ONE + timedelta(hours=2)
    old, _row = opened(session, person)
    accounts.make_link(session, person.id, rules.RESET, DAY_ONE)
    kept = accounts.make_link(session, person.id, rules.INVITATION, DAY_ONE)
    sign_ins.reserve_guess(session, "old", "s", DAY_ONE)
    sign_ins.reserve_guess(session, "new", "s", later)
    session.flush()
    sign_ins.sweep(session, later)
    assert queries.session_row(session, old) is None
    assert session.scalars(select(AccountLink.token_hash)).all() == [token_hash(kept)]
    assert session.scalars(select(Throttle.subject_hash)).all() == ["new"]
    living, _row = opened(session, person, later)
    sign_ins.sweep(session, later)
    assert queries.session_row(session, living) is not None
