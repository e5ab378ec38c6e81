from collections.abc import Callable

import pytest

from tests import sitting
from tests.functional.assessment.browser import JSON, Browser
from tests.functional.signing import add_person
from tests.sitting import LAPTOP
from trainer.courses.model import Accepted, Question

Browse = Callable[..., Browser]
EXACT = Question(
    "exact", "number", "How many?", accepted=(Accepted(1.0, low=7, high=7),)
)
RANGE = Question(
    "range", "number", "How far?", unit="km", accepted=(Accepted(1.0, low=45, high=90),)
)


def test_the_key_of_a_number_is_told_in_words(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitting, "QUESTIONS", (EXACT, RANGE))
    browser = browse()
    browser.start()
    browser.put("range", "60 km")
    page = browser.hand_in()
    text = page.get_text(" ", strip=True)
    assert "Correct answer: 7" in text
    assert "Correct answer: 45 to 90" in text
    assert "1 of 1 point" in text
    assert "50%" in text


@pytest.mark.parametrize(
    ("question", "mine", "theirs", "words"),
    [
        ("capital", "Bandung", "Jakarta", "Jakarta"),
        ("organs", ["Club"], ["Assembly", "Council"], "Assembly; Council"),
        ("truth", "true", False, "False"),
        ("capital", "Bandung", None, "no answer"),
    ],
)
def test_what_another_window_saved_is_told_in_words(
    browse: Browse, question: str, mine: object, theirs: object, words: str
) -> None:
    browser = browse()
    browser.start()
    old = browser.fields()
    tokens = browser.choices(question)

    def coded(value: object) -> object:
        if isinstance(value, list):
            return [tokens[word] for word in value]
        return tokens.get(value, value) if isinstance(value, str) else value

    browser.put(question, coded("Neither") if theirs is None else coded(theirs))
    if theirs is None:
        browser.put(question, None, seq=2)
    posted = coded(mine)
    fields = posted if isinstance(posted, list) else [str(posted)]
    answer = browser.post(old | {f"answer-{question}": fields})
    assert answer.status_code == 409
    assert f"has since saved: {words}" in answer.text


def test_a_form_without_its_page_is_saved_all_the_same(browse: Browse) -> None:
    browser = browse()
    browser.start()
    sent = {"csrf_token": browser.token(), "answer-word": "note", "device": "?"}
    assert browser.post(sent).status_code == 303
    assert 'value="note"' in str(browser.see(browser.home))
    assert browser.put("word", "other", device=LAPTOP, base_rev=1).status_code == 200


def test_a_form_hands_in_only_what_has_arrived(browse: Browse) -> None:
    browser = browse()
    browser.start()
    path = f"{browser.home}/submission"
    sent = {"csrf_token": browser.token(), "rev-word": "3", "rev-truth": "x"}
    answer = browser.client.post(path, data=sent)
    assert (answer.status_code, answer.location) == (303, browser.home)
    assert "have not arrived" in browser.see(browser.home).get_text()
    headers = JSON | {"X-CSRFToken": browser.token()}
    wrong: list[object] = [[], {"word": -1}, {"word": "1"}]
    for revs in wrong:
        answer = browser.client.post(path, json={"revs": revs}, headers=headers)
        assert answer.status_code == 422


def test_an_attempt_held_in_memory_is_still_its_owners_alone(
    browse: Browse, sign_in: Callable[[str], object]
) -> None:
    browser = browse()
    browser.start()
    assert browser.put("word", "mine").status_code == 200
    add_person(browser.client.application, "thief@demo.example")
    sign_in("thief@demo.example")
    assert browser.put("word", "theirs").status_code == 404
