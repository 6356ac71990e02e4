"""Corrections and restorations of arrivals, verdicts, withdrawals and schedules keep their rules."""

from __future__ import annotations

from typing import Any

import pytest

from domain.model.effective import EventCorrected, EventRevoked
from domain.model.errors import DutiesNotSeparated, NotPermitted, RuleBroken
from domain.model.roles import Actor, Role
from tests.domain.bodies import (
    a_signing,
    a_slip,
    an_arrival,
    dollars,
    fx,
    position_of,
    with_project,
    yuan,
)
from tests.scenario import AMENDER, CLERK, TODAY, Scenario, actor

OFFICE = actor("office", Role.LGO)
UNIT = actor("unit", Role.UNIT)
CITY = actor("city", Role.CITY)
REPORT, FOREIGN = 5, 6
"""a1 of 1000.00 yuan, a2 of 1000.00 dollars, both proved by a slip of that amount."""


@pytest.fixture
def scenario() -> Scenario:
    """Projects pr1 and pr2, and the arrivals above."""
    scenario = with_project(Scenario(), "pr1", "pr2")
    scenario.given("report-fund-arrival", **an_arrival("a1"))
    return scenario.given("report-fund-arrival", **an_arrival("a2", currency="USD"))


def recognised(scenario: Scenario, amount: str = "800.00", authority: str = "县") -> int:
    by = CITY if authority == "市" else OFFICE
    said: dict[str, Any] = {"amount_recognised": yuan(amount), "authority": authority}
    scenario.given("recognise-fund-arrival", by, arrival_id="a1", **said)
    return position_of(scenario)


def refused(scenario: Scenario, amount: str) -> int:
    said: dict[str, Any] = {"refused_amount": yuan(amount), "ground": "无凭证"}
    scenario.given("partly-refuse-fund-arrival", OFFICE, arrival_id="a1", **said)
    return position_of(scenario)


class TestReport:
    def test_the_funds_have_arrived(self, scenario: Scenario) -> None:
        scenario.cannot_correct(RuleBroken, REPORT, received_on="2026-11-23")
        scenario.correct(REPORT, received_on=str(TODAY)).then(EventCorrected)

    def test_its_evidence_goes_on_covering_it(self, scenario: Scenario) -> None:
        refusal = scenario.cannot_correct(RuleBroken, REPORT, amount=yuan("1000.01"))
        assert "0.01 CNY" in refusal.en
        short = [a_slip("9", "999.99")]
        scenario.cannot_correct(RuleBroken, REPORT, evidence=short)
        scenario.correct(REPORT, amount=yuan("999.99"), evidence=short).then(EventCorrected)

    def test_its_evidence_names_each_document_once_and_none_of_tomorrow(
        self, scenario: Scenario
    ) -> None:
        twice = [a_slip("NO.1", "500.00"), a_slip("NO 1", "500.00")]
        scenario.cannot_correct(RuleBroken, REPORT, evidence=twice)
        ahead = [a_slip("1", date="2026-11-23")]
        scenario.cannot_correct(RuleBroken, REPORT, evidence=ahead)
        apart = [a_slip("NO.1", "500.00"), a_slip("NO.2", "500.00")]
        scenario.correct(REPORT, evidence=apart).then(EventCorrected)

    def test_cash_foreign_exchange_is_called_so_and_proved_by_a_bank(
        self, scenario: Scenario
    ) -> None:
        cash = {"form": "现汇", "is_cash_fx": True}
        scenario.cannot_correct(RuleBroken, FOREIGN, form="现汇")
        scenario.cannot_correct(RuleBroken, FOREIGN, is_cash_fx=True)
        scenario.cannot_correct(RuleBroken, REPORT, **cash)
        audit = [a_slip("a2", currency="USD", kind="审计报告")]
        scenario.cannot_correct(RuleBroken, FOREIGN, **cash, evidence=audit)
        scenario.correct(FOREIGN, **cash).then(EventCorrected)
        scenario.cannot_correct(RuleBroken, FOREIGN, evidence=audit)

    def test_it_goes_on_covering_its_verdicts(self, scenario: Scenario) -> None:
        recognised(scenario, "500.00")
        last = refused(scenario, "300.00")
        refusal = scenario.cannot_correct(RuleBroken, REPORT, amount=yuan("799.99"))
        assert refusal.position == last
        assert "800.00" in refusal.zh
        scenario.correct(REPORT, amount=yuan("800.00")).then(EventCorrected)

    def test_the_largest_recognition_is_what_it_has_to_cover(self, scenario: Scenario) -> None:
        recognised(scenario, "500.00")
        recognised(scenario, "600.00", "市")
        scenario.cannot_correct(RuleBroken, REPORT, amount=yuan("599.99"))
        scenario.correct(REPORT, amount=yuan("600.00")).then(EventCorrected)

    def test_its_currency_stays_while_it_is_judged(self, scenario: Scenario) -> None:
        foreign = {"amount": dollars("1000.00"), "form": "设备实物"}
        at = recognised(scenario)
        refusal = scenario.cannot_correct(RuleBroken, REPORT, **foreign)
        assert refusal.clause == "SPEC G11"
        assert refusal.position == at
        scenario.revoke(at)
        scenario.correct(REPORT, **foreign).then(EventCorrected)


