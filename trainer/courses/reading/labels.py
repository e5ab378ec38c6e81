"""The words that authors may use for labels, in every language of the table."""

import difflib
from functools import cache
from pathlib import Path

import yaml

TABLE = Path(__file__).parent.parent / "labels.yml"
NEAR = 0.78


@cache
def _names() -> dict[str, str]:
    rows = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {
        name.casefold(): key
        for row in rows.values()
        for key, names in row.items()
        for name in names
    }


@cache
def _spellings() -> dict[str, str]:
    rows = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {
        name.casefold(): name
        for row in rows.values()
        for names in row.values()
        for name in names
    }


def key_of(name: str) -> str | None:
    """Return what a label means, such as `hint`, or nothing if it is no label."""
    return _names().get(" ".join(name.split()).casefold())


def near_miss(name: str) -> str | None:
    """Return the label that was probably meant by a misspelt one."""
    folded = " ".join(name.split()).casefold()
    near = difflib.get_close_matches(folded, _spellings(), n=1, cutoff=NEAR)
    return _spellings()[near[0]] if near else None


def truth(text: str) -> bool | None:
    """Return whether a word means true or false, or nothing if it means neither."""
    key = key_of(text.strip().rstrip(".!"))
    return {"is_true": True, "is_false": False}.get(key or "")
