import json
import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import SECRET
from tests.functional.delivery import course as course_of
from tests.functional.delivery.course import NUMBER, RICH, WHICH, rich_course
from tests.functional.delivery.learner import Deliver, Enter, Learner, Write
from tests.make import make_course, make_lesson
from tests.pages import Page, words
from trainer.accounts.formats import sign
from trainer.accounts.models import SignIn
from trainer.courses.model import Check, Prose
from trainer.delivery import rules
from trainer.delivery.rules import CheckPlace
from trainer.progress.models import Note, PracticeAnswer

LESSON = "/courses/rich-course/rich"


@pytest.fixture
def learner(deliver: Deliver, enter: Enter) -> Learner:
    deliver(rich_course())
    return enter()


def token_of(page: Page, check: str, text: str) -> str:
    """Return the value of an answer with that text."""
    form = page.find("form", id=f"check-{check}")
    assert form is not None
    label = next(t for t in form.find_all("label") if words(t) == text)
    field = form.find("input", id=label["for"])
    assert field is not None
    return str(field["value"])


def answer_all(learner: Learner) -> None:
    page = learner.get(LESSON)
    answers = {
        "which": token_of(page, "which", "First truth"),
        "true": "true",
        "number": "60",
        "sure": token_of(page, "sure", "Very"),
    }
    for check, answer in answers.items():
        assert (
            learner.post(f"{LESSON}/checks/{check}", answer=answer).status_code == 303
        )


def test_a_lesson_shows_every_block(learner: Learner) -> None:
    page = learner.get(LESSON)
    text = words(page)
    for expected in (
        "See every block",
        "A quiet remark.",
        "Folded text.",
        "Vienna Convention",
        "What one is sent to do.",
        "Ask three people",
        "Who clears it at night?",
        "0 of 4 checks answered",
    ):
        assert expected in text
    picture = page.find("img", alt="A map of the port")
    assert picture is not None
    assert learner.client.get(str(picture["src"])).status_code == 200
    contents = page.find("nav", class_="contents")
    assert contents is not None
    for link in contents.find_all("a"):
        assert page.find(id=str(link["href"])[1:]) is not None


def test_every_link_inside_a_lesson_leads_somewhere(learner: Learner) -> None:
    page = learner.get(LESSON)
    for link in page.find_all("a", href=True):
        href = str(link["href"])
        if href.startswith("?"):
            assert learner.client.get(LESSON + href).status_code == 200, href
        elif href.startswith("#"):
            assert page.find(id=href[1:]) is not None, href
        else:
            assert learner.client.get(href).status_code == 200, href


def test_the_first_opening_enrols_and_the_second_does_not(
    learner: Learner, app: Flask
) -> None:
    assert "no courses yet" in words(learner.get("/"))
    learner.get(LESSON)
    assert "A rich course" in words(learner.get("/"))
    learner.get(LESSON)


def test_opening_a_quiz_enrols_too(learner: Learner) -> None:
    learner.get("/courses/rich-course/quiz-1")
    assert "A rich course" in words(learner.get("/"))


def test_a_link_to_another_lesson_leads_there(enter: Enter, deliver: Deliver) -> None:
    course = make_course()
    blocks = (Prose("See [the other](lesson:lesson-2)."),)
    first = replace(make_lesson("lesson-1"), blocks=blocks)
    module = replace(course.modules[0], activities=(first, make_lesson("lesson-2")))
    deliver(replace(course, modules=(module,)))
    link = enter().get("/courses/course-1/lesson-1").find("a", string="the other")
    assert link is not None
    assert link["href"] == "/courses/course-1/lesson-2"


def test_a_script_that_completes_a_lesson_is_told_where_to_go(
    learner: Learner,
) -> None:
    path = "/courses/rich-course/plain/completion"
    reply = learner.post(path, is_script=True)
    assert reply.get_json() == {
        "completed": True,
        "next": "/courses/rich-course/quiz-1",
    }


def test_a_check_answered_by_a_script_gives_feedback_at_once(learner: Learner) -> None:
    page = learner.get(LESSON)
    path = f"{LESSON}/checks/which"
    lie = token_of(page, "which", "A lie")
    reply = learner.post(path, is_script=True, answer=lie)
    assert reply.status_code == 200
    said = reply.get_json()
    assert said["outcome"] == "wrong"
    assert (said["answered"], said["total"]) == (1, 4)
    joined = " ".join(said["feedback"])
    assert "FB-lie" in joined
    assert "IF-wrong" in joined
    assert "FB-first" not in joined
    truths = [token_of(page, "which", t) for t in ("First truth", "Second truth")]
    again = learner.post(path, is_script=True, answer=truths).get_json()
    assert again["outcome"] == "correct"
    assert again["announce"]


