import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.make import make_person
from tests.server.running import PATIENCE, Caller, Server, sign_in
from tests.sitting import seat
from trainer.assessment.models import AnswerEvent
from trainer.database import unit
from trainer.operations.queries.integrity import verify

pytestmark = pytest.mark.server
EMAILS = [f"learner{n}@demo.example" for n in range(4)]


def seated(server: Server, engine: Engine) -> list[Caller]:
    """Return people who have each begun an attempt."""
    seat(engine)
    for email in EMAILS:
        unit(engine, lambda s, email=email: make_person(s, email))  # type: ignore[misc]  # bound now
    callers = [sign_in(engine, server.port, email) for email in EMAILS]
    for caller in callers:
        caller.start()
    return callers


def save_until(caller: Caller, over: Event) -> None:
    number = 0
    while not over.is_set():
        number += 1
        caller.save(number)
    caller.hang_up()


def await_saves(callers: list[Caller], more: int = 8) -> None:
    """Wait until some more answers were acknowledged."""
    ends = time.monotonic() + PATIENCE
    wanted = sum(len(caller.acknowledged) for caller in callers) + more
    while sum(len(caller.acknowledged) for caller in callers) < wanted:
        assert time.monotonic() < ends, "saving has stopped"
        time.sleep(0.02)


def check(engine: Engine, callers: list[Caller]) -> None:
    """Every acknowledged answer is there, once, and everything proves itself."""
    acknowledged = {k: rev for c in callers for k, rev in c.acknowledged.items()}
    with Session(engine) as session:
        rows = session.execute(select(AnswerEvent.key, AnswerEvent.rev)).all()
        assert len(rows) == len({key for key, _rev in rows})
        kept = {key: rev for key, rev in rows}  # noqa: C416 - a row is no pair to mypy
        assert {key: kept.get(key) for key in acknowledged} == acknowledged
        assert list(verify(session)) == []


def test_no_acknowledged_answer_is_lost_when_workers_are_killed(
    server: Server, engine: Engine
) -> None:
    callers, over = seated(server, engine), Event()
    with ThreadPoolExecutor(len(callers)) as pool:
        jobs = [pool.submit(save_until, caller, over) for caller in callers]
        try:
            for _ in range(4):
                await_saves(callers)
                server.kill_worker()
            await_saves(callers)
        finally:
            over.set()
        for job in jobs:
            job.result()
    check(engine, callers)


def test_no_acknowledged_answer_is_lost_when_the_server_is_killed(
    server: Server, engine: Engine
) -> None:
    callers, over = seated(server, engine), Event()
    with ThreadPoolExecutor(len(callers)) as pool:
        jobs = [pool.submit(save_until, caller, over) for caller in callers]
        try:
            await_saves(callers)
            server.kill()
            server.start()
            await_saves(callers)
        finally:
            over.set()
        for job in jobs:
            job.result()
    check(engine, callers)
