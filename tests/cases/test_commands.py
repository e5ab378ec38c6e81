import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.courses.pages import GOOD, PLACE, lesson, quiz, write_tree
from trainer.cli.content import content

FIRST = GOOD / "courses" / "first"
QUIZ = FIRST / "02-second" / "quiz.md"
PAGE = FIRST / "01-start" / "01-what-we-know.md"


def run(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(content, [str(a) for a in arguments], input=typed)


@pytest.mark.parametrize("path", [GOOD, FIRST, QUIZ, PAGE, GOOD / "glossary.md"])
def test_what_is_right_passes(path: Path) -> None:
    found = run("check", path)
    assert found.exit_code == 0, found.output
    assert "0 errors" in found.stderr


def test_the_roots_of_the_environment_are_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRAINER_CONTENT", str(GOOD))
    assert run("check").exit_code == 0
    monkeypatch.setenv("TRAINER_CONTENT", "nowhere")
    found = run("check")
    assert found.exit_code == 1
    assert "there is no file or folder nowhere" in found.stderr


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "1 error, 1 warning\n"), ("id", "1 kesalahan, 1 peringatan\n")],
)
def test_the_numbers_are_told_in_words(
    tmp_path: Path, language: str, said: str
) -> None:
    write_tree(tmp_path, {f"{PLACE}page.md": quiz("## A {#a}\n\n- ( ) A\n- ( ) B\n")})
    assert run("check", tmp_path, "--language", language).stderr == said


def test_a_mistake_is_shown_with_its_line(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{PLACE}page.md": quiz("## A {#a}\n\n- ( ) A\n- ( ) B\n")})
    found = run("check", tmp_path)
    assert found.exit_code == 1
    assert found.stdout.startswith(
        f"{PLACE}page.md:7:4: TC225 warning: the learner is never told why\n"
        "  |\n"
        "7 | ## A {#a}\n"
        "  |    ^\n"
        "  = help: add a line **Explanation:**\n"
        "\n"
        f"{PLACE}page.md:9:3: TC203 error: no answer is marked as correct\n"
        "  |\n"
        "9 | - ( ) A\n"
        "  |   ^^^\n"
        "  = help: put an x in the brackets of the right answer: (x)\n"
    )


def test_a_path_keeps_the_report_to_itself(tmp_path: Path) -> None:
    bad = lesson("A [guide](none.md).\n")
    write_tree(
        tmp_path,
        {f"{PLACE}a.md": bad, f"{PLACE}b.md": lesson("B.\n").replace("id: l", "id: m")},
    )
    assert run("check", tmp_path / PLACE / "a.md").exit_code == 1
    assert run("check", tmp_path / PLACE / "b.md").exit_code == 0
    assert run("check", tmp_path / "courses" / "c").exit_code == 1


def test_messages_are_told_in_indonesian(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{PLACE}page.md": lesson("# A\n")})
    found = run("check", tmp_path, "--language", "id")
    assert "judul tingkat pertama" in found.stdout


def test_strict_fails_on_warnings(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{PLACE}page.md": lesson("[here](https://example.org)\n")})
    assert run("check", tmp_path).exit_code == 0
    assert run("check", tmp_path, "--strict").exit_code == 1


def test_reports_for_programs(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{PLACE}page.md": lesson("# A\n")})
    report = json.loads(run("check", tmp_path, "--format", "json").stdout)
    assert report["errors"] == 1
    assert report["warnings"] == 0
    assert report["findings"] == [
        {
            "path": f"{PLACE}page.md",
            "line": 9,
            "column": 1,
            "code": "TC104",
            "severity": "error",
            "message": "a heading of the first level is kept for the title of the page",
            "help": "begin the line with ## instead of #",
        }
    ]
    command = run("check", tmp_path, "--format", "github").stdout
    assert command.startswith(
        f"::error file={PLACE}page.md,line=9,col=1,title=TC104::a heading"
    )
    log = json.loads(run("check", tmp_path, "--format", "sarif").stdout)
    (result,) = log["runs"][0]["results"]
    assert result["ruleId"] == "TC104"
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 9,
        "startColumn": 1,
        "endColumn": 4,
    }


def test_a_quiz_is_described() -> None:
    found = json.loads(run("inspect", QUIZ, "--json").stdout)
    assert [q["type"] for q in found["questions"]] == [
        "single",
        "multiple",
        "truefalse",
        "text",
        "number",
        "scale",
    ]
    assert found["questions"][0]["tags"] == ["approval", "night duty"]
    assert found["questions"][0]["options"] == 4


def test_a_lesson_and_a_glossary_are_described() -> None:
    assert json.loads(run("inspect", PAGE).stdout)["blocks"][0] == "prose"
    found = json.loads(run("inspect", GOOD / "glossary.md").stdout)
    assert found["terms"][0] == {
        "id": "holding-statement",
        "title": "Holding statement",
    }


def test_responses_are_marked_line_by_line() -> None:
    rows = [
        {"question": "who-clears", "response": 3},
        {"question": "minutes", "response": "60,0", "language": "id"},
        {"question": "note", "response": None},
    ]
    found = run("grade", QUIZ, typed="\n".join(json.dumps(r) for r in rows) + "\n\n")
    assert [json.loads(line)["score"] for line in found.stdout.splitlines()] == [
        0.5,
        1.0,
        0.0,
    ]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("{", "not a JSON object"),
        ("[]", "not a JSON object"),
        ('{"question": "nothing", "response": 1}', "there is no question"),
        ('{"question": "who-clears", "response": 9}', "there is no answer 9"),
    ],
)
def test_what_cannot_be_marked_is_told(typed: str, told: str) -> None:
    found = run("grade", QUIZ, typed=typed)
    assert found.exit_code == 1
    assert told in found.stderr


def test_what_a_learner_sees_is_printed() -> None:
    shown = run("render", PAGE).stdout
    assert "<h1>Say what you know</h1>" in shown
    assert "That is" not in shown
    shown = run("render", QUIZ).stdout
    assert "Read each question twice." in shown
    assert "diplomatic note" not in shown
    assert "<h2>Note verbale</h2>" in run("render", GOOD / "glossary.md").stdout


def test_a_file_with_errors_is_not_drawn(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{PLACE}page.md": lesson("# A\n")})
    found = run("render", tmp_path / PLACE / "page.md")
    assert found.exit_code == 1
    assert "TC104" in found.stderr
    assert run("render", tmp_path / "none.md").exit_code == 1
    assert run("render", tmp_path / "courses" / "c" / "course.yml").exit_code == 1


def test_a_page_alone_is_checked(tmp_path: Path) -> None:
    shutil.copy(QUIZ, tmp_path / "quiz.md")
    assert run("check", tmp_path / "quiz.md").exit_code == 0
    assert run("check", tmp_path).exit_code == 0
    assert run("render", tmp_path / "quiz.md").exit_code == 0
