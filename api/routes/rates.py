"""`GET /v1/rates` and `/v1/rates/members`: the three rates, and the projects behind them (SPEC §4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from api.reading import Asked
from projections.rate_members import members
from projections.rate_rules import RULES, GroupBy
from projections.rates import rates
from projections.rulebook import rules_in_answer

router = APIRouter()

Grouping = Annotated[
    GroupBy | Literal["none"],
    Query(description="按单位、层级、资金来源、签约年度或活动分组 · what to tell apart"),
]


def _chosen(group_by: str) -> Any:
    return None if group_by == "none" else group_by


@router.get("/v1/rates", summary="三率 · The three rates")
def three_rates(reading: Asked, group_by: Grouping = "none") -> dict[str, Any]:
    """合同履约率、资金到位率、项目开工率: by count and by amount (万元), exact and as printed.

    Without `group_by` one row over everything. `rules` holds the parameters applied, each with the
    position of the event that set it.
    """
    rows = reading.ask(lambda connection: rates(connection, reading.as_of, _chosen(group_by)))
    rules = reading.ask(lambda connection: rules_in_answer(connection, reading.as_of, RULES))
    return reading.answer(rows, rules=rules)


@router.get("/v1/rates/members", summary="三率所含项目 · The projects behind the rates")
def rate_members(
    reading: Asked,
    group_by: Grouping = "none",
    group: Annotated[
        str | None,
        Query(max_length=300, pattern=r"^[^\x00]*$", description="只看此组 · of this group only"),
    ] = None,
) -> dict[str, Any]:
    """Each project of the base set: every predicate, and the positions of the events that decided it."""
    rows = reading.ask(
        lambda connection: members(
            connection,
            reading.as_of,
            group_by=_chosen(group_by),
            group=group,
            after=reading.after_id,
            limit=reading.limit + 1,
        )
    )
    return reading.page(rows, key=lambda row: row["project_id"])
