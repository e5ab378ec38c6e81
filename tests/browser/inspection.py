"""What is checked on every page that a browser shows."""

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Response

from tests.browser.site import ROOT

PACKAGES = ROOT / "frontend" / "node_modules"
NODE = Path(sys.executable).parent / "node"
RULES = Path(__file__).parent / "htmlvalidate.cjs"
SCREENS = ROOT / "artifacts" / "screens"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]  # all that a scheme can change
RUN = """([type, values]) => axe.run(document, {
  runOnly: { type, values },
  resultTypes: ["violations"],
})"""
WIDTHS = (320, 768, 1280)


@cache
def axe() -> str:
    return (PACKAGES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def accessibility_faults(page: Page, *, colours_only: bool = False) -> list[str]:
    """Return what axe-core finds wrong with a page, one line for each element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe() + ";0")
    rules = ["rule", COLOURS] if colours_only else ["tag", TAGS]
    found: dict[str, Any] = page.evaluate(RUN, rules)
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def markup_faults(pages: dict[str, str], folder: Path) -> list[str]:
    """Return what the HTML validator finds wrong with the sources of pages."""
    for name, source in pages.items():
        (folder / f"{name}.html").write_text(source, encoding="utf-8")
    validator = PACKAGES / "html-validate" / "bin" / "html-validate.mjs"
    done = subprocess.run(  # noqa: S603 - the validator that we name
        [NODE, validator, "--config", RULES, "--formatter", "json", folder],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.stdout, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return [
        f"{Path(result['filePath']).stem}:{m['line']}: {m['ruleId']}: {m['message']}"
        for result in results
        for m in result["messages"]
    ]


def is_too_wide(page: Page) -> bool:
    """Say whether a page scrolls sideways."""
    width: int = page.evaluate("document.scrollingElement.scrollWidth")
    shown: int = page.evaluate("document.documentElement.clientWidth")
    return width > shown


def photograph(page: Page, name: str, widths: Sequence[int] = WIDTHS) -> None:
    """Keep a picture of a page at each width, for people to look at."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True)


class Sources:
    """The HTML of the last page that a browser was sent, as it was sent."""

    def __init__(self, page: Page) -> None:
        self._last: Response | None = None
        page.on("response", self._note)

    def _note(self, response: Response) -> None:
        request = response.request
        is_page = request.is_navigation_request() and response.status not in {302, 303}
        if is_page and response.headers.get("content-type", "").startswith("text/html"):
            self._last = response

    def take(self) -> str:
        assert self._last is not None
        return self._last.text()
