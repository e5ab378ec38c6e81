import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.site import Site

Scheme = Literal["light", "dark"]
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MEND = (
    "The browser tests need Chromium. Type: sudo apt-get install chromium "
    "(or name one: export TRAINER_CHROMIUM=/path/to/chromium)"
)
LOCALES = {"en": "en-GB", "id": "id-ID"}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The real site; what it wrote to its log is printed when it is stopped."""
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        site.start()
        yield site
    finally:
        site.stop()
        print(site.log.read_text(encoding="utf-8")[-5000:])  # noqa: T201 - shown with failures


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; its absence is a failure and says what to type."""
    named = os.environ.get("TRAINER_CHROMIUM", "")
    candidates = (
        [named] if named else ["/usr/bin/chromium", "chromium", "google-chrome"]
    )
    found = next(filter(None, map(shutil.which, candidates)), None)
    if found is None:
        pytest.fail(MEND, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a browser."""

    email: str
    page: Page

    @property
    def context(self) -> BrowserContext:
        return self.page.context


Arrive = Callable[..., Person]


@pytest.fixture
def arrive(browser: Browser, site: Site) -> Iterator[Arrive]:
    """Sit somebody at a browser of their own; fail on any error of a script."""
    troubles: list[str] = []
    with ExitStack() as stack:

        def arrive(
            *roles: str,
            email: str = "",
            script: bool = True,
            scheme: Scheme = "light",
            language: str = "en",
            width: int = 1280,
            stranger: bool = False,
        ) -> Person:
            context = browser.new_context(
                base_url=site.base,
                java_script_enabled=script,
                color_scheme=scheme,
                locale=LOCALES[language],
                viewport={"width": width, "height": 900},
                reduced_motion="reduce",
            )
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            page = context.new_page()
            watch(page, troubles)
            if not stranger:
                email = email or site.person(*roles, language=language)
                give_cookie(context, site, email)
            return Person(email, page)

        yield arrive
    assert troubles == []


def give_cookie(context: BrowserContext, site: Site, email: str) -> None:
    """Sign a browser in."""
    cookie = site.sign_in(email)
    context.add_cookies([{"name": "session", "value": cookie, "url": site.base}])


def watch(page: Page, troubles: list[str]) -> None:
    """Note every error of a script, and everything that the policy refused."""
    page.on("pageerror", lambda error: troubles.append(str(error)))

    def read(text: str) -> None:
        if re.search(r"Content.Security.Policy|Refused to", text):
            troubles.append(text)

    page.on("console", lambda message: read(message.text))
