import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser.conftest import Arrive, Person, give_cookie
from tests.browser.site import PASSWORD, Site
from tests.browser.steps import LESSON, answer, begin, expect_saved, hand_in, state

pytestmark = pytest.mark.browser


def come_back(person: Person, email: str = "") -> None:
    """Sign in on the page that asks for it."""
    page = person.page
    page.fill("#email", email or person.email)
    page.fill("#password", PASSWORD)
    page.locator("main form button[type=submit]").last.click()


def test_an_answer_given_while_the_line_is_down_arrives_later(
    arrive: Arrive, site: Site
) -> None:
    person = arrive()
    page = person.page
    attempt = begin(page)
    person.context.set_offline(True)
    answer(page, "wet", ["true"])
    expect(state(page, "wet")).to_have_attribute("data-state", "failed")
    expect(state(page, "wet")).to_contain_text("on this device")
    answer(page, "burns", ["oil"])
    assert site.saves(attempt) == 0
    person.context.set_offline(False)
    expect_saved(page, "wet", "burns")
    assert site.saves(attempt) == 2


def test_an_answer_survives_a_crash_of_the_page(arrive: Arrive, site: Site) -> None:
    person = arrive()
    attempt = begin(person.page)
    person.context.set_offline(True)
    answer(person.page, "wet", ["true"])
    expect(state(person.page, "wet")).to_contain_text("on this device")
    page = person.context.new_page()
    person.page.close()
    person.context.set_offline(False)
    page.goto("/")
    page.goto(f"/attempts/{attempt}")
    expect(page.locator("#q-wet input[value=true]")).to_be_checked()
    page.wait_for_function("async () => (await indexedDB.databases()).length > 0")
    page.reload()
    expect(page.locator("#q-wet input[value=true]")).to_be_checked()
    assert site.saves(attempt) == 1


def test_a_page_drawn_just_before_an_answer_arrived_catches_up(arrive: Arrive) -> None:
    person = arrive()
    attempt = begin(person.page)
    late = person.context.new_page()
    late.goto("/")
    drawn: list[tuple[Route, APIResponse]] = []
    late.route(
        f"**/attempts/{attempt}",
        lambda route: drawn.append((route, route.fetch())),
        times=1,
    )
    with late.expect_request(f"**/attempts/{attempt}"):
        late.evaluate(f"setTimeout(() => location.assign('/attempts/{attempt}'))")
    while not drawn:
        late.wait_for_timeout(20)
    answer(person.page, "wet", ["true"])
    expect_saved(person.page, "wet")
    route, stale = drawn[0]
    route.fulfill(response=stale)
    expect(late.locator("#q-wet input[value=true]")).to_be_checked()
    expect(late.locator("#q-wet")).to_have_attribute("data-rev", "1")


def test_an_expired_sign_in_loses_no_answer(arrive: Arrive, site: Site) -> None:
    person = arrive()
    page = person.page
    attempt = begin(page)
    site.end_sign_ins(person.email)
    answer(page, "burns", ["whale oil"])
    expect(state(page, "burns")).to_contain_text("you have been signed out")
    page.get_by_role("link", name="Sign in again").first.click()
    come_back(person)
    page.wait_for_url(f"**/attempts/{attempt}")
    expect(page.locator("#q-burns input")).to_have_value("whale oil")
    expect_saved(page, "burns")
    assert site.saves(attempt) == 1


def typed_after_the_end(arrive: Arrive, site: Site) -> tuple[Person, str]:
    """Post an attempt's page without a script after the sign-in has ended."""
    person = arrive(script=False)
    attempt = begin(person.page)
    answer(person.page, "burns", ["whale oil"])
    site.end_sign_ins(person.email)
    person.page.locator("button[value=save]").click()
    expect(person.page.locator("#email")).to_be_visible()
    return person, attempt


def test_a_form_posted_after_the_sign_in_ended_is_offered_again(
    arrive: Arrive, site: Site
) -> None:
    person, attempt = typed_after_the_end(arrive, site)
    come_back(person)
    page = person.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Send what you wrote")
    page.locator("summary").click()
    expect(page.locator("details p")).to_have_text(["whale oil"])
    page.locator("main form button").click()
    page.wait_for_url(f"**/attempts/{attempt}")
    expect(page.locator("#q-burns input")).to_have_value("whale oil")
    assert site.saves(attempt) == 1


def test_a_held_form_is_offered_to_nobody_else(arrive: Arrive, site: Site) -> None:
    person, attempt = typed_after_the_end(arrive, site)
    come_back(person, site.person())
    expect(person.page.locator(".banner--wrong")).to_contain_text("somebody else")
    assert "whale oil" not in person.page.content()
    assert site.saves(attempt) == 0


def two_windows(arrive: Arrive, site: Site, script: bool) -> tuple[Page, Page, str]:
    """Open one attempt at two devices of the same person."""
    first = arrive(script=script)
    attempt = begin(first.page)
    second = arrive(script=script, email=first.email)
    second.page.goto(f"/attempts/{attempt}")
    return first.page, second.page, attempt


