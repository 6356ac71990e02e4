"""The registrar takes a command and answers with what was recorded: the one path in.

Read the premises, decide, append on condition that no premise changed; if one did, decide again.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol
from uuid import UUID, uuid5

from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBQueryItem,
    DCBReadResponse,
)
from eventsourcing.dcb.domain import Selector

from domain.command import Command
from domain.consider import consider
from domain.deliberation import Deliberation
from domain.errors import Contended, Refusal
from domain.event import Recorded, Recorder
from domain.personal import commitment
from domain.roles import Actor
from domain.subjects import mentions
from eventlog.entry import Envelope, Secret, canonical, leaf_hash, parse, read, splice, write
from eventlog.outcomes import Append, Appended, Conflicted, Outcome, Repeated

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

    def known(self, command_id: UUID, digest: str) -> Repeated | None:
        """Where a command was recorded before, if it was."""

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
        digest = command_digest(command, by)
        cause: int | None = None
        for attempt in range(TRIES):
            case = self._decide(command, by, command_id, digest)
            if isinstance(case, Repeated):
                return self._first_answer(case, command)
            request, entries = _request(case, command, command_id, digest)
            outcome = self._submitting.submit(request)
            match outcome:
                case Appended():
                    return _answer(outcome, entries, case)
                case Repeated():
                    return self._first_answer(outcome, command)
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
        self, command: Command, by: str | Actor, command_id: UUID, digest: str
    ) -> Deliberation | Repeated:
        try:
            return self._consider(command, by, command_id)
        except Refusal:
            # A repeated command may be refused by its own first recording (its id is taken now).
            if (known := self._recorder.known(command_id, digest)) is not None:
                return known
            raise

    def _first_answer(self, repeated: Repeated, command: Command) -> Answer:
        if not (repeated.same and self._same_secrets(repeated, command)):
            raise CommandReused(repeated.first)
        events: list[Stored] = []
        ids: dict[str, str] = {}
        warnings: list[dict[str, str]] = []
        at = ""
        response = self._recorder.read(
            after=repeated.first - 1, limit=repeated.last - repeated.first + 1
        )
        for found in response:
            entry = found.event.data
            said = parse(entry)
            at = said["recorded_at"]
            warnings = said.get("warnings", [])
            events.append(Stored(found.position, said["type"], leaf_hash(entry).hex()))
            if created := read(found.position, entry).event.created:
                ids.update([created])
        return Answer(repeated.last, at, events, ids, warnings, replayed=True)

    def _same_secrets(self, repeated: Repeated, command: Command) -> bool:
        # The digest leaves personal values out; the vault's salts tell whether these are the same.
        # Once a person is erased nothing can be compared any more, and the rest of the body decides.
        values = personal_values(command)
        return all(
            any(commitment(value, salt) == digest for value in values)
            for digest, salt in self._recorder.salts(repeated.first, repeated.last)
        )


def personal_values(command: Command) -> list[str]:
    """The clear personal values in a command's body."""
    values: list[str] = []

    def seal(value: str) -> str:
        values.append(value)
        return ""

    command.model_dump(mode="json", context={"seal": seal})
    return values


def command_digest(command: Command, by: str | Actor) -> str:
    """What tells a repeated command from another under the same id: account, name and body.

    Personal values are left out: a hash of a telephone number could be guessed, and would outlive
    the erasure of its person.
    """
    account = by if isinstance(by, str) else by.account
    body = command.model_dump(mode="json", by_alias=True, context={"seal": lambda _: "personal"})
    return hashlib.sha256(canonical([account, command.slug, body]).encode()).hexdigest()


def _request(
    case: Deliberation, command: Command, command_id: UUID, digest: str
) -> tuple[Append, list[DCBEvent]]:
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
    condition = DCBAppendCondition(
        _query(case.consistency_boundary()), after=case.last_known_position
    )
    if not condition.fail_if_events_match.items:
        return Append(entries, None, command_id, digest, kept), entries
    return Append(entries, condition, command_id, digest, kept), entries


def _answer(outcome: Appended, entries: list[DCBEvent], case: Deliberation) -> Answer:
    events = [
        Stored(position, entry.type, leaf_hash(splice(outcome.stamp, entry.data)).hex())
        for position, entry in enumerate(entries, outcome.first)
    ]
    return Answer(outcome.last, outcome.stamp, events, _ids(case), _warnings(case))


def _warnings(case: Deliberation) -> list[dict[str, str]]:
    return [{"rule": w.rule, "zh": w.zh, "en": w.en} for w in case.warnings]


def _ids(case: Deliberation) -> dict[str, str]:
    return dict(tagged.decision.created for tagged in case.new_decisions if tagged.decision.created)
