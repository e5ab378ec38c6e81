"""Rewrite what authors know from forges so that Python-Markdown reads it the same.

Blank lines before lists, tables and quotes, four blanks for each level of a list,
`1)` as `1.`, tabs, a backslash at the end of a line for a break, and a hashtag, which
is no heading.
"""

import re
from collections.abc import Sequence

_ITEM = re.compile(r"^(\s*)([-*+]|\d{1,9}[.)])(\s+|$)(.*)$")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_QUOTE = re.compile(r"^ {0,3}> ?(.*)$")
_DELIMITER = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_KIND = re.compile(r"^\[!([A-Za-z]{1,30})\][-+]?[ \t]*([^*]*)$")
_RULE = re.compile(r"^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_HASHTAG = re.compile(r"^#+(?![#\s]|$)")
MAX_QUOTES = 20
LEVEL = "    "


def portable(text: str) -> str:
    """Return the same text in the dialect of Python-Markdown."""
    lines = text.replace("\r\n", "\n").replace("\x02", "").replace("\x03", "")
    return "\n".join(_rewrite(lines.split("\n"), 0))


def _rewrite(lines: Sequence[str], depth: int) -> list[str]:
    out = _Output()
    quoted: list[str] = []
    for index, raw in enumerate(lines):
        quote = None if out.fence or depth >= MAX_QUOTES else _QUOTE.match(raw)
        if quote is not None and not out.levels:
            quoted.append(quote[1])
            continue
        _flush(quoted, out, depth)
        after = lines[index + 1] if index + 1 < len(lines) else ""
        out.take(raw.expandtabs(4), after)
    _flush(quoted, out, depth)
    return out.lines


def _flush(quoted: list[str], out: "_Output", depth: int) -> None:
    if not quoted:
        return
    if kind := _KIND.match(quoted[0]):
        quoted[:1] = [f"**{kind[2].strip() or kind[1].capitalize()}**", ""]
    out.blank()
    out.lines += [f"> {line}".rstrip() for line in _rewrite(quoted, depth + 1)]
    out.lines.append("")
    quoted.clear()


class _Output:
    """The rewritten lines, and where in lists and fences the writing stands."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.fence = ""
        self.levels: list[int] = []
        self._fence_indent = 0
        self._is_table = False
        self._is_paragraph = False
        self._kinds: dict[int, bool] = {}

    def blank(self) -> None:
        """Make sure that the last line is blank."""
        if self.lines and self.lines[-1].strip():
            self.lines.append("")

    def take(self, line: str, after: str) -> None:
        """Write one line; `after` is the next one, which may make it a table."""
        indent = len(line) - len(line.lstrip())
        if self.fence:
            self._in_fence(line)
        elif fence := _FENCE.match(line):
            self._leave(indent)
            self.fence, self._fence_indent = fence[1], indent
            self.lines.append(LEVEL * len(self.levels) + line.strip())
        elif not line.strip():
            self._is_table = False
            self.lines.append("")
        elif (item := _ITEM.match(line)) and not _RULE.match(line):
            self._item(item, indent)
        else:
            self._text(line, indent, after)

    def _in_fence(self, line: str) -> None:
        text = line.strip()
        blanks = len(line) - len(line.lstrip())
        kept = line[min(blanks, self._fence_indent) :]
        self.lines.append(LEVEL * len(self.levels) + kept)
        if set(text) == {self.fence[0]} and len(text) >= len(self.fence):
            self.fence = ""
            self.lines.append("")

    def _leave(self, indent: int) -> None:
        """Leave the list items that a line with this indent does not belong to."""
        while self.levels and indent < self.levels[-1]:
            self.levels.pop()

    def _item(self, item: re.Match[str], indent: int) -> None:
        is_first = not self.levels
        self._leave(indent)
        marker = item[2].replace(")", ".")
        is_ordered = marker[0].isdigit()
        was_ordered = self._kinds.get(len(self.levels), is_ordered)
        if is_first or self._is_paragraph or was_ordered != is_ordered:
            self.blank()
        self._is_paragraph = False
        self._kinds[len(self.levels)] = is_ordered
        self.lines.append(f"{LEVEL * len(self.levels)}{marker} {item[4]}".rstrip())
        gap = len(item[3]) if item[4] and len(item[3]) <= len(LEVEL) else 1
        self.levels.append(indent + len(item[2]) + gap)

    def _text(self, line: str, indent: int, after: str) -> None:
        text = line.strip() if line.endswith("  ") is False else line.strip() + "  "
        text = _HASHTAG.sub(r"\\\g<0>", text)
        if text.endswith("\\") and not text.endswith("\\\\"):
            text = text[:-1] + "  "
        is_after_blank = not self.lines or not self.lines[-1].strip()
        if is_after_blank:
            self._leave(indent)
        if not self._is_table and "|" in line and _DELIMITER.match(after):
            self.blank()
            self._is_table = "|" in after or "-" in after
        if is_after_blank:
            self._is_paragraph = True
        if not self.levels:
            self._kinds.clear()
        self.lines.append(LEVEL * len(self.levels) + text)
