from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Any, TypeAlias

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.unit.progress.conftest import Office, at
from trainer.accounts.models import Person
from trainer.courses.catalogue import Catalogue
from trainer.errors import InvalidError
from trainer.progress import commands
from trainer.progress.models import ReportLine
from trainer.progress.queries import report
from trainer.progress.queries.columns import COLUMNS, STATUSES
from trainer.progress.queries.courses import newly_posted

Step: TypeAlias = Callable[[int], object]
Chooser: TypeAlias = Callable[[dict[str, Any]], bool]


def day(number: int) -> date:
    return at(number).date()


def test_each_past_day_says_later_what_it_said_then(office: Office) -> None:
    ayu, budi = office.hire("ayu"), office.hire("budi")
    steps: list[Step] = [
        lambda n: office.open(ayu, at(n)),
        lambda n: office.assign(budi, day(4), at(n)),
        lambda n: office.finish(ayu, "lesson-1", at(n)),
        lambda n: office.move(ayu, at(n), mission="Consulate in Eastham"),
        lambda n: office.finish(ayu, "lesson-2", at(n)),
        lambda n: office.sit(ayu, 900, at(n)),
        lambda n: office.finish(budi, "lesson-1", at(n)),
        lambda n: office.move(budi, at(n), is_left=True),
    ]
    said = {}
    for number, step in enumerate(steps, 1):
        step(number)
        said[number] = office.rows(at(number, 23))
    later = {n: office.rows(at(20), day(n)) for n in said}
    assert later == said
    assert len({str(rows) for rows in said.values()}) == len(steps)


def test_a_row_has_every_column_in_its_form(office: Office) -> None:
    person = office.hire("ayu")
    office.assign(person, day(9), at(1))
    office.open(person, at(1))
    office.finish(person, "lesson-1", at(2))
    office.sit(person, 655, at(3))
    (row,) = office.rows(at(4))
    with Session(office.engine) as session:
        number = session.get_one(Person, person).staff_number
    assert tuple(row) == COLUMNS
    assert row == {
        "staff_number": number,
        "name": "Ayu Diplomat",
        "family_name": "Diplomat",
        "given_name": "Ayu",
        "email": "ayu@demo.example",
        "ministry": "Ministry of Demo",
        "mission": "Embassy in Northport",
        "unit": "",
        "grade": "",
        "course": "course-1",
        "course_version": 1,
        "language": "en",
        "status": "in progress",
        "percent": 33,
        "best_score": 65.5,
        "pass_mark": 70.0,
        "attempts": 1,
        "enrolled_on": "2026-11-02",
        "due_on": "2026-11-10",
        "first_activity_at": "2026-11-03T09:00:00Z",
        "last_activity_at": "2026-11-04T09:00:00Z",
        "completed_on": None,
        "expires_on": None,
        "minutes": 8,
    }


def test_a_course_is_overdue_after_its_day_with_nothing_recorded(
    office: Office,
) -> None:
    person = office.hire("ayu")
    office.assign(person, day(3), at(1))
    statuses = [office.rows(at(n, 1))[0]["status"] for n in (2, 3, 4)]
    assert statuses == ["not started", "not started", "overdue"]
    assert office.rows(at(9), day(3))[0]["status"] == "not started"
    assert office.rows(at(9), day(4))[0]["status"] == "overdue"


def test_who_left_stays_in_reports_of_the_time_before(office: Office) -> None:
    person = office.hire("ayu")
    office.open(person, at(1))
    office.move(person, at(5), is_left=True)
    assert office.rows(at(6)) == []
    assert office.rows(at(6), day(5)) == []
    assert len(office.rows(at(6), day(4))) == 1
    assert office.do(lambda s: commands.settle(s, person, office.entry, at(7))) is None


def test_who_comes_back_is_in_the_report_again(office: Office) -> None:
    person = office.hire("ayu")
    office.open(person, at(1))
    office.move(person, at(5), is_left=True)
    office.move(person, at(7))
    assert len(office.rows(at(8))) == 1


def test_who_moved_is_reported_where_they_were(office: Office) -> None:
    person = office.hire("ayu")
    office.open(person, at(1))
    office.move(person, at(5), mission="Consulate in Eastham", unit="Consular")
    assert office.rows(at(6))[0]["mission"] == "Consulate in Eastham"
    assert office.rows(at(6), day(4))[0]["mission"] == "Embassy in Northport"
    assert len(office.rows(at(6), mission="Consulate in Eastham")) == 1
    assert office.rows(at(6), mission="Embassy in Northport") == []
    assert len(office.rows(at(6), unit="Consular")) == 1


