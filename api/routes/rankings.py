"""`GET /v1/rankings/{kind}`: participants by what they achieved, with ranks and ties (SPEC §6)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from api.reading import Asked
from domain.model.subjects import Identifier
from projections.rankings import RULES, RULES_OF, Kind, ranking
from projections.rulebook import rules_in_answer

router = APIRouter()


@router.get("/v1/rankings/{kind}", summary="排名 · A ranking")
def one_ranking(
    kind: Annotated[Kind, Path(description="线索、洽谈、签约或动工 · what is ranked")],
    reading: Asked,
    campaign: Annotated[
        Identifier | None,
        Query(description="活动编号，不写则计截止日前全部 · campaign id; everything without one"),
    ] = None,
    group_by: Annotated[
        Literal["rule", "none", "kind"],
        Query(
            description="是否按对象类别分别排名，默认依规则 · each kind by itself, or as the rule says"
        ),
    ] = "rule",
) -> dict[str, Any]:
    """Standard competition ranks (1, 2, 2, 4 by default), ties marked, zeros last.

    `members` lists what scored, with the positions of the events; `uncredited` what happened without
    anybody registered to be credited with it.
    """
    by_kind = None if group_by == "rule" else group_by == "kind"
    found = reading.ask(
        lambda connection: ranking(connection, reading.as_of, kind, campaign, by_kind=by_kind)
    )
    keys = (*RULES, *RULES_OF[kind])
    rules = reading.ask(lambda connection: rules_in_answer(connection, reading.as_of, keys))
    return reading.listing(
        [place.in_answer() for place in found.places],
        uncredited=[one.in_answer() for one in found.uncredited],
        rules=rules,
    )