class TestRecognition:
    def test_no_more_than_was_reported_and_not_refused(self, scenario: Scenario) -> None:
        at = recognised(scenario)
        refused(scenario, "100.00")
        refusal = scenario.cannot_correct(RuleBroken, at, amount_recognised=yuan("900.01"))
        assert refusal.position == REPORT
        scenario.correct(at, amount_recognised=yuan("900.00")).then(EventCorrected)

    def test_in_the_currency_reported_and_without_a_needless_rate(self, scenario: Scenario) -> None:
        at = recognised(scenario)
        rate = fx("6.3", "2012-06-28")
        scenario.cannot_correct(RuleBroken, at, amount_recognised=dollars("1.00"), fx=rate)
        scenario.cannot_correct(RuleBroken, at, fx=rate)

    def test_foreign_money_keeps_its_rate(self, scenario: Scenario) -> None:
        said: dict[str, Any] = {"amount_recognised": dollars("10.00"), "authority": "县"}
        rate = fx("6.3", "2012-06-28")
        scenario.given("recognise-fund-arrival", OFFICE, arrival_id="a2", fx=rate, **said)
        at = position_of(scenario)
        scenario.cannot_correct(RuleBroken, at, fx=None)
        scenario.cannot_correct(RuleBroken, at, fx=fx("6.3", "2026-11-23"))
        scenario.correct(at, fx=fx("6.4", "2012-06-28")).then(EventCorrected)

    def test_an_authority_is_corrected_to_one_its_recorder_speaks_for(
        self, scenario: Scenario
    ) -> None:
        at = recognised(scenario)
        refusal = scenario.cannot_correct(NotPermitted, at, authority="市")
        assert "office" in refusal.en
        scenario.correct(at, authority="区").then(EventCorrected)

    def test_whoever_reported_does_not_correct_the_verdict(self, scenario: Scenario) -> None:
        at = recognised(scenario)
        more = {"amount_recognised": yuan("900.00")}
        refusal = scenario.cannot_correct(DutiesNotSeparated, at, CLERK, **more)
        assert f"第{REPORT}号" in refusal.zh
        other_account = Actor("second", "clerk", "u0", frozenset({Role.LGO}))
        scenario.cannot_correct(DutiesNotSeparated, at, other_account, **more)
        scenario.refuses(
            DutiesNotSeparated,
            "correct-event",
            AMENDER,
            on_behalf_of="clerk",
            target=at,
            changes=more,
            reason="登记有误",
        )
        scenario.correct(at, OFFICE, **more).then(EventCorrected)

    def test_nor_brings_it_back(self, scenario: Scenario) -> None:
        at = recognised(scenario)
        scenario.revoke(at)
        body: dict[str, Any] = {"target": at + 1, "reason": "撤销有误"}
        scenario.refuses(DutiesNotSeparated, "revoke-event", CLERK, **body)
        scenario.when("revoke-event", AMENDER, **body).then(EventRevoked)

    def test_their_report_they_may_correct(self, scenario: Scenario) -> None:
        recognised(scenario)
        scenario.correct(REPORT, CLERK, purpose="设备").then(EventCorrected)

    def test_of_one_level_one_comes_back(self, scenario: Scenario) -> None:
        first = recognised(scenario)
        scenario.revoke(first)
        second = recognised(scenario, "500.00", "区")
        assert scenario.cannot_revoke(RuleBroken, first + 1).position == second
        scenario.revoke(second)
        scenario.revoke(first + 1).then(EventRevoked)

    def test_what_came_back_fits_what_was_refused_since(self, scenario: Scenario) -> None:
        first = recognised(scenario, "800.00")
        scenario.revoke(first)
        since = refused(scenario, "200.01")
        scenario.cannot_revoke(RuleBroken, first + 1)
        scenario.correct(since, refused_amount=yuan("200.00"))
        scenario.revoke(first + 1).then(EventRevoked)

    def test_no_less_than_was_withdrawn(self, scenario: Scenario) -> None:
        at = recognised(scenario)
        scenario.given("withdraw-fund", project_id="pr1", amount=yuan("300.00"), on="2012-07-01")
        refusal = scenario.cannot_correct(RuleBroken, at, amount_recognised=yuan("299.99"))
        assert refusal.position == at + 1
        scenario.correct(at, amount_recognised=yuan("300.00")).then(EventCorrected)


