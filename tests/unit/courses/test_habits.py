from pathlib import Path

import pytest

from tests.unit.courses.pages import PLACE, compile_page, compile_tree, lesson, quiz
from trainer.courses import findings
from trainer.courses.documents import read_document
from trainer.courses.model import Checklist, Lesson, Quiz

E = "\n**Explanation:** E.\n"
ALMOST = [
    "-(x) A\n-( ) B",
    "- (x)A\n- ( )B",
    "- {x} A\n- { } B",
    "\u2013 (x) A\n\u2013 ( ) B",
    "\u2022 (x) A\n\u2022 ( ) B",
    "1. (x) A\n2. ( ) B",
    "a) (x) A\nb) ( ) B",
    "(x) A\n( ) B",
    "\\- (x) A\n\\- ( ) B",
    "- (\u2713) A\n- (\u2713) B",
    "- (v) A\n- (v) B",
]


@pytest.mark.parametrize("answers", ALMOST)
@pytest.mark.parametrize("head", [quiz("## A {#a}\n\n"), lesson("## A\n\n")])
def test_answers_in_another_writing_are_never_shown(
    head: str, answers: str, tmp_path: Path
) -> None:
    found = compile_page(tmp_path, f"{head}{answers}\n{E}").findings
    line = len(head.split("\n"))
    assert ("TC235", line) in {(f.code, f.line) for f in found}


@pytest.mark.parametrize(
    "text",
    [
        "- (see below) A\n- (B) C",
        "- one (x) two\n- three",
        "(a) A note. (b) Another.",
        "- [ ] To do\n- [ ] To do too",
        "- [x](https://example.org) A\n- B",
        "```\n- (x) code\n```",
        "1. One\n2. Two",
        "**Note:** text.",
        "> **Answer:** in a quote",
    ],
)
def test_ordinary_text_is_left_alone(text: str, tmp_path: Path) -> None:
    found = compile_page(tmp_path, lesson(f"## A\n\n{text}\n")).findings
    assert not [f for f in found if f.code in {"TC235", "TC236", "TC237", "TC134"}]


def test_the_help_names_the_heading_to_change(tmp_path: Path) -> None:
    text = lesson("## Chek: Which list?\n\n- (x) A\n- ( ) B\n")
    (found,) = [f for f in compile_page(tmp_path, text).findings if f.code == "TC235"]
    assert found.help.endswith("line 9 as ### Check: Which list? {#which-list}")
    told = findings.in_language(found, "id")
    assert told.help.endswith("baris 9 sebagai ### Cek: Which list? {#which-list}")


@pytest.mark.parametrize(
    "label",
    ["Answer:", "**Answer**", "*Answer:*", "__Answer:__", "Jawaban:", "** answer **"],
)
def test_a_label_without_stars_or_colon_is_still_one(label: str) -> None:
    data = quiz(f"## A {{#a}}\n\n{label} True\n{E}").encode()
    document = read_document("q.md", data, "en")
    assert isinstance(document.activity, Quiz)
    assert document.activity.questions[0].truth is True
    assert [f.code for f in document.findings] == ["TC211"]


def test_a_label_may_be_bold_to_its_end() -> None:
    data = quiz(f"## A {{#a}}\n\n**Answer: True**\n{E}").encode()
    document = read_document("q.md", data, "en")
    assert isinstance(document.activity, Quiz)
    assert document.activity.questions[0].truth is True


@pytest.mark.parametrize("item", ["- [ ] one", "- one", "1. one", "* [x] one"])
def test_items_of_a_checklist_need_no_box(item: str) -> None:
    data = lesson(f"> [!CHECKLIST] A {{#a}}\n> {item}\n> {item}\n").encode()
    activity = read_document("l.md", data, "en").activity
    assert isinstance(activity, Lesson)
    (block,) = activity.blocks
    assert isinstance(block, Checklist)
    assert block.items == ("one", "one")


