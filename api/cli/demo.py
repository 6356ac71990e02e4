"""`yinzheng demo`: the demonstration, loaded where it is not yet, and its figures."""

from __future__ import annotations

import json

import typer
from rich.console import Console

from api.cli.options import AsJson, Data, quiet, settings
from api.demonstration.figures import figures
from api.demonstration.tables import show
from api.demonstration.welcome import load_with_bar
from api.jurisdiction import opened


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(demo)


def demo(data: Data = None, as_json: AsJson = False) -> None:
    """装入演示数据并显示其数字 · Load the demonstration where needed, and print its figures.

    The 百日会战 of S003A against its targets, and the three rates of SPEC §4.4 as known before and
    after a correction. Every figure is computed from the record; the source's own are marked as such.
    """
    quiet()
    with opened(settings(data)) as jurisdiction:
        load_with_bar(jurisdiction)
        found = figures(jurisdiction)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        show(found, Console(), typer.echo)
