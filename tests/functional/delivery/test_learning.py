from datetime import date, timedelta

from sqlalchemy.orm import Session

from tests.functional.delivery.course import late_lesson, rich_course
from tests.functional.delivery.learner import Deliver, Enter, Learner, Write
from tests.make import make_course, make_lesson, make_person
from tests.pages import words
from trainer import clock
from trainer.accounts.queries import person_by_email
from trainer.enrolment.commands import assign


def order(learner: Learner, course_id: str, due_on: date | None) -> object:
    """Return the work that assigns a course to a learner."""

    def work(session: Session) -> bool:
        person = person_by_email(session, learner.email)
        return assign(session, person.id, course_id, due_on, clock.now())

    return work


def finish(learner: Learner, path: str) -> None:
    for check in learner.get(path).find_all("form", class_="check"):
        field = check.find("input", type="radio")
        assert field is not None
        learner.post(str(check["action"]), answer=str(field["value"]))
    assert learner.post(f"{path}/completion").status_code == 303


def test_an_empty_start_says_what_to_do_next(enter: Enter) -> None:
    page = enter().get("/")
    assert "You have no courses yet" in words(page)
    assert page.find("a", href="/courses/", class_="govuk-button") is not None


def test_an_empty_catalogue_says_so(enter: Enter) -> None:
    assert "No courses are published yet" in words(enter().get("/courses/"))


def test_the_most_urgent_course_comes_first(
    deliver: Deliver, enter: Enter, write: Write
) -> None:
    for name in ("anytime", "soon", "late", "later"):
        deliver(make_course(name))
    learner, today = enter(), clock.now().date()
    learner.get("/courses/anytime/lesson-1")
    for name, days in (("later", 30), ("soon", 3), ("late", -1)):
        write(order(learner, name, today + timedelta(days=days)))  # type: ignore[arg-type]  # the work
    page = learner.get("/")
    titles = [words(t) for t in page.find_all("h3")]
    assert titles == [f"Title of {n}" for n in ("late", "soon", "later", "anytime")]
    first = page.find("section", class_="next-step")
    assert first is not None
    assert "Overdue" in words(first)
    assert len(page.select("main a.govuk-button:not(.govuk-button--secondary)")) == 1


def test_continue_leads_to_the_first_unanswered_check(
    deliver: Deliver, enter: Enter
) -> None:
    lessons = (make_lesson("lesson-1", checks=2), make_lesson("lesson-2"))
    deliver(make_course(activities=lessons))
    learner = enter()
    form = learner.get("/courses/course-1/lesson-1").find("form", id="check-check-1")
    assert form is not None
    field = form.find("input", type="radio")
    assert field is not None
    learner.post(str(form["action"]), answer=str(field["value"]))
    page = learner.get("/")
    hrefs = [str(a["href"]) for a in page.select("main a.govuk-button")]
    assert hrefs == ["/courses/course-1/lesson-1#check-check-2"]


def test_a_completed_course_stands_among_the_results(
    deliver: Deliver, enter: Enter
) -> None:
    lessons = (make_lesson("lesson-1"), make_lesson("lesson-2", checks=0))
    deliver(make_course(activities=lessons))
    learner = enter()
    finish(learner, "/courses/course-1/lesson-1")
    assert "1 of 2 activities complete" in words(learner.get("/"))
    finish(learner, "/courses/course-1/lesson-2")
    page = learner.get("/")
    assert "Nothing is waiting for you" in words(page)
    assert "Completed" in words(page)
    course = words(learner.get("/courses/course-1"))
    assert "You completed this course on" in course
    record = words(learner.get("/me"))
    for line in ("Course completed: Title of course-1", "Lesson completed: Title of"):
        assert line in record


def test_a_course_page_shows_states_and_what_is_missing(
    deliver: Deliver, enter: Enter
) -> None:
    deliver(rich_course())
    learner = enter()
    assert "Not started" in words(learner.get("/courses/rich-course"))
    finish(learner, "/courses/rich-course/plain")
    page = learner.get("/courses/rich-course")
    text = words(page)
    assert "1 of 3 activities complete" in text
    assert "2 things are still missing for completion" in text
    assert "Reach 70 per cent" in text
    bar = page.find("progress")
    assert bar is not None
    assert (bar["value"], bar["max"]) == ("1", "3")


def test_what_is_published_later_is_hidden_until_then(
    deliver: Deliver, enter: Enter
) -> None:
    later = clock.now() + timedelta(days=1)
    deliver(rich_course(late_lesson(later)))
    deliver(make_course("hidden", publish_at=later))
    learner = enter()
    assert "A later lesson" not in str(learner.get("/courses/rich-course"))
    learner.get("/courses/rich-course/later", status=404)
    assert "Title of hidden" not in str(learner.get("/courses/"))
    page = learner.get("/courses/hidden", status=404)
    assert page.find("a", href="/courses/") is not None
    past = clock.now() - timedelta(minutes=1)
    deliver(rich_course(late_lesson(past)))
    assert "A later lesson" in str(learner.get("/courses/rich-course"))
    learner.get("/courses/rich-course/later")


def test_a_course_for_those_assigned_is_closed_to_others(
    deliver: Deliver, enter: Enter, write: Write
) -> None:
    deliver(make_course("closed", audience="assigned"))
    learner = enter()
    for path in ("/courses/closed", "/courses/closed/lesson-1"):
        learner.get(path, status=404)
    assert "Title of closed" not in words(learner.get("/courses/"))
    write(order(learner, "closed", None))  # type: ignore[arg-type]  # the work
    assert "Title of closed" in words(learner.get("/courses/"))
    learner.get("/courses/closed/lesson-1")


def test_an_unknown_address_shows_a_way_on(deliver: Deliver, enter: Enter) -> None:
    deliver(rich_course())
    learner = enter()
    for path in ("/courses/nothing", "/courses/rich-course/nothing", "/nowhere"):
        page = learner.get(path, status=404)
        assert page.find("main").find("a", href=True) is not None  # type: ignore[union-attr]  # it is there


def test_a_stranger_is_sent_to_sign_in(enter: Enter, deliver: Deliver) -> None:
    deliver(rich_course())
    client = enter().client
    client.delete_cookie("session", domain="localhost")
    for path in ("/", "/courses/", "/courses/rich-course", "/me"):
        reply = client.get(path)
        assert reply.status_code in {302, 303}
        assert "/sign-in" in reply.location


def test_nobody_sees_the_record_of_another(
    deliver: Deliver, enter: Enter, write: Write
) -> None:
    deliver(make_course(activities=(make_lesson("lesson-1"),)))
    finish(enter(), "/courses/course-1/lesson-1")
    write(lambda session: make_person(session, "idle@demo.example"))
    other = enter("other@demo.example")
    assert "Nothing has happened yet." in words(other.get("/me"))
    assert "You have no courses yet" in words(other.get("/"))
