"""Which settings each kind of file takes, and how they are checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer.courses.reading import kinds
from trainer.courses.reading.kinds import Kind, WrongValueError
from trainer.courses.reading.report import START, Place, Report, suggest
from trainer.courses.reading.settings import Node

LESSON_MINUTES = 600
DUE = ("each", "end", "pass", "closed", "never")
STATUSES = ("draft", "review", "published", "retired")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its kind, and whether the file must have it."""

    kind: Kind
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """The settings that could be read, and where each stands."""

    values: Mapping[str, Any]
    nodes: Mapping[str, Node]

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - per setting
        """Return a setting, or the default where it is not given."""
        found = self.values.get(name)
        return default if found is None else found

    def place(self, name: str, index: int | None = None) -> Place:
        """Return where a value stands, or one of the values of a list."""
        node = self.nodes.get(name)
        if node is None:
            return START
        if index is not None and isinstance(node.value, list):
            return node.value[index].place
        return node.place


NOTHING = Values({}, {})


def check(node: Node, settings: Mapping[str, Setting], report: Report) -> Values:
    """Read a mapping by its table and report each setting that does not fit."""
    given = node.value if isinstance(node.value, dict) else {}
    values: dict[str, Any] = {}
    for name, item in given.items():
        if name not in settings:
            report.add("TC004", item.key, name=name, **suggest(name, settings))
            continue
        try:
            values[name] = settings[name].kind(item)
        except WrongValueError as error:
            report.add(error.code, error.place, **{"name": name, **error.values})
    for name, setting in settings.items():
        if setting.is_required and name not in given:
            report.add("TC006", START, name=name)
    return Values(values, given)


_TEXT = Setting(kinds.text)
_TEXTS = Setting(kinds.list_of(kinds.text))
_IDS = Setting(kinds.list_of(kinds.identifier))
_YES_NO = Setting(kinds.yes_no)
_MOMENT = Setting(kinds.moment)

COMMON: dict[str, Setting] = {
    "type": Setting(kinds.one_of("lesson", "quiz", "glossary"), is_required=True),
    "id": Setting(kinds.identifier, is_required=True),
    "title": Setting(kinds.text, is_required=True),
    "language": Setting(kinds.language),
    "status": Setting(kinds.one_of(*STATUSES)),
    "publish_at": _MOMENT,
    "review_by": Setting(kinds.day),
    "owner": _TEXT,
    "tags": _TEXTS,
    "aliases": _IDS,
    "summary": _TEXT,
}

LESSON: dict[str, Setting] = {
    **COMMON,
    "minutes": Setting(kinds.whole(1, LESSON_MINUTES), is_required=True),
    "objectives": _TEXTS,
    "key_terms": _IDS,
    "competency": _IDS,
    "prerequisites": _IDS,
    "optional": _YES_NO,
}

QUIZ: dict[str, Setting] = {
    **COMMON,
    "minutes": Setting(kinds.whole(1, LESSON_MINUTES)),
    "competency": _IDS,
    "prerequisites": _IDS,
    "optional": _YES_NO,
    "pass_mark": Setting(kinds.whole(0, 100)),
    "attempts": Setting(kinds.whole_or("unlimited", kinds.whole(1, 1000))),
    "time_limit": Setting(kinds.whole(1, 1440)),
    "shuffle": Setting(kinds.list_of(kinds.one_of("answers", "questions", "none"))),
    "feedback": Setting(kinds.one_of(*DUE)),
    "show_correct": Setting(kinds.one_of(*DUE)),
    "retry_wait": Setting(kinds.duration),
    "confidence": _YES_NO,
}

GLOSSARY: dict[str, Setting] = dict(COMMON)

BY_TYPE = {"lesson": LESSON, "quiz": QUIZ, "glossary": GLOSSARY}

COURSE: dict[str, Setting] = {
    "id": Setting(kinds.identifier, is_required=True),
    "title": Setting(kinds.text, is_required=True),
    "summary": _TEXT,
    "language": Setting(kinds.language, is_required=True),
    "languages": Setting(kinds.list_of(kinds.language)),
    "timezone": Setting(kinds.timezone),
    "status": Setting(kinds.one_of(*STATUSES)),
    "publish_at": _MOMENT,
    "review_by": Setting(kinds.day),
    "owner": _TEXT,
    "tags": _TEXTS,
    "aliases": _IDS,
    "order": _TEXTS,
    "audience": Setting(kinds.one_of("all", "assigned")),
    "competencies": Setting(kinds.mapping_of(kinds.text)),
    "certificate": Setting(kinds.anything),
    "completion": Setting(kinds.anything),
    "weights": Setting(kinds.mapping_of(kinds.whole(0, 1000))),
}

COMPLETION: dict[str, Setting] = {"requires": _IDS}

CERTIFICATE: dict[str, Setting] = {
    "title": Setting(kinds.text, is_required=True),
    "requires": _IDS,
    "valid": _TEXT,
}

MODULE: dict[str, Setting] = {
    "id": Setting(kinds.identifier),
    "title": _TEXT,
    "summary": _TEXT,
    "prerequisites": _IDS,
}

SITE: dict[str, Setting] = {
    "title": _TEXT,
    "language": Setting(kinds.language),
    "languages": Setting(kinds.list_of(kinds.language)),
    "fallback": Setting(
        kinds.mapping_of(kinds.list_of(kinds.language), kinds.language)
    ),
    "timezone": Setting(kinds.timezone),
    "platforms": _TEXT,
    "competencies": Setting(kinds.mapping_of(kinds.text)),
}
