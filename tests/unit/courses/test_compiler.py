import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.courses.pages import (
    COURSE,
    GOOD,
    PLACE,
    compile_page,
    compile_tree,
    lesson,
    places,
    quiz,
    write_tree,
)
from trainer.courses import tree
from trainer.courses.compiler import compile_roots
from trainer.courses.model import Callout, Check, Course, Figure, Lesson, Prose, Quiz

TRUE = "## A {#a}\n\n**Answer:** True\n\n**Explanation:** E.\n"


def good_course() -> Course:
    course = compile_roots([GOOD]).courses[0].course
    assert course is not None
    return course


def test_the_good_tree_has_no_errors() -> None:
    compilation = compile_roots([GOOD])
    assert not compilation.has_errors
    assert [c.id for c in compilation.courses] == ["first"]


def test_modules_come_in_the_order_of_the_course_and_drafts_are_absent() -> None:
    course = good_course()
    assert [m.title for m in course.modules] == ["Second", "Begin here"]
    assert [a.id for a in course.activities] == [
        "first-quiz",
        "what-we-know",
        "more",
        "later",
    ]
    drafts = compile_roots([GOOD], only_published=False).courses[0].course
    assert drafts is not None
    assert "draft-page" in [a.id for a in drafts.activities]


def test_times_are_read_in_the_zone_of_the_course() -> None:
    course = good_course()
    assert course.publish_at == datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
    later = next(a for a in course.activities if a.id == "later")
    assert later.publish_at == datetime(2998, 11, 30, 17, 0, tzinfo=UTC)


def test_a_lesson_is_a_row_of_typed_blocks() -> None:
    page = good_course().activities[1]
    assert isinstance(page, Lesson)
    assert [type(b).__name__ for b in page.blocks] == [
        "Prose",
        "Callout",
        "Prose",
        "Figure",
        "Prose",
        "Check",
        "Callout",
        "Checklist",
        "Reflection",
    ]
    note = page.blocks[1]
    assert isinstance(note, Callout)
    assert isinstance(note.blocks[1], Callout)
    assert (note.blocks[1].kind, note.blocks[1].fold) == ("tip", "closed")
    figure = page.blocks[3]
    assert figure == Figure(
        "media/desk.png", "Two officers at a desk", "The desk, 08:15"
    )
    assert [n.is_source for n in page.footnotes] == [False, True]
    assert [c.id for c in page.checks] == ["first-sentence"]
    assert page.checks[0].feedback.explanation == "You know it."


def test_links_stand_on_their_own() -> None:
    page = good_course().activities[1]
    assert isinstance(page, Lesson)
    text = "\n".join(b.text for b in page.blocks if isinstance(b, Prose))
    assert "(lesson:more#details)" in text
    assert "(lesson:first-quiz)" in text
    assert "(media:media/desk.png)" in text
    assert "../" not in text


def test_a_course_carries_its_media_and_the_terms_it_links() -> None:
    course = good_course()
    assert [t.id for t in course.glossary] == ["holding-statement", "note-verbale"]
    assert [(m.name, m.width, m.height) for m in course.media] == [
        ("media/desk.png", 4, 3),
        ("media/sheet.csv", None, None),
    ]
    files = compile_roots([GOOD]).courses[0].media
    assert set(files) == {m.sha256 for m in course.media}


def test_settings_of_a_quiz_are_read() -> None:
    found = good_course().activities[0]
    assert isinstance(found, Quiz)
    bare = replace(found, questions=())
    assert bare == Quiz(
        "first-quiz",
        "The first hour",
        (),
        "en",
        minutes=20,
        attempts=3,
        time_limit=20,
        shuffle=("answers", "questions"),
        show_correct="pass",
        retry_wait_minutes=1440,
        introduction="Read each question twice.",
    )


def test_a_broken_course_leaves_the_others_alone(tmp_path: Path) -> None:
    compilation = compile_tree(
        tmp_path,
        {
            f"{PLACE}page.md": lesson("Text.\n"),
            "courses/d/course.yml": COURSE.replace("id: c", "id: d"),
            "courses/d/01-m/page.md": "nothing",
        },
    )
    assert {c.id: c.course is not None for c in compilation.courses} == {
        "c": True,
        "d": False,
    }


def test_a_course_with_a_broken_term_is_not_published(tmp_path: Path) -> None:
    glossary = (
        "---\ntype: glossary\nid: g\ntitle: G\n---\n\n"
        "## One {#one}\n\nFine.\n\n## Two {#two}\n\nA <b>tag</b>.\n"
    )
    other = lesson("A [two](glossary:two).\n").replace("id: l", "id: k")
    compilation = compile_tree(
        tmp_path,
        {
            "glossary.md": glossary,
            f"{PLACE}page.md": lesson("A [one](glossary:one).\n"),
            "courses/d/course.yml": COURSE.replace("id: c", "id: d"),
            "courses/d/01-m/page.md": other,
        },
    )
    assert [c.course is not None for c in compilation.courses] == [True, False]


