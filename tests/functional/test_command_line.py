import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from trainer import wsgi
from trainer.cli.serve import place_of
from trainer.errors import UnavailableError

SECRET = "a secret for tests alone, long enough: 0123456789"


@pytest.fixture
def said(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> "Said":
    """Run a command in an installation that is not prepared."""
    monkeypatch.setenv("TRAINER_SECRET_KEY", SECRET)
    monkeypatch.setenv("TRAINER_INSTANCE", str(tmp_path))
    monkeypatch.delenv("TRAINER_DATABASE_URL", raising=False)
    return Said(capsys)


class Said:
    """What the commands print on standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def by(self, *words: str) -> str:
        with pytest.raises(SystemExit) as left:
            wsgi.main(words)
        assert left.value.code == 1
        printed = self._capsys.readouterr()
        assert printed.out == ""
        assert "Traceback" not in printed.err
        return printed.err


@pytest.mark.parametrize(
    "words",
    [
        ("user", "link", "ayu@demo.example"),
        ("user", "leave", "ayu@demo.example"),
        ("assign", "course-1", "ayu@demo.example"),
        ("report", "completion"),
        ("content", "publish"),
        ("demo",),
        ("worker",),
        ("serve", "--port", "8799"),
    ],
)
def test_a_database_that_is_empty_is_named_with_the_mend(
    said: Said, words: tuple[str, ...]
) -> None:
    assert "trainer db upgrade" in said.by(*words)


def test_a_folder_that_is_not_there_is_named_with_the_mend(
    said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRAINER_INSTANCE", str(tmp_path / "absent"))
    for words in (("user", "link", "ayu@demo.example"), ("demo",), ("worker",)):
        assert "trainer db upgrade" in said.by(*words)


def test_a_file_that_is_no_database_is_refused(
    said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are notes. " * 200, encoding="utf-8")
    monkeypatch.setenv("TRAINER_DATABASE_URL", f"sqlite:///{file}")
    for words in (("db", "upgrade"), ("worker",)):
        assert "file is not a database" in said.by(*words)


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--port", "99999"),
        ("assign", "course-1", "ayu@demo.example", "--due", "31/12/2026"),
        ("user", "import", "nowhere.csv"),
        ("report", "completion", "--format", "paper"),
        ("nothing",),
    ],
)
def test_a_word_that_does_not_fit_ends_with_one(
    said: Said, words: tuple[str, ...]
) -> None:
    assert "Error: " in said.by(*words)


def test_failures_of_databases_are_told_in_plain_words() -> None:
    class UndefinedTable(Exception):  # noqa: N818 - as psycopg names it
        pass

    absent = ProgrammingError("SELECT", {}, UndefinedTable("relation"))
    assert "trainer db upgrade" in wsgi.mend_of(absent)
    busy = OperationalError("SELECT", {}, sqlite3.OperationalError("locked"))
    assert "Another program" in wsgi.mend_of(busy)
    assert wsgi.mend_of(UnavailableError("busy")) == ""


def test_what_no_user_can_cause_is_not_explained_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**_options: object) -> None:
        raise IntegrityError("INSERT", {}, sqlite3.IntegrityError("guard"))

    monkeypatch.setattr(wsgi.trainer, "main", fail)
    with pytest.raises(IntegrityError):
        wsgi.main(["demo"])


def test_where_the_site_listens_and_where_people_find_it() -> None:
    assert place_of("127.0.0.1", 8000, "http://127.0.0.1:8000") == (
        "http://127.0.0.1:8000"
    )
    assert place_of("::1", 80, "https://train.example") == (
        "http://[::1]:80, for people at https://train.example (TRAINER_BASE_URL)"
    )
