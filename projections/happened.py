"""Everything that belongs to a campaign, by kind and by whom, each kind read when first asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from projections import contributions, project_contributions
from projections.choices import names, one_of
from projections.contributions import Contribution, Scope
from projections.organisation import Organisation
from projections.rulebook import Connection

RULES = (
    "lead.countable_kinds",
    "lead.dedupe",
    "signing.counted_levels",
    "signing.first_only",
    "target.fund_basis",
    "target.lead_basis",
    "target.signing_basis",
    "visit.count",
    "visit.modes",
)
"""The rule parameters that decide what counts."""


class Happened:
    """What counts within a scope: leads, visits, inspections, signings, commencements, funds."""

    def __init__(
        self, connection: Connection, scope: Scope, org: Organisation, values: Mapping[str, Any]
    ) -> None:
        self._connection = connection
        self._scope = scope
        self._org = org
        self._values = values
        self._read: dict[str, Callable[[], list[Contribution]]] = {
            "leads": self._leads,
            "visits": lambda: contributions.visits(connection, scope, values),
            "inspections": lambda: contributions.inspections(connection, scope, values),
            "signings": self._signings,
            "commencements": lambda: project_contributions.commencements(connection, scope, org),
            "funds": lambda: project_contributions.funds(connection, scope, org, values),
        }
        self._by_whom: dict[str, dict[str | None, list[Contribution]]] = {}

    def by(self, source: str, whom: str | None) -> list[Contribution]:
        """What somebody (`unit:…`, `participant:…`) did of one kind; everything for None.

        A unit has done what was done in it and in the units below it.
        """
        if source not in self._by_whom:
            by_whom: dict[str | None, list[Contribution]] = defaultdict(list)
            for one in self._read[source]():
                by_whom[None].append(one)
                by_whom[f"participant:{one.participant}"].append(one)
                for unit in self._org.above(one.unit):
                    by_whom[f"unit:{unit}"].append(one)
            self._by_whom[source] = by_whom
        return self._by_whom[source].get(whom, [])

    def _leads(self) -> list[Contribution]:
        basis = one_of(self._values, "target.lead_basis", "registered", "valuable")
        if basis == "registered":
            return contributions.leads(self._connection, self._scope, self._org)
        return contributions.valuable_leads(self._connection, self._scope, self._org, self._values)

    def _signings(self) -> list[Contribution]:
        levels = names(self._values, "signing.counted_levels")
        return project_contributions.signings(
            self._connection, self._scope, self._org, self._values, levels
        )
