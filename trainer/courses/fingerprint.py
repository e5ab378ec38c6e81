"""One short name for everything that compiling depends on."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def fingerprint(roots: Sequence[Path], compiler: Path) -> str:
    """Return a SHA-256 over every file of the roots and of the compiler's folder.

    Equal fingerprints compile to equal courses. A file that vanishes while it is
    read changes the fingerprint.
    """
    whole = hashlib.sha256()
    for root in (*roots, compiler):
        for path in _files(root):
            relative = os.path.relpath(path, root)
            whole.update(relative.encode("utf-8", "surrogateescape") + b"\0")
            whole.update(_digest(path))
    return whole.hexdigest()


def _files(root: Path) -> Iterator[str]:
    """Yield every file below a folder in a stable order, links not followed."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            yield os.path.join(folder, name)  # noqa: PTH118 - a Path for each of 10,000 files takes longer than reading it


def _digest(path: str) -> bytes:
    """Return the SHA-256 of a file's bytes, or of its absence."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b"gone"
