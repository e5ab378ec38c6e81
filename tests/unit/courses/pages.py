"""Small pages and trees for the tests of the compiler."""

from collections.abc import Mapping
from pathlib import Path

from trainer.courses.compiler import Compilation, compile_roots
from trainer.courses.findings import Finding

GOOD = Path(__file__).parents[2] / "content" / "good"

COURSE = "id: c\ntitle: C\nlanguage: en\ncompetencies: {verify: Verifies}\n"
PLACE = "courses/c/01-m/"


def lesson(body: str, settings: str = "") -> str:
    return (
        "---\ntype: lesson\nid: l\ntitle: L\nminutes: 5\nobjectives: [Know]\n"
        f"{settings}---\n\n{body}"
    )


def quiz(body: str, settings: str = "") -> str:
    return f"---\ntype: quiz\nid: q\ntitle: Q\n{settings}---\n\n{body}"


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, text in {"courses/c/course.yml": COURSE, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return root


def compile_tree(root: Path, files: Mapping[str, str | bytes]) -> Compilation:
    return compile_roots([write_tree(root, files)])


def compile_page(root: Path, text: str | bytes) -> Compilation:
    return compile_tree(root, {f"{PLACE}page.md": text})


def places(found: tuple[Finding, ...]) -> set[tuple[str, int, int]]:
    return {(f.code, f.line, f.column) for f in found}
