import re
from pathlib import Path

import pytest

from tests.unit.courses.pages import PLACE, compile_tree, lesson, quiz
from trainer.courses import findings

ANSWER = "**Answer:** True\n\n**Explanation:** E.\n"
PICK = "- (x) A\n- ( ) B\n\n**Explanation:** E.\n"

# For each code: a page that triggers it, and the line and column where.
WRONG: dict[str, tuple[str | bytes, int, int]] = {
    "TC001": (b"---\ntype: lesson\ntitle: \xc3\xa9 \xff\n---\n", 3, 10),
    "TC002": ("type: lesson\n", 1, 1),
    "TC003": ("---\ntype: [lesson\n---\n", 3, 1),
    "TC004": (lesson("", "minuts: 5\n"), 7, 1),
    "TC005": (quiz(f"## A {{#a}}\n\n{ANSWER}", "pass_mark: 170\n"), 5, 12),
    "TC006": ("---\ntype: glossary\nid: g\n---\n", 1, 1),
    "TC007": ("---\ntype: glossary\nid: No Good\ntitle: T\n---\n", 3, 5),
    "TC008": (quiz(f"## A {{#a}}\n\n{ANSWER}\n## B {{#a}}\n\n{ANSWER}"), 13, 7),
    "TC010": (lesson("", "summary: a\nsummary: b\n"), 8, 1),
    "TC011": (lesson("", "review_by: 2026-02-30\n"), 7, 12),
    "TC012": (lesson("", "review_by: 2001-01-01\n"), 7, 12),
    "TC014": (lesson("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"), 9, 1),
    "TC015": (lesson("é a\x07b\n"), 9, 4),
    "TC017": (lesson("x" * 2001), 9, 2001),
    "TC101": (lesson("See ![](a.webp).\n"), 9, 5),
    "TC102": (lesson("See ![image](a.webp).\n"), 9, 5),
    "TC103": (lesson("## A\n\n#### B\n"), 11, 1),
    "TC104": (lesson("# A\n"), 9, 1),
    "TC105": (lesson("Go [here](https://example.org).\n"), 9, 4),
    "TC108": (lesson("| --- | --- |\n| a | b |\n"), 9, 1),
    "TC110": (lesson("A <b>bold</b> word.\n"), 9, 3),
    "TC111": (lesson("> [!FOO] Bar\n> Text.\n"), 9, 3),
    "TC112": (lesson("> [!NOTE]\n"), 9, 3),
    "TC113": (quiz(f"## A {{#a ponts=2}}\n\n{ANSWER}"), 7, 10),
    "TC114": (quiz(f"## A {{#a points=}}\n\n{ANSWER}"), 7, 6),
    "TC115": (lesson("##\n"), 9, 1),
    "TC117": (lesson("```\ncode\n"), 9, 1),
    "TC121": ("---\ntype: lesson\nid: l\ntitle: L\nminutes: 5\n---\n\nText.\n", 4, 8),
    "TC122": (lesson(("word " * 390 + "\n") * 5), 5, 10),
    "TC124": (lesson("A note.[^1]\n"), 9, 8),
    "TC125": (lesson("Text.\n\n[^1]: A note.\n"), 11, 1),
    "TC128": (lesson("A [page] (https://example.org).\n"), 9, 9),
    "TC129": (lesson("A fact.\n\n[1]: The note.\n"), 11, 1),
    "TC130": (lesson("> [!CHECKLIST] A {#a}\n> Text.\n"), 10, 3),
    "TC138": (lesson("\u2022 One\n"), 9, 1),
    "TC139": (lesson("[NOTE] Mind this.\n"), 9, 1),
    "TC131": (lesson("##Heading\n"), 9, 1),
    "TC132": (lesson("| a | b |\n| c | d |\n"), 9, 1),
    "TC133": (lesson("| a | b |\n| --- | --- |\n| c | d | e |\n"), 11, 1),
    "TC134": (lesson("**The lists**\n\nText.\n"), 9, 1),
    "TC135": (lesson("Text\n---\n"), 10, 1),
    "TC201": (quiz("## A {#a}\n\nText.\n"), 7, 4),
    "TC202": (quiz("## A {#a}\n\n- (x) A\n\n**Explanation:** E.\n"), 9, 3),
    "TC203": (quiz("## A {#a}\n\n- ( ) A\n- ( ) B\n\n**Explanation:** E.\n"), 9, 3),
    "TC204": (quiz("## A {#a}\n\n- (x) A\n- [ ] B\n\n**Explanation:** E.\n"), 10, 3),
    "TC205": (quiz("## A {#a}\n\n- (x) A\n- (x) B\n\n**Explanation:** E.\n"), 10, 3),
    "TC206": (quiz("## A {#a}\n\n- (x) A\n- ( ) a\n\n**Explanation:** E.\n"), 10, 7),
    "TC207": (quiz("## A {#a}\n\n- (x) A\n- ( )\n\n**Explanation:** E.\n"), 10, 3),
    "TC208": (
        quiz("## A {#a}\n\n- (x) A\n- (150%) B\n\n**Explanation:** E.\n"),
        10,
        3,
    ),
    "TC209": (quiz("## A {#a}\n\n- (x) A\n- ( ) B\n\nStray.\n"), 12, 1),
    "TC210": (quiz(f"## A\n\n{ANSWER}"), 7, 4),
    "TC211": (quiz("## A {#a}\n\n**Answr:** True\n\n**Explanation:** E.\n"), 9, 1),
    "TC212": (quiz("## A {#a}\n\n**Answer:** 90 to 45\n"), 9, 13),
    "TC213": (quiz("## A {#a}\n\n**Answer:** `/(a/`\n"), 9, 13),
    "TC215": (quiz("## A {#a}\n\n**Scale:**\n1. One\n"), 9, 1),
    "TC221": (quiz(f"## A {{#a}}\n\n- (x) A\n- ( ) B\n\n{ANSWER}"), 12, 1),
    "TC225": (quiz("## A {#a}\n\n**Answer:** True\n"), 7, 4),
    "TC226": (
        quiz("## A {#a}\n\n- (x) A\n- ( ) All of the above\n\n**Explanation:** E.\n"),
        10,
        7,
    ),
    "TC227": (quiz(f"## A {{#a points=-1}}\n\n{ANSWER}"), 7, 17),
    "TC228": (
        quiz(f"## A {{#a}}\n\n- (x) {'long ' * 20}\n- ( ) B\n- ( ) C\n"),
        9,
        7,
    ),
    "TC229": (
        quiz("## A {#a}\n\n**Answer:** demarche\n\n**Hint:** A demarche.\n"),
        11,
        1,
    ),
    "TC230": (quiz(f"## A {{#a type=single}}\n\n{ANSWER}"), 7, 15),
    "TC231": (quiz("## A {#a}\n\n**Answers:**\n- one\n- [50%] One.\n"), 11, 9),
    "TC234": (quiz(f"## Which is not so? {{#a}}\n\n{ANSWER}"), 7, 13),
    "TC235": (lesson("## Which?\n\n- (x) A\n- ( ) B\n"), 11, 3),
    "TC236": (lesson("## Which?\n\n- [x] A\n- [ ] B\n"), 11, 3),
    "TC237": (lesson("## True?\n\n**Answer:** True\n"), 11, 1),
    "TC302": (quiz("## Draw: 1 from nowhere\n"), 7, 4),
    "TC304": (quiz(f"## A {{#a points=0}}\n\n{ANSWER}", "pass_mark: 50\n"), 5, 12),
    "TC305": (quiz("Text.\n"), 4, 8),
    "TC306": (lesson("Text.\n", "competency: [verfy]\n"), 7, 14),
    "TC309": (quiz(f"## A {{#a points=0}}\n\n{ANSWER}"), 4, 8),
    "TC601": (lesson("A [guide](other.md).\n"), 9, 11),
    "TC602": (lesson("## A\n\nSee [part A](#b).\n"), 11, 14),
    "TC603": (lesson("![A desk](none.webp)\n"), 9, 11),
    "TC605": (lesson("![A desk](page.md)\n"), 9, 11),
    "TC606": (lesson("A [note](glossary:nte).\n"), 9, 10),
    "TC608": (lesson("A [page](http://example.org).\n"), 9, 10),
    "TC609": (lesson("A [trap](javascript:alert).\n"), 9, 10),
    "TC610": (lesson("![A desk](../../../../../x.png)\n"), 9, 11),
}
ELSEWHERE = {"TC013", "TC016", "TC604"}


