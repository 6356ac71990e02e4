"""`yinzheng replay PROJECT`: everything recorded about one project, in order, in sentences."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.asking import Cutoff, KnownAt, answered
from api.cli.options import AsJson, Data
from domain.model.errors import SubjectUnknown
from domain.model.subjects import KINDS
from projections.asof import AsOf
from projections.history import project_history, subject_history
from projections.rulebook import Connection


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(replay)


def replay(
    subject: Annotated[
        str, typer.Argument(help="项目编号，或 lead:l1 等 · project id, or kind:id")
    ],
    cutoff: Cutoff = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """逐条重放一个项目的记录 · Replay what was recorded about one project.

    Each event as it stands, with what amended it; a project's history begins with the lead it came
    from. Other subjects are named by kind and id: unit:u1, lead:l1, complaint:x1.
    """
    lines, _ = answered(
        data, cutoff, known_at, None, lambda connection, as_of: _told(connection, as_of, subject)
    )
    if as_json:
        for line in lines:
            typer.echo(json.dumps(line, ensure_ascii=False))
        return
    console = Console(highlight=False)
    for line in lines:
        _show(console, line)


def _told(connection: Connection, as_of: AsOf, subject: str) -> list[dict[str, Any]]:
    kind, _, value = subject.partition(":")
    if kind not in KINDS or not value:
        return project_history(connection, as_of, subject)
    if kind == "project":
        return project_history(connection, as_of, value)
    lines = subject_history(connection, as_of, subject)
    if not lines:
        raise SubjectUnknown(KINDS[kind], kind, value)
    return lines


def _show(console: Console, line: dict[str, Any]) -> None:
    console.print(f"[bold]{line['position']}[/]  {line['occurred_on']}  ", end="")
    if line["revoked"]:
        console.print("[red]已撤销 revoked[/] ", end="")
    console.print(f"{line['sentence']['zh']}\n    {line['sentence']['en']}", markup=False)
    actor, late = line["actor"], line["late_by_days"]
    who = f"    {actor['account']}（{actor['role']}，{actor['unit']}）{line['recorded_at']}"
    notes = [who, f"迟报{late}天 {late} days late" if late > 0 else ""]
    if line["superseded_by"]:
        notes.append(f"见第{line['superseded_by']}号 see {line['superseded_by']}")
    console.print("  ".join(note for note in notes if note), style="dim", markup=False)
