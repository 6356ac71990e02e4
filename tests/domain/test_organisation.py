"""Units, participants, posts, and who answers for a unit (SPEC §3.2)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.catalogue import COMMANDS
from domain.model.errors import NotPermitted, RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.personal import Commitment
from domain.model.roles import Role
from domain.organisation import (
    NATURAL_PERSONS,
    FirstResponsiblePersonSet,
    ParticipantRegistered,
    PostHeld,
    PostLeft,
    UnitRegistered,
    UnitRenamed,
)
from tests.scenario import Scenario, actor

UNIT: dict[str, Any] = {"unit_id": "u1", "name": "河东乡", "kind": "乡镇"}
PERSON: dict[str, Any] = {
    "participant_id": "p1",
    "name": "张三",
    "kind": "镇干部",
    "unit_id": "u1",
}
POST: dict[str, Any] = {"person": "p1", "unit_id": "u1", "post": "党委书记"}


@pytest.fixture
def scenario() -> Scenario:
    """Unit u1 and participant p1."""
    return Scenario().given("register-unit", **UNIT).given("register-participant", **PERSON)


def test_a_unit_is_registered_as_the_contract_writes_it() -> None:
    scenario = Scenario().when("register-unit", **UNIT, parent=None)
    scenario.then((UnitRegistered, {"unit_id": "u1", "name": "河东乡", "parent": None}))
    assert scenario.recorded()[0].event.sentence().zh == "登记单位河东乡（乡镇，编号u1）"
    scenario.when("register-unit", unit_id="u2", name="一村", kind="行政村", parent="u1")
    assert scenario.recorded()[0].tags == ("unit:u2", "unit:u1")


def test_a_child_does_not_take_its_parents_id(scenario: Scenario) -> None:
    scenario.given("register-unit", unit_id="u2", name="一村", kind="行政村", parent="u1")
    scenario.refuses(SubjectAlreadyExists, "register-unit", **UNIT)
    itself: dict[str, Any] = {"unit_id": "u3", "name": "三村", "kind": "行政村", "parent": "u3"}
    scenario.refuses(SubjectUnknown, "register-unit", **itself)


@pytest.mark.parametrize(
    "changes",
    [{"kind": "镇"}, {"name": ""}, {"unit_id": ""}, {"unit_id": "x" * 65}, {"unit_id": "a\x01b"}],
)
def test_what_is_no_unit_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        COMMANDS["register-unit"].model_validate({**UNIT, **changes, "occurred_on": "2012-01-05"})


def test_a_renamed_unit_goes_on_as_the_same(scenario: Scenario) -> None:
    """S001-18: 驻深圳办事处 becomes 驻珠三角招商办事处."""
    office: dict[str, Any] = {"unit_id": "u5", "name": "驻深圳办事处", "kind": "办事处"}
    scenario.given("register-unit", **office)
    scenario.when("rename-unit", unit_id="u5", name="驻珠三角招商办事处").then(
        (UnitRenamed, {"old_name": "驻深圳办事处", "name": "驻珠三角招商办事处"})
    )
    renamed = scenario.recorder.head()
    assert scenario.recorded()[0].event.sentence().en == (
        "Unit u5 renamed from 驻深圳办事处 to 驻珠三角招商办事处"
    )
    refused = scenario.refuses(RuleBroken, "rename-unit", unit_id="u5", name="驻珠三角招商办事处")
    assert refused.position == renamed
    scenario.when("rename-unit", unit_id="u5", name="驻深圳办事处").then(
        (UnitRenamed, {"old_name": "驻珠三角招商办事处"})
    )
    scenario.refuses(SubjectUnknown, "rename-unit", unit_id="u9", name="x")
    scenario.refuses(NotPermitted, "rename-unit", actor("li", Role.UNIT), unit_id="u5", name="x")


def test_a_revoked_renaming_leaves_the_name_before(scenario: Scenario) -> None:
    scenario.given("rename-unit", unit_id="u1", name="河东镇")
    scenario.given("revoke-event", target=scenario.recorder.head(), reason="未获批复")
    scenario.refuses(RuleBroken, "rename-unit", unit_id="u1", name="河东乡")
    scenario.when("rename-unit", unit_id="u1", name="河东镇").then(
        (UnitRenamed, {"old_name": "河东乡"})
    )


def test_a_natural_persons_name_goes_to_the_vault() -> None:
    for number, kind in enumerate(sorted(NATURAL_PERSONS)):
        scenario = Scenario().given("register-unit", **UNIT)
        body = {**PERSON, "participant_id": f"n{number}", "kind": kind}
        scenario.when("register-participant", **body).then((ParticipantRegistered, {"name": None}))
        event = scenario.recorded()[0].event
        assert isinstance(event, ParticipantRegistered)
        assert isinstance(event.person_name, Commitment)
        assert "张三" not in scenario.recorder.events[-1].event.data.decode()
        assert event.sentence().zh == f"登记参与对象n{number}（{kind}）：（已保密）"
        assert event.sentence().en.endswith("(withheld)")


@pytest.mark.parametrize("kind", ["行政村", "自然村", "单位", "小分队", "中介", "商会", "企业"])
def test_an_organisations_name_is_open(scenario: Scenario, kind: str) -> None:
    body = {**PERSON, "participant_id": "p2", "kind": kind, "name": "一村"}
    scenario.when("register-participant", **body).then((ParticipantRegistered, {"name": "一村"}))
    assert scenario.recorded()[0].event.sentence().zh.endswith("：一村")
    assert scenario.recorder.vault.keys() == {key for key in scenario.recorder.vault if key[0] == 2}


def test_participants_are_registered_by_office_or_unit(scenario: Scenario) -> None:
    body = {**PERSON, "participant_id": "p2"}
    scenario.refuses(NotPermitted, "register-participant", actor("li", Role.PART), **body)
    scenario.given("register-participant", actor("li", Role.UNIT), **body)
    scenario.refuses(SubjectAlreadyExists, "register-participant", **body)


def test_a_post_is_held_and_left(scenario: Scenario) -> None:
    scenario.when("hold-post", **POST, occurred_on="2009-06-01").then(
        (PostHeld, {"person": "p1", "unit_id": "u1", "post": "党委书记"})
    )
    assert scenario.recorded()[0].occurred_on.isoformat() == "2009-06-01"
    scenario.refuses(RuleBroken, "leave-post", **{**POST, "post": "镇长"})
    scenario.when("leave-post", **POST).then(PostLeft)
    scenario.refuses(RuleBroken, "leave-post", **POST)
    scenario.given("hold-post", **POST).given("leave-post", **POST)


def test_posts_need_a_registered_person_and_unit(scenario: Scenario) -> None:
    scenario.refuses(SubjectUnknown, "hold-post", **{**POST, "person": "p9"})
    scenario.refuses(SubjectUnknown, "hold-post", **{**POST, "unit_id": "u9"})
    scenario.refuses(NotPermitted, "hold-post", actor("li", Role.UNIT), **POST)
    scenario.given("hold-post", actor("li", Role.ORG), **POST)


def test_the_first_responsible_person_follows_the_newest_word(scenario: Scenario) -> None:
    """S000-33: 主要负责人作为招商引资第一责任人."""
    scenario.when("set-first-responsible-person", unit="u1", person="p1").then(
        (FirstResponsiblePersonSet, {"unit": "u1", "person": "p1"})
    )
    assert scenario.recorded()[0].tags == ("unit:u1", "participant:p1")
    again: dict[str, Any] = {"unit": "u1", "person": "p1"}
    scenario.refuses(RuleBroken, "set-first-responsible-person", **again)
    scenario.given("set-first-responsible-person", unit="u1", person="laozhou")
    scenario.given("set-first-responsible-person", unit="u1", person="p1")
    scenario.refuses(SubjectUnknown, "set-first-responsible-person", unit="u9", person="p1")
    scenario.refuses(
        NotPermitted, "set-first-responsible-person", actor("li", Role.LGO), unit="u1", person="x"
    )
    scenario.given("revoke-event", target=scenario.recorder.head(), reason="任命有误")
    scenario.given("set-first-responsible-person", unit="u1", person="p1")
