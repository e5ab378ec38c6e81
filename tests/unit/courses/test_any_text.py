import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.courses.pages import GOOD, lesson, quiz
from trainer.courses import markup
from trainer.courses.compiler import compile_roots
from trainer.courses.documents import Document, read_document

SOURCES = [p.read_text(encoding="utf-8") for p in sorted(GOOD.rglob("*.md"))]
BITS = st.sampled_from(
    [
        "- (x) ",
        "- [ ] ",
        "- (50%) ",
        "> ",
        "> [!NOTE] ",
        "## ",
        "### Check: ",
        "{#a} ",
        "{",
        "}",
        "**Answer:** ",
        "**Hint:** ",
        "\n",
        "\n\n",
        "---\n",
        "```\n",
        "`",
        "[^1]",
        "[^1]: ",
        "![a](b.png)",
        "[a](b.md)",
        "<b>",
        "<!--",
        "glossary:x",
        "60 ± 5",
        "/(a/",
        "\t",
        "\\",
        "\x00",
        "\u202e",
        "é",
        "",
        " ",
        "x",
    ]
)
texts = st.one_of(st.text(max_size=80), st.lists(BITS, max_size=40).map("".join))


def check_places(document: Document, text: str) -> None:
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = rows.split("\n")
    for finding in document.findings:
        assert 1 <= finding.line <= len(lines)
        assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
        assert finding.width >= 1


@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from([lesson, quiz]))
def test_any_body_gives_findings_inside_the_file(body: str, page: type[str]) -> None:
    text = page(body)
    data = text.encode("utf-8", "surrogatepass")
    read_document.cache_clear()
    first = read_document("page.md", data, "en")
    if first.findings and first.findings[0].code != "TC001":
        check_places(first, text)
    read_document.cache_clear()
    assert read_document("page.md", data, "en").findings == first.findings


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_page_never_stops_the_compiler(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SOURCES))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    damaged = text[:start] + data.draw(texts) + text[end:]
    raw = damaged.encode("utf-8", "surrogatepass")
    document = read_document("page.md", raw, "en")
    if not any(f.code == "TC001" for f in document.findings):
        check_places(document, damaged)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_in_a_tree_are_findings(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "courses" / "c" / "m").mkdir(parents=True)
        for name in ("site.yml", "glossary.md", "courses/c/course.yml"):
            (root / name).write_bytes(data)
        (root / "courses" / "c" / "m" / "a.md").write_bytes(b"---\n" + data)
        (root / "courses" / "c" / "m" / "module.yml").write_bytes(data)
        assert compile_roots([root]).findings


@settings(max_examples=60, deadline=None)
@given(texts)
def test_any_text_is_rendered_without_scripts(text: str) -> None:
    for html in (markup.render(text), markup.render_inline(text)):
        folded = str(html).casefold()
        assert "<script" not in folded
        assert "<b>" not in folded
        assert "javascript:" not in folded.replace("&", "")


@pytest.mark.parametrize(
    "bit", ["[[", "![", "`", "> ", "**a ", "- (x) a\n", "[^a]", "<b ", "{#", "\n"]
)
def test_a_hostile_page_takes_no_long_time(bit: str) -> None:
    line = (bit * 1000)[:1900] + "\n"
    data = (lesson("") + line * 80).encode()
    started = time.process_time()
    read_document("page.md", data, "en")
    assert time.process_time() - started < 1.5
