import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from trainer.courses.compiler import compile_roots
from trainer.database import Base
from trainer.wsgi import trainer as command_line

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md")], key=lambda path: path.as_posix()
)
SETTING = re.compile(r"TRAINER_[A-Z_]+[A-Z]")
FOR_TESTS = {"TRAINER_CHROMIUM"}
BOLD = re.compile(r"^- ((?:\*\*[\w ]+\*\*(?:, )?)+):", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FILE = re.compile(r"^`([\w./-]+)`\n\n````\w+\n(.*?)^````$", re.MULTILINE | re.DOTALL)
PART = re.compile(r"^````markdown (lesson|quiz)\n(.*?)^````$", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^````.*?^````$", re.MULTILINE | re.DOTALL)
HEADS = {"lesson": "minutes: 5\nobjectives: [Read it]\n", "quiz": "minutes: 5\n"}
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"/>\n'
VOCABULARY = """course module lesson quiz question key attempt response mark score
pass_mark learner tutor author officer cohort enrolment assignment standing completion
credential scenario run inject decision debrief catalogue progress_event compile enrol
assign open submit settle complete award revoke release"""
OFFICIAL = re.compile(r"^# (\d{4}) .+\n\nDate: \d{4}-\d\d-\d\d\.", re.MULTILINE)


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def product() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    source = (ROOT / "trainer" / "config.py").read_text(encoding="utf-8")
    strings = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    known = {text for text in strings if SETTING.fullmatch(text)} | FOR_TESTS
    rows = re.findall(r"^\| `(TRAINER_\w+)` \|", read("settings.md"), re.MULTILINE)
    assert sorted(rows) == sorted(known)


def test_every_setting_that_any_page_names_exists() -> None:
    known = set(SETTING.findall(read("settings.md")))
    for page in PAGES:
        named = set(SETTING.findall(page.read_text(encoding="utf-8")))
        assert named <= known, page


def commands(
    command: click.Command, path: tuple[str, ...] = ("trainer",)
) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        yield from commands(child, (*path, name))


@pytest.mark.parametrize(
    ("path", "command"), [pytest.param(p, c, id=p) for p, c in commands(command_line)]
)
def test_every_command_and_option_is_documented(
    path: str, command: click.Command
) -> None:
    guide = read("commands.md")
    assert path in guide
    assert command.help, "a command says what it does"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                assert f"`{option}" in guide, option


def test_every_documented_command_exists() -> None:
    known = {path for path, _command in commands(command_line)}
    groups = {" ".join(path.split()[:2]) for path in known}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for named in re.findall(r"`(trainer [a-z][a-z ]*[a-z])", text):
            words = named.split()
            fits = " ".join(words[:3]) in known or " ".join(words[:2]) in known
            assert fits or named in groups, (page, named)


def test_every_make_target_is_documented() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (names,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    guide = read("commands.md")
    targets = set(names.split()) - {"accounts"}
    assert {name for name in targets if f"`make {name}`" not in guide} == set()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in readme
    assert "make test" in readme


def test_every_package_and_layer_is_in_the_architecture() -> None:
    page = read("architecture.md")
    package = ROOT / "trainer"
    parts = {p.parent.name for p in package.glob("*/__init__.py")}
    parts |= {p.name for p in package.glob("*.py") if p.name != "__init__.py"}
    assert {part for part in parts if part not in page} == set()
    layers = product()["importlinter:contract:flow"]["layers"]
    named = set(re.findall(r"\w+", layers))
    assert {name for name in named if f"`{name}`" not in page} == set()
    assert page.count("\n") < 120, "two screens"


def test_every_term_of_the_vocabulary_is_in_the_glossary() -> None:
    heads = BOLD.findall(read("glossary.md"))
    terms = [term for head in heads for term in re.findall(r"\*\*([\w ]+)\*\*", head)]
    wanted = {word.replace("_", " ") for word in VOCABULARY.split()}
    assert wanted - set(terms) == set()


def test_every_table_is_explained() -> None:
    page = read("data.md")
    rows = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(rows) == sorted(Base.metadata.tables)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_address_is_documented_with_its_methods(app: Flask) -> None:
    page = read("addresses.md")
    rows = dict(re.findall(r"^\| `(/\S*)` \| ([A-Z, ]+) \|", page, re.MULTILINE))
    known: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        known[rule.rule] = known.get(rule.rule, set()) | methods
    assert rows.pop("/static/…") == "GET"
    assert {path: set(text.split(", ")) for path, text in rows.items()} == known


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_resolve(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(EXAMPLE.sub("", text)):
        if re.match(r"https?:|mailto:|…", target):
            continue
        path, _hash, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        assert place.exists(), target
        if anchor:
            heads = HEADING.findall(place.read_text(encoding="utf-8"))
            assert anchor in {re.sub(r"[^\w-]+", "-", h.lower()) for h in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_of_the_program_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(r"`([\w./*-]+\.py)`", page.read_text(encoding="utf-8"))
    for name in named:
        places = [*ROOT.glob(name), *(ROOT / "trainer").glob(name)]
        assert places, name


def test_every_example_for_authors_compiles(tmp_path: Path) -> None:
    guide = read("write.md")
    files = dict(FILE.findall(guide))
    parts = PART.findall(guide)
    fences = guide.count("\n````")
    assert fences == 2 * (len(files) + len(parts)), "an example is not marked"
    module = "courses/harbour/02-examples"
    for n, (kind, text) in enumerate(parts, 1):
        head = f"---\ntype: {kind}\nid: part-{n}\ntitle: Part {n}\n{HEADS[kind]}---\n\n"
        files[f"{module}/{n:02}-part.md"] = head + text
    files["courses/harbour/media/desk.svg"] = PICTURE
    for path, text in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    compilation = compile_roots([tmp_path])
    assert compilation.findings == ()
    (compiled,) = compilation.courses
    assert compiled.course is not None
    assert len(compiled.course.activities) == len(parts) + 2


def test_decisions_are_numbered_without_gaps_and_dated() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    for page in pages:
        found = OFFICIAL.match(page.read_text(encoding="utf-8"))
        assert found, page
        assert found[1] == page.name[:4]


def libraries(listed: str) -> set[str]:
    return {re.split(r"[\[<>=~]", line)[0] for line in listed.split()}


def test_the_package_asks_for_what_is_pinned() -> None:
    pinned = (ROOT / "requirements" / "runtime.in").read_text(encoding="utf-8")
    asked = product()["options"]["install_requires"]
    assert libraries(asked) == libraries(pinned)


def test_every_runtime_library_has_a_reason() -> None:
    reasons = "".join(
        page.read_text(encoding="utf-8").lower()
        for page in (DOCS / "decisions").glob("*.md")
    )
    names = libraries(product()["options"]["install_requires"])
    assert {name for name in names if name not in reasons} == set()


def test_the_changelog_speaks_of_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = product()["metadata"]["version"]
    head = text.index(f"## [{version}]")
    parts = re.findall(r"^### (\w+)", text[head:], re.MULTILINE)
    assert parts[0] == "Security"


def test_pictures_of_the_readme_are_small() -> None:
    for picture in sorted((DOCS / "images").glob("*.png")):
        assert picture.stat().st_size < 120_000, picture
