"""The registrar takes a command and answers with what was recorded: the one path in.

Read the premises, decide, append on condition that no premise changed; if one did, decide again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Protocol
from uuid import UUID, uuid5

from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBQueryItem,
    DCBReadResponse,
)
from eventsourcing.dcb.domain import Selector

from domain.consider import consider
from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import Contended, Refusal
from domain.model.event import Recorded, Recorder
from domain.model.roles import Actor
from domain.model.subjects import mentions
from eventlog.entry import Envelope, Secret, leaf_hash, parse, read, splice, write
from eventlog.outcomes import Append, Appended, Conflicted, Outcome, Repeated
from eventlog.repetition import command_digest, fresh_digest, is_repeated, personal_values

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Business dates are dates there (SPEC G2); it has had no daylight saving since 1991."""

TRIES = 64
"""Decisions before contention is given back to the client; each round lets at least one through."""


class Submitting(Protocol):
    """Takes one append request; the combiner in the service, the recorder itself in memory."""

    def submit(self, request: Append) -> Outcome:
        """The outcome of one request."""


class Readable(Protocol):
    """The reading half of a recorder."""

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        """Matching events and the head they are as of."""

    def known(self, command_id: UUID, digest: str | None) -> Repeated | None:
        """Where a command was recorded before, if it was, and under which digest."""

    def salts(self, first: int, last: int) -> list[tuple[str, bytes]]:
        """The (commitment, salt) that the vault still holds for a span of positions."""


