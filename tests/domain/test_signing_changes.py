"""What becomes of a signing: verified, amended, terminated."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.model.deliberation import Deliberation
from domain.model.errors import DutiesNotSeparated, NotPermitted, RuleBroken, SubjectUnknown
from domain.model.money import Fx, Money
from domain.model.roles import Actor, Role
from domain.signings import (
    Signing,
    SigningAmended,
    SigningRecorded,
    SigningTerminated,
    SigningVerified,
    signing,
)
from eventlog.registrar import RecordReader
from tests.domain.bodies import a_signing, dollars, fx, position_of, with_project, yuan
from tests.scenario import CLERK, JUDGE, TODAY, Scenario, actor


@pytest.fixture
def scenario() -> Scenario:
    """Signing s1 of project pr1, recorded by the clerk: 1亿元, 8000万 of it from outside."""
    return with_project(Scenario()).given("record-signing", **a_signing())


def state_of(scenario: Scenario, signing_id: str = "s1") -> Signing:
    """What is known of a signing now."""
    return signing(Deliberation(RecordReader(scenario.recorder), TODAY), signing_id)


class TestVerifying:
    def test_another_person_verifies_and_the_project_is_filled_in(self, scenario: Scenario) -> None:
        scenario.when("verify-signing", by=JUDGE, signing_id="s1", ok=True).then(
            (SigningVerified, {"signing_id": "s1", "project_id": "pr1", "ok": True})
        )
        assert "project:pr1" in scenario.recorded()[0].tags
        assert scenario.recorded()[0].event.sentence().zh == "项目pr1的签约s1经核实，属实：是"
        assert state_of(scenario).verified

    def test_nobody_verifies_what_they_recorded(self, scenario: Scenario) -> None:
        refusal = scenario.refuses(
            DutiesNotSeparated, "verify-signing", by=CLERK, signing_id="s1", ok=True
        )
        assert refusal.position == position_of(scenario)
        assert refusal.clause == "SPEC §3.0"

    def test_nor_through_another_account_or_for_another(self, scenario: Scenario) -> None:
        second = Actor("second", "clerk", "u0", frozenset({Role.LGO}))
        scenario.refuses(DutiesNotSeparated, "verify-signing", by=second, signing_id="s1", ok=True)
        shared = Actor("clerk", "zhao", "u0", frozenset({Role.LGO}))
        scenario.refuses(DutiesNotSeparated, "verify-signing", by=shared, signing_id="s1", ok=True)
        scenario.refuses(
            DutiesNotSeparated,
            "verify-signing",
            by=JUDGE,
            signing_id="s1",
            ok=True,
            on_behalf_of="clerk",
        )

    def test_nor_what_was_recorded_for_them(self, scenario: Scenario) -> None:
        scenario.given("record-signing", on_behalf_of="judge", **a_signing("s2"))
        scenario.refuses(DutiesNotSeparated, "verify-signing", by=JUDGE, signing_id="s2", ok=True)

    def test_nor_a_supplement_of_their_own(self, scenario: Scenario) -> None:
        scenario.given(
            "amend-signing",
            by=JUDGE,
            signing_id="s1",
            contract_introduced_funds=yuan("90000000.00"),
        )
        refusal = scenario.refuses(
            DutiesNotSeparated, "verify-signing", by=JUDGE, signing_id="s1", ok=True
        )
        assert refusal.position == position_of(scenario)
        scenario.when("verify-signing", by=actor("third", Role.LGO), signing_id="s1", ok=True)
        scenario.then(SigningVerified)

    def test_only_the_office_verifies(self, scenario: Scenario) -> None:
        unit = actor("li", Role.UNIT)
        scenario.refuses(NotPermitted, "verify-signing", by=unit, signing_id="s1", ok=True)

    def test_a_finding_of_genuine_stands_until_revoked(self, scenario: Scenario) -> None:
        scenario.given("verify-signing", by=JUDGE, signing_id="s1", ok=True)
        refusal = scenario.refuses(
            RuleBroken, "verify-signing", by=JUDGE, signing_id="s1", ok=False
        )
        assert refusal.position == position_of(scenario)
        scenario.given("revoke-event", target=position_of(scenario), reason="查证有误")
        assert not state_of(scenario).verified
        scenario.when("verify-signing", by=JUDGE, signing_id="s1", ok=False)
        scenario.then((SigningVerified, {"ok": False}))

    def test_a_finding_of_not_genuine_may_be_followed_by_another(self, scenario: Scenario) -> None:
        scenario.given("verify-signing", by=JUDGE, signing_id="s1", ok=False)
        assert not state_of(scenario).verified
        scenario.given("verify-signing", by=JUDGE, signing_id="s1", ok=False)
        scenario.when("verify-signing", by=JUDGE, signing_id="s1", ok=True).then(SigningVerified)
        assert state_of(scenario).verified

    def test_a_signing_recorded_anew_is_not_verified(self, scenario: Scenario) -> None:
        recorded = position_of(scenario)
        scenario.given("verify-signing", by=JUDGE, signing_id="s1", ok=True)
        refusal = scenario.refuses(RuleBroken, "revoke-event", target=recorded, reason="合同作废")
        assert refusal.position == recorded + 1
        for target in (recorded + 1, recorded):
            scenario.given("revoke-event", target=target, reason="合同作废")
        scenario.refuses(SubjectUnknown, "verify-signing", by=JUDGE, signing_id="s1", ok=True)
        scenario.given("record-signing", **a_signing())
        assert not state_of(scenario).verified
        scenario.when("verify-signing", by=JUDGE, signing_id="s1", ok=True).then(SigningVerified)


class TestAmending:
    def test_a_supplement_changes_what_it_names(self, scenario: Scenario) -> None:
        scenario.when(
            "amend-signing", signing_id="s1", contract_introduced_funds=yuan("50000000.00")
        ).then(
            (
                SigningAmended,
                {
                    "project_id": "pr1",
                    "contract_introduced_funds": Money(currency="CNY", minor=5_000_000_000),
                    "total_investment": None,
                },
            )
        )
        state = state_of(scenario)
        assert state.contract_introduced_funds == Money(currency="CNY", minor=5_000_000_000)
        assert state.total_investment == Money(currency="CNY", minor=10_000_000_000)

    def test_the_latest_supplement_counts_and_a_revoked_one_does_not(
        self, scenario: Scenario
    ) -> None:
        for amount in ("50000000.00", "60000000.00"):
            scenario.given("amend-signing", signing_id="s1", contract_introduced_funds=yuan(amount))
        assert state_of(scenario).contract_introduced_funds == Money(
            currency="CNY", minor=6_000_000_000
        )
        scenario.given("revoke-event", target=position_of(scenario), reason="未生效")
        assert state_of(scenario).contract_introduced_funds == Money(
            currency="CNY", minor=5_000_000_000
        )

    @pytest.mark.parametrize("body", [{}, {"fx": fx("6.3", "2012-05-01")}])
    def test_a_supplement_changes_something(self, scenario: Scenario, body: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match="at least one"):
            scenario.command("amend-signing", signing_id="s1", **body)

    def test_a_supplement_takes_no_other_field(self, scenario: Scenario) -> None:
        with pytest.raises(ValidationError):
            scenario.command("amend-signing", signing_id="s1", signed_on="2012-05-02")

    def test_dates_alone_may_change(self, scenario: Scenario) -> None:
        scenario.when("amend-signing", signing_id="s1", planned_start="2013-03-01")
        scenario.then((SigningAmended, {"planned_start": date(2013, 3, 1)}))
        with pytest.raises(ValidationError, match="planned_production"):
            scenario.command(
                "amend-signing",
                signing_id="s1",
                planned_start="2013-03-01",
                planned_production="2013-02-28",
            )

    def test_the_currency_stays(self, scenario: Scenario) -> None:
        refusal = scenario.refuses(
            RuleBroken,
            "amend-signing",
            signing_id="s1",
            contract_introduced_funds=dollars("1000000.00"),
            fx=fx("6.3000", "2012-05-01"),
        )
        assert refusal.clause == "SPEC G11"
        assert "CNY" in refusal.en
        scenario.refuses(
            RuleBroken,
            "amend-signing",
            signing_id="s1",
            contract_introduced_funds=yuan("1.00"),
            fx=fx("6.3000", "2012-05-01"),
        )

    def test_the_rate_stays_unless_given(self, scenario: Scenario) -> None:
        scenario.given(
            "record-signing",
            **a_signing(
                "s2",
                total_investment=None,
                contract_introduced_funds=dollars("1000000.00"),
                fx=fx("6.3000", "2012-05-01"),
            ),
        )
        scenario.when(
            "amend-signing", signing_id="s2", contract_introduced_funds=dollars("2000000.00")
        ).then((SigningAmended, {"fx": None}))
        assert state_of(scenario, "s2").fx == Fx(**fx("6.3000", "2012-05-01"))
        scenario.when(
            "amend-signing",
            signing_id="s2",
            contract_introduced_funds=dollars("3000000.00"),
            fx=fx("6.2000", "2012-06-01"),
        ).then(SigningAmended)
        assert scenario.answer is not None
        assert [w["rule"] for w in scenario.answer.warnings] == ["fx.contract_rate"]
        state = state_of(scenario, "s2")
        assert state.contract_introduced_funds == Money(currency="USD", minor=300_000_000)
        assert state.fx is not None
        assert state.fx.rate == "6.2000"

    def test_a_signing_without_amounts_takes_the_currency_of_its_supplement(
        self, scenario: Scenario
    ) -> None:
        bare = a_signing("s2", total_investment=None, contract_introduced_funds=None)
        scenario.given("record-signing", **bare)
        amount = dollars("1000000.00")
        scenario.refuses(
            RuleBroken, "amend-signing", signing_id="s2", contract_introduced_funds=amount
        )
        scenario.given(
            "amend-signing",
            signing_id="s2",
            contract_introduced_funds=amount,
            fx=fx("6.3000", "2012-05-01"),
        )
        scenario.refuses(
            RuleBroken, "amend-signing", signing_id="s2", total_investment=yuan("9000000.00")
        )
        scenario.when("amend-signing", signing_id="s2", total_investment=dollars("1500000.00"))
        scenario.then(SigningAmended)

    def test_funds_beyond_the_standing_total_are_warned_about(self, scenario: Scenario) -> None:
        scenario.when(
            "amend-signing", signing_id="s1", contract_introduced_funds=yuan("100000000.01")
        ).then(SigningAmended)
        assert scenario.answer is not None
        assert [w["rule"] for w in scenario.answer.warnings] == ["signing.funds_within_total"]

    def test_only_units_amend(self, scenario: Scenario) -> None:
        office = actor("li", Role.INV)
        scenario.refuses(
            NotPermitted,
            "amend-signing",
            by=office,
            signing_id="s1",
            total_investment=yuan("1.00"),
        )

    def test_nothing_is_amended_after_termination(self, scenario: Scenario) -> None:
        scenario.given("terminate-signing", signing_id="s1", cause="政策", on="2012-11-01")
        end = position_of(scenario)
        body: dict[str, Any] = {"signing_id": "s1", "total_investment": yuan("90000000.00")}
        refusal = scenario.refuses(RuleBroken, "amend-signing", **body)
        assert refusal.position == end
        scenario.given("revoke-event", target=end, reason="未终止")
        scenario.when("amend-signing", **body).then(SigningAmended)


class TestTerminating:
    def test_a_signing_is_terminated_as_the_contract_writes_it(self, scenario: Scenario) -> None:
        scenario.when("terminate-signing", signing_id="s1", cause="投资方", on="2012-11-01").then(
            (
                SigningTerminated,
                {"project_id": "pr1", "cause": "投资方", "on": date(2012, 11, 1)},
            )
        )
        assert scenario.recorded()[0].event.sentence().zh == (
            "项目pr1的签约s1于2012-11-01终止，原因在投资方"
        )

    def test_not_before_it_was_signed(self, scenario: Scenario) -> None:
        refusal = scenario.refuses(
            RuleBroken, "terminate-signing", signing_id="s1", cause="本方", on="2012-04-30"
        )
        assert refusal.position == position_of(scenario)
        scenario.when("terminate-signing", signing_id="s1", cause="本方", on="2012-05-01")
        scenario.then(SigningTerminated)

    def test_a_corrected_signing_day_moves_that_boundary(self, scenario: Scenario) -> None:
        scenario.given(
            "correct-event",
            target=position_of(scenario),
            changes={"signed_on": "2012-04-01"},
            reason="日期录入有误",
        )
        scenario.when("terminate-signing", signing_id="s1", cause="本方", on="2012-04-30")
        scenario.then(SigningTerminated)

    def test_not_in_the_future(self, scenario: Scenario) -> None:
        scenario.refuses(
            RuleBroken, "terminate-signing", signing_id="s1", cause="本方", on="2026-11-23"
        )
        scenario.when("terminate-signing", signing_id="s1", cause="本方", on=str(TODAY))
        scenario.then(SigningTerminated)

    def test_once(self, scenario: Scenario) -> None:
        scenario.given("terminate-signing", signing_id="s1", cause="不可抗力", on="2012-11-01")
        end = position_of(scenario)
        refusal = scenario.refuses(
            RuleBroken, "terminate-signing", signing_id="s1", cause="投资方", on="2012-12-01"
        )
        assert refusal.position == end
        scenario.given("revoke-event", target=end, reason="误记")
        scenario.when("terminate-signing", signing_id="s1", cause="投资方", on="2012-12-01")
        scenario.then(SigningTerminated)

    def test_a_terminated_signing_may_still_be_verified(self, scenario: Scenario) -> None:
        scenario.given("terminate-signing", signing_id="s1", cause="投资方", on="2012-11-01")
        scenario.when("verify-signing", by=JUDGE, signing_id="s1", ok=True).then(SigningVerified)

    def test_another_signing_of_the_project_is_untouched(self, scenario: Scenario) -> None:
        scenario.given("terminate-signing", signing_id="s1", cause="投资方", on="2012-11-01")
        scenario.when("record-signing", **a_signing("s2", signed_on="2012-12-01"))
        scenario.then(SigningRecorded)
        assert state_of(scenario, "s2").terminated is None

    def test_the_cause_is_one_of_four(self, scenario: Scenario) -> None:
        with pytest.raises(ValidationError):
            scenario.command("terminate-signing", signing_id="s1", cause="其他", on="2012-11-01")
