"""What a signing promises: its level, its payments by dates, the order of its plans (SPEC §3.6)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.model.deliberation import Deliberation
from domain.model.money import Money, PositiveMoney

SigningLevel = Literal["意向", "框架", "协议", "正式合同"]
ActivityLevel = Literal["省", "市", "区"]
TerminationCause = Literal["投资方", "本方", "政策", "不可抗力"]


class ScheduleLine(BaseModel):
    """One promised payment: so much by the end of that day (SPEC G2, S003-31)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due: date
    amount: PositiveMoney


ScheduleLines = Annotated[tuple[ScheduleLine, ...], Field(max_length=200)]


TERMS = (
    "total_investment",
    "contract_introduced_funds",
    "fixed_asset_investment",
    "planned_start",
    "planned_production",
)
"""What a supplement may change."""


def require_change(*terms: object) -> None:
    """ValueError unless a supplement names at least one of its `TERMS`."""
    if all(term is None for term in terms):
        raise ValueError(
            f"补充协议须至少变更一项：{'、'.join(TERMS)} · "
            f"a supplement changes at least one of: {', '.join(TERMS)}"
        )


def require_start_first(start: date | None, production: date | None) -> None:
    """ValueError if production is planned before the start of construction."""
    if start is not None and production is not None and production < start:
        raise ValueError(
            "planned_production 不得早于 planned_start · "
            "planned_production must not be before planned_start"
        )


def prefer_funds_within_total(
    case: Deliberation, total: Money | None, introduced: Money | None
) -> None:
    """Warn if a signing introduces more funds than it invests in all: a slip, or several sources."""
    if total is not None and introduced is not None and introduced.minor > total.minor:
        case.warn(
            "signing.funds_within_total",
            "合同引进资金大于总投资，请核对两项金额",
            "contract introduced funds exceed the total investment; check both amounts",
        )