@pytest.mark.parametrize("code", sorted(WRONG))
def test_each_mistake_is_found_at_its_place(code: str, tmp_path: Path) -> None:
    text, line, column = WRONG[code]
    found = compile_tree(tmp_path, {f"{PLACE}page.md": text}).findings
    assert (code, line, column) in {(f.code, f.line, f.column) for f in found}


def test_every_message_has_an_example() -> None:
    assert set(findings.messages()) == set(WRONG) | ELSEWHERE


@pytest.mark.parametrize("language", findings.LANGUAGES)
def test_every_message_is_told_in_each_language(language: str) -> None:
    for message in findings.messages().values():
        assert message.text[language]
        assert message.help[language]


@pytest.mark.parametrize("code", sorted(WRONG))
@pytest.mark.parametrize("language", findings.LANGUAGES)
def test_no_blank_of_a_message_stays_open(
    code: str, language: str, tmp_path: Path
) -> None:
    found = compile_tree(tmp_path, {f"{PLACE}page.md": WRONG[code][0]}).findings
    for finding in found:
        told = findings.in_language(finding, language)
        assert not re.search(r"\{(?!fixed|#)\w+\}", told.message + told.help)


def test_names_of_files_are_checked(tmp_path: Path) -> None:
    page = lesson("Text.\n")
    other = page.replace("id: l", "id: m")
    found = compile_tree(
        tmp_path, {f"{PLACE}01-a.md": page, f"{PLACE}01-B c.md": other}
    ).findings
    assert {"TC013", "TC016"} <= {f.code for f in found}


def test_a_large_picture_is_a_warning(tmp_path: Path) -> None:
    found = compile_tree(
        tmp_path,
        {
            f"{PLACE}page.md": lesson("![A desk](a.png)\n"),
            f"{PLACE}a.png": b"x" * 400_000,
        },
    ).findings
    assert [f.code for f in found] == ["TC604"]


def test_a_comment_silences_a_warning_but_no_error(tmp_path: Path) -> None:
    text = lesson(
        "<!-- tc-ignore TC105: the button says so -->\n"
        "Go [here](https://example.org).\n\n"
        "<!-- tc-ignore TC101: no -->\n![](a.png)\n"
    )
    found = compile_tree(tmp_path, {f"{PLACE}page.md": text}).findings
    assert {f.code for f in found} == {"TC101", "TC603"}
