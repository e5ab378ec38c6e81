from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from tests.functional.assessment.browser import Browser
from trainer.assessment.models import Answer
from trainer.cli.integrity import integrity


def test_the_command_says_whole_or_names_what_differs(
    browse: Callable[..., Browser], app: Flask
) -> None:
    browser = browse()
    browser.start()
    browser.put("word", "note")
    browser.hand_in()
    runner = app.test_cli_runner()
    told = runner.invoke(integrity, ["verify"])
    assert (told.exit_code, told.stderr) == (0, "")
    assert "whole" in told.stdout

    def spoil(session: Session) -> None:
        answer = session.query(Answer).one()
        answer.response = "forged"

    browser.sitting.do(spoil)
    told = runner.invoke(integrity, ["verify"])
    assert told.exit_code == 1
    assert "answer word" in told.stderr
    assert "Traceback" not in told.stderr
