import re
from pathlib import Path

from trainer.courses.compiler import compile_roots

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
FILE = re.compile(r"^`([\w./-]+)`\n\n````\w+\n(.*?)^````$", re.MULTILINE | re.DOTALL)
PART = re.compile(r"^````markdown (lesson|quiz)\n(.*?)^````$", re.MULTILINE | re.DOTALL)
HEADS = {
    "lesson": "minutes: 5\nobjectives: [Read it]\n",
    "quiz": "minutes: 5\n",
}
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"/>\n'


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_example_for_authors_compiles(tmp_path: Path) -> None:
    guide = read("write.md")
    files = {path: text for path, text in FILE.findall(guide)}
    parts = PART.findall(guide)
    assert len(files) + len(parts) == guide.count("\n````\n") , "an example is unmarked"
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
