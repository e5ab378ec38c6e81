import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Arrive, Person
from tests.browser.inspection import (
    Sources,
    accessibility_faults,
    is_too_wide,
    markup_faults,
    photograph,
)
from tests.browser.site import PASSWORD, Site
from tests.browser.steps import (
    LESSON,
    QUIZ,
    answer,
    answer_all,
    answer_checks,
    begin,
    expect_saved,
    hand_in,
)
from tests.conftest import SECRET
from trainer import config, create_app

pytestmark = pytest.mark.browser
TIMED = "/courses/practice/timed-quiz"


@dataclass(frozen=True, slots=True)
class Stop:
    """One page of a tour: its name, and how a person gets there."""

    name: str
    go: Callable[[Person], object]


def opened(name: str, path: str) -> Stop:
    return Stop(name, lambda person: person.page.goto(path))


def pressed(name: str, path: str, button: str) -> Stop:
    """A page that answers a form."""

    def go(person: Person) -> None:
        person.page.goto(path)
        with person.page.expect_navigation():
            person.page.locator(button).click()

    return Stop(name, go)


def wrong_sign_in(person: Person) -> None:
    person.page.goto("/sign-in")
    person.page.fill("#email", f"{secrets.token_hex(4)}@demo.example")
    person.page.fill("#password", "a wrong one")
    person.page.locator("main button[type=submit]").click()
    person.page.locator(".govuk-error-summary").wait_for()


def strangers_tour(site: Site) -> list[Stop]:
    token = site.link(site.person(), "invitation")
    return [
        opened("sign-in", "/sign-in"),
        opened("sign-in-lapsed", f"/sign-in?next={LESSON}"),
        Stop("sign-in-wrong", wrong_sign_in),
        opened("invitation", f"/invitations/{token}"),
        pressed(
            "invitation-wrong", f"/invitations/{token}", "main button[type=submit]"
        ),
        opened("spent-link", "/reset/no-such-link"),
    ]


def unavailable(folder: Path) -> Stop:
    """The page for when the database is away, as the application draws it."""
    told = {"TRAINER_SECRET_KEY": SECRET, "TRAINER_INSTANCE": str(folder)}
    app = create_app(config.load(told))
    with app.test_request_context():
        source = app.jinja_env.get_template("errors/plain.html").render(
            title="The site cannot answer just now", detail="", reference="0a1b2c3d"
        )

    def go(person: Person) -> None:
        def answer(route: Route) -> None:
            route.fulfill(body=source, content_type="text/html; charset=utf-8")

        person.page.route("**/away", answer)
        person.page.goto("/away")

    return Stop("unavailable", go)


def newcomers_tour(_site: Site) -> list[Stop]:
    return [
        opened("home-empty", "/"),
        opened("record-empty", "/me"),
        opened("courses", "/courses/"),
        opened("course-new", "/courses/social-media"),
        opened("lesson-new", LESSON),
        pressed("lesson-incomplete", LESSON, "form[data-completion] button"),
        opened("quiz-new", QUIZ),
        opened("not-found", "/courses/nothing"),
        opened("refused", "/reports/completion"),
        opened("security", "/me/security"),
    ]


def prepared(person: Person, site: Site) -> dict[str, str]:
    """Let a learner fill a course, and return the addresses that came of it."""
    page = person.page
    page.goto(LESSON)
    answer_checks(page)
    page.locator("form[data-completion] button").click()
    found: dict[str, str] = {}
    for name in ("failed", "passed"):
        attempt = begin(page)
        if name == "passed":
            answer_all(page, site.key(attempt))
        hand_in(page)
        found[name] = f"/attempts/{attempt}/result"
    attempt = begin(page)
    answer(page, "wet", ["true"])
    answer(page, "burns", ["whale oil"])
    expect_saved(page, "wet", "burns")
    found["open"] = f"/attempts/{attempt}"
    found["timed"] = f"/attempts/{begin(page, TIMED)}"
    return found


