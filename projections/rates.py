"""The three rates of SPEC §4.2, with their companions, as of a day and a moment of knowledge.

Counts and amounts side by side, each as numerator, denominator, exact fraction and as printed.
Amounts are in 万元 with two decimals; the fractions are exact in 分.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from psycopg.rows import dict_row

from domain.model.money import half_up
from domain.model.ratio import Style, fraction_text, of, percent, printed
from projections.asof import AsOf
from projections.choices import one_of
from projections.rate_rules import GroupBy, one_pass, query, rules, said
from projections.rulebook import Connection, style

Sums = Mapping[str, int]


def rates(
    connection: Connection, asof: AsOf, group_by: GroupBy | None = None
) -> list[dict[str, Any]]:
    """One row per group, or one over everything; RuleNotSet where a parameter was never set."""
    values = rules(connection, asof)
    parameters = {**said(asof, values), "group_by": group_by}
    with one_pass(connection), connection.cursor(row_factory=dict_row) as cursor:
        # Planned for these very dates: a plan kept for any dates would be chosen blindly.
        rows = cursor.execute(query("rate_groups"), parameters, prepare=False).fetchall()
    if group_by is None and not rows:
        rows = [dict.fromkeys(_SUMS, 0) | {"value": None}]
    full = one_of(values, "rate.count_arrival", "any", "full") == "full"
    return [{"group": row["value"], **_of_group(row, style(values), full)} for row in rows]


_SUMS = (
    "projects performed arrived arrived_in_full commenced producing commenced_or_producing landed "
    "terminated without_contract_amount above_contract contract_cny performed_cny commenced_cny "
    "counted_cny reported_of_contract_cny recognised_cny reported_cny reported_without_rate"
).split()


def _of_group(sums: Sums, form: Style, full: bool) -> dict[str, Any]:
    projects, contract = sums["projects"], sums["contract_cny"]

    def count(name: str) -> dict[str, Any]:
        return rate("count", sums[name], projects, form)

    def amount(name: str, denominator: int = contract) -> dict[str, Any]:
        return rate("amount", sums[name], denominator, form)

    return {
        "projects": projects,
        "performance": {**count("performed"), "amount": amount("performed_cny")},
        "fund_arrival": {
            **amount("counted_cny"),
            "count": count("arrived_in_full" if full else "arrived"),
        },
        "commencement": {**count("commenced"), "amount": amount("commenced_cny")},
        "production": count("producing"),
        "commencement_or_production": count("commenced_or_producing"),
        "landing": count("landed"),
        "recognition": amount("recognised_cny", sums["reported_cny"]),
        "fund_arrival_reported": amount("reported_of_contract_cny"),
        "terminated": sums["terminated"],
        "without_contract_amount": sums["without_contract_amount"],
        "above_contract": sums["above_contract"],
        "reported_without_rate": sums["reported_without_rate"],
    }


def rate(by: str, numerator: int, denominator: int, form: Style) -> dict[str, Any]:
    """One rate by count or by amount (分): nothing is divided by zero, — is printed (SPEC §4.2)."""
    show: Callable[[int], str] = ten_thousand_yuan if by == "amount" else str
    exact = of(numerator, denominator)
    return {
        "by": by,
        "numerator": show(numerator),
        "denominator": show(denominator),
        "fraction": fraction_text(exact),
        "percent": None if exact is None else percent(exact, form),
        "printed": printed(exact, form),
    }


def ten_thousand_yuan(fen: int) -> str:
    """An amount in 分 as 万元 with two decimals, rounded half up."""
    return str(Decimal(half_up(Fraction(fen, 10_000))).scaleb(-2))
