"""Campaigns: window, plan, phases, focus industries, adopted projects (SPEC §3.2, §3.13)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.campaigns import (
    CampaignCreated,
    CampaignPhaseDefined,
    CampaignPlanApproved,
    FocusIndustriesSet,
    ProjectAdoptedByCampaign,
)
from domain.catalogue import COMMANDS
from domain.model.errors import NotPermitted, RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.roles import Role
from tests.domain.bodies import a_campaign, with_project
from tests.scenario import Scenario, actor


@pytest.fixture
def scenario() -> Scenario:
    """Campaign c1 of S000: 2010-07-25 to 2010-09-10."""
    return Scenario().given(
        "create-campaign", **a_campaign(**{"from": "2010-07-25", "to": "2010-09-10"})
    )


def a_phase(number: int, start: str, end: str, **changes: Any) -> dict[str, Any]:
    return {
        "campaign_id": "c1",
        "phase_no": number,
        "name": f"第{number}阶段",
        "from": start,
        "to": end,
        **changes,
    }


def test_a_campaign_is_created_as_the_contract_writes_it() -> None:
    scenario = Scenario().when("create-campaign", **a_campaign())
    scenario.then(
        (
            CampaignCreated,
            {
                "campaign_id": "c1",
                "kind": "百日会战",
                "level": "区",
                "owner": "u0",
                "start": date(2009, 7, 1),
                "end": date(2009, 9, 30),
            },
        )
    )
    [recorded] = scenario.recorded()
    assert recorded.campaign == "c1"
    assert recorded.tags == ("campaign:c1", "unit:u0")
    assert recorded.event.sentence().zh == (
        "u0设立区级百日会战“百日会战”（c1），2009-07-01至2009-09-30"
    )
    assert b'"from":"2009-07-01"' in scenario.recorder.events[0].event.data


def test_a_campaign_without_an_id_is_given_one_and_stands_in_its_own_envelope() -> None:
    body = a_campaign()
    del body["campaign_id"]
    scenario = Scenario().when("create-campaign", **body)
    assert scenario.answer is not None
    made = scenario.answer.ids["campaign_id"]
    assert scenario.recorded()[0].campaign == made
    scenario.when("set-focus-industries", campaign_id=made, codes=["电子"]).then(FocusIndustriesSet)


def test_a_campaign_is_created_once(scenario: Scenario) -> None:
    assert scenario.refuses(SubjectAlreadyExists, "create-campaign", **a_campaign()).position == 1
    scenario.when("create-campaign", **a_campaign("c2")).then(CampaignCreated)


def test_a_campaign_may_last_one_day_and_not_less() -> None:
    Scenario().given("create-campaign", **a_campaign(**{"from": "2009-07-01", "to": "2009-07-01"}))
    body = a_campaign(**{"from": "2009-07-02", "to": "2009-07-01"})
    with pytest.raises(ValidationError, match="to 不得早于 from"):
        COMMANDS["create-campaign"].model_validate({**body, "occurred_on": "2009-07-01"})


def test_a_campaign_may_lie_ahead() -> None:
    ahead = a_campaign(**{"from": "2027-01-01", "to": "2027-12-31"})
    Scenario().when("create-campaign", **ahead).then(CampaignCreated)


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "大会战"), ("level", "省"), ("name", " "), ("owner", ""), ("from", "七月初")],
)
def test_what_is_no_campaign_is_refused(field: str, value: str) -> None:
    body = {**a_campaign(), field: value, "occurred_on": "2009-07-01"}
    with pytest.raises(ValidationError):
        COMMANDS["create-campaign"].model_validate(body)


def test_a_correction_keeps_the_window_in_order(scenario: Scenario) -> None:
    with pytest.raises(ValidationError):
        scenario.command("correct-event", target=1, changes={"to": "2010-07-24"}, reason="有误")
    scenario.given("correct-event", target=1, changes={"to": "2010-07-25"}, reason="有误")


def test_only_the_office_creates_campaigns() -> None:
    for role in (Role.LG, Role.UNIT, Role.SYS, Role.INV):
        Scenario().refuses(NotPermitted, "create-campaign", actor("li", role), **a_campaign())
    Scenario().given("create-campaign", actor("li", Role.LGO), **a_campaign())


def test_a_plan_is_approved_once_by_its_number(scenario: Scenario) -> None:
    doc = {"no": "县发〔2010〕18号", "title": "活动月工作方案"}
    scenario.when("approve-campaign-plan", campaign_id="c1", doc=doc).then(CampaignPlanApproved)
    approved = scenario.recorder.head()
    again = scenario.refuses(RuleBroken, "approve-campaign-plan", campaign_id="c1", doc=doc)
    assert again.position == approved
    scenario.given("approve-campaign-plan", campaign_id="c1", doc={"no": "县发〔2010〕19号"})
    scenario.given("revoke-event", target=approved, reason="文号有误")
    scenario.when("approve-campaign-plan", campaign_id="c1", doc=doc).then(CampaignPlanApproved)


def test_a_plan_is_approved_by_the_leading_group(scenario: Scenario) -> None:
    body = {"campaign_id": "c1", "doc": {"no": "1"}}
    refused = scenario.refuses(NotPermitted, "approve-campaign-plan", actor("li", Role.LGO), **body)
    assert "领导小组(LG)" in refused.zh
    scenario.refuses(SubjectUnknown, "approve-campaign-plan", campaign_id="c9", doc={"no": "1"})


def test_phases_may_share_their_boundary_day(scenario: Scenario) -> None:
    """S000 prints 08-05 and 08-31 in two phases each."""
    for number, start, end in (
        (1, "2010-07-25", "2010-08-05"),
        (2, "2010-08-05", "2010-08-31"),
        (3, "2010-08-31", "2010-09-10"),
    ):
        scenario.when("define-campaign-phase", **a_phase(number, start, end))
        scenario.then((CampaignPhaseDefined, {"phase_no": number}))
        assert scenario.answer is not None
        assert scenario.answer.warnings == []


def test_a_longer_overlap_is_told_and_recorded(scenario: Scenario) -> None:
    scenario.given("define-campaign-phase", **a_phase(1, "2010-07-25", "2010-08-05"))
    scenario.when("define-campaign-phase", **a_phase(2, "2010-08-04", "2010-08-31"))
    assert scenario.answer is not None
    assert [w["rule"] for w in scenario.answer.warnings] == ["phase.boundary"]


def test_phases_follow_one_another_by_number(scenario: Scenario) -> None:
    scenario.given("define-campaign-phase", **a_phase(2, "2010-08-05", "2010-08-31"))
    refused = scenario.refuses(
        RuleBroken, "define-campaign-phase", **a_phase(3, "2010-08-04", "2010-09-10")
    )
    assert refused.position == 2
    scenario.refuses(RuleBroken, "define-campaign-phase", **a_phase(1, "2010-08-06", "2010-08-07"))
    scenario.given("define-campaign-phase", **a_phase(1, "2010-08-05", "2010-08-05"))


def test_a_phase_is_defined_once_and_corrected_after(scenario: Scenario) -> None:
    scenario.given("define-campaign-phase", **a_phase(1, "2010-07-25", "2010-08-05"))
    refused = scenario.refuses(
        RuleBroken, "define-campaign-phase", **a_phase(1, "2010-08-06", "2010-08-10")
    )
    assert refused.position == 2
    scenario.given("revoke-event", target=2, reason="重划")
    scenario.given("define-campaign-phase", **a_phase(1, "2010-08-06", "2010-08-10"))


@pytest.mark.parametrize(
    ("start", "end"),
    [("2010-07-24", "2010-08-05"), ("2010-09-01", "2010-09-11"), ("2011-01-01", "2011-01-02")],
)
def test_a_phase_lies_within_its_campaign(scenario: Scenario, start: str, end: str) -> None:
    refused = scenario.refuses(RuleBroken, "define-campaign-phase", **a_phase(1, start, end))
    assert refused.position == 1
    scenario.given("define-campaign-phase", **a_phase(1, "2010-07-25", "2010-09-10"))


def test_a_corrected_window_moves_the_bounds_of_its_phases(scenario: Scenario) -> None:
    scenario.given("correct-event", target=1, changes={"to": "2010-09-30"}, reason="延长")
    scenario.given("define-campaign-phase", **a_phase(1, "2010-07-25", "2010-09-30"))


def test_phases_of_other_campaigns_do_not_matter(scenario: Scenario) -> None:
    scenario.given("create-campaign", **a_campaign("c2"))
    scenario.given("define-campaign-phase", **a_phase(1, "2010-07-25", "2010-08-05"))
    other = a_phase(1, "2009-07-01", "2009-07-31", campaign_id="c2")
    scenario.when("define-campaign-phase", **other).then(CampaignPhaseDefined)


def test_focus_industries_are_set_for_a_campaign_or_at_large(scenario: Scenario) -> None:
    scenario.when("set-focus-industries", codes=["服装", "电子", "皮具", "建材"], campaign_id="c1")
    scenario.then(
        (FocusIndustriesSet, {"campaign_id": "c1", "codes": ("服装", "电子", "皮具", "建材")})
    )
    assert scenario.recorded()[0].event.sentence().en == (
        "Focus industries set: 服装, 电子, 皮具, 建材"
    )
    scenario.when("set-focus-industries", codes=["有色金属"]).then(
        (FocusIndustriesSet, {"campaign_id": None})
    )
    for codes in ([], ["电子", "电子"]):
        with pytest.raises(ValidationError):
            scenario.command("set-focus-industries", codes=codes)


def test_a_project_is_adopted_by_a_campaign_once(scenario: Scenario) -> None:
    with_project(scenario, "pr1", "pr2")
    scenario.when("adopt-project", project_id="pr1", campaign_id="c1").then(
        (ProjectAdoptedByCampaign, {"project_id": "pr1", "campaign_id": "c1", "carry_over": True})
    )
    adopted = scenario.recorder.head()
    assert scenario.recorded()[0].campaign == "c1"
    refused = scenario.refuses(RuleBroken, "adopt-project", project_id="pr1", campaign_id="c1")
    assert refused.position == adopted
    scenario.given("adopt-project", project_id="pr2", campaign_id="c1", carry_over=False)
    scenario.given("create-campaign", **a_campaign("c2"))
    scenario.given("adopt-project", project_id="pr1", campaign_id="c2")
    scenario.given("revoke-event", target=adopted, reason="不属结转")
    scenario.given("adopt-project", project_id="pr1", campaign_id="c1", carry_over=False)


def test_both_project_and_campaign_must_be_there(scenario: Scenario) -> None:
    with_project(scenario)
    scenario.refuses(SubjectUnknown, "adopt-project", project_id="pr9", campaign_id="c1")
    scenario.refuses(SubjectUnknown, "adopt-project", project_id="pr1", campaign_id="c9")
    with pytest.raises(ValidationError, match="campaign_id"):
        scenario.command("adopt-project", project_id="pr1")
