"""Campaigns and the tasks they set: targets, their shares, the values in force (SPEC §3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from domain.metrics import METRIC_NAMES, currency_of, quantity
from domain.model.errors import SubjectUnknown
from domain.model.subjects import KINDS
from projections.asof import AsOf
from projections.contributions import rows_of
from projections.organisation import STANDING_FOR_A_UNIT, Organisation
from projections.rulebook import Connection


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign and its window, both days included."""

    campaign_id: str
    name: str
    kind: str
    level: str
    owner: str
    start: date
    end: date
    position: int

    def in_answer(self) -> dict[str, Any]:
        """The form in which answers show it."""
        return {
            "campaign_id": self.campaign_id,
            "name": self.name,
            "kind": self.kind,
            "level": self.level,
            "owner": self.owner,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "position": self.position,
        }


_CAMPAIGNS = (
    "select campaign_id, name, kind, level, owner, start_on, end_on, key "
    "from campaign_at(%(known_at)s, 'infinity') "
)


def campaigns(
    connection: Connection, asof: AsOf, *, after: int = 0, limit: int | None = None
) -> list[Campaign]:
    """The campaigns known, in the order they were set up; those after a position, for pages."""
    return [
        Campaign(*row)
        for row in connection.execute(
            _CAMPAIGNS + "where key > %(after)s order by key limit %(limit)s",
            {**asof.bounds, "after": after, "limit": limit},
        )
    ]


def campaign(connection: Connection, asof: AsOf, campaign_id: str) -> Campaign:
    """One campaign; SubjectUnknown if it was not known then."""
    row = connection.execute(
        _CAMPAIGNS + "where campaign_id = %(campaign)s", {**asof.bounds, "campaign": campaign_id}
    ).fetchone()
    if row is None:
        raise SubjectUnknown(KINDS["campaign"], "campaign", campaign_id)
    return Campaign(*row)


def phases(connection: Connection, asof: AsOf, campaign_id: str) -> list[dict[str, Any]]:
    """The phases of a campaign; a day that two of them share belongs to the later (A-20)."""
    return [
        {
            "phase_no": no,
            "name": name,
            "from": start.isoformat(),
            "to": end.isoformat(),
            "position": p,
        }
        for no, name, start, end, p in connection.execute(
            "select phase_no, name, start_on, end_on, key from phase_at(%(known_at)s, 'infinity') "
            "where campaign_id = %(campaign)s order by phase_no",
            {**asof.bounds, "campaign": campaign_id},
        )
    ]


@dataclass(frozen=True, slots=True)
class Least:
    """The least amount, in minor units, that a project must reach to count towards a target."""

    minor: int
    currency: str


Goal = tuple[int, str, Least | None]
"""What a target is for, whoever has it: the metric's place, a class of projects, a least amount."""

_PLACES = {metric: place for place, metric in enumerate(METRIC_NAMES)}


@dataclass(frozen=True, slots=True)
class Task:
    """A target or a share of one, with the value in force."""

    target_id: str
    assignee: str
    assignee_kind: str
    metric: str
    kind: str
    value: str
    unit: str
    class_: str | None
    least: Least | None
    start: date
    end: date
    parent: str | None
    positions: tuple[int, ...]

    @property
    def quantity(self) -> Fraction:
        """The value as an exact number: minor units for money."""
        return quantity(self.value, self.unit)

    @property
    def currency(self) -> str | None:
        """The currency of an amount; None for what is counted."""
        return currency_of(self.unit)

    @property
    def goal(self) -> Goal:
        """What it is for."""
        return (_PLACES[self.metric], self.class_ or "", self.least)


def tasks(connection: Connection, asof: AsOf, campaign_id: str) -> list[Task]:
    """Every target and share of a campaign that was assigned by the cutoff."""
    said = {**asof.bounds, "campaign": campaign_id}
    return [
        Task(
            target_id=row["target_id"],
            assignee=row["assignee"],
            assignee_kind=row["assignee_kind"],
            metric=row["metric"],
            kind=row["kind"],
            value=row["value"],
            unit=row["unit"],
            class_=row["class"],
            least=None
            if row["min_minor"] is None
            else Least(row["min_minor"], row["min_currency"]),
            start=row["start_on"],
            end=row["end_on"],
            parent=row["parent"],
            positions=tuple(row["positions"]),
        )
        for row in rows_of(connection, "campaign_tasks", said)
    ]


def whole(campaign: Campaign, org: Organisation, found: list[Task]) -> frozenset[str]:
    """The assignees whose tasks are the campaign's as a whole.

    Its owner; or, where the owner has no task, a unit that stands above all other units that have one.
    """
    units = {task.assignee for task in found if task.assignee_kind == "unit"}
    if campaign.owner in units or len(units) < 2:
        return frozenset({campaign.owner})
    above = [set(org.above(unit)) for unit in units]
    return frozenset({campaign.owner} | units.intersection(*above))


def has_unit(task: Task, org: Organisation) -> bool:
    """Whether the assignee is a unit, or a participant that stands for one (S003-11)."""
    if task.assignee_kind == "unit":
        return True
    known = org.participants.get(task.assignee)
    return known is not None and known.kind in STANDING_FOR_A_UNIT
