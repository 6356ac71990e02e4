"""What a recorder has to answer, written slowly and plainly: one request after the other."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from uuid import UUID

from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBQueryItem,
    DCBSequencedEvent,
)

from eventlog.outcomes import Append, Appended, Conflicted, Outcome, Repeated
from tests.eventlog.recorders import command, event


def matches(one: DCBEvent, query: DCBQuery) -> bool:
    """Whether an event matches any item of a query; without items, every event does."""
    return not query.items or any(
        (not item.types or one.type in item.types) and set(item.tags) <= set(one.tags)
        for item in query.items
    )


@dataclass(frozen=True)
class Refused:
    """The positions of all events that stand in the way of a request."""

    positions: frozenset[int]


class Reference:
    """A record as a list."""

    def __init__(self) -> None:
        self.events: list[DCBEvent] = []
        self.commands: dict[UUID, tuple[int, int, str | None]] = {}

    def submit(self, request: Append) -> tuple[int, int] | Refused | Repeated:
        """The span that a request was recorded at, or why it was not."""
        if request.command_id in self.commands:
            assert request.command_id is not None
            first, last, digest = self.commands[request.command_id]
            return Repeated(first, last, same=digest is None or digest == request.digest)
        if request.condition is not None:
            after = request.condition.after or 0
            in_the_way = self.find(request.condition.fail_if_events_match, after)
            if in_the_way:
                return Refused(frozenset(in_the_way))
        first = len(self.events) + 1
        self.events.extend(request.events)
        last = len(self.events)
        if request.command_id is not None:
            self.commands[request.command_id] = (first, last, request.digest)
        return first, last

    def sequenced(self) -> list[DCBSequencedEvent]:
        """What it holds, as a recorder would return it."""
        return [DCBSequencedEvent(one, at) for at, one in enumerate(self.events, 1)]

    def find(self, query: DCBQuery, after: int = 0) -> list[int]:
        """The positions of the events that match, after one."""
        return [
            position
            for position, one in enumerate(self.events, 1)
            if position > after and matches(one, query)
        ]


def agrees(expected: tuple[int, int] | Refused | Repeated, given: Outcome) -> bool:
    """Whether a recorder's outcome is the reference's; a conflict may name any event in the way."""
    match given:
        case Appended(first, last, _):
            return expected == (first, last)
        case Conflicted(position):
            return isinstance(expected, Refused) and position in expected.positions
        case Repeated(first, last, same):
            return expected == Repeated(first, last, same)


TYPES = ("A", "B", "C")
TAGS = ("x", "y", "z", "w")


class Requests:
    """Random requests over few types, tags and command ids, so that they get in each other's way."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._ids = [UUID(int=random.getrandbits(128)) for _ in range(400)]
        self._made = 0

    def batch(self, head: int, most: int = 12) -> list[Append]:
        """Some requests by clients that know the record up to about its head."""
        return [self.request(head) for _ in range(self._random.randint(1, most))]

    def request(self, head: int) -> Append:
        """One request."""
        random = self._random
        with_id = random.random() < 0.5
        return command(
            [self._event() for _ in range(random.choice((1, 1, 1, 2, 3)))],
            self._condition(head) if random.random() < 0.85 else None,
            random.choice(self._ids) if with_id else None,
            random.choice((None, "aa", "bb", "bb")) if with_id else None,
        )

    def query(self, most: int = 3) -> DCBQuery:
        """Up to some items with up to two types and three tags each."""
        return DCBQuery([self._item() for _ in range(self._random.randint(0, most))])

    def _event(self) -> DCBEvent:
        self._made += 1
        tags = self._random.sample(TAGS, self._random.choice((0, 1, 1, 2, 3)))
        return event(self._random.choice(TYPES), *tags, n=self._made)

    def _item(self) -> DCBQueryItem:
        types = self._random.sample(TYPES, self._random.choice((0, 1, 1, 2)))
        tags = self._random.sample(TAGS, self._random.choice((0, 1, 1, 2, 3)))
        return DCBQueryItem(types, tags)

    def _condition(self, head: int) -> DCBAppendCondition:
        after = self._random.choice((None, 0, head - 3, head - 1, head, head, head, head))
        return DCBAppendCondition(self.query(), after if after is None else max(after, 0))
