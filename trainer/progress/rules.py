"""What makes a course complete, how far a learner is, and where to go on.

Plain values in, plain values out. Scores are thousandths of the maximum, which are
tenths of a per cent.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias

from trainer.courses import catalogue
from trainer.courses.catalogue import CatalogueEntry
from trainer.courses.model import Activity, Course, Lesson, Question, Quiz

State: TypeAlias = Literal["not started", "in progress", "complete"]
Standing: TypeAlias = Literal[
    "expired", "complete", "overdue", "in progress", "not started"
]
Outcome: TypeAlias = Literal["correct", "partly", "wrong", "noted"]
FULL = 1000
SEPARATOR = "\x01"
LONGEST_PART = 100


@dataclass(frozen=True, slots=True)
class QuizFacts:
    """What one learner did at one quiz; `best_score` counts gradings that stand."""

    attempts: int
    best_score: int | None
    is_passed: bool
    open_attempt_id: uuid.UUID | None
    touched_at: datetime


@dataclass(frozen=True, slots=True)
class Earned:
    """The completion that was recorded: when, and under which version."""

    recorded_at: datetime
    course_version: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything recorded of one person on one course.

    `lessons` says when each was completed, `answered` which checks of a lesson were
    tried, `touched` when a lesson was last worked at.
    """

    enrolled_at: datetime | None = None
    is_assigned: bool = False
    due_on: date | None = None
    earned: Earned | None = None
    lessons: Mapping[str, datetime] = field(default_factory=dict)
    answered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    touched: Mapping[str, datetime] = field(default_factory=dict)
    quizzes: Mapping[str, QuizFacts] = field(default_factory=dict)
    first_activity_at: datetime | None = None
    last_activity_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActivityProgress:
    """How far a learner is with one activity; `best_score` in thousandths."""

    activity: Activity
    state: State
    is_required: bool
    answered: frozenset[str] = frozenset()
    completed_at: datetime | None = None
    attempts: int = 0
    best_score: int | None = None
    is_passed: bool = False
    open_attempt_id: uuid.UUID | None = None

    @property
    def id(self) -> str:
        """Return the activity's id."""
        return self.activity.id


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: an open attempt, or an activity and perhaps a check in it."""

    activity_id: str
    check_id: str | None = None
    attempt_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """How far one person is on one course at one moment.

    `missing` holds the ids of required activities that are not complete;
    `best_score` and `pass_mark` are in tenths of a per cent; `minutes` are the
    author's of what is complete, `minutes_left` of what is missing.
    """

    entry: CatalogueEntry
    standing: Standing
    activities: tuple[ActivityProgress, ...]
    required_count: int
    done_count: int
    percent: int
    missing: tuple[str, ...]
    continue_to: Place | None
    best_score: int | None
    pass_mark: int | None
    attempts: int
    minutes: int
    minutes_left: int
    enrolled_at: datetime | None
    is_assigned: bool
    due_on: date | None
    earned: Earned | None
    first_activity_at: datetime | None
    last_activity_at: datetime | None

    @property
    def is_rule_met(self) -> bool:
        """Say whether every required activity is complete; none is never enough."""
        return is_complete(self.required_count, len(self.missing))

    def of(self, activity_id: str) -> ActivityProgress | None:
        """Return the progress with one activity, or nothing."""
        return next((a for a in self.activities if a.id == activity_id), None)


def is_complete(required_count: int, missing_count: int) -> bool:
    """Say whether the rule of a course is met."""
    return required_count > 0 and missing_count == 0


def percent(done: int, required: int) -> int:
    """Return what part is done in whole per cent, never rounded up."""
    return done * 100 // required if required else 0


def weighted_mean(pairs: Iterable[tuple[int, int]]) -> int | None:
    """Return the mean of (value, weight) pairs, halves rounded up; None without any."""
    known = [(value, weight) for value, weight in pairs if weight > 0]
    total = sum(weight for _value, weight in known)
    if not total:
        return None
    weighted = sum(value * weight for value, weight in known)
    return (2 * weighted + total) // (2 * total)


def standing(
    *,
    is_earned: bool,
    is_started: bool,
    due_on: date | None,
    expires_on: date | None,
    day: date,
) -> Standing:
    """Return the standing on a day; what comes first in the list goes before."""
    if expires_on is not None and expires_on < day:
        return "expired"
    if is_earned:
        return "complete"
    if due_on is not None and due_on < day:
        return "overdue"
    return "in progress" if is_started else "not started"


def scored_quizzes(course: Course, now: datetime) -> tuple[tuple[Quiz, int], ...]:
    """Return the quizzes that make up a course's score, each with its weight.

    The course's weights if it gives any; else every required graded quiz, or every
    graded one when none is required, alike.
    """
    visible = catalogue.visible_activities(course, now)
    graded = [a for a in visible if isinstance(a, Quiz) and catalogue.is_graded(a)]
    if course.weights:
        weights = dict(course.weights)
        return tuple((q, weights[q.id]) for q in graded if q.id in weights)
    required = frozenset(catalogue.required_ids(course, now))
    chosen = [quiz for quiz in graded if quiz.id in required] or graded
    return tuple((quiz, 1) for quiz in chosen)


def best_score(course: Course, facts: Facts, now: datetime) -> int | None:
    """Return the weighted mean of the best scores; untried is 0, none tried None."""
    counted = scored_quizzes(course, now)
    best = {quiz.id: _best_of(facts, quiz.id) for quiz, _weight in counted}
    if all(score is None for score in best.values()):
        return None
    return weighted_mean((best[quiz.id] or 0, weight) for quiz, weight in counted)


def pass_mark(course: Course, now: datetime) -> int | None:
    """Return the weighted mean of the pass marks in tenths of a per cent."""
    counted = scored_quizzes(course, now)
    return weighted_mean((quiz.pass_mark * 10, weight) for quiz, weight in counted)


def _best_of(facts: Facts, quiz_id: str) -> int | None:
    """Return the best score at one quiz, or nothing."""
    found = facts.quizzes.get(quiz_id)
    return found.best_score if found else None


def unanswered(lesson: Lesson, answered: Iterable[str]) -> tuple[Question, ...]:
    """Return the checks of a lesson that were not answered yet, in order."""
    known = frozenset(answered)
    return tuple(check for check in lesson.checks if check.id not in known)


def activity_progress(
    activity: Activity, facts: Facts, *, is_required: bool
) -> ActivityProgress:
    """Return how far a learner is with one lesson or quiz."""
    if isinstance(activity, Lesson):
        return _lesson_progress(activity, facts, is_required=is_required)
    return _quiz_progress(activity, facts, is_required=is_required)


def _lesson_progress(
    lesson: Lesson, facts: Facts, *, is_required: bool
) -> ActivityProgress:
    """Say that a lesson is complete once it was completed, whatever came after."""
    completed_at = facts.lessons.get(lesson.id)
    is_touched = lesson.id in facts.touched
    state: State = "in progress" if is_touched else "not started"
    return ActivityProgress(
        activity=lesson,
        state="complete" if completed_at else state,
        is_required=is_required,
        answered=facts.answered.get(lesson.id, frozenset()),
        completed_at=completed_at,
    )


def _quiz_progress(quiz: Quiz, facts: Facts, *, is_required: bool) -> ActivityProgress:
    """Say that a quiz is complete once passed; an ungraded one, once handed in."""
    found = facts.quizzes.get(quiz.id)
    if found is None:
        return ActivityProgress(quiz, "not started", is_required)
    is_handed_in = found.best_score is not None
    is_done = found.is_passed if catalogue.is_graded(quiz) else is_handed_in
    return ActivityProgress(
        activity=quiz,
        state="complete" if is_done else "in progress",
        is_required=is_required,
        attempts=found.attempts,
        best_score=found.best_score,
        is_passed=is_done,
        open_attempt_id=found.open_attempt_id,
    )


def continue_to(activities: Iterable[ActivityProgress], facts: Facts) -> Place | None:
    """Return where to go on.

    An open attempt first; then the incomplete activity worked at last; then the
    first incomplete one, the required before the optional. None when all is done.
    """
    known = tuple(activities)
    for found in known:
        if found.open_attempt_id is not None:
            return Place(found.id, attempt_id=found.open_attempt_id)
    left = [a for a in known if a.state != "complete"]
    begun = [a for a in left if a.state == "in progress"]
    if begun:
        return _place_in(max(begun, key=lambda a: _touched_at(a, facts)))
    required = [a for a in left if a.is_required]
    return _place_in((required or left)[0]) if left else None


def _touched_at(progress: ActivityProgress, facts: Facts) -> datetime:
    """Return when an activity in progress was last worked at."""
    quiz = facts.quizzes.get(progress.id)
    return quiz.touched_at if quiz else facts.touched[progress.id]


def _place_in(progress: ActivityProgress) -> Place:
    """Point to an activity, at its first unanswered check once it was begun."""
    activity = progress.activity
    if isinstance(activity, Quiz) or not progress.answered:
        return Place(activity.id)
    rest = unanswered(activity, progress.answered)
    return Place(activity.id, check_id=rest[0].id if rest else None)


def course_progress(
    entry: CatalogueEntry, facts: Facts, now: datetime
) -> CourseProgress:
    """Return how far a person is on a course, from the facts alone.

    A completion stands: what the course asks for since then is not missing.
    """
    course = entry.course
    required = frozenset(catalogue.required_ids(course, now))
    activities = tuple(
        activity_progress(a, facts, is_required=a.id in required)
        for a in catalogue.visible_activities(course, now)
    )
    undone = [a for a in activities if a.is_required and a.state != "complete"]
    missing = () if facts.earned else tuple(a.id for a in undone)
    done = len(required) - len(missing)
    complete = [a for a in activities if a.state == "complete"]
    return CourseProgress(
        entry=entry,
        standing=standing(
            is_earned=facts.earned is not None,
            is_started=facts.first_activity_at is not None,
            due_on=facts.due_on,
            expires_on=None,
            day=now.date(),
        ),
        activities=activities,
        required_count=len(required),
        done_count=done,
        percent=100 if facts.earned else percent(done, len(required)),
        missing=missing,
        continue_to=continue_to(activities, facts),
        best_score=best_score(course, facts, now),
        pass_mark=pass_mark(course, now),
        attempts=_graded_attempts(activities, facts),
        minutes=sum(a.activity.minutes for a in complete),
        minutes_left=sum(a.activity.minutes for a in undone) if missing else 0,
        enrolled_at=facts.enrolled_at,
        is_assigned=facts.is_assigned,
        due_on=facts.due_on,
        earned=facts.earned,
        first_activity_at=facts.first_activity_at,
        last_activity_at=facts.last_activity_at,
    )


def report_values(progress: CourseProgress) -> dict[str, object]:
    """Return what a report line says of a person's progress, by column."""
    entry, earned = progress.entry, progress.earned
    return {
        "course_version": earned.course_version if earned else entry.number,
        "language": entry.course.language,
        "required_count": progress.required_count,
        "done_count": progress.done_count,
        "best_score": progress.best_score,
        "pass_mark": progress.pass_mark,
        "attempts": progress.attempts,
        "minutes": progress.minutes,
        "enrolled_on": _day(progress.enrolled_at),
        "due_on": progress.due_on,
        "first_activity_at": progress.first_activity_at,
        "last_activity_at": progress.last_activity_at,
        "completed_on": _day(earned.recorded_at) if earned else None,
        "expires_on": None,
    }


def _day(moment: datetime | None) -> date | None:
    """Return the UTC day of a moment."""
    return moment.astimezone(UTC).date() if moment else None


def _graded_attempts(activities: Iterable[ActivityProgress], facts: Facts) -> int:
    """Count the attempts at quizzes that give marks, removed ones among them."""
    ungraded = {
        a.id
        for a in activities
        if isinstance(a.activity, Quiz) and not catalogue.is_graded(a.activity)
    }
    return sum(q.attempts for id_, q in facts.quizzes.items() if id_ not in ungraded)


def outcome(question: Question, mark: int) -> Outcome:
    """Return the word for a mark in thousandths; a scale has no right answer."""
    if question.type == "scale":
        return "noted"
    if mark >= FULL:
        return "correct"
    return "partly" if mark > 0 else "wrong"


def sort_key(parts: Iterable[str]) -> str:
    """Join texts so that comparing the result byte by byte compares them in turn.

    The separator sorts before every character that remains in the parts.
    """
    return SEPARATOR.join(
        "".join(max(c, " ") for c in part[:LONGEST_PART]) for part in parts
    )
