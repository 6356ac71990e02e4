"""Writers whose every step is interleaved as a seed says, with faults on both sides of the commit.

What is in the record afterwards must be what the acknowledged commands would have recorded one after
the other, in the order of their positions: then no writer decided on premises that did not hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.dcb.api import DCBQuery, DCBReadResponse

from domain.model.command import Command
from domain.model.errors import Contended, Refusal
from domain.model.roles import Actor
from eventlog.combiner import Appender
from eventlog.memory import MemoryRecorder
from eventlog.outcomes import Append, Outcome, Repeated, Unreachable
from eventlog.recorder import PostgresRecorder
from eventlog.registrar import Answer, Registrar
from tests.database import TestDatabase
from tests.eventlog.recorders import postgres_recorder
from tests.scenario import TODAY
from tests.simulation.faults import Fault, FaultyAppender
from tests.simulation.life import Life, bureau
from tests.simulation.scheduler import Scheduler

AnyRecorder = MemoryRecorder | PostgresRecorder
WRITERS = 4


class Slot:
    """One request that waits to be sent."""

    def __init__(self, request: Append) -> None:
        self.request = request
        self.outcome: Outcome | None = None
        self.error: Unreachable | None = None


class Turns:
    """A recorder that gives others their turn before and after everything it does.

    Requests that wait when one of their threads comes on are sent as one call, as the combiner does.
    """

    def __init__(self, recorder: AnyRecorder, appender: Appender, scheduler: Scheduler) -> None:
        self._recorder = recorder
        self._appender = appender
        self._scheduler = scheduler
        self._waiting: list[Slot] = []
        self.shared = 0

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        self._scheduler.pause()
        return self._recorder.read(query, after=after, limit=limit)

    def known(self, command_id: UUID, digest: str | None) -> Repeated | None:
        self._scheduler.pause()
        return self._recorder.known(command_id, digest)

    def salts(self, first: int, last: int) -> list[tuple[str, bytes]]:
        return self._recorder.salts(first, last)

    def submit(self, request: Append) -> Outcome:
        slot = Slot(request)
        self._waiting.append(slot)
        self._scheduler.pause()
        if slot in self._waiting:
            self._send()
            self._scheduler.pause()
        if slot.error is not None:
            raise slot.error
        assert slot.outcome is not None
        return slot.outcome

    def _send(self) -> None:
        batch, self._waiting = self._waiting, []
        self.shared += len(batch) > 1
        try:
            outcomes = self._appender.append_many([slot.request for slot in batch])
            for slot, outcome in zip(batch, outcomes, strict=True):
                slot.outcome = outcome
        except Unreachable as error:
            for slot in batch:
                slot.error = error


class Writer:
    """A client that repeats a command until it is answered."""

    def __init__(self, registrar: Registrar, life: Life, commands: int) -> None:
        self._registrar = registrar
        self._life = life
        self._commands = commands
        self.acknowledged: list[tuple[UUID, Command, Actor, Answer]] = []
        self.refused: list[UUID] = []
        self.repeats = 0

    def run(self) -> None:
        for _ in range(self._commands):
            key, command, by = self._life.next()
            try:
                self.acknowledged.append((key, command, by, self._until_answered(key, command, by)))
            except Refusal:
                self.refused.append(key)

    def _until_answered(self, key: UUID, command: Command, by: Actor) -> Answer:
        while True:
            try:
                return self._registrar.execute(command, by, key)
            except (Unreachable, Contended):
                self.repeats += 1


def simulate(recorder: AnyRecorder, seed: int, commands: int) -> None:
    """Let some writers live on a recorder, and look at what they leave."""
    print("seed", seed)
    random = Random(seed)
    scheduler = Scheduler(random)
    founding = bureau(random)
    first = Registrar(recorder, recorder_submitting(recorder), today=lambda: TODAY)
    answers = [(key, c, by, first.execute(c, by, key)) for key, c, by in founding]

    def plan() -> Fault | None:
        return random.choice(list(Fault)) if random.random() < 0.25 else None

    faulty = FaultyAppender(recorder, plan)
    turns = Turns(recorder, faulty, scheduler)
    registrar = Registrar(turns, turns, today=lambda: TODAY)
    ids: dict[str, list[str]] = {"l": [], "pr": [], "a": []}
    writers = [
        Writer(registrar, Life(random, recorder.head, kinds(recorder), ids), commands)
        for _ in range(WRITERS)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eventlog.registrar.time.sleep", lambda seconds: scheduler.pause())
        scheduler.run([writer.run for writer in writers])
    for writer in writers:
        answers.extend(writer.acknowledged)
        assert all(recorder.known(key, None) is None for key in writer.refused)
    assert turns.shared, "no two writers met"
    assert len(faulty.happened) == len(Fault), "a kind of fault never happened"
    check_answers(recorder, answers)
    check_serial(recorder, answers)


def recorder_submitting(recorder: AnyRecorder) -> Any:
    """The recorder as it takes one request."""

    class One:
        def submit(self, request: Append) -> Outcome:
            return recorder.append_many([request])[0]

    return One()


def kinds(recorder: AnyRecorder) -> Any:
    """What stands at a position, by type; nothing where nothing does."""

    def kind(position: int) -> str:
        found = list(recorder.read(after=position - 1, limit=1))
        return found[0].event.type if found else ""

    return kind


Acknowledged = Sequence[tuple[UUID, Command, Actor, Answer]]


def check_answers(recorder: AnyRecorder, acknowledged: Acknowledged) -> None:
    """Each acknowledged command stands where its answer says, and nothing else stands anywhere."""
    stored = {one.position: one.event for one in recorder.read()}
    told: list[int] = []
    for key, _, _, answer in acknowledged:
        for event in answer.events:
            said = json.loads(stored[event.position].data)
            assert (said["type"], said["command_id"]) == (event.type, str(key))
            told.append(event.position)
    assert sorted(told) == list(stored) == list(range(1, len(stored) + 1))


def check_serial(recorder: AnyRecorder, acknowledged: Acknowledged) -> None:
    """One after the other, the same commands record the same."""
    alone = MemoryRecorder()
    registrar = Registrar(alone, alone, today=lambda: TODAY)
    for key, command, by, _ in sorted(acknowledged, key=lambda a: a[3].position):
        registrar.execute(command, by, key)
    assert list(bodies(recorder)) == list(bodies(alone))


def bodies(recorder: AnyRecorder) -> Iterator[dict[str, Any]]:
    """What entries say besides the time they were recorded at."""
    for one in recorder.read():
        said = json.loads(one.event.data)
        del said["recorded_at"]
        yield said


@pytest.mark.parametrize("seed", range(1, 6))
def test_interleaved_writers_in_memory(seed: int) -> None:
    simulate(MemoryRecorder(), seed, commands=30)


@pytest.mark.parametrize("seed", [11, 12])
def test_interleaved_writers_on_postgres(database: TestDatabase, seed: int) -> None:
    with postgres_recorder(database) as recorder:
        simulate(recorder, seed, commands=30)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1100))
def test_many_interleaved_writers_in_memory(seed: int) -> None:
    simulate(MemoryRecorder(), seed, commands=40)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2000, 2020))
def test_many_interleaved_writers_on_postgres(database: TestDatabase, seed: int) -> None:
    with postgres_recorder(database) as recorder:
        simulate(recorder, seed, commands=60)
