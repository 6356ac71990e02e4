"""Given these events, when this command, then these events, or this refusal.

Decisions run against the in-memory recorder, with the code that decides in the service.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self
from uuid import uuid4

import pytest

from domain.catalogue import COMMANDS
from domain.model.errors import Refusal
from domain.model.event import Event, Recorded
from domain.model.roles import Actor, Role
from eventlog.entry import read
from eventlog.memory import MemoryRecorder
from eventlog.registrar import Answer, Registrar

TODAY = date(2026, 11, 22)
EVERY_ROLE = frozenset(Role)


def actor(name: str, *roles: Role, unit: str = "u0") -> Actor:
    """An account and person of one name; without roles, with every role."""
    return Actor(name, name, unit, frozenset(roles) or EVERY_ROLE)


CLERK = actor("clerk")
"""Records what a scenario takes as given."""
JUDGE = actor("judge")
"""Certifies what the clerk reported."""
AMENDER = actor("amender")
"""Corrects what either of them recorded."""


class Scenario:
    """A record in memory that commands are tried on."""

    def __init__(self) -> None:
        self.recorder = MemoryRecorder()
        self.registrar = Registrar(self.recorder, self.recorder, today=lambda: TODAY)
        self.answer: Answer | None = None
        self._before = 0

    def given(self, slug: str, /, by: Actor = CLERK, **body: Any) -> Self:
        """Something that has been recorded already."""
        self.command(slug, by, **body)
        self._before = self.recorder.head()
        return self

    def when(self, slug: str, /, by: Actor = CLERK, **body: Any) -> Self:
        """The command under test."""
        self._before = self.recorder.head()
        self.answer = self.command(slug, by, **body)
        return self

    def command(self, slug: str, /, by: Actor = CLERK, **body: Any) -> Answer:
        """Give one command; fields as in the contract, `occurred_on` 2012-01-05 unless said."""
        body.setdefault("occurred_on", "2012-01-05")
        return self.registrar.execute(COMMANDS[slug].model_validate(body), by, uuid4())

    def then(self, *expected: tuple[type[Event], dict[str, Any]] | type[Event]) -> Self:
        """Just these events were recorded, with at least these field values."""
        recorded = self.recorded()
        kinds = [e[0] if isinstance(e, tuple) else e for e in expected]
        assert [type(r.event) for r in recorded] == kinds
        for one, wanted in zip(recorded, expected, strict=True):
            for name, value in (wanted[1] if isinstance(wanted, tuple) else {}).items():
                assert getattr(one.event, name) == value, name
        return self

    def recorded(self) -> list[Recorded]:
        """The events of the command under test."""
        return [
            read(e.position, e.event.data)
            for e in self.recorder.events
            if e.position > self._before
        ]

    def refuses(
        self, refusal: type[Refusal], slug: str, /, by: Actor = CLERK, **body: Any
    ) -> Refusal:
        """The command is refused for this reason, in both languages, and nothing is recorded."""
        before = self.recorder.head()
        with pytest.raises(refusal) as raised:
            self.command(slug, by, **body)
        assert self.recorder.head() == before
        assert raised.value.zh
        assert raised.value.en
        return raised.value

    def correct(self, target: int, by: Actor = AMENDER, /, **changes: Any) -> Self:
        """Correct fields of the event at a position; what it leads to is under test."""
        return self.when("correct-event", by, target=target, changes=changes, reason="登记有误")

    def cannot_correct(
        self, refusal: type[Refusal], target: int, by: Actor = AMENDER, /, **changes: Any
    ) -> Refusal:
        """The same correction is refused for this reason."""
        body: dict[str, Any] = {"target": target, "changes": changes, "reason": "登记有误"}
        return self.refuses(refusal, "correct-event", by, **body)

    def revoke(self, target: int) -> Self:
        """Revoke the event at a position."""
        return self.when("revoke-event", AMENDER, target=target, reason="登记有误")

    def cannot_revoke(self, refusal: type[Refusal], target: int) -> Refusal:
        """The same revocation is refused for this reason."""
        return self.refuses(refusal, "revoke-event", AMENDER, target=target, reason="登记有误")


@pytest.fixture
def scenario() -> Scenario:
    """An empty record."""
    return Scenario()
