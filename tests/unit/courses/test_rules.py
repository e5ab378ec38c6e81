import struct
from pathlib import Path

import pytest

from tests.unit.courses.pages import (
    COURSE,
    PLACE,
    compile_page,
    compile_tree,
    lesson,
    quiz,
    write_tree,
)
from trainer.courses.answers import numbers, texts
from trainer.courses.compiler import compile_roots
from trainer.courses.documents import read_document
from trainer.courses.media import dimensions
from trainer.courses.model import (
    Callout,
    Checklist,
    Lesson,
    Prose,
    Question,
    Quiz,
    Reflection,
)

E = "\n**Explanation:** E.\n"

PAGES: list[tuple[str, set[str]]] = [
    (lesson("[A](lesson:none)\n"), {"TC601"}),
    (lesson("[A page](lesson:l#none)\n"), {"TC602"}),
    (lesson("[A page](/etc/passwd)\n"), {"TC610"}),
    (lesson("![A desk](https://example.org/x.png)\n"), {"TC603"}),
    (lesson("[A sheet](x.exe)\n"), {"TC601"}),
    (lesson("[A sheet](a\0b.csv)\n"), {"TC015", "TC601"}),
    (lesson("See http://example.org there.\n"), {"TC608"}),
    (lesson("See <http://example.org> and <a@example.org>.\n"), {"TC608"}),
    (lesson("See <ftp://example.org>.\n"), {"TC609"}),
    (lesson("[A trap](java&#115;cript:x)\n"), {"TC609"}),
    (lesson("[A trap](//example.org)\n"), {"TC609"}),
    (lesson("[A page](<none here.md>)\n"), {"TC601"}),
    (lesson("One\n===\n"), {"TC104"}),
    (lesson("``a ` <b>`` and \\<b\\> and `<b>\n", ""), {"TC110"}),
    (lesson("A <!-- comment --> here.\n"), {"TC110"}),
    (lesson("[^1]: A note[^1] about itself.\n\n    More.\n"), set()),
    (lesson("> [!NOTE]\n> A.\n> [!TIP]\n> B.\n\n> plain\n> [!KEY]\n> C.\n"), set()),
    (lesson("> [!NOTE]\n> ### Check: A {#a}\n> - (x) A\n> - ( ) B\n"), {"TC111"}),
    (lesson("> [!TABS]\n> A.\n"), {"TC111"}),
    (lesson("> [!CHECKLIST] A\n> - [ ] B\n"), {"TC210"}),
    (lesson("> [!REFLECT] A {#a minutes=no}\n> B\n"), {"TC005"}),
    (lesson("> [!REFLECT] A {#A}\n> B\n"), {"TC007"}),
    (lesson("> [!NOTE] A {#a x}\n> B\n"), {"TC113"}),
    (lesson("### Check: A {#a}\n\n- (x) A\n- ( ) B\n" * 2), {"TC008"}),
    (lesson("> [!REFLECT] A {#a}\n> B\n\n> [!REFLECT] A {#a}\n> B\n"), {"TC008"}),
    (lesson("T.\n", "minutes: 0\n").replace("minutes: 5\n", ""), {"TC005"}),
    (lesson("T.\n", "optional: perhaps\n"), {"TC005"}),
    (lesson("T.\n", "optional: true\nsummary: true\n"), set()),
    (lesson("T.\n", "tags: \n"), set()),
    (lesson("T.\n", "summary: \n"), {"TC005"}),
    (lesson("T.\n", "publish_at: soon\n"), {"TC011"}),
    (lesson("T.\n", "publish_at: 2026-12-01 25:00\n"), {"TC011"}),
    (lesson("T.\n", "key_terms: [nothing]\n"), {"TC606"}),
    (lesson("T.\n", "status: ready\n"), {"TC005"}),
    (quiz("## A {#a\n\n**Answer:** True\n" + E), {"TC114", "TC210"}),
    (quiz("## A {#a points=2 points=3}\n\n**Answer:** True\n" + E), {"TC010"}),
    (quiz("## A {#a difficulty=6}\n\n**Answer:** True\n" + E), {"TC005"}),
    (quiz("## A {#a scoring=all}\n\n- [x] A\n- [ ] B\n" + E), {"TC005"}),
    (quiz("## A {#a competency=none}\n\n**Answer:** True\n" + E), {"TC306"}),
    (quiz("## A {#a type=number}\n\n**Answer:** some\n" + E), {"TC212"}),
    (quiz("## A {#a type=text}\n\n**Answer:** True\n" + E), set()),
    (quiz("## A {#a}\n\n**Answer:**\n" + E), {"TC207"}),
    (quiz("## A {#a}\n\n**Answer:** ...\n" + E), {"TC207"}),
    (quiz("## A {#a}\n\n**Answers:**\n- [50%] one\n" + E), {"TC203"}),
    (quiz("## A {#a}\n\n**Answers:**\n- [0%] one\n- two\n" + E), {"TC208"}),
    (quiz("## A {#a}\n\n**Answers:**\n- [none] one\n- two\n" + E), {"TC208"}),
    (quiz("## A {#a}\n\n**Answer:** 5 ± -1\n" + E), {"TC212"}),
    (quiz("## A {#a}\n\n**Answer:** ± 5\n" + E), {"TC212"}),
    (quiz("## A {#a}\n\n**Answers:**\n- 1 to 9\n- 2 to 3\n" + E), {"TC231"}),
    (quiz("## A {#a}\n\n**Answer:** `/a/x`\n" + E), {"TC213"}),
    (quiz(f"## A {{#a}}\n\n**Answer:** `/{'a' * 501}/`\n" + E), {"TC213"}),
    (quiz("## A {#a}\n\n**Answer:** `/(?=a)b/`\n" + E), {"TC213"}),
    (quiz("## A {#a}\n\n**Answer:** one\n**Answer:** two\n" + E), {"TC221"}),
    (quiz("## A {#a}\n\n**Match:**\n\n| a | b |\n| - | - |\n" + E), {"TC111"}),
    (quiz("## A {#a}\n\n- [50%] A\n- [x] B\n" + E), {"TC208"}),
    (quiz("## A {#a}\n\n- (x) A\n- (x B\n- C\n" + E), {"TC204"}),
    (quiz("## A {#a}\n\n- (x) A\n- (x] B\n" + E), {"TC204", "TC205"}),
    (quiz("## A {#a}\n\n**Scale:**\n1. A\n2.\n"), {"TC207"}),
    (quiz("## A {#a type=single}\n\n**Scale:**\n1. A\n2. B\n"), {"TC230", "TC309"}),
    (quiz("## A {#a}\n\n- (x) A\n- ( ) B\n\nStray.\nMore.\n\n- ( ) C\n"), {"TC209"}),
    (quiz("## A {#a}\n\n**Answer:** one\n\nStray.\n" + E), {"TC209"}),
    (quiz("## A {#a}\n\n> [!POST] X\n> Y\n\n**Answer:** True\n" + E), {"TC111"}),
    (quiz("## A {#a}\n\n> [!NOTE] X\n> Y\n\n**Answer:** True\n" + E), set()),
    (quiz("## A {#a}\n\nText\n\n---\n\n**Answer:** True\n" + E), set()),
    (quiz("## A {#a}\n\n```\n- (x) no\n```\n\n**Answer:** True\n" + E), set()),
    (quiz("## A? {#a}\n\n**Answer:** True\n  > No, it is.\n" + E), set()),
]


