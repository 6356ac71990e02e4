"""Reading server-sent events from the application itself, without a port."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.api.service import Service

PATIENCE_S = 30.0


@dataclass
class Heard:
    """What one reader of the stream received."""

    status: int = 0
    text: str = ""
    events: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)

    def take(self, chunk: str) -> None:
        """Add a chunk; complete events are (id, name, data)."""
        self.text += chunk
        *whole, self._rest = (self._rest + chunk).split("\n\n")
        for block in whole:
            said = dict(line.partition(": ")[::2] for line in block.split("\n") if ": " in line)
            if "id" in said:
                self.events.append((int(said["id"]), said["event"], json.loads(said["data"])))

    _rest: str = ""


def listen(
    service: Service,
    until: Callable[[Heard], bool],
    *,
    query: str = "",
    headers: dict[str, str] | None = None,
    token: str | None = None,
) -> Heard:
    """Read the stream until a condition holds, or it ends; fails after a while."""
    shown = {"authorization": f"Bearer {token or service.token}", **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/v1/events/stream",
        "raw_path": b"/v1/events/stream",
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in shown.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    heard = Heard()

    async def read() -> None:
        enough = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                heard.status = message["status"]
            else:
                heard.take(message.get("body", b"").decode())
                if until(heard):
                    enough.set()

        asked = asyncio.create_task(service.app(scope, receive, send))  # type: ignore[arg-type]
        done = asyncio.create_task(enough.wait())
        await asyncio.wait({asked, done}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_S)
        ended = asked.done() or done.done()
        for task in (asked, done):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        assert ended, f"nothing more after {heard.events[-1:]}"

    asyncio.run(read())
    return heard