class CommandReused(Refusal):
    """The Idempotency-Key was used before with another body."""

    name = "command-reused"
    title_zh = "Idempotency-Key 已用于其他内容"
    title_en = "The Idempotency-Key was used for another body"

    def __init__(self, position: int) -> None:
        super().__init__(
            f"此 Idempotency-Key 已用于第{position}号记录，内容不同；新的操作请用新的 uuid",
            f"this Idempotency-Key stands for event {position} with another body; "
            "use a fresh uuid for a new command",
            clause="DESIGN §4",
            position=position,
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """One event as the answer to its command names it."""

    position: int
    type: str
    leaf: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command led to; `replayed` if it had been recorded before."""

    position: int
    recorded_at: str
    events: list[Stored]
    ids: dict[str, str]
    warnings: list[dict[str, str]]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a command would record, decided and not recorded."""

    events: list[dict[str, str]]
    warnings: list[dict[str, str]]
    ids: dict[str, str] = field(default_factory=dict)


class RecordReader:
    """Reads a recorder's entries as the events that decisions understand."""

    def __init__(self, recorder: Readable) -> None:
        self._recorder = recorder

    def select(self, selectors: Sequence[Selector]) -> tuple[list[Recorded], int]:
        response = self._recorder.read(_query(selectors))
        found = [read(e.position, e.event.data) for e in response]
        return found, response.head or 0

    def at(self, position: int) -> Recorded | None:
        if position < 1:
            return None
        found = next(iter(self._recorder.read(after=position - 1, limit=1)), None)
        if found is None or found.position != position:
            return None
        return read(found.position, found.event.data)


def _query(selectors: Sequence[Selector]) -> DCBQuery:
    return DCBQuery(
        [DCBQueryItem([kind.__name__ for kind in s.types], list(s.tags)) for s in selectors]
    )


def shanghai_today() -> date:
    """The business date of this moment."""
    return datetime.now(UTC).astimezone(SHANGHAI).date()


class Registrar:
    """Executes commands against one record."""

    def __init__(
        self,
        recorder: Readable,
        submitting: Submitting,
        today: Callable[[], date] = shanghai_today,
    ) -> None:
        self._recorder = recorder
        self._submitting = submitting
        self._reader = RecordReader(recorder)
        self._today = today

    @property
    def reader(self) -> RecordReader:
        """The record as decisions read it."""
        return self._reader

    def execute(self, command: Command, by: str | Actor, command_id: UUID) -> Answer:
        """Decide and record `command`; raises a Refusal, and then nothing was recorded.

        The same command under the same id gives the first answer again, even after a crash between
        the commit and its acknowledgement.
        """
        cause: int | None = None
        for attempt in range(TRIES):
            case = self._decide(command, by, command_id)
            if isinstance(case, Repeated):
                return self._first_answer(case, command, by, command_id)
            request = _request(case, command, by, command_id)
            outcome = self._submitting.submit(request)
            match outcome:
                case Appended():
                    return _answer(outcome, request.events, case)
                case Repeated():
                    return self._first_answer(outcome, command, by, command_id)
                case Conflicted():
                    cause = outcome.position
                    # Ever longer pauses, each of random length, so that rivals fall out of step.
                    time.sleep(random.uniform(0, 0.001 * min(attempt, 20)))
        raise Contended(cause)

    def dry_run(self, command: Command, by: str | Actor, command_id: UUID) -> Verdict:
        """Decide `command` and record nothing; raises what `execute` would raise."""
        case = self._consider(command, by, command_id)
        events = []
        for tagged in case.new_decisions:
            said = tagged.decision.sentence()
            events.append({"type": type(tagged.decision).__name__, "zh": said.zh, "en": said.en})
        return Verdict(events, _warnings(case), _ids(case))

    def _consider(self, command: Command, by: str | Actor, command_id: UUID) -> Deliberation:
        return consider(
            command,
            by,
            reader=self._reader,
            today=self._today(),
            new_id=lambda: str(uuid5(command_id, "subject")),
        )

    def _decide(
        self, command: Command, by: str | Actor, command_id: UUID
    ) -> Deliberation | Repeated:
        try:
            return self._consider(command, by, command_id)
        except Refusal:
            # A repeated command may be refused by its own first recording (its id is taken now).
            digest = command_digest(command, by)
            if (known := self._recorder.known(command_id, digest)) is not None:
                return known
            raise

    def _first_answer(
        self, repeated: Repeated, command: Command, by: str | Actor, command_id: UUID
    ) -> Answer:
        stored = list(
            self._recorder.read(after=repeated.first - 1, limit=repeated.last - repeated.first + 1)
        )
        entries = [parse(found.event.data) for found in stored]
        if not repeated.same and not self._same(repeated, command, by, command_id, entries):
            raise CommandReused(repeated.first)
        events = [
            Stored(found.position, found.event.type, leaf_hash(found.event.data).hex())
            for found in stored
        ]
        ids: dict[str, str] = {}
        for found in stored:
            if created := read(found.position, found.event.data).event.created:
                ids.update([created])
        at, warnings = entries[-1]["recorded_at"], entries[-1].get("warnings", [])
        return Answer(repeated.last, at, events, ids, warnings, replayed=True)

    def _same(
        self,
        repeated: Repeated,
        command: Command,
        by: str | Actor,
        command_id: UUID,
        entries: list[dict[str, Any]],
    ) -> bool:
        known = self._recorder.known(command_id, None)
        salts = self._recorder.salts(repeated.first, repeated.last)
        return known is not None and is_repeated(command, by, known.digest, salts, entries)


def _request(case: Deliberation, command: Command, by: str | Actor, command_id: UUID) -> Append:
    envelope = Envelope(
        actor=Recorder(case.actor.account, case.actor.person, case.actor.unit, case.role),
        command_id=str(command_id),
        occurred_on=command.occurred_on,
        on_behalf_of=command.on_behalf_of,
        campaign=_ids(case).get("campaign_id", command.campaign_id),
        work_line=command.work_line,
        reason=command.reason,
        documents=command.documents,
        warnings=tuple(_warnings(case)),
    )
    about = [
        f"{subject.kind}:{value}"
        for name, subject, value in mentions(command)
        if name in ("on_behalf_of", "campaign_id")
    ]
    entries: list[DCBEvent] = []
    kept: list[tuple[int, Secret]] = []
    for index, tagged in enumerate(case.new_decisions):
        tags = list(dict.fromkeys([*tagged.tags, *about]))
        entry, secrets = write(tagged.decision, tags, envelope)
        entries.append(entry)
        kept.extend((index, secret) for secret in secrets)
    digest = (
        fresh_digest(command, by, [s for _, s in kept], [parse(e.data) for e in entries])
        if kept or personal_values(command)
        else command_digest(command, by)
    )
    condition: DCBAppendCondition | None = None
    if boundary := _query(case.consistency_boundary()).items:
        condition = DCBAppendCondition(DCBQuery(boundary), after=case.last_known_position)
    return Append(entries, condition, command_id, digest, kept)


def _answer(outcome: Appended, entries: Sequence[DCBEvent], case: Deliberation) -> Answer:
    events = [
        Stored(position, entry.type, leaf_hash(splice(outcome.stamp, entry.data)).hex())
        for position, entry in enumerate(entries, outcome.first)
    ]
    return Answer(outcome.last, outcome.stamp, events, _ids(case), _warnings(case))


def _warnings(case: Deliberation) -> list[dict[str, str]]:
    return [{"rule": w.rule, "zh": w.zh, "en": w.en} for w in case.warnings]


def _ids(case: Deliberation) -> dict[str, str]:
    return dict(tagged.decision.created for tagged in case.new_decisions if tagged.decision.created)