@pytest.mark.parametrize(("text", "codes"), PAGES)
def test_errors_of_a_page_are_exactly_these(
    text: str, codes: set[str], tmp_path: Path
) -> None:
    found = compile_page(tmp_path, text).findings
    softer = {"TC209", "TC608", "TC309", "TC231", "TC104"}
    errors = {f.code for f in found if f.is_error or f.code in softer & codes}
    assert errors == codes


def question(text: str) -> Question:
    activity = read_document("q.md", quiz(text).encode(), "en").activity
    assert isinstance(activity, Quiz)
    return activity.questions[0]


def test_labels_may_share_a_line() -> None:
    found = question(
        "## A {#a}\n\n**Answer:** True\n\n**Hint:** one **Hint:** two\n\nmore of two\n"
        "**If correct:** yes **Explanation:** why **not** so\n\n```\ncode\n```\n"
    )
    assert found.hints == ("one", "two\n\nmore of two")
    assert found.feedback.if_correct == "yes"
    assert found.feedback.explanation == "why **not** so\n\n```\ncode\n```"


def test_answers_may_run_over_lines() -> None:
    found = question(
        "## A {#a shuffle=no unit=km}\n\nBody.\n\n- (x) one\n  two\n\n  three {fixed}\n"
        "- (-50%) b\nlazy\n> said\n\n**Source:** [S](https://example.org)\n"
    )
    assert [o.text for o in found.options] == ["one\n  two\n  three", "b\nlazy"]
    assert [o.weight for o in found.options] == [1, -0.5]
    assert found.options[0].is_fixed
    assert found.options[1].feedback == "said"
    assert (found.body, found.unit, found.is_shuffled) == ("Body.", "km", False)


