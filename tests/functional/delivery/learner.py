from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.pages import Page, check_page
from trainer.courses.model import Course

Write: TypeAlias = Callable[[Callable[[Session], object]], object]
Deliver: TypeAlias = Callable[[Course], None]


@dataclass
class Learner:
    """Somebody signed in at a browser of their own."""

    client: FlaskClient
    email: str

    def get(self, path: str, status: int = 200) -> Page:
        response = self.client.get(path)
        assert response.status_code == status, response.text[:3000]
        return check_page(response.text)

    def post(
        self, path: str, *, is_script: bool = False, **values: object
    ) -> TestResponse:
        accept = "application/json" if is_script else "text/html"
        data = {"csrf_token": self.token(), **values}
        return self.client.post(path, data=data, headers={"Accept": accept})

    def token(self) -> str:
        tag = self.get("/me").find("meta", attrs={"name": "csrf-token"})
        assert tag is not None
        return str(tag["content"])


Enter: TypeAlias = Callable[..., Learner]
