from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from tests.functional.assessment.browser import JSON, START, Browser, one
from trainer import clock

Browse = Callable[..., Browser]


def answer_all(browser: Browser) -> None:
    fields = browser.fields()
    fields["answer-capital"] = [browser.choices("capital")["Jakarta"]]
    organs = browser.choices("organs")
    fields["answer-organs"] = [organs["Council"], organs["Assembly"]]
    fields["answer-truth"] = ["true"]
    fields["answer-word"] = ["Note"]
    fields["answer-mood"] = [browser.choices("mood")["High"]]
    assert browser.post(fields).status_code == 303


def test_the_start_page_states_the_rules(browse: Browse) -> None:
    browser = browse(
        attempts=3, time_limit=20, pass_mark=80, feedback="pass", retry_wait_minutes=60
    )
    text = browser.see(START).get_text(" ", strip=True)
    for rule in (
        "5 questions",
        "Pass mark: 80 per cent",
        "3 attempts left",
        "20 minutes to answer",
        "1 hour to wait",
        "Feedback comes once you have passed",
    ):
        assert rule in text


def test_a_quiz_is_taken_with_forms_alone(browse: Browse) -> None:
    browser = browse()
    browser.start()
    answer_all(browser)
    assert browser.see(f"{browser.home}/review").select(".banner--correct")
    page = browser.hand_in()
    text = page.get_text(" ", strip=True)
    assert "Passed" in text
    assert "100%" in text
    assert browser.client.get(browser.home).location == f"{browser.home}/result"
    assert browser.client.get(f"{browser.home}/review").status_code == 303
    past = browser.see(START)
    assert f"{browser.home}/result" in str(past)


def test_a_form_posted_twice_is_kept_once(browse: Browse) -> None:
    browser = browse()
    browser.start()
    fields = browser.fields() | {"answer-word": ["note"]}
    for _ in range(2):
        assert browser.post(fields).status_code == 303
    page = browser.see(browser.home)
    assert one(page, 'input[name="answer-word"]')["value"] == "note"
    assert one(page, 'input[name="rev-word"]')["value"] == "1"


def test_a_form_left_open_elsewhere_undoes_nothing(browse: Browse) -> None:
    browser = browse()
    browser.start()
    old = browser.fields()
    assert browser.put("word", "newer").status_code == 200
    assert browser.post(old).status_code == 303
    page = browser.see(browser.home)
    assert one(page, 'input[name="answer-word"]')["value"] == "newer"


def test_an_answer_gone_back_to_on_the_same_page_is_saved_again(
    browse: Browse,
) -> None:
    browser = browse()
    browser.start()
    fields = browser.fields()
    for word in ("first", "second", "first"):
        assert browser.post(fields | {"answer-word": [word]}).status_code == 303
        page = browser.see(browser.home)
        assert one(page, 'input[name="answer-word"]')["value"] == word


def test_two_windows_that_differ_are_both_shown(browse: Browse) -> None:
    browser = browse()
    browser.start()
    old = browser.fields() | {"answer-word": ["mine"]}
    browser.put("word", "theirs")
    answer = browser.post(old)
    assert answer.status_code == 409
    assert "theirs" in answer.text
    assert 'value="mine"' in answer.text
    fields = browser.fields() | {"answer-word": ["mine"]}
    assert browser.post(fields).status_code == 303
    assert 'value="mine"' in str(browser.see(browser.home))


def test_what_cannot_be_taken_is_shown_again_with_the_reason(browse: Browse) -> None:
    browser = browse()
    browser.start()
    fields = browser.fields() | {"answer-word": ["x" * 3000], "answer-truth": ["true"]}
    answer = browser.post(fields)
    assert answer.status_code == 422
    assert "x" * 3000 in answer.text
    assert "There is a problem" in answer.text
    assert "checked" in str(browser.see(browser.home).select("#q-truth"))


def test_the_review_lists_what_is_unanswered(browse: Browse) -> None:
    browser = browse()
    browser.start()
    browser.put("word", "note")
    page = browser.see(f"{browser.home}/review")
    assert len(page.select("ul.unanswered li")) == 4
    assert f"{browser.home}#q-capital" in str(page)


