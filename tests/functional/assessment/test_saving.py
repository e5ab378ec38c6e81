import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.functional.assessment.browser import Browser
from tests.sitting import LAPTOP
from trainer import clock

Browse = Callable[..., Browser]
KEY = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
def browser(browse: Browse) -> Browser:
    browser = browse()
    browser.start()
    return browser


def test_a_save_is_acknowledged_with_its_revision(browser: Browser) -> None:
    answer = browser.put("capital", browser.choices("capital")["Bandung"], key=KEY)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["key"] == KEY
    assert answer.json["rev"] == 1
    assert answer.json["replayed"] is False
    assert answer.json["received_at"]
    assert "checked" in str(browser.see(browser.home).select("#q-capital"))


def test_a_repeat_gets_the_first_acknowledgement(browser: Browser) -> None:
    first = browser.put("word", "note", key=KEY).json
    again = browser.put("word", "note", key=KEY.upper()).json
    assert first is not None
    assert again == first | {"replayed": True}


@pytest.mark.parametrize(
    ("question", "response"), [("word", "other"), ("truth", True), ("word", None)]
)
def test_a_key_cannot_serve_two_answers(
    browser: Browser, question: str, response: object
) -> None:
    browser.put("word", "note", key=KEY)
    answer = browser.put(question, response, key=KEY)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"] == "key_reuse"


def test_every_shape_is_taken(browser: Browser) -> None:
    organs = browser.choices("organs")
    for question, response in (
        ("capital", browser.choices("capital")["Neither"]),
        ("organs", [organs["Club"], organs["Council"]]),
        ("truth", False),
        ("word", "a word"),
        ("mood", browser.choices("mood")["Low"]),
        ("capital", None),
        ("organs", []),
        ("word", ""),
    ):
        assert browser.put(question, response).status_code == 200, question


BAD: list[dict[str, object]] = [
    {"question": "capital", "response": "nonsense"},
    {"question": "capital", "response": 1},
    {"question": "organs", "response": "one"},
    {"question": "organs", "response": [["x"]]},
    {"question": "truth", "response": "true"},
    {"question": "word", "response": 7},
    {"question": "word", "response": "x" * 3000},
    {"question": "word", "response": "a\0b"},
    {"question": "word", "response": "a\ud800b"},
    {"question": "word", "response": 1.5},
    {"question": "none"},
    {"question": None},
    {"question": ["word"]},
    {"key": "no"},
    {"key": None},
    {"device": 5},
    {"seq": -1},
    {"seq": True},
    {"seq": 2**70},
    {"seq": 2**31},
    {"base_rev": 2**31},
    {"seq": "1"},
    {"base_rev": "0"},
    {"saved_at": 5},
    {"saved_at": "x" * 100},
]


def test_what_cannot_be_read_is_refused_in_json(browser: Browser) -> None:
    for bad in BAD:
        members = {"question": "word", "response": "note"} | bad
        answer = browser.put(
            members.pop("question"), members.pop("response"), **members
        )
        assert answer.status_code == 422, (bad, answer.text)
        assert answer.json is not None
        assert answer.json["error"] == "invalid"
        assert answer.json["message"]


BODIES = [
    (b"{", "application/json", 400),
    (b"[]", "application/json", 400),
    (b'{"seq": NaN}', "application/json", 400),
    (b"\xff", "application/json", 400),
    (b"[" * 9000, "application/json", 400),
    (b'{"a": "' + b"x" * 20_000 + b'"}', "application/json", 413),
    (b"question=word", "application/x-www-form-urlencoded", 415),
    (b"x", "text/plain", 415),
    (b"", "", 415),
]


def test_a_body_that_is_no_json_object_is_refused_in_json(browser: Browser) -> None:
    token = browser.token()
    for body, kind, status in BODIES:
        answer = browser.client.put(
            f"{browser.home}/answers",
            data=body,
            content_type=kind,
            headers={"X-CSRFToken": token},
        )
        assert answer.status_code == status, (body[:20], kind)
        assert answer.json is not None
        assert answer.json["error"]


def test_a_save_without_its_csrf_token_is_refused_in_json(browser: Browser) -> None:
    answer = browser.put("word", "note", headers={})
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["error"] == "csrf"


def test_a_save_without_a_sign_in_is_refused_in_json(browser: Browser) -> None:
    token = browser.token()
    browser.client.delete_cookie("session")
    answer = browser.put("word", "note", headers={"X-CSRFToken": token})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"] == "sign_in"


def test_a_save_to_no_attempt_is_refused_in_json(browser: Browser) -> None:
    browser.home = f"/attempts/{uuid.uuid4()}"
    answer = browser.put("word", "note")
    assert answer.status_code == 404
    assert answer.json is not None
    browser.home = "/attempts/none"
    assert browser.put("word", "note").status_code == 404


def test_two_devices_that_differ_are_told_both_answers(browser: Browser) -> None:
    browser.put("word", "theirs", base_rev=0)
    answer = browser.put("word", "mine", base_rev=0, device=LAPTOP, key=KEY)
    assert answer.status_code == 409
    assert answer.json is not None
    known = {k: answer.json[k] for k in ("error", "mine", "theirs", "rev", "question")}
    assert known == {
        "error": "conflict",
        "mine": "mine",
        "theirs": "theirs",
        "rev": 1,
        "question": "word",
    }
    assert browser.put("word", "mine", base_rev=1, device=LAPTOP).status_code == 200


def test_a_save_after_handing_in_is_kept_and_refused(browser: Browser) -> None:
    browser.hand_in()
    answer = browser.put("word", "late")
    assert answer.status_code == 409
    assert answer.json is not None
    assert (answer.json["error"], answer.json["stored"]) == ("late", True)


def test_a_save_that_came_in_time_counts_however_long_it_waited(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browse(time_limit=10)
    browser.start()
    headers = {"X-CSRFToken": browser.token()}
    end = clock.now() + timedelta(minutes=10)
    moments = iter([end])
    late = end + timedelta(seconds=15)
    monkeypatch.setattr(clock, "now", lambda: next(moments, late))
    assert browser.put("word", "note", headers=headers).status_code == 200
    assert browser.put("word", "more", headers=headers).status_code == 409
