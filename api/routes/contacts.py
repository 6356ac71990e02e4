"""`GET /v1/contacts` and `/v1/meetings`: who met whom, and when (SPEC §3.4, §10)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.reading import Asked
from projections.contacts import ContactKind, Wanted, contacts, meetings

router = APIRouter()

Id = Annotated[str | None, Query(pattern=r"^[^\s:\x00-\x1f\x7f]{1,64}$")]


@router.get("/v1/contacts", summary="联络、走访、邀请与考察 · Contacts of every kind")
def all_contacts(
    reading: Asked,
    kind: ContactKind | None = None,
    campaign: Id = None,
    enterprise: Annotated[
        str | None,
        Query(
            max_length=300,
            pattern=r"^[^\x00]+$",
            description="企业名称，异写视同 · an enterprise, however its name is spelt",
        ),
    ] = None,
    unit: Id = None,
    person: Annotated[
        str | None,
        Query(
            pattern=r"^[^\s:\x00-\x1f\x7f]{1,64}$",
            description="带队人、参加人或登记人 · who led, was present or recorded it",
        ),
    ] = None,
    lead: Id = None,
    project: Id = None,
) -> dict[str, Any]:
    """Contacts, visits, invitations and site inspections in the order of the record."""
    wanted = Wanted(kind, campaign, enterprise, unit, person, lead, project)
    rows = reading.ask(
        lambda connection: contacts(
            connection,
            reading.as_of,
            wanted,
            after=reading.after_number,
            limit=reading.limit + 1,
        )
    )
    return reading.page(rows, key=lambda row: row["position"])


@router.get("/v1/meetings", summary="会议 · Meetings")
def all_meetings(reading: Asked) -> dict[str, Any]:
    """Meetings in the order of the record, with how many decisions each took."""
    rows = reading.ask(
        lambda connection: meetings(
            connection, reading.as_of, after=reading.after_number, limit=reading.limit + 1
        )
    )
    return reading.page(rows, key=lambda row: row["position"])
