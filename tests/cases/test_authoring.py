import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from trainer.cli.content import content, one_document
from trainer.courses import marking
from trainer.courses.compiler import compile_roots

SHARED = Path(__file__).parents[3] / "shared" / "cases" / "authoring"
MANIFEST = SHARED / "manifest.json"
NOT_YET = {
    "v13-match",
    "v16-cloze",
    "v19-parameters",
    "v28-lesson-blocks",
    "e56-order-short",
    "e60-param-zero",
    "e64-unknown-check",
    "e68-model-answer",
    "e82-dead-end",
    "e86-stuck",
    "e90-timer",
    "e97-key-differs",
}


def cases() -> list[dict[str, Any]]:
    if not MANIFEST.is_file():
        return []
    found = json.loads(MANIFEST.read_text(encoding="utf-8"))["cases"]
    return [case for case in found if case["case"] not in NOT_YET]


pytestmark = pytest.mark.skipif(not cases(), reason="../shared is not there")
each = pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["case"]))


def page_of(case: dict[str, Any]) -> Path:
    folder: Path = SHARED / "cases" / case["case"]
    return min(folder.glob("*.md"))


@each
def test_the_findings_are_those_of_the_case(case: dict[str, Any]) -> None:
    found = compile_roots([SHARED / "cases" / case["case"]]).findings
    wanted = {(f["code"], f["file"], f["line"], f["col"]) for f in case["findings"]}
    allowed = set(case.get("also_allowed", ()))
    places = {(f.code, f.path, f.line, f.column) for f in found}
    errors = {
        (f.code, f.path, f.line, f.column)
        for f in found
        if f.is_error and f.code not in allowed
    }
    assert wanted <= places
    assert errors <= wanted


@each
def test_the_command_reports_what_the_compiler_finds(case: dict[str, Any]) -> None:
    run = CliRunner().invoke(content, ["check", str(page_of(case)), "--format", "json"])
    report = json.loads(run.stdout)
    codes = {f["code"] for f in case["findings"]}
    assert codes <= {f["code"] for f in report["findings"]}
    assert run.exit_code == (1 if report["errors"] else 0)


@each
def test_the_questions_are_those_of_the_case(case: dict[str, Any]) -> None:
    if "questions" not in case:
        return
    run = CliRunner().invoke(content, ["inspect", str(page_of(case)), "--json"])
    found = {q["id"]: q for q in json.loads(run.stdout)["questions"]}
    for wanted in case["questions"]:
        shown = found[wanted["id"]]
        assert {name: shown[name] for name in wanted} == wanted


@each
def test_the_marks_are_those_of_the_case(case: dict[str, Any]) -> None:
    if "grading" not in case:
        return
    document, _ = one_document(page_of(case))
    questions = {a.question.id: a.question for a in document.asked}
    for name, response, fraction, *language in case["grading"]:
        score = marking.mark(questions[name], response, *language)
        assert score == pytest.approx(fraction)


@each
def test_nothing_hidden_reaches_the_learner(case: dict[str, Any]) -> None:
    if case["findings"]:
        return
    run = CliRunner().invoke(content, ["render", str(page_of(case))])
    assert run.exit_code == 0, run.output
    for secret in (*case.get("hidden", ()), *case.get("render_not", ())):
        assert secret not in run.stdout
