"""Views declare which events state which facts; the engine does everything else (DESIGN §5).

A fact is a row with two time axes: when it happened (`occurred_on`) and from which position to which
it was what the record said (`position`, `superseded_at`). A view has columns and, per event type, a
pure function from the entry to its facts: no query, no upsert, no correction code of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.model.event import Event

Fact = Mapping[str, Any]
"""The values of a view's own columns; columns left out are null."""

BASE_COLUMNS: dict[str, str] = {
    "key": "bigint not null",
    "n": "int not null",
    "position": "bigint not null",
    "superseded_at": "bigint",
    "occurred_on": "date not null",
    "revoked": "boolean not null",
    "campaign": "text",
    "by_unit": "text",
    "by_person": "text",
}
"""What every fact carries: `key` is the position of the event that stated it, `n` its number there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An effective event as handlers see it: its stored values, after its amendments."""

    position: int
    type: str
    data: dict[str, Any]
    occurred_on: str
    said: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.data.get(name)

    @property
    def campaign(self) -> str | None:
        """The campaign it was recorded for."""
        campaign: str | None = self.said["campaign"]
        return campaign

    @property
    def by_unit(self) -> str:
        """The unit of the account that recorded it."""
        unit: str = self.said["actor"]["unit"]
        return unit

    @property
    def by_person(self) -> str:
        """The person it was recorded for, or who recorded it."""
        person: str = self.said["on_behalf_of"] or self.said["actor"]["person"]
        return person

    @property
    def recorded_at(self) -> str:
        """When the event entered the record, as its entry says."""
        moment: str = self.said["recorded_at"]
        return moment


Handler = Callable[[Entry], Fact | Iterable[Fact]]


@dataclass
class View:
    """The facts of one kind. `columns` maps names to SQL types, `indexes` lists column tuples."""

    name: str
    columns: dict[str, str]
    indexes: tuple[tuple[str, ...], ...] = ()
    handlers: dict[str, Handler] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if clash := set(self.columns) & set(BASE_COLUMNS):
            raise TypeError(f"view {self.name} declares base columns again: {sorted(clash)}")
        if self.name in VIEWS:
            raise TypeError(f"two views are called {self.name}")
        VIEWS[self.name] = self

    def states(self, *kinds: type[Event]) -> Callable[[Handler], Handler]:
        """Register a handler: what the events of `kinds` state in this view."""

        def register(handler: Handler) -> Handler:
            for kind in kinds:
                if kind.__name__ in self.handlers:
                    raise TypeError(f"{self.name} handles {kind.__name__} twice")
                self.handlers[kind.__name__] = handler
            return handler

        return register

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Base columns and own columns, in table order."""
        return (*BASE_COLUMNS, *self.columns)

    @property
    def relation(self) -> str:
        """The SQL view that readers use, whatever table stands behind it."""
        return f"fact_{self.name}"

    def table(self, version: int) -> str:
        """The table of one version of this view's facts."""
        return f"fact_{self.name}_v{version}"

    @property
    def definition(self) -> str:
        """What distinguishes one declaration of this view from another: a change means a rebuild."""
        said = repr((self.columns, self.indexes, sorted(self.handlers)))
        return hashlib.sha256(said.encode()).hexdigest()

    def rows(self, entry: Entry, position: int, *, revoked: bool = False) -> list[list[Any]]:
        """The table rows that `entry` states, as a version known from `position`."""
        stated = self.handlers[entry.type](entry)
        facts = (stated,) if isinstance(stated, Mapping) else stated
        own = tuple(self.columns)
        said = entry.said
        base = [
            entry.position,
            0,
            position,
            None,
            entry.occurred_on,
            revoked,
            said["campaign"],
            said["actor"]["unit"],
            entry.by_person,
        ]
        rows = []
        for n, fact in enumerate(facts):
            row = [*base, *map(fact.get, own)]
            row[1] = n
            rows.append(row)
        return rows


VIEWS: dict[str, View] = {}
"""Every view by name; importing `projections.views` fills it."""
