import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.pages import Page, words
from trainer import clock
from trainer.accounts.models import Posting
from trainer.courses.catalogue import CatalogueEntry
from trainer.database import unit
from trainer.enrolment.commands import assign
from trainer.extensions import db
from trainer.progress.commands import open_course, settle
from trainer.progress.queries.columns import COLUMNS, STATUSES
from trainer.publishing.models import Publication
from trainer.reports import views

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PATH = "/reports/completion"
MISSIONS = ("Embassy in Northport", "Consulate in Eastham")


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def officer(app: Flask, sign_in: Callable[[str], FlaskClient]) -> FlaskClient:
    """An officer of a ministry with four learners, and another ministry beside it."""
    with app.app_context():
        engine = db.engine
    unit(engine, fill)
    return sign_in("officer@demo.example")


def fill(session: Session) -> None:
    roles = ("learner", "officer")
    make.make_person(session, "officer@demo.example", roles=roles)
    make.make_person(session, "officer@other.example", roles=roles, ministry="other")
    course = make.make_course()
    published = make.publish_course(session, course)
    entry = CatalogueEntry(course, published.digest or "", published.number)
    for number, name in enumerate(("ayu", "budi", "citra", "dewi")):
        email = f"{name}@demo.example"
        person = make.make_person(session, email, mission=MISSIONS[number % 2])
        begin(session, person.id, entry, number)
    stranger = make.make_person(session, "lee@other.example", ministry="other")
    begin(session, stranger.id, entry, 0)


def begin(session: Session, person: UUID, entry: CatalogueEntry, number: int) -> None:
    """Give a person a place, and every second one an order."""
    then = NOW - timedelta(days=5 - number)
    if number % 2:
        due = date(2026, 11, 17 + number)
        assign(session, person, entry.course.id, due, then)
        settle(session, person, entry, then)
    else:
        open_course(session, person, entry, then)


def table(page: BeautifulSoup) -> list[list[str]]:
    body = page.select("table.data-table tbody tr")
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in body]


