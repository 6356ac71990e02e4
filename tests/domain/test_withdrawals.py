"""Withdrawals: never more than was recognised and has not left."""

from __future__ import annotations

from typing import Any

import pytest

from domain.funds import FundWithdrawn
from domain.model.errors import NotPermitted, RuleBroken
from domain.model.roles import Role
from tests.domain.bodies import an_arrival, dollars, fx, position_of, with_project, yuan
from tests.scenario import Scenario, actor

OFFICE = actor("office", Role.LGO)
CITY = actor("city", Role.CITY)


@pytest.fixture
def scenario() -> Scenario:
    """The clerk reported arrival a1 of project pr1, 1000.00元, and a2, 1000.00 USD."""
    prepared = with_project(Scenario(), "pr1", "pr2")
    prepared.given("report-fund-arrival", **an_arrival("a1"))
    return prepared.given("report-fund-arrival", **an_arrival("a2", currency="USD"))


def verdict(amount: str = "1000.00", authority: str = "县", **changes: Any) -> dict[str, Any]:
    """recognise-fund-arrival of a1."""
    return {
        "arrival_id": "a1",
        "amount_recognised": yuan(amount),
        "authority": authority,
        **changes,
    }


def taken(amount: str, currency: str = "CNY", **changes: Any) -> dict[str, Any]:
    """withdraw-fund of pr1."""
    money = {"amount": amount, "currency": currency}
    return {"project_id": "pr1", "amount": money, "on": "2013-01-01", **changes}


def test_what_was_never_recognised_cannot_leave(scenario: Scenario) -> None:
    refusal = scenario.refuses(RuleBroken, "withdraw-fund", **taken("0.01"))
    assert "0.00 CNY" in refusal.zh


def test_up_to_what_was_recognised_and_has_not_left(scenario: Scenario) -> None:
    scenario.given("recognise-fund-arrival", by=OFFICE, **verdict("600.00"))
    scenario.refuses(RuleBroken, "withdraw-fund", **taken("600.01"))
    scenario.given("withdraw-fund", **taken("250.00"))
    refusal = scenario.refuses(RuleBroken, "withdraw-fund", **taken("350.01"))
    assert "350.00 CNY" in refusal.en
    scenario.when("withdraw-fund", **taken("350.00")).then(
        (FundWithdrawn, {"project_id": "pr1", "cny_equiv": 35_000})
    )


def test_the_citys_figure_is_what_counts(scenario: Scenario) -> None:
    scenario.given("recognise-fund-arrival", by=OFFICE, **verdict("600.00"))
    scenario.given("recognise-fund-arrival", by=CITY, **verdict("500.00", "市"))
    scenario.refuses(RuleBroken, "withdraw-fund", **taken("500.01"))
    scenario.when("withdraw-fund", **taken("500.00")).then(FundWithdrawn)


def test_another_projects_funds_do_not_help(scenario: Scenario) -> None:
    scenario.given("recognise-fund-arrival", by=OFFICE, **verdict())
    body = taken("1.00", project_id="pr2")
    scenario.refuses(RuleBroken, "withdraw-fund", **body)


def test_a_revoked_recognition_takes_its_funds_along(scenario: Scenario) -> None:
    scenario.given("recognise-fund-arrival", by=OFFICE, **verdict())
    scenario.given("revoke-event", target=position_of(scenario), reason="误认")
    scenario.refuses(RuleBroken, "withdraw-fund", **taken("0.01"))


def test_a_corrected_withdrawal_makes_room(scenario: Scenario) -> None:
    scenario.given("recognise-fund-arrival", by=OFFICE, **verdict())
    scenario.given("withdraw-fund", **taken("1000.00"))
    scenario.given(
        "correct-event",
        target=position_of(scenario),
        changes={"amount": yuan("400.00")},
        reason="金额录入有误",
    )
    scenario.refuses(RuleBroken, "withdraw-fund", **taken("600.01"))
    scenario.when("withdraw-fund", **taken("600.00")).then(FundWithdrawn)


def test_foreign_funds_leave_in_their_currency_whatever_the_rate(scenario: Scenario) -> None:
    scenario.given(
        "recognise-fund-arrival",
        by=OFFICE,
        **verdict(arrival_id="a2", amount_recognised=dollars("100.00"), fx=fx("6.3", "2012-06-28")),
    )
    scenario.refuses(RuleBroken, "withdraw-fund", **taken("1.00", "USD"))
    dear = fx("7.0000", "2013-01-01")
    scenario.refuses(RuleBroken, "withdraw-fund", **taken("100.01", "USD", fx=dear))
    scenario.when("withdraw-fund", **taken("100.00", "USD", fx=dear))
    scenario.then((FundWithdrawn, {"cny_equiv": 70_000}))


def test_mixed_currencies_are_compared_in_yuan(scenario: Scenario) -> None:
    # 1000.00元 + 100.00 USD x 6.3 = 1630.00元
    scenario.given("recognise-fund-arrival", by=OFFICE, **verdict())
    scenario.given(
        "recognise-fund-arrival",
        by=OFFICE,
        **verdict(arrival_id="a2", amount_recognised=dollars("100.00"), fx=fx("6.3", "2012-06-28")),
    )
    scenario.refuses(RuleBroken, "withdraw-fund", **taken("1630.01"))
    # 200.00 USD x 6.0 = 1200.00元 leaves 430.00元
    scenario.given(
        "withdraw-fund",
        **taken("200.00", "USD", fx=fx("6.0", "2013-01-01")),
    )
    scenario.refuses(RuleBroken, "withdraw-fund", **taken("430.01"))
    scenario.when("withdraw-fund", **taken("430.00")).then(FundWithdrawn)


def test_it_has_happened_and_auditors_or_the_office_say_so(scenario: Scenario) -> None:
    scenario.given("recognise-fund-arrival", by=OFFICE, **verdict())
    scenario.refuses(RuleBroken, "withdraw-fund", **taken("1.00", on="2026-11-23"))
    unit = actor("li", Role.UNIT)
    scenario.refuses(NotPermitted, "withdraw-fund", by=unit, **taken("1.00"))
    auditor = actor("audit", Role.AUD)
    scenario.when("withdraw-fund", by=auditor, **taken("1.00")).then(FundWithdrawn)
