"""A rehearsal: commands decided against the record and what was rehearsed before, nothing recorded.

It is how an import is checked as a whole before its first command is recorded, and how a what-if is
asked. Rehearsed events stand at positions far above any real one.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from eventsourcing.dcb.api import (
    DCBEvent,
    DCBQuery,
    DCBQueryItem,
    DCBReadResponse,
    DCBSequencedEvent,
)
from eventsourcing.dcb.popo import SimpleDCBReadResponse

from eventlog.entry import splice
from eventlog.outcomes import Append, Appended, Outcome, Repeated
from eventlog.registrar import Readable

OFFSET = 2**40
"""Rehearsed positions begin after this one; a record that large is out of reach."""

_STAMP = "9999-12-31T00:00:00.000000Z"


class Rehearsal:
    """Looks like a recorder to a registrar: reads the real record, keeps new events to itself."""

    def __init__(self, base: Readable) -> None:
        self._base = base
        self._events: list[DCBSequencedEvent] = []
        self._by_tag: dict[str, list[DCBSequencedEvent]] = {}
        self._commands: dict[UUID, tuple[int, int, str | None]] = {}
        self._salts: list[tuple[int, str, bytes]] = []

    def submit(self, request: Append) -> Outcome:
        """Keep the events of one request; one thread rehearses, so no condition can fail."""
        first = OFFSET + len(self._events) + 1
        for position, event in enumerate(request.events, first):
            stamped = DCBEvent(event.type, splice(_STAMP, event.data), event.tags)
            kept = DCBSequencedEvent(stamped, position)
            self._events.append(kept)
            for tag in event.tags:
                self._by_tag.setdefault(tag, []).append(kept)
        last = OFFSET + len(self._events)
        if request.command_id is not None:
            self._commands[request.command_id] = (first, last, request.digest)
        for index, secret in request.secrets:
            self._salts.append((first + index, secret.commitment, secret.salt))
        return Appended(first, last, _STAMP)

    def mark(self) -> int:
        """Where the rehearsal stands, for `rewind`."""
        return len(self._events)

    def rewind(self, mark: int) -> None:
        """Forget what was rehearsed after `mark`."""
        dropped = self._events[mark:]
        del self._events[mark:]
        for event in reversed(dropped):
            for tag in event.event.tags:
                self._by_tag[tag].pop()
        limit = OFFSET + mark
        self._commands = {i: span for i, span in self._commands.items() if span[1] <= limit}
        self._salts = [kept for kept in self._salts if kept[0] <= limit]

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        """Real events, then rehearsed ones; the head is the last of these."""
        real = self._base.read(query, after=after, limit=limit)
        events = [*real, *self._matching(query, after or 0)]
        head = OFFSET + len(self._events) if self._events else real.head
        return SimpleDCBReadResponse(iter(events[:limit]), head)

    def known(self, command_id: UUID, digest: str | None) -> Repeated | None:
        """Where a command was recorded, or rehearsed, before."""
        if rehearsed := self._commands.get(command_id):
            first, last, body = rehearsed
            return Repeated(first, last, body == digest, body)
        return self._base.known(command_id, digest)

    def salts(self, first: int, last: int) -> list[tuple[str, bytes]]:
        """The salts of the real record, or of what was rehearsed."""
        if first <= OFFSET:
            return self._base.salts(first, last)
        return [(digest, salt) for at, digest, salt in self._salts if first <= at <= last]

    def _matching(self, query: DCBQuery | None, after: int) -> list[DCBSequencedEvent]:
        if query is None or not query.items:
            return [event for event in self._events if event.position > after]
        found = {
            event.position: event
            for item in query.items
            for event in self._candidates(item)
            if event.position > after
            and (not item.types or event.event.type in item.types)
            and set(item.tags) <= set(event.event.tags)
        }
        return [found[position] for position in sorted(found)]

    def _candidates(self, item: DCBQueryItem) -> Iterator[DCBSequencedEvent]:
        return iter(self._by_tag.get(item.tags[0], ()) if item.tags else self._events)
