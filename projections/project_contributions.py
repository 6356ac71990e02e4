"""What projects contribute to targets and ranks: negotiations, signings, starts, funds (SPEC §4.3, §6).

First introducers are confirmed by events of a later stream. Until then a project's success is that of
the registrant of the lead it came from, and of that participant's unit (SPEC §10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from projections.asof import AsOf
from projections.choices import flag, one_of
from projections.contributions import Amount, Contribution, Scope, rows_of
from projections.organisation import Organisation
from projections.rulebook import Connection


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose project it is: its lead's registrant, its seat, and who recorded it first."""

    registrant: str | None
    jurisdiction: str
    by_person: str
    by_unit: str
    lead_position: int | None


def origins(connection: Connection, asof: AsOf, projects: Iterable[str]) -> dict[str, Origin]:
    """Where each of some projects came from."""
    said = {**asof.bounds, "projects": sorted(set(projects))}
    return {
        row["project_id"]: Origin(
            row["registrant"],
            row["jurisdiction"],
            row["by_person"],
            row["by_unit"],
            row["lead_position"],
        )
        for row in rows_of(connection, "project_origins", said)
    }


def _of_project(
    row: dict[str, Any], origin: Origin, org: Organisation, recorder: tuple[str, str] | None = None
) -> dict[str, Any]:
    """Whose a project's success is, as a participant and as a unit (SPEC §6, S002-12, S003-25).

    Without a lead the participant is who recorded the signing (`recorder`, by default that of the
    project's first), and the unit is the project's seat: a project states its seat, while one office
    may record the signings of everybody.
    """
    positions = tuple(row["positions"] if "positions" in row else (row["key"],))
    if origin.registrant is not None:
        participant: str | None = origin.registrant
        unit = org.unit_of(origin.registrant) or origin.jurisdiction
        positions = tuple(sorted({*positions, origin.lead_position or positions[0]}))
    else:
        participant = org.competitor(*(recorder or (origin.by_person, origin.by_unit)))
        unit = origin.jurisdiction
    return {
        "day": row["day"],
        "positions": positions,
        "participant": participant,
        "unit": unit,
        "class_": row.get("class"),
        "origin": row.get("funds_origin"),
    }


def _amount(row: dict[str, Any]) -> Amount | None:
    return None if row["minor"] is None else Amount(row["minor"], row["currency"], row["cny"])


def signings(
    connection: Connection,
    scope: Scope,
    org: Organisation,
    values: Mapping[str, Any],
    levels: list[str],
) -> list[Contribution]:
    """Projects newly signed at one of `levels`, each with its contract introduced funds as amended."""
    first_only = flag(values, "signing.first_only")
    said = {
        **scope.bounds,
        "levels": levels,
        "first_only": first_only,
        "basis": one_of(values, "target.signing_basis", "verified", "recorded"),
    }
    rows = list(rows_of(connection, "contributed_signings", said))
    known = origins(connection, scope.asof, (row["project_id"] for row in rows))
    return [
        Contribution(
            id=row["project_id"] if first_only else row["signing_id"],
            kind=row["kind"],
            amount=_amount(row),
            **_of_project(row, known[row["project_id"]], org, (row["by_person"], row["by_unit"])),
        )
        for row in rows
    ]


def commencements(connection: Connection, scope: Scope, org: Organisation) -> list[Contribution]:
    """Projects whose start was certified."""
    rows = list(rows_of(connection, "contributed_commencements", scope.bounds))
    known = origins(connection, scope.asof, (row["project_id"] for row in rows))
    return [
        Contribution(id=row["project_id"], **_of_project(row, known[row["project_id"]], org))
        for row in rows
    ]


def funds(
    connection: Connection, scope: Scope, org: Organisation, values: Mapping[str, Any]
) -> list[Contribution]:
    """Funds that arrived, recognised or as reported, withdrawals as negative amounts."""
    basis = one_of(values, "target.fund_basis", "recognised", "reported")
    rows = list(rows_of(connection, "contributed_funds", {**scope.bounds, "basis": basis}))
    known = origins(connection, scope.asof, (row["project_id"] for row in rows))
    return [
        Contribution(
            id=row["id"],
            cash=row["cash"],
            amount=_amount(row),
            **_of_project(row, known[row["project_id"]], org),
        )
        for row in rows
    ]


def negotiations(
    connection: Connection, scope: Scope, org: Organisation, values: Mapping[str, Any]
) -> list[Contribution]:
    """Projects negotiated (A-08), for whoever negotiated: the person recorded for, or their unit.

    Where neither is a participant, the credit goes to the registrant of the project's lead.
    """
    each = one_of(values, "negotiation.count", "projects", "meetings") == "meetings"
    rows = list(rows_of(connection, "contributed_negotiations", scope.bounds))
    known = origins(connection, scope.asof, (row["project_id"] for row in rows))
    found = []
    for row in rows:
        origin = known[row["project_id"]]
        who = org.competitor(row["by_person"], row["by_unit"]) or origin.registrant
        found.append(
            Contribution(
                id=f"{row['project_id']}#{row['key']}" if each else row["project_id"],
                day=row["day"],
                positions=(row["key"],),
                participant=who,
                unit=org.unit_of(who) or origin.jurisdiction,
            )
        )
    return found
