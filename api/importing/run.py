"""One import: all rows are rehearsed, then, if they may be, recorded in order.

A crash in the middle loses nothing: every command has its id from the source and the row, so the
same import continues where it stopped and records nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from uuid import UUID

from pydantic import ValidationError

from api.importing.mapping import CellUnusable, Mapping, body, command_id, identity
from api.importing.tables import Row, Table
from api.wording import field_errors
from domain.catalogue import COMMANDS
from domain.model.command import Command
from domain.model.errors import Refusal
from eventlog.registrar import (
    Answer,
    CommandReused,
    Readable,
    Registrar,
)
from eventlog.rehearsal import OFFSET, Rehearsal
from eventlog.repetition import command_digest, personal_values

Progress = Callable[[str, int, int], None]
"""Told the phase, and how many of how many rows are done."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One command of one row, ready to be given."""

    command: Command
    by: str
    id: UUID
    known: bool = False
    """Whether the record holds it already, word for word."""


@dataclass
class Outcome:
    """What an import did, or would do: rows by number, commands by count."""

    rows: int = 0
    good: list[tuple[Row, list[Planned]]] = field(default_factory=list)
    bad: list[tuple[Row, str]] = field(default_factory=list)
    recorded: int = 0
    repeated: int = 0


def rehearse(
    table: Table,
    mapping: Mapping,
    accounts: Dictionary[str, str],
    record: Readable,
    progress: Progress = lambda phase, done, total: None,
) -> Outcome:
    """Decide every command of every row against the record and the rows before it."""
    stage = Rehearsal(record)
    registrar = Registrar(stage, stage)
    outcome = Outcome(rows=len(table.rows))
    seen: dict[str, int] = {}
    places: list[tuple[int, int]] = []
    for done, row in enumerate(table.rows, 1):
        mark = stage.mark()
        try:
            own = identity(mapping, row)
            if own in seen:
                raise CellUnusable(f"与第{seen[own]}行重复 · the same row as {seen[own]}")
            planned = [_recognised(stage, one) for one in _plan(mapping, accounts, row)]
            for one in planned:
                if not one.known:
                    registrar.execute(one.command, one.by, one.id)
        except (Refusal, ValidationError, CellUnusable) as error:
            stage.rewind(mark)
            outcome.bad.append((row, reason(error, [*places, (OFFSET + mark, row.number)])))
        else:
            seen[own] = row.number
            places.append((OFFSET + mark, row.number))
            outcome.good.append((row, planned))
        progress("check", done, len(table.rows))
    return outcome


def record(
    outcome: Outcome,
    execute: Callable[[Command, str, UUID], Answer],
    progress: Progress = lambda phase, done, total: None,
) -> None:
    """Record the good rows; one that is refused now, because the record moved on, becomes bad."""
    for done, (row, planned) in enumerate(outcome.good, 1):
        try:
            for one in planned:
                if one.known or execute(one.command, one.by, one.id).replayed:
                    outcome.repeated += 1
                else:
                    outcome.recorded += 1
        except Refusal as refusal:
            outcome.bad.append((row, reason(refusal, [])))
        progress("record", done, len(outcome.good))


def _recognised(stage: Rehearsal, one: Planned) -> Planned:
    """Spare the decision of a command that was imported before; most of a second import is that."""
    if personal_values(one.command):
        # The digest leaves these out, so only a full decision tells whether they are the same.
        return one
    repeated = stage.known(one.id, command_digest(one.command, one.by))
    return replace(one, known=repeated is not None and repeated.same)


def _plan(mapping: Mapping, accounts: Dictionary[str, str], row: Row) -> list[Planned]:
    planned = []
    for step in mapping.step:
        if step.applies(row):
            command = COMMANDS[step.command].model_validate(body(mapping, step, row))
            planned.append(Planned(command, accounts[step.by], command_id(mapping, step, row)))
    if not planned:
        raise CellUnusable("此行不对应任何操作 · this row stands for no command")
    return planned


def reason(error: Exception, places: list[tuple[int, int]]) -> str:
    """Why a row is bad, in both languages; positions of the rehearsal are told as rows."""
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{error.title} {e['field']}: {e['zh']} · {e['en']}"
            for e in field_errors(error.errors())
        )
    said = str(error)
    position = error.position if isinstance(error, Refusal) else None
    if position is not None and position > OFFSET:
        number = max((n for n in places if n[0] < position), default=(0, 0))[1]
        if isinstance(error, CommandReused):
            return (
                f"与本文件第{number}行是同一对象，内容却不同 · "
                f"names the same subject as row {number} of this file, with other contents"
            )
        said = said.replace(f"第{position}号记录", f"本文件第{number}行")
        return said.replace(f"event {position}", f"row {number} of this file")
    if isinstance(error, CommandReused):
        return (
            f"此行已导入（第{position}号记录），现内容不同；请用 correct-event 更正 · this row was "
            f"imported (event {position}) with other contents; use correct-event"
        )
    return said
