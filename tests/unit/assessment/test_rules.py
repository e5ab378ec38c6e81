import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import DAY_ONE
from tests.sitting import LAPTOP, MULTIPLE, PHONE, QUESTIONS, SINGLE, a_quiz, a_save
from trainer.assessment.rules import chain, saving, scoring, timing, tokens
from trainer.assessment.rules.timing import Circumstances
from trainer.courses.marking import ResponseError
from trainer.courses.model import Due, Question

KEY = "00" * 32
ATTEMPT = uuid.UUID(int=7)
VALUES = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=5),
    st.none() | st.booleans() | st.integers() | st.lists(st.integers(), max_size=3),
    max_size=4,
)
SEEDS = st.binary(min_size=16, max_size=16).map(bytes.hex)


def a_link(n: int = 1, question: str = "q") -> chain.Link:
    return chain.Link(
        attempt_id=ATTEMPT,
        n=n,
        key=f"key-{n}",
        kind="applied",
        question_id=question,
        device=PHONE,
        seq=n,
        base_rev=None,
        rev=n,
        is_late=False,
        is_applied=True,
        received_at=DAY_ONE,
        payload_sha="ab",
    )


def a_chain(length: int) -> list[tuple[chain.Link, str, str]]:
    head, made = chain.genesis(ATTEMPT), []
    for n in range(1, length + 1):
        link = a_link(n)
        made.append((link, head, chain.link_hash(head, link)))
        head = made[-1][2]
    return made


@given(VALUES)
def test_a_value_has_one_canonical_text(value: dict[str, object]) -> None:
    turned = dict(reversed(value.items()))
    assert chain.canonical(turned) == chain.canonical(value)
    assert json.loads(chain.canonical(value)) == value


@pytest.mark.parametrize("value", [1.5, [1.0], {"a": [2.5]}])
def test_a_float_has_no_canonical_text(value: object) -> None:
    with pytest.raises(TypeError):
        chain.canonical(value)


@given(st.integers(0, 6))
def test_a_chain_as_it_was_made_is_whole(length: int) -> None:
    assert chain.first_break(ATTEMPT, a_chain(length)) is None


@given(
    st.integers(0, 4),
    st.sampled_from(
        [
            {"key": "other"},
            {"rev": 9},
            {"is_applied": False},
            {"is_late": True},
            {"device": LAPTOP},
            {"question_id": "other"},
            {"received_at": DAY_ONE + timedelta(microseconds=1)},
            {"payload_sha": "cd"},
            {"base_rev": 0},
            {"seq": 99},
            {"kind": "late"},
        ]
    ),
)
def test_a_changed_event_breaks_the_chain_there(
    index: int, change: dict[str, object]
) -> None:
    events = a_chain(5)
    link, prev, stored = events[index]
    events[index] = (replace(link, **change), prev, stored)  # type: ignore[arg-type]  # any field
    found = chain.first_break(ATTEMPT, events)
    assert found is not None
    assert found[0] == index + 1


@given(st.integers(0, 3))
def test_a_removed_event_breaks_the_chain_there(index: int) -> None:
    events = a_chain(5)
    del events[index]
    found = chain.first_break(ATTEMPT, events)
    assert found is not None
    assert found[0] == index + 1


def test_a_commitment_depends_on_the_salt_and_the_value() -> None:
    made = {
        chain.payload_sha(salt, value, "") for salt in ("a", "b") for value in (1, 2)
    }
    assert len(made) == 4


@given(SEEDS)
def test_options_are_a_permutation_and_fixed_ones_stay(seed: str) -> None:
    order = tokens.option_order(seed, a_quiz(), SINGLE)
    assert sorted(order) == [1, 2, 3]
    assert order[2] == 3
    assert order == tokens.option_order(seed, a_quiz(), SINGLE)


def test_seeds_reach_every_order() -> None:
    quiz = a_quiz()
    seen = {tokens.option_order(f"{n:032x}", quiz, MULTIPLE) for n in range(200)}
    assert len(seen) == 6


@given(SEEDS)
def test_questions_move_only_when_the_quiz_says_so(seed: str) -> None:
    assert tokens.question_order(seed, a_quiz()) == QUESTIONS
    mixed = tokens.question_order(seed, a_quiz(shuffle=("questions",)))
    assert {q.id for q in mixed} == {q.id for q in QUESTIONS}
    plain = a_quiz(shuffle=("questions",))
    assert tokens.option_order(seed, plain, SINGLE) == (1, 2, 3)


RESPONSES = {
    "capital": st.none() | st.integers(1, 3),
    "organs": st.none() | st.sets(st.integers(1, 3), min_size=1).map(sorted),
    "truth": st.none() | st.booleans(),
    "word": st.none() | st.text(min_size=1, max_size=20),
    "mood": st.none() | st.integers(1, 2),
}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
@given(data=st.data())
def test_a_response_survives_the_way_to_the_browser_and_back(
    question: Question, data: st.DataObject
) -> None:
    response = data.draw(RESPONSES[question.id])
    offered = tokens.to_offered(KEY, question, response)
    assert tokens.to_response(KEY, question, offered) == response


@pytest.mark.parametrize("offered", [1, "nonsense", ["x"], True, {}, 1.5, ""])
def test_a_picked_answer_must_be_a_token_of_this_attempt(offered: object) -> None:
    with pytest.raises(ResponseError):
        tokens.to_response(KEY, SINGLE, offered)


def test_tokens_of_another_attempt_are_refused() -> None:
    other = tokens.to_offered("11" * 32, SINGLE, 1)
    with pytest.raises(ResponseError):
        tokens.to_response(KEY, SINGLE, other)


