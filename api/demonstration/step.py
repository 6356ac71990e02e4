"""One step of the story: a command that an account gives, under a name that its id comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

EDITION = UUID("0b6f4d0e-2009-5701-9930-171057093016")
"""Names the edition of the story: another story needs another one, or its ids stand for this one."""


@dataclass(frozen=True, slots=True)
class PositionOf:
    """Stands in a body for the position at which another step was recorded."""

    step: str


@dataclass(frozen=True, slots=True)
class Step:
    """A command of the story; `by` is an account, or None for the operator who sets a bureau up."""

    name: str
    by: str | None
    command: str
    body: Mapping[str, Any]

    @property
    def command_id(self) -> UUID:
        """The same on every machine and at every loading: what makes the second one add nothing."""
        return uuid5(EDITION, self.name)

    @property
    def day(self) -> date:
        """The business date."""
        return date.fromisoformat(self.body["occurred_on"])


def in_order(steps: Sequence[Step]) -> list[Step]:
    """The steps by business date, those of one day as they were told."""
    return sorted(steps, key=lambda step: step.day)


def yuan(amount: int) -> dict[str, str]:
    """An amount in whole yuan, as commands take it."""
    return {"amount": f"{amount}.00", "currency": "CNY"}


def ten_thousand_yuan(amount: int) -> dict[str, str]:
    """An amount in 万元, as SPEC §4.4 states them."""
    return yuan(amount * 10_000)


def document(no: str, title: str) -> dict[str, str]:
    """A document that supports a step."""
    return {"no": no, "title": title}
