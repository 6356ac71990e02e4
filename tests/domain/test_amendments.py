"""Correcting and revoking through commands, and what later decisions then see (SPEC G8, §3.1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.leads import LeadRegistered, lead
from domain.model.deliberation import Deliberation
from domain.model.effective import EventCorrected, EventRevoked
from domain.model.errors import (
    NotPermitted,
    Refusal,
    RuleBroken,
    SubjectAlreadyExists,
    SubjectUnknown,
)
from domain.model.roles import SYSTEM, Role
from domain.organisation import PostHeld, PostLeft
from eventlog.entry import read
from eventlog.registrar import RecordReader
from tests.domain.bodies import (
    INVESTOR,
    a_lead,
    a_project,
    a_signing,
    an_arrival,
    with_project,
    yuan,
)
from tests.domain.histories import reading
from tests.scenario import TODAY, Scenario, actor


@pytest.fixture
def scenario() -> Scenario:
    """Units u1 and u2, participant p1, project pr1, and p1 as 镇长 of u1 at position `post`."""
    scenario = with_project(Scenario()).given(
        "register-unit", unit_id="u2", name="河西乡", kind="乡镇"
    )
    return scenario.given("hold-post", person="p1", unit_id="u1", post="镇长")


def last(scenario: Scenario) -> int:
    return scenario.recorder.head()


def case_of(scenario: Scenario) -> Deliberation:
    return Deliberation(RecordReader(scenario.recorder), TODAY)


def posts(scenario: Scenario, tag: str) -> list[dict[str, Any]]:
    return [r.event.model_dump() for r in case_of(scenario).events(tag, PostHeld)]


def correct(scenario: Scenario, target: int, **changes: Any) -> Scenario:
    return scenario.when("correct-event", target=target, changes=changes, reason="录入有误")


def test_a_correction_names_target_old_new_and_reason(scenario: Scenario) -> None:
    post = last(scenario)
    correct(scenario, post, post="党委书记").then((EventCorrected, {"target": post, "root": post}))
    event = scenario.recorded()[0].event
    assert isinstance(event, EventCorrected)
    assert event.changes["post"].model_dump() == {"old": "镇长", "new": "党委书记"}
    assert event.sentence().zh == f"更正第{post}号记录：录入有误"
    assert [p["post"] for p in posts(scenario, "unit:u1")] == ["党委书记"]


def test_the_corrected_event_itself_stays_as_it_was(scenario: Scenario) -> None:
    post = last(scenario)
    before = scenario.recorder.events[post - 1].event.data
    correct(scenario, post, post="党委书记")
    assert scenario.recorder.events[post - 1].event.data == before


def test_a_corrected_unit_is_found_under_its_new_tag_alone(scenario: Scenario) -> None:
    correct(scenario, last(scenario), unit_id="u2")
    assert posts(scenario, "unit:u1") == []
    assert [p["unit_id"] for p in posts(scenario, "unit:u2")] == ["u2"]
    assert [p["unit_id"] for p in posts(scenario, "participant:p1")] == ["u2"]


def test_a_decision_sees_the_event_where_the_correction_put_it(scenario: Scenario) -> None:
    correct(scenario, last(scenario), unit_id="u2")
    scenario.refuses(RuleBroken, "leave-post", person="p1", unit_id="u1", post="镇长")
    scenario.when("leave-post", person="p1", unit_id="u2", post="镇长").then(PostLeft)


def test_a_second_correction_starts_from_the_first(scenario: Scenario) -> None:
    post = last(scenario)
    correct(scenario, post, post="书记")
    correct(scenario, post, post="副书记", unit_id="u2")
    event = scenario.recorded()[0].event
    assert isinstance(event, EventCorrected)
    assert event.changes["post"].old == "书记"
    assert event.changes["unit_id"].old == "u1"
    assert posts(scenario, "unit:u2") == [{"person": "p1", "unit_id": "u2", "post": "副书记"}]


def test_the_business_date_may_be_corrected_up_to_today(scenario: Scenario) -> None:
    post = last(scenario)
    refused = scenario.refuses(
        RuleBroken,
        "correct-event",
        target=post,
        changes={"occurred_on": "2026-11-23"},
        reason="录入有误",
    )
    assert refused.clause == "SPEC G7"
    correct(scenario, post, occurred_on="2026-11-22")
    [found] = case_of(scenario).events("unit:u1", PostHeld)
    assert found.occurred_on == TODAY


@pytest.mark.parametrize(
    "changes",
    [
        {"occurred_on": "2012-02-31"},
        {"occurred_on": None},
        {"unit_id": ""},
        {"post": None},
        {"post": 7},
        {"person": "a\x01b"},
    ],
)
def test_a_correction_must_make_sense(scenario: Scenario, changes: dict[str, Any]) -> None:
    before = last(scenario)
    with pytest.raises(ValidationError):
        correct(scenario, before, **changes)
    assert last(scenario) == before


@pytest.mark.parametrize("field", ["salary", "tags", "type", "recorded_at", "actor", "class_"])
def test_only_the_events_own_fields_can_be_corrected(scenario: Scenario, field: str) -> None:
    refused = scenario.refuses(
        RuleBroken, "correct-event", target=last(scenario), changes={field: "x"}, reason="有误"
    )
    for own in ("occurred_on", "person", "post", "unit_id"):
        assert own in refused.zh
        assert own in refused.en


def test_an_id_that_an_event_introduced_cannot_be_corrected(scenario: Scenario) -> None:
    unit = next(e.position for e in scenario.recorder.events if e.event.type == "UnitRegistered")
    refused = scenario.refuses(
        RuleBroken, "correct-event", target=unit, changes={"unit_id": "u9"}, reason="有误"
    )
    assert "unit_id" not in refused.en.rsplit(":", 1)[-1]
    correct(scenario, unit, name="河东镇").then(EventCorrected)


def test_what_a_decision_settled_is_revoked_and_not_corrected(scenario: Scenario) -> None:
    scenario.given("rename-unit", unit_id="u1", name="河东镇")
    renamed = last(scenario)
    for field in ("old_name", "unit_id"):
        scenario.refuses(
            RuleBroken, "correct-event", target=renamed, changes={field: "u2"}, reason="有误"
        )
    correct(scenario, renamed, name="河东街道").then(EventCorrected)


def test_a_field_is_named_as_it_is_in_the_body(scenario: Scenario) -> None:
    project = next(e.position for e in scenario.recorder.events if e.event.type == "ProjectOpened")
    correct(scenario, project, **{"class": "服务业"})
    event = scenario.recorded()[0].event
    assert isinstance(event, EventCorrected)
    assert event.changes["class"].model_dump() == {"old": "工业", "new": "服务业"}


def test_money_is_corrected_in_major_units_and_stored_in_minor(scenario: Scenario) -> None:
    scenario.given("record-signing", **a_signing())
    correct(scenario, last(scenario), contract_introduced_funds=yuan("70000000.00"))
    event = scenario.recorded()[0].event
    assert isinstance(event, EventCorrected)
    stored = event.model_dump(mode="json")["changes"]["contract_introduced_funds"]
    assert stored["old"] == {"currency": "CNY", "minor": 8_000_000_000}
    assert stored["new"] == {"currency": "CNY", "minor": 7_000_000_000}


def test_a_correction_must_name_something_that_exists(scenario: Scenario) -> None:
    post = last(scenario)
    refused = scenario.refuses(
        SubjectUnknown, "correct-event", target=post, changes={"unit_id": "u9"}, reason="有误"
    )
    assert "u9" in refused.zh
    scenario.refuses(
        SubjectUnknown,
        "correct-event",
        target=last(scenario) + 1,
        changes={"post": "x"},
        reason="x",
    )


def test_a_correction_cannot_take_what_another_event_holds(scenario: Scenario) -> None:
    scenario.given("report-fund-arrival", **an_arrival("a1"))
    first = last(scenario)
    scenario.given("report-fund-arrival", **an_arrival("a2"))
    evidence = an_arrival("a1")["evidence"]
    refused = scenario.refuses(
        SubjectAlreadyExists,
        "correct-event",
        target=last(scenario),
        changes={"evidence": evidence},
        reason="有误",
    )
    assert refused.position == first
    scenario.given("revoke-event", target=first, reason="重复上报")
    correct(scenario, first + 1, evidence=evidence).then(EventCorrected)


def test_a_number_given_up_by_a_correction_is_free_again(scenario: Scenario) -> None:
    scenario.given("report-fund-arrival", **an_arrival("a1"))
    first = last(scenario)
    other = an_arrival("a9")["evidence"]
    correct(scenario, first, evidence=other)
    reused = {**an_arrival("a2"), "evidence": an_arrival("a1")["evidence"]}
    scenario.given("report-fund-arrival", **reused)
    taken = {**an_arrival("a3"), "evidence": other}
    assert scenario.refuses(SubjectAlreadyExists, "report-fund-arrival", **taken).position == first


def test_a_revoked_event_counts_as_never_having_stood(scenario: Scenario) -> None:
    post = last(scenario)
    scenario.when("revoke-event", target=post, reason="任命未下达").then(
        (EventRevoked, {"target": post, "root": post, "reason": "任命未下达"})
    )
    assert posts(scenario, "unit:u1") == []
    scenario.refuses(RuleBroken, "leave-post", person="p1", unit_id="u1", post="镇长")


def test_revoking_the_revocation_brings_it_back(scenario: Scenario) -> None:
    post = last(scenario)
    scenario.given("revoke-event", target=post, reason="任命未下达")
    scenario.when("revoke-event", target=last(scenario), reason="已下达").then(
        (EventRevoked, {"target": post + 1, "root": post})
    )
    assert [p["post"] for p in posts(scenario, "unit:u1")] == ["镇长"]


def test_nothing_is_revoked_twice(scenario: Scenario) -> None:
    post = last(scenario)
    scenario.given("revoke-event", target=post, reason="任命未下达")
    refused = scenario.refuses(
        SubjectAlreadyExists, "revoke-event", target=post, reason="任命未下达"
    )
    assert refused.position == post
    scenario.given("revoke-event", target=post + 1, reason="已下达")
    scenario.when("revoke-event", target=post, reason="又撤").then(EventRevoked)


def test_a_revoked_event_cannot_be_corrected(scenario: Scenario) -> None:
    post = last(scenario)
    scenario.given("revoke-event", target=post, reason="任命未下达")
    scenario.refuses(
        RuleBroken, "correct-event", target=post, changes={"post": "书记"}, reason="有误"
    )


def test_an_amendment_is_revoked_and_not_corrected(scenario: Scenario) -> None:
    post = last(scenario)
    correct(scenario, post, post="书记")
    correction = last(scenario)
    scenario.refuses(
        RuleBroken, "correct-event", target=correction, changes={"reason": "x"}, reason="有误"
    )
    scenario.when("revoke-event", target=correction, reason="原先无误").then(EventRevoked)
    assert [p["post"] for p in posts(scenario, "unit:u1")] == ["镇长"]


def test_revoking_a_correction_takes_the_event_back_to_its_old_tag(scenario: Scenario) -> None:
    post = last(scenario)
    correct(scenario, post, unit_id="u2")
    scenario.given("revoke-event", target=last(scenario), reason="原先无误")
    assert [p["unit_id"] for p in posts(scenario, "unit:u1")] == ["u1"]
    assert posts(scenario, "unit:u2") == []


def test_accounts_are_not_amended_but_changed_by_their_own_commands(scenario: Scenario) -> None:
    scenario.given("open-account", SYSTEM, account="anna", person="pa", unit="u1")
    target = last(scenario)
    scenario.refuses(RuleBroken, "revoke-event", target=target, reason="有误")
    scenario.refuses(
        RuleBroken, "correct-event", target=target, changes={"unit": "u2"}, reason="有误"
    )


@pytest.mark.parametrize("target", [999, 10**9])
def test_only_what_was_recorded_can_be_amended(scenario: Scenario, target: int) -> None:
    scenario.refuses(SubjectUnknown, "revoke-event", target=target, reason="有误")


def test_amending_is_for_the_office_and_the_leading_group(scenario: Scenario) -> None:
    post = last(scenario)
    for role in (Role.UNIT, Role.AUD, Role.SYS, Role.INV):
        clerk = actor("li", role)
        scenario.refuses(NotPermitted, "revoke-event", clerk, target=post, reason="有误")
        scenario.refuses(
            NotPermitted, "correct-event", clerk, target=post, changes={"post": "x"}, reason="有误"
        )
    for role in (Role.LGO, Role.LG):
        scenario.given(
            "correct-event", actor("li", role), target=post, changes={"post": role}, reason="有误"
        )


def test_a_corrected_investor_keeps_the_place_of_its_lead(scenario: Scenario) -> None:
    """SPEC §10: a correction of the investor's name must not change the order of leads."""
    scenario.given("register-lead", **a_lead("l1", investor={"name": "海州食品有限公司"}))
    first = last(scenario)
    scenario.given("register-lead", **a_lead("l2"))
    correct(scenario, first, investor=INVESTOR)
    scenario.when("register-lead", **a_lead("l3")).then((LeadRegistered, {"rival_of": "l1"}))
    assert lead(case_of(scenario), "l1").registered.position == first


