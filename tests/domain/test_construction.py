"""Stops and resumptions of construction."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.construction import ConstructionResumed, ConstructionSuspended
from domain.model.errors import NotPermitted, RuleBroken
from domain.model.roles import Role
from tests.domain.bodies import position_of, with_project
from tests.scenario import CLERK, JUDGE, TODAY, Scenario, actor


@pytest.fixture
def scenario() -> Scenario:
    """Project pr1, reported to have started."""
    return with_project(Scenario()).given(
        "report-commencement", by=CLERK, project_id="pr1", on="2012-03-01", works="基础开挖"
    )


def stop(on: str = "2012-08-01") -> dict[str, Any]:
    return {"project_id": "pr1", "on": on, "cause": "资金未到"}


def go_on(on: str = "2012-09-01") -> dict[str, Any]:
    return {"project_id": "pr1", "on": on}


def warned(scenario: Scenario) -> list[str]:
    assert scenario.answer is not None
    return [warning["rule"] for warning in scenario.answer.warnings]


def test_work_stops_and_goes_on_in_turn(scenario: Scenario) -> None:
    scenario.when("suspend-construction", **stop()).then(
        (ConstructionSuspended, {"on": date(2012, 8, 1), "cause": "资金未到"})
    )
    assert warned(scenario) == []
    assert scenario.refuses(RuleBroken, "suspend-construction", **stop()).position == position_of(
        scenario
    )
    scenario.when("resume-construction", **go_on()).then(ConstructionResumed)
    scenario.refuses(RuleBroken, "resume-construction", **go_on())
    scenario.when("suspend-construction", **stop("2012-10-01")).then(ConstructionSuspended)


def test_a_resumption_follows_its_stop(scenario: Scenario) -> None:
    scenario.given("suspend-construction", **stop())
    refusal = scenario.refuses(RuleBroken, "resume-construction", **go_on("2012-07-31"))
    assert refusal.position == position_of(scenario)
    scenario.when("resume-construction", **go_on("2012-08-01")).then(ConstructionResumed)


def test_a_revoked_stop_never_stopped_anything(scenario: Scenario) -> None:
    scenario.given("suspend-construction", **stop())
    scenario.given("revoke-event", target=position_of(scenario), reason="误记")
    scenario.refuses(RuleBroken, "resume-construction", **go_on())
    scenario.when("suspend-construction", **stop()).then(ConstructionSuspended)


def test_a_stop_before_any_start_is_warned_about(scenario: Scenario) -> None:
    report = position_of(scenario)
    scenario.given("revoke-event", target=report, reason="误报")
    scenario.when("suspend-construction", **stop()).then(ConstructionSuspended)
    assert warned(scenario) == ["construction.commenced_first"]


def test_a_certified_start_is_one_without_any_report(scenario: Scenario) -> None:
    report = position_of(scenario)
    scenario.given(
        "certify-commencement", by=JUDGE, project_id="pr1", on="2012-03-01", certifiers=["p9"]
    )
    scenario.given("revoke-event", target=report, reason="误报")
    scenario.when("suspend-construction", **stop()).then(ConstructionSuspended)
    assert warned(scenario) == []


def test_units_say_what_has_happened(scenario: Scenario) -> None:
    office = actor("li", Role.LGO)
    scenario.refuses(NotPermitted, "suspend-construction", by=office, **stop())
    scenario.refuses(RuleBroken, "suspend-construction", **stop("2026-11-23"))
    scenario.given("suspend-construction", **stop(str(TODAY)))
    scenario.refuses(NotPermitted, "resume-construction", by=office, **go_on(str(TODAY)))
    scenario.refuses(RuleBroken, "resume-construction", **go_on("2026-11-23"))