def read_csv(made: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def test_the_report_shows_who_is_where(
    officer: FlaskClient, visit: Callable[..., Page]
) -> None:
    rows = table(visit(PATH))
    assert officer.get(PATH).status_code == 200
    assert [row[0] for row in rows] == [
        "Budi Diplomat",
        "Dewi Diplomat",
        "Ayu Diplomat",
        "Citra Diplomat",
    ]
    assert [row[5] for row in rows] == [
        "Overdue",
        "Not started",
        "Not started",
        "Not started",
    ]


filters = st.fixed_dictionaries(
    {},
    optional={
        "course": st.sampled_from(["course-1", "none"]),
        "mission": st.sampled_from(MISSIONS),
        "status": st.sampled_from(STATUSES),
        "as_of": st.sampled_from(["2026-11-16", "2026-11-18", "2026-11-20"]),
        "due_to": st.sampled_from(["2026-11-18", "2026-11-30"]),
        "sort": st.sampled_from(COLUMNS),
        "order": st.sampled_from(["ascending", "descending"]),
    },
)


@settings(
    deadline=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(asked=filters)
def test_screen_csv_and_json_hold_the_same_rows(
    officer: FlaskClient, asked: dict[str, str]
) -> None:
    query = urlencode(asked)
    told = json.loads(officer.get(f"{PATH}.json?{query}").data)
    from_json = told["rows"]
    from_csv = read_csv(officer.get(f"{PATH}.csv?{query}").data)
    page = BeautifulSoup(officer.get(f"{PATH}?{query}&columns=all").text, "html.parser")
    shown = [
        [cell.lower() if name == "status" else cell for name, cell in cells]
        for cells in (zip(COLUMNS, row, strict=True) for row in table(page))
    ]
    plain = [
        ["" if value is None else str(value) for value in row.values()]
        for row in from_json
    ]
    assert shown == plain
    assert [list(row.values()) for row in from_csv] == plain
    assert told["total"] == len(plain)
    assert told["filters"] == asked


def test_a_download_says_what_it_is(officer: FlaskClient) -> None:
    response = officer.get(f"{PATH}.csv?course=course-1&as_of=2026-11-18")
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["X-Report-As-Of"] == "2026-11-18T23:59:59.999999Z"
    assert response.headers["X-Report-Total"] == "4"
    assert json.loads(response.headers["X-Report-Filters"]) == {
        "course": "course-1",
        "as_of": "2026-11-18",
    }
    name = "completion-course-1-2026-11-18-4-rows.csv"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.data.startswith(b'\xef\xbb\xbf"staff_number","name",')
    assert response.data.count(b"\r\n") == 5
    assert response.headers["Cache-Control"] == "no-store"


def test_a_download_travels_compressed_when_that_is_understood(
    officer: FlaskClient,
) -> None:
    packed = officer.get(f"{PATH}.csv", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == officer.get(f"{PATH}.csv").data


@pytest.mark.parametrize(
    "asked",
    [
        "as_of=2026-11-21",
        "as_of=yesterday",
        "due_from=2026-13-01",
        "status=lost",
        "sort=password",
        "unit=" + "x" * 300,
    ],
)
def test_what_cannot_be_asked_is_said_so(officer: FlaskClient, asked: str) -> None:
    page = officer.get(f"{PATH}?{asked}")
    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert officer.get(f"{PATH}.csv?{asked}").status_code == 422
    refused = officer.get(f"{PATH}.json?{asked}")
    assert (refused.status_code, json.loads(refused.data)["error"]) == (422, "invalid")


def test_an_officer_sees_only_their_own_ministry(
    officer: FlaskClient, sign_in: Callable[[str], FlaskClient]
) -> None:
    own = read_csv(officer.get(f"{PATH}.csv").data)
    assert {row["ministry"] for row in own} == {"Ministry of Demo"}
    other = read_csv(sign_in("officer@other.example").get(f"{PATH}.csv").data)
    assert [row["name"] for row in other] == ["Lee Diplomat"]


def test_only_officers_may_read_reports(
    officer: FlaskClient, sign_in: Callable[[str], FlaskClient]
) -> None:
    assert officer.get(PATH).status_code == 200
    learner = sign_in("ayu@demo.example")
    for ending in ("", ".csv", ".json"):
        assert learner.get(PATH + ending).status_code == 403


def test_too_many_downloads_at_once_are_asked_to_wait(
    officer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def acquire(self, *, blocking: bool) -> bool:
            return blocking

    monkeypatch.setattr(views, "_running", Full())
    response = officer.get(f"{PATH}.csv")
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


def test_a_download_gives_its_turn_back(officer: FlaskClient) -> None:
    for _turn in range(4):
        assert officer.get(f"{PATH}.csv").status_code == 200


def test_an_empty_report_says_what_to_do(officer: FlaskClient) -> None:
    text = officer.get(f"{PATH}?status=complete").text
    assert "Nobody to show" in text
    assert "data-table" not in text


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(views, "ROWS", 3)
    return iter(())


@pytest.mark.usefixtures("small_pages")
def test_the_report_goes_on_over_pages(officer: FlaskClient) -> None:
    first = BeautifulSoup(officer.get(f"{PATH}?sort=name").text, "html.parser")
    link = first.find("a", rel="next")
    assert link is not None
    second = BeautifulSoup(officer.get(str(link["href"])).text, "html.parser")
    names = [row[0] for row in table(first) + table(second)]
    assert names == sorted(names)
    assert len(names) == 4
    beyond = BeautifulSoup(officer.get(f"{PATH}?page=99").text, "html.parser")
    assert len(table(beyond)) == 1
    assert officer.get(f"{PATH}?page=none").status_code == 200


def test_hostile_names_leave_as_text(app: Flask, officer: FlaskClient) -> None:
    name = '=HYPERLINK("http://x","y")<script>alert(1)</script>'

    def work(session: Session) -> None:
        course = make.make_course()
        home = make.make_ministry(session)
        person = make.make_person(session, "eve@demo.example")
        session.add(
            Posting(
                ministry_id=home.id,
                person_id=person.id,
                mission_id=make.make_mission(session, home).id,
                name=name,
                family_name="+62",
                given_name="@eve",
                email="eve@demo.example",
                from_on=date(2026, 2, 1),
                recorded_at=NOW,
            )
        )
        session.flush()
        digest = session.execute(select(Publication.digest)).scalar_one()
        open_course(session, person.id, CatalogueEntry(course, digest or "", 1), NOW)

    with app.app_context():
        engine = db.engine
    unit(engine, work)
    row = next(
        r for r in read_csv(officer.get(f"{PATH}.csv").data) if "eve" in r["email"]
    )
    assert (row["name"], row["family_name"]) == ("'" + name, "'+62")
    told = json.loads(officer.get(f"{PATH}.json").data)["rows"]
    assert name in {row["name"] for row in told}
    assert "<script>alert" not in officer.get(PATH).text
