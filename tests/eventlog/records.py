"""Real commands on a database: what a record of the catalogue's own events is made of in tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from domain.catalogue import COMMANDS
from domain.model.roles import Actor
from eventlog.combiner import Combiner
from eventlog.recorder import PostgresRecorder
from eventlog.registrar import Answer, Registrar
from tests.database import TestDatabase
from tests.eventlog.recorders import postgres_recorder
from tests.scenario import CLERK, TODAY

LEAD: dict[str, Any] = {
    "kind": "投资",
    "registrant": "p1",
    "channel": "以商招商",
    "investor": {"name": "中绿食品有限公司", "country": "CN"},
    "intended_project": "食品厂",
}
PASSED: dict[str, bool] = dict.fromkeys(
    ("has_investor", "has_intent", "has_capacity", "policy_ok", "env_ok", "truthful"), True
)


class Record:
    """Gives commands to a registrar on PostgreSQL."""

    def __init__(self, recorder: PostgresRecorder) -> None:
        self.recorder = recorder
        self.registrar = Registrar(recorder, Combiner(recorder), today=lambda: TODAY)

    def give(
        self, slug: str, /, by: Actor = CLERK, command_id: UUID | None = None, **body: Any
    ) -> Answer:
        """Give one command; `occurred_on` is 2012-01-05 unless said."""
        body.setdefault("occurred_on", "2012-01-05")
        command = COMMANDS[slug].model_validate(body)
        return self.registrar.execute(command, by, command_id or uuid4())

    def found_bureau(self) -> None:
        """One unit, and one official with a name in the vault: events 1 and 2."""
        self.give("register-unit", unit_id="u1", name="河东乡", kind="乡镇")
        self.give(
            "register-participant", participant_id="p1", name="张三", kind="镇干部", unit_id="u1"
        )


@contextmanager
def record_on(database: TestDatabase, most: int = 4) -> Iterator[Record]:
    """A record on a database of the test's own, with `most` connections."""
    with postgres_recorder(database, most) as recorder:
        yield Record(recorder)
