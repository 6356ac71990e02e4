"""The real service in a process of its own, on an embedded server and a free loopback port."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

ROOT = Path(__file__).resolve().parents[2]
CALL = "from api.cli import main; main()"
PATIENCE_S = 60.0


def yinzheng(*arguments: str, data: Path, log: Path | None = None) -> subprocess.Popen[str]:
    """Start the command line with a data directory and none of the caller's settings.

    What it logs goes to a file where one is given: a pipe that nobody empties would stop it.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("YINZHENG_", "PG"))}
    with ExitStack() as stack:
        stderr = subprocess.PIPE if log is None else stack.enter_context(log.open("a"))
        return subprocess.Popen(
            [sys.executable, "-c", CALL, *arguments, "--data", str(data)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )


def finished(*arguments: str, data: Path) -> str:
    """Run the command line to its end; its stdout."""
    process = yinzheng(*arguments, data=data)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    return out


@dataclass
class Served:
    """A running service."""

    data: Path
    process: subprocess.Popen[str] = field(init=False)
    client: httpx2.Client = field(init=False)
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.data.with_name("log")
        self.start()

    def start(self, *more: str) -> None:
        """Start the service, again on the same data; returns when it says its address."""
        arguments = ("serve", "--port", "0", "--json-logs", *more)
        self.process = yinzheng(*arguments, data=self.data, log=self.log)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "http://127.0.0.1:" in line, self.log.read_text()
        self.client = httpx2.Client(base_url=line.split()[-1], timeout=PATIENCE_S)

    def kill(self) -> None:
        """End the service without a chance to tidy up."""
        self.process.kill()
        self.process.communicate()
        self.client.close()

    def stop(self) -> int:
        """Stop the service as an operator does; its exit code."""
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE_S)
        self.client.close()
        return self.process.returncode

    def post(self, token: str, body: dict[str, Any], key: str | None = None) -> httpx2.Response:
        """Register a unit."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4())}
        body = {"occurred_on": "2012-01-05", "name": "河东乡", "kind": "乡镇", **body}
        return self.client.post("/v1/commands/register-unit", json=body, headers=headers)

    def entries(self, token: str) -> list[dict[str, Any]]:
        """The whole record."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/x-ndjson"}
        answer = self.client.get("/v1/events", params={"limit": 10_000}, headers=headers)
        return [json.loads(json.loads(line)["entry"]) for line in answer.text.splitlines()]


def until(condition: Any, patience_s: float = PATIENCE_S) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
