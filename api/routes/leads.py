"""`GET /v1/leads`: the lead board (SPEC §3.12)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.reading import Asked
from api.routes.ids import QueryId
from projections.leads import Choice, Status, board, counts

router = APIRouter()


@router.get("/v1/leads", summary="线索台 · The lead board")
def lead_board(
    reading: Asked,
    campaign: QueryId = None,
    registrant: QueryId = None,
    unit: QueryId = None,
    status: Annotated[
        Status | None,
        Query(description="有效、待认定、竞争、重复、无价值、不予认定 · how a lead stands"),
    ] = None,
) -> dict[str, Any]:
    """Leads in the order of the record, each with its verdict and the earlier lead it competes with.

    `status`: valid, pending, rival (an earlier lead for the same investor and project still stands),
    duplicate, not_valuable or rejected. `counts` counts all leads that fit the other filters.
    """
    choice = Choice(campaign, status, registrant, unit)
    rows = reading.ask(
        lambda connection: board(
            connection,
            reading.as_of,
            choice,
            after=reading.after_number,
            limit=reading.limit + 1,
        )
    )
    whole = Choice(campaign, None, registrant, unit)
    counted = reading.ask(lambda connection: counts(connection, reading.as_of, whole))
    return {**reading.page(rows, key=lambda row: row["position"]), "counts": counted}
