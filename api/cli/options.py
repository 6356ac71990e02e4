"""Options that several commands of the command line share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api import logs
from api.settings import LogFormat, Settings

Data = Annotated[
    Path | None,
    typer.Option(
        help="数据目录，默认 YINZHENG_DATA · data directory, by default YINZHENG_DATA",
        file_okay=False,
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]


def settings(data: Path | None = None, **said: Any) -> Settings:
    """The settings of this run: what the command line says, else the environment."""
    given = {name: value for name, value in said.items() if value is not None}
    if data is not None:
        given["data"] = data
    return Settings(**given)


def quiet(format_: LogFormat = "auto") -> None:
    """Logs of a command that is not a service: only what went wrong."""
    logs.configure(format_, level=30)
