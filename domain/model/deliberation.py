"""One run of one command: what it reads of the record, what it decides, what it protects.

Everything a decision reads becomes part of its consistency boundary: the append fails if a matching
event arrived in between, and the command is decided again (DESIGN §2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Protocol, TypeVar

from eventsourcing.dcb.domain import Selector, Slice, Tagged

from domain.model.effective import AMENDMENT_TYPES, Amendment, amendments_tag, effective
from domain.model.errors import SubjectAlreadyExists, SubjectUnknown
from domain.model.event import AHEAD, EVENTS, Event, Recorded, Recorder
from domain.model.roles import Actor, Role
from domain.model.subjects import KINDS, tag


class Reader(Protocol):
    """Read access to a record, in memory or in PostgreSQL."""

    def select(self, selectors: Sequence[Selector]) -> tuple[list[Recorded], int]:
        """Events that match any selector, in position order, and the head position they are as of."""

    def at(self, position: int) -> Recorded | None:
        """The event at a position."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A soft rule that was not kept (原则上, SPEC G9): recorded beside the event, never refused."""

    rule: str
    zh: str
    en: str


EventT = TypeVar("EventT", bound=Event)

Ask = tuple[str, tuple[type[Event], ...]]
"""A tag and the event types wanted under it."""


class Deliberation(Slice[Event]):
    """What a command sees while it decides; `record` is the only thing it can do."""

    def __init__(self, reader: Reader, today: date) -> None:
        self._reader = reader
        self._asked: dict[str, set[type[Event]]] = {}
        self._known: dict[int, Recorded] = {}
        self._standing: list[Recorded] | None = None
        self._selectors: list[Selector] = []
        self._supposed: Recorded | None = None
        self.today = today
        self.actor: Actor
        self.role: Role
        self.occurred_on = today
        self.on_behalf_of: str | None = None
        self.warnings: list[Warned] = []

    def consistency_boundary(self) -> list[Selector]:
        """Every selector this decision has read; the append must find nothing new under them."""
        return self._selectors

    def fetch(self, asks: Iterable[Ask]) -> None:
        """Read several tags in one round trip, ahead of the questions about them."""
        selectors = []
        for wanted, kinds in asks:
            asked = self._asked.setdefault(wanted, set())
            if new := [kind for kind in kinds if kind not in asked]:
                asked.update(new)
                selectors.append(Selector(types=[*new, *AMENDMENT_TYPES], tags=[wanted]))
        if selectors:
            self._select(selectors)

    def _select(self, selectors: list[Selector]) -> None:
        found, head = self._reader.select(selectors)
        if self.last_known_position is None:
            self.last_known_position = head
        # Later reads see further than the first one. A decision sees one moment, so what is new is
        # left out: if it matters the condition fails on it, and we decide anew.
        found = [r for r in found if r.position <= self.last_known_position]
        self._selectors.extend(selectors)
        for recorded in found:
            self._know(recorded)
        self._complete_amendments(found)

    def _know(self, recorded: Recorded) -> None:
        self._known[recorded.position] = recorded
        self._standing = None

    def _complete_amendments(self, found: list[Recorded]) -> None:
        # A correction can move an event under a tag it did not carry: then only the correction is
        # found here, and the event itself and its other amendments have to be read as well.
        roots = {r.event.root for r in found if isinstance(r.event, Amendment)}
        missing = [root for root in sorted(roots) if amendments_tag(root) not in self._asked]
        for root in missing:
            self._asked[amendments_tag(root)] = set(AMENDMENT_TYPES)
            original = self._reader.at(root)
            if original is not None:
                self._know(original)
        if missing:
            self._select(
                [Selector(types=AMENDMENT_TYPES, tags=[amendments_tag(r)]) for r in missing]
            )

    def events(self, wanted: str, *kinds: type[Event]) -> list[Recorded]:
        """The effective events of `kinds` that carry the tag, oldest first."""
        self.fetch([(wanted, kinds)])
        if self._standing is None:
            self._standing = effective(list(self._known.values()))
        standing = self._standing
        if (mine := self._supposed) is not None:
            standing = [r for r in standing if r.position != mine.position] + [mine]
            if not mine.is_new:
                standing.sort(key=lambda r: r.position)
        return [
            recorded
            for recorded in standing
            if isinstance(recorded.event, kinds) and wanted in recorded.tags
        ]

    def first(self, wanted: str, *kinds: type[Event]) -> Recorded | None:
        """The earliest effective event of `kinds` under the tag: first means position."""
        return next(iter(self.events(wanted, *kinds)), None)

    def at(self, position: int) -> Recorded | None:
        """The event at a position as it was recorded, amendments not applied."""
        if self.last_known_position is not None and position > self.last_known_position:
            return None
        return self._reader.at(position)

    def amendments(self, root: int) -> list[Recorded]:
        """Every correction and revocation that concerns the event at `root`."""
        wanted = amendments_tag(root)
        if wanted not in self._asked:
            self._asked[wanted] = set(AMENDMENT_TYPES)
            self._select([Selector(types=AMENDMENT_TYPES, tags=[wanted])])
        return [
            r
            for r in self._known.values()
            if isinstance(r.event, Amendment) and r.event.root == root
        ]

    def standing(self, original: Recorded) -> Recorded | None:
        """An event as its amendments leave it now; None if it is revoked."""
        self._know(original)
        return next(iter(effective([original, *self.amendments(original.position)])), None)

    def find(self, kind: str, value: str) -> Recorded | None:
        """The event that introduced a subject, or None."""
        return self.claimant(tag(kind, value), *creators(kind))

    def claimant(self, claimed: str, *kinds: type[Event]) -> Recorded | None:
        """The event that holds a tag for itself; others may carry the tag by mentioning it."""
        return next((r for r in self.events(claimed, *kinds) if claimed in r.event.claims), None)

    def require(self, kind: str, value: str) -> Recorded:
        """The event that introduced a subject; SubjectUnknown if there is none."""
        found = self.find(kind, value)
        if found is None:
            raise SubjectUnknown(KINDS[kind], kind, value)
        return found

    def record(self, kind: type[EventT], /, **fields: Any) -> EventT:
        """Trigger one event; what it claims must be free, and its rules upheld."""
        event = kind(**fields)
        for claimed in event.claims:
            if taken := self.claimant(claimed, kind):
                raise already_taken(claimed, taken)
        self.uphold(self.draft(event))
        self.new_decisions.append(Tagged(list(event.tags), event))
        return event

    def draft(self, event: Event) -> Recorded:
        """An event as this command would record it, ahead of everything that is recorded."""
        return Recorded(
            position=AHEAD,
            recorded_at=datetime.max.replace(tzinfo=UTC),
            event=event,
            actor=Recorder(self.actor.account, self.actor.person, self.actor.unit, self.role),
            command_id="",
            occurred_on=self.occurred_on,
            tags=event.tags,
            on_behalf_of=self.on_behalf_of,
        )

    def uphold(self, mine: Recorded) -> None:
        """Hold an event to its rules, reading the record as if it stood in it as `mine`."""
        self._supposed = mine
        try:
            mine.event.uphold(self, mine)
        finally:
            self._supposed = None

    def warn(self, rule: str, zh: str, en: str) -> None:
        """Note that a soft rule was not kept; it is recorded with the event and told to the caller."""
        if (warned := Warned(rule, zh, en)) not in self.warnings:
            self.warnings.append(warned)


def creators(kind: str) -> tuple[type[Event], ...]:
    """The event types that introduce subjects of a kind."""
    return _creators(len(EVENTS)).get(kind, ())


@cache
def _creators(known: int) -> dict[str, tuple[type[Event], ...]]:
    """All creators by kind, worked out anew when another type is `known`; every decision asks."""
    found: dict[str, tuple[type[Event], ...]] = {}
    for event in EVENTS.values():
        if event.creates is not None:
            found[event.creates] = (*found.get(event.creates, ()), event)
    return found


def already_taken(claimed: str, taken: Recorded) -> SubjectAlreadyExists:
    """The refusal of a claim on a tag that an earlier event holds."""
    kind, _, value = claimed.partition(":")
    zh, en = (
        (f"{KINDS[kind]}编号“{value}”", f"{kind} {value!r}")
        if kind in KINDS
        else (f"凭证“{value}”", f"evidence {value!r}")
    )
    return SubjectAlreadyExists(
        f"{zh}已由第{taken.position}号记录使用；请改用新的编号，或更正原记录",
        f"{en} is already taken by event {taken.position}; use another, or correct that event",
        clause="SPEC §11" if kind not in KINDS else "DESIGN §2",
        position=taken.position,
    )