def test_typed_answers_keep_weight_and_feedback() -> None:
    found = question(
        "## A {#a case=exact}\n\n**Answers:**\n"
        "1. one\n   more\n2. [50%] two\n   > Near.\n"
    )
    assert found.case == "exact"
    assert [(a.text, a.weight, a.feedback) for a in found.accepted] == [
        ("one more", 1, ""),
        ("two", 0.5, "Near."),
    ]


def test_levels_of_a_scale_are_options_without_weight() -> None:
    found = question("## A {#a points=3}\n\n**Scale:**\n1. low\n   down\n2. high\n")
    assert found.points == 0
    assert [(o.text, o.weight) for o in found.options] == [
        ("low\n   down", 0),
        ("high", 0),
    ]


def test_a_quote_below_true_or_false_answers_the_wrong_choice() -> None:
    found = question("## A {#a}\n\n**Answer:** False\n> Look again.\n")
    assert found.truth is False
    assert found.feedback.if_wrong == "Look again."


def test_checklists_and_reflections_are_read() -> None:
    text = lesson(
        "> [!CHECKLIST] Before {#list}\n> Text.\n> - [ ] One\n>   more\n> * [x] Two\n\n"
        "> [!REFLECT] Think {#think minutes=3 share=tutor}\n> Why?\n\n"
        "> [!DETAILS]+ Open\n> Text.\n\n```\n> [!NOTE]\n```\n"
    )
    activity = read_document("l.md", text.encode(), "en").activity
    assert isinstance(activity, Lesson)
    assert activity.blocks == (
        Checklist("list", "Before", ("One more", "Two")),
        Reflection("think", "Think", "Why?", 3),
        Callout("details", "Open", (Prose("Text."),), "open"),
        Prose("```\n> [!NOTE]\n```"),
    )


@pytest.mark.parametrize(
    ("text", "language", "bounds"),
    [
        ("60", "en", (60, 60)),
        ("60 ± 5", "en", (55, 65)),
        ("60 +/- 10%", "en", (54, 66)),
        ("45 to 90", "en", (45, 90)),
        ("45 sampai 90", "id", (45, 90)),
        ("1,5 \u2013 2,5", "id", (1.5, 2.5)),
        ("0.5", "id", (0.5, 0.5)),
        ("\u22125", "en", (-5, -5)),
    ],
)
def test_ranges_are_read(text: str, language: str, bounds: tuple[float, float]) -> None:
    assert numbers.read_range(text, language) == pytest.approx(bounds)


@pytest.mark.parametrize(
    ("typed", "word", "is_near"),
    [
        ("verbal", "verbale", True),
        ("vrebale", "verbale", True),
        ("verbales", "verbale", True),
        ("werbale", "verbale", True),
        ("verb", "verbale", False),
        ("wverbalw", "verbale", False),
        ("evrbalee", "verbale", False),
    ],
)
def test_one_slip_of_the_finger_is_forgiven(
    typed: str, word: str, is_near: bool
) -> None:
    assert texts.is_one_edit(typed, word) is is_near


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (b"GIF89a" + struct.pack("<HH", 5, 6), (5, 6)),
        (
            b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08"
            + struct.pack(">HH", 6, 5)
            + b"\0",
            (5, 6),
        ),
        (b"\xff\xd8\xff\xe0\x00\x04ab", (None, None)),
        (b"RIFFxxxxWEBPVP8X" + b"\0" * 8 + b"\4\0\0\5\0\0", (5, 6)),
        (b"RIFFxxxxWEBPVP8 " + b"\0" * 10 + struct.pack("<HH", 5, 6), (5, 6)),
        (
            b"RIFFxxxxWEBPVP8L" + b"\0" * 5 + struct.pack("<I", 4 | 5 << 14),
            (5, 6),
        ),
        (b"RIFFxxxxWEBPVP8?", (None, None)),
        (b"\x89PNG\r\n\x1a\n", (None, None)),
        (b"", (None, None)),
    ],
)
def test_sizes_of_pictures_are_read(
    head: bytes, size: tuple[int | None, int | None]
) -> None:
    assert dimensions(head) == size


