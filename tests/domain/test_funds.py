"""What the record says of arrivals: stored yuan, corrections, which recognition counts."""

from __future__ import annotations

from typing import Any

import pytest

from domain.funds import FundArrivalRecognised, arrival, arrivals
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Recorded
from domain.model.roles import Role
from eventlog.entry import parse
from eventlog.registrar import RecordReader
from tests.domain.bodies import (
    an_arrival,
    dollars,
    fx,
    position_of,
    with_project,
    yuan,
)
from tests.scenario import JUDGE, TODAY, Scenario, actor

CITY = actor("city", Role.CITY)


@pytest.fixture
def scenario() -> Scenario:
    """Arrival a1 of project pr1 and a2 of pr2, 1000.00元 each; a3 of pr1, 1000.01 USD."""
    prepared = with_project(Scenario(), "pr1", "pr2")
    prepared.given("report-fund-arrival", **an_arrival("a1"))
    prepared.given("report-fund-arrival", **an_arrival("a2", project_id="pr2"))
    return prepared.given("report-fund-arrival", **an_arrival("a3", "1000.01", "USD"))


def case_of(scenario: Scenario) -> Deliberation:
    return Deliberation(RecordReader(scenario.recorder), TODAY)


def the_recognition(scenario: Scenario, arrival_id: str) -> FundArrivalRecognised:
    counted = arrival(case_of(scenario), arrival_id).counted
    assert counted is not None
    return counted


def recognise(scenario: Scenario, arrival_id: str, amount: str, authority: str = "县") -> Recorded:
    scenario.when(
        "recognise-fund-arrival",
        by=CITY if authority == "市" else JUDGE,
        arrival_id=arrival_id,
        amount_recognised=yuan(amount),
        authority=authority,
    )
    return scenario.recorded()[0]


def test_the_yuan_equivalent_stands_in_the_record_rounded_half_up(scenario: Scenario) -> None:
    # 1000.01 USD x 6.3005 = 6300.563005 元
    scenario.when(
        "recognise-fund-arrival",
        by=JUDGE,
        arrival_id="a3",
        amount_recognised=dollars("1000.01"),
        fx=fx("6.3005", "2012-06-28"),
        authority="县",
    )
    stored = parse(scenario.recorder.events[-1].event.data)["data"]
    assert stored["cny_equiv"] == 630_056
    assert stored["amount_recognised"] == {"currency": "USD", "minor": 100_001}
    assert the_recognition(scenario, "a3").cny_equiv == 630_056


def test_half_a_fen_rounds_up(scenario: Scenario) -> None:
    # 0.01 USD x 0.5000 = 0.005 元
    scenario.when(
        "recognise-fund-arrival",
        by=JUDGE,
        arrival_id="a3",
        amount_recognised=dollars("0.01"),
        fx=fx("0.5000", "2012-06-28"),
        authority="县",
    )
    assert the_recognition(scenario, "a3").cny_equiv == 1


def test_a_correction_of_amount_or_rate_computes_the_yuan_anew(scenario: Scenario) -> None:
    scenario.given(
        "recognise-fund-arrival",
        by=JUDGE,
        arrival_id="a3",
        amount_recognised=dollars("1000.00"),
        fx=fx("6.3000", "2012-06-28"),
        authority="县",
    )
    target = position_of(scenario)
    assert the_recognition(scenario, "a3").cny_equiv == 630_000
    scenario.given(
        "correct-event",
        by=JUDGE,
        target=target,
        changes={"fx": fx("6.4000", "2012-06-28")},
        reason="汇率录入有误",
    )
    assert the_recognition(scenario, "a3").cny_equiv == 640_000
    scenario.given(
        "correct-event",
        by=JUDGE,
        target=target,
        changes={"amount_recognised": dollars("500.00")},
        reason="金额录入有误",
    )
    assert the_recognition(scenario, "a3").cny_equiv == 320_000


def test_what_a_decision_filled_in_is_not_corrected(scenario: Scenario) -> None:
    recognised = recognise(scenario, "a1", "1000.00")
    for changes in ({"project_id": "pr2"}, {"arrival_id": "a2"}, {"cny_equiv": 1}):
        scenario.refuses(
            RuleBroken, "correct-event", target=recognised.position, changes=changes, reason="试"
        )


def test_the_city_counts_before_the_county_whichever_came_first(scenario: Scenario) -> None:
    recognise(scenario, "a1", "700.00", "市")
    recognise(scenario, "a1", "900.00", "县")
    state = arrival(case_of(scenario), "a1")
    assert state.counted is not None
    assert state.counted.amount_recognised.minor == 70_000
    assert state.recognised_minor == 90_000


def test_arrivals_of_a_project_come_with_their_verdicts(scenario: Scenario) -> None:
    recognise(scenario, "a1", "600.00")
    scenario.given(
        "partly-refuse-fund-arrival",
        by=JUDGE,
        arrival_id="a1",
        refused_amount=yuan("400.00"),
        ground="虚报",
    )
    found = arrivals(case_of(scenario), "pr1")
    assert [one.said.arrival_id for one in found] == ["a1", "a3"]
    assert (found[0].recognised_minor, found[0].refused_minor) == (60_000, 40_000)
    assert (found[1].recognised_minor, found[1].refused_minor) == (0, 0)
    assert found[1].counted is None


def test_an_arrival_moves_to_another_project_before_its_verdicts(scenario: Scenario) -> None:
    verdict = recognise(scenario, "a1", "600.00")
    move: dict[str, Any] = {"target": 5, "changes": {"project_id": "pr2"}, "reason": "归属有误"}
    refusal = scenario.refuses(RuleBroken, "correct-event", **move)
    assert refusal.position == verdict.position
    scenario.given("revoke-event", target=verdict.position, reason="随上报更正")
    scenario.given("correct-event", **move)
    recognise(scenario, "a1", "600.00")
    moved = arrivals(case_of(scenario), "pr2")
    assert [(one.said.arrival_id, one.recognised_minor) for one in moved] == [
        ("a1", 60_000),
        ("a2", 0),
    ]
    assert [one.said.arrival_id for one in arrivals(case_of(scenario), "pr1")] == ["a3"]


def test_a_report_recorded_anew_has_no_verdict_yet(scenario: Scenario) -> None:
    verdict = recognise(scenario, "a1", "600.00")
    refusal = scenario.refuses(RuleBroken, "revoke-event", target=5, reason="上报有误")
    assert refusal.position == verdict.position
    for target in (verdict.position, 5):
        scenario.given("revoke-event", target=target, reason="上报有误")
    assert [one.said.arrival_id for one in arrivals(case_of(scenario), "pr1")] == ["a3"]
    scenario.given("report-fund-arrival", **an_arrival("a1", amount="500.00"))
    state = arrival(case_of(scenario), "a1")
    assert (state.recognised_minor, state.counted) == (0, None)
    recognise(scenario, "a1", "500.00")


def test_the_sentence_of_a_report(scenario: Scenario) -> None:
    scenario.when("report-fund-arrival", **an_arrival("a4", amount="12345.60"))
    said = scenario.recorded()[0].event.sentence()
    assert said.zh == (
        "项目pr1上报2012-06-28到位资金12,345.60元（a4），来源省外，形式人民币现金，用途基建"
    )
    assert said.en == (
        "Project pr1 reported CNY 12,345.60 arrived on 2012-06-28 (a4), "
        "from 省外, as 人民币现金, for 基建"
    )
