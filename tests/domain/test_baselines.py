"""Baselines and forecasts: figures that are stated, and never mixed with facts (SPEC §3.2)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.baselines import BaselineSet, ForecastRecorded
from domain.model.errors import NotPermitted, RuleBroken, SubjectUnknown
from domain.model.roles import Role
from tests.domain.bodies import with_project
from tests.scenario import Scenario, actor

BASE: dict[str, Any] = {"metric": "funds_arrived_dom", "year": 2011, "value": "1000000000"}
FORECAST: dict[str, Any] = {
    "metric": "funds_arrived_dom",
    "period_end": "2012-12-31",
    "value": "6",
    "unit": "亿元",
}


def test_a_baseline_takes_the_metrics_usual_unit() -> None:
    """S001-02 and -03: 25亿 are 15亿 more than in 2011, so 2011 stands at 10亿."""
    scenario = Scenario().when("set-baseline", **BASE)
    scenario.then((BaselineSet, {"year": 2011, "value": "1000000000", "unit": "元"}))
    assert scenario.recorded()[0].event.sentence().zh == ("2011年内资到位资金基数定为1000000000元")
    scenario.when("set-baseline", **{**BASE, "metric": "leads", "value": "0"})
    scenario.then((BaselineSet, {"unit": "条", "value": "0"}))
    scenario.when("set-baseline", **{**BASE, "year": 2010, "value": "7", "unit": "亿元"})
    scenario.then((BaselineSet, {"unit": "亿元"}))


def test_a_baseline_is_set_once_a_year_and_corrected_after() -> None:
    scenario = Scenario().given("set-baseline", **BASE)
    assert scenario.refuses(RuleBroken, "set-baseline", **{**BASE, "value": "2"}).position == 1
    scenario.given("set-baseline", **{**BASE, "year": 2012})
    scenario.given("set-baseline", **{**BASE, "metric": "leads", "value": "9"})
    scenario.refuses(RuleBroken, "correct-event", target=1, changes={"year": 2009}, reason="有误")
    scenario.given("correct-event", target=1, changes={"value": "2"}, reason="有误")
    scenario.given("revoke-event", target=1, reason="有误")
    scenario.given("set-baseline", **BASE)


@pytest.mark.parametrize(
    "changes",
    [
        {"value": "-1"},
        {"unit": "条"},
        {"unit": "元", "value": "0.001"},
        {"year": 1948},
        {"year": 2201},
        {"metric": "profit"},
        {"metric": "leads", "value": "0.5"},
    ],
)
def test_what_is_no_baseline_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Scenario().command("set-baseline", **{**BASE, **changes})


def test_forecasts_are_recorded_one_after_another() -> None:
    """S003-42: 预计到12月底内资可认定实际进资6亿元."""
    scenario = with_project(Scenario())
    scenario.when("record-forecast", occurred_on="2012-11-30", **FORECAST)
    scenario.then((ForecastRecorded, {"value": "6", "unit": "亿元", "unit_id": None}))
    assert scenario.recorded()[0].event.sentence().en == (
        "Forecast for 2012-12-31: domestic funds arrived 6 亿元"
    )
    own = {**FORECAST, "value": "1", "unit_id": "u1"}
    scenario.when("record-forecast", occurred_on="2012-11-30", **own)
    assert "unit:u1" in scenario.recorded()[0].tags
    scenario.when("record-forecast", occurred_on="2012-11-30", **own).then(ForecastRecorded)


def test_what_is_past_is_no_forecast() -> None:
    scenario = Scenario()
    scenario.refuses(RuleBroken, "record-forecast", occurred_on="2013-01-01", **FORECAST)
    scenario.given("record-forecast", occurred_on="2012-12-31", **FORECAST)


def test_who_states_figures() -> None:
    scenario = Scenario()
    scenario.refuses(NotPermitted, "set-baseline", actor("li", Role.UNIT), **BASE)
    scenario.refuses(NotPermitted, "record-forecast", actor("li", Role.LGO), **FORECAST)
    scenario.refuses(SubjectUnknown, "record-forecast", **{**FORECAST, "unit_id": "u9"})
