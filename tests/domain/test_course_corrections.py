"""Corrections and restorations of companies, starts, stops and production keep their rules."""

from __future__ import annotations

from typing import Any

import pytest

from domain.model.effective import EventCorrected, EventRevoked
from domain.model.errors import DutiesNotSeparated, RuleBroken
from domain.model.roles import Role
from tests.domain.bodies import position_of, with_project, yuan
from tests.scenario import CLERK, JUDGE, TODAY, Scenario, actor

TOMORROW = "2026-11-23"
UNIT = actor("unit", Role.UNIT, unit="u1")
LEADERS = actor("leader", Role.LG)
CODE, OTHER_CODE = "91350100M000100Y43", "91110000710926094P"


@pytest.fixture
def scenario() -> Scenario:
    """Projects pr1 and pr2."""
    return with_project(Scenario(), "pr1", "pr2")


def told(scenario: Scenario, slug: str, /, by: Any = UNIT, **body: Any) -> int:
    scenario.given(slug, by, project_id="pr1", **body)
    return position_of(scenario)


class TestCompany:
    def registered(self, scenario: Scenario, code: str = CODE) -> int:
        said = {"credit_code": code, "name": "岭南机械河东有限公司", "on": "2012-06-01"}
        return told(scenario, "register-company", CLERK, registered_capital=yuan("1.00"), **said)

    def increased(self, scenario: Scenario) -> int:
        return told(scenario, "increase-capital", CLERK, amount=yuan("1.00"), on="2012-07-01")

    def verified(self, scenario: Scenario, by: Any = JUDGE) -> int:
        said = {"report_no": "豫会验字12号", "firm": "中原会计师事务所"}
        return told(scenario, "verify-capital", by, amount=yuan("1.00"), **said)

    def test_it_was_registered_before_its_capital_grew(self, scenario: Scenario) -> None:
        company, increase = self.registered(scenario), self.increased(scenario)
        assert scenario.cannot_correct(RuleBroken, company, on="2012-07-02").position == increase
        assert scenario.cannot_correct(RuleBroken, increase, on="2012-05-31").position == company
        scenario.cannot_correct(RuleBroken, increase, on=TOMORROW)
        scenario.correct(company, on="2012-07-01").then(EventCorrected)
        scenario.correct(increase, on=str(TODAY)).then(EventCorrected)

    def test_it_is_registered_today_at_the_latest(self, scenario: Scenario) -> None:
        company = self.registered(scenario)
        scenario.cannot_correct(RuleBroken, company, on=TOMORROW)
        scenario.correct(company, on=str(TODAY)).then(EventCorrected)

    @pytest.mark.parametrize("later", ["increased", "verified"])
    def test_its_code_stays_while_others_took_it_over(self, scenario: Scenario, later: str) -> None:
        company = self.registered(scenario)
        at = getattr(self, later)(scenario)
        refusal = scenario.cannot_correct(RuleBroken, company, credit_code=OTHER_CODE)
        assert refusal.position == at
        scenario.correct(company, name="岭南机械城北有限公司").then(EventCorrected)
        scenario.revoke(at)
        scenario.correct(company, credit_code=OTHER_CODE).then(EventCorrected)

    def test_what_was_said_of_a_revoked_company_is_not_said_of_the_next(
        self, scenario: Scenario
    ) -> None:
        first = self.registered(scenario)
        self.increased(scenario)
        scenario.revoke(first)
        company = self.registered(scenario)
        scenario.correct(company, credit_code=OTHER_CODE).then(EventCorrected)

    def test_of_two_companies_one_comes_back(self, scenario: Scenario) -> None:
        first = self.registered(scenario)
        scenario.revoke(first)
        second = self.registered(scenario, OTHER_CODE)
        assert scenario.cannot_revoke(RuleBroken, first + 1).position == second
        scenario.revoke(second)
        scenario.revoke(first + 1).then(EventRevoked)

    def test_an_increase_does_not_come_back_under_its_recorders_own_report(
        self, scenario: Scenario
    ) -> None:
        self.registered(scenario)
        increase = self.increased(scenario)
        scenario.revoke(increase)
        report = self.verified(scenario, CLERK)
        assert scenario.cannot_revoke(DutiesNotSeparated, increase + 1).position == report
        scenario.revoke(report)
        scenario.revoke(increase + 1).then(EventRevoked)

    def test_without_its_company_an_increase_does_not_come_back(self, scenario: Scenario) -> None:
        company, increase = self.registered(scenario), self.increased(scenario)
        scenario.revoke(increase).revoke(company)
        scenario.cannot_revoke(RuleBroken, increase + 1)
        scenario.revoke(increase + 2)
        scenario.revoke(increase + 1).then(EventRevoked)


