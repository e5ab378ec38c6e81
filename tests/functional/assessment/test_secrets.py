from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from flask import Flask

from tests import sitting
from tests.functional.assessment.browser import START, Browser
from trainer.courses.model import Feedback, Question

Browse = Callable[..., Browser]
SECRETS = {field.name: f"Secret {field.name}" for field in fields(Feedback)}


def with_secrets(question: Question) -> Question:
    """Return a question in which every text that may be due later can be found."""
    return replace(
        question,
        feedback=Feedback(**SECRETS),
        hints=("Secret hint",),
        options=tuple(
            replace(option, feedback=f"Secret of {option.text}")
            for option in question.options
        ),
        accepted=tuple(
            replace(answer, text="Secretword", feedback="Secret of the word")
            for answer in question.accepted
        ),
    )


@pytest.fixture(autouse=True)
def _guarded(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    questions = tuple(with_secrets(q) for q in sitting.QUESTIONS)
    monkeypatch.setattr(sitting, "QUESTIONS", questions)


@pytest.mark.parametrize("due", ["each", "end", "pass", "closed", "never"])
def test_nothing_is_told_while_an_attempt_is_open(browse: Browse, due: str) -> None:
    browser = browse(feedback=due, show_correct=due)
    browser.start()
    seen = [browser.client.get(START).text]
    seen += [browser.client.get(browser.home + end).text for end in ("", "/review")]
    seen.append(browser.put("capital", browser.choices("capital")["Jakarta"]).text)
    seen.append(browser.put("word", "wrong").text)
    for text in seen:
        assert "Secret" not in text
        assert "weight" not in text


@pytest.mark.parametrize(
    ("feedback", "show_correct", "is_told", "has_key"),
    [
        ("end", "end", True, True),
        ("each", "each", True, True),
        ("end", "pass", True, False),
        ("pass", "end", False, False),
        ("closed", "closed", False, False),
        ("end", "never", True, False),
        ("never", "never", False, False),
    ],
)
def test_a_failed_attempt_tells_what_is_due(
    browse: Browse, feedback: str, show_correct: str, *, is_told: bool, has_key: bool
) -> None:
    browser = browse(feedback=feedback, show_correct=show_correct)
    browser.start()
    browser.put("capital", browser.choices("capital")["Bandung"])
    text = str(browser.hand_in())
    assert ("Secret explanation" in text) == is_told
    assert ("Secret of Bandung" in text) == is_told
    assert ("Secret of Jakarta" in text) == has_key
    assert ("Secretword" in text) == has_key
    assert ("Correct answer" in text) == has_key
    assert "Secret hint" not in text
    assert is_told or "Not correct" not in text


def test_the_key_comes_with_the_last_attempt_when_it_waits_for_it(
    browse: Browse,
) -> None:
    browser = browse(feedback="closed", show_correct="closed", attempts=2)
    browser.start()
    assert "Secret" not in str(browser.hand_in())
    browser.start()
    assert "Secret explanation" in str(browser.hand_in())


def test_tokens_tell_no_position(browse: Browse) -> None:
    browser = browse(attempts=2)
    browser.start()
    first = set(browser.choices("capital").values())
    browser.hand_in()
    browser.start()
    assert first.isdisjoint(browser.choices("capital").values())