def test_a_check_answered_without_scripts_comes_back_to_its_place(
    learner: Learner,
) -> None:
    page = learner.get(LESSON)
    token = token_of(page, "which", "First truth")
    reply = learner.post(f"{LESSON}/checks/which", answer=token)
    assert reply.status_code == 303
    assert reply.location.endswith(f"{LESSON}#check-which")
    page = learner.get(LESSON)
    form = page.find("form", id="check-which")
    assert form is not None
    assert "Partly correct" in words(form)
    assert "FB-first" in words(form)
    assert form.find("input", value=token).has_attr("checked")  # type: ignore[union-attr]  # it is there
    assert "1 of 4 checks answered" in words(page)


def test_a_scale_has_no_right_answer(learner: Learner) -> None:
    token = token_of(learner.get(LESSON), "sure", "A bit")
    reply = learner.post(f"{LESSON}/checks/sure", is_script=True, answer=token)
    assert reply.get_json()["outcome"] == ""


@pytest.mark.parametrize("is_script", [True, False])
def test_an_empty_answer_is_refused_with_words(
    learner: Learner, is_script: bool
) -> None:
    reply = learner.post(f"{LESSON}/checks/which", is_script=is_script)
    assert reply.status_code == 422
    assert "Choose or write an answer first." in reply.text
    if is_script:
        assert reply.get_json()["error"] == "invalid"


@pytest.mark.parametrize("value", ["1", "nonsense", "\ud800x"])
def test_an_unknown_answer_is_refused(learner: Learner, value: str) -> None:
    reply = learner.post(
        f"{LESSON}/checks/which",
        is_script=True,
        answer=value.encode("utf-8", "replace"),
    )
    assert reply.status_code == 422


def test_the_order_of_answers_does_not_betray_their_places(learner: Learner) -> None:
    page = learner.get(LESSON)
    form = page.find("form", id="check-which")
    assert form is not None
    values = [str(f["value"]) for f in form.find_all("input", type="checkbox")]
    assert values == sorted(values)
    place = CheckPlace("another secret", "rich-course", "rich", "which")
    assert set(values).isdisjoint(o.token for o in rules.shown_options(WHICH, place))


def test_ticks_and_reflections_are_kept_for_their_owner_alone(
    learner: Learner, enter: Enter
) -> None:
    page = learner.get(LESSON)
    ticks = page.find("form", id="note-week").find_all("input", type="checkbox")  # type: ignore[union-attr]  # it is there
    reply = learner.post(f"{LESSON}/notes/week", ticks=str(ticks[1]["value"]))
    assert reply.status_code == 303
    assert reply.location.endswith("#note-week")
    text = 'My <b>own</b> "words"\r\nand more'
    reply = learner.post(f"{LESSON}/notes/own", is_script=True, text=text)
    assert reply.status_code == 200
    page = learner.get(LESSON)
    ticks = page.find("form", id="note-week").find_all("input", type="checkbox")  # type: ignore[union-attr]  # it is there
    assert [t.has_attr("checked") for t in ticks] == [False, True]
    assert page.find("textarea").text == text.replace("\r\n", "\n")  # type: ignore[union-attr]  # it is there
    other = enter("other@demo.example").get(LESSON)
    assert "own</b>" not in str(other)


def test_a_note_that_is_too_long_is_refused(learner: Learner, write: Write) -> None:
    reply = learner.post(f"{LESSON}/notes/own", is_script=True, text="x" * 20_001)
    assert reply.status_code == 422
    assert write(lambda s: s.scalar(select(func.count()).select_from(Note))) == 0


def test_completing_says_what_is_missing(learner: Learner) -> None:
    learner.get(LESSON)
    reply = learner.post(f"{LESSON}/completion")
    assert reply.status_code == 422
    for anchor in ("#check-which", "#check-true", "#check-number", "#check-sure"):
        assert f'href="{anchor}"' in reply.text
    assert "Answer check 1: Which are true?" in reply.text
    script = learner.post(f"{LESSON}/completion", is_script=True)
    assert script.get_json()["missing"] == ["which", "true", "number", "sure"]


def test_complete_and_continue_goes_to_the_next_activity(learner: Learner) -> None:
    answer_all(learner)
    assert "4 of 4 checks answered" in words(learner.get(LESSON))
    reply = learner.post(f"{LESSON}/completion")
    assert (reply.status_code, reply.location) == (303, "/courses/rich-course/plain")
    page = learner.get(LESSON)
    assert "You have completed this lesson." in words(page)
    assert "1 of 3 activities complete" in words(page)
    assert learner.post(f"{LESSON}/completion").status_code == 303
    assert "1 of 3 activities complete" in words(learner.get(LESSON))