def posted_late(site: Site, address: str) -> Stop:
    """A form that arrives, without a script, after the sign-in has ended."""

    def go(person: Person) -> None:
        person.page.goto(address)
        site.end_sign_ins(person.email)
        with person.page.expect_navigation():
            person.page.evaluate("document.querySelector('form.attempt').submit()")
        person.page.locator("input[name=held_path]").wait_for(state="attached")

    return Stop("sign-in-held", go)


def signed_in_again(person: Person) -> None:
    page = person.page
    page.fill("#email", person.email)
    page.fill("#password", PASSWORD)
    page.locator("main form button[type=submit]").last.click()
    page.locator("main form button").wait_for()
    page.locator("summary").click()


def learners_tour(site: Site, person: Person) -> list[Stop]:
    found = prepared(person, site)
    return [
        opened("home", "/"),
        opened("courses-begun", "/courses/"),
        opened("course", "/courses/practice"),
        opened("lesson", LESSON),
        opened("lesson-short", "/courses/practice/short"),
        opened("quiz", QUIZ),
        opened("attempt", found["open"]),
        opened("attempt-timed", found["timed"]),
        opened("review", f"{found['open']}/review"),
        opened("result-failed", found["failed"]),
        opened("result-passed", found["passed"]),
        opened("record", "/me"),
        posted_late(site, found["open"]),
        Stop("held", signed_in_again),
        pressed("signed-out", "/", "form[data-sign-out] button"),
    ]


def officers_tour(_site: Site) -> list[Stop]:
    report = "/reports/completion"
    return [
        opened("report", report),
        opened("report-wide", f"{report}?columns=all"),
        opened("report-filtered", f"{report}?course=social-media&status=overdue"),
        opened("report-none", f"{report}?mission=Nowhere"),
        opened("report-wrong", f"{report}?as_of=yesterday"),
    ]


def inspect(person: Person, stops: list[Stop], label: str, folder: Path) -> None:
    """Look at each page of a tour in both colour schemes and at every width."""
    sources, pages, faults = Sources(person.page), {}, []
    page = person.page
    for stop in stops:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        stop.go(person)
        pages[stop.name] = sources.take()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": 1280, "height": 900})
            found = accessibility_faults(page, colours_only=scheme == "dark")
            faults += [f"{stop.name} {scheme}: {fault}" for fault in found]
            widths = (320, 768, 1280) if label == "en" else (320,)
            photograph(page, f"{stop.name}-{label}-{scheme}", widths)
        page.set_viewport_size({"width": 320, "height": 900})
        if is_too_wide(page):
            faults.append(f"{stop.name}: wider than 320 px")
    faults += markup_faults(pages, folder)
    assert faults == []


@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_for_strangers(
    arrive: Arrive, site: Site, tmp_path: Path, language: str
) -> None:
    person = arrive(stranger=True, language=language)
    tour = [*strangers_tour(site), unavailable(tmp_path)]
    inspect(person, tour, language, tmp_path)


@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_for_newcomers(
    arrive: Arrive, site: Site, tmp_path: Path, language: str
) -> None:
    person = arrive(language=language)
    inspect(person, newcomers_tour(site), language, tmp_path)


@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_for_learners(
    arrive: Arrive, site: Site, tmp_path: Path, language: str
) -> None:
    person = arrive(language=language)
    inspect(person, learners_tour(site, person), language, tmp_path)


@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_for_officers(
    arrive: Arrive, site: Site, tmp_path: Path, language: str
) -> None:
    person = arrive("officer", language=language)
    inspect(person, officers_tour(site), language, tmp_path)


def test_every_lesson_that_is_delivered(
    arrive: Arrive, site: Site, tmp_path: Path
) -> None:
    activities = site.entry("social-media").course.activities
    stops = [
        opened(f"real-{one.id}", f"/courses/social-media/{one.id}")
        for one in activities
    ]
    inspect(arrive(), stops, "en", tmp_path)
