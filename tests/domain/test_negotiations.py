"""Negotiations: held, successful, ended, taken up again."""

from __future__ import annotations

import pytest

from domain.model.errors import NotPermitted, RuleBroken, SubjectUnknown
from domain.model.personal import Commitment
from domain.model.roles import Role
from domain.projects import NegotiationEnded, NegotiationHeld, NegotiationSucceeded
from tests.domain.bodies import position_of, with_project
from tests.scenario import Scenario, actor


@pytest.fixture
def scenario() -> Scenario:
    """Project pr1."""
    return with_project(Scenario())


def test_a_negotiation_keeps_its_summary_in_the_vault(scenario: Scenario) -> None:
    scenario.when(
        "hold-negotiation",
        project_id="pr1",
        parties=["河东乡人民政府", "岭南机械有限公司"],
        stage="初谈",
        summary="李四经理来访，谈及用地",
    ).then((NegotiationHeld, {"parties": ("河东乡人民政府", "岭南机械有限公司"), "stage": "初谈"}))
    event = scenario.recorded()[0].event
    assert isinstance(event, NegotiationHeld)
    assert isinstance(event.summary, Commitment)
    assert event.sentence().zh == (
        "项目pr1洽谈，参加方河东乡人民政府、岭南机械有限公司，阶段：初谈"
    )


def test_a_negotiation_needs_its_project(scenario: Scenario) -> None:
    scenario.refuses(SubjectUnknown, "hold-negotiation", project_id="pr9", parties=["某公司"])


def test_who_records_what(scenario: Scenario) -> None:
    office = actor("li", Role.INV)
    scenario.refuses(NotPermitted, "hold-negotiation", by=office, project_id="pr1")
    scenario.given("hold-negotiation", by=actor("li", Role.TEAM), project_id="pr1")
    scenario.refuses(
        NotPermitted, "conclude-negotiation", by=actor("li", Role.TEAM), project_id="pr1"
    )
    scenario.when("conclude-negotiation", by=office, project_id="pr1").then(NegotiationSucceeded)


def test_a_success_is_recorded_once_until_talks_resume(scenario: Scenario) -> None:
    scenario.given("conclude-negotiation", project_id="pr1")
    refusal = scenario.refuses(RuleBroken, "conclude-negotiation", project_id="pr1")
    assert refusal.position == position_of(scenario)
    scenario.given("hold-negotiation", project_id="pr1")
    scenario.when("conclude-negotiation", project_id="pr1").then(NegotiationSucceeded)


def test_a_success_may_still_fall_through_but_an_end_is_an_end(scenario: Scenario) -> None:
    scenario.given("conclude-negotiation", project_id="pr1")
    scenario.when("end-negotiation", project_id="pr1", reason="投资方资金未落实").then(
        (NegotiationEnded, {"reason": "投资方资金未落实"})
    )
    scenario.refuses(RuleBroken, "end-negotiation", project_id="pr1", reason="再次")
    scenario.refuses(RuleBroken, "conclude-negotiation", project_id="pr1")
    scenario.given("hold-negotiation", project_id="pr1")
    scenario.when("end-negotiation", project_id="pr1", reason="再次未果").then(NegotiationEnded)


def test_a_revoked_end_leaves_the_talks_open(scenario: Scenario) -> None:
    scenario.given("end-negotiation", project_id="pr1", reason="误记")
    scenario.given("revoke-event", target=position_of(scenario), reason="误记")
    scenario.when("conclude-negotiation", project_id="pr1", reason="达成一致").then(
        (NegotiationSucceeded, {"reason": "达成一致"})
    )
