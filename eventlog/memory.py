"""The record in memory, on the library's own recorder: the same decisions, without a database."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery
from eventsourcing.dcb.popo import InMemoryDCBRecorder

from eventlog.entry import Secret, splice
from eventlog.outcomes import Append, Appended, AppendRefused, Conflicted, Outcome, Repeated


class MemoryRecorder(InMemoryDCBRecorder):
    """Stamps entries as the database would and knows command ids; for tests and what-ifs."""

    def __init__(self, start: datetime = datetime(2012, 1, 1, tzinfo=UTC)) -> None:
        super().__init__()
        self._now = start
        self._commands: dict[UUID, tuple[str | None, int, int]] = {}
        self._submitting = threading.RLock()
        self.vault: dict[tuple[int, str], Secret] = {}

    def append_many(self, requests: Sequence[Append]) -> list[Outcome]:
        """Each request decided alone, in order."""
        return [self.submit(request) for request in requests]

    def submit(self, request: Append) -> Outcome:
        """Record one request, or say why not."""
        with self._submitting:
            if request.command_id and (known := self.known(request.command_id, request.digest)):
                return known
            if (conflict := self._conflict(request.condition)) is not None:
                return Conflicted(conflict)
            last = self.append(request.events)
            first = last - len(request.events) + 1
            if request.command_id is not None:
                self._commands[request.command_id] = (request.digest, first, last)
            for index, secret in request.secrets:
                self.vault[first + index, secret.commitment] = secret
            return Appended(first, last, self._stamp())

    def append(
        self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None
    ) -> int:
        """The library's append, with the recording time in front of each entry."""
        if not events:
            raise AppendRefused("an append needs at least one event")
        with self._submitting:
            self._now += timedelta(milliseconds=1)
            stamped = [DCBEvent(e.type, splice(self._stamp(), e.data), e.tags) for e in events]
            return super().append(stamped, condition)

    def _stamp(self) -> str:
        return self._now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def _conflict(self, condition: DCBAppendCondition | None) -> int | None:
        if condition is None:
            return None
        query: DCBQuery = condition.fail_if_events_match
        found = next(iter(self.read(query, after=condition.after, limit=1)), None)
        return None if found is None else found.position

    def head(self) -> int:
        """The last position; 0 for an empty record."""
        return self.events[-1].position if self.events else 0

    def known(self, command_id: UUID, digest: str | None) -> Repeated | None:
        """Where a command was recorded before, if it was."""
        if (known := self._commands.get(command_id)) is None:
            return None
        recorded, first, last = known
        return Repeated(first, last, recorded is None or recorded == digest, recorded)

    def salts(self, first: int, last: int) -> list[tuple[str, bytes]]:
        """The (commitment, salt) that the vault still holds for a span of positions, in order."""
        return [
            (commitment, secret.salt)
            for (position, commitment), secret in sorted(self.vault.items(), key=lambda v: v[0])
            if first <= position <= last
        ]
