"""Contacts, visits, invitations, inspections, meetings and promotion events (SPEC §3.4)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.catalogue import COMMANDS
from domain.contacts import (
    ContactRecorded,
    EnterpriseVisited,
    InvitationSent,
    MeetingHeld,
    PromotionEventHeld,
    SiteInspectionHeld,
    enterprise_tag,
)
from domain.model.errors import NotPermitted, RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.identity import Investor
from domain.model.personal import Commitment
from domain.model.roles import Role
from tests.domain.bodies import INVESTOR, a_lead, with_project
from tests.scenario import Scenario, actor

CONTACT: dict[str, Any] = {
    "contact_id": "k1",
    "investor": INVESTOR,
    "direction": "out",
    "mode": "上门拜访",
    "led_by": "p1",
    "participants": ["p1", "wang"],
    "summary": "与赵总谈妥考察日程",
}
VISIT: dict[str, Any] = {
    "enterprise": "海州食品有限公司",
    "direction": "外出",
    "purpose": "推介",
    "led_by": "p1",
}
INSPECTION: dict[str, Any] = {
    "investor": INVESTOR,
    "delegates": 3,
    "by_unit": "u1",
    "received_by": "p1",
    "sites": ["新工业园", "老码头"],
}
INVITATION: dict[str, Any] = {"investor": INVESTOR, "for_date": "2012-03-01"}
PROMOTION: dict[str, Any] = {
    "event_id": "e1",
    "kind": "座谈会",
    "level": "县区",
    "place": "深圳宝安",
    "date": "2012-01-04",
}


@pytest.fixture
def scenario() -> Scenario:
    """Unit u1, participant p1, project pr1, lead l1."""
    return with_project(Scenario()).given("register-lead", **a_lead())


def test_a_contact_is_recorded_as_the_contract_writes_it(scenario: Scenario) -> None:
    scenario.when("record-contact", **CONTACT).then(
        (
            ContactRecorded,
            {
                "contact_id": "k1",
                "investor": Investor.model_validate(INVESTOR),
                "mode": "上门拜访",
                "participants": ("p1", "wang"),
            },
        )
    )
    [recorded] = scenario.recorded()
    assert recorded.tags == (
        "contact:k1",
        "participant:p1",
        "participant:wang",
        "investor:CN|岭南机械有限公司",
    )
    assert isinstance(recorded.event, ContactRecorded)
    assert isinstance(recorded.event.summary, Commitment)
    assert recorded.event.sentence().zh == (
        "p1以“上门拜访”联络岭南机械有限公司，参加人p1、wang（k1）"
    )


def test_a_contact_is_found_under_its_lead_and_project(scenario: Scenario) -> None:
    scenario.when("record-contact", **CONTACT, lead_id="l1", project_id="pr1", by_unit="u1")
    assert {"lead:l1", "project:pr1", "unit:u1"} <= set(scenario.recorded()[0].tags)
    for unknown in ({"lead_id": "l9"}, {"project_id": "pr9"}, {"by_unit": "u9"}):
        scenario.refuses(
            SubjectUnknown, "record-contact", **{**CONTACT, "contact_id": "k2", **unknown}
        )


def test_an_investor_is_found_by_code_and_by_name(scenario: Scenario) -> None:
    coded = {"name": "嶺南機械有限公司", "credit_code": "91440300708461136T"}
    scenario.when("record-contact", **{**CONTACT, "investor": coded})
    assert {"investor:91440300708461136T", "investor:CN|岭南机械有限公司"} <= set(
        scenario.recorded()[0].tags
    )


def test_witnesses_need_not_be_registered_and_a_contact_is_recorded_once(
    scenario: Scenario,
) -> None:
    scenario.given("record-contact", **{**CONTACT, "led_by": "zhou", "participants": []})
    scenario.refuses(SubjectAlreadyExists, "record-contact", **CONTACT)
    without = {k: v for k, v in CONTACT.items() if k not in ("contact_id", "summary")}
    scenario.when("record-contact", **without).then((ContactRecorded, {"summary": None}))
    assert scenario.answer is not None
    assert scenario.answer.ids["contact_id"]


@pytest.mark.parametrize(
    ("slug", "body", "changes"),
    [
        ("record-contact", CONTACT, {"direction": "外出"}),
        ("record-contact", CONTACT, {"mode": "微信"}),
        ("record-contact", CONTACT, {"investor": {"name": ""}}),
        ("record-contact", CONTACT, {"participants": ["a\x01b"]}),
        ("visit-enterprise", VISIT, {"direction": "out"}),
        ("visit-enterprise", VISIT, {"purpose": "旅游"}),
        ("visit-enterprise", VISIT, {"enterprise": "　"}),
        ("hold-site-inspection", INSPECTION, {"delegates": 0}),
        ("hold-site-inspection", INSPECTION, {"delegates": -3}),
        ("hold-site-inspection", INSPECTION, {"delegates": 2.5}),
        ("hold-site-inspection", INSPECTION, {"sites": [""]}),
        ("send-invitation", INVITATION, {"for_date": "2012-02-30"}),
        ("hold-promotion-event", PROMOTION, {"kind": "酒会"}),
        ("hold-promotion-event", PROMOTION, {"level": "县"}),
        ("hold-meeting", {"kind": "动员"}, {"kind": "晨会"}),
        ("hold-meeting", {"kind": "动员"}, {"decisions": [{"due": "2012-01-01"}]}),
    ],
)
def test_words_are_those_of_the_catalogue(
    slug: str, body: dict[str, Any], changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        COMMANDS[slug].model_validate({**body, **changes, "occurred_on": "2012-01-05"})


def test_an_enterprise_is_found_however_its_name_is_spelt(scenario: Scenario) -> None:
    scenario.when("visit-enterprise", **VISIT).then(
        (EnterpriseVisited, {"direction": "外出", "purpose": "推介", "findings": None})
    )
    assert scenario.recorded()[0].tags == ("participant:p1", "enterprise:海州食品有限公司")
    assert enterprise_tag(" 海州 食品有限公司") == enterprise_tag("海州食品有限公司")
    scenario.when("visit-enterprise", **VISIT, by_unit="u1", findings="设备已订")
    assert "unit:u1" in scenario.recorded()[0].tags
    scenario.refuses(SubjectUnknown, "visit-enterprise", **VISIT, by_unit="u9")


def test_an_invitation_may_be_for_a_day_ahead(scenario: Scenario) -> None:
    scenario.when("send-invitation", **{**INVITATION, "for_date": "2027-01-01"})
    scenario.then(InvitationSent)
    assert scenario.recorded()[0].event.sentence().zh == "邀请岭南机械有限公司于2027-01-01来访"
    scenario.given("send-invitation", **INVITATION, by_unit="u1", lead_id="l1", project_id="pr1")


def test_an_inspection_is_recorded_as_the_contract_writes_it(scenario: Scenario) -> None:
    scenario.when("hold-site-inspection", **INSPECTION).then(
        (SiteInspectionHeld, {"delegates": 3, "by_unit": "u1", "sites": ("新工业园", "老码头")})
    )
    assert scenario.recorded()[0].event.sentence().zh == (
        "岭南机械有限公司一行3人来考察，u1邀请，p1接待，地点：新工业园、老码头"
    )
    scenario.refuses(SubjectUnknown, "hold-site-inspection", **{**INSPECTION, "by_unit": "u9"})
    with pytest.raises(ValidationError, match="by_unit"):
        scenario.command("hold-site-inspection", investor=INVESTOR, delegates=3, received_by="p1")


def test_a_meeting_counts_its_decisions_and_keeps_their_words_in_the_vault(
    scenario: Scenario,
) -> None:
    decisions = [{"text": "由赵六十日内办结", "owner": "u1", "due": "2012-02-01"}]
    scenario.when("hold-meeting", kind="现场办公", decisions=decisions, project_id="pr1")
    scenario.then((MeetingHeld, {"kind": "现场办公", "project_id": "pr1"}))
    assert scenario.recorded()[0].event.sentence().en == "Meeting held (现场办公), decisions: 1"
    assert "赵六" not in scenario.recorder.events[-1].event.data.decode()
    scenario.given("hold-meeting", kind="银企联席")


def test_a_promotion_event_was_held_and_has_an_id(scenario: Scenario) -> None:
    scenario.when("hold-promotion-event", **PROMOTION).then(
        (PromotionEventHeld, {"event_id": "e1", "kind": "座谈会", "theme": None, "round": None})
    )
    assert scenario.recorded()[0].tags == ("occasion:e1",)
    scenario.refuses(SubjectAlreadyExists, "hold-promotion-event", **PROMOTION)
    ahead = {**PROMOTION, "event_id": "e2", "date": "2026-11-23"}
    assert scenario.refuses(RuleBroken, "hold-promotion-event", **ahead).clause == "SPEC G7"
    scenario.given(
        "hold-promotion-event", **{**ahead, "date": "2026-11-22"}, theme="做大铜经济", round=4
    )


@pytest.mark.parametrize(
    ("slug", "body", "roles"),
    [
        ("record-contact", CONTACT, {Role.TEAM, Role.UNIT, Role.PART}),
        ("visit-enterprise", VISIT, {Role.TEAM, Role.UNIT}),
        ("send-invitation", INVITATION, {Role.TEAM, Role.UNIT}),
        ("hold-site-inspection", INSPECTION, {Role.UNIT, Role.INV}),
        ("hold-meeting", {"kind": "碰头"}, {Role.LGO}),
        ("hold-promotion-event", PROMOTION, {Role.INV}),
    ],
)
def test_who_records_what(
    scenario: Scenario, slug: str, body: dict[str, Any], roles: set[Role]
) -> None:
    for role in set(Role) - roles:
        scenario.refuses(NotPermitted, slug, actor("li", role), **body)
    for number, role in enumerate(sorted(roles)):
        fresh: dict[str, str] = {k: f"n{number}" for k in ("contact_id", "event_id") if k in body}
        scenario.given(slug, actor("li", role), **{**body, **fresh})
