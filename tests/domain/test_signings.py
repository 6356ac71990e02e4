"""Signings: what may be recorded, in which money, at which rate."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.model.deliberation import Deliberation
from domain.model.errors import NotPermitted, RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.money import Money
from domain.model.roles import Role
from domain.signings import SigningRecorded, signing
from eventlog.registrar import RecordReader
from tests.domain.bodies import a_project, a_signing, dollars, fx, position_of, with_project, yuan
from tests.scenario import TODAY, Scenario, actor


@pytest.fixture
def scenario() -> Scenario:
    """Project pr1."""
    return with_project(Scenario())


def warned(scenario: Scenario) -> list[str]:
    """The soft rules that the last command did not keep."""
    assert scenario.answer is not None
    return [warning["rule"] for warning in scenario.answer.warnings]


def test_a_signing_is_recorded_with_amounts_in_fen(scenario: Scenario) -> None:
    scenario.when(
        "record-signing",
        **a_signing(
            fixed_asset_investment=yuan("60000000.01"),
            planned_start="2012-09-01",
            planned_production="2013-09-01",
            parties=["河东乡人民政府", "岭南机械有限公司"],
            fund_schedule=[{"due": "2012-12-10", "amount": yuan("8000000.00")}],
            ceremony_event="集中签约仪式",
            activity_level="市",
            doc={"no": "合同2012-7"},
        ),
    ).then(
        (
            SigningRecorded,
            {
                "project_id": "pr1",
                "level": "正式合同",
                "signed_on": date(2012, 5, 1),
                "total_investment": Money(currency="CNY", minor=10_000_000_000),
                "contract_introduced_funds": Money(currency="CNY", minor=8_000_000_000),
                "fixed_asset_investment": Money(currency="CNY", minor=6_000_000_001),
                "fx": None,
            },
        )
    )
    assert warned(scenario) == []
    said = scenario.recorded()[0].event.sentence()
    assert said.zh == (
        "项目pr1于2012-05-01签订正式合同（s1），总投资100,000,000元，合同引进资金80,000,000元"
    )
    assert said.en == (
        "Project pr1: 正式合同 (s1) signed on 2012-05-01, total investment CNY 100,000,000, "
        "contract introduced funds CNY 80,000,000"
    )
    assert {"signing:s1", "project:pr1"} <= set(scenario.recorded()[0].tags)


def test_a_signing_before_its_project_is_refused(scenario: Scenario) -> None:
    refusal = scenario.refuses(SubjectUnknown, "record-signing", **a_signing(project_id="pr9"))
    assert "pr9" in refusal.zh
    scenario.given("open-project", **a_project("pr9"))
    scenario.when("record-signing", **a_signing(project_id="pr9")).then(SigningRecorded)


def test_a_project_may_be_opened_after_it_was_signed(scenario: Scenario) -> None:
    scenario.given("open-project", occurred_on="2012-06-01", **a_project("pr2"))
    scenario.when("record-signing", **a_signing(project_id="pr2", signed_on="2011-03-01"))
    scenario.then(SigningRecorded)


def test_a_revoked_project_takes_no_signing(scenario: Scenario) -> None:
    scenario.given("revoke-event", target=position_of(scenario), reason="误立")
    scenario.refuses(SubjectUnknown, "record-signing", **a_signing())


def test_a_signing_id_is_taken_once_and_free_after_revocation(scenario: Scenario) -> None:
    scenario.given("record-signing", **a_signing())
    refusal = scenario.refuses(SubjectAlreadyExists, "record-signing", **a_signing())
    assert refusal.position == position_of(scenario)
    scenario.given("revoke-event", target=position_of(scenario), reason="重复")
    scenario.when("record-signing", **a_signing()).then(SigningRecorded)


def test_a_signing_lies_in_the_past(scenario: Scenario) -> None:
    scenario.when("record-signing", **a_signing(signed_on=str(TODAY))).then(SigningRecorded)
    refusal = scenario.refuses(
        RuleBroken, "record-signing", **a_signing("s2", signed_on="2026-11-23")
    )
    assert "2026-11-23" in refusal.zh


def test_only_units_and_the_investment_office_record_signings(scenario: Scenario) -> None:
    scenario.refuses(NotPermitted, "record-signing", by=actor("li", Role.LGO), **a_signing())
    scenario.when("record-signing", by=actor("li", Role.INV), **a_signing()).then(SigningRecorded)


class TestMoney:
    def test_foreign_money_needs_its_rate(self, scenario: Scenario) -> None:
        foreign: dict[str, Any] = {
            "total_investment": dollars("30000000.00"),
            "contract_introduced_funds": dollars("20000000.00"),
        }
        refusal = scenario.refuses(RuleBroken, "record-signing", **a_signing(**foreign))
        assert refusal.clause == "SPEC G11"
        assert "USD" in refusal.en
        scenario.when("record-signing", **a_signing(fx=fx("6.3000", "2012-05-01"), **foreign))
        scenario.then(SigningRecorded)
        assert warned(scenario) == []

    def test_yuan_take_no_rate(self, scenario: Scenario) -> None:
        refusal = scenario.refuses(
            RuleBroken, "record-signing", **a_signing(fx=fx("1.0000", "2012-05-01"))
        )
        assert "fx" in refusal.zh

    def test_a_signing_speaks_one_currency(self, scenario: Scenario) -> None:
        mixed = a_signing(total_investment=dollars("1.00"), fx=fx("6.3000", "2012-05-01"))
        refusal = scenario.refuses(RuleBroken, "record-signing", **mixed)
        assert "CNY, USD" in refusal.en
        scheduled = a_signing(fund_schedule=[{"due": "2012-12-10", "amount": dollars("1.00")}])
        scenario.refuses(RuleBroken, "record-signing", **scheduled)

    def test_a_rate_of_another_day_is_warned_about(self, scenario: Scenario) -> None:
        foreign = a_signing(
            total_investment=None,
            contract_introduced_funds=dollars("20000000.00"),
            fx=fx("6.3000", "2012-05-02"),
        )
        scenario.when("record-signing", **foreign).then(SigningRecorded)
        assert warned(scenario) == ["fx.contract_rate"]

    def test_a_rate_of_the_future_is_refused(self, scenario: Scenario) -> None:
        foreign = a_signing(
            total_investment=None,
            contract_introduced_funds=dollars("20000000.00"),
            fx=fx("6.3000", "2026-11-23"),
        )
        scenario.refuses(RuleBroken, "record-signing", **foreign)

    def test_amounts_may_be_missing_and_then_no_rate_applies(self, scenario: Scenario) -> None:
        bare = a_signing(level="意向", total_investment=None, contract_introduced_funds=None)
        scenario.refuses(RuleBroken, "record-signing", **{**bare, "fx": fx("6.3", "2012-05-01")})
        scenario.when("record-signing", **bare).then(SigningRecorded)
        assert "合同引进资金—" in scenario.recorded()[0].event.sentence().zh

    @pytest.mark.parametrize(
        ("introduced", "rules"),
        [("100000000.00", []), ("100000000.01", ["signing.funds_within_total"])],
    )
    def test_more_funds_than_investment_are_warned_about(
        self, scenario: Scenario, introduced: str, rules: list[str]
    ) -> None:
        scenario.when("record-signing", **a_signing(contract_introduced_funds=yuan(introduced)))
        scenario.then(SigningRecorded)
        assert warned(scenario) == rules


@pytest.mark.parametrize(
    "change",
    [
        {"signed_on": "2012-02-31"},
        {"level": "合同"},
        {"total_investment": yuan("-1.00")},
        {"total_investment": yuan("0.00")},
        {"contract_introduced_funds": yuan("0")},
        {"contract_introduced_funds": {"amount": 80000000.0, "currency": "CNY"}},
        {"contract_introduced_funds": {"amount": "1.001", "currency": "CNY"}},
        {"contract_introduced_funds": {"amount": "1.00", "currency": "RMB"}},
        {"planned_start": "2013-01-02", "planned_production": "2013-01-01"},
        {"fund_schedule": [{"due": "2012-12-10", "amount": yuan("0.00")}]},
        {"activity_level": "县"},
        {"signing_id": "s" * 65},
    ],
)
def test_a_malformed_body_is_not_taken(scenario: Scenario, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        scenario.command("record-signing", **a_signing(**change))


def test_fixed_assets_may_be_nothing_and_production_may_start_at_once(scenario: Scenario) -> None:
    scenario.when(
        "record-signing",
        **a_signing(
            fixed_asset_investment=yuan("0.00"),
            planned_start="2013-01-01",
            planned_production="2013-01-01",
        ),
    ).then(SigningRecorded)


def test_a_correction_changes_what_the_signing_is_known_to_say(scenario: Scenario) -> None:
    scenario.given("record-signing", **a_signing())
    scenario.given(
        "correct-event",
        target=position_of(scenario),
        changes={"contract_introduced_funds": yuan("70000000.00")},
        reason="录入有误",
    )
    state = signing(Deliberation(RecordReader(scenario.recorder), TODAY), "s1")
    assert state.contract_introduced_funds == Money(currency="CNY", minor=7_000_000_000)
    assert state.currency == "CNY"
