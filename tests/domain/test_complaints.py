"""Complaints: 件件有着落、事事有回音 (SPEC §3.9, S003-65)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.catalogue import COMMANDS
from domain.complaints import (
    ComplaintAccepted,
    ComplaintAssigned,
    ComplaintNotAccepted,
    ComplaintReceived,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintReviewed,
    ComplaintReviewRequested,
)
from domain.model.errors import NotPermitted, RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.personal import Commitment
from domain.model.roles import Role
from domain.satisfaction import SatisfactionSurveyed
from tests.domain.bodies import with_project
from tests.scenario import Scenario, actor

RECEIVED: dict[str, Any] = {
    "complaint_id": "x1",
    "enterprise": "海州食品有限公司",
    "against": "区某局孙七",
    "kind": "刁难",
    "channel": "电话",
    "content": "孙七三次拒收材料",
    "anonymous": False,
    "complainant": "周八",
}
ANONYMOUS: dict[str, Any] = {
    **{k: v for k, v in RECEIVED.items() if k != "complainant"},
    "anonymous": True,
}
X1: dict[str, Any] = {"complaint_id": "x1"}
ASSIGN: dict[str, Any] = {**X1, "unit": "u1", "due": "2012-02-01"}
RESOLVE: dict[str, Any] = {**X1, "result": "已办结"}
REPLY: dict[str, Any] = {**X1, "on": "2012-02-01", "mode": "电话"}
DECLINE: dict[str, Any] = {**X1, "on": "2012-01-06", "reason": "不属本中心受理范围"}
CENTRE = actor("centre", Role.CPC, unit="u5")
UNIT = actor("u1clerk", Role.UNIT, unit="u1")
OTHER_UNIT = actor("u2clerk", Role.UNIT, unit="u2")


@pytest.fixture
def scenario() -> Scenario:
    """Units u1 and u2, and complaint x1, just received on 2012-01-05."""
    scenario = with_project(Scenario()).given(
        "register-unit", unit_id="u2", name="河西乡", kind="乡镇"
    )
    return scenario.given("receive-complaint", **RECEIVED)


def set_rule(scenario: Scenario, value: Any, since: str = "2011-01-01") -> None:
    scenario.given(
        "set-rule-parameter",
        key="complaint.finish_days",
        value=value,
        valid_from=since,
        doc={"no": "区办〔2011〕7号"},
    )


def test_a_complaint_is_received_as_the_contract_writes_it() -> None:
    scenario = with_project(Scenario()).when("receive-complaint", **RECEIVED)
    scenario.then((ComplaintReceived, {"complaint_id": "x1", "kind": "刁难", "anonymous": False}))
    [recorded] = scenario.recorded()
    assert recorded.tags == ("complaint:x1", "enterprise:海州食品有限公司")
    event = recorded.event
    assert isinstance(event, ComplaintReceived)
    for hidden in (event.complainant, event.against, event.content):
        assert isinstance(hidden, Commitment)
    assert event.sentence().zh == ("收到投诉x1（刁难，电话），企业：海州食品有限公司，匿名：否")
    stored = scenario.recorder.events[-1].event.data.decode()
    assert "孙七" not in stored
    assert "周八" not in stored


def test_a_complaint_is_received_once_and_may_name_a_registered_unit(scenario: Scenario) -> None:
    scenario.refuses(SubjectAlreadyExists, "receive-complaint", **RECEIVED)
    second = {**RECEIVED, "complaint_id": "x2", "against_unit": "u2"}
    scenario.when("receive-complaint", **second)
    assert "unit:u2" in scenario.recorded()[0].tags
    unknown = {**RECEIVED, "complaint_id": "x3", "against_unit": "u9"}
    scenario.refuses(SubjectUnknown, "receive-complaint", **unknown)


def test_an_anonymous_complaint_names_nobody(scenario: Scenario) -> None:
    scenario.given("receive-complaint", **{**ANONYMOUS, "complaint_id": "x2"})
    for body in (
        {**RECEIVED, "anonymous": True},
        {k: v for k, v in RECEIVED.items() if k not in ("complainant", "enterprise")},
    ):
        with pytest.raises(ValidationError):
            COMMANDS["receive-complaint"].model_validate({**body, "occurred_on": "2012-01-05"})
    nobody = {k: v for k, v in ANONYMOUS.items() if k != "enterprise"}
    scenario.given("receive-complaint", **{**nobody, "complaint_id": "x3"})
    by_firm = {k: v for k, v in RECEIVED.items() if k != "complainant"}
    scenario.given("receive-complaint", **{**by_firm, "complaint_id": "x4"})


def test_from_receipt_to_reply(scenario: Scenario) -> None:
    scenario.when("accept-complaint", **X1, on="2012-01-05").then(
        (ComplaintAccepted, {"on": date(2012, 1, 5)})
    )
    scenario.when("assign-complaint", **ASSIGN, person="p1").then(
        (ComplaintAssigned, {"unit": "u1", "person": "p1", "due": date(2012, 2, 1)})
    )
    assert {"complaint:x1", "unit:u1", "participant:p1"} == set(scenario.recorded()[0].tags)
    scenario.when("resolve-complaint", UNIT, **RESOLVE, measures="对孙七诫勉谈话").then(
        (ComplaintResolved, {"unit": "u1", "result": "已办结"})
    )
    assert "孙七" not in scenario.recorder.events[-1].event.data.decode()
    scenario.when("reply-complaint", **REPLY, complainant_ack=True).then(
        (ComplaintReplied, {"mode": "电话", "complainant_ack": True})
    )
    assert scenario.recorded()[0].event.sentence().zh == (
        "投诉x1于2012-02-01以“电话”答复，投诉人确认：是"
    )


def test_assigning_accepts(scenario: Scenario) -> None:
    scenario.when("assign-complaint", **ASSIGN).then(ComplaintAssigned)
    scenario.refuses(RuleBroken, "accept-complaint", **X1, on="2012-01-06")
    scenario.refuses(RuleBroken, "decline-complaint", **DECLINE)


def test_a_complaint_is_accepted_or_declined_once(scenario: Scenario) -> None:
    scenario.given("accept-complaint", **X1, on="2012-01-05")
    accepted = scenario.recorder.head()
    for slug, body in (
        ("accept-complaint", {**X1, "on": "2012-01-06"}),
        ("decline-complaint", DECLINE),
    ):
        assert scenario.refuses(RuleBroken, slug, **body).position == accepted
    scenario.given("revoke-event", target=accepted, reason="误点")
    scenario.when("decline-complaint", **DECLINE).then(
        (ComplaintNotAccepted, {"reason": "不属本中心受理范围"})
    )
    scenario.refuses(RuleBroken, "accept-complaint", **X1, on="2012-01-07")


@pytest.mark.parametrize(
    ("slug", "body"),
    [
        ("accept-complaint", {**X1, "on": "2026-11-23"}),
        ("decline-complaint", {**DECLINE, "on": "2026-11-23"}),
    ],
)
def test_a_decision_is_not_dated_ahead(scenario: Scenario, slug: str, body: dict[str, Any]) -> None:
    assert scenario.refuses(RuleBroken, slug, **body).clause == "SPEC G7"
    scenario.given(slug, **{**body, "on": "2026-11-22"})


def test_what_was_declined_is_not_handled_but_answered(scenario: Scenario) -> None:
    scenario.given("decline-complaint", **DECLINE)
    scenario.refuses(RuleBroken, "assign-complaint", **ASSIGN)
    scenario.refuses(RuleBroken, "resolve-complaint", **RESOLVE)
    scenario.when("reply-complaint", **REPLY).then(ComplaintReplied)


def test_an_assignment_may_be_changed_until_there_is_a_result(scenario: Scenario) -> None:
    scenario.given("assign-complaint", **ASSIGN)
    assigned = scenario.recorder.head()
    assert scenario.refuses(RuleBroken, "assign-complaint", **ASSIGN).position == assigned
    scenario.given("assign-complaint", **{**ASSIGN, "due": "2012-02-02"})
    scenario.given("assign-complaint", **{**ASSIGN, "unit": "u2"})
    scenario.refuses(NotPermitted, "resolve-complaint", UNIT, **RESOLVE)
    scenario.given("resolve-complaint", OTHER_UNIT, **RESOLVE)
    refused = scenario.refuses(RuleBroken, "assign-complaint", **ASSIGN)
    assert refused.position == scenario.recorder.head()


def test_an_assignment_names_a_unit_and_a_day_to_come(scenario: Scenario) -> None:
    scenario.refuses(SubjectUnknown, "assign-complaint", **{**ASSIGN, "unit": "u9"})
    scenario.refuses(SubjectUnknown, "assign-complaint", **{**ASSIGN, "complaint_id": "x9"})
    scenario.refuses(RuleBroken, "assign-complaint", **{**ASSIGN, "due": "2012-01-04"})
    scenario.given("assign-complaint", **{**ASSIGN, "due": "2012-01-05"})


def test_without_a_due_day_the_rule_counts(scenario: Scenario) -> None:
    body = {k: v for k, v in ASSIGN.items() if k != "due"}
    unset = scenario.refuses(RuleBroken, "assign-complaint", **body)
    assert "complaint.finish_days" in unset.zh
    assert "give due, or set the parameter" in unset.en
    set_rule(scenario, 15)
    scenario.when("assign-complaint", **body).then((ComplaintAssigned, {"due": date(2012, 1, 20)}))


def test_the_rule_of_the_assignments_own_day_counts(scenario: Scenario) -> None:
    set_rule(scenario, 15)
    set_rule(scenario, 10, "2012-02-01")
    body = {k: v for k, v in ASSIGN.items() if k != "due"}
    scenario.when("assign-complaint", **body, occurred_on="2012-01-31").then(
        (ComplaintAssigned, {"due": date(2012, 2, 15)})
    )
    scenario.when("assign-complaint", **{**body, "unit": "u2"}, occurred_on="2012-02-01").then(
        (ComplaintAssigned, {"due": date(2012, 2, 11)})
    )


@pytest.mark.parametrize("value", ["15", None, [15], True, 0, -1, 10**9])
def test_a_rule_that_is_no_number_of_days_is_not_guessed_at(scenario: Scenario, value: Any) -> None:
    set_rule(scenario, value)
    body = {k: v for k, v in ASSIGN.items() if k != "due"}
    scenario.refuses(RuleBroken, "assign-complaint", **body)
    scenario.given("assign-complaint", **ASSIGN)


def test_only_what_was_assigned_comes_to_a_result(scenario: Scenario) -> None:
    received = scenario.recorder.head()
    refused = scenario.refuses(RuleBroken, "resolve-complaint", **RESOLVE)
    assert refused.position == received
    assert "assign-complaint" in refused.en
    scenario.given("accept-complaint", **X1, on="2012-01-05")
    scenario.refuses(RuleBroken, "resolve-complaint", **RESOLVE)
    scenario.given("assign-complaint", **ASSIGN)
    assigned = scenario.recorder.head()
    scenario.given("revoke-event", target=assigned, reason="交办有误")
    scenario.refuses(RuleBroken, "resolve-complaint", **RESOLVE)


def test_the_assigned_unit_or_the_centre_records_the_result(scenario: Scenario) -> None:
    scenario.given("assign-complaint", **ASSIGN)
    refused = scenario.refuses(NotPermitted, "resolve-complaint", OTHER_UNIT, **RESOLVE)
    assert refused.position == scenario.recorder.head()
    department = actor("dept", Role.DEPT, unit="u2")
    scenario.refuses(NotPermitted, "resolve-complaint", department, **RESOLVE)
    scenario.when("resolve-complaint", CENTRE, **RESOLVE).then((ComplaintResolved, {"unit": "u1"}))
    scenario.refuses(RuleBroken, "resolve-complaint", UNIT, **RESOLVE)
    scenario.given("revoke-event", target=scenario.recorder.head(), reason="未办结")
    scenario.when("resolve-complaint", UNIT, **RESOLVE).then(ComplaintResolved)


def test_a_reply_answers_with_something_and_once(scenario: Scenario) -> None:
    refused = scenario.refuses(RuleBroken, "reply-complaint", **REPLY)
    assert refused.clause == "S003-65"
    scenario.given("assign-complaint", **ASSIGN)
    scenario.refuses(RuleBroken, "reply-complaint", **REPLY)
    scenario.given("resolve-complaint", **RESOLVE)
    scenario.given("reply-complaint", **REPLY)
    replied = scenario.recorder.head()
    assert scenario.refuses(RuleBroken, "reply-complaint", **REPLY).position == replied
    scenario.given("revoke-event", target=replied, reason="未联系上")
    scenario.when("reply-complaint", **REPLY).then(ComplaintReplied)


def handled(scenario: Scenario, **received: Any) -> Scenario:
    scenario.given("receive-complaint", **{**RECEIVED, **received, "complaint_id": "x2"})
    scenario.given("assign-complaint", **{**ASSIGN, "complaint_id": "x2"})
    return scenario.given("resolve-complaint", **{**RESOLVE, "complaint_id": "x2"})


def test_a_reply_is_dated_between_receipt_and_today(scenario: Scenario) -> None:
    handled(scenario)
    reply = {**REPLY, "complaint_id": "x2"}
    for day in ("2012-01-04", "2026-11-23"):
        scenario.refuses(RuleBroken, "reply-complaint", **{**reply, "on": day})
    scenario.given("reply-complaint", **{**reply, "on": "2012-01-05"})


@pytest.mark.parametrize("mode", ["公告", "无法答复(匿名)", "无法答复（匿名）"])
def test_impersonal_replies_are_for_anonymous_complaints(scenario: Scenario, mode: str) -> None:
    handled(scenario)
    scenario.refuses(RuleBroken, "reply-complaint", **{**REPLY, "complaint_id": "x2", "mode": mode})
    scenario.given("receive-complaint", **{**ANONYMOUS, "complaint_id": "x3"})
    scenario.given("decline-complaint", **{**DECLINE, "complaint_id": "x3"})
    reply = {**REPLY, "complaint_id": "x3", "mode": mode}
    scenario.refuses(RuleBroken, "reply-complaint", **reply, complainant_ack=True)
    scenario.when("reply-complaint", **reply).then((ComplaintReplied, {"mode": mode}))


def test_an_anonymous_complaint_may_be_answered_where_it_came_from(scenario: Scenario) -> None:
    handled(scenario, complainant=None, anonymous=True)
    scenario.given("reply-complaint", **{**REPLY, "complaint_id": "x2", "mode": "网上留言板"})


def answered(scenario: Scenario) -> Scenario:
    scenario.given("assign-complaint", **ASSIGN)
    return scenario.given("resolve-complaint", **RESOLVE).given("reply-complaint", **REPLY)


def test_a_review_needs_an_answer_and_a_request(scenario: Scenario) -> None:
    request: dict[str, Any] = {**X1, "grounds": "周八不服"}
    scenario.refuses(RuleBroken, "request-complaint-review", **request)
    scenario.refuses(RuleBroken, "review-complaint", **X1, outcome="维持")
    answered(scenario)
    scenario.refuses(RuleBroken, "review-complaint", **X1, outcome="维持")
    scenario.when("request-complaint-review", **request).then(ComplaintReviewRequested)
    assert "周八" not in scenario.recorder.events[-1].event.data.decode()
    scenario.refuses(RuleBroken, "request-complaint-review", **request)
    scenario.when("review-complaint", **X1, outcome="维持").then(
        (ComplaintReviewed, {"outcome": "维持", "reopened": False})
    )
    scenario.refuses(RuleBroken, "resolve-complaint", **RESOLVE)
    scenario.given("request-complaint-review", **request)


def test_a_reopened_complaint_needs_a_result_and_a_reply_again(scenario: Scenario) -> None:
    answered(scenario).given("request-complaint-review", **X1, grounds="周八不服")
    scenario.given("review-complaint", **X1, outcome="重新办理", reopened=True)
    scenario.refuses(RuleBroken, "reply-complaint", **REPLY)
    scenario.when("resolve-complaint", UNIT, **RESOLVE).then(ComplaintResolved)
    scenario.when("reply-complaint", **REPLY).then(ComplaintReplied)


def test_a_revoked_reopening_leaves_the_answer_standing(scenario: Scenario) -> None:
    answered(scenario).given("request-complaint-review", **X1, grounds="周八不服")
    scenario.given("review-complaint", **X1, outcome="重新办理", reopened=True)
    scenario.given("revoke-event", target=scenario.recorder.head(), reason="误点")
    scenario.refuses(RuleBroken, "resolve-complaint", **RESOLVE)
    scenario.given("review-complaint", **X1, outcome="维持")


@pytest.mark.parametrize(
    ("slug", "body", "roles"),
    [
        ("receive-complaint", {**RECEIVED, "complaint_id": "x9"}, {Role.CPC}),
        ("accept-complaint", {**X1, "on": "2012-01-05"}, {Role.CPC}),
        ("decline-complaint", DECLINE, {Role.CPC}),
        ("assign-complaint", ASSIGN, {Role.CPC}),
    ],
)
def test_complaints_are_the_centres_business(
    scenario: Scenario, slug: str, body: dict[str, Any], roles: set[Role]
) -> None:
    for role in set(Role) - roles:
        scenario.refuses(NotPermitted, slug, actor("li", role), **body)
    scenario.given(slug, CENTRE, **body)


def test_who_concludes_answers_and_reviews(scenario: Scenario) -> None:
    scenario.given("assign-complaint", **ASSIGN)
    for role in set(Role) - {Role.CPC, Role.UNIT, Role.DEPT}:
        scenario.refuses(NotPermitted, "resolve-complaint", actor("li", role, unit="u1"), **RESOLVE)
    scenario.given("resolve-complaint", actor("li", Role.DEPT, unit="u1"), **RESOLVE)
    for role in set(Role) - {Role.CPC}:
        scenario.refuses(NotPermitted, "reply-complaint", actor("li", role), **REPLY)
    scenario.given("reply-complaint", CENTRE, **REPLY)
    request: dict[str, Any] = {**X1, "grounds": "不服"}
    scenario.refuses(NotPermitted, "request-complaint-review", UNIT, **request)
    scenario.given("request-complaint-review", actor("firm", Role.ENT), **request)
    scenario.refuses(NotPermitted, "review-complaint", actor("firm", Role.ENT), **X1, outcome="x")
    scenario.given("review-complaint", CENTRE, **X1, outcome="维持")


def test_satisfaction_is_surveyed_by_dimension(scenario: Scenario) -> None:
    body: dict[str, Any] = {"respondent": "周八", "dimension": "投诉处理", "score": "基本满意"}
    scenario.when("survey-satisfaction", **body, complaint_id="x1", project_id="pr1").then(
        (SatisfactionSurveyed, {"dimension": "投诉处理", "score": "基本满意"})
    )
    assert scenario.recorded()[0].tags == ("project:pr1", "complaint:x1")
    assert "周八" not in scenario.recorder.events[-1].event.data.decode()
    for role in set(Role) - {Role.TRB, Role.CPC, Role.COO}:
        scenario.refuses(NotPermitted, "survey-satisfaction", actor("li", role), **body)
    scenario.refuses(SubjectUnknown, "survey-satisfaction", **body, project_id="pr9")
    for changes in ({"score": "很满意"}, {"dimension": "服务"}, {"respondent": ""}):
        with pytest.raises(ValidationError):
            scenario.command("survey-satisfaction", **{**body, **changes})