def test_a_withdrawn_course_is_restated_from_what_stood(office: Office) -> None:
    person = office.hire("ayu")
    office.finish(person, "lesson-1", at(1))
    office.entry = office.entry.__class__(
        make.make_course("other"), office.entry.digest, 1
    )
    office.move(person, at(3), mission="Consulate in Eastham")
    (row,) = office.rows(at(4))
    assert (row["mission"], row["percent"]) == ("Consulate in Eastham", 33)


def test_people_with_one_name_are_reported_as_they_write_it(office: Office) -> None:
    person = office.hire("suharto")
    office.open(person, at(1))
    office.move(person, at(2), name="Suharto", family_name="Suharto", given_name="")
    (row,) = office.rows(at(3))
    assert (row["name"], row["given_name"]) == ("Suharto", "")


def test_nothing_crosses_ministries(office: Office) -> None:
    office.open(office.hire("ayu"), at(1))
    office.open(office.hire("lee", ministry="other"), at(1))
    names = {m: [r["name"] for r in office.rows(at(2), ministry=m)] for m in MINISTRIES}
    assert names == {"demo": ["Ayu Diplomat"], "other": ["Lee Diplomat"]}


MINISTRIES = ("demo", "other")
NAMES = (("Ö", ""), ("O", "b"), ("O A", ""), ("O", ""), ("a", "Z"), ("Zed", "A"))


def test_rows_stand_in_the_order_of_their_columns(office: Office) -> None:
    for number, (family, given) in enumerate(NAMES):
        person = office.hire(f"p{number}", mission=f"Embassy {number % 2}")
        office.open(person, at(1))
        names = {"family_name": family, "given_name": given}
        office.move(person, at(2), mission=f"Embassy {number % 2}", **names)
    rows = office.rows(at(3))
    keys = ("ministry", "mission", "family_name", "given_name", "staff_number")
    found = [tuple(row[key] for key in keys) for row in rows]
    assert found == sorted(found)
    assert len(found) == len(NAMES)


@pytest.fixture
def crowd(office: Office) -> Office:
    """Ten people at different places on the course."""
    for number in range(10):
        person = office.hire(f"p{number}", mission=f"Embassy {number % 3}")
        due = day(5 + number) if number % 2 else None
        office.assign(person, due, at(1))
        if number > 2:
            office.finish(person, "lesson-1", at(2, number))
        if number > 5:
            office.finish(person, "lesson-2", at(3))
            office.sit(person, 100 * number, at(4, number))
    return office


def test_a_report_is_sorted_by_any_column_alike_everywhere(crowd: Office) -> None:
    place = {row["staff_number"]: n for n, row in enumerate(crowd.rows(at(8)))}
    for name in COLUMNS:
        for is_descending in (False, True):
            rows = crowd.rows(at(8), sort=name, is_descending=is_descending)
            known = [row for row in rows if row[name] is not None]
            again = sorted(known, key=lambda row: place[row["staff_number"]])
            again.sort(key=itemgetter(name), reverse=is_descending)
            assert rows[: len(known)] == again, name
            assert all(row[name] is None for row in rows[len(known) :]), name


def test_filters_choose_rows_and_the_count_agrees(crowd: Office) -> None:
    everybody = crowd.rows(at(8))
    filters: list[tuple[dict[str, Any], Chooser]] = [
        ({"status": "complete"}, lambda r: r["status"] == "complete"),
        ({"status": "overdue"}, lambda r: r["status"] == "overdue"),
        ({"mission": "Embassy 1"}, lambda r: r["mission"] == "Embassy 1"),
        ({"course": "course-1"}, lambda r: True),
        ({"course": "none"}, lambda r: False),
        ({"due_from": day(7)}, lambda r: (r["due_on"] or "") >= str(day(7))),
        ({"due_to": day(7)}, lambda r: (r["due_on"] or "9") <= str(day(7))),
        ({"completed_from": day(4)}, lambda r: bool(r["completed_on"])),
        ({"completed_to": day(3)}, lambda r: False),
    ]
    for asked, is_meant in filters:
        found = crowd.rows(at(8), **asked)
        assert found == [row for row in everybody if is_meant(row)], asked
        with Session(crowd.engine) as session:
            home = make.make_ministry(session).id
            query = replace(report.report_as_of(None, at(8), home), **asked)
            assert report.report_count(session, query) == len(found)


def test_the_tally_counts_each_status(crowd: Office) -> None:
    with Session(crowd.engine) as session:
        home = make.make_ministry(session).id
        for number in range(1, 9):
            query = report.report_as_of(day(number), at(9), home)
            statuses = [row["status"] for row in crowd.rows(at(9), day(number))]
            tally = report.report_tally(session, query)
            assert tally == {name: statuses.count(name) for name in STATUSES}


def test_a_tally_is_brought_up_to_date_by_what_changed(crowd: Office) -> None:
    with Session(crowd.engine) as session:
        home = make.make_ministry(session).id
        now = report.report_as_of(None, at(8), home)
        for since in (at(1), at(2, 5), at(4, 7), at(8)):
            before = report.report_tally(session, replace(now, moment=since))
            changes = report.report_changes(session, now, since)
            after = {name: before[name] + changes[name] for name in STATUSES}
            assert after == report.report_tally(session, now)


