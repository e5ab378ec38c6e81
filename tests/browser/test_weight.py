from dataclasses import dataclass

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.conftest import Arrive
from tests.browser.steps import LESSON

pytestmark = pytest.mark.browser
NEXT = "/courses/practice/short"
KILOBYTE = 1000


@dataclass
class Meter:
    """Counts what crosses the wire to a page, pictures apart."""

    requests: int = 0
    size: int = 0

    def listen(self, session: CDPSession) -> None:
        pictures: set[str] = set()
        cached: set[str] = set()

        def began(event: dict[str, str]) -> None:
            if event.get("type") == "Image":
                pictures.add(event["requestId"])

        def ended(event: dict[str, str]) -> None:
            if event["requestId"] in pictures | cached:
                return
            self.requests += 1
            self.size += int(event["encodedDataLength"])

        session.on("Network.requestWillBeSent", began)
        session.on(
            "Network.requestServedFromCache", lambda e: cached.add(e["requestId"])
        )
        session.on("Network.loadingFinished", ended)
        session.send("Network.enable")


def weigh(page: Page, path: str) -> Meter:
    meter = Meter()
    session = page.context.new_cdp_session(page)
    meter.listen(session)
    page.goto(path, wait_until="networkidle")
    session.detach()
    return meter


@pytest.mark.parametrize("lesson", [LESSON, "/courses/social-media/law-and-voice"])
def test_a_lesson_weighs_little(arrive: Arrive, lesson: str) -> None:
    page = arrive().page
    first = weigh(page, lesson)
    assert first.requests <= 6
    assert first.size <= 60 * KILOBYTE
    following = weigh(page, NEXT)
    assert following.requests <= 2
    assert following.size <= 15 * KILOBYTE
