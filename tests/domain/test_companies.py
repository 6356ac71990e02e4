"""The project company: registered once, its capital increased and verified."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.companies import (
    CapitalIncreased,
    CapitalVerified,
    CompanyRegistered,
    check_character,
    company,
)
from domain.model.deliberation import Deliberation
from domain.model.errors import (
    DutiesNotSeparated,
    NotPermitted,
    RuleBroken,
    SubjectAlreadyExists,
    SubjectUnknown,
)
from domain.model.money import Money
from domain.model.roles import Actor, Role
from eventlog.registrar import RecordReader
from tests.domain.bodies import a_slip, an_arrival, dollars, position_of, with_project, yuan
from tests.scenario import CLERK, JUDGE, TODAY, Scenario, actor

CODE = "91350100M000100Y43"
"""The example that GB 32100-2015 prints."""


@pytest.fixture
def scenario() -> Scenario:
    """Projects pr1 and pr2."""
    return with_project(Scenario(), "pr1", "pr2")


def registration(**changes: Any) -> dict[str, Any]:
    """register-company for pr1."""
    return {
        "project_id": "pr1",
        "credit_code": CODE,
        "name": "岭南机械河东有限公司",
        "registered_capital": yuan("10000000.00"),
        "on": "2012-06-01",
        **changes,
    }


def report(report_no: str = "豫会验字(2012)第12号", **changes: Any) -> dict[str, Any]:
    """verify-capital of pr1."""
    return {
        "project_id": "pr1",
        "amount": yuan("10000000.00"),
        "report_no": report_no,
        "firm": "中原会计师事务所",
        **changes,
    }


def warned(scenario: Scenario) -> list[str]:
    assert scenario.answer is not None
    return [warning["rule"] for warning in scenario.answer.warnings]


class TestCreditCode:
    @pytest.mark.parametrize("code", [CODE, "91110000710926094P", "91440300708461136T"])
    def test_the_last_character_follows_from_the_others(self, code: str) -> None:
        assert check_character(code) == code[-1]

    def test_a_slip_is_warned_about(self, scenario: Scenario) -> None:
        scenario.when("register-company", **registration()).then(CompanyRegistered)
        assert warned(scenario) == []
        slipped = registration(project_id="pr2", credit_code="91350100M000100Y44")
        scenario.when("register-company", **slipped).then(CompanyRegistered)
        assert warned(scenario) == ["company.credit_code_check"]

    @pytest.mark.parametrize("code", [CODE[:-1], CODE + "1", "91350100I000100Y43", "", None])
    def test_what_is_no_code_is_not_taken(self, scenario: Scenario, code: str | None) -> None:
        with pytest.raises(ValidationError):
            scenario.command("register-company", **registration(credit_code=code))


class TestRegistering:
    def test_a_company_is_registered_as_the_contract_writes_it(self, scenario: Scenario) -> None:
        scenario.when(
            "register-company", **registration(paid_in=yuan("0.00"), licence_doc={"no": "执照1"})
        ).then(
            (
                CompanyRegistered,
                {
                    "project_id": "pr1",
                    "credit_code": CODE,
                    "registered_capital": Money(currency="CNY", minor=1_000_000_000),
                    "paid_in": Money(currency="CNY", minor=0),
                    "on": date(2012, 6, 1),
                },
            )
        )
        assert set(scenario.recorded()[0].tags) == {"project:pr1", f"company:{CODE}"}

    def test_a_project_has_one_company_at_a_time(self, scenario: Scenario) -> None:
        scenario.given("register-company", **registration())
        first = position_of(scenario)
        refusal = scenario.refuses(
            RuleBroken, "register-company", **registration(credit_code="91110000710926094P")
        )
        assert refusal.position == first
        assert "岭南机械河东有限公司" in refusal.zh
        scenario.given("revoke-event", target=first, reason="登记有误")
        scenario.when("register-company", **registration()).then(CompanyRegistered)

    def test_a_company_may_carry_several_projects(self, scenario: Scenario) -> None:
        scenario.given("register-company", **registration())
        scenario.when("register-company", **registration(project_id="pr2"))
        scenario.then(CompanyRegistered)

    def test_it_needs_its_project_and_lies_in_the_past(self, scenario: Scenario) -> None:
        scenario.refuses(SubjectUnknown, "register-company", **registration(project_id="pr9"))
        scenario.refuses(RuleBroken, "register-company", **registration(on="2026-11-23"))
        scenario.when("register-company", **registration(on=str(TODAY))).then(CompanyRegistered)

    def test_the_investment_office_and_departments_record_it(self, scenario: Scenario) -> None:
        unit = actor("li", Role.UNIT)
        scenario.refuses(NotPermitted, "register-company", by=unit, **registration())
        scenario.when("register-company", by=actor("li", Role.DEPT), **registration())
        scenario.then(CompanyRegistered)


class TestCapital:
    def increase(self, on: str = "2012-07-01") -> dict[str, Any]:
        return {"project_id": "pr1", "amount": dollars("11000000.00"), "on": on}

    def test_it_needs_a_company(self, scenario: Scenario) -> None:
        scenario.refuses(RuleBroken, "increase-capital", **self.increase())
        refusal = scenario.refuses(RuleBroken, "verify-capital", **report())
        assert "register-company" in refusal.en

    def test_an_increase_names_the_company(self, scenario: Scenario) -> None:
        scenario.given("register-company", **registration())
        scenario.when("increase-capital", **self.increase()).then(
            (
                CapitalIncreased,
                {
                    "credit_code": CODE,
                    "amount": Money(currency="USD", minor=1_100_000_000),
                },
            )
        )
        state = company(Deliberation(RecordReader(scenario.recorder), TODAY), "pr1")
        assert state is not None
        assert len(state.increases) == 1

    def test_an_increase_follows_the_registration(self, scenario: Scenario) -> None:
        scenario.given("register-company", **registration())
        refusal = scenario.refuses(RuleBroken, "increase-capital", **self.increase("2012-05-31"))
        assert refusal.position == position_of(scenario)
        scenario.when("increase-capital", **self.increase("2012-06-01")).then(CapitalIncreased)
        scenario.refuses(RuleBroken, "increase-capital", **self.increase("2026-11-23"))

    def test_a_corrected_code_reaches_later_events(self, scenario: Scenario) -> None:
        scenario.given("register-company", **registration())
        scenario.given(
            "correct-event",
            target=position_of(scenario),
            changes={"credit_code": "91110000710926094P"},
            reason="代码录入有误",
        )
        scenario.when("verify-capital", by=JUDGE, **report()).then(
            (CapitalVerified, {"credit_code": "91110000710926094P"})
        )

    def test_nobody_verifies_an_increase_of_their_own(self, scenario: Scenario) -> None:
        scenario.given("register-company", **registration())
        scenario.given("increase-capital", by=CLERK, **self.increase())
        refusal = scenario.refuses(DutiesNotSeparated, "verify-capital", by=CLERK, **report())
        assert refusal.position == position_of(scenario)
        other = Actor("second", "clerk", "u0", frozenset({Role.DEPT}))
        scenario.refuses(DutiesNotSeparated, "verify-capital", by=other, **report())
        scenario.when("verify-capital", by=actor("fin", Role.FIN), **report())
        scenario.then(CapitalVerified)

    def test_a_report_verifies_once_across_projects(self, scenario: Scenario) -> None:
        for one in ("pr1", "pr2"):
            scenario.given("register-company", **registration(project_id=one))
        scenario.given("verify-capital", by=JUDGE, **report())
        refusal = scenario.refuses(
            SubjectAlreadyExists,
            "verify-capital",
            by=JUDGE,
            **report("豫会验字（2012） 第12号", project_id="pr2"),
        )
        assert refusal.position == position_of(scenario)
        scenario.when("verify-capital", by=JUDGE, **report("豫会验字(2012)第13号"))
        scenario.then(CapitalVerified)

    def test_the_same_report_may_prove_the_arrival_of_that_capital(
        self, scenario: Scenario
    ) -> None:
        scenario.given("register-company", **registration())
        scenario.given("verify-capital", by=JUDGE, **report())
        paper = a_slip(report()["report_no"], kind="验资报告")
        scenario.when("report-fund-arrival", **an_arrival(evidence=[paper]))
        tags = set(scenario.recorded()[0].tags)
        assert "evidence:验资报告#豫会验字2012第12号" in tags
