"""What counts towards targets and ranks: one contribution per thing that happened (SPEC §4.3, §6).

Here: what that is, and the leads, visits and inspections; projects have a module of their own.

What belongs to a campaign was recorded for it (the envelope's `campaign`), or concerns a project that
the campaign adopted (S000-25), and happened within its window, both days included (S003-01). The day
is that of the thing itself: the day of signing, of the certified start, of the arrival; else the
event's business date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg.rows import dict_row

from domain.model.money import EXPONENTS
from eventlog.statements import statement
from projections.asof import AsOf
from projections.choices import names, one_of
from projections.organisation import Organisation
from projections.rulebook import Connection


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: one campaign or everything, within a span of days, as of a moment."""

    asof: AsOf
    campaign: str | None = None
    start: date = date.min
    end: date = date.max

    @property
    def bounds(self) -> dict[str, Any]:
        """The named parameters of the queries."""
        return {
            **self.asof.bounds,
            "campaign": self.campaign,
            "start": self.start,
            "end": min(self.end, self.asof.cutoff),
        }


@dataclass(frozen=True, slots=True)
class Amount:
    """Minor units of a currency, and what they are in 分; None where that is not known."""

    minor: int
    currency: str
    cny: int | None

    def in_major_units(self) -> dict[str, str]:
        """The form that every answer uses; negative where money was withdrawn."""
        major = Decimal(self.minor).scaleb(-EXPONENTS[self.currency])
        return {"amount": f"{major:f}", "currency": self.currency}


@dataclass(frozen=True, slots=True)
class Contribution:
    """One thing that counts, whose it is, and the positions of the events that say so.

    `id` is what is counted once: a lead, an enterprise, a project, an arrival.
    """

    id: str
    day: date
    positions: tuple[int, ...]
    participant: str | None = None
    unit: str | None = None
    amount: Amount | None = None
    class_: str | None = None
    kind: str | None = None
    origin: str | None = None
    cash: bool = False

    def in_answer(self) -> dict[str, Any]:
        """The form in which answers list it."""
        said: dict[str, Any] = {
            "id": self.id,
            "on": self.day.isoformat(),
            "positions": list(self.positions),
        }
        if self.amount is not None:
            said["amount"] = self.amount.in_major_units()
        return said


def once(contributions: Iterable[Contribution]) -> list[Contribution]:
    """Each id once, at its first day, with the positions of all events about it."""
    first: dict[str, Contribution] = {}
    repeated: dict[str, set[int]] = {}
    for one in contributions:
        known = first.setdefault(one.id, one)
        if known is one:
            continue
        repeated.setdefault(one.id, set(known.positions)).update(one.positions)
        if (one.day, one.positions) < (known.day, known.positions):
            first[one.id] = one
    found = [
        replace(one, positions=tuple(sorted(repeated[one.id]))) if one.id in repeated else one
        for one in first.values()
    ]
    return sorted(found, key=lambda one: one.positions)


def rows_of(connection: Connection, name: str, said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of the query `name`, each by its column names."""
    with connection.cursor(row_factory=dict_row) as cursor:
        yield from cursor.execute(statement("projections", name), said)


def leads(connection: Connection, scope: Scope, org: Organisation) -> list[Contribution]:
    """Leads collected (收集招商信息): registered, and neither refused nor found a repeat."""
    said = {**scope.bounds, "without": ["rejected", "duplicate"]}
    return _leads(connection, "contributed_leads", said, org)


def valuable_leads(
    connection: Connection, scope: Scope, org: Organisation, values: Mapping[str, Any]
) -> list[Contribution]:
    """Leads found valuable (有价值信息), of several for one investor and project the first (K1)."""
    said = {
        **scope.bounds,
        "kinds": names(values, "lead.countable_kinds"),
        "first_only": one_of(values, "lead.dedupe", "first", "none") == "first",
    }
    return _leads(connection, "contributed_valuable_leads", said, org)


def _leads(
    connection: Connection, name: str, said: Mapping[str, Any], org: Organisation
) -> list[Contribution]:
    return [
        Contribution(
            id=row["id"],
            day=row["day"],
            positions=tuple(row["positions"]),
            participant=row["participant"],
            unit=org.unit_of(row["participant"]),
        )
        for row in rows_of(connection, name, said)
    ]


def visits(connection: Connection, scope: Scope, values: Mapping[str, Any]) -> list[Contribution]:
    """Enterprises visited outside the area; whose visit it was, is the unit it names, else that of who
    led it, else the recorder's.
    """
    said = {**scope.bounds, "modes": names(values, "visit.modes")}
    return _enterprises(rows_of(connection, "contributed_visits", said), values)


def inspections(
    connection: Connection, scope: Scope, values: Mapping[str, Any]
) -> list[Contribution]:
    """Enterprises that came to inspect, for the unit that invited them."""
    return _enterprises(rows_of(connection, "contributed_inspections", scope.bounds), values)


def _enterprises(rows: Iterable[dict[str, Any]], values: Mapping[str, Any]) -> list[Contribution]:
    each = one_of(values, "visit.count", "enterprises", "visits") == "visits"
    found = list(rows)
    identities = _Enterprises(found)
    return [
        Contribution(
            id=f"{row['enterprise']}#{row['key']}" if each else identities.of(row),
            day=row["day"],
            positions=(row["key"],),
            participant=row["participant"],
            unit=row["unit"],
        )
        for row in found
    ]


class _Enterprises:
    """Which rows are about one enterprise: one credit code, or one name with no more than one code.

    An enterprise is called by the name that stands first in the record.
    """

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self._codes: dict[str, set[str]] = defaultdict(set)
        self._called: dict[str, str] = {}
        found = list(rows)
        for row in found:
            if row["credit_code"]:
                self._codes[row["enterprise_key"]].add(row["credit_code"])
        taken: dict[str, str] = {}
        for row in found:
            identity = self._identity(row)
            name = row["enterprise"]
            if taken.setdefault(name, identity) != identity:
                name = f"{name}（{identity}）"  # two firms of one name, told apart by their codes
            self._called.setdefault(identity, name)

    def _identity(self, row: dict[str, Any]) -> str:
        name: str = row["enterprise_key"]
        code: str | None = row["credit_code"]
        if code is None and len(self._codes[name]) == 1:
            return next(iter(self._codes[name]))
        return code or name

    def of(self, row: dict[str, Any]) -> str:
        """What this row's enterprise is called in answers; equal for rows about the same one."""
        return self._called[self._identity(row)]
