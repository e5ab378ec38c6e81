from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from trainer import clock


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """A clock whose hands are moved on by the test."""
    moment = [datetime(2026, 11, 2, 9, 0, tzinfo=UTC)]
    monkeypatch.setattr(clock, "now", lambda: moment[0])

    def move_on(time: timedelta) -> None:
        moment[0] += time

    return move_on
