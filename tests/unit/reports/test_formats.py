import csv
import gzip
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trainer.reports import formats

COLUMNS = ("name", "percent", "unit", "completed_on")
cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
rows = st.lists(
    st.tuples(cells, st.integers(0, 100) | st.none(), cells, st.none()), max_size=8
)


def read_csv(made: bytes) -> list[list[str]]:
    text = made.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Ayu", "Ayu"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+62 21", "'+62 21"),
        ("-5", "'-5"),
        ("@cmd", "'@cmd"),
        ("|calc", "'|calc"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\x00=1", "'=1"),
        ("＝1", "'＝1"),  # noqa: RUF001 - the wide sign is the case
        ("\tx", "' x"),
        ("\rx", "' x"),
        ("two\r\nlines", "two lines"),
        ("a\x07b", "ab"),
        ("O'Neil - Smith", "O'Neil - Smith"),
    ],
)
def test_no_text_is_taken_for_a_formula(text: str, safe: str) -> None:
    assert formats.export_cell(text) == safe


@given(rows)
@example([("=1", 5, "", None), ("Ayu", None, " +", None)])
def test_every_row_leaves_safe_and_otherwise_unchanged(
    made: list[tuple[str, int | None, str, None]],
) -> None:
    whole = b"".join(formats.csv_pieces([made[:3], made[3:]], COLUMNS))
    header, *found = read_csv(whole)
    assert tuple(header) == COLUMNS
    assert found == [
        [
            formats.export_cell(name),
            "" if percent is None else str(percent),
            formats.export_cell(unit),
            "",
        ]
        for name, percent, unit, _none in made
    ]
    for cell in (cell for row in found for cell in row):
        assert cell.lstrip()[:1] not in {"=", "+", "-", "@", "|"} or not cell


@given(rows)
def test_json_holds_the_very_values(
    made: list[tuple[str, int | None, str, None]],
) -> None:
    told = {"as_of": "x", "filters": {"course": "a"}, "total": len(made)}
    whole = b"".join(formats.json_pieces([made[:3], made[3:]], COLUMNS, told))
    expected = [dict(zip(COLUMNS, row, strict=True)) for row in made]
    assert json.loads(whole) == {**told, "rows": expected}


def test_a_csv_file_begins_with_a_mark_and_its_header_and_quotes_texts() -> None:
    whole = b"".join(formats.csv_pieces([[("Ayu", 50, "", None)]], COLUMNS))
    assert whole == (
        b'\xef\xbb\xbf"name","percent","unit","completed_on"\r\n"Ayu",50,"",""\r\n'
    )


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_compressed_pieces_are_the_same_bytes(pieces: list[bytes]) -> None:
    packed = list(formats.gzip_pieces(iter(pieces)))
    assert gzip.decompress(b"".join(packed)) == b"".join(pieces)


def test_a_file_is_named_by_what_it_holds() -> None:
    day = "2026-11-23"
    assert formats.file_name({}, day, 4, "csv") == "completion-2026-11-23-4-rows.csv"
    asked = {
        "course": 'a"/../B',
        "status": "in progress",
        "as_of": day,
        "due_to": "2026-12-01",
        "sort": "name",
    }
    assert formats.file_name(asked, day, 0, "json") == (
        "completion-a-b-in-progress-due-to-2026-12-01-2026-11-23-0-rows.json"
    )
    assert formats.file_name({"mission": "北京"}, day, 1, "csv") == (
        "completion-2026-11-23-1-rows.csv"
    )


def test_a_file_says_as_of_when() -> None:
    moment = datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=UTC)
    told = formats.told(moment, {"course": "a"}, 3)
    assert told == {
        "as_of": "2026-11-23T23:59:59.999999Z",
        "filters": {"course": "a"},
        "total": 3,
    }
