from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.functional.delivery.course import rich_course
from tests.functional.delivery.learner import Deliver, Enter, Learner
from tests.pages import words
from trainer.courses import markup
from trainer.courses.compiler import compile_roots
from trainer.courses.model import Activity, Course, Lesson, Question

LEAST = 12  # shorter texts, such as "Yes.", stand in pages for other reasons


def questions_of(activity: Activity) -> tuple[Question, ...]:
    return activity.checks if isinstance(activity, Lesson) else activity.questions


def secrets_of(question: Question) -> Iterator[str]:
    """Return every text that nobody may read before they answer."""
    feedback = question.feedback
    yield from question.hints
    yield from (feedback.explanation, feedback.source, feedback.if_correct)
    yield from (feedback.if_partly, feedback.if_wrong)
    yield from (answer.feedback for answer in question.options)
    yield from (answer.feedback for answer in question.accepted)


def plain(text: str) -> str:
    return words(BeautifulSoup(markup.render(text), "html.parser"))


def real_courses() -> list[Course]:
    content = Path(__file__).parents[3] / "content"
    found = [compiled.course for compiled in compile_roots([content]).courses]
    return [course for course in found if course is not None]


def assert_nothing_leaks(learner: Learner, course: Course) -> int:
    """Open every page of a course as a new learner; return how much was looked for."""
    paths = [f"/courses/{course.id}/{a.id}" for a in course.activities]
    paths += ["/", "/courses/", f"/courses/{course.id}", "/me"]
    pages = [words(learner.get(path)) for path in paths]
    shown = "\n".join(pages)
    looked_for = {
        plain(text)
        for activity in course.activities
        for question in questions_of(activity)
        for text in secrets_of(question)
        if len(text) >= LEAST
    }
    assert [text for text in looked_for if text in shown] == []
    return len(looked_for)


def test_no_page_of_a_real_course_tells_what_is_not_due(
    deliver: Deliver, enter: Enter
) -> None:
    courses = real_courses()
    assert courses
    learner = enter()
    for course in courses:
        deliver(course)
        assert assert_nothing_leaks(learner, course) > 0


def test_no_page_of_a_course_of_every_type_tells_what_is_not_due(
    deliver: Deliver, enter: Enter
) -> None:
    deliver(rich_course())
    page = str(enter().get("/courses/rich-course/rich"))
    for secret in ("FB-", "HINT-", "EXPLAIN-", "IF-", "is_correct", "weight"):
        assert secret not in page


@pytest.mark.parametrize("answer", [None, "nonsense"])
def test_a_refusal_tells_nothing_either(
    deliver: Deliver, enter: Enter, answer: str | None
) -> None:
    deliver(rich_course())
    learner = enter()
    path = "/courses/rich-course/rich/checks/which"
    for is_script in (True, False):
        reply = learner.post(path, is_script=is_script, answer=answer or "")
        assert reply.status_code == 422
        for secret in ("FB-", "HINT-", "EXPLAIN-", "IF-"):
            assert secret not in reply.text


def test_feedback_to_one_check_tells_nothing_of_another(
    deliver: Deliver, enter: Enter
) -> None:
    deliver(rich_course())
    learner = enter()
    path = "/courses/rich-course/rich/checks/true"
    said = learner.post(path, is_script=True, answer="false").text
    assert "EXPLAIN-true" in said
    for secret in ("FB-", "HINT-", "EXPLAIN-which", "IF-correct"):
        assert secret not in said
