"""How many lesson pages a second, against the yardstick; memory of an idle site."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import load, site, table

CLIENTS = 16
SECONDS = 3.0
ROUNDS = 3
LEAST_RATIO = 0.5
MOST_MEMORY = 200.0


def measure(place: Path) -> Iterator[table.Row]:
    """Serve a lesson and the yardstick side by side and load each in turn."""
    here = site.install(place / "site")
    port = site.free_port()
    yardstick = [sys.executable, "-m", "bench.yardstick"]
    yardstick += [str(place / "yardstick.sqlite"), str(port), "2"]
    with site.serve(here) as pid, site.started(yardstick, port):
        visitor = site.Visitor(here).sign_in(site.LEARNER)
        lesson = site.lesson_paths(visitor)[0]
        time.sleep(1)
        yield table.Row(
            "memory of 2 workers and the rest, idle",
            site.memory(pid),
            MOST_MEMORY,
            "MiB PSS",
            note="every process of `trainer serve`, after its first pages",
        )
        raw = load.get(f"{site.HOST}:{here.port}", lesson, Cookie=visitor.cookie)
        plain = load.get(f"{site.HOST}:{port}", "/sheets/sheet-5")
        yield compare(here.port, raw, port, plain)


def compare(port: int, lesson: str, yard_port: int, plain: str) -> table.Row:
    """Return the ratio of lesson pages to yardstick pages, each the best of rounds."""
    ratios, rates, slowest = [], [], 0.0
    press(port, lesson, 1.0)
    press(yard_port, plain, 1.0)
    for _round in range(ROUNDS):
        ours, theirs = press(port, lesson, SECONDS), press(yard_port, plain, SECONDS)
        if ours.failures or theirs.failures:
            message = f"answers other than 200: {ours.statuses} {theirs.statuses}"
            raise RuntimeError(message)
        ratios.append(ours.rate / theirs.rate)
        rates.append((ours.rate, theirs.rate))
        slowest = max(slowest, ours.percentile(0.99))
    middle = sorted(range(ROUNDS), key=lambda turn: ratios[turn])[ROUNDS // 2]
    ours_rate, theirs_rate = rates[middle]
    return table.Row(
        "lesson page, signed in, against the yardstick page",
        ratios[middle],
        LEAST_RATIO,
        "of its requests/s",
        is_least=True,
        note=f"{ours_rate:.0f}/s against {theirs_rate:.0f}/s, p99 {slowest:.0f} ms, "
        f"median of {ROUNDS} rounds",
    )


def press(port: int, raw: str, seconds: float) -> load.Outcome:
    """Load one page with all clients."""
    plan = load.Plan(site.HOST, port, [load.Request(raw)], CLIENTS, seconds)
    return load.run(plan)
