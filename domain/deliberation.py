"""One run of one command: what it reads of the record, what it decides, what it protects.

Everything a decision reads becomes part of its consistency boundary: the append fails if a matching
event arrived in between, and the command is decided again (DESIGN §2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

from eventsourcing.dcb.domain import Selector, Slice, Tagged

from domain.effective import AMENDMENT_TYPES, Amendment, amendments_tag, effective
from domain.errors import SubjectAlreadyExists, SubjectUnknown
from domain.event import EVENTS, Event, Recorded
from domain.roles import Actor, Role
from domain.subjects import KINDS, tag


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
        self._selectors: list[Selector] = []
        self.today = today
        self.actor: Actor
        self.role: Role
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
            # Later reads may see further than this one: the condition then fails and we decide anew.
            self.last_known_position = head
        self._selectors.extend(selectors)
        self._known.update((recorded.position, recorded) for recorded in found)
        self._complete_amendments(found)

    def _complete_amendments(self, found: list[Recorded]) -> None:
        # A correction can move an event under a tag it did not carry: then only the correction is
        # found here, and the event itself and its other amendments have to be read as well.
        roots = {r.event.root for r in found if isinstance(r.event, Amendment)}
        missing = [root for root in sorted(roots) if amendments_tag(root) not in self._asked]
        for root in missing:
            self._asked[amendments_tag(root)] = set(AMENDMENT_TYPES)
            original = self._reader.at(root)
            if original is not None:
                self._known[root] = original
        if missing:
            self._select(
                [Selector(types=AMENDMENT_TYPES, tags=[amendments_tag(r)]) for r in missing]
            )

    def events(self, wanted: str, *kinds: type[Event]) -> list[Recorded]:
        """The effective events of `kinds` that carry the tag, oldest first."""
        self.fetch([(wanted, kinds)])
        return [
            recorded
            for recorded in effective(list(self._known.values()))
            if isinstance(recorded.event, kinds) and wanted in recorded.tags
        ]

    def first(self, wanted: str, *kinds: type[Event]) -> Recorded | None:
        """The earliest effective event of `kinds` under the tag: first means position."""
        return next(iter(self.events(wanted, *kinds)), None)

    def at(self, position: int) -> Recorded | None:
        """The event at a position as it was recorded, amendments not applied."""
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
        self._known[original.position] = original
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
        """Trigger one event; its subjects and exclusive numbers must not be taken yet."""
        event = kind(**fields)
        for claimed in event.claims:
            if taken := self.claimant(claimed, kind):
                raise already_taken(claimed, taken)
        self.new_decisions.append(Tagged(list(event.tags), event))
        return event

    def warn(self, rule: str, zh: str, en: str) -> None:
        """Note that a soft rule was not kept; it is recorded with the event and told to the caller."""
        self.warnings.append(Warned(rule, zh, en))


def creators(kind: str) -> tuple[type[Event], ...]:
    """The event types that introduce subjects of a kind."""
    return tuple(event for event in EVENTS.values() if event.creates == kind)


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
