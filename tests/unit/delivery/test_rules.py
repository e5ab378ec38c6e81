from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import make_course, make_question, make_quiz
from trainer.courses.model import Accepted, Option, Question, QuestionType
from trainer.delivery import rules
from trainer.delivery.rules import CheckPlace, Marks
from trainer.errors import InvalidError
from trainer.progress.rules import CourseProgress

PLACE = CheckPlace("secret", "course", "lesson", "q1")
TEXTS = st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=8, unique=True)


def make(kind: QuestionType, *texts: str) -> Question:
    options = tuple(Option(text, 0.0) for text in texts)
    return Question(id="q1", type=kind, stem="?", options=options)


@given(TEXTS)
def test_every_answer_is_shown_once(texts: list[str]) -> None:
    question = make("multiple", *texts)
    shown = rules.shown_options(question, PLACE)
    assert sorted(o.position for o in shown) == list(range(1, len(texts) + 1))
    assert len({o.token for o in shown}) == len(texts)


@given(TEXTS, st.randoms())
def test_a_shown_answer_is_read_back_as_its_place(
    texts: list[str], random: object
) -> None:
    question = make("multiple", *texts)
    shown = rules.shown_options(question, PLACE)
    random.shuffle(shown)  # type: ignore[attr-defined]  # hypothesis gives a Random
    values = [option.token for option in shown]
    read = rules.read_response(question, values, PLACE)
    assert read == list(range(1, len(texts) + 1))


def test_tokens_survive_another_order_of_the_same_answers() -> None:
    before, after = make("single", "a", "b", "c"), make("single", "c", "a", "b")
    tokens = {o.position: o.token for o in rules.shown_options(before, PLACE)}
    assert rules.read_response(after, [tokens[3]], PLACE) == 1


def test_tokens_differ_by_secret_and_place() -> None:
    question = make("single", "a", "b")
    places = (
        PLACE,
        replace(PLACE, secret="x"),
        replace(PLACE, lesson_id="x"),
        replace(PLACE, question_id="x"),
        replace(PLACE, course_id="x"),
    )
    tokens = [rules.shown_options(question, place)[0].token for place in places]
    assert len(set(tokens)) == len(tokens)


def test_fixed_answers_and_scales_keep_their_places() -> None:
    options = tuple(Option(str(n), 0.0, is_fixed=n in {0, 7}) for n in range(8))
    shown = rules.shown_options(replace(make("single"), options=options), PLACE)
    assert (shown[0].position, shown[7].position) == (1, 8)
    for question in (
        make("scale", "low", "mid", "high"),
        replace(make("single", "low", "mid", "high"), is_shuffled=False),
    ):
        assert [o.position for o in rules.shown_options(question, PLACE)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "values", "response"),
    [
        ("single", [], None),
        ("multiple", [], None),
        ("truefalse", ["true"], True),
        ("truefalse", ["false"], False),
        ("truefalse", [], None),
        ("text", ["  a word "], "a word"),
        ("text", ["   "], None),
        ("number", ["60"], "60"),
        ("number", [], None),
    ],
)
def test_values_are_read_in_the_shape_of_the_type(
    kind: QuestionType, values: list[str], response: object
) -> None:
    question = replace(make(kind, "a", "b"), accepted=(Accepted(1.0, "a word"),))
    assert rules.read_response(question, values, PLACE) == response


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("single", ["1"]),
        ("multiple", ["1", "2"]),
        ("truefalse", ["yes"]),
        ("text", ["x" * 2001]),
    ],
)
def test_what_is_no_answer_is_refused(kind: QuestionType, values: list[str]) -> None:
    with pytest.raises(InvalidError):
        rules.read_response(make(kind, "a", "b"), values, PLACE)


@given(TEXTS, st.lists(st.text(max_size=20)))
def test_only_known_lines_are_ticked(texts: list[str], values: list[str]) -> None:
    known = [rules.tick_token("lesson", text) for text in texts]
    assert rules.read_ticks("lesson", texts, values + known[:1]) == known[:1]


def test_a_reflection_is_kept_as_written_up_to_its_limit() -> None:
    assert rules.read_text(" a\r\nb ") == "a\nb"
    assert len(rules.read_text("x" * 20_000)) == 20_000
    with pytest.raises(InvalidError):
        rules.read_text("x" * 20_001)


def test_a_graded_quiz_is_complete_once_passed_another_once_handed_in() -> None:
    scale = replace(make_question("scale", 0), type="scale")
    course = make_course(
        activities=(make_quiz("graded"), replace(make_quiz("poll"), questions=(scale,)))
    )
    handed_in = frozenset({"graded", "poll"})
    marks = Marks(frozenset({"lesson"}), frozenset(), handed_in)
    assert rules.completed_ids(course, marks) == {"lesson", "poll"}
    passed = replace(marks, passed=frozenset({"graded"}))
    assert rules.completed_ids(course, passed) == {"lesson", "poll", "graded"}


def test_what_is_late_comes_first_and_what_is_complete_last() -> None:
    def stand(standing: str, due_on: date | None = None) -> CourseProgress:
        values = SimpleNamespace(
            standing=standing, due_on=due_on, last_activity_at=None, enrolled_at=None
        )
        return cast("CourseProgress", values)

    soon, later = date(2026, 12, 1), date(2027, 1, 1)
    wanted = [
        stand("overdue", date(2026, 11, 1)),
        stand("not started", soon),
        stand("in progress", later),
        stand("in progress"),
        stand("not started"),
        stand("complete", soon),
    ]
    mixed = [wanted[n] for n in (3, 1, 5, 0, 2, 4)]
    assert sorted(mixed, key=rules.urgency) == wanted
