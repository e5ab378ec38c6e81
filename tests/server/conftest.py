from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.conftest import Backend
from tests.server.running import Server


@pytest.fixture
def server(backend: Backend, engine: Engine, tmp_path: Path) -> Iterator[Server]:
    """The real server on an empty database."""
    assert engine is not None
    server = Server(backend.url, tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.stop()
