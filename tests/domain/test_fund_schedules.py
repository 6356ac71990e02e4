"""Promised payments: set, extended, dunned for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.fund_schedules import (
    FundDunningIssued,
    FundScheduleExtended,
    FundScheduleSet,
    schedule,
)
from domain.model.deliberation import Deliberation
from domain.model.errors import NotPermitted, RuleBroken, SubjectUnknown
from domain.model.roles import Role
from eventlog.registrar import RecordReader
from tests.domain.bodies import a_signing, dollars, position_of, with_project, yuan
from tests.scenario import TODAY, Scenario, actor


@pytest.fixture
def scenario() -> Scenario:
    """Projects pr1 and pr2."""
    return with_project(Scenario(), "pr1", "pr2")


def plan(*days: str, project_id: str = "pr1") -> dict[str, Any]:
    """One payment of 100.00元 on each day."""
    return {
        "project_id": project_id,
        "lines": [{"due": day, "amount": yuan("100.00")} for day in days],
    }


def extension(*days: str) -> dict[str, Any]:
    return {**plan(*days), "ext_doc": {"no": "延期函1号"}}


def last_due(scenario: Scenario) -> date | None:
    found = schedule(Deliberation(RecordReader(scenario.recorder), TODAY), "pr1")
    return max(line.due for line in found.lines) if found else None


class TestSetting:
    def test_a_schedule_is_set_and_set_anew(self, scenario: Scenario) -> None:
        scenario.when("set-fund-schedule", **plan("2012-10-10", "2012-12-10"))
        scenario.then((FundScheduleSet, {"count": 2, "last_due": date(2012, 12, 10)}))
        assert scenario.recorded()[0].event.sentence().zh == "项目pr1进资计划共2笔，至2012-12-10"
        scenario.when("set-fund-schedule", **plan("2012-11-10")).then(FundScheduleSet)
        assert last_due(scenario) == date(2012, 11, 10)

    @pytest.mark.parametrize("days", [(), ("2012-10-10", "2012-10-10"), ("2012-02-30",)])
    def test_it_lists_each_day_once(self, scenario: Scenario, days: tuple[str, ...]) -> None:
        with pytest.raises(ValidationError):
            scenario.command("set-fund-schedule", **plan(*days))

    def test_a_day_may_stand_once_in_each_currency(self, scenario: Scenario) -> None:
        both = plan("2012-10-10")
        both["lines"].append({"due": "2012-10-10", "amount": dollars("1.00")})
        scenario.when("set-fund-schedule", **both).then((FundScheduleSet, {"count": 2}))

    def test_units_set_it_for_a_project_on_record(self, scenario: Scenario) -> None:
        office = actor("li", Role.LGO)
        scenario.refuses(NotPermitted, "set-fund-schedule", by=office, **plan("2012-10-10"))
        scenario.refuses(
            SubjectUnknown, "set-fund-schedule", **plan("2012-10-10", project_id="pr9")
        )


class TestExtending:
    def test_there_must_be_something_to_extend(self, scenario: Scenario) -> None:
        scenario.given("set-fund-schedule", **plan("2012-10-10", project_id="pr2"))
        refusal = scenario.refuses(RuleBroken, "extend-fund-schedule", **extension("2013-01-10"))
        assert "set-fund-schedule" in refusal.zh

    def test_it_reaches_beyond_the_former_last_day(self, scenario: Scenario) -> None:
        scenario.given("set-fund-schedule", **plan("2012-12-10", "2012-10-10"))
        former = position_of(scenario)
        refusal = scenario.refuses(RuleBroken, "extend-fund-schedule", **extension("2012-12-10"))
        assert refusal.position == former
        scenario.when("extend-fund-schedule", **extension("2012-12-11")).then(
            (FundScheduleExtended, {"last_due": date(2012, 12, 11), "count": 1})
        )

    def test_the_next_extension_starts_from_this_one(self, scenario: Scenario) -> None:
        scenario.given("set-fund-schedule", **plan("2012-10-10"))
        scenario.given("extend-fund-schedule", **extension("2012-12-10"))
        scenario.refuses(RuleBroken, "extend-fund-schedule", **extension("2012-11-10"))
        scenario.given("revoke-event", target=position_of(scenario), reason="未批准")
        scenario.when("extend-fund-schedule", **extension("2012-11-10"))
        scenario.then(FundScheduleExtended)

    def test_the_schedule_in_a_signing_may_be_extended(self, scenario: Scenario) -> None:
        scenario.given("record-signing", **a_signing("s0"))
        scenario.refuses(RuleBroken, "extend-fund-schedule", **extension("2013-01-10"))
        lines = plan("2012-12-10")["lines"]
        scenario.given("record-signing", **a_signing(fund_schedule=lines))
        assert last_due(scenario) == date(2012, 12, 10)
        scenario.when("extend-fund-schedule", **extension("2013-01-10"))
        scenario.then(FundScheduleExtended)

    def test_it_rests_on_a_document(self, scenario: Scenario) -> None:
        scenario.given("set-fund-schedule", **plan("2012-10-10"))
        with pytest.raises(ValidationError, match="ext_doc"):
            scenario.command("extend-fund-schedule", **plan("2012-12-10"))


class TestDunning:
    def letter(self, no: str = "催字1号", project_id: str = "pr1") -> dict[str, Any]:
        return {"project_id": project_id, "letter_no": no, "due": "2012-12-10"}

    def test_a_letter_is_recorded_once(self, scenario: Scenario) -> None:
        scenario.when("issue-fund-dunning", **self.letter()).then(
            (FundDunningIssued, {"letter_no": "催字1号", "due": date(2012, 12, 10)})
        )
        refusal = scenario.refuses(RuleBroken, "issue-fund-dunning", **self.letter())
        assert refusal.position == position_of(scenario)
        scenario.when("issue-fund-dunning", **self.letter("催字2号")).then(FundDunningIssued)

    def test_another_project_numbers_its_own_letters(self, scenario: Scenario) -> None:
        scenario.given("issue-fund-dunning", **self.letter())
        scenario.when("issue-fund-dunning", **self.letter(project_id="pr2"))
        scenario.then(FundDunningIssued)

    def test_a_revoked_letter_may_be_recorded_anew(self, scenario: Scenario) -> None:
        scenario.given("issue-fund-dunning", **self.letter())
        scenario.given("revoke-event", target=position_of(scenario), reason="未发出")
        scenario.when("issue-fund-dunning", **self.letter()).then(FundDunningIssued)
