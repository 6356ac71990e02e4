"""Reporting an arrival: evidence that suffices, proves foreign exchange, and is nobody else's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.funds import FundArrivalReported
from domain.model.errors import NotPermitted, RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.money import Money
from domain.model.roles import Role
from tests.domain.bodies import a_slip, an_arrival, dollars, position_of, with_project, yuan
from tests.scenario import TODAY, Scenario, actor

FX_RECEIPT = "结汇水单/外汇业务核准(现汇)"


@pytest.fixture
def scenario() -> Scenario:
    """Projects pr1 and pr2."""
    return with_project(Scenario(), "pr1", "pr2")


def warned(scenario: Scenario) -> list[str]:
    assert scenario.answer is not None
    return [warning["rule"] for warning in scenario.answer.warnings]


def cash_fx(*evidence: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """100.00 USD in cash foreign exchange."""
    return {
        **an_arrival(evidence=list(evidence)),
        "amount": dollars("100.00"),
        "form": "现汇",
        "is_cash_fx": True,
        "origin": "外资",
        **changes,
    }


def test_an_arrival_is_reported_as_the_contract_writes_it(scenario: Scenario) -> None:
    scenario.when("report-fund-arrival", **an_arrival(cumulative_claimed=yuan("5000.00"))).then(
        (
            FundArrivalReported,
            {
                "arrival_id": "a1",
                "project_id": "pr1",
                "amount": Money(currency="CNY", minor=100_000),
                "received_on": date(2012, 6, 28),
                "is_cash_fx": False,
                "cumulative_claimed": Money(currency="CNY", minor=500_000),
            },
        )
    )
    assert {"arrival:a1", "project:pr1", "evidence:银行进账单#a1"} == set(
        scenario.recorded()[0].tags
    )
    assert warned(scenario) == []


def test_an_arrival_needs_its_project_and_a_free_id(scenario: Scenario) -> None:
    scenario.refuses(SubjectUnknown, "report-fund-arrival", **an_arrival(project_id="pr9"))
    scenario.given("report-fund-arrival", **an_arrival())
    refusal = scenario.refuses(
        SubjectAlreadyExists, "report-fund-arrival", **an_arrival(evidence=[a_slip("other")])
    )
    assert refusal.position == position_of(scenario)


def test_units_and_investors_report(scenario: Scenario) -> None:
    office = actor("li", Role.LGO)
    scenario.refuses(NotPermitted, "report-fund-arrival", by=office, **an_arrival())
    scenario.when("report-fund-arrival", by=actor("li", Role.ENT), **an_arrival())
    scenario.then(FundArrivalReported)


def test_funds_have_arrived_already(scenario: Scenario) -> None:
    scenario.refuses(RuleBroken, "report-fund-arrival", **an_arrival(received_on="2026-11-23"))
    scenario.when("report-fund-arrival", **an_arrival(received_on=str(TODAY)))
    scenario.then(FundArrivalReported)


@pytest.mark.parametrize(
    "change",
    [
        {"evidence": []},
        {"amount": yuan("0.00")},
        {"amount": yuan("-1.00")},
        {"evidence": [a_slip(amount="0.00")]},
        {"evidence": [a_slip(kind="收条")]},
        {"evidence": [a_slip(no=" ")]},
        {"evidence": [a_slip(sha256="abc")]},
        {"evidence": [a_slip(date="2012-02-31")]},
        {"form": "支票"},
        {"origin": "国外"},
        {"purpose": "其他"},
        {"received_on": "2012-06-31"},
    ],
)
def test_a_malformed_body_is_not_taken(scenario: Scenario, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        scenario.command("report-fund-arrival", **{**an_arrival(), **change})


class TestOneEvidenceOneArrival:
    def test_another_project_is_told_where_it_was_used(self, scenario: Scenario) -> None:
        scenario.given("report-fund-arrival", **an_arrival("a1", evidence=[a_slip("0001")]))
        first = position_of(scenario)
        again = an_arrival("a2", project_id="pr2", evidence=[a_slip("0001")])
        refusal = scenario.refuses(SubjectAlreadyExists, "report-fund-arrival", **again)
        assert refusal.position == first
        assert refusal.clause == "SPEC §11"
        assert "银行进账单#0001" in refusal.zh

    @pytest.mark.parametrize("spelling", ["NO-0001", "no 0001", "ＮＯ．０００１", "no/0001"])
    def test_in_any_spelling(self, scenario: Scenario, spelling: str) -> None:
        scenario.given("report-fund-arrival", **an_arrival("a1", evidence=[a_slip("NO.0001")]))
        scenario.refuses(
            SubjectAlreadyExists,
            "report-fund-arrival",
            **an_arrival("a2", evidence=[a_slip(spelling)]),
        )

    def test_the_same_number_of_another_kind_is_another_paper(self, scenario: Scenario) -> None:
        scenario.given("report-fund-arrival", **an_arrival("a1", evidence=[a_slip("0001")]))
        other = an_arrival("a2", evidence=[a_slip("0001", kind="审计报告")])
        scenario.when("report-fund-arrival", **other).then(FundArrivalReported)

    def test_one_used_paper_among_fresh_ones_suffices_to_refuse(self, scenario: Scenario) -> None:
        scenario.given("report-fund-arrival", **an_arrival("a1", evidence=[a_slip("0001")]))
        scenario.refuses(
            SubjectAlreadyExists,
            "report-fund-arrival",
            **an_arrival("a2", evidence=[a_slip("0002"), a_slip("0001")]),
        )

    def test_a_revoked_report_sets_its_papers_free(self, scenario: Scenario) -> None:
        scenario.given("report-fund-arrival", **an_arrival("a1", evidence=[a_slip("0001")]))
        scenario.given("revoke-event", target=position_of(scenario), reason="报错项目")
        again = an_arrival("a2", project_id="pr2", evidence=[a_slip("0001")])
        scenario.when("report-fund-arrival", **again).then(FundArrivalReported)

    def test_a_refused_report_keeps_its_papers(self, scenario: Scenario) -> None:
        scenario.given("report-fund-arrival", **an_arrival("a1", evidence=[a_slip("0001")]))
        scenario.given(
            "refuse-fund-arrival", by=actor("li", Role.LGO), arrival_id="a1", ground="重复"
        )
        again = an_arrival("a2", evidence=[a_slip("0001")])
        scenario.refuses(SubjectAlreadyExists, "report-fund-arrival", **again)

    def test_a_correction_frees_the_old_number_and_takes_the_new(self, scenario: Scenario) -> None:
        scenario.given("report-fund-arrival", **an_arrival("a1", evidence=[a_slip("0001")]))
        scenario.given(
            "correct-event",
            target=position_of(scenario),
            changes={"evidence": [a_slip("0009")]},
            reason="凭证号录入有误",
        )
        nine = an_arrival("a2", evidence=[a_slip("0009")])
        refusal = scenario.refuses(SubjectAlreadyExists, "report-fund-arrival", **nine)
        assert refusal.position == position_of(scenario) - 1
        one = an_arrival("a2", evidence=[a_slip("0001")])
        scenario.when("report-fund-arrival", **one).then(FundArrivalReported)

    def test_a_correction_cannot_take_a_used_number(self, scenario: Scenario) -> None:
        scenario.given("report-fund-arrival", **an_arrival("a1", evidence=[a_slip("0001")]))
        scenario.given("report-fund-arrival", **an_arrival("a2", evidence=[a_slip("0002")]))
        refusal = scenario.refuses(
            SubjectAlreadyExists,
            "correct-event",
            target=position_of(scenario),
            changes={"evidence": [a_slip("0001")]},
            reason="试",
        )
        assert refusal.position == position_of(scenario) - 1

    def test_one_report_lists_a_paper_once(self, scenario: Scenario) -> None:
        twice = [a_slip("NO.1", "500.00"), a_slip("NO 1", "500.00")]
        refusal = scenario.refuses(RuleBroken, "report-fund-arrival", **an_arrival(evidence=twice))
        assert refusal.clause == "SPEC §11"
        once = [a_slip("NO.1", "500.00"), a_slip("NO.2", "500.00")]
        scenario.when("report-fund-arrival", **an_arrival(evidence=once)).then(FundArrivalReported)


class TestSum:
    def test_evidence_one_fen_short_is_refused_with_the_difference(
        self, scenario: Scenario
    ) -> None:
        short = an_arrival(evidence=[a_slip("1", "600.00"), a_slip("2", "399.99")])
        refusal = scenario.refuses(RuleBroken, "report-fund-arrival", **short)
        assert "0.01 CNY" in refusal.zh
        assert "999.99 CNY" in refusal.en
        assert refusal.clause == "SPEC §11"

    @pytest.mark.parametrize("second", ["400.00", "400.01"])
    def test_equal_or_more_suffices(self, scenario: Scenario, second: str) -> None:
        enough = an_arrival(evidence=[a_slip("1", "600.00"), a_slip("2", second)])
        scenario.when("report-fund-arrival", **enough).then(FundArrivalReported)
        assert warned(scenario) == []

    def test_a_paper_without_amount_leaves_the_sum_unchecked_and_says_so(
        self, scenario: Scenario
    ) -> None:
        silent = {**a_slip("2"), "amount": None}
        scenario.when("report-fund-arrival", **an_arrival(evidence=[a_slip("1", "1.00"), silent]))
        scenario.then(FundArrivalReported)
        assert warned(scenario) == ["arrival.evidence_amounts"]

    def test_so_does_a_paper_in_another_currency(self, scenario: Scenario) -> None:
        foreign = {**a_slip("2"), "amount": dollars("1.00")}
        scenario.when("report-fund-arrival", **an_arrival(evidence=[foreign]))
        scenario.then(FundArrivalReported)
        assert warned(scenario) == ["arrival.evidence_amounts"]


class TestDates:
    @pytest.mark.parametrize(
        ("day", "rules"),
        [
            ("2012-06-27", []),
            ("2012-06-28", []),
            ("2012-06-29", ["arrival.evidence_date"]),
            (None, []),
        ],
    )
    def test_a_paper_later_than_the_arrival_is_warned_about(
        self, scenario: Scenario, day: str | None, rules: list[str]
    ) -> None:
        dated = an_arrival(evidence=[a_slip(date=day)])
        scenario.when("report-fund-arrival", **dated).then(FundArrivalReported)
        assert warned(scenario) == rules

    def test_a_paper_of_the_future_is_refused(self, scenario: Scenario) -> None:
        dated = an_arrival(evidence=[a_slip(date="2026-11-23")])
        scenario.refuses(RuleBroken, "report-fund-arrival", **dated)


class TestCashForeignExchange:
    def receipt(self, **changes: Any) -> dict[str, Any]:
        return {**a_slip("J-1", kind=FX_RECEIPT), "amount": dollars("100.00"), **changes}

    def test_a_bank_receipt_proves_it(self, scenario: Scenario) -> None:
        scenario.when("report-fund-arrival", **cash_fx(self.receipt())).then(
            (FundArrivalReported, {"form": "现汇", "is_cash_fx": True})
        )

    @pytest.mark.parametrize("kind", ["银行进账单", "银行转账凭证"])
    def test_so_does_a_slip_in_the_original_currency(self, scenario: Scenario, kind: str) -> None:
        scenario.when("report-fund-arrival", **cash_fx(self.receipt(kind=kind)))
        scenario.then(FundArrivalReported)

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "验资报告"},
            {"kind": "银行进账单", "amount": yuan("630.00")},
            {"kind": "银行转账凭证", "amount": None},
        ],
    )
    def test_other_papers_do_not(self, scenario: Scenario, change: dict[str, Any]) -> None:
        refusal = scenario.refuses(
            RuleBroken, "report-fund-arrival", **cash_fx(self.receipt(**change))
        )
        assert FX_RECEIPT in refusal.zh
        assert FX_RECEIPT in refusal.en
        assert refusal.clause == "SPEC §11"

    def test_one_of_several_papers_suffices(self, scenario: Scenario) -> None:
        papers = (self.receipt(no="Y-1", kind="验资报告"), self.receipt())
        scenario.when("report-fund-arrival", **cash_fx(*papers)).then(FundArrivalReported)

    def test_it_is_foreign_money(self, scenario: Scenario) -> None:
        body = cash_fx(self.receipt(amount=yuan("100.00")), amount=yuan("100.00"))
        refusal = scenario.refuses(RuleBroken, "report-fund-arrival", **body)
        assert "人民币现金" in refusal.en

    def test_form_and_flag_agree(self, scenario: Scenario) -> None:
        receipt = self.receipt()
        for disagreeing in ({"is_cash_fx": False}, {"form": "设备实物"}):
            refusal = scenario.refuses(
                RuleBroken, "report-fund-arrival", **cash_fx(receipt, **disagreeing)
            )
            assert "is_cash_fx" in refusal.zh

    @pytest.mark.parametrize(("form", "flag"), [("现汇", True), ("设备实物", False)])
    def test_the_flag_follows_from_the_form(
        self, scenario: Scenario, form: str, flag: bool
    ) -> None:
        body = cash_fx(self.receipt(), form=form, is_cash_fx=None)
        scenario.when("report-fund-arrival", **body).then(
            (FundArrivalReported, {"is_cash_fx": flag})
        )

    def test_foreign_money_need_not_be_cash(self, scenario: Scenario) -> None:
        machine = self.receipt(kind="海关报关单(设备)")
        scenario.when(
            "report-fund-arrival", **cash_fx(machine, form="设备实物", is_cash_fx=False)
        ).then(FundArrivalReported)
