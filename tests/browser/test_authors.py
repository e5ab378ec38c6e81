import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.site import PRACTICE, Site
from tests.browser.steps import QUIZ, answer, attempt_id, begin, expect_saved, hand_in

pytestmark = pytest.mark.browser
SHORT = "/courses/practice/short"
LOOKS = 8  # enough to meet each of the two processes that serve


@pytest.fixture
def folder(site: Site) -> Iterator[Path]:
    """The files of the practice course; put back and published when done."""
    yield site.content / "courses" / "practice" / "01-first"
    shutil.copytree(PRACTICE, site.content, dirs_exist_ok=True)
    assert site.run("content", "publish").returncode == 0


def test_a_broken_file_is_named_and_the_site_stays(
    arrive: Arrive, site: Site, folder: Path
) -> None:
    lesson = folder / "02-short.md"
    page = arrive().page
    whole = lesson.read_text(encoding="utf-8")
    lesson.write_text(whole.replace("minutes: 2", "minutes: soon"), encoding="utf-8")
    done = site.run("content", "publish")
    assert done.returncode == 1
    told = done.stdout + done.stderr
    assert "02-short.md:6" in told
    assert "Traceback" not in told
    page.goto(SHORT)
    expect(page.locator("main")).to_contain_text("The flag is down again.")
    mended = whole.replace("The flag is down again.", "The flag is up once more.")
    lesson.write_text(mended, encoding="utf-8")
    assert site.run("content", "publish").returncode == 0
    for _ in range(LOOKS):
        page.goto(SHORT)
        expect(page.locator("main")).to_contain_text("The flag is up once more.")


def test_an_open_attempt_keeps_its_version(
    arrive: Arrive, site: Site, folder: Path
) -> None:
    page, other = arrive().page, arrive().page
    attempt = begin(page)
    answer(page, "wet", ["true"])
    expect_saved(page, "wet")
    quiz = folder / "03-quiz.md"
    changed = quiz.read_text(encoding="utf-8").replace(
        "What burns in a lamp?", "What gives light in a lamp?"
    )
    quiz.write_text(changed, encoding="utf-8")
    assert site.run("content", "publish").returncode == 0
    begin(other)
    expect(other.locator("main")).to_contain_text("What gives light in a lamp?")
    page.reload()
    expect(page.locator("main")).to_contain_text("What burns in a lamp?")
    answer(page, "burns", ["oil"])
    expect_saved(page, "burns")
    hand_in(page)
    expect(page.locator("main")).to_contain_text("What burns in a lamp?")
    assert attempt_id(page) == attempt
    page.goto(QUIZ)
    expect(page.locator("main")).to_contain_text("Harbour quiz")
