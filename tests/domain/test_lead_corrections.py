"""Corrections and restorations of leads and projects are held to what their recording was held to."""

from __future__ import annotations

from typing import Any

import pytest

from domain.model.effective import EventCorrected, EventRevoked
from domain.model.errors import DutiesNotSeparated, NotPermitted, RuleBroken
from domain.model.roles import Role
from tests.domain.bodies import a_lead, a_project, position_of, with_project
from tests.scenario import JUDGE, Scenario, actor

PASSED = dict.fromkeys(
    ("has_investor", "has_intent", "has_capacity", "policy_ok", "env_ok", "truthful"), True
)
FAILED = {**PASSED, "truthful": False}
OTHER = {"name": "海州食品有限公司", "country": "CN"}
UNIT = actor("unit", Role.UNIT, unit="u1")
LEAD, OTHERS_LEAD = 5, 6


@pytest.fixture
def scenario() -> Scenario:
    """Participants p1 and judge; lead l1 of INVESTOR and l2 of another, both of p1."""
    scenario = with_project(Scenario()).given(
        "register-participant", participant_id="judge", name="李四", kind="镇干部", unit_id="u1"
    )
    scenario.given("register-lead", UNIT, **a_lead("l1"))
    return scenario.given("register-lead", UNIT, **a_lead("l2", investor=OTHER))


def warned(scenario: Scenario) -> list[str]:
    assert scenario.answer is not None
    return [w["rule"] for w in scenario.answer.warnings]


VERDICTS: list[tuple[str, dict[str, Any]]] = [
    ("verify-lead", {"lead_id": "l2", "valuable": True, "tests": PASSED}),
    ("reject-lead", {"lead_id": "l2", "ground": "不实"}),
    ("mark-lead-duplicate", {"lead_id": "l2", "of_lead_id": "l1", "basis": "同一项目"}),
]


class TestRegistration:
    @pytest.mark.parametrize(("slug", "body"), VERDICTS)
    def test_a_lead_does_not_become_its_judges_own(
        self, scenario: Scenario, slug: str, body: dict[str, Any]
    ) -> None:
        scenario.given(slug, JUDGE, **body)
        verdict = position_of(scenario)
        refusal = scenario.cannot_correct(DutiesNotSeparated, OTHERS_LEAD, registrant="judge")
        assert refusal.position == verdict
        scenario.correct(OTHERS_LEAD, region="河东").then(EventCorrected)
        scenario.revoke(verdict)
        scenario.correct(OTHERS_LEAD, registrant="judge").then(EventCorrected)

    def test_the_original_of_a_repeat_was_not_judged(self, scenario: Scenario) -> None:
        slug, body = VERDICTS[2]
        scenario.given(slug, JUDGE, **body)
        scenario.correct(LEAD, registrant="judge").then(EventCorrected)

    def test_what_a_person_registered_for_themselves_stays_theirs(self, scenario: Scenario) -> None:
        scenario.given("register-lead", actor("p1", Role.PART), **a_lead("l3"))
        own = position_of(scenario)
        scenario.cannot_correct(NotPermitted, own, registrant="judge")
        scenario.correct(own, registrant="p1").then(EventCorrected)
        scenario.correct(LEAD, registrant="judge").then(EventCorrected)

    def test_a_correction_that_meets_an_earlier_lead_says_so(self, scenario: Scenario) -> None:
        scenario.correct(OTHERS_LEAD, investor=a_lead()["investor"])
        assert warned(scenario) == ["lead.dedupe"]
        scenario.correct(OTHERS_LEAD, intended_project="食品厂")
        assert warned(scenario) == []
        scenario.correct(LEAD, investor=OTHER, intended_project="食品厂")
        assert warned(scenario) == []

    def test_a_known_rival_is_not_told_again(self, scenario: Scenario) -> None:
        scenario.given("register-lead", UNIT, **a_lead("l3"))
        scenario.correct(position_of(scenario), region="河东")
        assert warned(scenario) == []


