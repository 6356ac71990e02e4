"""Corrections and restorations of units, people, campaigns, targets and figures keep their rules."""

from __future__ import annotations

from typing import Any

import pytest

from domain.model.effective import EventCorrected, EventRevoked
from domain.model.errors import RuleBroken, SubjectAlreadyExists
from tests.domain.bodies import a_campaign, a_project, a_target, position_of, yuan
from tests.scenario import Scenario

U1, U2, U3, PERSON, VILLAGE = 1, 2, 3, 4, 5


@pytest.fixture
def scenario() -> Scenario:
    """Unit u1, below it u2, below that u3; the person p1 and the village v1."""
    scenario = Scenario()
    for one, parent in (("u1", None), ("u2", "u1"), ("u3", "u2")):
        scenario.given("register-unit", unit_id=one, name=f"{one}乡", kind="乡镇", parent=parent)
    for one, kind in (("p1", "镇干部"), ("v1", "行政村")):
        said: dict[str, Any] = {"name": "张三", "kind": kind, "unit_id": "u1"}
        scenario.given("register-participant", participant_id=one, **said)
    return scenario


def told(scenario: Scenario, slug: str, /, **body: Any) -> int:
    scenario.given(slug, **body)
    return position_of(scenario)


def warned(scenario: Scenario) -> list[str]:
    assert scenario.answer is not None
    return [w["rule"] for w in scenario.answer.warnings]


class TestUnits:
    @pytest.mark.parametrize("below", ["u1", "u2", "u3"])
    def test_a_unit_never_stands_below_itself(self, scenario: Scenario, below: str) -> None:
        refusal = scenario.cannot_correct(RuleBroken, U1, parent=below)
        assert below in refusal.en

    def test_it_may_stand_elsewhere_or_alone(self, scenario: Scenario) -> None:
        scenario.correct(U3, parent="u1").then(EventCorrected)
        scenario.correct(U2, parent="u3").then(EventCorrected)
        scenario.cannot_correct(RuleBroken, U3, parent="u2")
        scenario.correct(U2, parent=None).then(EventCorrected)
        scenario.correct(U3, parent="u2").then(EventCorrected)

    def test_a_new_name_differs_from_the_old(self, scenario: Scenario) -> None:
        at = told(scenario, "rename-unit", unit_id="u1", name="河东镇")
        assert scenario.cannot_correct(RuleBroken, at, name="u1乡").position == U1
        scenario.correct(at, name="河东街道").then(EventCorrected)

    def test_a_first_responsible_person_follows_another(self, scenario: Scenario) -> None:
        first = told(scenario, "set-first-responsible-person", unit="u1", person="p1")
        at = told(scenario, "set-first-responsible-person", unit="u1", person="p2")
        assert scenario.cannot_correct(RuleBroken, at, person="p1").position == first
        scenario.correct(at, person="p3").then(EventCorrected)


class TestPeople:
    def test_a_persons_name_is_not_corrected_into_the_open(self, scenario: Scenario) -> None:
        scenario.cannot_correct(RuleBroken, PERSON, name="李四")
        scenario.cannot_correct(RuleBroken, PERSON, kind="行政村")
        scenario.cannot_correct(RuleBroken, PERSON, person_name=None)
        scenario.correct(PERSON, person_name="李四").then(EventCorrected)
        event = scenario.recorded()[0].event
        assert isinstance(event, EventCorrected)
        stored = event.model_dump(mode="json")["changes"]["person_name"]
        assert set(stored["new"]) == {"$commit"}

    def test_a_village_has_a_name_in_the_open(self, scenario: Scenario) -> None:
        scenario.cannot_correct(RuleBroken, VILLAGE, person_name="李四")
        scenario.cannot_correct(RuleBroken, VILLAGE, kind="社会能人")
        scenario.correct(VILLAGE, name="李家村").then(EventCorrected)

    def test_whoever_was_taken_for_a_village_becomes_a_person(self, scenario: Scenario) -> None:
        scenario.correct(VILLAGE, kind="社会能人", name=None, person_name="张三")
        change = scenario.recorded()[0].event
        assert isinstance(change, EventCorrected)
        assert change.changes["name"].new is None
        assert set(change.changes["person_name"].new) == {"$commit"}

    def test_a_post_is_left_by_who_held_it(self, scenario: Scenario) -> None:
        held = told(scenario, "hold-post", person="p1", unit_id="u1", post="镇长")
        left = told(scenario, "leave-post", person="p1", unit_id="u1", post="镇长")
        for changes in ({"post": "书记"}, {"unit_id": "u2"}, {"person": "v1"}):
            scenario.cannot_correct(RuleBroken, left, **changes)
        scenario.correct(held, post="书记")
        scenario.correct(left, post="书记").then(EventCorrected)
        scenario.revoke(left).revoke(held)
        scenario.cannot_revoke(RuleBroken, position_of(scenario) - 1)


