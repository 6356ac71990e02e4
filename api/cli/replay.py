"""`yinzheng replay PROJECT`: everything recorded about one project, in order, in sentences."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from eventsourcing.dcb.api import DCBQuery, DCBQueryItem
from rich.console import Console

from api.cli.options import AsJson, Data, quiet, settings
from api.cli.outcome import Exit, Stopped
from api.jurisdiction import opened
from domain.event import Recorded
from domain.subjects import KINDS, tag
from eventlog.entry import read


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(replay)


def replay(
    subject: Annotated[
        str, typer.Argument(help="项目编号，或 lead:l1 等 · project id, or kind:id")
    ],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """逐条重放一个项目的记录 · Replay what was recorded about one project.

    Other subjects are named by kind and id: unit:u1, lead:l1, complaint:x1.
    """
    quiet()
    wanted = subject if subject.partition(":")[0] in KINDS else tag("project", subject)
    with opened(settings(data)) as jurisdiction:
        query = DCBQuery([DCBQueryItem([], [wanted])])
        stored = jurisdiction.patiently(lambda: list(jurisdiction.recorder.read(query)))
    if not stored:
        raise Stopped(Exit.REFUSED, f"记录中没有 {wanted}", f"the record knows no {wanted}")
    recorded = [read(one.position, one.event.data) for one in stored]
    if as_json:
        for one in recorded:
            typer.echo(json.dumps(_told(one), ensure_ascii=False))
        return
    console = Console(highlight=False)
    for one in recorded:
        said = one.event.sentence()
        console.print(f"[bold]{one.position}[/]  {one.occurred_on}  ", end="")
        console.print(f"{said.zh}\n    {said.en}", markup=False)
        who = f"    {one.actor.account}（{one.actor.role}，{one.actor.unit}）"
        console.print(f"{who} {one.recorded_at.isoformat()}", style="dim", markup=False)


def _told(one: Recorded) -> dict[str, Any]:
    said = one.event.sentence()
    return {
        "position": one.position,
        "type": type(one.event).__name__,
        "recorded_at": one.recorded_at.isoformat(),
        "occurred_on": one.occurred_on.isoformat(),
        "account": one.actor.account,
        "role": one.actor.role,
        "sentence": {"zh": said.zh, "en": said.en},
    }