def test_a_site_may_set_the_language_and_name_competencies(tmp_path: Path) -> None:
    compilation = compile_tree(
        tmp_path,
        {
            "site.yml": "language: id\ncompetencies: {tone: Nada}\n",
            f"{PLACE}page.md": lesson("T.\n", "competency: [tone]\n"),
        },
    )
    course = compilation.courses[0].course
    assert course is not None
    assert dict(course.competencies) == {"tone": "Nada", "verify": "Verifies"}


@pytest.mark.parametrize("settings", ["nothing: 1\n", "language: 7\n", "- a\n", ""])
def test_a_broken_site_file_is_a_finding(settings: str, tmp_path: Path) -> None:
    compilation = compile_tree(
        tmp_path, {"site.yml": settings, f"{PLACE}page.md": lesson("T.\n")}
    )
    assert [f.path for f in compilation.findings if f.is_error] == (
        ["site.yml"] if settings else []
    )


def test_two_glossaries_may_not_differ(tmp_path: Path) -> None:
    head = "---\ntype: glossary\nid: g\ntitle: G\n---\n\n## A {#a}\n\n"
    one = write_tree(tmp_path / "one", {"glossary.md": head + "One.\n"})
    two = write_tree(tmp_path / "two", {"glossary.md": head + "Two.\n"})
    codes = [f.code for f in compile_roots([one, two]).findings]
    assert codes.count("TC008") == 1


def test_pages_beside_the_course_file_come_first(tmp_path: Path) -> None:
    course = (
        compile_tree(
            tmp_path,
            {
                "courses/c/02-b.md": lesson("T.\n"),
                f"{PLACE}module.yml": "id: other\ntitle: Other\n",
                f"{PLACE}a.md": lesson("T.\n").replace("id: l", "id: k"),
            },
        )
        .courses[0]
        .course
    )
    assert course is not None
    assert [(m.id, m.title) for m in course.modules] == [
        ("start", "Start"),
        ("other", "Other"),
    ]


def test_modules_have_ids_of_their_own(tmp_path: Path) -> None:
    found = compile_tree(
        tmp_path,
        {
            f"{PLACE}a.md": lesson("T.\n"),
            "courses/c/02-n/module.yml": "id: m\n",
            "courses/c/02-n/a.md": lesson("T.\n").replace("id: l", "id: k"),
        },
    ).findings
    assert [f.code for f in found] == ["TC008"]


def test_a_folder_without_a_course_file_is_a_finding(tmp_path: Path) -> None:
    found = compile_tree(tmp_path, {"courses/d/01-m/a.md": lesson("T.\n")}).findings
    assert [(f.code, f.path) for f in found] == [("TC601", "courses/d/course.yml")]


def test_translations_are_not_read_yet(tmp_path: Path) -> None:
    found = compile_tree(
        tmp_path, {f"{PLACE}a.md": lesson("T.\n"), f"{PLACE}a.id.md": "x"}
    ).findings
    assert [(f.code, f.path) for f in found] == [("TC111", f"{PLACE}a.id.md")]


def test_a_course_may_be_a_root_itself(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {f"{PLACE}a.md": lesson("T.\n")})
    compilation = compile_roots([root / "courses" / "c"])
    assert compilation.courses[0].course is not None
    assert compilation.courses[0].path == ""


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    data = lesson("x\n" * 260_000)
    assert [f.code for f in compile_page(tmp_path, data).findings] == ["TC017"]
    deep = lesson("> " * 70 + "x\n")
    assert [f.code for f in compile_page(tmp_path, deep).findings] == ["TC017"]
    many = lesson("x\n" * 20_001)
    assert [f.code for f in compile_page(tmp_path, many).findings] == ["TC017"]


def test_the_course_file_is_checked_like_any_other(tmp_path: Path) -> None:
    found = compile_tree(tmp_path, {"courses/c/course.yml": b"\xff" + COURSE.encode()})
    assert [f.code for f in found.findings] == ["TC001"]
    assert found.courses[0].id == "c"