def test_two_devices_that_disagree_are_both_shown(arrive: Arrive, site: Site) -> None:
    first, second, attempt = two_windows(arrive, site, script=True)
    answer(first, "burns", ["oil"])
    expect_saved(first, "burns")
    answer(second, "burns", ["water"])
    place = state(second, "burns")
    expect(place).to_contain_text("differently on another device")
    expect(place.get_by_role("button")).to_have_count(2)
    place.get_by_role("button").filter(has_text="water").click()
    expect_saved(second, "burns")
    first.reload()
    expect(first.locator("#q-burns input")).to_have_value("water")
    assert site.saves(attempt) == 3


def test_the_other_answer_of_two_can_be_kept(arrive: Arrive, site: Site) -> None:
    first, second, _attempt = two_windows(arrive, site, script=True)
    answer(first, "burns", ["oil"])
    expect_saved(first, "burns")
    answer(second, "burns", ["water"])
    state(second, "burns").get_by_role("button").filter(has_text="oil").click()
    expect(second.locator("#q-burns input")).to_have_value("oil")
    hand_in(second)


def test_two_windows_that_disagree_without_a_script(arrive: Arrive, site: Site) -> None:
    first, second, _attempt = two_windows(arrive, site, script=False)
    answer(first, "burns", ["oil"])
    first.locator("button[value=save]").click()
    answer(second, "burns", ["water"])
    second.locator("button[value=save]").click()
    summary = second.locator(".govuk-error-summary")
    expect(summary).to_contain_text("oil")
    expect(second.locator("#q-burns input")).to_have_value("water")
    second.locator("button[value=save]").click()
    first.reload()
    expect(first.locator("#q-burns input")).to_have_value("water")


def test_two_tabs_of_one_browser_follow_each_other(arrive: Arrive) -> None:
    person = arrive()
    attempt = begin(person.page)
    other = person.context.new_page()
    other.goto(f"/attempts/{attempt}")
    answer(person.page, "wet", ["true"])
    expect_saved(person.page, "wet")
    expect(other.locator("#q-wet input[value=true]")).to_be_checked()
    answer(other, "wet", ["false"])
    expect_saved(other, "wet")
    expect(person.page.locator("#q-wet input[value=false]")).to_be_checked()


def test_an_answer_that_cannot_be_taken_is_refused_beside_the_question(
    arrive: Arrive,
) -> None:
    page = arrive().page
    begin(page)
    answer(page, "burns", ["oil" * 1000])
    expect(state(page, "burns")).to_have_attribute("data-state", "failed")
    answer(page, "burns", ["oil"])
    expect_saved(page, "burns")


def test_an_answer_that_cannot_be_taken_is_refused_without_a_script(
    arrive: Arrive,
) -> None:
    page = arrive(script=False).page
    begin(page)
    answer(page, "burns", ["oil" * 1000])
    answer(page, "depth", ["12"])
    page.locator("button[value=review]").click()
    expect(page.locator("#q-burns-error")).to_be_visible()
    expect(page.locator("#q-burns input")).to_have_value("oil" * 1000)
    expect(page.locator("#q-depth input")).to_have_value("12")
    answer(page, "burns", ["oil"])
    hand_in(page)


def test_a_check_after_the_sign_in_ended_keeps_the_choice(
    arrive: Arrive, site: Site
) -> None:
    person = arrive()
    page = person.page
    page.goto(LESSON)
    site.end_sign_ins(person.email)
    page.locator("#check-one").get_by_label("The right one").check()
    page.locator("#check-one button[type=submit]").click()
    expect(page.locator("#check-one")).to_contain_text("You have been signed out")
    give_cookie(person.context, site, person.email)
    page.locator("#check-one button[type=submit]").click()
    expect(page.locator("#check-one .feedback--correct")).to_be_visible()


def test_a_note_survives_an_expired_sign_in(arrive: Arrive, site: Site) -> None:
    person = arrive()
    page = person.page
    page.goto(LESSON)
    site.end_sign_ins(person.email)
    page.locator("#note-own-note-text").fill("Not to be lost.")
    page.locator("h1").click()
    expect(page.locator("#note-own-note")).to_contain_text("you have been signed out")
    page.locator("#note-own-note").get_by_role("link").click()
    come_back(person)
    page.wait_for_url(f"**{LESSON}")
    expect(page.locator("#note-own-note-text")).to_have_value("Not to be lost.")
    place = page.locator("#note-own-note [data-save-state]")
    expect(place).to_have_attribute("data-state", "saved")


def test_signing_out_asks_before_it_leaves_answers_behind(arrive: Arrive) -> None:
    person = arrive()
    page = person.page
    begin(page)
    person.context.set_offline(True)
    answer(page, "wet", ["true"])
    expect(state(page, "wet")).to_contain_text("on this device")
    asked: list[str] = []

    def refuse(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]  # Playwright's dialog
        dialog.dismiss()  # type: ignore[attr-defined]  # Playwright's dialog

    page.on("dialog", refuse)
    with page.expect_event("dialog"):
        page.locator("form[data-sign-out] button").click()
    expect(page.locator("#q-wet")).to_be_visible()
    assert len(asked) == 1
    assert "not yet saved" in asked[0]
