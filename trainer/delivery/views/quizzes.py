"""A quiz: its rules, an attempt at it, handing in, the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request
from flask import url_for as address
from flask_babel import gettext as _

from trainer import clock, web
from trainer.accounts.access import visitor
from trainer.assessment import queries
from trainer.assessment.rules import timing
from trainer.courses.catalogue import is_graded, neighbours
from trainer.courses.model import Quiz
from trainer.database import unit
from trainer.delivery import access, commands
from trainer.delivery.views import answers, cards, sheets
from trainer.delivery.views.sheets import Due, Filled, Paper
from trainer.errors import MissingSavesError, RefusedError
from trainer.extensions import catalogue, db
from trainer.web import policy, refuse_json, wants_json

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from trainer.assessment.models import Attempt
    from trainer.assessment.queries import QuizState
    from trainer.courses.catalogue import CatalogueEntry

bp = Blueprint("quizzes", __name__)


def start_page(entry: CatalogueEntry, quiz: Quiz) -> ResponseReturnValue:
    """Show the rules of a quiz, how the visitor stands at it, and the way in."""
    state = queries.quiz_state(db.session, visitor().id, entry.course.id, quiz)
    return render_template(
        "delivery/quiz_start.html",
        course=entry.course,
        quiz=quiz,
        state=state,
        is_graded=is_graded(quiz),
        past=[
            (one, cards.score_text(one.score) if is_graded(quiz) else "")
            for one in state.past
        ],
        best_text=cards.score_text(state.best_score),
        start_href=address("quizzes.start", course_id=entry.course.id, quiz_id=quiz.id),
        breadcrumbs=_trail(entry.course.id, entry.course.title, quiz.title),
    )


@bp.post("/courses/<course_id>/<quiz_id>/attempts")
@policy("learner")
def start(course_id: str, quiz_id: str) -> ResponseReturnValue:
    """Open an attempt, or go on with the one already open."""
    now = clock.now()
    entry, quiz = access.open_activity(course_id, quiz_id, now)
    if not isinstance(quiz, Quiz):
        abort(405)
    person_id = visitor().id
    if quiz.time_limit:
        queries.refuse_wrong_clock(db.session, now)
    try:
        made = unit(db.engine, lambda s: commands.begin(s, person_id, entry, quiz, now))
    except RefusedError:
        return _refuse_start(entry, quiz)
    href = address("quizzes.attempt", attempt_id=made.id)
    if wants_json():
        return jsonify(attempt=str(made.id), url=href, number=made.number)
    return redirect(href, 303)


@bp.get("/attempts/<uuid:attempt_id>")
@policy("learner")
def attempt(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """Show the questions of an open attempt with what is answered so far."""
    found = queries.own_attempt(db.session, visitor().id, attempt_id)
    now = clock.now()
    if not timing.is_open(found.state, found.deadline_at, now):
        return redirect(address("quizzes.result", attempt_id=attempt_id), 303)
    present = queries.answers_of(db.session, attempt_id)
    filled = Filled(
        {q: a.response for q, a in present.items()},
        {q: a.rev for q, a in present.items()},
    )
    return _attempt_page(found, filled, now)


@bp.route("/attempts/<uuid:attempt_id>/answers", methods=["PUT", "POST"])
@policy("learner")
def save(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """Keep one answer of a script, or a whole page of a plain form."""
    arrived_at = web.arrived_at()
    pinned = queries.pinned(db.session, visitor().id, attempt_id)
    if request.method == "PUT" or request.mimetype == "application/json":
        return answers.save_json(pinned, arrived_at)
    present = queries.answers_of(db.session, attempt_id)
    outcome = answers.save_form(pinned, present, arrived_at)
    if outcome.is_late:
        flash(
            _("The attempt had ended. The answers are kept and not counted."), "error"
        )
        return redirect(address("quizzes.result", attempt_id=attempt_id), 303)
    if not outcome.is_whole:
        return _mend_page(attempt_id, outcome, arrived_at)
    if request.form.get("then") == "review":
        return redirect(address("quizzes.review", attempt_id=attempt_id), 303)
    flash(_("Your answers are saved."), "success")
    return redirect(address("quizzes.attempt", attempt_id=attempt_id), 303)


@bp.get("/attempts/<uuid:attempt_id>/review")
@policy("learner")
def review(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """List what is answered and what is not, before handing in."""
    found = queries.own_attempt(db.session, visitor().id, attempt_id)
    if not timing.is_open(found.state, found.deadline_at, clock.now()):
        return redirect(address("quizzes.result", attempt_id=attempt_id), 303)
    course, quiz = queries.pinned_course(db.session, found)
    present = queries.answers_of(db.session, attempt_id)
    filled = Filled(
        {q: a.response for q, a in present.items()},
        {q: a.rev for q, a in present.items()},
    )
    href = address("quizzes.attempt", attempt_id=attempt_id)
    drawn = sheets.sheets(Paper(found, course, quiz), filled, Due())
    return render_template(
        "delivery/attempt_review.html",
        quiz=quiz,
        attempt=found,
        sheets=drawn,
        back_href=href,
        unanswered=[
            {"number": one.number, "href": f"{href}#q-{one.id}"}
            for one in drawn
            if not one.is_answered
        ],
        submit_href=address("quizzes.submit", attempt_id=attempt_id),
        breadcrumbs=_trail(course.id, course.title, quiz.title, quiz.id),
    )


@bp.post("/attempts/<uuid:attempt_id>/submission")
@policy("learner")
def submit(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """Hand an attempt in; once more gives the same result."""
    now = web.arrived_at()
    person_id = visitor().id
    found = queries.own_attempt(db.session, person_id, attempt_id)
    entry = catalogue().course(found.course_id)
    revs = answers.read_revs()

    href = address("quizzes.result", attempt_id=attempt_id)
    try:
        closed = unit(
            db.engine,
            lambda s: commands.hand_in(s, person_id, attempt_id, revs, now, entry),
        )
    except MissingSavesError as error:
        return _refuse_submission(attempt_id, error)
    if wants_json():
        return jsonify(state=closed.state, result=href)
    return redirect(href, 303)


@bp.get("/attempts/<uuid:attempt_id>/result")
@policy("learner")
def result(attempt_id: uuid.UUID) -> ResponseReturnValue:
    """Show the score, what may be known of each question, and the way on."""
    person_id = visitor().id
    found = queries.own_attempt(db.session, person_id, attempt_id)
    now = clock.now()
    if timing.is_open(found.state, found.deadline_at, now):
        return redirect(address("quizzes.attempt", attempt_id=attempt_id), 303)
    course, quiz = queries.pinned_course(db.session, found)
    score = queries.attempt_score(db.session, found, quiz)
    state = queries.quiz_state(db.session, person_id, course.id, quiz, now)
    present = queries.answers_of(db.session, attempt_id)
    due = _due(quiz, state, is_passed=score.is_passed)
    filled = Filled({q: a.response for q, a in present.items()}, marks=score.marks)
    entry = catalogue().course(course.id)
    return render_template(
        "delivery/result.html",
        quiz=quiz,
        attempt=found,
        state=state,
        due=due,
        is_graded=is_graded(quiz),
        is_passed=score.is_passed,
        score_text=cards.score_text(score.score),
        pass_text=cards.score_text(score.pass_mark),
        sheets=sheets.sheets(Paper(found, course, quiz), filled, due),
        is_timed_out=_is_timed_out(found),
        start_href=cards.activity_href(course.id, quiz.id) if entry else "",
        onward=_onward(entry, quiz, now) if entry else None,
        breadcrumbs=_trail(course.id, course.title, quiz.title, quiz.id),
    )


def _attempt_page(
    found: Attempt, filled: Filled, now: datetime, status: int = 200
) -> ResponseReturnValue:
    """Draw the page of an open attempt."""
    course, quiz = queries.pinned_course(db.session, found)
    drawn = sheets.sheets(Paper(found, course, quiz), filled, Due())
    page = render_template(
        "delivery/attempt.html",
        quiz=quiz,
        attempt=found,
        sheets=drawn,
        page_id=answers.new_page(),
        errors=[(one.error, f"#q-{one.id}") for one in drawn if one.error],
        save_href=address("quizzes.save", attempt_id=found.id),
        server_now=now.isoformat(),
        deadline=found.deadline_at.isoformat() if found.deadline_at else "",
        breadcrumbs=_trail(course.id, course.title, quiz.title, quiz.id),
    )
    return page, status


def _mend_page(
    attempt_id: uuid.UUID, outcome: answers.FormOutcome, now: datetime
) -> ResponseReturnValue:
    """Draw the page again with what was typed, and say what was not taken and why."""
    db.session.close()  # what it has read is older than what was just written
    found = queries.own_attempt(db.session, visitor().id, attempt_id)
    _course, quiz = queries.pinned_course(db.session, found)
    present = queries.answers_of(db.session, found.id)
    errors = dict(outcome.errors)
    for question in quiz.questions:
        if question.id in outcome.conflicts:
            errors[question.id] = _(
                "Another window or device has since saved: %(answer)s. "
                "Save again to use the answer shown here.",
                answer=sheets.spoken(question, present[question.id].response),
            )
    responses = {q: a.response for q, a in present.items()} | outcome.posted
    revs = {q: a.rev for q, a in present.items()} | outcome.conflicts
    status = 409 if outcome.conflicts else 422
    return _attempt_page(found, Filled(responses, revs, errors), now, status)


def _refuse_start(entry: CatalogueEntry, quiz: Quiz) -> ResponseReturnValue:
    """Say why no attempt can begin now; the start page has the details."""
    message = _("You cannot begin an attempt now.")
    if wants_json():
        return refuse_json(409, "no_attempts", message)
    flash(message, "error")
    return redirect(cards.activity_href(entry.course.id, quiz.id), 303)


def _refuse_submission(
    attempt_id: uuid.UUID, error: MissingSavesError
) -> ResponseReturnValue:
    """Say which answers have to arrive before the attempt can be handed in."""
    message = _("Some answers have not arrived yet. Save them, then hand in again.")
    if wants_json():
        return refuse_json(409, "missing", message, questions=list(error.questions))
    flash(message, "error")
    return redirect(address("quizzes.attempt", attempt_id=attempt_id), 303)


def _due(quiz: Quiz, state: QuizState, *, is_passed: bool) -> Due:
    """Return what may be shown of a closed attempt."""
    circumstances = timing.Circumstances(
        is_closed=True,
        is_passed=is_passed or state.is_passed,
        is_over=state.attempts_left == 0 and state.open_attempt_id is None,
    )
    key = timing.later(quiz.feedback, quiz.show_correct)
    return Due(
        timing.is_due(quiz.feedback, circumstances), timing.is_due(key, circumstances)
    )


def _is_timed_out(found: Attempt) -> bool:
    """Say whether the deadline, not the learner, closed an attempt."""
    return found.deadline_at is not None and found.closed_at in {
        None,
        found.deadline_at,
    }


def _onward(entry: CatalogueEntry, quiz: Quiz, now: datetime) -> Mapping[str, str]:
    """Return where to go on after a quiz: the next activity, or the course."""
    following = neighbours(entry.course, quiz.id, now).next
    if following is None:
        return {"title": "", "href": cards.course_href(entry.course.id)}
    href = cards.activity_href(entry.course.id, following.id)
    return {"title": following.title, "href": href}


def _trail(
    course_id: str, course_title: str, quiz_title: str, quiz_id: str = ""
) -> list[tuple[str, str]]:
    """Return the breadcrumbs; the quiz is a link on the pages below it."""
    href = cards.activity_href(course_id, quiz_id) if quiz_id else ""
    return [
        (_("Courses"), "/courses/"),
        (course_title, cards.course_href(course_id)),
        (quiz_title, href),
    ]