def test_handing_in_again_leads_to_the_same_result(browse: Browse) -> None:
    browser = browse()
    browser.start()
    token = browser.token()
    for _ in range(2):
        answer = browser.client.post(
            f"{browser.home}/submission", data={"csrf_token": token}
        )
        assert answer.location == f"{browser.home}/result"


def test_a_script_hands_in_and_is_told_what_is_missing(browse: Browse) -> None:
    browser = browse()
    browser.start()
    headers = {"X-CSRFToken": browser.token()} | JSON
    path = f"{browser.home}/submission"
    answer = browser.client.post(path, json={"revs": {"word": 1}}, headers=headers)
    assert answer.status_code == 409
    assert answer.json is not None
    assert (answer.json["error"], answer.json["questions"]) == ("missing", ["word"])
    browser.put("word", "note")
    answer = browser.client.post(path, json={"revs": {"word": 1}}, headers=headers)
    assert answer.json == {"state": "released", "result": f"{browser.home}/result"}


def test_attempts_run_out_and_the_page_says_so(browse: Browse) -> None:
    browser = browse(attempts=1)
    browser.start()
    page = browser.hand_in()
    assert "You have used all your attempts" in page.get_text()
    token = browser.token()
    answer = browser.client.post(f"{START}/attempts", data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, START)
    headers = JSON | {"X-CSRFToken": token}
    answer = browser.client.post(f"{START}/attempts", headers=headers)
    assert answer.status_code == 409
    assert browser.see(START).select("form[action$=attempts]") == []


def test_starting_twice_opens_the_same_attempt(browse: Browse) -> None:
    browser = browse()
    assert browser.start() == browser.start()
    assert "Go on with your attempt" in browser.see(START).get_text()
    headers = JSON | {"X-CSRFToken": browser.token()}
    answer = browser.client.post(f"{START}/attempts", headers=headers)
    assert answer.json is not None
    assert answer.json["url"] == browser.home


def test_an_overdue_attempt_shows_its_result(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browse(time_limit=10)
    browser.start()
    browser.put("capital", browser.choices("capital")["Jakarta"])
    fields = browser.fields() | {"answer-word": ["note"]}
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=11))
    answer = browser.client.get(browser.home)
    assert answer.location == f"{browser.home}/result"
    page = browser.see(f"{browser.home}/result")
    assert "The time was over" in page.get_text()
    assert "20%" in page.get_text()
    assert browser.post(fields).location == f"{browser.home}/result"
    assert browser.put("word", "note").status_code == 409
    assert "20%" in browser.see(f"{browser.home}/result").get_text()


def test_nobody_else_sees_an_attempt(
    browse: Browse, sign_in: Callable[[str], FlaskClient]
) -> None:
    from tests.functional.signing import add_person

    browser = browse()
    browser.start()
    add_person(browser.client.application, "other@demo.example")
    sign_in("other@demo.example")
    for end in ("", "/review", "/result"):
        assert browser.client.get(browser.home + end).status_code == 404
    assert browser.put("word", "note").status_code == 404
    headers = JSON | {"X-CSRFToken": browser.token()}
    path = f"{browser.home}/submission"
    assert browser.client.post(path, headers=headers).status_code == 404


def test_a_timed_attempt_tells_the_script_its_times(browse: Browse) -> None:
    browser = browse(time_limit=10)
    browser.start()
    form = one(browser.see(browser.home), "form#attempt")
    now = datetime.fromisoformat(str(form["data-server-now"]))
    end = datetime.fromisoformat(str(form["data-deadline"]))
    assert now.tzinfo is not None
    assert timedelta(minutes=9) < end - now <= timedelta(minutes=10)


def test_a_window_left_open_after_handing_in_saves_nothing(browse: Browse) -> None:
    browser = browse()
    browser.start()
    old = browser.fields()
    browser.hand_in()
    answer = browser.post(old | {"answer-word": ["note"]})
    assert answer.location == f"{browser.home}/result"
    text = browser.see(f"{browser.home}/result").get_text()
    assert "kept and not counted" in text
    assert browser.post(old).status_code == 303
