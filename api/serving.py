"""Running the application: a bound socket, uvicorn, and an orderly end."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

THREADS = 100
"""Commands that wait for a database that is away must leave threads to those who ask for health."""
GRACE_S = 10
"""What is under way at a stop has this long to finish."""


class Server(uvicorn.Server):
    """Uvicorn that says when it is ready and when it stops."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        current_default_thread_limiter().total_tokens = THREADS
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell, then wait for what is under way: a stream would else keep us until the grace ends."""
        self._stopping()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. OSError where that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    bound.set_inheritable(False)
    return bound


def address(bound: socket.socket) -> str:
    """Where a browser on this machine finds a bound socket."""
    host, port = bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def serve(app: FastAPI, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, then let what is under way finish."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
    )
    # Once it has stopped, uvicorn raises the signal again for whoever handled it before: without
    # these, the process would die there and leave the database open.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    Server(config, ready, app.state.feed.close).run(sockets=[bound])
