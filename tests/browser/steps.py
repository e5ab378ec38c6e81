"""What people do on pages, step by step."""

from collections.abc import Mapping, Sequence

from playwright.sync_api import Locator, Page, expect

LESSON = "/courses/practice/everything"
QUIZ = "/courses/practice/harbour-quiz"
RIGHT: dict[str, list[str | int] | str] = {
    "one": ["The right one"],
    "many": ["A ferry", "A tanker"],
    "truth": [0],
    "word": "a ship",
}


def answer_check(page: Page, question: str, answer: list[str | int] | str) -> Locator:
    """Answer one check of a lesson and press its button."""
    check = page.locator(f"#check-{question}")
    if isinstance(answer, str):
        check.get_by_role("textbox").fill(answer)
    else:
        for one in answer:
            if isinstance(one, int):
                check.get_by_role("radio").nth(one).check()
            else:
                check.get_by_label(one, exact=True).check()
    check.locator("button[type=submit]").first.click()
    return page.locator(f"#check-{question}")


def answer_checks(page: Page) -> None:
    """Answer every check of the practice lesson rightly."""
    for question, answer in RIGHT.items():
        check = answer_check(page, question, answer)
        expect(check.locator("[data-feedback-panel]")).to_be_visible()


def begin(page: Page, quiz: str = QUIZ) -> str:
    """Begin a quiz and return the attempt's id."""
    page.goto(quiz)
    page.locator("main form button[type=submit]").click()
    return attempt_id(page)


def attempt_id(page: Page) -> str:
    return page.url.split("/attempts/")[1].split("/")[0]


def answer(page: Page, question: str, values: Sequence[str]) -> None:
    """Give one question of an attempt this answer."""
    place = page.locator(f"#q-{question}")
    if place.get_attribute("data-type") in {"text", "number"}:
        field = place.get_by_role("textbox")
        field.fill(values[0])
        field.blur()
        return
    for value in values:
        place.locator(f"input[value='{value}']").check()


def answer_all(page: Page, key: Mapping[str, Sequence[str]]) -> None:
    for question, values in key.items():
        answer(page, question, values)


def state(page: Page, question: str) -> Locator:
    """Return the line beside a question that says what became of the answer."""
    return page.locator(f"#q-{question} [data-save-state]")


def expect_saved(page: Page, *questions: str) -> None:
    for question in questions:
        expect(state(page, question)).to_have_attribute("data-state", "saved")


def hand_in(page: Page) -> None:
    """Go from the questions through the review to the result."""
    page.locator("button[value=review]").click()
    page.wait_for_url("**/review")
    page.locator("form[data-submission] button").click()
    page.wait_for_url("**/result")
