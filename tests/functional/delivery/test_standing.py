import re
import uuid
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from tests.functional.delivery.learner import Deliver, Enter, Learner, Write
from tests.functional.delivery.test_learning import finish
from tests.make import make_course, make_lesson
from tests.pages import words
from trainer import clock
from trainer.accounts.queries import person_by_email
from trainer.assessment.rules.saving import Save
from trainer.courses.catalogue import find_activity
from trainer.courses.model import Quiz
from trainer.delivery.commands import begin, hand_in, keep
from trainer.publishing.commands import withdraw
from trainer.publishing.queries import load_catalogue

PAGES = ("/", "/courses/", "/courses/course-1", "/courses/course-1/lesson-1")


@pytest.fixture
def learner(deliver: Deliver, enter: Enter) -> Learner:
    deliver(make_course())
    return enter()


def sit(write: Write, learner: Learner, position: int) -> None:
    """Sit the quiz once, choosing the same position everywhere."""

    def work(session: Session) -> None:
        person_id = person_by_email(session, learner.email).id
        entry = load_catalogue(session).course("course-1")
        assert entry is not None
        quiz = find_activity(entry.course, "quiz-1")
        assert isinstance(quiz, Quiz)
        now = clock.now()
        attempt = begin(session, person_id, entry, quiz, now)
        device = str(uuid.uuid4())
        saves = [
            Save(str(uuid.uuid4()), question.id, position, device, number)
            for number, question in enumerate(quiz.questions, start=1)
        ]
        keep(session, person_id, attempt.id, saves, now, entry)
        hand_in(session, person_id, attempt.id, {}, now, entry)

    write(work)


def counts(learner: Learner) -> list[str]:
    """Return what each page says of the progress in the course."""
    found = []
    for path in PAGES:
        said = re.search(r"\d+ of \d+ activities complete", words(learner.get(path)))
        found.append(said.group() if said else "")
    return found


def test_every_page_tells_the_same_progress(learner: Learner, write: Write) -> None:
    learner.get(PAGES[-1])
    assert counts(learner) == ["0 of 3 activities complete"] * 4
    finish(learner, PAGES[-1])
    assert counts(learner) == ["1 of 3 activities complete"] * 4
    sit(write, learner, position=1)
    assert counts(learner) == ["1 of 3 activities complete"] * 4
    sit(write, learner, position=2)
    assert counts(learner) == ["2 of 3 activities complete"] * 4


def test_a_completion_stands_when_the_course_grows(
    learner: Learner, write: Write, deliver: Deliver
) -> None:
    for name in ("lesson-1", "lesson-2"):
        finish(learner, f"/courses/course-1/{name}")
    sit(write, learner, position=2)
    course = make_course()
    assert "You completed this course on" in words(learner.get("/courses/course-1"))
    module = course.modules[0]
    more = replace(module, activities=(*module.activities, make_lesson("lesson-3")))
    deliver(replace(course, modules=(more,)))
    page = words(learner.get("/courses/course-1"))
    assert "You completed this course on" in page
    assert "4 of 4 activities complete" in page
    lesson = words(learner.get("/courses/course-1/lesson-1"))
    assert "4 of 4 activities complete" in lesson


def test_results_stand_on_the_record_and_among_the_courses(
    learner: Learner, write: Write
) -> None:
    sit(write, learner, position=1)
    sit(write, learner, position=2)
    record = words(learner.get("/me"))
    for line in ("100%", "0%", "Passed", "Not passed", "Quiz handed in: Title of"):
        assert line in record
    assert "Best score 100%" in words(learner.get("/"))
    assert "Best score 100%" in words(learner.get("/courses/course-1"))


def test_the_record_outlives_the_course(
    learner: Learner, write: Write, deliver: Deliver
) -> None:
    finish(learner, "/courses/course-1/lesson-1")
    sit(write, learner, position=2)
    write(lambda session: withdraw(session, "course-1", clock.now()))
    record = words(learner.get("/me"))
    assert "Lesson completed: Title of lesson-1" in record
    assert "Title of quiz-1" in record
    learner.get("/courses/course-1", status=404)
    assert "You have no courses yet" in words(learner.get("/"))
