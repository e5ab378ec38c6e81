import time
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.unit.courses.pages import GOOD
from tests.unit.courses.pages import lesson as page
from trainer.courses import markup
from trainer.courses.compiler import compile_roots
from trainer.courses.documents import read_document
from trainer.courses.model import Course, Lesson, Media, Prose, Quiz
from trainer.courses.rendering.drawn import Context, RenderedLesson


class Links:
    def activity(self, activity_id: str) -> str:
        return f"/courses/first/{activity_id}"

    def media(self, media: Media) -> str:
        return f"/media/{media.sha256[:8]}"


def good_course() -> Course:
    course = compile_roots([GOOD]).courses[0].course
    assert course is not None
    return course


def rendered(text: str = "", **changes: object) -> RenderedLesson:
    course = good_course()
    lesson = course.activities[1]
    assert isinstance(lesson, Lesson)
    if text:
        lesson = replace(lesson, blocks=(Prose(text),), **changes)  # type: ignore[arg-type] # fields of a lesson
    return markup.render_lesson(course, lesson, Links())


def test_headings_become_contents_with_stable_ids() -> None:
    page = rendered("## One *two*\n\n### Deeper {#own}\n\n## One two\n\n## `a` & b\n")
    assert [(h.level, h.id, h.text) for h in page.headings] == [
        (2, "h-one-two", "One two"),
        (3, "h-own", "Deeper"),
        (2, "h-one-two-2", "One two"),
        (2, "h-a-b", "a & b"),
    ]
    assert '<h3 id="h-own">Deeper</h3>' in page.blocks[0].html


def test_footnotes_are_numbered_in_the_order_of_reference() -> None:
    page = rendered("B[^two] a[^1] b[^two].\n")
    assert [(n.number, n.id, n.back, n.is_source) for n in page.notes] == [
        (1, "fn-1", ("fnref-1", "fnref-1-2"), True),
        (2, "fn-2", ("fnref-2",), False),
    ]
    assert (
        '<sup><a class="footnote-ref" href="#fn-1" id="fnref-1" role="doc-noteref">1'
        in page.blocks[0].html
    )


def test_links_lead_where_the_site_says() -> None:
    html = rendered().blocks[2].html
    assert 'href="/courses/first/more#h-details"' in html
    assert 'href="/courses/first/first-quiz"' in html
    assert '<a class="term" href="#term-note-verbale">note</a>' in html


def test_the_first_mention_of_a_key_term_is_linked_once() -> None:
    page = rendered(
        "A `holding statement` is a **Holding statement**. Holding statement."
    )
    html = str(page.blocks[0].html)
    assert html.count("#term-holding-statement") == 1
    assert '<strong><a class="term" href="#term-holding-statement">' in html
    assert [t.id for t in page.terms] == ["term-holding-statement", "term-note-verbale"]


def test_a_key_term_that_is_linked_already_is_left_alone() -> None:
    page = rendered("A [statement](glossary:holding-statement). Holding statement.")
    assert str(page.blocks[0].html).count("#term-holding-statement") == 1


def test_a_mention_before_a_link_of_the_author_stays_text() -> None:
    page = rendered("Holding statement: a [word](glossary:holding-statement).")
    assert page.blocks[0].html.count("#term-holding-statement") == 1
    assert page.blocks[0].html.startswith("<p>Holding statement: ")


def test_a_mention_after_other_markup_is_linked() -> None:
    html = rendered("*First* a holding statement, then.").blocks[0].html
    assert '</em> a <a class="term"' in html


def test_pictures_have_address_size_and_description() -> None:
    page = rendered()
    picture = page.blocks[3].picture
    assert picture is not None
    assert picture.url.startswith("/media/")
    assert (picture.alt, picture.width, picture.height) == (
        "Two officers at a desk",
        4,
        3,
    )
    assert 'loading="lazy"' in page.blocks[4].html
    assert 'alt="small desk"' in page.blocks[4].html


def test_blocks_inside_blocks_are_drawn() -> None:
    note = rendered().blocks[1]
    assert note.kind == "callout"
    assert [b.kind for b in note.blocks] == ["prose", "callout"]
    assert str(note.blocks[1].title) == "Inside"


def test_a_checklist_and_a_reflection_are_drawn() -> None:
    page = rendered()
    kinds = {b.kind: b for b in page.blocks}
    assert [str(i) for i in kinds["checklist"].items] == [
        "Two people have read it",
        "Every number has a source",
    ]
    assert "at night" in kinds["reflection"].html


