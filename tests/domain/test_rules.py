"""Rule parameters: values with dates and documents, and the one in force (SPEC §13, DESIGN §7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import JsonValue, ValidationError

from domain.catalogue import COMMANDS
from domain.model.deliberation import Deliberation
from domain.model.errors import NotPermitted, RuleNotSet
from domain.model.roles import Role
from domain.rules import RuleParameterSet, rule
from eventlog.registrar import RecordReader
from tests.scenario import TODAY, Scenario, actor

KEY = "complaint.finish_days"


def setting(value: Any, since: str = "2011-01-01", until: str | None = None) -> dict[str, Any]:
    return {
        "key": KEY,
        "value": value,
        "valid_from": since,
        "valid_to": until,
        "doc": {"no": "区办〔2011〕7号", "title": "投诉处理办法"},
    }


def in_force(scenario: Scenario, on: str, key: str = KEY) -> JsonValue:
    case = Deliberation(RecordReader(scenario.recorder), TODAY)
    return rule(case, key, date.fromisoformat(on))


def test_a_parameter_is_set_as_the_contract_writes_it() -> None:
    scenario = Scenario().when(
        "set-rule-parameter",
        key="rate.levels",
        value=["协议", "正式合同"],
        valid_from="2011-01-01",
        valid_to=None,
        doc={"no": "许发〔2012〕11号", "title": "…"},
        note=None,
    )
    scenario.then((RuleParameterSet, {"key": "rate.levels", "value": ["协议", "正式合同"]}))
    [recorded] = scenario.recorded()
    assert recorded.tags == ("rule:rate.levels",)
    assert recorded.event.sentence().zh == "规则参数rate.levels自2011-01-01起设定"


def test_a_value_holds_from_its_first_day_to_its_last() -> None:
    scenario = Scenario().given("set-rule-parameter", **setting(15, "2011-01-01", "2011-12-31"))
    assert in_force(scenario, "2011-01-01") == 15
    assert in_force(scenario, "2011-12-31") == 15
    for outside in ("2010-12-31", "2012-01-01"):
        with pytest.raises(RuleNotSet):
            in_force(scenario, outside)


def test_a_value_without_an_end_holds_on() -> None:
    scenario = Scenario().given("set-rule-parameter", **setting(15))
    assert in_force(scenario, "2099-01-01") == 15


def test_of_those_that_cover_a_day_the_last_recorded_counts() -> None:
    scenario = Scenario()
    scenario.given("set-rule-parameter", **setting(15, "2011-01-01"))
    scenario.given("set-rule-parameter", **setting(10, "2012-01-01", "2012-12-31"))
    scenario.given("set-rule-parameter", **setting(12, "2012-06-01", "2012-06-30"))
    assert in_force(scenario, "2011-12-31") == 15
    assert in_force(scenario, "2012-01-01") == 10
    assert in_force(scenario, "2012-06-15") == 12
    assert in_force(scenario, "2012-07-01") == 10
    assert in_force(scenario, "2013-01-01") == 15


def test_a_revoked_setting_leaves_the_one_before() -> None:
    scenario = Scenario().given("set-rule-parameter", **setting(15))
    scenario.given("set-rule-parameter", **setting(10))
    scenario.given("revoke-event", target=2, reason="文件未生效")
    assert in_force(scenario, "2012-01-01") == 15
    scenario.given("revoke-event", target=1, reason="文件未生效")
    with pytest.raises(RuleNotSet):
        in_force(scenario, "2012-01-01")


def test_a_corrected_setting_holds_as_corrected() -> None:
    scenario = Scenario().given("set-rule-parameter", **setting(15))
    scenario.given("correct-event", target=1, changes={"value": 20}, reason="录入有误")
    assert in_force(scenario, "2012-01-01") == 20
    scenario.given("correct-event", target=1, changes={"valid_from": "2013-01-01"}, reason="有误")
    with pytest.raises(RuleNotSet):
        in_force(scenario, "2012-12-31")
    assert in_force(scenario, "2013-01-01") == 20


def test_an_unset_rule_says_what_would_be_needed() -> None:
    with pytest.raises(RuleNotSet) as unset:
        in_force(Scenario(), "2012-01-01", "r3a.second")
    assert unset.value.key == "r3a.second"
    assert unset.value.clause == "SPEC G14"
    assert "set-rule-parameter" in unset.value.zh


@pytest.mark.parametrize(
    "value", [0.07, [1, 0.5], {"a": {"b": [0.5]}}, float("nan"), float("inf"), -0.0]
)
def test_floating_point_numbers_are_refused_wherever_they_hide(value: Any) -> None:
    with pytest.raises(ValidationError, match="浮点数"):
        COMMANDS["set-rule-parameter"].model_validate(
            {**setting(value), "occurred_on": "2012-01-05"}
        )


def test_a_correction_is_held_to_the_same() -> None:
    scenario = Scenario().given("set-rule-parameter", **setting(15))
    for changes in ({"value": 0.07}, {"valid_to": "2010-12-31"}):
        with pytest.raises(ValidationError):
            scenario.command("correct-event", target=1, changes=changes, reason="录入有误")
    assert in_force(scenario, "2012-01-01") == 15


@pytest.mark.parametrize("value", ["0.07", 7, True, None, ["协议"], {"S001": "last", "n": [1]}])
def test_any_other_value_is_kept_as_it_is(value: Any) -> None:
    scenario = Scenario().given("set-rule-parameter", **setting(value))
    assert in_force(scenario, "2012-01-01") == value


@pytest.mark.parametrize("key", ["rate", "Rate.levels", "rate.", ".levels", "a b.c", "a.b.c.d.e.f"])
def test_a_key_has_a_policy_and_a_name(key: str) -> None:
    with pytest.raises(ValidationError):
        COMMANDS["set-rule-parameter"].model_validate(
            {**setting(1), "key": key, "occurred_on": "2012-01-05"}
        )


def test_a_span_does_not_end_before_it_begins() -> None:
    body = {**setting(1, "2012-01-02", "2012-01-01"), "occurred_on": "2012-01-05"}
    with pytest.raises(ValidationError, match="valid_to"):
        COMMANDS["set-rule-parameter"].model_validate(body)
    Scenario().given("set-rule-parameter", **setting(1, "2012-01-01", "2012-01-01"))


def test_a_rule_may_begin_in_the_future_and_needs_a_document() -> None:
    Scenario().given("set-rule-parameter", **setting(1, "2027-01-01"))
    body = setting(1)
    del body["doc"]
    with pytest.raises(ValidationError, match="doc"):
        COMMANDS["set-rule-parameter"].model_validate({**body, "occurred_on": "2012-01-05"})


@pytest.mark.parametrize("role", [Role.UNIT, Role.FIN, Role.AUD, Role.CPC, Role.INV])
def test_rules_are_set_by_the_leading_group_and_its_office(role: Role) -> None:
    scenario = Scenario()
    scenario.refuses(NotPermitted, "set-rule-parameter", actor("li", role), **setting(1))
    for may in (Role.LG, Role.LGO, Role.SYS):
        scenario.given("set-rule-parameter", actor("li", may), **setting(1))
