import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from trainer.web import PUBLIC, check_policies, policy_of

ROOT = Path(__file__).parent.parent / "trainer"
FILES = sorted(ROOT.rglob("*.py"))
MODULES = [
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
    for path in FILES
    if "migrations" not in path.parts and path.name != "__init__.py"
]
SQL_TEXT = re.compile(r"\btext\(\s*f[\"']")
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
ANY_UUID = "00000000-0000-4000-8000-000000000000"


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    if "migrations" in path.parts:
        return
    assert path.read_text(encoding="utf-8").count("\n") <= LONGEST_FILE
    for node in functions(path):
        assert node.end_lineno is not None
        assert node.end_lineno - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_house_rules_hold(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if path.name != "database.py":
        assert not re.search(r"\.(commit|rollback)\(", source), "only unit() commits"
    if path == ROOT / "courses" / "rendering" / "drawn.py":
        assert not re.search(r"Markup\([^)]", source), "it names blessed HTML alone"
    elif path != ROOT / "courses" / "markup.py":
        assert "import Markup" not in source, "only courses.markup blesses HTML"
    assert not SQL_TEXT.search(source), "SQL is never put together from strings"
    assert "populate_obj" not in source, "no mass assignment"
    assert "yaml.load" not in source.replace("yaml.load_all", "yaml.load")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda p: p.name
)
def test_templates_are_short_and_never_bless_html(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 150
    assert not re.search(r"\|\s*safe\b", source)
    assert "autoescape false" not in source


def test_every_module_imports_alone() -> None:
    code = (
        "import importlib, os, sys\n"
        "for name in sys.argv[1:]:\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        importlib.import_module(name)\n"
        "        os._exit(0)\n"
        "    if os.waitpid(pid, 0)[1]:\n"
        "        sys.exit(name)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and module names
        [sys.executable, "-W", "error", "-c", code, *MODULES],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_compiler_loads_neither_flask_nor_the_database() -> None:
    code = "import sys, trainer.courses.compiler; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"flask", "sqlalchemy", "trainer.database"}


def address_of(rule: Rule) -> str:
    values = {
        name: ANY_UUID if "uuid" in type(converter).__name__.lower() else "x"
        for name, converter in rule._converters.items()
    }
    built = rule.build(values)
    assert built is not None
    return built[1]


def test_every_page_declares_who_may_open_it(app: Flask) -> None:
    check_policies(app)
    app.view_functions["operations.healthz"].__dict__.pop("policy")
    try:
        with pytest.raises(RuntimeError, match=r"operations\.healthz"):
            check_policies(app)
    finally:
        app.view_functions["operations.healthz"].__dict__["policy"] = PUBLIC


def test_every_page_but_the_public_ones_asks_for_sign_in(
    app: Flask, client: FlaskClient
) -> None:
    closed = 0
    for rule in app.url_map.iter_rules():
        if policy_of(app, rule.endpoint) == PUBLIC:
            continue
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        for method in methods:
            answer = client.open(address_of(rule), method=method)
            place = f"{method} {rule.rule}: {answer.status}"
            if answer.status_code in {302, 303}:
                assert answer.location.startswith("/sign-in"), place
            else:
                assert answer.status_code in {200, 401}, place
                assert 'name="password"' in answer.text or answer.is_json, place
            closed += 1
    assert closed > 10
