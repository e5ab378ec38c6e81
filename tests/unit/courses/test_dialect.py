import html
import re

import pytest
from markdown_it import MarkdownIt

from trainer.courses import markup
from trainer.courses.rendering.dialect import dialect

FORGE = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HABITS = [
    "Text\n- one\n- two",
    "Text\n1. one\n2. two",
    "1) one\n2) two",
    "- one\n  - two\n    - three\n- four",
    "* one\n\n  more of one\n* two",
    "1. one\n   - sub\n2. two",
    "Text\n| a | b |\n| --- | --- |\n| 1 | 2 |\n",
    "a\\\nb",
    "a  \nb",
    "- one\n\n  ```\n  code\n  ```\n",
    "> quote\n> - a\n> - b\n",
    "Text\n> quote",
    "- a\n- b\n\nText",
    "## Head\nText",
    "Text\n## Head\nText",
    "***both*** **bold** *em* __b__ _e_ snake_case_word",
    "- a\n\n1. b",
    "~~~\ncode\n~~~",
    "Text\n\n---\n\nText",
    "1. one\n\n   para\n\n2. two",
    "- one\n\tmore",
    "+ one\n+ two",
    "3. three\n4. four",
    "1. a\n1. b\n1. c",
    "- a\n\n- b\n\n- c",
    "- **bold** lead\n- plain",
    "1. a\n    - deep\n        - deeper\n2. b",
    "* a\n    * b\n* c",
    "-   wide marker\n-   two",
    "Line one\nline two\nline three",
    "**bold**text and text**bold**",
    "5*3*2 and 4_3_2",
    "*em* **strong *em in* strong**",
    "`code` and ``a ` b``",
    "`a*b*c` *x*",
    "[link](https://example.org)",
    '[link](https://example.org "Title")',
    "[a b]( https://example.org )",
    "[ref][x]\n\n[x]: https://example.org",
    "<https://example.org>",
    "a & b < c > d \"q\" 'r'",
    "&copy; &amp; &eacute; &#169;",
    "\\*not em\\* \\_x\\_ \\# no",
    "2 \\* 3",
    "# not\n\n#hashtag #two",
    "## Closed ##\n\nText",
    "Setext\n------\n\nText",
    "Text\n---\nmore",
    "***\n\nText",
    "___",
    "```python\nx = 1\n```",
    "```\n<b>*x*</b>\n```",
    "Text\n```\ncode\n```\nText",
    "1. one\n\n   ```\n   code\n   ```\n2. two",
    "> - a\n>   - b\n> \n> c",
    "> ## Head\n> Text",
    "| a | b |\n|---|:-:|\n| *x* | `y` |\n| p |",
    "| a \\| b | c |\n|---|---|\n| 1 | 2 |",
    "a | b\n--- | ---\n1 | 2",
    "| a |\n|---|\n| 1 |\n\nText",
    "Text\n\n| a | b |\n| - | - |\n| 1 | 2 |\nText after",
    "1986\\. A year",
    "1986. A year starts a list",
    "- [link](https://example.org)\n- `code`",
    "a\n\n\n\nb",
    "   three blanks",
    "word—dash and … “quotes”",
    "a\u00a0b",
    "é *ö* **ü**",
    "日本語 *強調* です",
    "- a\n  continued\n- b",
    "- a\ncontinued lazy\n- b",
    "1. a\n2. b\n\n3. c",
    "Term\n: text",
    "~~gone~~",
    "a\tb",
    "Text  \n\nText",
    "*a*b*c*",
    "**a** **b**",
    "*(a)*",
    "**“a”**",
    "text *a\nb* text",
]


def shape(written: str) -> str:
    """Return the tags and the text, without what differs by our own decision.

    Headings of a text are bold lines, boxes scroll tables, a list is never loose, and
    whether bold holds italic or italic bold cannot be seen.
    """
    plain = re.sub(r"</?(?:div|tbody|p|h\d)\b[^>]*>", "", written)
    plain = re.sub(r"<(/?)s>", r"<\1del>", plain)
    plain = re.sub(r"<(\w+)[^>]*?/?>", r"<\1>", plain)
    plain = plain.replace("<em><strong>", "<strong><em>")
    plain = plain.replace("</strong></em>", "</em></strong>")
    plain = re.sub(r"^<strong>(.*?)</strong>", r"\1", plain, flags=re.MULTILINE)
    return re.sub(r"\s+", "", html.unescape(plain))


@pytest.mark.parametrize("text", HABITS)
def test_a_habit_is_drawn_as_on_a_forge(text: str) -> None:
    found = dialect().block(text, markup._writing(None))
    assert shape(found) == shape(FORGE.render(text))
