"""`trainer serve`: the site, in as many processes as asked for.

One process opens the door and forks the others, which share it. Each of them reads and
writes all its connections in one loop and hands only whole requests to its threads, so
a slow client holds a buffer and never a thread.
"""

import contextlib
import gc
import logging
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress import wasyncore
from waitress.server import create_server

from trainer.cli.worker import refuse_unprepared, run_worker
from trainer.errors import SettingError
from trainer.extensions import catalogue, db, settings

if TYPE_CHECKING:
    from waitress.channel import HTTPChannel
    from waitress.server import BaseWSGIServer

THREADS = 4
BACKLOG = 1024
CONNECTIONS = 2000
IDLE_SECONDS = 60
LARGEST_HEAD = 32 * 1024
LARGEST_BODY = 4 * 1024 * 1024
SECONDS_TO_LEAVE = 10
SECONDS_BETWEEN_STARTS = 1.0
SIGNALS_TO_LEAVE = (signal.SIGTERM, signal.SIGINT)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Serving processes.",
)
@click.option("--no-worker", is_flag=True, help="Leave the chores to another process.")
@with_appcontext
def serve(*, host: str, port: int, workers: int, no_worker: bool) -> None:
    """Serve the site until stopped."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's way to the object itself
    refuse_unprepared()
    door = open_door(host, port)
    catalogue()
    db.session.close()
    db.engine.dispose()
    click.echo(f"Serving on {place_of(host, port, settings().base_url)}", err=True)
    tasks: list[Callable[[], None]] = [lambda: serve_requests(app, door)] * workers
    if not no_worker:
        tasks.append(lambda: run_worker(app))
    Crew(tasks, door).run()


def place_of(host: str, port: int, base_url: str) -> str:
    """Return where the site listens and, when that differs, where people find it."""
    here = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if base_url.rstrip("/") == here:
        return here
    return f"{here}, for people at {base_url} (TRAINER_BASE_URL)"


def open_door(host: str, port: int) -> socket.socket:
    """Listen at an address; say what to do when somebody else does."""
    try:
        return socket.create_server((host, port), backlog=BACKLOG)
    except OSError as error:
        message = (
            f"Cannot listen on {host}:{port}: {error.strerror}. "
            "Stop what listens there, or choose another with --port."
        )
        raise SettingError(message) from error


def serve_requests(app: Flask, door: socket.socket) -> None:
    """Answer requests in this process until told to leave, then finish those begun."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    allow_connections()
    options: dict[str, Any] = {
        "sockets": [door],
        "threads": THREADS,
        "ident": None,
        "backlog": BACKLOG,
        "connection_limit": CONNECTIONS,
        "channel_timeout": IDLE_SECONDS,
        "max_request_header_size": LARGEST_HEAD,
        "max_request_body_size": LARGEST_BODY,
        "clear_untrusted_proxy_headers": False,
    }
    connections: dict[int, Any] = {}
    server = cast("BaseWSGIServer", create_server(app, connections, **options))
    leaving = threading.Event()

    def leave(*_signal: object) -> None:
        leaving.set()
        server.pull_trigger()

    for number in SIGNALS_TO_LEAVE:
        signal.signal(number, leave)
    while not leaving.is_set():
        turn(connections)
    server.accepting = False
    until = time.monotonic() + SECONDS_TO_LEAVE
    while close_idle(server) and time.monotonic() < until:
        turn(connections)


def turn(connections: dict[int, Any]) -> None:
    """Wait a second at most for what can be read or written, and do that."""
    wasyncore.loop(timeout=1.0, use_poll=True, map=connections, count=1)


def close_idle(server: "BaseWSGIServer") -> int:
    """Close connections with no request under way; return how many have one."""
    channels = cast("dict[int, HTTPChannel]", server.active_channels)
    busy = 0
    for channel in list(channels.values()):
        if channel.requests or channel.total_outbufs_len:
            busy += 1
        else:
            channel.handle_close()
    return busy


def allow_connections() -> None:
    """Let this process hold as many connections as it accepts, where it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Crew:
    """Processes that are started, watched and started again when they die."""

    def __init__(self, tasks: list[Callable[[], None]], door: socket.socket) -> None:
        self._tasks = tasks
        self._door = door
        self._running: dict[int, tuple[Callable[[], None], float]] = {}
        self._is_leaving = False
        self._alive, self._held = os.pipe()

    def run(self) -> None:
        """Keep one process for each task until a signal says to stop."""
        for number in SIGNALS_TO_LEAVE:
            signal.signal(number, self._leave)
        signal.signal(signal.SIGALRM, self._end_all)
        gc.collect()
        gc.freeze()  # what is shared with the children stays shared
        for task in self._tasks:
            self._start(task)
        while self._running:
            pid, status = os.wait()
            if pid in self._running:
                task, started = self._running.pop(pid)
                self._replace(pid, os.waitstatus_to_exitcode(status), task, started)

    def _replace(
        self, pid: int, code: int, task: Callable[[], None], started: float
    ) -> None:
        """Start a task anew whose process has ended; slowly if it ends at once."""
        if self._is_leaving:
            return
        click.echo(f"Process {pid} ended with {code}; starting anew", err=True)
        if time.monotonic() - started < SECONDS_BETWEEN_STARTS:
            time.sleep(SECONDS_BETWEEN_STARTS)
        self._start(task)

    def _start(self, task: Callable[[], None]) -> None:
        """Fork one process for a task; a signal to leave waits until it is known."""
        with blocked_signals():
            if self._is_leaving:
                return
            pid = os.fork()
            if pid:
                self._running[pid] = (task, time.monotonic())
                return
            for number in (*SIGNALS_TO_LEAVE, signal.SIGALRM):
                signal.signal(number, signal.SIG_DFL)
        code = 1
        try:
            os.close(self._held)
            threading.Thread(target=self._leave_with_parent, daemon=True).start()
            task()
            code = 0
        finally:
            os._exit(code)

    def _leave_with_parent(self) -> None:
        """End this process when the one that started it is gone."""
        os.read(self._alive, 1)
        os._exit(1)

    def _leave(self, *_signal: object) -> None:
        """Open the door to nobody and tell every process to finish and stop."""
        if self._is_leaving:
            return
        self._is_leaving = True
        self._door.close()
        signal.alarm(SECONDS_TO_LEAVE + 2)
        self._tell(signal.SIGTERM)

    def _end_all(self, *_signal: object) -> None:
        """End the processes that did not stop in time."""
        self._tell(signal.SIGKILL)

    def _tell(self, number: signal.Signals) -> None:
        """Send a signal to every process."""
        for pid in list(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


@contextlib.contextmanager
def blocked_signals() -> Iterator[None]:
    """Hold back the signals to leave for as long as this lasts."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS_TO_LEAVE)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
