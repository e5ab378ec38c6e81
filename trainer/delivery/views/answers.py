"""Take answers: one at a time from scripts, a whole page from a plain form."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import jsonify, request
from flask_babel import gettext as _
from werkzeug.exceptions import (
    BadRequest,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from trainer.accounts.access import visitor
from trainer.assessment import queries
from trainer.assessment.rules import chain, timing, tokens
from trainer.assessment.rules.saving import Acknowledgement, Save
from trainer.courses.marking import ResponseError
from trainer.database import unit
from trainer.delivery import commands
from trainer.errors import InvalidError, KeyReuseError
from trainer.extensions import catalogue, db
from trainer.web import refuse_json, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from trainer.assessment.models import Answer
    from trainer.assessment.queries import Pinned
    from trainer.courses.model import Question, Quiz

MOST_BYTES = 16_384
MOST_COUNT = 2**31  # what a whole number in the database holds
MOST_DIGITS = 10
MOST_MOMENT = 64  # characters of an ISO 8601 moment, with room


@dataclass(slots=True)
class FormOutcome:
    """What a plain form could not save, by question id.

    `conflicts` gives the revision that stands of what another window changed.
    """

    errors: dict[str, str] = field(default_factory=dict)
    posted: dict[str, object] = field(default_factory=dict)
    conflicts: dict[str, int] = field(default_factory=dict)
    is_late: bool = False

    @property
    def is_whole(self) -> bool:
        """Say whether everything was taken."""
        return not self.errors and not self.conflicts


def save_json(attempt: Pinned, arrived_at: datetime) -> ResponseReturnValue:
    """Keep the one answer of a script's request and acknowledge it once committed."""
    try:
        save = read_save(attempt, read_body())
        made = keep(attempt, (save,), arrived_at)[0]
    except InvalidError as error:
        return refuse_json(422, "invalid", said(error))
    except KeyReuseError as error:
        return refuse_json(422, "key_reuse", said(error))
    if made.kind == "late":
        message = _("The attempt had ended. The answer is kept and not counted.")
        return refuse_json(409, "late", message, stored=True, key=made.key)
    if made.kind == "conflict":
        return _conflict(attempt, _question(attempt.quiz, save.question_id), save, made)
    return jsonify(
        key=made.key,
        rev=made.rev,
        received_at=made.received_at.isoformat(),
        replayed=made.is_replayed,
        hash=made.hash,
    )


def keep(
    attempt: Pinned, saves: Sequence[Save], arrived_at: datetime
) -> list[Acknowledgement]:
    """Keep answers in one write unit; the acknowledgements hold once this returns."""
    person_id = visitor().id
    has_ended = timing.has_ended(attempt.deadline_at, arrived_at)
    entry = catalogue().course(attempt.course_id) if has_ended else None

    return unit(
        db.engine,
        lambda s: commands.keep(s, person_id, attempt.id, saves, arrived_at, entry),
    )


def read_body() -> dict[str, object]:
    """Return the JSON object of a request; refuse what is none, or too large."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    if (request.content_length or 0) > MOST_BYTES:
        raise RequestEntityTooLarge
    try:
        body = json.loads(request.get_data(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest from error
    if not isinstance(body, dict):
        raise BadRequest
    return body


def read_save(attempt: Pinned, body: Mapping[str, object]) -> Save:
    """Return the save that a body describes; raise InvalidError that says the fault."""
    question_id = body.get("question")
    question = _question(attempt.quiz, question_id)
    base_rev = body.get("base_rev")
    saved_at = body.get("saved_at")
    return Save(
        key=_uuid(body, "key"),
        question_id=question.id,
        response=read_response(attempt, question, body.get("response")),
        device=_uuid(body, "device"),
        seq=_count("seq", body.get("seq")),
        base_rev=None if base_rev is None else _count("base_rev", base_rev),
        saved_at="" if saved_at is None else _plain("saved_at", saved_at, MOST_MOMENT),
    )


def read_response(attempt: Pinned, question: Question, offered: object) -> object:
    """Return a response by position; raise InvalidError when it cannot be one."""
    if isinstance(offered, str):
        _plain("response", offered, MOST_BYTES)
    try:
        return tokens.to_response(attempt.token_key, question, offered)
    except ResponseError as error:
        raise InvalidError(
            _("This answer cannot be taken: %(why)s.", why=said(error))
        ) from error


def save_form(
    attempt: Pinned, answers: Mapping[str, Answer], arrived_at: datetime
) -> FormOutcome:
    """Keep what a plain form changed; the same form posted twice changes nothing.

    An answer that the page did not change is left alone, even when another window
    changed it since.
    """
    outcome = FormOutcome()
    saves: list[Save] = []
    for question in attempt.quiz.questions:
        answer = answers.get(question.id)
        if not _is_posted(question):
            continue
        try:
            response = read_response(attempt, question, _offered(question))
        except InvalidError as error:
            outcome.errors[question.id] = said(error)
            outcome.posted[question.id] = _offered(question)
            continue
        stands = answer.rev if answer else 0
        save = _form_save(attempt, question, response, stands)
        if not _is_untouched(attempt, save, answer):
            saves.append(save)
    kept = keep(attempt, saves, arrived_at) if saves else []
    for save, made in zip(saves, kept, strict=True):
        if made.kind == "conflict":
            outcome.posted[save.question_id] = save.response
            outcome.conflicts[save.question_id] = made.rev
        outcome.is_late |= made.kind == "late"
    return outcome


def read_revs() -> dict[str, int]:
    """Return the revisions that a submission says it was told of, by question id."""
    if request.mimetype == "application/json":
        body = read_body().get("revs", {})
        if not isinstance(body, dict):
            raise InvalidError(_("%(name)s must be plain text.", name="revs"))
        return {str(q): _count("revs", rev) for q, rev in body.items()}
    return {
        name.removeprefix("rev-"): int(rev)
        for name, rev in request.form.items()
        if name.startswith("rev-") and _is_rev(rev)
    }


def new_page() -> str:
    """Return a fresh id for one drawing of an attempt's page."""
    return str(uuid.uuid4())


