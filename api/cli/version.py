"""`yinzheng version`: what runs here."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version as installed

import typer

from api.cli.options import AsJson
from domain.catalogue import COMMANDS, EVENTS


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(version)


def version(as_json: AsJson = False) -> None:
    """版本 · The version, and how many commands and event types it knows."""
    said = {
        "yinzheng": installed("yinzheng"),
        "python": platform.python_version(),
        "commands": len(COMMANDS),
        "events": len(EVENTS),
    }
    if as_json:
        typer.echo(json.dumps(said))
    else:
        typer.echo("\n".join(f"{name:10} {value}" for name, value in said.items()))
