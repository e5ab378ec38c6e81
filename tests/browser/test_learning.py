import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Arrive
from tests.browser.inspection import is_too_wide
from tests.browser.site import PASSWORD, Site
from tests.browser.steps import (
    LESSON,
    QUIZ,
    answer,
    answer_all,
    answer_check,
    answer_checks,
    attempt_id,
    expect_saved,
    hand_in,
)

pytestmark = pytest.mark.browser
COMPLETE = "form[data-completion] button[type=submit]"
SUBMIT = "main form button[type=submit]"


def sign_in(page: Page, email: str) -> None:
    page.goto("/")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.locator(SUBMIT).last.click()
    page.wait_for_url("**/")


@pytest.mark.parametrize(
    ("script", "width", "language"),
    [(True, 1280, "en"), (False, 1280, "en"), (True, 320, "id"), (False, 320, "id")],
)
def test_a_learner_signs_in_learns_and_passes(
    arrive: Arrive, site: Site, *, script: bool, width: int, language: str
) -> None:
    email = site.person(language=language)
    assert site.run("assign", "practice", email, "--due", "2099-12-31").returncode == 0
    page = arrive(stranger=True, script=script, width=width, language=language).page

    def stands(pattern: str) -> None:
        expect(page).to_have_url(re.compile(pattern))
        assert not is_too_wide(page), page.url
        assert page.locator("html").get_attribute("lang") == language

    sign_in(page, email)
    stands("/$")
    page.locator("main a.govuk-button").first.click()
    stands(f"{LESSON}$")
    answer_checks(page)
    page.locator(COMPLETE).click()
    stands("/courses/practice/short")
    page.go_back()
    page.goto(LESSON)
    expect(page.locator(".completion__done")).to_be_visible()
    page.goto("/courses/practice/short")
    page.locator(COMPLETE).click()
    stands(QUIZ)
    page.locator(SUBMIT).click()
    stands("/attempts/")
    key = site.key(attempt_id(page))
    answer_all(page, key)
    if script:
        expect_saved(page, *key)
    else:
        page.locator("button[value=save]").click()
    page.reload()
    expect(page.locator("#q-burns input")).to_have_value(key["burns"][0])
    expect(page.locator(f"#q-ferry input[value='{key['ferry'][0]}']")).to_be_checked()
    hand_in(page)
    stands("/result$")
    expect(page.locator(".review__option--correct").first).to_be_visible()
    page.goto("/me")
    stands("/me$")
    expect(page.get_by_role("table").first).to_contain_text("Practice course")