def test_nothing_ticked_is_no_answer() -> None:
    assert tokens.to_response(KEY, MULTIPLE, []) is None


@given(st.fixed_dictionaries(RESPONSES))
def test_a_score_is_within_bounds_and_repeatable(answers: dict[str, object]) -> None:
    quiz = a_quiz()
    made = scoring.score_answers(quiz, answers)
    assert 0 <= made.score <= 1000
    assert made.is_passed == (made.score >= 700)
    assert made == scoring.score_answers(quiz, dict(reversed(answers.items())))


def test_a_score_is_weighted_by_points() -> None:
    made = scoring.score_answers(a_quiz(), {"organs": [1, 2], "mood": 2})
    assert made.score == 400
    assert made.marks == {
        "capital": 0,
        "organs": 1000,
        "truth": 0,
        "word": 0,
        "mood": 0,
    }


def test_all_right_is_the_whole_score() -> None:
    right = {"capital": 1, "organs": [2, 1], "truth": True, "word": "Note"}
    made = scoring.score_answers(a_quiz(), right)
    assert (made.score, made.is_passed) == (1000, True)


def test_a_quiz_without_points_is_passed_by_handing_in() -> None:
    quiz = replace(a_quiz(), questions=(QUESTIONS[-1],))
    made = scoring.score_answers(quiz, {})
    assert (made.score, made.is_passed) == (0, True)


@pytest.mark.parametrize(
    ("mark", "name"), [(1000, "correct"), (500, "partly"), (0, "wrong")]
)
def test_marks_have_names(mark: int, name: str) -> None:
    assert scoring.outcome(SINGLE, mark) == name
    assert scoring.outcome(QUESTIONS[-1], mark) == ""


def test_states_only_go_forward() -> None:
    order = ["open", "submitted", "expired", "graded", "released", "void"]
    for before in order:
        assert not timing.may_step(before, "open")
        assert timing.may_step(before, "void") == (before != "void")
    assert timing.may_step("open", "expired")
    assert timing.may_step("expired", "graded")
    assert not timing.may_step("open", "graded")
    assert not timing.may_step("released", "graded")


@given(st.timedeltas(timedelta(0), timedelta(hours=2)))
def test_a_save_is_in_time_up_to_the_grace(after: timedelta) -> None:
    deadline = timing.deadline(a_quiz(time_limit=30), DAY_ONE)
    ended = timing.has_ended(deadline, DAY_ONE + after)
    assert ended == (after > timedelta(minutes=30, seconds=5))
    assert timing.is_open("open", deadline, DAY_ONE + after) == (not ended)
    assert not timing.may_sweep(deadline, DAY_ONE + after) or ended


def test_an_untimed_attempt_never_ends() -> None:
    assert timing.deadline(a_quiz(), DAY_ONE) is None
    assert not timing.has_ended(None, DAY_ONE + timedelta(days=999))


def test_a_wait_ends() -> None:
    quiz = a_quiz(retry_wait_minutes=60)
    assert timing.retry_at(quiz, None, DAY_ONE) is None
    later = DAY_ONE + timedelta(minutes=60)
    assert timing.retry_at(quiz, DAY_ONE, DAY_ONE + timedelta(minutes=59)) == later
    assert timing.retry_at(quiz, DAY_ONE, later) is None


DUES = st.sampled_from(["each", "end", "pass", "closed", "never"])
STANDING = st.builds(Circumstances, st.booleans(), st.booleans(), st.booleans())


@given(DUES, STANDING)
def test_nothing_is_due_while_an_attempt_is_open(
    due: Due, standing: Circumstances
) -> None:
    assert not timing.is_due(due, replace(standing, is_closed=False))
    assert not timing.is_due("never", standing)


@given(DUES, DUES)
def test_the_key_is_never_due_before_feedback(feedback: Due, key: Due) -> None:
    assert timing.RANKS[timing.later(feedback, key)] >= timing.RANKS[feedback]


def test_what_is_due_when() -> None:
    closed = Circumstances(is_closed=True, is_passed=False, is_over=False)
    assert timing.is_due("end", closed)
    assert not timing.is_due("pass", closed)
    assert timing.is_due("pass", replace(closed, is_passed=True))
    assert timing.is_due("closed", replace(closed, is_over=True))


@given(st.integers(0, 9), st.integers(0, 3), st.none() | st.integers(1, 9))
def test_a_quota_never_falls_below_what_is_used(
    used: int, extra: int, attempts: int | None
) -> None:
    quota = timing.quota(a_quiz(attempts=attempts), extra, used)
    assert quota >= max(used, (attempts or 0) + extra)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"seq": 5}, "applied"),
        ({"seq": 4}, "applied"),
        ({"seq": 3}, "superseded"),
        ({"device": LAPTOP}, "applied"),
        ({"device": LAPTOP, "base_rev": 2}, "applied"),
        ({"device": LAPTOP, "base_rev": 1}, "conflict"),
        ({"device": LAPTOP, "base_rev": 1, "response": 2}, "applied"),
    ],
)
def test_what_becomes_of_a_save(changes: dict[str, object], kind: str) -> None:
    present = saving.Present(rev=2, device=PHONE, seq=4, response=2)
    save = replace(a_save(1), **changes)  # type: ignore[arg-type]  # any field
    assert saving.judge(save, present, None) == kind


def test_an_older_save_of_a_device_never_wins_over_its_newer_one() -> None:
    present = saving.Present(rev=3, device=LAPTOP, seq=1, response=2)
    assert saving.judge(a_save(1, seq=4), present, 5) == "superseded"
