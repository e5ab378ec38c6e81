from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tests import make
from trainer.courses.catalogue import CatalogueEntry, required_ids
from trainer.courses.model import Question
from trainer.progress import rules
from trainer.progress.rules import Earned, Facts, Place, QuizFacts

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = NOW.date()
days = st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 10))
scores = st.integers(0, 1000)
COURSE = make.make_course(
    activities=(
        make.make_lesson("lesson-1", 2),
        make.make_quiz("quiz-1", pass_mark=60),
        make.make_lesson("lesson-2", 0),
        make.make_quiz("quiz-2", pass_mark=80),
        make.make_lesson("extra", 0),
    )
)
ENTRY = CatalogueEntry(
    replace(COURSE, requires=("lesson-1", "quiz-1", "lesson-2", "quiz-2")), "d", 3
)


def quiz(best: int | None, *, passed: bool = False, attempt: int = 0) -> QuizFacts:
    return QuizFacts(
        attempts=1,
        best_score=best,
        is_passed=passed,
        open_attempt_id=UUID(int=attempt) if attempt else None,
        touched_at=NOW,
    )


@given(st.integers(0, 500), st.integers(0, 500))
def test_percent_is_floored_and_full_only_when_all_is_done(
    done: int, more: int
) -> None:
    required = done + more
    value = rules.percent(done, required)
    assert 0 <= value <= 100
    assert (value == 100) == (required > 0 and done == required)
    if required:
        assert value <= 100 * done / required < value + 1


@given(st.lists(st.tuples(scores, st.integers(0, 100)), max_size=6))
def test_a_mean_lies_between_its_values(pairs: list[tuple[int, int]]) -> None:
    mean = rules.weighted_mean(pairs)
    counted = [(value, weight) for value, weight in pairs if weight]
    if not counted:
        assert mean is None
        return
    exact = sum(v * w for v, w in counted) / sum(w for _v, w in counted)
    assert mean is not None
    assert abs(mean - exact) <= 0.5 + 1e-9
    assert min(v for v, _w in counted) <= mean <= max(v for v, _w in counted)


@given(st.booleans(), st.booleans(), days, days)
def test_standing_has_one_precedence(
    is_earned: bool,
    is_started: bool,
    due_on: date | None,
    expires_on: date | None,
) -> None:
    found = rules.standing(
        is_earned=is_earned,
        is_started=is_started,
        due_on=due_on,
        expires_on=expires_on,
        day=TODAY,
    )
    expected = [
        ("expired", expires_on is not None and expires_on < TODAY),
        ("complete", is_earned),
        ("overdue", due_on is not None and due_on < TODAY),
        ("in progress", is_started),
        ("not started", True),
    ]
    assert found == next(name for name, holds in expected if holds)


def test_best_score_counts_an_untried_quiz_as_nothing_and_none_tried_as_empty() -> None:
    assert rules.best_score(COURSE, Facts(), NOW) is None
    facts = Facts(quizzes={"quiz-1": quiz(801)})
    assert rules.best_score(COURSE, facts, NOW) == 401
    assert rules.pass_mark(COURSE, NOW) == 700


def test_best_score_follows_the_weights_of_the_course() -> None:
    course = replace(COURSE, weights=(("quiz-1", 3), ("quiz-2", 1)))
    facts = Facts(quizzes={"quiz-1": quiz(1000), "quiz-2": quiz(0)})
    assert rules.best_score(course, facts, NOW) == 750
    assert rules.pass_mark(course, NOW) == 650


def test_an_optional_quiz_does_not_count_beside_required_ones() -> None:
    extra = replace(make.make_quiz("extra"), is_optional=True)
    course = make.make_course(activities=(make.make_quiz(), extra))
    facts = Facts(quizzes={"quiz-1": quiz(900), "extra": quiz(100)})
    assert rules.best_score(course, facts, NOW) == 900
    alone = make.make_course(activities=(extra,))
    assert rules.best_score(alone, facts, NOW) == 100


