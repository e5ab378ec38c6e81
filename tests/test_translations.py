import gettext
import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
LANGUAGES = ["id"]
KEYWORDS = DEFAULT_KEYWORDS | {"lazy_gettext": None, "gettext_noop": None}
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}|%%")
Id = str | tuple[str, ...]


def holds_sources(folder: str) -> bool:
    return Path(folder).is_relative_to(ROOT / "trainer")


def folded(found: object) -> Id:
    assert isinstance(found, str | tuple | list)
    return found if isinstance(found, str) else tuple(found)


@pytest.fixture(scope="module")
def used() -> set[Id]:
    """Every message that the code and the templates show."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]  # of Babel
    found = extract_from_dir(
        ROOT, methods, options, KEYWORDS, directory_filter=holds_sources
    )
    return {folded(message) for _file, _line, message, _notes, _context in found}


def read(language: str) -> Catalog:
    path = ROOT / "trainer" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        return read_po(source, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in read(language) if message.id]


def texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value]  # type: ignore[attr-defined]  # a tuple or list of texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_what_is_shown_and_nothing_else(
    language: str, used: set[Id]
) -> None:
    kept = {folded(message.id) for message in messages(language)}
    assert used - kept == set(), "not translated"
    assert kept - used == set(), "no longer used"
    assert not read(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_and_none_is_fuzzy(language: str) -> None:
    for message in messages(language):
        assert all(texts(message.string)), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_keeps_the_places_of_its_message(language: str) -> None:
    for message in messages(language):
        wanted = set(PLACE.findall(texts(message.id)[-1]))
        for text in texts(message.string):
            assert set(PLACE.findall(text)) == wanted, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_compiles_and_knows_its_plurals(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, read(language))
    compiled.seek(0)
    translated = gettext.GNUTranslations(compiled)
    assert translated.gettext("Sign in") != "Sign in"
    for number in (0, 1, 2, 5):
        said = translated.ngettext("%(num)s lesson", "%(num)s lessons", number)
        assert said == "%(num)s pelajaran"
