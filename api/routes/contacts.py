"""`GET /v1/contacts` and `/v1/meetings`: who met whom, and when (SPEC §3.4, §10)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.reading import Asked
from api.routes.ids import QueryId
from domain.model.subjects import Identifier
from projections.contacts import ContactKind, Wanted, contacts, meetings

router = APIRouter()


@router.get("/v1/contacts", summary="联络、走访、邀请与考察 · Contacts of every kind")
def all_contacts(
    reading: Asked,
    kind: ContactKind | None = None,
    campaign: QueryId = None,
    enterprise: Annotated[
        str | None,
        Query(
            max_length=300,
            pattern=r"^[^\x00]+$",
            description="企业名称，异写视同 · an enterprise, however its name is spelt",
        ),
    ] = None,
    unit: QueryId = None,
    person: Annotated[
        Identifier | None,
        Query(
            description="带队人、参加人或登记人 · who led, was present or recorded it",
        ),
    ] = None,
    lead: QueryId = None,
    project: QueryId = None,
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
