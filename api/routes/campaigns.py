"""`GET /v1/campaigns`: campaigns, and how far their targets were reached (SPEC §3.2, §4.3)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.reading import Asked
from api.routes.ids import PathId
from projections.completion import RULES, completion
from projections.rulebook import rules_in_answer
from projections.tasks import campaign, campaigns, phases

router = APIRouter()


@router.get("/v1/campaigns", summary="活动 · The campaigns")
def all_campaigns(reading: Asked) -> dict[str, Any]:
    """Every campaign known, in the order they were set up, with its window, both days included."""
    found = reading.ask(
        lambda connection: campaigns(
            connection, reading.as_of, after=reading.after_number, limit=reading.limit + 1
        )
    )
    return reading.page([one.in_answer() for one in found], key=lambda row: row["position"])


@router.get("/v1/campaigns/{campaign_id}", summary="一项活动 · One campaign")
def one_campaign(campaign_id: PathId, reading: Asked) -> dict[str, Any]:
    """A campaign and its phases."""
    found = reading.ask(lambda connection: campaign(connection, reading.as_of, campaign_id))
    parts = reading.ask(lambda connection: phases(connection, reading.as_of, campaign_id))
    return reading.answer({**found.in_answer(), "phases": parts})


@router.get(
    "/v1/campaigns/{campaign_id}/completion", summary="任务完成情况 · Targets against events"
)
def campaign_completion(campaign_id: PathId, reading: Asked) -> dict[str, Any]:
    """完成情况表: every target against what happened, first those of the campaign as a whole.

    Counted is what was recorded for the campaign, or concerns a project that it adopted, within its
    window. `assignee` is null in a sum over units, and where there was no target. `members` lists what
    was counted with the positions of the events, `left_out` what a sum could not take in.
    """
    found = reading.ask(lambda connection: completion(connection, reading.as_of, campaign_id))
    rules = reading.ask(lambda connection: rules_in_answer(connection, reading.as_of, RULES))
    return reading.listing(
        found.rows, summary=found.summary, campaign=found.campaign.in_answer(), rules=rules
    )