@pytest.mark.parametrize("sort", ["", "best_score"])
def test_pages_and_slices_give_the_same_rows_as_the_whole(
    crowd: Office, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "PAGE", 3)
    monkeypatch.setattr(report, "SORTED_PAGE", 3)
    whole = crowd.rows(at(8), sort=sort)
    with Session(crowd.engine) as session:
        home = make.make_ministry(session).id
        asked = replace(report.report_as_of(None, at(8), home), sort=sort)
        cut = [
            dict(zip(COLUMNS, row, strict=False))
            for offset in range(0, 12, 4)
            for row in report.report_slice(session, asked, offset, 4)
        ]
    assert cut == whole
    assert len(whole) == 10


def test_an_export_shows_its_moment_though_people_go_on(
    crowd: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "PAGE", 2)
    before = crowd.rows(at(8))
    with Session(crowd.engine) as session:
        home = make.make_ministry(session).id
    pages = report.report_rows(crowd.engine, report.report_as_of(None, at(8), home))
    found = list(next(pages))
    for person in crowd.people.values():
        crowd.sit(person, 999, at(8) + timedelta(seconds=1))
    found += [row for page in pages for row in page]
    assert [dict(zip(COLUMNS, row, strict=False)) for row in found] == before


def test_a_day_to_come_is_refused(office: Office) -> None:
    with pytest.raises(InvalidError, match="still to come"):
        office.rows(at(3), day(4))


def test_a_line_begins_after_the_one_before_though_the_clock_went_back(
    office: Office,
) -> None:
    person = office.hire("ayu")
    office.open(person, at(3))
    office.finish(person, "lesson-1", at(2))
    with Session(office.engine) as session:
        lines = session.execute(
            select(ReportLine.recorded_at, ReportLine.superseded_at).order_by(
                ReportLine.recorded_at
            )
        ).all()
    assert lines[0].superseded_at == lines[1].recorded_at > lines[0].recorded_at
    assert lines[1].superseded_at is None


def test_lines_of_one_person_and_course_follow_each_other(crowd: Office) -> None:
    with Session(crowd.engine) as session:
        rows = session.execute(
            select(
                ReportLine.person_id, ReportLine.recorded_at, ReportLine.superseded_at
            ).order_by(ReportLine.person_id, ReportLine.recorded_at)
        ).all()
        current = session.scalar(
            select(func.count()).where(ReportLine.superseded_at.is_(None))
        )
    for before, after in pairwise(rows):
        is_same = before.person_id == after.person_id
        assert before.superseded_at == (after.recorded_at if is_same else None)
    assert current == 10


def test_an_order_changed_is_a_new_line(office: Office) -> None:
    person = office.hire("ayu")
    for number, due in ((1, day(5)), (2, day(9)), (3, day(9))):
        office.assign(person, due, at(number))
    assert office.rows(at(4), day(1))[0]["due_on"] == str(day(5))
    assert office.rows(at(4))[0]["due_on"] == str(day(9))
    with Session(office.engine) as session:
        assert session.scalar(select(func.count()).select_from(ReportLine)) == 2


def test_lines_that_no_past_day_shows_can_be_cleared_out(crowd: Office) -> None:
    for person in crowd.people.values():
        for hour in (10, 11, 12):
            crowd.sit(person, 600 + hour, at(6, hour))
    days = range(1, 7)
    before = {n: crowd.rows(at(9), day(n)) for n in days}
    with Session(crowd.engine) as session:
        home = make.make_ministry(session).id
    gone = sum(
        crowd.do(lambda s, n=n: commands.clear_out(s, home, day(n)))  # type: ignore[misc]  # a default binds the loop's value
        for n in days
    )
    assert gone == 20
    assert {n: crowd.rows(at(9), day(n)) for n in days} == before


def test_a_posting_announced_before_is_found_on_its_day(office: Office) -> None:
    person = office.hire("ayu")
    office.open(person, at(1))
    office.move(person, at(2), mission="Consulate in Eastham", from_on=day(5))
    found = {}
    for number in (3, 5, 9):
        with Session(office.engine) as session:
            found[number] = newly_posted(session, at(number))
    assert found == {3: [], 5: [person], 9: [person]}
    catalogue = Catalogue((office.entry,))
    office.do(lambda s: commands.restate(s, person, catalogue, at(9)))
    with Session(office.engine) as session:
        assert newly_posted(session, at(9)) == []
    assert office.rows(at(9))[0]["mission"] == "Consulate in Eastham"
    assert office.rows(at(9), day(4))[0]["mission"] == "Embassy in Northport"
