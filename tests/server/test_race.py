from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests.server.running import Caller, Server, sign_in
from tests.sitting import seat
from trainer.assessment.models import Allowance, Attempt

pytestmark = pytest.mark.server
STARTS = 50


def test_fifty_starts_at_once_over_http_make_one_attempt(
    server: Server, engine: Engine
) -> None:
    seat(engine, attempts=3)
    first = sign_in(engine, server.port, "learner@demo.example")
    first.hang_up()
    begin = Barrier(STARTS)

    def start(_number: int) -> str:
        caller = Caller(server.port, first.cookie, first.token)
        begin.wait()
        home = caller.start()
        caller.hang_up()
        return home

    with ThreadPoolExecutor(STARTS) as pool:
        homes = set(pool.map(start, range(STARTS)))
    assert len(homes) == 1
    with Session(engine) as session:
        assert session.scalar(select(func.count(Attempt.id))) == 1
        assert session.scalar(select(Allowance.attempts_used)) == 1