def test_a_revoked_lead_leaves_the_first_place_to_the_next(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead("l1"))
    first = last(scenario)
    scenario.given("register-lead", **a_lead("l2"))
    scenario.given("revoke-event", target=first, reason="虚报")
    scenario.when("register-lead", **a_lead("l3")).then((LeadRegistered, {"rival_of": "l2"}))
    scenario.given("revoke-event", target=last(scenario) - 1, reason="撤销有误")
    scenario.when("register-lead", **a_lead("l4")).then((LeadRegistered, {"rival_of": "l1"}))


def test_a_revoked_project_is_no_project_to_those_that_come_after(scenario: Scenario) -> None:
    opened = next(e.position for e in scenario.recorder.events if e.event.type == "ProjectOpened")
    scenario.given("revoke-event", target=opened, reason="重复立项")
    scenario.refuses(SubjectUnknown, "record-signing", **a_signing())
    scenario.when("open-project", **a_project("pr1", name="重新立项"))
    scenario.when("record-signing", **a_signing())


STEP = st.tuples(
    st.sampled_from(["hold", "correct", "revoke"]),
    st.integers(1, 40),
    st.sampled_from(["u1", "u2"]),
    st.sampled_from(["镇长", "书记"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=20))
def test_any_history_of_commands_reads_as_the_plain_record_does(
    steps: list[tuple[str, int, str, str]],
) -> None:
    """Under every tag, a decision sees just what a slow reading of the whole record leaves there."""
    scenario = with_project(Scenario()).given(
        "register-unit", unit_id="u2", name="河西乡", kind="乡镇"
    )
    for what, target, unit, post in steps:
        try:
            if what == "hold":
                scenario.command("hold-post", person="p1", unit_id=unit, post=post)
            elif what == "correct":
                changes = {"unit_id": unit, "post": post}
                scenario.command("correct-event", target=target, changes=changes, reason="有误")
            else:
                scenario.command("revoke-event", target=target, reason="有误")
        except Refusal:
            continue
    record = [read(e.position, e.event.data) for e in scenario.recorder.events]
    plain = {
        position: data
        for position, (data, _) in reading(record).items()
        if isinstance(record[position - 1].event, PostHeld)
    }
    for unit in ("u1", "u2"):
        seen = {
            r.position: r.event.model_dump(mode="json")
            for r in case_of(scenario).events(f"unit:{unit}", PostHeld)
        }
        assert seen == {p: d for p, d in plain.items() if d["unit_id"] == unit}