class TestCampaigns:
    @pytest.fixture
    def campaign(self, scenario: Scenario) -> int:
        return told(scenario, "create-campaign", **a_campaign())

    def phase(self, scenario: Scenario, number: int, start: str, end: str) -> int:
        days = {"from": start, "to": end}
        said = {"campaign_id": "c1", "phase_no": number, "name": f"第{number}阶段"}
        return told(scenario, "define-campaign-phase", **said, **days)

    def test_its_phases_stay_within_it(self, scenario: Scenario, campaign: int) -> None:
        at = self.phase(scenario, 1, "2009-07-01", "2009-09-30")
        assert scenario.cannot_correct(RuleBroken, campaign, to="2009-09-29").position == at
        assert scenario.cannot_correct(RuleBroken, at, to="2009-10-01").position == campaign
        scenario.correct(at, to="2009-09-29").then(EventCorrected)
        scenario.correct(campaign, to="2009-09-29").then(EventCorrected)

    def test_phases_keep_their_numbers_and_order(self, scenario: Scenario, campaign: int) -> None:
        first = self.phase(scenario, 1, "2009-07-01", "2009-07-31")
        second = self.phase(scenario, 2, "2009-07-31", "2009-08-31")
        assert scenario.cannot_correct(RuleBroken, second, phase_no=1).position == first
        scenario.correct(second, **{"from": "2009-07-15"})
        assert warned(scenario) == ["phase.boundary"]
        late = {"from": "2009-07-16", "to": "2009-07-31"}
        assert scenario.cannot_correct(RuleBroken, first, **late).position == second
        scenario.correct(first, **{**late, "from": "2009-07-15"}).then(EventCorrected)

    def test_plans_keep_their_own_numbers(self, scenario: Scenario, campaign: int) -> None:
        for number in ("1号", "2号"):
            told(scenario, "approve-campaign-plan", campaign_id="c1", doc={"no": number})
        at = position_of(scenario)
        assert scenario.cannot_correct(RuleBroken, at, doc={"no": "1号"}).position == at - 1
        scenario.correct(at, doc={"no": "3号"}).then(EventCorrected)

    def test_a_project_is_adopted_once(self, scenario: Scenario, campaign: int) -> None:
        for one in ("pr1", "pr2"):
            scenario.given("open-project", **a_project(one))
            told(scenario, "adopt-project", project_id=one, campaign_id="c1")
        at = position_of(scenario)
        assert scenario.cannot_correct(RuleBroken, at, project_id="pr1").position == at - 2
        scenario.correct(at, carry_over=False).then(EventCorrected)


class TestTargets:
    @pytest.fixture
    def assigned(self, scenario: Scenario) -> int:
        scenario.given("create-campaign", **a_campaign())
        return told(scenario, "assign-target", **a_target(assignee="u0"))

    def shares(self, **values: str) -> list[dict[str, Any]]:
        due = "2009-09-30"
        return [{"assignee": one, "value": v, "due": due} for one, v in values.items()]

    def test_a_task_is_not_corrected_into_another_that_was_assigned(
        self, scenario: Scenario, assigned: int
    ) -> None:
        at = told(scenario, "assign-target", **a_target("t2", assignee="u0", kind="stretch"))
        assert scenario.cannot_correct(RuleBroken, at, kind="floor").position == assigned
        scenario.correct(at, kind="floor", min_amount=yuan("1.00")).then(EventCorrected)

    def test_what_its_shares_measure_stays_measurable(
        self, scenario: Scenario, assigned: int
    ) -> None:
        scenario.correct(assigned, metric="land_agreed", unit="亩", value="358.5")
        told(scenario, "decompose-target", parent_id="t1", children=self.shares(u1="358.5"))
        scenario.cannot_correct(RuleBroken, assigned, metric="leads", unit="条", value="358")
        scenario.correct(assigned, value="358.5").then(EventCorrected)

    def test_a_corrected_value_is_compared_with_its_shares(
        self, scenario: Scenario, assigned: int
    ) -> None:
        told(scenario, "decompose-target", parent_id="t1", children=self.shares(u1="358"))
        scenario.correct(assigned, value="400")
        assert warned(scenario) == ["target.sum_check"]
        scenario.correct(assigned, value="358")
        assert warned(scenario) == []

    def test_of_two_decompositions_to_one_assignee_one_comes_back(
        self, scenario: Scenario, assigned: int
    ) -> None:
        at = told(scenario, "decompose-target", parent_id="t1", children=self.shares(u1="100"))
        scenario.revoke(at)
        other = [{**self.shares(u1="358")[0], "target_id": "t9"}]
        told(scenario, "decompose-target", parent_id="t1", children=other)
        refusal = scenario.cannot_revoke(RuleBroken, at + 1)
        assert refusal.position == assigned
        scenario.revoke(position_of(scenario))
        scenario.revoke(at + 1).then(EventRevoked)

    def test_nor_one_whose_ids_were_taken_since(self, scenario: Scenario, assigned: int) -> None:
        at = told(scenario, "decompose-target", parent_id="t1", children=self.shares(u1="358"))
        scenario.revoke(at)
        taken = told(scenario, "assign-target", **a_target("t1.u1", assignee="u2"))
        assert scenario.cannot_revoke(SubjectAlreadyExists, at + 1).position == taken


class TestFigures:
    def test_of_two_baselines_of_a_year_one_comes_back(self, scenario: Scenario) -> None:
        said = {"metric": "leads", "year": 2008, "value": "100"}
        first = told(scenario, "set-baseline", **said)
        scenario.revoke(first)
        second = told(scenario, "set-baseline", **said)
        assert scenario.cannot_revoke(RuleBroken, first + 1).position == second
        scenario.revoke(second)
        scenario.revoke(first + 1).then(EventRevoked)

    def test_a_forecast_is_of_what_lay_ahead(self, scenario: Scenario) -> None:
        at = told(scenario, "record-forecast", metric="leads", value="100", period_end="2012-03-31")
        scenario.cannot_correct(RuleBroken, at, period_end="2012-01-04")
        scenario.cannot_correct(RuleBroken, at, occurred_on="2012-04-01")
        scenario.correct(at, period_end="2012-01-05").then(EventCorrected)

    def test_an_occasion_took_place(self, scenario: Scenario) -> None:
        said = {"kind": "推介会", "level": "省", "place": "厦门", "date": "2012-01-05"}
        at = told(scenario, "hold-promotion-event", event_id="o1", **said)
        scenario.cannot_correct(RuleBroken, at, date="2026-11-23")
        scenario.correct(at, date="2026-11-22").then(EventCorrected)
