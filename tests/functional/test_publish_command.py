import shutil
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from trainer.cli.publish import publish_changed, publish_roots, watch_roots
from trainer.courses.model import Lesson
from trainer.publishing.queries import load_catalogue

REAL = Path(__file__).parents[2] / "content"
LESSON = Path("courses/social-media/01-mandate-audience-voice/02-law-and-voice.md")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the real content to change."""
    return shutil.copytree(REAL, tmp_path / "content")


def delivered(engine: Engine) -> tuple[int, str]:
    """Return the number of the course delivered and the title of its second lesson."""
    with Session(engine) as session:
        entry = load_catalogue(session).course("social-media")
    assert entry is not None
    lessons = [a for a in entry.course.activities if isinstance(a, Lesson)]
    return entry.number, lessons[1].title


def retitle(root: Path, title: str) -> None:
    path = root / LESSON
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = [f"title: {title}\n" if n.startswith("title:") else n for n in lines]
    path.write_text("".join(changed), encoding="utf-8")


def test_right_content_is_published_and_a_change_is_a_new_version(
    engine: Engine, root: Path
) -> None:
    assert publish_roots(engine, (root,))
    number, title = delivered(engine)
    assert (number, title[:4]) == (1, "Law ")
    assert publish_roots(engine, (root,))
    assert delivered(engine)[0] == 1
    retitle(root, "Another title")
    assert publish_roots(engine, (root,))
    assert delivered(engine) == (2, "Another title")


def test_a_broken_course_says_where_and_stays_as_it_was(
    engine: Engine, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_roots(engine, (root,))
    before = delivered(engine)
    path = root / LESSON
    path.write_text(path.read_text(encoding="utf-8").replace("---\n", "", 1), "utf-8")
    assert not publish_roots(engine, (root,))
    assert delivered(engine) == before
    printed = capsys.readouterr().err
    assert f"{LESSON}:1:1: TC002 error" in printed
    assert "not published" in printed


@pytest.mark.parametrize("lost", [LESSON, LESSON.parent, Path("glossary.md")])
def test_a_half_copied_tree_takes_no_course_down(
    engine: Engine, root: Path, lost: Path
) -> None:
    publish_roots(engine, (root,))
    before = delivered(engine)
    gone = root / lost
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    assert not publish_roots(engine, (root,))
    assert delivered(engine) == before


def test_a_lesson_is_taken_away_by_retiring_it_first(
    engine: Engine, root: Path
) -> None:
    publish_roots(engine, (root,))
    path = root / LESSON
    source = path.read_text(encoding="utf-8")
    path.write_text(source.replace("---\n", "---\nstatus: retired\n", 1), "utf-8")
    assert publish_roots(engine, (root,))
    assert delivered(engine) == (2, "From objective to post: planning with OASIS")
    path.unlink()
    assert publish_roots(engine, (root,))


def test_a_retired_course_is_no_longer_delivered(engine: Engine, root: Path) -> None:
    publish_roots(engine, (root,))
    path = root / "courses" / "social-media" / "course.yml"
    source = path.read_text(encoding="utf-8")
    path.write_text(source.replace("status: published", "status: retired"), "utf-8")
    assert publish_roots(engine, (root,))
    with Session(engine) as session:
        assert load_catalogue(session).course("social-media") is None


def test_a_watched_tree_is_published_once_it_lies_still(
    engine: Engine, root: Path
) -> None:
    publish_roots(engine, (root,))
    watcher = threading.Thread(target=watch_roots, args=(engine, (root,)), daemon=True)
    watcher.start()
    time.sleep(0.5)
    for number in range(4):
        retitle(root, f"Title {number}")
        time.sleep(0.1)
    deadline = time.monotonic() + 8
    while delivered(engine)[1] != "Title 3" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert delivered(engine) == (2, "Title 3")


def test_content_that_is_as_it_was_is_not_compiled_again(
    engine: Engine, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish_changed(engine, (root,), tmp_path)
    assert "version 1" in capsys.readouterr().err
    assert publish_changed(engine, (root,), tmp_path)
    assert "as it was published" in capsys.readouterr().err
    retitle(root, "Changed")
    assert publish_changed(engine, (root,), tmp_path)
    assert delivered(engine) == (2, "Changed")


def test_another_database_gets_the_content_though_the_files_are_the_same(
    engine: Engine, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "published.txt").write_text("0 1", encoding="utf-8")
    assert publish_changed(engine, (root,), tmp_path)
    assert delivered(engine)[0] == 1