class TestVerdicts:
    def test_a_screening_says_what_its_tests_say(self, scenario: Scenario) -> None:
        scenario.given("screen-lead", lead_id="l1", tests=PASSED)
        at = position_of(scenario)
        scenario.cannot_correct(RuleBroken, at, tests=FAILED)
        scenario.cannot_correct(RuleBroken, at, result="不通过")
        scenario.correct(at, tests=FAILED, result="不通过").then(EventCorrected)

    def test_only_a_lead_that_passes_is_corrected_to_valuable(self, scenario: Scenario) -> None:
        scenario.given("verify-lead", JUDGE, lead_id="l1", valuable=False, tests=FAILED)
        at = position_of(scenario)
        scenario.cannot_correct(RuleBroken, at, valuable=True)
        scenario.correct(at, valuable=True, tests=PASSED)
        scenario.cannot_correct(RuleBroken, at, tests=FAILED)

    def test_a_verdict_is_not_moved_to_a_lead_that_has_one(self, scenario: Scenario) -> None:
        for one in ("l1", "l2"):
            scenario.given("reject-lead", JUDGE, lead_id=one, ground="不实")
        at = position_of(scenario)
        assert scenario.cannot_correct(RuleBroken, at, lead_id="l1").position == at - 1
        scenario.revoke(at - 1)
        scenario.correct(at, lead_id="l1").then(EventCorrected)

    def test_nor_to_a_lead_of_the_judges_own(self, scenario: Scenario) -> None:
        scenario.given("register-lead", UNIT, **a_lead("l3", registrant="judge"))
        scenario.given("reject-lead", JUDGE, lead_id="l1", ground="不实")
        scenario.cannot_correct(DutiesNotSeparated, position_of(scenario), lead_id="l3")
        scenario.correct(position_of(scenario), lead_id="l2").then(EventCorrected)

    def test_a_repeat_stays_the_later_of_two(self, scenario: Scenario) -> None:
        scenario.given("register-lead", UNIT, **a_lead("l3"))
        slug, body = VERDICTS[2]
        scenario.given(slug, JUDGE, **body)
        at = position_of(scenario)
        scenario.cannot_correct(RuleBroken, at, of_lead_id="l3")
        scenario.cannot_correct(RuleBroken, at, of_lead_id="l2")
        scenario.correct(at, lead_id="l3", of_lead_id="l2").then(EventCorrected)

    def test_of_two_verdicts_one_comes_back(self, scenario: Scenario) -> None:
        scenario.given("reject-lead", JUDGE, lead_id="l1", ground="不实")
        rejected = position_of(scenario)
        scenario.revoke(rejected)
        scenario.given("verify-lead", JUDGE, lead_id="l1", valuable=True, tests=PASSED)
        refusal = scenario.cannot_revoke(RuleBroken, rejected + 1)
        assert refusal.position == rejected + 2
        scenario.revoke(rejected + 2)
        scenario.revoke(rejected + 1).then(EventRevoked)


class TestConversion:
    def test_a_lead_is_not_corrected_into_a_second_project(self, scenario: Scenario) -> None:
        scenario.given("convert-lead", lead_id="l1", project_id="pr1")
        scenario.given("convert-lead", lead_id="l2", project_id="pr1")
        at = position_of(scenario)
        assert scenario.cannot_correct(RuleBroken, at, lead_id="l1").position == at - 1
        scenario.revoke(at - 1)
        scenario.correct(at, lead_id="l1").then(EventCorrected)

    def test_nor_restored_into_one(self, scenario: Scenario) -> None:
        scenario.given("convert-lead", lead_id="l1", project_id="pr1")
        first = position_of(scenario)
        scenario.revoke(first)
        scenario.given("open-project", **a_project("pr2", lead_id="l1"))
        assert scenario.cannot_revoke(RuleBroken, first + 1).position == first + 3
        scenario.revoke(first + 3)
        scenario.revoke(first + 1).then(EventRevoked)


class TestOpening:
    @pytest.fixture
    def opened(self, scenario: Scenario) -> int:
        scenario.given("open-project", **a_project("pr2", lead_id="l1"))
        return position_of(scenario) - 1

    def test_a_project_keeps_to_the_investor_of_its_lead(
        self, scenario: Scenario, opened: int
    ) -> None:
        assert scenario.cannot_correct(RuleBroken, opened, investor=OTHER).position == LEAD
        scenario.correct(opened, investor={"name": "岭南机械有限公司 "}).then(EventCorrected)
        scenario.correct(opened, investor=OTHER, lead_id=None).then(EventCorrected)

    def test_a_lead_may_be_corrected_first_and_its_project_after(
        self, scenario: Scenario, opened: int
    ) -> None:
        scenario.correct(LEAD, investor=OTHER).then(EventCorrected)
        scenario.cannot_correct(RuleBroken, opened, name="机床厂")
        scenario.correct(opened, name="机床厂", investor=OTHER).then(EventCorrected)

    def test_it_is_not_corrected_to_a_lead_of_somebody_else(
        self, scenario: Scenario, opened: int
    ) -> None:
        scenario.cannot_correct(RuleBroken, opened, lead_id="l2")
        scenario.correct(opened, lead_id="l2", investor=OTHER).then(EventCorrected)

    def test_nor_to_one_that_was_refused(self, scenario: Scenario, opened: int) -> None:
        scenario.given("reject-lead", JUDGE, lead_id="l2", ground="不实")
        refusal = scenario.cannot_correct(RuleBroken, opened, lead_id="l2", investor=OTHER)
        assert refusal.position == position_of(scenario)

    def test_nor_to_one_that_became_another_project(self, scenario: Scenario, opened: int) -> None:
        scenario.given("open-project", **a_project("pr3"))
        later = position_of(scenario)
        assert scenario.cannot_correct(RuleBroken, later, lead_id="l1").position == opened + 1

    def test_a_lead_refused_since_does_not_stand_in_the_way(
        self, scenario: Scenario, opened: int
    ) -> None:
        scenario.given("reject-lead", JUDGE, lead_id="l1", ground="不实")
        scenario.correct(opened, name="机床厂").then(EventCorrected)

    def test_a_change_of_investor_is_not_corrected_away(self, scenario: Scenario) -> None:
        scenario.given("change-investor", project_id="pr1", new=OTHER)
        at = position_of(scenario)
        same = a_project()["investor"]
        assert scenario.cannot_correct(RuleBroken, at, new=same).position == 3
        scenario.correct(at, new={"name": "第三家"}).then(EventCorrected)
