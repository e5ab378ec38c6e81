import http.client
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Backend
from tests.server.running import LAUNCH, LINE_LOST, SECRET, Server, free_port
from trainer.cli.serve import open_door

pytestmark = pytest.mark.server
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
SLOW_CLIENTS = 24


def status_of(port: int, path: str = "/healthz") -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        answer.read()
        return answer.status
    finally:
        line.close()


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def answers(port: int) -> bool:
    try:
        return status_of(port) == 200
    except LINE_LOST:
        return False


@on_sqlite
def test_a_killed_worker_is_started_again(server: Server) -> None:
    before = server.workers()
    server.kill_worker()
    wait_for(lambda: len(set(server.workers()) - {before[0]}) == 2)
    assert server.workers() != before
    assert status_of(server.port) == 200


@on_sqlite
def test_children_end_when_the_parent_is_killed(server: Server) -> None:
    assert server.process is not None
    children = server.workers()
    server.process.kill()
    server.process.wait()
    wait_for(lambda: not any(is_running(child) for child in children))


@on_sqlite
def test_sigterm_ends_all_processes_and_frees_the_port(server: Server) -> None:
    assert server.process is not None
    children = server.workers()
    idle = socket.create_connection(("127.0.0.1", server.port))
    server.process.terminate()
    assert server.process.wait(10) == 0
    assert not any(is_running(child) for child in children)
    idle.close()
    open_door("127.0.0.1", server.port).close()


@on_sqlite
@pytest.mark.parametrize(
    "words",
    [
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\na",
    ],
    ids=["head", "body"],
)
def test_slow_senders_do_not_stop_others(server: Server, words: bytes) -> None:
    slow = [
        socket.create_connection(("127.0.0.1", server.port))
        for _ in range(SLOW_CLIENTS)
    ]
    for line in slow:
        line.sendall(words)
    start = time.monotonic()
    assert [status_of(server.port) for _ in range(10)] == [200] * 10
    assert time.monotonic() - start < 5
    for line in slow:
        line.close()


def trainer(backend: Backend, place: Path, *words: str) -> subprocess.Popen[str]:
    """Start one command of the installation with its errors readable."""
    return subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", LAUNCH, *words],
        env=os.environ
        | {
            "TRAINER_DATABASE_URL": backend.url,
            "TRAINER_SECRET_KEY": SECRET,
            "TRAINER_INSTANCE": str(place),
        },
        stderr=subprocess.PIPE,
        text=True,
    )


@on_sqlite
def test_a_port_in_use_is_refused_with_the_mend(
    server: Server, backend: Backend, tmp_path: Path
) -> None:
    other = trainer(backend, tmp_path, "serve", "--port", str(server.port))
    told = other.communicate(timeout=30)[1]
    assert other.returncode == 1
    assert "--port" in told
    assert "Traceback" not in told


def test_an_empty_database_is_refused_with_the_mend(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite"
    sqlite3.connect(path).close()
    empty = Backend(f"sqlite:///{path}", None)
    told = (process := trainer(empty, tmp_path, "serve")).communicate(timeout=30)[1]
    assert process.returncode == 1
    assert "trainer db upgrade" in told


SLOW_SITE = """
import sys, time
from flask import Flask, request
from trainer.cli.serve import Crew, open_door, serve_requests

app = Flask("slow")

@app.get("/slow")
def slow():
    time.sleep(float(request.args["seconds"]))
    return "done"

@app.get("/large")
def large():
    return "x" * 4_000_000

@app.get("/healthz")
def healthz():
    return "ok"

door = open_door("127.0.0.1", int(sys.argv[1]))
Crew([lambda: serve_requests(app, door)] * 2, door).run()
"""


@pytest.fixture
def slow_site() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A site with slow and large answers: its port and its process."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SLOW_SITE, str(port)])  # noqa: S603 - our own words
    try:
        wait_for(lambda: answers(port))
        yield port, process
    finally:
        process.terminate()
        process.wait(20)


def test_slow_readers_do_not_stop_others(
    slow_site: tuple[int, subprocess.Popen[bytes]],
) -> None:
    port, _process = slow_site
    slow = []
    for _ in range(SLOW_CLIENTS):
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", port))
        line.sendall(b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        slow.append(line)
    assert [status_of(port) for _ in range(10)] == [200] * 10
    for line in slow:
        line.close()


def test_sigterm_finishes_what_was_begun(
    slow_site: tuple[int, subprocess.Popen[bytes]],
) -> None:
    port, process = slow_site
    found: list[int] = []
    paths = ["/slow?seconds=1.5", "/slow?seconds=0.8", "/large"]
    askers = [
        threading.Thread(target=lambda path=path: found.append(status_of(port, path)))
        for path in paths
    ]
    for asker in askers:
        asker.start()
    time.sleep(0.5)
    process.terminate()
    for asker in askers:
        asker.join(10)
    assert found == [200] * len(paths)
    process.wait(10)
    with pytest.raises(OSError, match="refused"):
        status_of(port)


def test_a_request_that_takes_too_long_is_ended(
    slow_site: tuple[int, subprocess.Popen[bytes]],
) -> None:
    port, process = slow_site
    stuck = socket.create_connection(("127.0.0.1", port))
    stuck.sendall(b"GET /slow?seconds=60 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    time.sleep(0.5)
    process.terminate()
    process.wait(15)
    stuck.close()