class TestRefusal:
    def test_no_more_than_is_left(self, scenario: Scenario) -> None:
        recognised(scenario, "500.00")
        refused(scenario, "200.00")
        at = refused(scenario, "100.00")
        scenario.cannot_correct(RuleBroken, at, refused_amount=yuan("300.01"))
        scenario.cannot_correct(RuleBroken, at, refused_amount=dollars("1.00"))
        scenario.correct(at, refused_amount=yuan("300.00")).then(EventCorrected)

    def test_a_full_refusal_comes_back_while_nothing_is_recognised(
        self, scenario: Scenario
    ) -> None:
        scenario.given("refuse-fund-arrival", OFFICE, arrival_id="a1", ground="虚报")
        at = position_of(scenario)
        scenario.revoke(at)
        since = recognised(scenario, "0.01")
        assert scenario.cannot_revoke(RuleBroken, at + 1).position == REPORT
        scenario.revoke(since)
        scenario.revoke(at + 1).then(EventRevoked)


class TestWithdrawal:
    @pytest.fixture
    def withdrawn(self, scenario: Scenario) -> int:
        recognised(scenario)
        scenario.given("withdraw-fund", project_id="pr1", amount=yuan("300.00"), on="2012-07-01")
        return position_of(scenario)

    def test_no_more_than_was_recognised(self, scenario: Scenario, withdrawn: int) -> None:
        scenario.given("withdraw-fund", project_id="pr1", amount=yuan("100.00"), on="2012-08-01")
        refusal = scenario.cannot_correct(RuleBroken, withdrawn, amount=yuan("700.01"))
        assert "700.00 CNY" in refusal.en
        scenario.correct(withdrawn, amount=yuan("700.00")).then(EventCorrected)

    def test_of_its_own_project(self, scenario: Scenario, withdrawn: int) -> None:
        scenario.cannot_correct(RuleBroken, withdrawn, project_id="pr2")

    def test_it_has_happened_and_foreign_money_has_a_rate(
        self, scenario: Scenario, withdrawn: int
    ) -> None:
        scenario.cannot_correct(RuleBroken, withdrawn, on="2026-11-23")
        scenario.cannot_correct(RuleBroken, withdrawn, amount=dollars("1.00"))
        scenario.correct(withdrawn, on=str(TODAY)).then(EventCorrected)


class TestSchedules:
    def lines(self, due: str) -> list[dict[str, Any]]:
        return [{"due": due, "amount": yuan("1000.00")}]

    @pytest.fixture
    def extended(self, scenario: Scenario) -> int:
        scenario.given("set-fund-schedule", project_id="pr1", lines=self.lines("2012-12-31"))
        scenario.given(
            "extend-fund-schedule",
            project_id="pr1",
            lines=self.lines("2013-06-30"),
            ext_doc={"no": "1"},
        )
        return position_of(scenario)

    def test_an_extension_goes_on_reaching_further(self, scenario: Scenario, extended: int) -> None:
        refusal = scenario.cannot_correct(RuleBroken, extended, lines=self.lines("2012-12-31"))
        assert refusal.position == extended - 1
        scenario.correct(extended, lines=self.lines("2013-01-01")).then(EventCorrected)

    def test_beyond_the_schedule_it_extends_as_corrected(
        self, scenario: Scenario, extended: int
    ) -> None:
        refusal = scenario.cannot_correct(RuleBroken, extended - 1, lines=self.lines("2013-06-30"))
        assert refusal.position == extended
        scenario.correct(extended - 1, lines=self.lines("2013-06-29")).then(EventCorrected)

    def test_it_is_not_moved_to_a_project_without_a_schedule(
        self, scenario: Scenario, extended: int
    ) -> None:
        scenario.cannot_correct(RuleBroken, extended, project_id="pr2")
        signed = a_signing("s2", project_id="pr2", fund_schedule=self.lines("2013-06-29"))
        scenario.given("record-signing", **signed)
        scenario.cannot_correct(RuleBroken, extended, project_id="pr2")

    def test_letters_keep_their_own_numbers(self, scenario: Scenario) -> None:
        for letter in ("催1号", "催2号"):
            said = {"letter_no": letter, "due": "2012-12-31"}
            scenario.given("issue-fund-dunning", UNIT, project_id="pr1", **said)
        at = position_of(scenario)
        assert scenario.cannot_correct(RuleBroken, at, letter_no="催1号").position == at - 1
        scenario.correct(at, letter_no="催3号").then(EventCorrected)
