"""A response in, the fraction of the points out."""

from trainer.courses.answers import numbers, texts
from trainer.courses.model import Accepted, Question
from trainer.errors import gettext_noop

MAX_RESPONSE = 2000


class ResponseError(ValueError):
    """A response does not have the shape that its question asks for."""


def validate(question: Question, response: object) -> None:
    """Raise ResponseError unless the response has the question's shape.

    Nothing (None) is always allowed: the question was not answered.
    """
    if response is None:
        return
    match question.type:
        case "single" | "scale":
            _require_position(question, response)
        case "multiple":
            _require_positions(question, response)
        case "truefalse":
            if not isinstance(response, bool):
                raise ResponseError("the response must be true or false")
        case "text" | "number":
            _require_text(response)


def mark(question: Question, response: object, language: str = "en") -> float:
    """Return the fraction of the points, 0 to 1, that a response earns.

    `language` is the learner's: it decides the decimal sign of a typed number.
    Raise ResponseError when the response has another shape than the question.
    """
    validate(question, response)
    if response is None or question.type == "scale":
        return 0.0
    if isinstance(response, bool):
        return float(response is question.truth)
    if isinstance(response, int):
        return _bounded(question.options[response - 1].weight)
    if isinstance(response, list | tuple):
        return _mark_multiple(question, frozenset(response))
    accepted = best_accepted(question, str(response), language)
    return _bounded(accepted.weight) if accepted else 0.0


def best_accepted(question: Question, response: str, language: str) -> Accepted | None:
    """Return the accepted answer of the highest weight that a typed response meets."""
    if question.type == "number":
        value = numbers.read_typed(response, language, question.unit)
        met = [a for a in question.accepted if numbers.is_within(a, value)]
    else:
        met = [a for a in question.accepted if texts.is_met(question, a, response)]
    return max(met, key=lambda a: a.weight, default=None)


def feedback_for(
    question: Question, response: object, language: str = "en"
) -> tuple[str, ...]:
    """Return the Markdown texts that answer a response, in reading order.

    First what belongs to the chosen or accepted answers, then the text for a right,
    partly right or wrong response. Explanation and source are not among them.
    """
    fraction = mark(question, response, language)
    found = list(_feedback_of_answers(question, response, language))
    if question.type != "scale":
        found.append(_feedback_of_result(question, fraction))
    return tuple(text for text in found if text)


def _feedback_of_answers(
    question: Question, response: object, language: str
) -> tuple[str, ...]:
    if isinstance(response, str):
        accepted = best_accepted(question, response, language)
        return (accepted.feedback,) if accepted else ()
    if isinstance(response, bool) or response is None:
        return ()
    picked = response if isinstance(response, list | tuple) else (response,)
    return tuple(
        option.feedback
        for position, option in enumerate(question.options, start=1)
        if position in picked
    )


def _feedback_of_result(question: Question, fraction: float) -> str:
    if fraction >= 1:
        return question.feedback.if_correct
    if fraction > 0:
        return question.feedback.if_partly or question.feedback.if_wrong
    return question.feedback.if_wrong


def _mark_multiple(question: Question, picked: frozenset[int]) -> float:
    pairs = [(i in picked, option) for i, option in enumerate(question.options, 1)]
    good = sum(is_picked is option.is_correct for is_picked, option in pairs)
    if question.scoring == "exact":
        return float(good == len(pairs))
    if question.scoring == "each":
        return good / len(pairs)
    right = sum(is_picked and option.is_correct for is_picked, option in pairs)
    total = sum(option.is_correct for option in question.options)
    taken = sum(o.weight for is_picked, o in pairs if is_picked and not o.is_correct)
    return _bounded(right / total + taken) if total else 0.0


def _bounded(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))


def _require_position(question: Question, response: object) -> None:
    if isinstance(response, bool) or not isinstance(response, int):
        raise ResponseError("the response must be the position of one answer")
    if not 1 <= response <= len(question.options):
        raise ResponseError(f"there is no answer {response}")


def _require_positions(question: Question, response: object) -> None:
    if not isinstance(response, list | tuple):
        raise ResponseError("the response must be a list of positions")
    for position in response:
        _require_position(question, position)
    if len(set(response)) != len(response):
        raise ResponseError("an answer is picked twice")


def _require_text(response: object) -> None:
    if not isinstance(response, str):
        raise ResponseError("the response must be text")
    if len(response) > MAX_RESPONSE:
        raise ResponseError(gettext_noop("the response is longer than 2000 characters"))
