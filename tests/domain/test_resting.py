"""Nothing is revoked, or changed, from under those that rest on it (SPEC G8, decision 0006)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.amendments import RevokeEvent
from domain.consider import consider
from domain.model.effective import EventCorrected, EventRevoked, effective
from domain.model.errors import RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.roles import Role
from domain.organisation import PostHeld, UnitRegistered
from eventlog.entry import read
from tests.domain.bodies import (
    a_campaign,
    a_lead,
    a_project,
    a_signing,
    a_target,
    an_arrival,
    position_of,
    with_project,
    yuan,
)
from tests.scenario import CLERK, JUDGE, TODAY, Scenario, actor

UNIT_U1, PARTICIPANT_P1, PROJECT_PR1 = 1, 2, 3
VISIT: dict[str, Any] = {
    "enterprise": "岭南机械有限公司",
    "direction": "外出",
    "purpose": "推介",
    "led_by": "p1",
}
DOC = {"no": "区发〔2009〕12号"}


@pytest.fixture
def scenario() -> Scenario:
    """Unit u1, participant p1 and project pr1, at the positions above."""
    return with_project(Scenario())


class TestRevoking:
    def test_what_a_later_event_mentions_stays_until_that_is_revoked(
        self, scenario: Scenario
    ) -> None:
        scenario.given("record-signing", **a_signing("s1"))
        scenario.given("record-signing", **a_signing("s2"))
        refusal = scenario.cannot_revoke(RuleBroken, PROJECT_PR1)
        assert refusal.position == PROJECT_PR1 + 1
        assert refusal.clause == "SPEC G8"
        assert "共2件" in refusal.zh
        assert "SigningRecorded" in refusal.en
        scenario.revoke(PROJECT_PR1 + 1)
        assert scenario.cannot_revoke(RuleBroken, PROJECT_PR1).position == PROJECT_PR1 + 2
        scenario.revoke(PROJECT_PR1 + 2)
        scenario.revoke(PROJECT_PR1).then(EventRevoked)

    def test_a_unit_stays_while_anything_is_of_it(self, scenario: Scenario) -> None:
        assert scenario.cannot_revoke(RuleBroken, UNIT_U1).position == PARTICIPANT_P1
        scenario.revoke(PARTICIPANT_P1)
        assert scenario.cannot_revoke(RuleBroken, UNIT_U1).position == PROJECT_PR1
        scenario.revoke(PROJECT_PR1)
        scenario.revoke(UNIT_U1).then(EventRevoked)

    def test_a_registrant_stays_while_a_lead_is_theirs(self, scenario: Scenario) -> None:
        scenario.given("register-lead", **a_lead())
        assert scenario.cannot_revoke(RuleBroken, PARTICIPANT_P1).position == position_of(scenario)

    def test_a_witness_need_not_be_registered(self, scenario: Scenario) -> None:
        scenario.given("visit-enterprise", **VISIT)
        scenario.given("hold-negotiation", project_id="pr1", on_behalf_of="p1")
        scenario.revoke(PARTICIPANT_P1).then(EventRevoked)

    def test_named_both_as_witness_and_as_holder_of_a_post(self, scenario: Scenario) -> None:
        post: dict[str, Any] = {"person": "p1", "unit_id": "u1", "post": "镇长"}
        scenario.given("hold-post", on_behalf_of="p1", **post)
        assert scenario.cannot_revoke(RuleBroken, PARTICIPANT_P1).position == position_of(scenario)

    def test_a_campaign_stays_while_an_envelope_names_it(self, scenario: Scenario) -> None:
        scenario.given("create-campaign", **a_campaign())
        campaign = position_of(scenario)
        scenario.given("visit-enterprise", campaign_id="c1", **VISIT)
        assert scenario.cannot_revoke(RuleBroken, campaign).position == campaign + 1
        scenario.revoke(campaign + 1)
        scenario.revoke(campaign).then(EventRevoked)

    def test_a_lead_goes_before_its_rival_and_not_before_its_repeat(
        self, scenario: Scenario
    ) -> None:
        scenario.given("register-lead", **a_lead("l1"))
        first = position_of(scenario)
        scenario.given("register-lead", **a_lead("l2"))
        scenario.given(
            "mark-lead-duplicate", JUDGE, lead_id="l2", of_lead_id="l1", basis="同一项目"
        )
        assert scenario.cannot_revoke(RuleBroken, first).position == first + 2
        scenario.revoke(first + 2)
        scenario.revoke(first).then(EventRevoked)

    def test_a_lead_stays_while_a_project_came_of_it(self, scenario: Scenario) -> None:
        scenario.given("register-lead", **a_lead("l1"))
        first = position_of(scenario)
        scenario.given("open-project", **a_project("pr2", lead_id="l1"))
        assert scenario.cannot_revoke(RuleBroken, first).position == first + 1
        scenario.revoke(first + 2)
        assert scenario.cannot_revoke(RuleBroken, first).position == first + 1
        scenario.correct(first + 1, lead_id=None)
        scenario.revoke(first).then(EventRevoked)

    def test_corrections_and_revocations_rest_on_nothing(self, scenario: Scenario) -> None:
        scenario.given("record-signing", **a_signing())
        signing = position_of(scenario)
        scenario.correct(signing, level="协议")
        scenario.correct(PROJECT_PR1, name="机床厂")
        scenario.revoke(signing)
        scenario.revoke(PROJECT_PR1).then(EventRevoked)

    def test_what_was_corrected_to_another_subject_rests_there(self, scenario: Scenario) -> None:
        scenario.given("open-project", **a_project("pr2"))
        other = position_of(scenario)
        scenario.given("record-signing", **a_signing())
        scenario.correct(other + 1, project_id="pr2")
        scenario.revoke(PROJECT_PR1).then(EventRevoked)
        assert scenario.cannot_revoke(RuleBroken, other).position == other + 1

    def test_the_shares_of_a_target_rest_on_it_and_what_follows_on_them(
        self, scenario: Scenario
    ) -> None:
        scenario.given("create-campaign", **a_campaign())
        scenario.given("assign-target", **a_target(assignee="u0"))
        assigned = position_of(scenario)
        child = {"assignee": "u1", "value": "358", "due": "2009-09-30"}
        scenario.given("decompose-target", parent_id="t1", children=[child])
        scenario.given("adjust-target", target_id="t1.u1", value="300", reason="调整", doc=DOC)
        assert scenario.cannot_revoke(RuleBroken, assigned).position == assigned + 1
        assert scenario.cannot_revoke(RuleBroken, assigned + 1).position == assigned + 2
        for position in (assigned + 2, assigned + 1, assigned):
            scenario.revoke(position).then(EventRevoked)

    def test_what_introduced_nothing_may_go_at_any_time(self, scenario: Scenario) -> None:
        post: dict[str, Any] = {"person": "p1", "unit_id": "u1", "post": "镇长"}
        scenario.given("hold-post", **post)
        scenario.given("leave-post", **post)
        scenario.revoke(position_of(scenario) - 1).then(EventRevoked)

    def test_a_mention_recorded_meanwhile_makes_the_revocation_be_decided_again(
        self, scenario: Scenario
    ) -> None:
        command = RevokeEvent(target=PROJECT_PR1, reason="误立", occurred_on=date(2012, 1, 5))
        case = consider(
            command, CLERK, reader=scenario.registrar.reader, today=TODAY, new_id=lambda: ""
        )
        boundary = case.consistency_boundary()
        scenario.given("record-signing", **a_signing())
        found, _ = scenario.registrar.reader.select(boundary)
        assert position_of(scenario) in {r.position for r in found}


class TestRestoring:
    def test_an_event_comes_back_only_with_what_it_mentions(self, scenario: Scenario) -> None:
        scenario.given("record-signing", **a_signing())
        signing = position_of(scenario)
        scenario.revoke(signing).revoke(PROJECT_PR1)
        refusal = scenario.cannot_revoke(SubjectUnknown, signing + 1)
        assert "pr1" in refusal.zh
        scenario.revoke(signing + 2)
        scenario.revoke(signing + 1).then(EventRevoked)

    def test_an_id_that_was_taken_since_is_not_taken_back(self, scenario: Scenario) -> None:
        scenario.revoke(PROJECT_PR1)
        scenario.given("open-project", **a_project("pr1", name="另一项目"))
        refusal = scenario.cannot_revoke(SubjectAlreadyExists, PROJECT_PR1 + 1)
        assert refusal.position == PROJECT_PR1 + 2
        scenario.revoke(PROJECT_PR1 + 2)
        scenario.revoke(PROJECT_PR1 + 1).then(EventRevoked)

    def test_nor_a_number_that_proves_something_else_now(self, scenario: Scenario) -> None:
        scenario.given("report-fund-arrival", **an_arrival("a1"))
        report = position_of(scenario)
        scenario.revoke(report)
        taken = {**an_arrival("a2"), "evidence": an_arrival("a1")["evidence"]}
        scenario.given("report-fund-arrival", **taken)
        assert scenario.cannot_revoke(SubjectAlreadyExists, report + 1).position == report + 2

    def test_a_correction_is_taken_back_only_where_the_old_values_still_hold(
        self, scenario: Scenario
    ) -> None:
        scenario.given("open-project", **a_project("pr2"))
        scenario.given("record-signing", **a_signing())
        signing = position_of(scenario)
        scenario.correct(signing, project_id="pr2")
        scenario.revoke(PROJECT_PR1)
        scenario.cannot_revoke(SubjectUnknown, signing + 1)
        scenario.revoke(signing + 2)
        scenario.revoke(signing + 1).then(EventRevoked)

    def test_a_correction_of_a_revoked_event_is_taken_back_without_question(
        self, scenario: Scenario
    ) -> None:
        scenario.given("hold-post", person="p1", unit_id="u1", post="镇长")
        post = position_of(scenario)
        scenario.correct(post, post="书记")
        scenario.revoke(post)
        scenario.revoke(post + 1).then(EventRevoked)
        scenario.revoke(post + 2)
        stored = [read(e.position, e.event.data) for e in scenario.recorder.events]
        held = [r.event for r in effective(stored) if isinstance(r.event, PostHeld)]
        assert [event.post for event in held] == ["镇长"]


class TestCopies:
    def test_a_project_that_others_took_over_changes_after_they_are_gone(
        self, scenario: Scenario
    ) -> None:
        scenario.given("open-project", **a_project("pr2"))
        scenario.given("record-signing", **a_signing())
        signing = position_of(scenario)
        scenario.given("verify-signing", JUDGE, signing_id="s1", ok=True)
        refusal = scenario.cannot_correct(RuleBroken, signing, project_id="pr2")
        assert refusal.position == signing + 1
        assert "project_id" in refusal.en
        scenario.correct(signing, level="协议").then(EventCorrected)
        scenario.revoke(signing + 1)
        scenario.correct(signing, project_id="pr2").then(EventCorrected)

    def test_the_campaign_of_a_target_that_was_handed_on(self, scenario: Scenario) -> None:
        for one in ("c1", "c2"):
            scenario.given("create-campaign", **a_campaign(one))
        scenario.given("assign-target", **a_target(assignee="u0"))
        assigned = position_of(scenario)
        child = {"assignee": "u1", "value": "358", "due": "2009-09-30"}
        scenario.given("decompose-target", parent_id="t1", children=[child])
        assert scenario.cannot_correct(RuleBroken, assigned, campaign_id="c2").position == (
            assigned + 1
        )
        scenario.revoke(assigned + 1)
        scenario.correct(assigned, campaign_id="c2").then(EventCorrected)


def test_every_history_can_be_cleaned_up_from_the_last_to_the_first() -> None:
    scenario = with_project(Scenario())
    scenario.given("create-campaign", **a_campaign())
    scenario.given("assign-target", **a_target(assignee="u0"))
    child = {"assignee": "u1", "value": "358", "due": "2009-09-30"}
    scenario.given("decompose-target", parent_id="t1", children=[child])
    scenario.given("register-lead", campaign_id="c1", **a_lead("l1"))
    scenario.given("register-lead", on_behalf_of="p1", **a_lead("l2"))
    scenario.given("open-project", **a_project("pr2", lead_id="l1"))
    scenario.given("visit-enterprise", **VISIT)
    scenario.given("record-signing", **a_signing(project_id="pr2"))
    scenario.given("verify-signing", JUDGE, signing_id="s1", ok=True)
    scenario.given("report-fund-arrival", **an_arrival(project_id="pr2"))
    scenario.given(
        "recognise-fund-arrival",
        actor("office", Role.LGO),
        arrival_id="a1",
        amount_recognised=yuan("900.00"),
        authority="县",
    )
    scenario.given("withdraw-fund", project_id="pr2", amount=yuan("100.00"), on="2012-07-01")
    for position in range(position_of(scenario), 0, -1):
        scenario.revoke(position)
    stored = [read(e.position, e.event.data) for e in scenario.recorder.events]
    assert effective(stored) == []
    scenario.when("register-unit", unit_id="u1", name="河东乡", kind="乡镇").then(UnitRegistered)
