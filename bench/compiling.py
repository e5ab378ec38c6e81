"""A thousand lessons compiled: cold, with nothing changed, with one file changed."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import site, table
from trainer.courses.compiler import compile_roots
from trainer.courses.documents import read_document
from trainer.courses.model import Lesson

LESSONS = 1000
ROUNDS = 15
LIMITS = {"lesson": 20.0, "quiz": 20.0, "cold": 10.0, "unchanged": 1.0, "one": 0.3}
START = """
import sys, time
from pathlib import Path
from trainer.cli.publish import publish_changed
from trainer.database import connect
root, database, instance = sys.argv[1:]
engine = connect(database)
start = time.perf_counter()
publish_changed(engine, (Path(root),), Path(instance))
print(time.perf_counter() - start)
"""


def measure(place: Path) -> Iterator[table.Row]:
    """Compile copies of the real course."""
    root = place / "content"
    count = multiply(site.CONTENT, root)
    start = time.perf_counter()
    compilation = compile_roots((root,))
    cold = time.perf_counter() - start
    if compilation.has_errors:
        message = f"the copies do not compile: {compilation.findings[:3]}"
        raise RuntimeError(message)
    yield table.Row(
        f"compile {LESSONS:,} lessons, cold",
        cold * LESSONS / count,
        LIMITS["cold"],
        "s",
        note=f"{count} lessons and {len(compilation.courses)} quizzes in {cold:.1f} s",
    )
    for kind, pattern in (("lesson", "*what-digital*.md"), ("quiz", "quiz.md")):
        yield check_one(next(root.glob(f"courses/*/*/{pattern}")), kind)
    yield start_anew(site.Site(place / "instance", 0, root))
    start = time.perf_counter()
    compile_roots((root,))
    again = time.perf_counter() - start
    lesson = next(root.glob("courses/*/*/*what-digital*.md"))
    lesson.write_text(lesson.read_text(encoding="utf-8") + "\nOne line more.\n")
    start = time.perf_counter()
    compile_roots((root,))
    yield table.Row(
        "one file changed, the same process",
        time.perf_counter() - start,
        LIMITS["one"],
        "s",
        note=f"nothing changed: {again:.2f} s",
    )


def check_one(path: Path, kind: str) -> table.Row:
    """Return how long one file takes to check that was never seen before."""
    data, times = path.read_bytes(), []
    for number in range(ROUNDS):
        changed = data + b"\n" * (number + 1)
        start = time.perf_counter()
        read_document(path.name, changed, "en")
        times.append((time.perf_counter() - start) * 1000)
    return table.Row(f"check one {kind}", statistics.median(times), LIMITS[kind], "ms")


def start_anew(here: site.Site) -> table.Row:
    """Return how long `content publish` looks at what it has published before."""
    here.place.mkdir()
    here.trainer("db", "upgrade")
    here.trainer("content", "publish")
    start = time.perf_counter()
    here.trainer("content", "publish")
    command = time.perf_counter() - start
    told = [str(here.content), here.database_url, str(here.place)]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", START, *told],
        capture_output=True,
        text=True,
        check=True,
    )
    return table.Row(
        "start with nothing changed, a new process",
        float(done.stdout),
        LIMITS["unchanged"],
        "s",
        note=f"the whole command with its imports: {command:.1f} s",
    )


def multiply(source: Path, root: Path) -> int:
    """Copy the first course until there are enough lessons; return how many."""
    compilation = compile_roots((source,))
    compiled = next(one for one in compilation.courses if one.course is not None)
    assert compiled.course is not None
    activities = [one for m in compiled.course.modules for one in m.activities]
    names = [compiled.course.id, *(one.id for one in activities)]
    lessons = sum(isinstance(one, Lesson) for one in activities)
    folder = source / "courses" / compiled.course.id
    rounds = -(-LESSONS // lessons)
    for path in source.rglob("*"):
        if path.is_file() and folder not in path.parents:
            put(root / path.relative_to(source), path.read_bytes())
    for number in range(rounds):
        for path in folder.rglob("*"):
            if path.is_file():
                copy(path, source, root, {name: f"{name}-{number}" for name in names})
    return rounds * lessons


def copy(path: Path, source: Path, root: Path, renamed: dict[str, str]) -> None:
    """Copy one file with every id in its name and text renamed."""
    body = path.read_bytes()
    name = str(path.relative_to(source))
    for old, new in sorted(renamed.items(), key=lambda pair: -len(pair[0])):
        name = name.replace(old, new)
        if path.suffix in {".md", ".yml"}:
            body = body.replace(old.encode(), new.encode())
    put(root / name, body)


def put(path: Path, body: bytes) -> None:
    """Write a file, its folders too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
