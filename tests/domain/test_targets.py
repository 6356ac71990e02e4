"""Targets: assigned, decomposed with a sum check, adjusted (SPEC §3.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.catalogue import COMMANDS
from domain.model.deliberation import Deliberation
from domain.model.errors import NotPermitted, RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.roles import Role
from domain.targets import TargetAdjusted, TargetAssigned, TargetDecomposed, find_target
from eventlog.registrar import RecordReader
from tests.domain.bodies import a_campaign, a_target, yuan
from tests.scenario import TODAY, Scenario, actor

DOC = {"no": "区发〔2009〕12号"}


@pytest.fixture
def scenario() -> Scenario:
    """Units u1 to u3, participant p1, campaign c1 of u0."""
    scenario = Scenario().given("create-campaign", **a_campaign())
    for one in ("u1", "u2", "u3"):
        scenario.given("register-unit", unit_id=one, name=f"{one}乡", kind="乡镇")
    return scenario.given(
        "register-participant", participant_id="p1", name="张三", kind="镇干部", unit_id="u1"
    )


def shares(**values: str) -> list[dict[str, str]]:
    return [{"assignee": a, "value": v, "due": "2009-09-30"} for a, v in values.items()]


def warned(scenario: Scenario) -> list[str]:
    assert scenario.answer is not None
    return [w["rule"] for w in scenario.answer.warnings]


def value_of(scenario: Scenario, target_id: str) -> str | None:
    case = Deliberation(RecordReader(scenario.recorder), TODAY)
    found = find_target(case, target_id)
    return None if found is None else found.value


def test_a_target_is_assigned_as_the_contract_writes_it(scenario: Scenario) -> None:
    scenario.when("assign-target", **a_target()).then(
        (
            TargetAssigned,
            {
                "target_id": "t1",
                "assignee": "u1",
                "assignee_kind": "unit",
                "value": "358",
                "campaign_id": "c1",
                "class_": None,
                "min_amount": None,
            },
        )
    )
    [recorded] = scenario.recorded()
    assert recorded.tags == ("target:t1", "campaign:c1", "unit:u1")
    assert recorded.event.sentence().zh == (
        "向u1下达任务t1：收集招商信息确保358条，期间2009-07-01至2009-09-30"
    )
    assert recorded.event.sentence().en == (
        "Target t1 assigned to u1: leads collected, floor 358 条, 2009-07-01 to 2009-09-30"
    )


def test_a_participant_may_have_a_target(scenario: Scenario) -> None:
    scenario.when("assign-target", **a_target(assignee="p1")).then(
        (TargetAssigned, {"assignee_kind": "participant"})
    )
    assert "participant:p1" in scenario.recorded()[0].tags


def test_the_campaigns_owner_and_ones_own_office_may_have_one(scenario: Scenario) -> None:
    elsewhere = actor("li", Role.LG, unit="u7")
    scenario.when("assign-target", elsewhere, **a_target("t1", assignee="u0"))
    scenario.when("assign-target", elsewhere, **a_target("t2", assignee="u7"))
    scenario.then((TargetAssigned, {"assignee": "u7", "assignee_kind": "unit"}))
    without = a_target("t3", assignee="u0", campaign_id=None)
    scenario.refuses(SubjectUnknown, "assign-target", elsewhere, **without)
    scenario.refuses(SubjectUnknown, "assign-target", **a_target("t4", assignee="u8"))


@pytest.mark.parametrize(
    "changes",
    [
        {"value": "0"},
        {"value": "0.00"},
        {"value": "-1"},
        {"value": "1e3"},
        {"value": "1,000"},
        {"value": 358},
        {"value": "12345678901234567"},
        {"value": "2.5"},
        {"metric": "turnover"},
        {"kind": "确保"},
        {"unit": "万元"},
        {"metric": "signed_amount", "unit": "条"},
        {"metric": "signed_amount", "unit": "元", "value": "0.001"},
        {"period": {"from": "2009-09-30", "to": "2009-07-01"}},
        {"period": {"from": "2009-09-30"}},
        {"class": "矿业"},
        {"min_amount": yuan("0.00")},
        {"assignee": ""},
    ],
)
def test_what_is_no_target_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        COMMANDS["assign-target"].model_validate(
            {**a_target(**changes), "occurred_on": "2009-07-01"}
        )


@pytest.mark.parametrize(
    ("metric", "value", "unit"),
    [
        ("signed_amount", "0.01", "元"),
        ("signed_amount", "0.000001", "万元"),
        ("funds_arrived_dom", "25", "亿元"),
        ("funds_contract_foreign", "4500", "万美元"),
        ("funds_cash_fx", "879", "万欧元"),
        ("land_agreed", "12.5", "亩"),
        ("land_agreed", "100", "%"),
        ("satisfaction", "99.5", "%"),
        ("commencements", "26", "个"),
    ],
)
def test_each_metric_has_its_units(scenario: Scenario, metric: str, value: str, unit: str) -> None:
    scenario.given("assign-target", **a_target(metric=metric, value=value, unit=unit))


def test_the_same_task_is_assigned_once(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target("t1"))
    refused = scenario.refuses(RuleBroken, "assign-target", **a_target("t2", value="400"))
    assert "adjust-target" in refused.en
    assert refused.position == scenario.recorder.head()


@pytest.mark.parametrize(
    "changes",
    [
        {"assignee": "u2"},
        {"metric": "visits", "unit": "家"},
        {"kind": "stretch"},
        {"period": {"from": "2009-07-01", "to": "2009-09-29"}},
        {"campaign_id": None},
        {"class": "工业"},
        {"min_amount": yuan("100000000.00")},
    ],
)
def test_whatever_tells_tasks_apart_makes_another(
    scenario: Scenario, changes: dict[str, Any]
) -> None:
    """Floor and stretch stand side by side (G10), nested bands as well (S003-70)."""
    scenario.given("assign-target", **a_target("t1"))
    scenario.when("assign-target", **a_target("t2", **changes)).then(TargetAssigned)


def test_a_revoked_target_may_be_assigned_anew(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target("t1"))
    scenario.refuses(SubjectAlreadyExists, "assign-target", **a_target("t1", assignee="u2"))
    scenario.given("revoke-event", target=scenario.recorder.head(), reason="下达有误")
    scenario.when("assign-target", **a_target("t1", value="400")).then(TargetAssigned)
    assert value_of(scenario, "t1") == "400"


def test_targets_come_from_the_leading_group(scenario: Scenario) -> None:
    scenario.refuses(NotPermitted, "assign-target", actor("li", Role.LGO), **a_target())
    scenario.given("assign-target", actor("li", Role.LG), **a_target())
    adjust: dict[str, Any] = {"target_id": "t1", "value": "400", "reason": "调整", "doc": DOC}
    scenario.refuses(NotPermitted, "adjust-target", actor("li", Role.LGO), **adjust)
    scenario.given("adjust-target", actor("li", Role.LG), **adjust)


def test_to_whom_a_target_goes_is_not_corrected(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target())
    at = scenario.recorder.head()
    for changes in ({"assignee": "u2"}, {"assignee_kind": "participant"}):
        scenario.refuses(RuleBroken, "correct-event", target=at, changes=changes, reason="有误")
    scenario.given("correct-event", target=at, changes={"value": "359"}, reason="有误")
    assert value_of(scenario, "t1") == "359"


def test_shares_that_add_up_pass_without_a_word(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target(assignee="u0"))
    children = shares(u1="158", u2="100", p1="100")
    scenario.when("decompose-target", parent_id="t1", children=children).then(
        (TargetDecomposed, {"parent_id": "t1", "campaign_id": "c1"})
    )
    assert warned(scenario) == []
    [recorded] = scenario.recorded()
    event = recorded.event
    assert isinstance(event, TargetDecomposed)
    assert [(c.target_id, c.assignee_kind, c.due) for c in event.children] == [
        ("t1.u1", "unit", date(2009, 9, 30)),
        ("t1.u2", "unit", date(2009, 9, 30)),
        ("t1.p1", "participant", date(2009, 9, 30)),
    ]
    assert {"target:t1", "target:t1.u1", "unit:u1", "participant:p1"} <= set(recorded.tags)
    assert event.sentence().zh == "任务t1分解为：u1 158、u2 100、p1 100"


@pytest.mark.parametrize(
    ("u2", "total", "word_zh", "word_en"),
    [("199", "357", "不足1条", "1 条 below"), ("201", "359", "超出1条", "1 条 above")],
)
def test_shares_that_do_not_add_up_are_told_with_both_sums(
    scenario: Scenario, u2: str, total: str, word_zh: str, word_en: str
) -> None:
    scenario.given("assign-target", **a_target(assignee="u0"))
    scenario.when("decompose-target", parent_id="t1", children=shares(u1="158", u2=u2))
    scenario.then(TargetDecomposed)
    assert scenario.answer is not None
    [warning] = scenario.answer.warnings
    assert warning["rule"] == "target.sum_check"
    assert warning["zh"] == f"任务t1为358条，各份合计{total}条，{word_zh}"
    assert warning["en"] == f"target t1 is 358 条, its shares add up to {total} 条, {word_en} it"


def test_amounts_add_up_exactly(scenario: Scenario) -> None:
    amount = a_target(assignee="u0", metric="signed_amount", value="0.3", unit="亿元")
    scenario.given("assign-target", **amount)
    scenario.when("decompose-target", parent_id="t1", children=shares(u1="0.1", u2="0.2"))
    assert warned(scenario) == []


def test_a_target_may_be_handed_on_in_several_steps(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target(assignee="u0"))
    scenario.when("decompose-target", parent_id="t1", children=shares(u1="158"))
    assert warned(scenario) == ["target.sum_check"]
    scenario.when("decompose-target", parent_id="t1", children=shares(u2="200"))
    assert warned(scenario) == []
    scenario.refuses(RuleBroken, "decompose-target", parent_id="t1", children=shares(u1="1"))


def test_a_share_may_be_handed_on_and_adjusted_like_a_target(scenario: Scenario) -> None:
    """S000-22: down to the unit and on to the person."""
    scenario.given("assign-target", **a_target(assignee="u0"))
    scenario.given("decompose-target", parent_id="t1", children=shares(u1="158", u2="200"))
    scenario.when("decompose-target", parent_id="t1.u1", children=shares(p1="158"))
    scenario.then((TargetDecomposed, {"campaign_id": "c1"}))
    assert warned(scenario) == []
    assert value_of(scenario, "t1.u1.p1") == "158"
    adjust: dict[str, Any] = {"target_id": "t1.u1.p1", "value": "150", "reason": "减负", "doc": DOC}
    scenario.when("adjust-target", **adjust).then(
        (
            TargetAdjusted,
            {"old": "158", "new": "150", "assignee": "p1", "campaign_id": "c1", "unit": "条"},
        )
    )
    assert warned(scenario) == ["target.sum_check"]
    assert "participant:p1" in scenario.recorded()[0].tags


def test_a_shares_id_is_its_parents_and_assignees_unless_given(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target("t" * 62, assignee="u0"))
    children = shares(u1="358")
    refused = scenario.refuses(
        RuleBroken, "decompose-target", parent_id="t" * 62, children=children
    )
    assert "target_id" in refused.zh
    children[0]["target_id"] = "t2"
    scenario.given("decompose-target", parent_id="t" * 62, children=children)
    assert value_of(scenario, "t2") == "358"
    scenario.refuses(SubjectAlreadyExists, "assign-target", **a_target("t2", metric="visits"))


def test_no_two_shares_have_one_id_or_one_assignee(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target(assignee="u0"))
    one_id = [{**c, "target_id": "t2"} for c in shares(u1="158", u2="200")]
    scenario.refuses(RuleBroken, "decompose-target", parent_id="t1", children=one_id)
    twice = [*shares(u1="158"), *shares(u1="200")]
    scenario.refuses(RuleBroken, "decompose-target", parent_id="t1", children=twice)
    taken = [{**c, "target_id": "t1"} for c in shares(u1="358")]
    scenario.refuses(SubjectAlreadyExists, "decompose-target", parent_id="t1", children=taken)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2009-07-01", []),
        ("2009-09-30", []),
        ("2009-06-30", ["target.due"]),
        ("2009-10-01", ["target.due"]),
    ],
)
def test_a_share_due_outside_its_parents_period_is_told(
    scenario: Scenario, due: str, expected: list[str]
) -> None:
    scenario.given("assign-target", **a_target(assignee="u0"))
    children = [{**shares(u1="358")[0], "due": due}]
    scenario.when("decompose-target", parent_id="t1", children=children)
    assert warned(scenario) == expected


def test_a_share_needs_a_parent_an_assignee_and_a_number(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target(assignee="u0"))
    for parent in ("t9", "t1.u1"):
        scenario.refuses(
            SubjectUnknown, "decompose-target", parent_id=parent, children=shares(u1="1")
        )
    scenario.refuses(SubjectUnknown, "decompose-target", parent_id="t1", children=shares(u9="1"))
    scenario.refuses(RuleBroken, "decompose-target", parent_id="t1", children=shares(u1="1.5"))
    with pytest.raises(ValidationError):
        scenario.command("decompose-target", parent_id="t1", children=[])


def test_shares_go_with_their_decomposition_from_the_last_to_the_first(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target(assignee="u0"))
    assigned = scenario.recorder.head()
    scenario.given("decompose-target", parent_id="t1", children=shares(u1="358"))
    scenario.given("decompose-target", parent_id="t1.u1", children=shares(p1="358"))
    for position, left in ((assigned + 2, 2), (assigned + 1, 1), (assigned, 0)):
        scenario.given("revoke-event", target=position, reason="下达有误")
        values = [value_of(scenario, t) for t in ("t1", "t1.u1", "t1.u1.p1")]
        assert values == ["358"] * left + [None] * (3 - left)
    scenario.refuses(
        SubjectUnknown, "adjust-target", target_id="t1.u1", value="1", reason="x", doc=DOC
    )


def test_a_revoked_decomposition_can_be_made_anew(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target(assignee="u0"))
    scenario.given("decompose-target", parent_id="t1", children=shares(u1="100", u2="258"))
    scenario.given("revoke-event", target=scenario.recorder.head(), reason="分解有误")
    scenario.when("decompose-target", parent_id="t1", children=shares(u1="158", u2="200"))
    assert warned(scenario) == []
    assert value_of(scenario, "t1.u1") == "158"


def test_an_adjustment_keeps_old_and_new(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target())
    adjust: dict[str, Any] = {"target_id": "t1", "reason": "中期调整", "doc": DOC}
    scenario.when("adjust-target", **adjust, value="400").then(
        (TargetAdjusted, {"old": "358", "new": "400"})
    )
    assert scenario.recorded()[0].event.sentence().zh == "任务t1由358调整为400条：中期调整"
    scenario.when("adjust-target", **adjust, value="380").then(
        (TargetAdjusted, {"old": "400", "new": "380"})
    )
    second = scenario.recorder.head()
    assert value_of(scenario, "t1") == "380"
    scenario.refuses(RuleBroken, "adjust-target", **adjust, value="380")
    scenario.refuses(RuleBroken, "adjust-target", **adjust, value="380.000")
    scenario.refuses(RuleBroken, "adjust-target", **adjust, value="380.5")
    scenario.given("revoke-event", target=second, reason="未获批准")
    assert value_of(scenario, "t1") == "400"
    scenario.refuses(SubjectUnknown, "adjust-target", **{**adjust, "target_id": "t9"}, value="1")


def test_adjusting_a_target_checks_the_sums_above_and_below(scenario: Scenario) -> None:
    scenario.given("assign-target", **a_target(assignee="u0"))
    scenario.given("decompose-target", parent_id="t1", children=shares(u1="158", u2="200"))
    adjust: dict[str, Any] = {"reason": "中期调整", "doc": DOC}
    scenario.when("adjust-target", target_id="t1", value="400", **adjust)
    assert warned(scenario) == ["target.sum_check"]
    scenario.when("adjust-target", target_id="t1.u1", value="200", **adjust)
    assert warned(scenario) == []
    scenario.when("decompose-target", parent_id="t1", children=shares(u3="1"))
    assert scenario.answer is not None
    assert "各份合计401条，超出1条" in scenario.answer.warnings[0]["zh"]