def test_a_check_gives_its_feedback_without_leaving_the_page(arrive: Arrive) -> None:
    page = arrive().page
    page.goto(LESSON)
    page.evaluate("window.stayed = true")
    check = answer_check(page, "one", ["The wrong one"])
    expect(check.locator(".feedback--wrong")).to_contain_text("It is the other one")
    answer_check(page, "one", ["The right one"])
    expect(check.locator(".feedback--correct")).to_contain_text("This is the one")
    expect(page.locator("[data-completion-count]")).to_contain_text("1 of 4")
    assert page.evaluate("window.stayed")
    page.reload()
    expect(check.locator(".feedback--correct")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_lesson_says_what_is_still_to_do(arrive: Arrive, *, script: bool) -> None:
    page = arrive(script=script).page
    page.goto(LESSON)
    page.locator(COMPLETE).click()
    summary = page.locator(".govuk-error-summary")
    expect(summary.get_by_role("link")).to_have_count(4)
    if script:
        expect(summary).to_be_focused()
    answer_check(page, "truth", [0])
    expect(page.locator("#check-truth [data-feedback-panel]")).to_be_visible()


def test_ticks_and_notes_save_themselves(arrive: Arrive) -> None:
    page = arrive().page
    page.goto(LESSON)
    page.get_by_label("Read the note").check()
    page.locator("#note-own-note-text").fill("I would answer at once.")
    page.locator("h1").click()
    for note in ("before-noon", "own-note"):
        place = page.locator(f"#note-{note} [data-save-state]")
        expect(place).to_have_attribute("data-state", "saved")
    page.reload()
    expect(page.get_by_label("Read the note")).to_be_checked()
    expect(page.locator("#note-own-note-text")).to_have_value("I would answer at once.")


def test_ticks_and_notes_are_saved_without_a_script(arrive: Arrive) -> None:
    page = arrive(script=False).page
    page.goto(LESSON)
    page.get_by_label("Read the note").check()
    page.locator("#note-before-noon button").click()
    page.locator("#note-own-note-text").fill("By hand.")
    page.locator("#note-own-note button").click()
    expect(page.get_by_label("Read the note")).to_be_checked()
    expect(page.locator("#note-own-note-text")).to_have_value("By hand.")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, and see that it shows."""
    for _ in range(120):
        if target.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "(() => { const b = document.activeElement.getBoundingClientRect();"
            "return b.width > 0 || document.activeElement === document.body })()"
        )
        assert shown, "the focus is on something that nobody sees"
    message = f"the keyboard does not reach {target}"
    raise AssertionError(message)


def test_the_keyboard_alone_is_enough(arrive: Arrive, site: Site) -> None:
    email = site.person()
    page = arrive(stranger=True).page
    press = page.keyboard.press
    page.goto(f"/sign-in?next={LESSON}")
    press("Tab")
    expect(page.locator(".govuk-skip-link")).to_be_focused()
    tab_to(page, page.locator("#email"))
    page.keyboard.type(email)
    press("Tab")
    page.keyboard.type(PASSWORD)
    press("Enter")
    page.wait_for_url(f"**{LESSON}")
    check = page.locator("#check-one")
    tab_to(page, check.get_by_role("radio").first)
    press("ArrowDown")
    tab_to(page, check.locator("button").last)
    press("Enter")
    expect(check.locator(".feedback--correct")).to_be_visible()
    page.goto("/courses/practice/short")
    tab_to(page, page.locator(COMPLETE))
    press("Enter")
    page.wait_for_url(f"**{QUIZ}")
    tab_to(page, page.locator(SUBMIT))
    press("Enter")
    page.wait_for_url("**/attempts/*")
    tab_to(page, page.locator("#q-wet input").first)
    press("Space")
    tab_to(page, page.locator("#q-burns input"))
    page.keyboard.type("oil")
    press("Tab")
    expect_saved(page, "wet", "burns")
    tab_to(page, page.locator("button[value=review]"))
    press("Enter")
    page.wait_for_url("**/review")
    tab_to(page, page.locator("form[data-submission] button"))
    press("Enter")
    page.wait_for_url("**/result")


def test_back_after_completion_loses_nothing(arrive: Arrive, site: Site) -> None:
    page = arrive().page
    page.goto(LESSON)
    answer_checks(page)
    page.locator(COMPLETE).click()
    page.wait_for_url("**/short")
    page.go_back()
    page.goto("/courses/practice/short")
    page.goto(LESSON)
    expect(page.locator(".completion__done")).to_be_visible()
    expect(page.locator("#check-one .feedback--correct")).to_be_visible()


def test_a_page_that_is_not_there_has_a_way_on(arrive: Arrive) -> None:
    page = arrive().page
    page.goto("/courses/nothing-here")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    page.locator("main a").first.click()
    expect(page).to_have_url(re.compile("/$"))


def test_the_language_follows_the_choice(arrive: Arrive) -> None:
    page = arrive().page
    page.goto("/courses/")
    page.get_by_role("button", name="Bahasa Indonesia").click()
    expect(page).to_have_url(re.compile("/courses/$"))
    expect(page.locator("html")).to_have_attribute("lang", "id")
    page.goto("/me")
    expect(page.locator("html")).to_have_attribute("lang", "id")


def test_an_answer_by_a_second_press_counts_once(arrive: Arrive, site: Site) -> None:
    page = arrive().page
    page.goto(QUIZ)
    page.locator(SUBMIT).dblclick()
    expect(page).to_have_url(re.compile("/attempts/"))
    assert site.attempt(attempt_id(page)).number == 1
    answer(page, "wet", ["true"])
    page.locator("button[value=review]").dblclick()
    expect(page).to_have_url(re.compile("/review$"))
    page.locator("form[data-submission] button").dblclick()
    expect(page).to_have_url(re.compile("/result$"))
    assert site.attempt(attempt_id(page)).number == 1
