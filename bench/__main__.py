"""`python -m bench [NAME…]`: measure the budgets, print the table, keep bench.json."""

import sys
import tempfile
import time
from pathlib import Path

from bench import browser, compiling, pages, reports, saves, table

BENCHES = {
    "browser": browser.measure,
    "pages": pages.measure,
    "saves": saves.measure,
    "reports": reports.measure,
    "compiling": compiling.measure,
}
OUTPUT = Path("bench.json")
ELSEWHERE = (
    "Violations of axe-core and of the HTML validator are counted by the browser tests "
    "(make test): 0 on every page, both languages, light and dark."
)


def main(names: list[str]) -> int:
    """Run the benches of these names, or all; 1 when a budget is missed."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"No such bench: {', '.join(unknown)}. There are {', '.join(BENCHES)}.")
        return 2
    rows: list[table.Row] = []
    for name in names or BENCHES:
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            for row in BENCHES[name](Path(folder)):
                rows.append(row)
                table.keep(rows, OUTPUT)
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    print(table.draw(rows))
    print(ELSEWHERE)
    table.keep(rows, OUTPUT)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
