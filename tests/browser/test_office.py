import csv
import io
import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive

pytestmark = pytest.mark.browser
REPORT = "/reports/completion"
STATUS = "#filter-status"


def cells(page: Page, column: int) -> list[str]:
    """Return the words of one column of the report as the screen shows it."""
    rows = page.locator(".data-table tbody tr")
    return [
        rows.nth(n).locator("th, td").nth(column).inner_text().strip()
        for n in range(rows.count())
    ]


def test_an_officer_filters_looks_back_and_takes_the_rows_away(arrive: Arrive) -> None:
    person = arrive(email="officer@demo.example")
    page = person.page
    page.goto("/")
    page.get_by_role("link", name="Reports").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Completion report")
    everyone = page.locator(".data-table tbody tr").count()
    page.select_option(STATUS, "overdue")
    page.select_option("#filter-course", "practice")
    page.locator("#filters button").click()
    expect(page).to_have_url(re.compile("status=overdue"))
    shown = cells(page, 0)
    assert 0 < len(shown) < everyone
    query = page.url.partition("?")[2]
    answer = person.context.request.get(f"{REPORT}.csv?{query}")
    text = answer.body().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    told = json.loads(person.context.request.get(f"{REPORT}.json?{query}").text())
    assert answer.headers["x-report-total"] == str(len(rows)) == str(told["total"])
    assert [row["name"] for row in rows] == [row["name"] for row in told["rows"]]
    assert shown == [row["name"] for row in rows]
    assert {row["status"] for row in rows} == {"overdue"}
    page.get_by_role("link", name="Clear all filters").first.click()
    page.locator("input[type=date][name=as_of]").fill("2020-01-01")
    page.locator("#filters button").click()
    expect(page.locator(".empty")).to_be_visible()


def test_a_report_can_be_downloaded_by_a_click(arrive: Arrive) -> None:
    page = arrive("officer").page
    page.goto(REPORT)
    for kind in ("CSV", "JSON"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=f"Download as {kind}").click()
        assert waiting.value.suggested_filename.endswith(kind.lower())


def test_a_report_is_sorted_by_a_press_on_its_heading(arrive: Arrive) -> None:
    page = arrive("officer", script=False).page
    page.goto(f"{REPORT}?course=practice")
    link = page.locator(".data-table thead a").filter(has_text="Name").first
    link.click()
    expect(page.locator(".data-table th[aria-sort]")).to_have_count(1)
    first = cells(page, 0)
    page.locator(".data-table th[aria-sort] a").click()
    assert cells(page, 0) != first


def test_a_learner_sees_no_way_to_the_reports(arrive: Arrive) -> None:
    page = arrive().page
    page.goto("/")
    expect(page.get_by_role("link", name="Reports")).to_have_count(0)
    page.goto(REPORT)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "You may not open this page"
    )
