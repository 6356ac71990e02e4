"""When an amount needs an exchange rate, and of which day (SPEC G11)."""

from __future__ import annotations

from datetime import date

from domain.model.dates import require_past
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.money import CNY, Fx, Money


def one_currency(*amounts: Money | None) -> str | None:
    """The currency that the given amounts share, None if there are none; RuleBroken if they differ."""
    currencies = sorted({amount.currency for amount in amounts if amount is not None})
    if len(currencies) > 1:
        named = "、".join(currencies)
        raise RuleBroken(
            f"同一记录中出现多种币种（{named}）；请统一为一种币种",
            f"one record names several currencies ({', '.join(currencies)}); state all in one",
            clause="SPEC G11",
        )
    return currencies[0] if currencies else None


def require_rate(case: Deliberation, currency: str | None, fx: Fx | None) -> None:
    """RuleBroken unless a foreign currency comes with its rate, and yuan without one."""
    if currency in (CNY, None):
        if fx is not None:
            raise RuleBroken(
                "没有外币金额，不需要汇率；请去掉 fx",
                "no amount is in a foreign currency, so no rate applies; leave fx out",
                clause="SPEC G11",
            )
        return
    if fx is None:
        raise RuleBroken(
            f"金额为 {currency}，须附汇率 fx（rate、date、source）",
            f"amounts in {currency} need fx: rate in CNY per {currency}, date and source",
            clause="SPEC G11",
        )
    require_past(case, "fx.date", fx.date)


def prefer_rate_of(case: Deliberation, rule: str, day: date, fx: Fx | None) -> None:
    """Warn under `rule` if the rate is not that of `day`."""
    if fx is not None and fx.date != day:
        case.warn(
            rule,
            f"汇率日期 {fx.date} 与应取之日 {day} 不同",
            f"the rate is of {fx.date}, the rule asks for that of {day}",
        )
