"""Corrections of complaints and of what became of them keep the rules (SPEC §3.9, G8)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.model.effective import EventCorrected
from domain.model.errors import RuleBroken
from domain.model.roles import Role
from tests.domain.bodies import position_of, with_project
from tests.scenario import TODAY, Scenario, actor

CENTRE = actor("centre", Role.CPC)
TOMORROW = "2026-11-23"
RECEIVED: dict[str, Any] = {
    "complaint_id": "x1",
    "against": "某局",
    "kind": "刁难",
    "channel": "电话",
    "content": "三次拒收材料",
}
KNOWN: dict[str, Any] = {"anonymous": False, "enterprise": "海州食品有限公司"}


@pytest.fixture
def scenario() -> Scenario:
    """Units u1 and u2."""
    return with_project(Scenario()).given("register-unit", unit_id="u2", name="河西乡", kind="乡镇")


def told(scenario: Scenario, slug: str, /, **body: Any) -> int:
    scenario.given(slug, CENTRE, complaint_id="x1", **body)
    return position_of(scenario)


def received(scenario: Scenario, **changes: Any) -> int:
    scenario.given("receive-complaint", CENTRE, **{**RECEIVED, **KNOWN, **changes})
    return position_of(scenario)


def resolved(scenario: Scenario) -> int:
    told(scenario, "assign-complaint", unit="u1", due="2012-02-01")
    return told(scenario, "resolve-complaint", result="已办结")


@pytest.mark.parametrize(
    ("slug", "more"), [("accept-complaint", {}), ("decline-complaint", {"reason": "不属受理范围"})]
)
def test_it_was_decided_today_at_the_latest(
    scenario: Scenario, slug: str, more: dict[str, Any]
) -> None:
    received(scenario)
    at = told(scenario, slug, on="2012-01-06", **more)
    scenario.cannot_correct(RuleBroken, at, on=TOMORROW)
    scenario.correct(at, on=str(TODAY)).then(EventCorrected)


def test_it_is_due_after_it_was_assigned(scenario: Scenario) -> None:
    received(scenario)
    at = told(scenario, "assign-complaint", unit="u1", due="2012-02-01")
    scenario.cannot_correct(RuleBroken, at, due="2012-01-04")
    scenario.cannot_correct(RuleBroken, at, occurred_on="2012-02-02")
    scenario.correct(at, due="2012-01-05").then(EventCorrected)


def test_whoever_resolved_it_had_been_assigned_it(scenario: Scenario) -> None:
    received(scenario)
    at = resolved(scenario)
    assert scenario.cannot_correct(RuleBroken, at - 1, unit="u2").position == at
    scenario.cannot_correct(RuleBroken, at, unit="u2")
    scenario.revoke(at)
    scenario.correct(at - 1, unit="u2").then(EventCorrected)


def test_an_earlier_assignment_is_nobodys_result(scenario: Scenario) -> None:
    received(scenario)
    first = told(scenario, "assign-complaint", unit="u2", due="2012-02-01")
    resolved(scenario)
    scenario.correct(first, due="2012-01-31", unit="u1").then(EventCorrected)


def test_a_reply_comes_after_the_complaint(scenario: Scenario) -> None:
    complaint = received(scenario)
    resolved(scenario)
    reply = told(scenario, "reply-complaint", on="2012-02-01", mode="书面")
    assert scenario.cannot_correct(RuleBroken, reply, on="2012-01-04").position == complaint
    refusal = scenario.cannot_correct(RuleBroken, complaint, occurred_on="2012-02-02")
    assert refusal.position == reply
    scenario.cannot_correct(RuleBroken, reply, on=TOMORROW)
    scenario.correct(reply, on="2012-01-05").then(EventCorrected)


def test_whoever_is_known_was_answered_in_person(scenario: Scenario) -> None:
    complaint = received(scenario)
    resolved(scenario)
    reply = told(scenario, "reply-complaint", on="2012-02-01", mode="书面", complainant_ack=True)
    assert scenario.cannot_correct(RuleBroken, reply, mode="公告").position == complaint
    assert scenario.cannot_correct(RuleBroken, complaint, anonymous=True).position == reply
    scenario.correct(reply, complainant_ack=None)
    scenario.correct(complaint, anonymous=True).then(EventCorrected)
    scenario.cannot_correct(RuleBroken, reply, complainant_ack=True)
    scenario.correct(reply, mode="公告").then(EventCorrected)
    assert scenario.cannot_correct(RuleBroken, complaint, anonymous=False).position == reply


def test_what_was_decided_of_one_complaint_is_not_moved_to_another(scenario: Scenario) -> None:
    received(scenario)
    received(scenario, complaint_id="x2")
    at = resolved(scenario)
    for position in (at - 1, at):
        scenario.cannot_correct(RuleBroken, position, complaint_id="x2")
