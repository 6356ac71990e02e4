"""Contacts with investors in the order of the record: who met whom, when, and who was present (§3.4).

What somebody introduced is often proved by nothing else, so each row names the position that it stands
at, who led and who was present (SPEC §10).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from psycopg.rows import dict_row

from domain.model.identity import normal_name
from eventlog.statements import statement
from projections.asof import AsOf
from projections.rulebook import Connection

ContactKind = Literal["contact", "visit", "invitation", "inspection"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contacts to show; None takes all. An enterprise is found however its name is spelt."""

    kind: ContactKind | None = None
    campaign: str | None = None
    enterprise: str | None = None
    unit: str | None = None
    person: str | None = None
    lead: str | None = None
    project: str | None = None


def contacts(
    connection: Connection, asof: AsOf, wanted: Wanted, *, after: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """The wanted contacts beyond a position. A summary is personal text and stays in the vault."""
    said = {
        **asof.bounds,
        **asdict(wanted),
        "enterprise_key": normal_name(wanted.enterprise) if wanted.enterprise else None,
        "after": after,
        "limit": limit,
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statement("projections", "contacts"), said).fetchall()
    for row in found:
        row["occurred_on"] = row["occurred_on"].isoformat()
        row["for_date"] = row["for_date"] and row["for_date"].isoformat()
    return found


def meetings(
    connection: Connection, asof: AsOf, *, after: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """Meetings held, beyond a position, with how many decisions each took (S003-52)."""
    query = (
        "select key as position, occurred_on, kind, decisions, campaign, project_id, "
        "by_unit as recorded_by_unit from meeting_at(%(known_at)s, %(cutoff)s) "
        "where key > %(after)s order by key limit %(limit)s"
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(query, {**asof.bounds, "after": after, "limit": limit}).fetchall()
    return [{**row, "occurred_on": row["occurred_on"].isoformat()} for row in found]
