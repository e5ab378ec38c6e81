"""Many people with a line each in the report, written straight into SQLite."""

import sqlite3
import uuid
from collections.abc import Iterator
from datetime import date, timedelta

from trainer import clock
from trainer.database import EPOCH, MICROSECOND
from trainer.progress.rules import SEPARATOR

MISSIONS = 60
FAMILIES = ("Lestari", "Santoso", "Nguyen", "Okafor", "Larsen", "Moreau", "Tanaka")
GIVEN = ("Rani", "Adi", "Minh", "Ngozi", "Signe", "Luc", "Aiko", "")
UNITS = ("Chancery", "Consular section", "Information section", "Economic section")
GRADES = ("Third Secretary", "Second Secretary", "First Secretary", "Counsellor")
FIRST_DAY = date(2026, 1, 5)


def add(
    line: sqlite3.Connection, ministry: uuid.UUID, count: int, courses: int
) -> None:
    """Add people to a ministry, each on every course since yesterday."""
    line.execute("PRAGMA synchronous = OFF")
    line.execute("PRAGMA cache_size = -200000")  # 200 MB, while it is filled
    missions = [uuid.uuid4().hex for _ in range(MISSIONS)]
    line.executemany(
        "INSERT INTO mission (id, ministry_id, name) VALUES (?, ?, ?)",
        [(m, ministry.hex, mission_name(n)) for n, m in enumerate(missions)],
    )
    recorded = (clock.now() - timedelta(days=1) - EPOCH) // MICROSECOND
    ids = [uuid.uuid4().hex for _ in range(count)]
    insert(line, "person", person_rows(ministry.hex, ids, recorded))
    name = line.execute("SELECT name FROM ministry WHERE id = ?", (ministry.hex,))
    home = (ministry.hex, str(name.fetchone()[0]))
    for course in range(courses):
        insert(line, "report_line", lines(home, missions, ids, course, recorded))
    line.commit()


def insert(
    line: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]
) -> None:
    """Insert rows, all with the same columns."""
    first = next(rows)
    names, marks = ", ".join(first), ", ".join(f":{name}" for name in first)
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    line.execute(statement, first)
    line.executemany(statement, rows)


def person_rows(
    ministry: str, ids: list[str], recorded: int
) -> Iterator[dict[str, object]]:
    """Return the people."""
    for number, person in enumerate(ids):
        yield {
            "id": person,
            "ministry_id": ministry,
            "email": f"{person}@bench.example",
            "name": " ".join(name_of(number)).strip(),
            "staff_number": f"L-{number:06}",
            "auth_epoch": 0,
            "is_active": 1,
            "recorded_at": recorded,
        }


def name_of(number: int) -> tuple[str, str]:
    """Return the given and the family name of a person, always the same."""
    family = f"{FAMILIES[number % len(FAMILIES)]} {number // 97:04}"
    return GIVEN[number % len(GIVEN)], family


def mission_name(number: int) -> str:
    """Return the name of a mission."""
    return f"Embassy in Port {number:02}"


def lines(
    home: tuple[str, str], missions: list[str], ids: list[str], course: int, now: int
) -> Iterator[dict[str, object]]:
    """Return a line of the report for each person on one course."""
    for number, person in enumerate(ids):
        given, family = name_of(number)
        place, turn = number % MISSIONS, (number + course) % 5
        texts = {
            "ministry": home[1],
            "mission": mission_name(place),
            "family_name": family,
            "given_name": given,
            "staff_number": f"L-{number:06}",
            "course_id": f"course-{course}",
        }
        began = FIRST_DAY + timedelta(days=number % 200)
        yield {
            "id": uuid.uuid4().hex,
            "ministry_id": home[0],
            "person_id": person,
            "mission_id": missions[place],
            "sort_key": SEPARATOR.join(texts.values()),  # they hold no signs below it
            **texts,
            "name": f"{given} {family}".strip(),
            "email": f"{person}@bench.example",
            "unit": UNITS[number % len(UNITS)],
            "grade": GRADES[number % len(GRADES)],
            "course_version": 1 + turn,
            "language": "en",
            "required_count": 4,
            "done_count": turn,
            "best_score": 800 + turn if turn else None,
            "pass_mark": 770,
            "attempts": turn,
            "minutes": 12 * turn,
            "enrolled_on": began.isoformat(),
            "due_on": (began + timedelta(days=90)).isoformat() if turn else None,
            "first_activity_at": now - 10**12 if turn else None,
            "last_activity_at": now - 10**11 if turn else None,
            "completed_on": (
                (began + timedelta(days=30)).isoformat() if turn == 4 else None  # noqa: PLR2004 - all four done
            ),
            "expires_on": None,
            "recorded_at": now,
            "superseded_at": None,
        }