@given(
    st.sets(st.sampled_from(["lesson-1", "lesson-2", "extra"])),
    st.sets(st.sampled_from(["quiz-1", "quiz-2"])),
    st.booleans(),
)
def test_progress_adds_up_whatever_was_done(
    lessons: set[str],
    passed: set[str],
    is_earned: bool,
) -> None:
    facts = Facts(
        lessons=dict.fromkeys(lessons, NOW),
        touched=dict.fromkeys(lessons, NOW),
        quizzes={id_: quiz(900, passed=True) for id_ in passed},
        earned=Earned(NOW, 1) if is_earned else None,
    )
    progress = rules.course_progress(ENTRY, facts, NOW)
    required = set(required_ids(ENTRY.course, NOW))
    left = required - lessons - passed
    assert set(progress.missing) == (set() if is_earned else left)
    assert progress.done_count + len(progress.missing) == progress.required_count
    assert progress.is_rule_met == (is_earned or not left)
    assert (progress.percent == 100) == progress.is_rule_met
    undone = [a.id for a in progress.activities if a.state != "complete"]
    place = progress.continue_to
    if undone:
        assert place is not None
        assert place.activity_id in undone
        assert not left or place.activity_id in left
    else:
        assert place is None


def test_an_open_attempt_comes_before_all_else() -> None:
    facts = Facts(
        touched={"lesson-1": NOW},
        answered={"lesson-1": frozenset({"check-1"})},
        quizzes={"quiz-2": quiz(None, attempt=7)},
    )
    progress = rules.course_progress(ENTRY, facts, NOW)
    assert progress.continue_to == Place("quiz-2", attempt_id=UUID(int=7))


def test_the_activity_worked_at_last_comes_next_at_its_first_open_check() -> None:
    facts = Facts(
        touched={"lesson-1": NOW, "lesson-2": NOW - timedelta(hours=1)},
        answered={"lesson-1": frozenset({"check-1"})},
    )
    progress = rules.course_progress(ENTRY, facts, NOW)
    assert progress.continue_to == Place("lesson-1", check_id="check-2")


def test_a_lesson_with_all_checks_answered_still_waits_for_the_button() -> None:
    facts = Facts(
        touched={"lesson-1": NOW},
        answered={"lesson-1": frozenset({"check-1", "check-2"})},
    )
    progress = rules.course_progress(ENTRY, facts, NOW)
    assert progress.continue_to == Place("lesson-1")
    assert progress.of("lesson-1").state == "in progress"  # type: ignore[union-attr]  # it is there
    assert progress.of("nowhere") is None


def test_a_quiz_without_points_is_complete_once_handed_in() -> None:
    free = make.make_quiz("quiz-1")
    free = replace(free, questions=(make.make_question("q1", 0),))
    course = make.make_course(
        activities=(make.make_lesson(), free), requires=("quiz-1",)
    )
    entry = CatalogueEntry(course, "d", 1)
    begun = Facts(quizzes={"quiz-1": quiz(None, attempt=1)})
    handed = Facts(quizzes={"quiz-1": quiz(0)})
    assert rules.course_progress(entry, begun, NOW).missing == ("quiz-1",)
    done = rules.course_progress(entry, handed, NOW)
    assert (done.missing, done.attempts, done.best_score) == ((), 0, None)


def test_a_course_that_requires_nothing_is_never_complete_by_itself() -> None:
    only = replace(make.make_lesson(), is_optional=True)
    entry = CatalogueEntry(make.make_course(activities=(only,)), "d", 1)
    progress = rules.course_progress(entry, Facts(), NOW)
    assert not progress.is_rule_met
    assert (progress.percent, progress.standing) == (0, "not started")


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


@given(st.lists(st.tuples(texts, texts, texts), min_size=2, max_size=8))
def test_sort_keys_compare_as_their_parts_do(parts: list[tuple[str, ...]]) -> None:
    keys = sorted(parts, key=lambda part: rules.sort_key(part).encode())
    assert keys == sorted(parts)


def test_a_mark_has_a_word() -> None:
    single, scale = make.make_question(), Question(id="s", type="scale", stem="How?")
    words = [rules.outcome(single, mark) for mark in (1000, 500, 0)]
    assert words == ["correct", "partly", "wrong"]
    assert rules.outcome(scale, 0) == "noted"
