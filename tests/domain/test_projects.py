"""Opening projects, from leads and without; another investor takes over."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.leads import LeadConverted
from domain.model.deliberation import Deliberation
from domain.model.errors import NotPermitted, RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.identity import Investor
from domain.model.roles import Role
from domain.projects import InvestorChanged, ProjectOpened, project
from eventlog.registrar import RecordReader
from tests.domain.bodies import INVESTOR, a_lead, a_project, position_of, with_project
from tests.scenario import JUDGE, TODAY, Scenario, actor

OTHER = {"name": "海州食品有限公司", "country": "CN"}
CODE = "91370000163477421Y"
TESTS = dict.fromkeys(
    ("has_investor", "has_intent", "has_capacity", "policy_ok", "env_ok", "truthful"), True
)

UNIT = actor("clerk", Role.UNIT)


@pytest.fixture
def scenario() -> Scenario:
    """Units, participants and project pr0."""
    return with_project(Scenario(), "pr0")


def case_of(scenario: Scenario) -> Deliberation:
    return Deliberation(RecordReader(scenario.recorder), TODAY)


def test_a_project_is_opened_as_the_contract_writes_it(scenario: Scenario) -> None:
    scenario.when("open-project", **a_project()).then(
        (
            ProjectOpened,
            {
                "project_id": "pr1",
                "class_": "工业",
                "funds_origin": "省外",
                "jurisdiction": "u1",
                "high_tech": False,
                "lead_id": None,
            },
        )
    )
    said = scenario.recorded()[0].event.sentence()
    assert said.zh == (
        "项目pr1“年产五万台机床”立项：投资方岭南机械有限公司，工业，新建，资金来源省外，属地u1"
    )
    assert said.en.startswith("Project pr1, 年产五万台机床, opened: investor 岭南机械有限公司")


def test_the_investor_finds_its_projects(scenario: Scenario) -> None:
    scenario.given("open-project", **a_project("pr1")).given("open-project", **a_project("pr2"))
    scenario.given("open-project", **a_project("pr3", investor=OTHER))
    found = case_of(scenario).events("investor:CN|岭南机械有限公司", ProjectOpened)
    ids = [r.event.project_id for r in found if isinstance(r.event, ProjectOpened)]
    assert ids == ["pr0", "pr1", "pr2"]


def test_the_service_makes_an_id_where_none_is_given(scenario: Scenario) -> None:
    scenario.when("open-project", **a_project(project_id=None))  # type: ignore[arg-type]
    assert scenario.answer is not None
    assert len(scenario.answer.ids["project_id"]) == 36


def test_jurisdiction_and_lead_must_be_registered_and_the_id_free(scenario: Scenario) -> None:
    scenario.refuses(SubjectUnknown, "open-project", **a_project("pr2", jurisdiction="u9"))
    scenario.refuses(SubjectUnknown, "open-project", **a_project("pr2", lead_id="l9"))
    refusal = scenario.refuses(SubjectAlreadyExists, "open-project", **a_project("pr0"))
    assert refusal.position == 3


def test_only_the_investment_office_and_units_open_projects(scenario: Scenario) -> None:
    scenario.refuses(NotPermitted, "open-project", by=actor("li", Role.LGO), **a_project("pr2"))
    scenario.when("open-project", by=actor("li", Role.UNIT), **a_project("pr2"))
    scenario.then(ProjectOpened)


@pytest.mark.parametrize(
    "change",
    [
        {"class": "矿业"},
        {"kind": "其他"},
        {"funds_origin": "国外"},
        {"investor": {"name": " "}},
        {"colour": "红"},
    ],
)
def test_a_malformed_body_is_not_taken(scenario: Scenario, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        scenario.command("open-project", **a_project(**change))


class TestFromALead:
    def test_the_lead_is_converted_in_the_same_breath(self, scenario: Scenario) -> None:
        scenario.given("register-lead", by=UNIT, **a_lead())
        scenario.when("open-project", **a_project(lead_id="l1")).then(
            (ProjectOpened, {"lead_id": "l1"}),
            (LeadConverted, {"lead_id": "l1", "project_id": "pr1"}),
        )

    def test_an_investor_of_another_name_is_refused_by_name(self, scenario: Scenario) -> None:
        scenario.given("register-lead", by=UNIT, **a_lead())
        lead = position_of(scenario)
        refusal = scenario.refuses(
            RuleBroken, "open-project", **a_project(lead_id="l1", investor=OTHER)
        )
        assert "岭南机械有限公司" in refusal.zh
        assert "海州食品有限公司" in refusal.en
        assert refusal.position == lead

    def test_spelling_does_not_make_another_investor_but_a_code_does(
        self, scenario: Scenario
    ) -> None:
        scenario.given(
            "register-lead", by=UNIT, **a_lead(investor={**INVESTOR, "credit_code": CODE})
        )
        other_code = "91110000710926094P"
        scenario.refuses(
            RuleBroken,
            "open-project",
            **a_project(lead_id="l1", investor={**INVESTOR, "credit_code": other_code}),
        )
        spelled = {"name": "嶺南機械有限公司 ", "country": "CN"}
        scenario.when("open-project", **a_project(lead_id="l1", investor=spelled))
        scenario.then(ProjectOpened, LeadConverted)

    def test_a_rejected_lead_opens_nothing_until_its_rejection_is_revoked(
        self, scenario: Scenario
    ) -> None:
        scenario.given("register-lead", by=UNIT, **a_lead())
        scenario.given("reject-lead", by=JUDGE, lead_id="l1", ground="无投资方")
        rejection = position_of(scenario)
        refusal = scenario.refuses(RuleBroken, "open-project", **a_project(lead_id="l1"))
        assert refusal.position == rejection
        scenario.given("revoke-event", target=rejection, reason="误判")
        scenario.when("open-project", **a_project(lead_id="l1"))
        scenario.then(ProjectOpened, LeadConverted)

    def test_a_repeat_opens_nothing_and_its_original_does(self, scenario: Scenario) -> None:
        scenario.given("register-lead", by=UNIT, **a_lead()).given(
            "register-lead", by=UNIT, **a_lead("l2")
        )
        scenario.given(
            "mark-lead-duplicate", by=JUDGE, lead_id="l2", of_lead_id="l1", basis="同一项目"
        )
        scenario.refuses(RuleBroken, "open-project", **a_project(lead_id="l2"))
        scenario.when("open-project", **a_project(lead_id="l1"))
        scenario.then(ProjectOpened, LeadConverted)

    def test_a_lead_becomes_one_project_unless_that_was_revoked(self, scenario: Scenario) -> None:
        scenario.given("register-lead", by=UNIT, **a_lead())
        scenario.given("open-project", **a_project(lead_id="l1"))
        conversion = position_of(scenario)
        refusal = scenario.refuses(RuleBroken, "open-project", **a_project("pr2", lead_id="l1"))
        assert refusal.position == conversion
        refusal = scenario.refuses(RuleBroken, "revoke-event", target=conversion - 1, reason="误立")
        assert refusal.position == conversion
        for target in (conversion, conversion - 1):
            scenario.given("revoke-event", target=target, reason="误立")
        scenario.when("open-project", **a_project("pr2", lead_id="l1"))
        scenario.then(ProjectOpened, LeadConverted)

    def test_a_verified_lead_opens_a_project(self, scenario: Scenario) -> None:
        scenario.given("register-lead", by=UNIT, **a_lead())
        scenario.given("verify-lead", by=JUDGE, lead_id="l1", valuable=True, tests=TESTS)
        scenario.when("open-project", **a_project(lead_id="l1"))
        scenario.then(ProjectOpened, LeadConverted)


def test_a_revoked_opening_makes_the_project_unknown(scenario: Scenario) -> None:
    scenario.given("revoke-event", target=position_of(scenario), reason="误立")
    scenario.refuses(SubjectUnknown, "hold-negotiation", project_id="pr0")
    scenario.when("open-project", **a_project("pr0")).then(ProjectOpened)


class TestChangeOfInvestor:
    def test_the_old_investor_is_filled_in(self, scenario: Scenario) -> None:
        scenario.when("change-investor", project_id="pr0", new=OTHER).then(
            (
                InvestorChanged,
                {
                    "old": Investor(name="岭南机械有限公司"),
                    "new": Investor(name="海州食品有限公司"),
                },
            )
        )
        assert project(case_of(scenario), "pr0").investor.name == "海州食品有限公司"
        assert {"investor:CN|岭南机械有限公司", "investor:CN|海州食品有限公司"} <= set(
            scenario.recorded()[0].tags
        )

    def test_each_change_starts_from_the_one_before(self, scenario: Scenario) -> None:
        scenario.given("change-investor", project_id="pr0", new=OTHER)
        change = position_of(scenario)
        refusal = scenario.refuses(
            RuleBroken, "change-investor", project_id="pr0", old=INVESTOR, new={"name": "第三家"}
        )
        assert refusal.position == change
        assert "海州食品有限公司" in refusal.zh
        scenario.when("change-investor", project_id="pr0", old=OTHER, new={"name": "第三家"})
        scenario.then((InvestorChanged, {"old": Investor(name="海州食品有限公司")}))

    def test_the_same_investor_is_no_change(self, scenario: Scenario) -> None:
        refusal = scenario.refuses(RuleBroken, "change-investor", project_id="pr0", new=INVESTOR)
        assert refusal.position == position_of(scenario)
        assert "correct-event" in refusal.en

    def test_a_revoked_change_gives_the_project_back(self, scenario: Scenario) -> None:
        scenario.given("change-investor", project_id="pr0", new=OTHER)
        scenario.given("revoke-event", target=position_of(scenario), reason="未成交")
        assert project(case_of(scenario), "pr0").investor.name == "岭南机械有限公司"
        scenario.when("change-investor", project_id="pr0", new=OTHER).then(InvestorChanged)

    def test_a_corrected_opening_moves_the_project_to_its_real_investor(
        self, scenario: Scenario
    ) -> None:
        scenario.given(
            "correct-event", target=3, changes={"investor": OTHER}, reason="投资方名称登记有误"
        )
        case = case_of(scenario)
        assert project(case, "pr0").investor.name == "海州食品有限公司"
        assert case.events("investor:CN|岭南机械有限公司", ProjectOpened) == []
        assert len(case.events("investor:CN|海州食品有限公司", ProjectOpened)) == 1
