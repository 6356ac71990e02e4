"""A small office on a record, in memory or in PostgreSQL, to try the registrar on."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from domain.catalogue import COMMANDS
from domain.model.command import Command
from domain.model.roles import Actor
from eventlog.combiner import Appender, Combiner
from eventlog.memory import MemoryRecorder
from eventlog.recorder import PostgresRecorder
from eventlog.registrar import Answer, Registrar
from tests.eventlog.records import LEAD
from tests.scenario import CLERK, TODAY

AnyRecorder = MemoryRecorder | PostgresRecorder


def made(slug: str, **body: Any) -> Command:
    body.setdefault("occurred_on", "2012-01-05")
    return COMMANDS[slug].model_validate(body)


LEAD_1 = made("register-lead", lead_id="l1", **LEAD)


class Office:
    """A recorder with one unit and one participant, and registrars on it."""

    def __init__(self, recorder: AnyRecorder) -> None:
        self.recorder = recorder
        self.registrar = self.registrar_through(recorder)
        self.give("register-unit", unit_id="u1", name="河东乡", kind="乡镇")
        self.give(
            "register-participant", participant_id="p1", name="张三", kind="镇干部", unit_id="u1"
        )

    def registrar_through(self, appender: Appender) -> Registrar:
        return Registrar(self.recorder, Combiner(appender), today=lambda: TODAY)

    def give(
        self, slug: str, /, by: str | Actor = CLERK, command_id: UUID | None = None, **body: Any
    ) -> Answer:
        return self.registrar.execute(made(slug, **body), by, command_id or uuid4())
