from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.courses.pages import GOOD
from trainer.courses.compiler import compile_roots
from trainer.courses.marking import ResponseError, feedback_for, mark, validate
from trainer.courses.model import Accepted, Feedback, Option, Question, Quiz


def good_quiz() -> Quiz:
    course = compile_roots([GOOD]).courses[0].course
    assert course is not None
    quiz = course.activities[0]
    assert isinstance(quiz, Quiz)
    return quiz


QUESTIONS = {question.id: question for question in good_quiz().questions}

MARKS: list[tuple[str, object, float]] = [
    ("who-clears", 1, 0),
    ("who-clears", 2, 1),
    ("who-clears", 3, 0.5),
    ("who-clears", None, 0),
    ("holding-parts", [1, 2, 3], 1),
    ("holding-parts", [1, 2], 2 / 3),
    ("holding-parts", [1, 2, 3, 4], 2 / 3),
    ("holding-parts", [1, 2, 3, 5], 0.5),
    ("holding-parts", [4, 5], 0),
    ("holding-parts", [], 0),
    ("retweet", True, 1),
    ("retweet", False, 0),
    ("note", "  “Note  VERBALE.” ", 1),
    ("note", "note verbal", 1),
    ("note", "note vebrale", 1),
    ("note", "nite verbale", 0),
    ("note", "Diplomatic note", 0.5),
    ("note", "Nota Diplomatik.", 1),
    ("note", "", 0),
    ("minutes", "60", 1),
    ("minutes", "60 minutes", 1),
    ("minutes", "60.5", 0.5),
    ("minutes", "91", 0),
    ("minutes", "sixty", 0),
    ("sure", 2, 0),
]


@pytest.mark.parametrize(("name", "response", "fraction"), MARKS)
def test_the_worked_quiz_is_marked(
    name: str, response: object, fraction: float
) -> None:
    assert mark(QUESTIONS[name], response) == pytest.approx(fraction)


@pytest.mark.parametrize(
    ("name", "response"),
    [
        ("who-clears", True),
        ("who-clears", 0),
        ("who-clears", 5),
        ("who-clears", "2"),
        ("who-clears", [2]),
        ("holding-parts", 1),
        ("holding-parts", [1, 1]),
        ("holding-parts", ["1"]),
        ("holding-parts", [[1]]),
        ("retweet", 1),
        ("note", 3),
        ("note", "x" * 2001),
        ("minutes", 60),
        ("sure", 4),
    ],
)
def test_a_response_of_another_shape_is_refused(name: str, response: object) -> None:
    with pytest.raises(ResponseError):
        validate(QUESTIONS[name], response)


@pytest.mark.parametrize(
    ("typed", "language", "fraction"),
    [
        ("2,5", "en", 0),
        ("2.5", "en", 1),
        ("2,5", "id", 1),
        ("2.5", "id", 0),
        ("+2.50", "en", 1),
        ("\uff12.\uff15", "en", 1),
        ("2.5 %", "en", 1),
    ],
)
def test_numbers_are_read_in_the_language_of_the_learner(
    typed: str, language: str, fraction: float
) -> None:
    question = Question("n", "number", "N", accepted=(Accepted(1, low=2.5, high=2.5),))
    assert mark(question, typed, language) == fraction


def test_thousands_may_be_grouped() -> None:
    question = Question("n", "number", "N", accepted=(Accepted(1, low=1e6, high=1e6),))
    assert mark(question, "1,000,000") == 1
    assert mark(question, "1 000 000") == 1
    assert mark(question, "1.000.000", "id") == 1
    assert mark(question, "1,00,000") == 0


def test_words_keep_their_case_where_the_author_says_so() -> None:
    accepted = (Accepted(1, text="WHO"),)
    question = Question("t", "text", "T", accepted=accepted, case="exact")
    assert mark(question, "WHO.") == 1
    assert mark(question, "who") == 0


def test_feedback_is_that_of_the_answers_and_of_the_result() -> None:
    parts = QUESTIONS["holding-parts"]
    assert feedback_for(parts, [1, 4]) == ("Never in the first hour.", "No.")
    assert feedback_for(parts, [1, 2]) == ("Nearly.",)
    assert feedback_for(parts, [1, 2, 3]) == ("Yes.",)
    assert feedback_for(QUESTIONS["who-clears"], 1) == (
        "Nobody clears their own text.",
    )
    assert feedback_for(QUESTIONS["note"], "diplomatic note") == ("Right family.",)
    assert feedback_for(QUESTIONS["minutes"], "50") == ("Close.",)
    assert feedback_for(QUESTIONS["sure"], 1) == ()
    assert feedback_for(parts, None) == ("No.",)


def test_partly_right_without_its_own_text_gets_that_of_wrong() -> None:
    question = Question(
        "s",
        "single",
        "S",
        options=(Option("a", 0.5), Option("b", 1, is_correct=True)),
        feedback=Feedback(if_wrong="Not quite."),
    )
    assert feedback_for(question, 1) == ("Not quite.",)


marks = st.lists(st.booleans(), min_size=2, max_size=8).filter(any)


@given(marks, st.sets(st.integers(1, 8)), st.sampled_from(["net", "each", "exact"]))
def test_a_multiple_choice_mark_lies_between_none_and_all(
    key: list[bool], picked: set[int], scoring: str
) -> None:
    right = sum(key)
    options = tuple(
        Option(str(i), (1 if k else -1) / right, is_correct=k)
        for i, k in enumerate(key)
    )
    question = Question("m", "multiple", "M", options=options, scoring=scoring)  # type: ignore[arg-type] # drawn from the three words
    response = [p for p in picked if p <= len(key)]
    assert 0 <= mark(question, response) <= 1
    assert mark(question, response) == mark(question, list(reversed(response)))
    full = [i for i, k in enumerate(key, start=1) if k]
    assert mark(question, full) == 1


@given(st.text(max_size=60), st.sampled_from(["note", "minutes"]))
def test_any_typed_text_is_marked(response: str, name: str) -> None:
    assert 0 <= mark(QUESTIONS[name], response) <= 1
    assert 0 <= mark(QUESTIONS[name], response, "id") <= 1


def test_a_pattern_of_the_slow_kind_is_matched_in_time() -> None:
    accepted = (Accepted(1, text="/(a+)+b/", is_pattern=True),)
    question = Question("t", "text", "T", accepted=accepted)
    assert mark(question, "a" * 1999) == 0


def test_the_fixture_is_there() -> None:
    assert Path(GOOD / "site.yml").is_file()