def _is_rev(text: str) -> bool:
    """Say whether a form field holds a revision."""
    return text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS


def _is_posted(question: Question) -> bool:
    """Say whether the form showed a question at all."""
    return any(f"{part}-{question.id}" in request.form for part in ("answer", "rev"))


def _offered(question: Question) -> object:
    """Return what a form holds for a question, in the shape that scripts send."""
    values = request.form.getlist(f"answer-{question.id}")
    if question.type == "multiple":
        return values
    value = values[0] if values else None
    if question.type == "truefalse":
        return {"true": True, "false": False}.get(value or "", value)
    return value.strip() if value and question.type in {"text", "number"} else value


def _form_save(
    attempt: Pinned, question: Question, response: object, stands: int
) -> Save:
    """Return the save of one field.

    Its key follows from the page, the answer and the revision that stands: the same
    form sent twice is one save, and an answer gone back to later is another.
    """
    page = request.form.get("device", "")
    try:
        device = uuid.UUID(page)
    except ValueError:
        device = uuid.uuid5(attempt.id, page)
    rev = request.form.get(f"rev-{question.id}", "")
    told = chain.canonical([question.id, response, stands]).decode()
    return Save(
        key=str(uuid.uuid5(device, told)),
        question_id=question.id,
        response=response,
        device=str(device),
        seq=1,
        base_rev=int(rev) if _is_rev(rev) else None,
    )


def _is_untouched(attempt: Pinned, save: Save, answer: Answer | None) -> bool:
    """Say whether a field still holds what stands, or what its page was drawn with."""
    if save.response == (answer.response if answer else None):
        return True
    if answer is None or save.base_rev is None or save.base_rev >= answer.rev:
        return False
    drawn = queries.response_at(db.session, attempt.id, save.question_id, save.base_rev)
    return save.response == drawn


def _conflict(
    attempt: Pinned, question: Question, save: Save, made: Acknowledgement
) -> ResponseReturnValue:
    """Refuse a save that overlooked another device, and say both values."""
    return refuse_json(
        409,
        "conflict",
        _("This answer was changed on another device or in another window."),
        stored=True,
        key=made.key,
        question=question.id,
        rev=made.rev,
        mine=tokens.to_offered(attempt.token_key, question, save.response),
        theirs=tokens.to_offered(attempt.token_key, question, made.current),
    )


def _question(quiz: Quiz, question_id: object) -> Question:
    """Return a question of a quiz; raise InvalidError when it has none of that id."""
    for question in quiz.questions:
        if question.id == question_id:
            return question
    raise InvalidError(_("This quiz has no such question."))


def _uuid(body: Mapping[str, object], name: str) -> str:
    """Return a member that must be a UUID, in its one spelling."""
    try:
        return str(uuid.UUID(_plain(name, body.get(name), MOST_MOMENT)))
    except ValueError as error:
        raise InvalidError(_("%(name)s must be a UUID.", name=name)) from error


def _count(name: str, value: object) -> int:
    """Return a member that must be a whole number, not below nothing."""
    number = value if isinstance(value, int) and not isinstance(value, bool) else -1
    if not 0 <= number < MOST_COUNT:
        raise InvalidError(_("%(name)s must be a whole number.", name=name))
    return number


def _plain(name: str, value: object, most: int) -> str:
    """Return a member that must be text that every database can keep."""
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise InvalidError(_("%(name)s must be plain text.", name=name))
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise InvalidError(_("%(name)s must be plain text.", name=name))
    return value


def _refuse_constant(name: str) -> None:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(name)
