"""A load generator in a process of its own: `python -m bench.load` reads a plan.

The plan is JSON on stdin, the outcome JSON on stdout. A *closed* plan has each client
send its next request when the last is answered; an *open* plan sends each request at
its own moment and counts the wait from that moment, however busy the server is.
"""

import asyncio
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it goes on the wire; `at` seconds after the start if open."""

    raw: str
    at: float = 0.0
    connection: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send, where, by how many clients and for how long."""

    host: str
    port: int
    requests: Sequence[Request]
    clients: int = 16
    seconds: float = 4.0
    is_open: bool = False
    keeps_bodies: bool = False


@dataclass(slots=True)
class Outcome:
    """What came back: seconds waited, statuses, and bodies when they were kept."""

    waits: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, status: str) -> None:
        """Count one answer, or the lack of one."""
        self.statuses[status] = self.statuses.get(status, 0) + 1

    @property
    def rate(self) -> float:
        """Return the answered requests a second."""
        return len(self.waits) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return the wait in milliseconds that this share of requests stays within."""
        if not self.waits:
            return math.inf
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

    @property
    def median(self) -> float:
        """Return the median wait in milliseconds."""
        return statistics.median(self.waits) * 1000 if self.waits else math.inf

    @property
    def failures(self) -> int:
        """Return how many requests were not answered with 200."""
        return sum(n for status, n in self.statuses.items() if status != "200")


def get(host: str, path: str, **headers: str) -> str:
    """Return a GET request as it goes on the wire."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", ""))


def put_json(host: str, path: str, content: object, **headers: str) -> str:
    """Return a PUT request with a JSON body as it goes on the wire."""
    body = json.dumps(content)
    head = get(
        host,
        path,
        Content_Type="application/json",
        Accept="application/json",
        Content_Length=str(len(body.encode())),
        **headers,
    )
    return head.replace("GET", "PUT", 1) + body


def run(plan: Plan) -> Outcome:
    """Run a plan in a process of its own, so that it shares no interpreter lock."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        check=True,
        timeout=plan.seconds * 4 + 60,
    )
    found = json.loads(done.stdout)
    return Outcome(found["waits"], found["statuses"], found["bodies"], found["seconds"])


class Client:
    """One kept-open connection that sends a request and reads its answer."""

    def __init__(self, plan: Plan, outcome: Outcome) -> None:
        self._plan = plan
        self._outcome = outcome
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, raw: bytes, since: float) -> None:
        """Send one request and note how long it took since a moment."""
        try:
            async with asyncio.timeout(TIMEOUT):
                status, body = await self._exchange(raw)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self._streams = None
            self._outcome.count(type(error).__name__)
            return
        self._outcome.waits.append(time.perf_counter() - since)
        self._outcome.count(status)
        if self._plan.keeps_bodies:
            self._outcome.bodies.append(body.decode("utf-8", "replace"))

    async def _exchange(self, raw: bytes) -> tuple[str, bytes]:
        """Send the bytes and return the status and the body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(
                self._plan.host, self._plan.port
            )
        reader, writer = self._streams
        writer.write(raw)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = head.split(" ", 2)[1]
        if "transfer-encoding: chunked" in head:
            body = await read_chunks(reader)
        else:
            length = head.partition("content-length: ")[2].partition("\r\n")[0]
            body = await reader.readexactly(int(length or 0))
        if "connection: close" in head:
            writer.close()
            self._streams = None
        return status, body


async def read_chunks(reader: asyncio.StreamReader) -> bytes:
    """Read a body sent in chunks."""
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)


async def drive(plan: Plan) -> Outcome:
    """Run a plan in this process."""
    outcome = Outcome()
    raws = [request.raw.encode() for request in plan.requests]
    start = time.perf_counter()

    async def keep_asking(number: int) -> None:
        client = Client(plan, outcome)
        turn = number
        while time.perf_counter() - start < plan.seconds:
            await client.ask(raws[turn % len(raws)], time.perf_counter())
            turn += plan.clients

    async def keep_schedule(number: int) -> None:
        client = Client(plan, outcome)
        for request, raw in zip(plan.requests, raws, strict=True):
            if request.connection != number:
                continue
            due = start + request.at
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await client.ask(raw, due)

    work = keep_schedule if plan.is_open else keep_asking
    await asyncio.gather(*(work(number) for number in range(plan.clients)))
    outcome.seconds = time.perf_counter() - start
    return outcome


def main() -> None:
    """Read a plan, run it, write the outcome."""
    told: dict[str, Any] = json.load(sys.stdin)
    told["requests"] = [Request(**request) for request in told["requests"]]
    json.dump(asdict(asyncio.run(drive(Plan(**told)))), sys.stdout)


if __name__ == "__main__":
    main()