def test_a_draft_course_is_no_error_and_no_course(tmp_path: Path) -> None:
    found = compile_tree(
        tmp_path, {"courses/c/course.yml": COURSE + "status: draft\n"}
    ).courses[0]
    assert found.course is None
    assert found.findings == ()


def test_ids_are_unique_across_the_site(tmp_path: Path) -> None:
    compilation = compile_tree(
        tmp_path,
        {
            f"{PLACE}page.md": lesson("Text.\n"),
            "courses/d/course.yml": COURSE,
            "courses/d/01-m/page.md": lesson("Text.\n"),
        },
    )
    assert [(f.code, f.path) for f in compilation.findings] == [
        ("TC008", "courses/d/01-m/page.md"),
        ("TC008", "courses/d/course.yml"),
    ]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("order: [nowhere]\n", "TC601"),
        ("weights: {nothing: 40}\n", "TC601"),
        ("completion: {requires: [nothing]}\n", "TC601"),
        ("completion: nothing\n", "TC005"),
        ("certificate: {title: T, requires: [nothing]}\n", "TC601"),
        ("certificate: {requires: []}\n", "TC006"),
        ("timezone: Mars/Base\n", "TC005"),
        ("languages: [english!]\n", "TC005"),
        ("audience: some\n", "TC005"),
        ("weights: [a]\n", "TC005"),
        ("summary: [a]\n", "TC005"),
        ("title: &a x\n", "TC003"),
        ("summary: *a\n", "TC003"),
        ("summary: !!python/name:os.system x\n", "TC003"),
        ("summary: " + "[" * 60 + "\n", "TC003"),
        ("--- \nid: d\n", "TC003"),
        ("\tsummary: x\n", "TC003"),
        ("? [a]\n: b\n", "TC003"),
    ],
)
def test_settings_of_a_course_are_checked(
    settings: str, code: str, tmp_path: Path
) -> None:
    found = compile_tree(tmp_path, {"courses/c/course.yml": COURSE + settings})
    assert code in {f.code for f in found.findings}
    assert found.courses[0].course is None


def test_yaml_is_read_strictly(tmp_path: Path) -> None:
    settings = "languages: [no, en]\nsummary: 10:30\n"
    course = (
        compile_tree(
            tmp_path,
            {
                "courses/c/course.yml": COURSE + settings,
                f"{PLACE}page.md": lesson("Text.\n"),
            },
        )
        .courses[0]
        .course
    )
    assert course is not None
    assert course.languages == ("no", "en")
    assert course.summary == "10:30"


