"""`yinzheng serve`: the service."""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack
from typing import Annotated

import typer

from api import logs
from api.app import create_app
from api.cli.options import Data, settings
from api.cli.outcome import Exit, Stopped
from api.demonstration.welcome import demonstrated
from api.jurisdiction import opened
from api.projecting import projecting
from api.serving import address, listen
from api.serving import serve as run_server


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="端口，0 为任一空闲端口 · 0 takes a free one", min=0, max=65535)
    ] = 8000,
    data: Data = None,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="先装入演示数据并给出令牌 · load the demonstration, show a token"
        ),
    ] = False,
    projector: Annotated[
        bool, typer.Option(help="同时更新数据 · keep the figures current in this process too")
    ] = True,
    json_logs: Annotated[
        bool, typer.Option("--json-logs", help="日志用 JSON · logs as JSON")
    ] = False,
) -> None:
    """启动服务 · Run the service until it is told to stop."""
    chosen = settings(data, log_format="json" if json_logs else None)
    logs.configure(chosen.log_format)
    # Told to stop while still setting up: leave in order, the database closed behind us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Exit.OK))
    try:
        bound = listen(host, port)
    except OSError as error:
        raise Stopped(
            Exit.USAGE,
            f"无法监听 {host}:{port}（{error.strerror}）；请换一个 --port 或 --host",
            f"cannot listen on {host}:{port} ({error.strerror}); choose another --port or --host",
        ) from error
    with ExitStack() as stack:
        stack.enter_context(bound)
        jurisdiction = stack.enter_context(opened(chosen))
        token = demonstrated(jurisdiction) if demo else None
        if projector:
            stack.enter_context(projecting(jurisdiction))

        def ready() -> None:
            typer.echo(f"引证 Yinzheng  {address(bound)}")
            if token is not None:
                typer.echo(f"令牌 token     {token}")

        run_server(create_app(jurisdiction), bound, ready)