@pytest.mark.parametrize(
    ("text", "code", "place", "part"),
    [
        ("![A desk](my desk.png)", "TC603", (9, 11), "(<my desk.png>)"),
        ("![A desk](a.png \u201cThe desk\u201d)", "TC603", (9, 11), "straight quotes"),
        ("![A desk](..\\a.png)", "TC603", (9, 11), "write ../a.png"),
        ("[A site](www.example.org)", "TC601", (9, 10), "https://www.example.org"),
        ("[A page](my page.md)", "TC601", (9, 10), "no blanks"),
        ("> [NOTE] A\n> B", "TC111", (9, 3), "write > [!NOTE]"),
    ],
)
def test_the_help_says_what_to_type(
    text: str, code: str, place: tuple[int, int], part: str, tmp_path: Path
) -> None:
    (found,) = compile_page(tmp_path, lesson(f"{text}\n")).findings
    assert (found.code, found.line, found.column) == (code, *place)
    assert part in found.help


@pytest.mark.parametrize(
    ("settings", "line", "words", "kata"),
    [
        ("minutes:5\nobjectives: [A]\n", 5, "a blank is missing", "kurang spasi"),
        ("objectives:\n\t- A\n", 6, "there is a tab", "ada tab"),
        ("summary: @us\n", 5, "needs quotes", "memerlukan tanda kutip"),
        ("summary: A: b\n", 5, "a colon too many", "titik dua yang berlebih"),
    ],
)
def test_broken_settings_are_told_in_both_languages(
    settings: str, line: int, words: str, kata: str, tmp_path: Path
) -> None:
    text = f"---\ntype: lesson\nid: l\ntitle: L\n{settings}---\n\nText.\n"
    (found,) = compile_page(tmp_path, text).findings
    assert (found.code, found.line) == ("TC003", line)
    assert words in found.message
    assert kata in findings.in_language(found, "id").message


def test_settings_that_are_not_closed_are_told_where_they_end(tmp_path: Path) -> None:
    text = "---\ntype: lesson\nid: l\ntags:\n  - a\n\n## A\n\nText.\n"
    (found,) = compile_page(tmp_path, text).findings
    assert (found.code, found.line) == ("TC002", 6)
    assert "not closed" in found.message


def test_the_place_of_the_other_id_is_told_in_indonesian(tmp_path: Path) -> None:
    text = quiz(
        f"## A {{#a}}\n\n**Answer:** True\n{E}\n## B {{#a}}\n\n- (x) A\n- ( ) B\n"
    )
    found = compile_tree(tmp_path, {f"{PLACE}page.md": text}).findings
    told = [findings.in_language(f, "id").message for f in found if f.code == "TC008"]
    assert told == ["id “a” dipakai dua kali; yang lain ada di baris 7"]


@pytest.mark.parametrize(
    ("text", "code", "advice"),
    [
        ("\u2022 One\n\u2022 Two", "TC138", "write - and a blank in place of \u2022"),
        ("[NOTE] Mind this.", "TC139", "> [!NOTE]"),
        ("[!tip] Mind this.", "TC139", "> [!TIP]"),
        ("Check: Which one?\n\nA or B.", "TC237", "### Check: Which one? {#which-one}"),
    ],
)
def test_signs_of_other_programs_are_told_with_what_to_type(
    text: str, code: str, advice: str, tmp_path: Path
) -> None:
    found = compile_page(tmp_path, lesson(f"## A\n\n{text}\n")).findings
    assert advice in next(f.help for f in found if f.code == code)


@pytest.mark.parametrize(
    "text",
    [
        "One \u2022 two",
        "[Note] to self",
        "[NOTE](https://example.org) reads well",
        "> [!NOTE]\n> Text.",
        "Check: the facts come first.",
    ],
)
def test_signs_that_mean_what_they_say_are_left_alone(
    text: str, tmp_path: Path
) -> None:
    found = compile_page(tmp_path, lesson(f"## A\n\n{text}\n")).findings
    assert not [f for f in found if f.code in {"TC138", "TC139", "TC237"}]