def test_a_missing_and_an_empty_root_are_findings(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    compilation = compile_roots([tmp_path / "none", tmp_path / "empty"])
    assert [(f.code, f.path) for f in compilation.findings] == [
        ("TC601", "."),
        ("TC601", "courses"),
    ]


def test_links_of_the_file_system_are_refused(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "root", {f"{PLACE}page.md": lesson("Text.\n")})
    secret = tmp_path / "secret.md"
    secret.write_text(lesson("Secret.\n"))
    (root / PLACE / "other.md").symlink_to(secret)
    (root / "courses" / "d").symlink_to(root / "courses" / "c")
    found = compile_roots([root]).findings
    assert [(f.code, f.path) for f in found] == [
        ("TC610", f"{PLACE}other.md"),
        ("TC610", "courses/d"),
    ]


def test_a_picture_reached_by_a_link_is_refused(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "root", {f"{PLACE}page.md": lesson("![A](a.png)\n")})
    (tmp_path / "a.png").write_bytes(b"x")
    (root / PLACE / "a.png").symlink_to(tmp_path / "a.png")
    assert "TC603" in {f.code for f in compile_roots([root]).findings}


def test_a_file_that_vanishes_is_a_finding(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{PLACE}page.md": lesson("Text.\n")})
    root = tree.find_root(tmp_path)
    page = root.courses[0].modules[0].pages[0]
    page.real.unlink()
    assert tree.read_bytes(page, root) is None
    assert [r.found[0].code for r in root.reports] == ["TC601"]


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {f"{PLACE}page.md": lesson("![A desk](a.png)\n")})
    for name in ("site.yml", f"{PLACE}module.yml", f"{PLACE}a.png", f"{PLACE}b.md"):
        os.mkfifo(root / name)
    (root / "glossary.md").mkdir()
    found = compile_roots([root]).findings
    assert {(f.code, f.path) for f in found} == {
        ("TC601", "site.yml"),
        ("TC601", "glossary.md"),
        ("TC601", f"{PLACE}module.yml"),
        ("TC603", f"{PLACE}page.md"),
    }


def test_a_name_that_is_not_text_is_shown(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {f"{PLACE}page.md": lesson("Text.\n")})
    bad = os.fsencode(str(root / PLACE)) + b"/\xff.md"
    with open(bad, "w", encoding="utf-8") as opened:  # noqa: PTH123 - Path takes no bytes
        opened.write(lesson("Text.\n").replace("id: l", "id: k"))
    codes = {f.code for f in compile_roots([root]).findings}
    assert "TC013" in codes


@pytest.mark.parametrize(
    ("svg", "is_shown"),
    [
        ("<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>", True),
        ("<svg><script>1</script></svg>", False),
        ("<svg onload='x()'/>", False),
        ("<svg><a href='https://example.org'/></svg>", False),
        ("<svg><foreignObject/></svg>", False),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>", False),
        ("<?xml version='1.0'?><svg><path fill='url(#a)'/></svg>", True),
        ("<?xml-stylesheet href='//example.org/a.css'?><svg/>", False),
        ("<svg><style>a { fill: URL( '//example.org/a')}</style></svg>", False),
        ("<svg><style><a/>@IMPORT 'a'</style></svg>", False),
        ("<svg><set attributeName='href' to='javascript:x()'/></svg>", False),
        ("<svg><b xmlns='http://www.w3.org/1999/xhtml'/></svg>", False),
        ("<html/>", False),
        ("not xml", False),
    ],
)
def test_a_drawing_may_hold_nothing_but_shapes(
    svg: str, is_shown: bool, tmp_path: Path
) -> None:
    found = compile_tree(
        tmp_path,
        {f"{PLACE}page.md": lesson("![A box](a.svg)\n"), f"{PLACE}a.svg": svg},
    ).findings
    assert [f.code for f in found] == ([] if is_shown else ["TC605"])


def test_unchanged_files_are_not_read_twice(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {f"{PLACE}page.md": lesson("Text.\n")})
    first, second = compile_roots([root]), compile_roots([root])
    assert first.documents[0] is second.documents[0]
    (root / PLACE / "page.md").write_text(lesson("Other.\n"))
    third = compile_roots([root])
    assert third.documents[0] is not first.documents[0]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + lesson("## A\n\nText.\n"),
        lesson("## A\n\nText.\n").replace("\n", "\r\n"),
        lesson("* one\n+ two\n"),
        lesson("Khmer \u200b joins \u200d here.\n"),
    ],
)
def test_habits_of_word_are_accepted(text: str, tmp_path: Path) -> None:
    assert compile_page(tmp_path, text).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "## A {#a}\n\n* (X) A\n+ ( x ) B\n".replace("( x )", "( )"),
        "## A {#a tags=“one two”}\n\n- (X)\u00a0A\n- ()\u00a0B\n",
        "## A {#a}\n\n- ( x ) A\n> Yes.\n- ( ) B\n",
        "## A {#a}\n\n**Answer:** 60 +- 5\n",
        "## A {#a}\n\n**Answer:** 60 +/- 5\n",
        "## A {#a}\n\n**Answer**: True\n",
        "## A {#a}\n\n**Jawaban:** Benar\n**Penjelasan:** E.\n",
        "## A {#a type=text}\n\n**Answer:** 1945\n",
        "## A {#a}\n\n- (x) A\n  goes on\n\n- ( ) B\n",
    ],
)
def test_questions_may_be_written_in_many_ways(text: str, tmp_path: Path) -> None:
    found = compile_page(tmp_path, quiz(text)).findings
    assert [f for f in found if f.is_error] == []


def test_all_mistakes_of_a_file_are_found_at_once(tmp_path: Path) -> None:
    text = quiz("## A {#a}\n\n- ( ) A\n- ( ) A\n\n## B\n\nText.\n", "pass_mrk: 1\n")
    found = compile_page(tmp_path, text).findings
    assert places(found) >= {
        ("TC004", 5, 1),
        ("TC203", 10, 3),
        ("TC206", 11, 7),
        ("TC210", 13, 4),
        ("TC201", 13, 4),
    }
    assert list(found) == sorted(found, key=lambda f: (f.path, f.line, f.column))


def test_a_check_ends_at_a_line_or_heading(tmp_path: Path) -> None:
    text = lesson(
        "### Check: One? {#one}\n\n- (x) A\n- ( ) B\n\n**Explanation:** E.\n\n---\n\n"
        "- [ ] a task\n\n### Cek: Dua? {#dua}\n\n**Jawaban:** Salah\n\n"
        "#### After\n\nT.\n"
    )
    course = compile_page(tmp_path, text).courses[0].course
    assert course is not None
    page = course.activities[0]
    assert isinstance(page, Lesson)
    kinds = [type(b) for b in page.blocks]
    assert kinds == [Check, Prose, Check, Prose]
    assert [c.truth for c in page.checks] == [None, False]


def test_roots_add_up(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {f"{PLACE}page.md": quiz(TRUE)})
    compilation = compile_roots([GOOD, root])
    assert [c.id for c in compilation.courses] == ["first", "c"]