def test_a_question_is_drawn_without_anything_of_its_key() -> None:
    quiz = good_course().activities[0]
    assert isinstance(quiz, Quiz)
    for question in quiz.questions:
        shown = repr(markup.render_question(question))
        for secret in (
            question.feedback.explanation,
            *(o.feedback for o in question.options),
            *question.hints,
            "diplomatic note",
            "weight",
            "correct",
        ):
            assert not secret or secret not in shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&#58;alert(1))",
        "[a](java\tscript:alert(1))",
        "[a](data:text/html,x)",
        "[a](//evil.example)",
        "[a](\\\\evil.example)",
        "[a](unknown.md)",
        "![a](https://evil.example/x.png)",
        "![a](javascript:alert(1))",
        '[a](https://example.org "onclick=x")',
        '<https://example.org/"onmouseover=alert(1)>',
        "[a]: javascript:alert(1)\n\n[a]",
        "`<b>`<b>",
        "&lt;script&gt;",
        "<style>*{}</style>",
        "<a id=x class=y style=z>",
    ],
)
def test_nothing_dangerous_gets_through(text: str) -> None:
    for html in (markup.render(text), markup.render_inline(text)):
        for tag, attributes in tags_of(str(html)):
            assert tag in markup.TAGS
            for name, value in attributes:
                assert not name.startswith(("on", "style"))
                if name in {"href", "src"}:
                    assert str(value).startswith(("https://example.org", "mailto:"))


def tags_of(html: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    found: list[tuple[str, list[tuple[str, str | None]]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append((tag, attrs))  # type: ignore[method-assign] # a parser of one use
    parser.feed(html)
    return found


def test_external_links_are_secure_and_marked() -> None:
    html = markup.render("[a](http://example.org) b@example.org https://example.org/c")
    assert html.count('href="https://example.org') == 2
    assert html.count('rel="noopener noreferrer"') == 2
    assert 'href="mailto:b@example.org"' in html


def test_headings_outside_of_lessons_are_bold_lines() -> None:
    assert markup.render("## A") == "<p><strong>A</strong></p>"


def test_a_callout_outside_of_lessons_is_a_quote_with_a_title() -> None:
    html = markup.render("> [!NOTE]\n> Text.")
    assert "<p><strong>Note</strong></p>\n<p>Text.</p>" in html


def test_a_line_stays_a_line() -> None:
    assert markup.render_inline("1. *a* # b") == "1. <em>a</em> # b"
    assert markup.render_inline("") == ""


def test_tables_are_boxed_and_numbers_stand_right() -> None:
    html = markup.render("| a | b |\n| --- | --: |\n| 1 | 2 |")
    assert '<div class="table-scroll" tabindex="0"><table>' in html
    assert '<th class="align-right" scope="col">b</th>' in html
    assert '<td class="align-right">2</td>' in html


def test_tasks_strikes_and_code_are_drawn() -> None:
    html = markup.render("- [x] done\n- [ ] ~~not~~\n\n```py\n<b>\n```\n")
    assert '<li class="task">\u2611 done</li>' in html
    assert "<del>not</del>" in html
    assert '<pre tabindex="0"><code>&lt;b&gt;' in html


def test_terms_without_a_list_of_terms_are_words() -> None:
    context = Context(good_course(), Links())
    html = markup.render("A [note](glossary:note-verbale).", context=context)
    assert html == "<p>A <span>note</span>.</p>"


def test_a_text_that_nobody_writes_is_shown_as_it_is() -> None:
    html = markup.render("[" * 5000)
    assert html == f"<p>{'[' * 5000}</p>"
    assert markup.render_inline("<" * 5000) == "&lt;" * 5000


def test_one_text_does_not_change_the_next() -> None:
    markup.render("[a]: https://example.org\n\n[^1]")
    assert markup.render("[a] [^1]") == "<p>[a] [^1]</p>"


@pytest.mark.parametrize(
    "bit",
    ["&", "- ", "  - ", "1. ", "> - ", "- [ ] a\n", "[^a]: b\n", "*a _b "],
)
@pytest.mark.parametrize("end", ["\n", "\n\n", "\n> "])
def test_a_hostile_page_is_drawn_in_no_long_time(bit: str, end: str) -> None:
    line = (bit * 1000)[:1900] + end
    data = (page("> [!CHECKLIST] A {#a}\n\n") + line * 60).encode()
    activity = read_document("page.md", data, "en").activity
    assert isinstance(activity, Lesson)
    started = time.process_time()
    markup.render_lesson(good_course(), activity, Links())
    assert time.process_time() - started < 1.5


def test_a_nest_of_lists_is_shown_as_written() -> None:
    html = markup.render("> - + * - + * - + * - a")
    assert html == "<p>&gt; - + * - + * - + * - a</p>"
    assert markup.render("- - - - - - - - - -") == "<hr>"


def test_a_page_of_endless_texts_is_drawn_up_to_a_limit() -> None:
    count = markup.MAX_LINES // markup.LINES_OF_A_TEXT + 10
    items = "".join(f"> - [ ] *{n}*\n" for n in range(count))
    data = page("> [!CHECKLIST] A {#a}\n" + items).encode()
    activity = read_document("page.md", data, "en").activity
    assert isinstance(activity, Lesson)
    (block,) = markup.render_lesson(good_course(), activity, Links()).blocks
    assert block.items[0] == "<em>0</em>"
    assert block.items[-1].startswith("*")
