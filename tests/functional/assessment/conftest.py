from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.functional.assessment.browser import Browser
from tests.functional.signing import engine_of
from tests.sitting import seat


@pytest.fixture
def browse(
    app: Flask, client: FlaskClient, sign_in: Callable[[str], FlaskClient]
) -> Callable[..., Browser]:
    """Sign a learner in where a course with a quiz of these settings is published."""

    def open_browser(**settings: object) -> Browser:
        sitting = seat(engine_of(app), **settings)
        sign_in("learner@demo.example")
        return Browser(client, sitting)

    return open_browser