class TestCommencement:
    def reported(self, scenario: Scenario, by: Any = UNIT) -> int:
        return told(scenario, "report-commencement", by, on="2012-08-01", works="土方")

    def certified(self, scenario: Scenario, by: Any = LEADERS) -> int:
        said = {"on": "2012-08-01", "certifiers": ["leader"]}
        return told(scenario, "certify-commencement", by, **said)

    @pytest.mark.parametrize("which", ["reported", "certified"])
    def test_it_started_today_at_the_latest(self, scenario: Scenario, which: str) -> None:
        at = getattr(self, which)(scenario)
        scenario.cannot_correct(RuleBroken, at, on=TOMORROW)
        scenario.correct(at, on=str(TODAY)).then(EventCorrected)

    def test_whoever_reported_does_not_become_a_certifier(self, scenario: Scenario) -> None:
        report = self.reported(scenario)
        at = self.certified(scenario)
        refusal = scenario.cannot_correct(DutiesNotSeparated, at, certifiers=["leader", "unit"])
        assert refusal.position == report
        scenario.correct(at, certifiers=["leader", "second"]).then(EventCorrected)

    def test_a_report_does_not_come_back_under_its_recorders_own_verdict(
        self, scenario: Scenario
    ) -> None:
        report = self.reported(scenario, JUDGE)
        scenario.revoke(report)
        verdict = self.certified(scenario, JUDGE)
        scenario.cannot_revoke(DutiesNotSeparated, report + 1)
        scenario.revoke(verdict)
        scenario.revoke(report + 1).then(EventRevoked)

    def test_of_two_certifications_one_comes_back(self, scenario: Scenario) -> None:
        first = self.certified(scenario)
        scenario.revoke(first)
        second = self.certified(scenario)
        assert scenario.cannot_revoke(RuleBroken, first + 1).position == second
        scenario.revoke(second)
        scenario.revoke(first + 1).then(EventRevoked)

    def test_a_refusal_saw_no_start_of_tomorrow(self, scenario: Scenario) -> None:
        self.reported(scenario)
        at = told(scenario, "refuse-commencement", LEADERS, ground="仅围挡")
        scenario.cannot_correct(RuleBroken, at, on=TOMORROW)
        scenario.correct(at, on="2012-08-02").then(EventCorrected)

    def test_a_project_is_deemed_started_once_and_not_ahead(self, scenario: Scenario) -> None:
        said = {"on": "2012-08-01", "reason": "land_blocked"}
        first = told(scenario, "certify-deemed-commencement", LEADERS, **said)
        scenario.cannot_correct(RuleBroken, first, on=TOMORROW)
        scenario.revoke(first)
        second = told(scenario, "certify-deemed-commencement", LEADERS, **said)
        assert scenario.cannot_revoke(RuleBroken, first + 1).position == second

    def test_a_verdict_is_not_moved_to_another_project(self, scenario: Scenario) -> None:
        at = self.certified(scenario)
        scenario.cannot_correct(RuleBroken, at, project_id="pr2")


class TestConstruction:
    def test_work_goes_on_after_it_stopped(self, scenario: Scenario) -> None:
        stop = told(scenario, "suspend-construction", on="2012-09-01", cause="汛期")
        on = told(scenario, "resume-construction", on="2012-10-01")
        again = told(scenario, "suspend-construction", on="2012-11-01", cause="材料")
        assert scenario.cannot_correct(RuleBroken, on, on="2012-08-31").position == stop
        assert scenario.cannot_correct(RuleBroken, stop, on="2012-10-02").position == on
        scenario.cannot_correct(RuleBroken, again, on=TOMORROW)
        scenario.cannot_correct(RuleBroken, on, on=TOMORROW)
        scenario.correct(stop, on="2012-10-01").then(EventCorrected)
        scenario.correct(again, on="2012-09-15").then(EventCorrected)


class TestProduction:
    @pytest.fixture
    def partly(self, scenario: Scenario) -> int:
        return told(scenario, "start-production", on="2013-01-01", kind="部分")

    def test_in_full_after_in_part(self, scenario: Scenario, partly: int) -> None:
        full = told(scenario, "start-production", on="2013-06-01", kind="全部")
        assert scenario.cannot_correct(RuleBroken, full, on="2012-12-31").position == partly
        assert scenario.cannot_correct(RuleBroken, partly, on="2013-06-02").position == full
        assert scenario.cannot_correct(RuleBroken, partly, kind="全部").position == full
        assert scenario.cannot_correct(RuleBroken, full, kind="部分").position == partly
        scenario.cannot_correct(RuleBroken, full, on=TOMORROW)
        scenario.correct(full, on="2013-01-01").then(EventCorrected)

    def test_a_single_start_may_be_corrected_to_full(self, scenario: Scenario, partly: int) -> None:
        scenario.correct(partly, kind="全部").then(EventCorrected)

    def test_it_changes_after_it_began(self, scenario: Scenario, partly: int) -> None:
        change = told(scenario, "change-production-status", on="2013-03-01", status="停产")
        full = told(scenario, "start-production", on="2013-06-01", kind="全部")
        assert scenario.cannot_correct(RuleBroken, change, on="2012-12-31").position == partly
        assert scenario.cannot_correct(RuleBroken, partly, on="2013-03-02").position == change
        scenario.cannot_correct(RuleBroken, change, on=TOMORROW)
        scenario.correct(partly, on="2013-03-01").then(EventCorrected)
        scenario.correct(full, on="2013-03-02").then(EventCorrected)

    def test_of_two_starts_in_full_one_comes_back(self, scenario: Scenario, partly: int) -> None:
        full = told(scenario, "start-production", on="2013-06-01", kind="全部")
        scenario.revoke(full)
        again = told(scenario, "start-production", on="2013-07-01", kind="全部")
        assert scenario.cannot_revoke(RuleBroken, full + 1).position == again
