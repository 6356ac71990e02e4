"""Corrections and restorations of signings are held to what their recording was held to."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.model.effective import EventCorrected, EventRevoked
from domain.model.errors import DutiesNotSeparated, RuleBroken
from tests.domain.bodies import a_signing, dollars, fx, position_of, with_project, yuan
from tests.scenario import JUDGE, TODAY, Scenario

SIGNED = 4
RATE = fx("6.3000", "2012-05-01")


@pytest.fixture
def scenario() -> Scenario:
    """Project pr1 with the signing s1, of 2012-05-01 and in yuan, at position SIGNED."""
    return with_project(Scenario()).given("record-signing", **a_signing())


def warned(scenario: Scenario) -> list[str]:
    assert scenario.answer is not None
    return [w["rule"] for w in scenario.answer.warnings]


class TestTheSigning:
    def test_it_was_signed_today_at_the_latest(self, scenario: Scenario) -> None:
        refusal = scenario.cannot_correct(RuleBroken, SIGNED, signed_on="2026-11-23")
        assert refusal.clause == "SPEC G7"
        scenario.correct(SIGNED, signed_on=str(TODAY)).then(EventCorrected)

    def test_all_amounts_in_one_currency_with_its_rate(self, scenario: Scenario) -> None:
        scenario.cannot_correct(RuleBroken, SIGNED, total_investment=dollars("1.00"), fx=RATE)
        scenario.cannot_correct(RuleBroken, SIGNED, fx=RATE)
        both = {
            "total_investment": dollars("200.00"),
            "contract_introduced_funds": dollars("100.00"),
        }
        scenario.cannot_correct(RuleBroken, SIGNED, **both)
        scenario.cannot_correct(RuleBroken, SIGNED, **both, fx=fx("6.3", "2026-11-23"))
        scenario.correct(SIGNED, **both, fx=RATE).then(EventCorrected)
        scenario.cannot_correct(RuleBroken, SIGNED, fx=None)

    def test_production_is_planned_after_the_start(self, scenario: Scenario) -> None:
        plans = {"planned_start": "2013-01-01", "planned_production": "2012-12-31"}
        with pytest.raises(ValidationError, match="planned_production"):
            scenario.correct(SIGNED, **plans)
        scenario.correct(SIGNED, **{**plans, "planned_production": "2013-01-01"})
        scenario.then(EventCorrected)

    def test_soft_rules_are_told_again(self, scenario: Scenario) -> None:
        scenario.correct(SIGNED, contract_introduced_funds=yuan("100000000.01"))
        assert warned(scenario) == ["signing.funds_within_total"]
        scenario.correct(SIGNED, contract_introduced_funds=yuan("100000000.00"))
        assert warned(scenario) == []

    def test_it_was_signed_before_it_ended(self, scenario: Scenario) -> None:
        scenario.given("terminate-signing", signing_id="s1", cause="政策", on="2012-11-01")
        refusal = scenario.cannot_correct(RuleBroken, SIGNED, signed_on="2012-11-02")
        assert refusal.position == SIGNED + 1
        scenario.correct(SIGNED, signed_on="2012-11-01").then(EventCorrected)

    def test_its_currency_stays_while_a_supplement_is_in_it(self, scenario: Scenario) -> None:
        more: dict[str, Any] = {"contract_introduced_funds": yuan("60000000.00")}
        scenario.given("amend-signing", signing_id="s1", **more)
        foreign = {
            "total_investment": dollars("200.00"),
            "contract_introduced_funds": None,
            "fx": RATE,
        }
        refusal = scenario.cannot_correct(RuleBroken, SIGNED, **foreign)
        assert refusal.position == SIGNED + 1
        scenario.revoke(SIGNED + 1)
        scenario.correct(SIGNED, **foreign).then(EventCorrected)


class TestSupplements:
    @pytest.fixture
    def supplement(self, scenario: Scenario) -> int:
        scenario.given("amend-signing", signing_id="s1", total_investment=yuan("90000000.00"))
        return position_of(scenario)

    def test_a_supplement_keeps_the_signings_currency(
        self, scenario: Scenario, supplement: int
    ) -> None:
        refusal = scenario.cannot_correct(
            RuleBroken, supplement, total_investment=dollars("1.00"), fx=RATE
        )
        assert refusal.clause == "SPEC G11"
        scenario.cannot_correct(RuleBroken, supplement, fx=RATE)
        scenario.correct(supplement, total_investment=yuan("95000000.00")).then(EventCorrected)

    def test_it_goes_on_changing_something(self, scenario: Scenario, supplement: int) -> None:
        with pytest.raises(ValidationError, match="at least one"):
            scenario.correct(supplement, total_investment=None)
        scenario.correct(supplement, total_investment=None, planned_start="2013-01-01")
        scenario.then(EventCorrected)

    def test_it_does_not_come_back_under_its_recorders_own_verdict(
        self, scenario: Scenario, supplement: int
    ) -> None:
        scenario.given(
            "amend-signing", JUDGE, signing_id="s1", total_investment=yuan("80000000.00")
        )
        own = position_of(scenario)
        scenario.revoke(own)
        scenario.given("verify-signing", JUDGE, signing_id="s1", ok=True)
        refusal = scenario.cannot_revoke(DutiesNotSeparated, own + 1)
        assert refusal.position == own + 2
        scenario.revoke(own + 2)
        scenario.revoke(own + 1).then(EventRevoked)


class TestVerdicts:
    def test_after_a_finding_of_genuine_no_other_comes_back(self, scenario: Scenario) -> None:
        scenario.given("verify-signing", JUDGE, signing_id="s1", ok=True)
        first = position_of(scenario)
        scenario.revoke(first)
        scenario.given("verify-signing", JUDGE, signing_id="s1", ok=False)
        later = position_of(scenario)
        scenario.revoke(later)
        scenario.revoke(first + 1).then(EventRevoked)
        assert scenario.cannot_revoke(RuleBroken, later + 1).position == first

    def test_none_is_corrected_to_genuine_while_another_follows(self, scenario: Scenario) -> None:
        for _ in range(2):
            scenario.given("verify-signing", JUDGE, signing_id="s1", ok=False)
        refusal = scenario.cannot_correct(RuleBroken, SIGNED + 1, ok=True)
        assert refusal.position == SIGNED + 2
        scenario.correct(SIGNED + 2, ok=True).then(EventCorrected)
        scenario.correct(SIGNED + 1, occurred_on="2012-01-04").then(EventCorrected)


class TestTermination:
    @pytest.fixture
    def ended(self, scenario: Scenario) -> int:
        scenario.given("terminate-signing", signing_id="s1", cause="政策", on="2012-11-01")
        return position_of(scenario)

    def test_it_ends_between_the_signing_and_today(self, scenario: Scenario, ended: int) -> None:
        refusal = scenario.cannot_correct(RuleBroken, ended, on="2012-04-30")
        assert refusal.clause == "SPEC §3.6"
        scenario.cannot_correct(RuleBroken, ended, on="2026-11-23")
        scenario.correct(ended, on="2012-05-01").then(EventCorrected)
        scenario.correct(ended, on=str(TODAY)).then(EventCorrected)

    def test_of_two_ends_one_comes_back(self, scenario: Scenario, ended: int) -> None:
        scenario.revoke(ended)
        scenario.given("terminate-signing", signing_id="s1", cause="投资方", on="2012-12-01")
        assert scenario.cannot_revoke(RuleBroken, ended + 1).position == ended + 2
        scenario.revoke(ended + 2)
        scenario.revoke(ended + 1).then(EventRevoked)
