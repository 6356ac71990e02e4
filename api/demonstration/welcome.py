"""Coming to look around: the demonstration loaded, its figures current, and a token to come in with."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from api.access import Tokens
from api.cli.token import admit
from api.demonstration.cast import DISTRICT, VISITOR, VISITOR_ROLES
from api.demonstration.load import Loaded, RecordInUse, load
from api.jurisdiction import Jurisdiction
from api.projecting import caught_up


def demonstrated(jurisdiction: Jurisdiction) -> str | None:
    """A token to look around the demonstration with, once it is loaded and its figures are current.

    None, said on stderr, where the record is somebody's own: nothing is added to it, nobody admitted.
    """
    try:
        load_with_bar(jurisdiction)
    except RecordInUse as refusal:
        typer.echo(str(refusal), err=True)
        return None
    admit(jurisdiction, VISITOR, unit=DISTRICT, person=VISITOR, roles=list(VISITOR_ROLES))
    caught_up(jurisdiction)
    return Tokens(jurisdiction).issue(VISITOR)


def load_with_bar(jurisdiction: Jurisdiction) -> Loaded:
    """Load the demonstration, with a progress bar on stderr where that is a terminal."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("演示数据 demonstration"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None, visible=False)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        return load(jurisdiction, told)
