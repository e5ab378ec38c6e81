"""What a lesson costs on the wire and how soon it can be read, in a real browser."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench import site, table

FIRST_BYTES, FIRST_REQUESTS = 60_000, 6
NEXT_BYTES, NEXT_REQUESTS = 15_000, 2
COLD_SECONDS, WARM_SECONDS = 3.0, 1.5
SLOW_LINE = {
    "offline": False,
    "latency": 400,  # milliseconds
    "downloadThroughput": 400_000 / 8,  # bytes a second
    "uploadThroughput": 400_000 / 8,
}
PAINTED = """() => new Promise(done => {
  const say = list => {
    const found = list.getEntriesByName('first-contentful-paint')[0];
    if (found) done(found.startTime / 1000);
  };
  new PerformanceObserver(say).observe({type: 'paint', buffered: true});
})"""
IS_READABLE = "() => document.querySelector('.lesson__text').offsetHeight > 0"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(slots=True)
class Traffic:
    """What went over the wire for one page, pictures apart."""

    requests: dict[str, str] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    sizes: dict[str, float] = field(default_factory=dict)

    @property
    def fetched(self) -> list[str]:
        """Return the requests that left the browser for something else than images."""
        return [
            one
            for one, kind in self.requests.items()
            if kind != "Image" and one not in self.cached
        ]

    @property
    def size(self) -> float:
        """Return the bytes that came over the wire, headers too."""
        return sum(self.sizes.get(one, 0) for one in self.fetched)


def measure(place: Path) -> Iterator[table.Row]:
    """Open a lesson and the next one, first on a free line and then on a slow one."""
    here = site.install(place)
    with site.serve(here), chromium() as browser:
        visitor = site.Visitor(here).sign_in(site.LEARNER)
        lessons = [here.url + path for path in site.lesson_paths(visitor)]
        first, after = count_bytes(browser, visitor, lessons)
        yield from judge_bytes("first visit to a lesson", first, FIRST_BYTES)
        yield table.Row(
            "first visit to a lesson, requests", len(first.fetched), FIRST_REQUESTS, ""
        )
        yield from judge_bytes("next lesson", after, NEXT_BYTES)
        yield table.Row("next lesson, requests", len(after.fetched), NEXT_REQUESTS, "")
        cold, warm = time_reading(browser, visitor, lessons)
        yield table.Row("lesson readable, cold, 400 kbit/s", cold, COLD_SECONDS, "s")
        yield table.Row("lesson readable, warm, 400 kbit/s", warm, WARM_SECONDS, "s")


def judge_bytes(what: str, traffic: Traffic, most: int) -> Iterator[table.Row]:
    """Return the row about the bytes of one page."""
    yield table.Row(f"{what}, bytes on the wire", traffic.size, most, "bytes")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the machine's Chromium."""
    path = os.environ.get("TRAINER_CHROMIUM") or next(
        (found for name in BROWSERS if (found := shutil.which(name))), None
    )
    with sync_playwright() as play:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = play.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


def enter(browser: Browser, visitor: site.Visitor, url: str) -> BrowserContext:
    """Open a fresh profile that is signed in."""
    context = browser.new_context(locale="en-GB")
    pairs = (pair.partition("=") for pair in visitor.cookie.split("; "))
    context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, _, value in pairs]
    )
    return context


def watch(page: Page) -> Traffic:
    """Count what one page fetches from now on."""
    traffic = Traffic()
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")

    def begin(told: dict[str, Any]) -> None:
        traffic.requests[told["requestId"]] = told.get("type", "Other")

    def answer(told: dict[str, Any]) -> None:
        if told["response"].get("fromDiskCache"):
            traffic.cached.add(told["requestId"])

    line.on("Network.requestWillBeSent", begin)
    line.on(
        "Network.requestServedFromCache", lambda t: traffic.cached.add(t["requestId"])
    )
    line.on("Network.responseReceived", answer)
    line.on(
        "Network.loadingFinished",
        lambda t: traffic.sizes.update({t["requestId"]: t["encodedDataLength"]}),
    )
    return traffic


def count_bytes(
    browser: Browser, visitor: site.Visitor, lessons: list[str]
) -> tuple[Traffic, Traffic]:
    """Return the traffic of a first visit and of the lesson after it."""
    context = enter(browser, visitor, lessons[0])
    page = context.new_page()
    first = watch(page)
    page.goto(lessons[0], wait_until="networkidle")
    kept = Traffic(dict(first.requests), set(first.cached), dict(first.sizes))
    after = watch(page)
    page.goto(lessons[1], wait_until="networkidle")
    context.close()
    return kept, after


def time_reading(
    browser: Browser, visitor: site.Visitor, lessons: list[str]
) -> tuple[float, float]:
    """Return the seconds until a lesson can be read on a slow line, cold and warm."""
    context = enter(browser, visitor, lessons[0])
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_LINE)
    times = []
    for lesson in lessons[:2]:
        page.goto(lesson, wait_until="load")
        times.append(float(page.evaluate(PAINTED)))
        if not page.evaluate(IS_READABLE):
            message = f"{lesson} shows no text"
            raise RuntimeError(message)
    context.close()
    return times[0], times[1]
