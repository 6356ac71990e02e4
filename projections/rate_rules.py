"""The rule parameters of the three rates, read strictly, as the queries take them (SPEC §4.2, §7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Literal, get_args

from pydantic import ValidationError

from domain.model.errors import RuleBroken
from domain.model.money import CNY, Money
from eventlog.statements import statement
from projections.asof import AsOf
from projections.choices import flag, names, one_of
from projections.rulebook import FORMAT, Connection, parameters

GroupBy = Literal["unit", "tier", "origin", "signing_year", "campaign"]
GROUPS: tuple[str, ...] = get_args(GroupBy)
"""What the rates may be told apart by: the project's seat, the tier of its total investment (SPEC §7),
where its funds come from, the year and the campaign of its first counted signing."""

TIERS = {"tier_1": "tier.t1.min", "tier_2": "tier.t2.min", "tier_3": "tier.t3.min"}
MAJOR_FOREIGN, MAJOR_DOMESTIC = "tier.major.foreign_min", "tier.major.out_of_province_min"
RULES = (
    "rate.signed_from",
    "rate.levels",
    "rate.performed",
    "rate.count_arrival",
    "rate.start.include_deemed",
    "rate.cap_per_project",
    "scope.counted_origins",
    "tier.boundary",
    *TIERS.values(),
    MAJOR_FOREIGN,
    MAJOR_DOMESTIC,
    *FORMAT,
)


def rules(connection: Connection, asof: AsOf) -> dict[str, Any]:
    """The parameters in force; RuleNotSet names the first that is not."""
    return parameters(connection, asof, RULES)


def said(asof: AsOf, values: Mapping[str, Any]) -> dict[str, Any]:
    """The named parameters of the queries; RuleBroken where a rule cannot be understood."""
    # With boundary `down` an amount that just reaches a tier belongs to the one below.
    above = 0 if one_of(values, "tier.boundary", "up", "down") == "up" else 1
    foreign = _money(values, MAJOR_FOREIGN)
    return {
        **asof.bounds,
        "levels": names(values, "rate.levels"),
        "signed_from": _day(values, "rate.signed_from"),
        "origins": names(values, "scope.counted_origins"),
        "performed": one_of(
            values, "rate.performed", "any_step", "registered_or_funds", "funds_only"
        ),
        "include_deemed": flag(values, "rate.start.include_deemed"),
        "capped": flag(values, "rate.cap_per_project"),
        "projects": None,
        **{name: _yuan(values, key) + above for name, key in TIERS.items()},
        "major_foreign": foreign.minor,
        "major_currency": foreign.currency,
        "major_domestic": _yuan(values, MAJOR_DOMESTIC),
    }


def query(name: str) -> str:
    """The text of a query over `rate_project`, the one row per project that all rates rest on."""
    return (
        f"with signing_term as ({statement('projections', 'signing_terms')}), "
        f"rate_project as ({statement('projections', 'rate_projects')}) "
        f"{statement('projections', name)}"
    )


@contextmanager
def one_pass(connection: Connection) -> Iterator[None]:
    """Plan for one pass over all projects: hash joins in memory, whatever the planner estimates.

    It cannot know how many versions of a fact a moment of knowledge leaves, and a nested loop chosen
    on a guess of one row took minutes where hashing takes a fraction of a second.
    """
    with connection.transaction():
        connection.execute("set local work_mem = '64MB'")
        connection.execute("set local enable_nestloop = off")
        connection.execute("set local jit = off")
        yield


def _day(values: Mapping[str, Any], key: str) -> date:
    try:
        return date.fromisoformat(values[key])
    except (TypeError, ValueError):
        raise RuleBroken(
            f"规则参数 {key} 的值 {values[key]!r} 不是日期（YYYY-MM-DD）；请重新设定",
            f"rule parameter {key} is {values[key]!r} and should be a day, YYYY-MM-DD; set it anew",
            clause="SPEC §13",
        ) from None


def _yuan(values: Mapping[str, Any], key: str) -> int:
    """A rule's amount in 分."""
    money = _money(values, key)
    if money.currency != CNY:
        raise _not_an_amount(values, key, "人民币金额", "an amount in CNY")
    return money.minor


def _money(values: Mapping[str, Any], key: str) -> Money:
    try:
        return Money.model_validate(values[key])
    except ValidationError:
        raise _not_an_amount(values, key, "金额", "an amount") from None


def _not_an_amount(values: Mapping[str, Any], key: str, zh: str, en: str) -> RuleBroken:
    return RuleBroken(
        f"规则参数 {key} 的值 {values[key]!r} 不是{zh}；请重新设定",
        f"rule parameter {key} is {values[key]!r} and should be {en}; set it anew",
        clause="SPEC §13",
    )
