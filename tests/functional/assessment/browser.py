"""A learner's browser at a quiz: what it sees and sends, with and without scripts."""

import uuid
from typing import Any

from bs4.element import Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.pages import Page, check_page
from tests.sitting import PHONE, Sitting

START = "/courses/course/quiz"
JSON = {"Accept": "application/json"}


class Browser:
    """One signed-in browser."""

    def __init__(self, client: FlaskClient, sitting: Sitting) -> None:
        self.client = client
        self.sitting = sitting
        self.home = ""

    def see(self, path: str, status: int = 200) -> Page:
        response = self.client.get(path)
        assert response.status_code == status, response.text[:1500]
        return check_page(response.text)

    def token(self) -> str:
        page = check_page(self.client.get(START).text)
        return str(one(page, "meta[name=csrf-token]")["content"])

    def start(self) -> str:
        """Begin an attempt through the button, and remember its address."""
        sent = {"csrf_token": self.token()}
        response = self.client.post(f"{START}/attempts", data=sent)
        assert response.status_code == 303, response.text[:1500]
        self.home = str(response.location)
        return self.home

    def choices(self, question: str) -> dict[str, str]:
        """Return the value of each answer by its text."""
        page = self.see(self.home)
        fields = page.select(f'input[name="answer-{question}"]')
        labels = {label["for"]: label for label in page.select("label[for]")}
        return {
            labels[field["id"]].get_text(strip=True): str(field["value"])
            for field in fields
        }

    def put(self, question: object, response: object, **more: object) -> TestResponse:
        """Save one answer as a script does; `more` replaces members and headers."""
        headers = more.pop("headers", None)
        if headers is None:
            headers = {"X-CSRFToken": self.token()}
        body = {
            "key": str(uuid.uuid4()),
            "question": question,
            "response": response,
            "device": PHONE,
            "seq": 1,
        }
        return self.client.put(
            f"{self.home}/answers", json=body | more, headers=headers
        )

    def fields(self) -> dict[str, list[str]]:
        """Return what the plain form would send if it were posted untouched."""
        form = one(self.see(self.home), "form#attempt")
        sent: dict[str, list[str]] = {}
        for field in form.select("input"):
            is_off = field.get("type") in {"radio", "checkbox"}
            if not is_off or field.has_attr("checked"):
                sent.setdefault(str(field["name"]), []).append(str(field["value"]))
        return sent

    def post(self, fields: dict[str, Any], then: str = "save") -> TestResponse:
        """Post the plain form with these fields."""
        return self.client.post(f"{self.home}/answers", data=fields | {"then": then})

    def hand_in(self) -> Page:
        """Hand in through the review page and return the result page."""
        form = one(self.see(f"{self.home}/review"), "form[data-submission]")
        sent = {str(f["name"]): str(f["value"]) for f in form.select("input")}
        response = self.client.post(str(form["action"]), data=sent)
        assert response.status_code == 303, response.text[:1500]
        return self.see(str(response.location))


def one(page: Page | Tag, selector: str) -> Tag:
    """Return the one element that a selector finds."""
    found = page.select(selector)
    assert len(found) == 1, (selector, len(found))
    return found[0]
