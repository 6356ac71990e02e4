"""Who belongs to whom: units below units, participants in units (SPEC §3.2).

Registers are read as known, whatever the cutoff: a village stood before it was entered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from projections.asof import AsOf
from projections.rulebook import Connection

VILLAGE, HAMLET = "行政村", "自然村"
STANDING_FOR_A_UNIT = ("单位", VILLAGE, HAMLET)
"""Participants of these kinds are their unit; all others only belong to one."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A registered unit and what it is part of."""

    kind: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Participant:
    """A registered participant."""

    kind: str
    unit: str


@dataclass(frozen=True)
class Organisation:
    """The registers of units and participants.

    `rollup_hamlets` is the rule `rank.rollup_natural_village`: whether what a 自然村 achieves counts for
    its 行政村 too, beside which it competes (S002-03).
    """

    units: Mapping[str, Unit]
    participants: Mapping[str, Participant]
    standing_for: Mapping[str, str]
    rollup_hamlets: bool = False

    def unit_of(self, participant: str | None) -> str | None:
        """The unit a participant belongs to; None if it is not registered."""
        found = self.participants.get(participant or "")
        return found.unit if found else None

    def above(self, unit: str | None) -> Iterator[str]:
        """The unit and every unit it is part of, nearest first."""
        seen: set[str] = set()
        hamlet = False
        while unit is not None and unit not in seen:
            seen.add(unit)
            known = self.units.get(unit)
            if not (hamlet and known and known.kind == VILLAGE and not self.rollup_hamlets):
                yield unit
            hamlet = hamlet or (known is not None and known.kind == HAMLET)
            unit = known.parent if known else None

    def competitor(self, person: str | None, unit: str | None) -> str | None:
        """The participant who is credited with what a person of a unit recorded.

        The person, if registered as a participant; else the participant that stands for the unit.
        """
        if person in self.participants:
            return person
        return self.standing_for.get(unit or "")

    def village_of(self, participant: str) -> str | None:
        """The participant for the 行政村 that a 自然村's achievements count for as well, if they do."""
        known = self.participants.get(participant)
        if not self.rollup_hamlets or known is None or known.kind != HAMLET:
            return None
        unit = self.units.get(known.unit)
        above = self.standing_for.get((unit.parent if unit else None) or "")
        return above if above and self.participants[above].kind == VILLAGE else None


def organisation(connection: Connection, asof: AsOf, *, rollup_hamlets: bool) -> Organisation:
    """The registers as known at a position."""
    units = {
        unit_id: Unit(kind, parent)
        for unit_id, kind, parent in connection.execute(
            "select unit_id, kind, parent from unit_at(%(known_at)s, 'infinity') order by key",
            asof.bounds,
        )
    }
    participants: dict[str, Participant] = {}
    standing_for: dict[str, str] = {}
    for participant_id, kind, unit in connection.execute(
        "select participant_id, kind, unit_id from participant_at(%(known_at)s, 'infinity') "
        "order by key",
        asof.bounds,
    ):
        participants[participant_id] = Participant(kind, unit)
        if kind in STANDING_FOR_A_UNIT:
            standing_for.setdefault(unit, participant_id)
    return Organisation(units, participants, standing_for, rollup_hamlets)
