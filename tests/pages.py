"""What every page must hold, whoever drew it."""

from bs4 import BeautifulSoup
from bs4.element import Tag

Page = BeautifulSoup


def check_page(html: str) -> Page:
    """Parse a page and fail on what no page may lack or have."""
    page = BeautifulSoup(html, "html.parser")
    headings = page.find_all("h1")
    assert len(headings) == 1, f"{len(headings)} first-level headings"
    title = page.title
    assert title is not None
    assert words(title).startswith(words(headings[0])), (title, headings[0])
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    assert page.find("main") is not None
    assert page.html is not None
    assert page.html.get("lang")
    for field in page.find_all(["input", "select", "textarea"]):
        if field.get("type") not in {"hidden", "submit"}:
            assert is_labelled(page, field), f"no label: {field}"
    for form in page.find_all("form", attrs={"method": "post"}):
        assert form.find("input", attrs={"name": "csrf_token"}), f"no token: {form}"
    assert not page.find_all(style=True), "inline style"
    assert not page.find_all("style"), "style element"
    for script in page.find_all("script"):
        assert script.get("src") or script.get("type") == "application/json"
    return page


def words(tag: Tag) -> str:
    """Return the text of an element with single blanks."""
    return " ".join(tag.get_text(" ").split())


def is_labelled(page: Page, field: Tag) -> bool:
    """Say whether a form field has a label that assistive technology finds."""
    if field.get("aria-label") or field.get("aria-labelledby"):
        return True
    if field.find_parent("label") is not None:
        return True
    return page.find("label", attrs={"for": str(field.get("id"))}) is not None