def test_going_back_to_a_completed_lesson_loses_nothing(learner: Learner) -> None:
    answer_all(learner)
    learner.post(f"{LESSON}/completion")
    wrong = token_of(learner.get(LESSON), "which", "A lie")
    learner.post(f"{LESSON}/checks/which", answer=wrong)
    page = learner.get(LESSON)
    assert "You have completed this lesson." in words(page)
    assert "Not correct" in words(page.find("form", id="check-which"))  # type: ignore[arg-type]  # it is there


def test_every_try_is_kept(learner: Learner, write: Write) -> None:
    for answer in ("1", "2", "60"):
        learner.post(f"{LESSON}/checks/number", is_script=True, answer=answer)
    query = select(PracticeAnswer.mark).order_by(PracticeAnswer.recorded_at)
    assert write(lambda s: list(s.scalars(query))) == [0, 0, 1000]


def test_a_changed_check_asks_for_a_new_try_and_stays_answered(
    learner: Learner, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner.post(f"{LESSON}/checks/number", is_script=True, answer="60")
    blocks = tuple(
        replace(b, question=replace(NUMBER, stem="How many now?"))
        if isinstance(b, Check) and b.question == NUMBER
        else b
        for b in RICH.blocks
    )
    monkeypatch.setattr(course_of, "RICH", replace(RICH, blocks=blocks))
    deliver(rich_course())
    form = learner.get(LESSON).find("form", id="check-number")
    assert form is not None
    assert "has changed since you answered it" in words(form)
    assert "FB-sixty" not in words(form)
    assert form["data-answered"] == "yes"


def test_an_unchanged_check_keeps_its_feedback_in_a_new_version(
    learner: Learner, deliver: Deliver
) -> None:
    learner.post(f"{LESSON}/checks/number", is_script=True, answer="60")
    deliver(replace(rich_course(), title="A richer course"))
    assert "FB-sixty" in words(learner.get(LESSON))


@pytest.mark.parametrize(
    "path",
    [
        f"{LESSON}/checks/unknown",
        f"{LESSON}/notes/unknown",
        "/courses/rich-course/unknown/completion",
        "/courses/rich-course/quiz-1/completion",
        "/courses/unknown/rich/completion",
    ],
)
def test_an_unknown_place_is_not_found(learner: Learner, path: str) -> None:
    assert learner.post(path, answer="1").status_code == 404


def test_a_form_without_its_token_is_refused(learner: Learner) -> None:
    reply = learner.client.post(f"{LESSON}/checks/number", data={"answer": "60"})
    assert reply.status_code in {400, 403}
    assert json.dumps("FB-sixty") not in reply.text


def test_two_learners_never_share_a_token(learner: Learner, enter: Enter) -> None:
    other = enter("other@demo.example")
    pages = [learner.get(LESSON), other.get(LESSON)]
    found = [
        {str(t["value"]) for t in page.find_all("input", attrs={"name": "csrf_token"})}
        for page in pages
    ]
    assert all(len(tokens) == 1 for tokens in found)
    assert found[0].isdisjoint(found[1])


def test_a_hint_is_shown_once_it_is_asked_for(learner: Learner) -> None:
    page = learner.get(LESSON)
    assert "HINT-one" not in str(page)
    link = page.find("a", string="Show a hint")
    assert link is not None
    asked = learner.get(f"{LESSON}{link['href']}".partition("#")[0])
    hints = asked.find(id="hints-which")
    assert hints is not None
    assert words(hints) == "HINT-one"
    assert "HINT-one" not in str(learner.get(LESSON))


@pytest.mark.parametrize("query", ["hint=nothing", "hint=which&count=x", "hint="])
def test_an_odd_wish_for_hints_is_ignored(learner: Learner, query: str) -> None:
    assert "HINT-one" not in str(learner.get(f"{LESSON}?{query}"))


def test_each_reads_in_their_own_language_and_under_their_own_name(
    learner: Learner, enter: Enter
) -> None:
    other = enter("o'brien&<b>@demo.example")
    replies = [
        reader.client.get(LESSON, headers={"Accept-Language": language}).text
        for reader, language in ((learner, "id"), (other, "en"), (learner, "id"))
    ]
    assert ['<html lang="id"' in text for text in replies] == [True, False, True]
    assert "O&#39;Brien&amp;&lt;B&gt; Diplomat" in replies[1]
    assert "Learner Diplomat" in replies[2]
    assert not re.search(r"(token|name|id|note)-[0-9a-f]{32}", "".join(replies))


def test_a_message_from_the_page_before_is_shown_once(
    learner: Learner, write: Write
) -> None:
    learner.get(LESSON)
    sign_in_id = write(lambda s: s.scalar(select(SignIn.id)))
    cookie = sign(f"flash {sign_in_id}", [["info", "A message for you"]], SECRET)
    learner.client.set_cookie("flash", cookie, domain="localhost")
    assert "A message for you" in words(learner.get(LESSON))
    assert "A message for you" not in words(learner.get(LESSON))
