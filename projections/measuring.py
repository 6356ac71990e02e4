"""How much of a metric somebody achieved: an exact number, and what it is made of (SPEC §3.2, §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from domain.metrics import AMOUNTS, MONEY_UNITS
from domain.model.money import CNY, EXPONENTS
from projections.choices import one_of
from projections.contributions import Amount, Contribution, once
from projections.happened import Happened
from projections.tasks import Least

RULES = ("band.twin", "count.capital_increase")
"""The rule parameters that decide which projects count."""

SOURCES: dict[str, str] = {
    "leads": "leads",
    "visits": "visits",
    "inspections": "inspections",
    "signed_count": "signings",
    "signed_amount": "signings",
    "industrial_5000w": "signings",
    "funds_contract_foreign": "signings",
    "commencements": "commencements",
    "funds_arrived_dom": "funds",
    "funds_actual_foreign": "funds",
    "funds_cash_fx": "funds",
}
"""What each metric is measured by; those not named here are not measured yet."""

_CLASSED = frozenset({"signings", "commencements", "funds"})
_FOREIGN = frozenset({"外资", "港澳台"})
"""外资 includes capital from 港澳台 (SPEC G12)."""
INDUSTRIAL_LEAST = Least(5_000_000_000, CNY)
"""5000万元, in 分."""
_TWIN = 10
"""5000万元 stand for 500万美元, and 1亿元 for 1000万美元 (S003-70): ten yuan to the dollar."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured: a metric, of which projects, within which days, in which currency."""

    metric: str
    start: date
    end: date
    class_: str | None = None
    least: Least | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """An exact number (minor units for money), what it counts, and what it had to leave out.

    `actual` is None where the record holds nothing that could measure it; `why` says so.
    """

    actual: Fraction | None
    members: list[Contribution] = field(default_factory=list)
    left_out: list[Contribution] = field(default_factory=list)
    why: tuple[str, str] | None = None


def measure(
    happened: Happened, whom: str | None, wanted: Wanted, values: Mapping[str, Any]
) -> Measured:
    """How much `whom` achieved, everybody for None.

    Projects without a contract amount, and amounts in another currency without a rate, are left out of
    sums and told apart (SPEC §4.2).
    """
    source = SOURCES.get(wanted.metric)
    if source is None:
        return Measured(
            None,
            why=("本指标尚无可计的记录", "nothing that this metric counts is recorded yet"),
        )
    if (wanted.class_ and source not in _CLASSED) or (wanted.least and source != "signings"):
        return Measured(
            None,
            why=(
                "本指标的记录不分项目类别或金额，无法按此口径计数",
                "what this metric counts has no class or contract amount to narrow it by",
            ),
        )
    found = [
        one
        for one in happened.by(source, whom)
        if wanted.start <= one.day <= wanted.end and _counts(one, wanted, values)
    ]
    if wanted.metric not in AMOUNTS:
        members = once(found)
        return Measured(Fraction(len(members)), members)
    amounts = [(one, _in(wanted.currency or CNY, one.amount)) for one in found]
    return Measured(
        Fraction(sum(amount for _, amount in amounts if amount is not None)),
        members=[one for one, amount in amounts if amount is not None],
        left_out=[one for one, amount in amounts if amount is None],
    )


def _counts(one: Contribution, wanted: Wanted, values: Mapping[str, Any]) -> bool:
    class_, least = wanted.class_, wanted.least
    if wanted.metric == "industrial_5000w":
        class_, least = class_ or "工业", least or INDUSTRIAL_LEAST
    if not _is_of(wanted.metric, one) or class_ not in (None, one.class_):
        return False
    if wanted.metric not in AMOUNTS and one.kind == "增资扩股":
        # An increase of capital adds its amount, and is no new project (S001-07).
        rule = one_of(values, "count.capital_increase", "amount_only", "as_project")
        if rule == "amount_only":
            return False
    return least is None or reaches(one.amount, least, values)


def _is_of(metric: str, one: Contribution) -> bool:
    """Whether funds are of the origin and form that a metric is about; anything else always is."""
    match metric:
        case "funds_arrived_dom":
            return one.origin not in _FOREIGN
        case "funds_actual_foreign" | "funds_contract_foreign":
            return one.origin in _FOREIGN
        case "funds_cash_fx":
            return one.cash
        case _:
            return True


def reaches(amount: Amount | None, least: Least, values: Mapping[str, Any]) -> bool:
    """Whether an amount is no less than the least; thresholds include their number (SPEC G1).

    A threshold in yuan has a twin in dollars, and `band.twin` says whether a dollar amount has to pass
    either or both (A-37).
    """
    if amount is None:
        return False
    if amount.currency == least.currency:
        return amount.minor >= least.minor
    if least.currency != CNY:
        return False
    in_yuan = amount.cny is not None and amount.cny >= least.minor
    if amount.currency != "USD":
        return in_yuan
    in_dollars = amount.minor * _TWIN >= least.minor
    if one_of(values, "band.twin", "either", "both") == "either":
        return in_yuan or in_dollars
    return in_yuan and in_dollars


def _in(currency: str, amount: Amount | None) -> int | None:
    if amount is None:
        return None
    if amount.currency == currency:
        return amount.minor
    return amount.cny if currency == CNY else None


def shown(value: Fraction, unit: str) -> str:
    """An exact number in the unit of its target: `171`, `929000000.00`, `92900.00`.

    Money has two decimals, or as many more as it takes to be exact.
    """
    decimals = 0
    if unit in MONEY_UNITS:
        currency, scale = MONEY_UNITS[unit]
        value /= scale * 10 ** EXPONENTS[currency]
        decimals = 2
    while value * 10**decimals % 1:
        decimals += 1
    whole, rest = divmod(abs(int(value * 10**decimals)), 10**decimals)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"
