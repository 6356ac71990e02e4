"""Loading the demonstration: every step through the same way in as anybody's command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from api.demonstration.campaign import campaign
from api.demonstration.cast import cast
from api.demonstration.example import CORRECTION, example
from api.demonstration.step import PositionOf, Step, in_order
from api.jurisdiction import Jurisdiction
from domain.accounts import ACCOUNT_TYPES
from domain.catalogue import COMMANDS, EVENTS
from domain.model.command import Command
from domain.model.errors import Refusal
from domain.model.roles import SYSTEM
from domain.rules import RuleParameterSet

PREPARATION = (RuleParameterSet, *ACCOUNT_TYPES)
"""What a record holds before anybody has used it: the rule book, and accounts with their roles."""

Progress = Callable[[int, int], None]
"""Told how many steps of how many are recorded."""


class RecordInUse(Refusal):
    """The record holds events of its own, which nothing could separate from the demonstration's."""

    name = "record-in-use"
    title_zh = "记录中已有自己的内容"
    title_en = "The record is in use"

    def __init__(self, position: int) -> None:
        super().__init__(
            f"此记录已有自己的内容（第{position}号起），而记录只增不改，演示数据加入后无法分离；"
            "请用 --data 指定另一个目录",
            f"this record holds events of its own (from {position} on) and nothing can be taken out "
            "again once the demonstration is in; name another directory with --data",
            position=position,
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loading did: `recorded` steps were new, the others stood in the record before."""

    steps: int
    recorded: int


@cache
def story() -> tuple[Step, ...]:
    """Every step, in the order in which it is recorded: the last is the example's correction."""
    return (*in_order([*cast(), *campaign()]), *in_order(example()))


def load(jurisdiction: Jurisdiction, progress: Progress | None = None) -> Loaded:
    """Record what of the story is not recorded yet; RecordInUse where it would not be alone.

    Each step has the same command id always. If we crash anywhere, the next loading finds the steps
    before by their ids and goes on; once the last stands, nothing is asked again.
    """
    steps = story()
    if position_of(jurisdiction, steps[-1].name) is not None:
        return Loaded(len(steps), 0)
    if position_of(jurisdiction, steps[0].name) is None:
        _require_unused(jurisdiction)
    recorded = 0
    positions: dict[str, int] = {}
    for done, step in enumerate(steps, 1):
        by = SYSTEM if step.by is None else step.by
        answer = jurisdiction.execute(_command(step, positions), by, step.command_id)
        positions[step.name] = answer.events[0].position
        recorded += not answer.replayed
        if progress is not None:
            progress(done, len(steps))
    return Loaded(len(steps), recorded)


def position_of(jurisdiction: Jurisdiction, name: str) -> int | None:
    """Where a step's first event stands in the record; None while it does not."""
    (step,) = (step for step in story() if step.name == name)
    found = jurisdiction.patiently(lambda: jurisdiction.recorder.known(step.command_id, ""))
    return None if found is None else found.first


def correction_of(jurisdiction: Jurisdiction) -> int:
    """The position from which on project c's contract is known to be 30,000 万元."""
    position = position_of(jurisdiction, CORRECTION)
    assert position is not None, "the demonstration is loaded before it is read"
    return position


def _require_unused(jurisdiction: Jurisdiction) -> None:
    own = [name for name, kind in EVENTS.items() if kind not in PREPARATION]
    query = DCBQuery([DCBQueryItem(types=own)])
    found = jurisdiction.patiently(lambda: list(jurisdiction.recorder.read(query, limit=1)))
    if found:
        raise RecordInUse(found[0].position)


def _command(step: Step, positions: Mapping[str, int]) -> Command:
    def filled(value: Any) -> Any:
        return positions[value.step] if isinstance(value, PositionOf) else value

    body = {name: filled(value) for name, value in step.body.items()}
    return COMMANDS[step.command].model_validate(body)
