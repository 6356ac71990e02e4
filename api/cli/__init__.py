"""The command line `yinzheng`: one module per command, gathered here (DESIGN §8)."""

from __future__ import annotations

import typer

from api.cli import (
    backup,
    command,
    demo,
    export,
    importing,
    rates,
    replay,
    serve,
    standing,
    token,
    upkeep,
    version,
)
from api.cli.outcome import guarded

app = typer.Typer(
    name="yinzheng",
    help="引证：招商引资只增不改的记录 · An append-only record for investment promotion",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

for module in (
    serve,
    demo,
    command,
    importing,
    replay,
    rates,
    standing,
    export,
    token,
    upkeep,
    backup,
    version,
):
    module.add_to(app)


def main() -> None:
    """Run the command line; exit codes as in `api.cli.outcome`."""
    guarded(app)
