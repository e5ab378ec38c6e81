"""`trainer serve`: the site, in as many processes as asked for."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress import create_server

from trainer.cli.worker import run_worker
from trainer.errors import SettingError
from trainer.extensions import db, settings
from trainer.operations.queries.schema import schema_problem

THREADS = 8
BACKLOG = 1024
SECONDS_TO_LEAVE = 10


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Serving processes.")
@click.option("--no-worker", is_flag=True, help="Leave the chores to another process.")
@with_appcontext
def serve(*, host: str, port: int, workers: int, no_worker: bool) -> None:
    """Serve the site until stopped."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    mend = schema_problem(db.engine)
    db.engine.dispose()
    if mend:
        raise SettingError(mend)
    door = open_door(host, port)
    click.echo(f"Serving on {settings().base_url}", err=True)
    tasks: list[Callable[[], None]] = [lambda: serve_requests(app, door)] * workers
    if not no_worker:
        tasks.append(lambda: run_worker(app))
    Crew(tasks).run()


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
    """Answer requests in this process until told to leave."""
    server = create_server(
        app,
        sockets=[door],
        threads=THREADS,
        ident=None,
        channel_timeout=60,
        connection_limit=2000,
        clear_untrusted_proxy_headers=False,
        max_request_body_size=4 * 1024 * 1024,
    )
    server.run()


class Crew:
    """Processes that are started, watched and started again when they die."""

    def __init__(self, tasks: list[Callable[[], None]]) -> None:
        self._tasks = tasks
        self._running: dict[int, Callable[[], None]] = {}
        self._is_leaving = False
        self._alive, self._held = os.pipe()

    def run(self) -> None:
        """Keep one process for each task until a signal says to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._leave)
        for task in self._tasks:
            self._start(task)
        while self._running:
            pid, status = os.wait()
            task = self._running.pop(pid, None)
            if task is not None and not self._is_leaving:
                code = os.waitstatus_to_exitcode(status)
                click.echo(f"Process {pid} ended with {code}; starting anew", err=True)
                self._start(task)

    def _start(self, task: Callable[[], None]) -> None:
        """Fork one process for a task."""
        pid = os.fork()
        if pid:
            self._running[pid] = task
            return
        os.close(self._held)
        threading.Thread(target=self._leave_with_parent, daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop_here)
        try:
            task()
        finally:
            os._exit(0)

    def _leave_with_parent(self) -> None:
        """End this process when the one that started it is gone."""
        os.read(self._alive, 1)
        os._exit(1)

    def _leave(self, _number: int, _frame: FrameType | None) -> None:
        """Tell every process to finish what it does and stop."""
        self._is_leaving = True
        for pid in self._running:
            os.kill(pid, signal.SIGTERM)


def _stop_here(_number: int, _frame: FrameType | None) -> None:
    """Leave the server's loop; requests under way are finished first."""
    sys.exit(0)
