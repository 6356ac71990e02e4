"""`GET /v1/complaints`: the register with both invariants, 件件有着落、事事有回音 (SPEC §9.4, S003-65)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.reading import Asked, Day
from projections.complaints import HEADINGS, RULES, register
from projections.rulebook import rules_in_answer

router = APIRouter()


@router.get("/v1/complaints", summary="投诉登记簿 · The complaint register")
def complaint_register(
    reading: Asked,
    start: Annotated[
        Day | None, Query(alias="from", description="登记日起 · received from this day on")
    ] = None,
    end: Annotated[
        Day | None, Query(alias="to", description="登记日止，含当日 · received up to this day")
    ] = None,
) -> dict[str, Any]:
    """The register as it stood at the cutoff; `headings` names its columns in 中文.

    `summary` holds both invariants as rates over every complaint received, anonymous ones too, with the
    ids that lack a result or a reply; `violations` what is amiss, such as 有着落无回音 or overdue steps,
    by calendar days. Who complained, about whom and what stays in the vault.
    """
    found = reading.ask(
        lambda connection: register(connection, reading.as_of, start or date.min, end or date.max)
    )
    rules = reading.ask(lambda connection: rules_in_answer(connection, reading.as_of, RULES))
    return reading.listing(
        found.rows,
        summary=found.summary,
        violations=found.violations,
        headings=HEADINGS,
        rules=rules,
    )
