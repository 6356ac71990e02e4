"""Leads: who is first, who is a rival, who judges, and what corrections change (SPEC §3.3, §10)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.catalogue import COMMANDS
from domain.lead_changes import LeadShared
from domain.leads import (
    Lead,
    LeadConverted,
    LeadMarkedDuplicate,
    LeadRegistered,
    LeadRejected,
    LeadScreened,
    LeadVerified,
    lead,
)
from domain.model.deliberation import Deliberation
from domain.model.errors import (
    DutiesNotSeparated,
    NotPermitted,
    RuleBroken,
    SubjectAlreadyExists,
    SubjectUnknown,
)
from domain.model.roles import Role
from eventlog.registrar import RecordReader
from tests.domain.bodies import a_lead, with_project
from tests.scenario import CLERK, JUDGE, TODAY, Scenario, actor

PASSED = dict.fromkeys(
    ("has_investor", "has_intent", "has_capacity", "policy_ok", "env_ok", "truthful"), True
)
CODE = "91440300708461136T"
OFFICE = actor("office", Role.LGO)


@pytest.fixture
def scenario() -> Scenario:
    """Units u1 and u2, participants p1 and p2, project pr1."""
    scenario = with_project(Scenario())
    scenario.given("register-unit", unit_id="u2", name="河西乡", kind="乡镇")
    return scenario.given(
        "register-participant", participant_id="p2", name="李四", kind="社会能人", unit_id="u1"
    )


def read(scenario: Scenario, lead_id: str) -> Lead:
    return lead(Deliberation(RecordReader(scenario.recorder), TODAY), lead_id)


def verdict(
    lead_id: str = "l1", valuable: bool = True, failed: str | None = None
) -> dict[str, Any]:
    tests = PASSED if failed is None else {**PASSED, failed: False}
    return {"lead_id": lead_id, "valuable": valuable, "tests": tests}


def test_a_lead_is_registered_as_the_contract_writes_it(scenario: Scenario) -> None:
    scenario.when(
        "register-lead",
        **a_lead(
            industry="工业",
            est_investment={"amount": "50000000.00", "currency": "CNY"},
            disclosed_publicly=False,
        ),
    ).then((LeadRegistered, {"lead_id": "l1", "registrant": "p1", "rival_of": None}))
    [recorded] = scenario.recorded()
    assert recorded.tags == ("lead:l1", "participant:p1", "investor:CN|岭南机械有限公司")
    assert recorded.event.sentence().zh == "p1登记线索l1：岭南机械有限公司，机床项目（以商招商）"
    assert scenario.answer is not None
    assert scenario.answer.warnings == []


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "线索"},
        {"channel": "微信"},
        {"investor": None},
        {"est_investment": {"amount": "-1.00", "currency": "CNY"}},
        {"est_investment": {"amount": 5e7, "currency": "CNY"}},
        {"disclosed_publicly": "或许"},
        {"content_sha256": "abc"},
        {"rival_of": "l0"},
        {"registrant": None},
    ],
)
def test_what_is_no_lead_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        COMMANDS["register-lead"].model_validate({**a_lead(**changes), "occurred_on": "2012-01-05"})


def test_a_lead_names_what_the_record_knows(scenario: Scenario) -> None:
    scenario.refuses(SubjectUnknown, "register-lead", **a_lead(registrant="p9"))
    scenario.refuses(SubjectUnknown, "register-lead", **a_lead(referrer_project_id="pr9"))
    scenario.given("register-lead", **a_lead(referrer_project_id="pr1"))
    assert scenario.refuses(SubjectAlreadyExists, "register-lead", **a_lead()).position == (
        scenario.recorder.head()
    )


def test_a_person_registers_for_oneself_and_a_unit_for_its_people(scenario: Scenario) -> None:
    person = actor("p1", Role.PART)
    scenario.refuses(NotPermitted, "register-lead", person, **a_lead(registrant="p2"))
    scenario.given("register-lead", person, **a_lead("l1"))
    for number, role in enumerate((Role.UNIT, Role.TEAM, Role.STN, Role.ITM)):
        scenario.given("register-lead", actor("li", role), **a_lead(f"m{number}", registrant="p2"))
    for role in (Role.LGO, Role.LG, Role.AUD, Role.SYS):
        scenario.refuses(NotPermitted, "register-lead", actor("li", role), **a_lead("l9"))


@pytest.mark.parametrize(
    "investor",
    [
        {"name": "嶺南機械有限公司"},
        {"name": " 岭南 机械有限公司 "},
        {"name": "岭南机械有限公司", "credit_code": CODE},
    ],
)
def test_the_later_of_two_is_recorded_as_a_rival_and_told(
    scenario: Scenario, investor: dict[str, str]
) -> None:
    scenario.given("register-lead", **a_lead("l1"))
    first = scenario.recorder.head()
    scenario.when("register-lead", **a_lead("l2", registrant="p2", investor=investor)).then(
        (LeadRegistered, {"rival_of": "l1"})
    )
    assert scenario.answer is not None
    [warning] = scenario.answer.warnings
    assert warning["rule"] == "lead.dedupe"
    assert f"第{first}号记录" in warning["zh"]
    assert "lead:l1" in scenario.recorded()[0].tags


@pytest.mark.parametrize(
    ("changes", "rival"),
    [
        ({"intended_project": "机床 项目"}, True),
        ({"intended_project": "機床項目"}, True),
        ({"intended_project": None}, True),
        ({"intended_project": "铸造项目"}, False),
        ({"investor": {"name": "海州食品有限公司"}}, False),
        ({"investor": {"name": "岭南机械有限公司", "country": "HK"}}, False),
    ],
)
def test_rivals_share_investor_and_project(
    scenario: Scenario, changes: dict[str, Any], rival: bool
) -> None:
    scenario.given("register-lead", **a_lead("l1"))
    scenario.when("register-lead", **a_lead("l2", **changes)).then(
        (LeadRegistered, {"rival_of": "l1" if rival else None})
    )


def test_a_lead_without_a_project_rivals_any_of_its_investor(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead("l1", intended_project=None))
    scenario.when("register-lead", **a_lead("l2")).then((LeadRegistered, {"rival_of": "l1"}))


def test_codes_tell_investors_of_one_name_apart(scenario: Scenario) -> None:
    name = "岭南机械有限公司"
    other = "91310000132221014X"
    scenario.given("register-lead", **a_lead("l1", investor={"name": name, "credit_code": CODE}))
    scenario.when("register-lead", **a_lead("l2", investor={"name": name, "credit_code": other}))
    scenario.then((LeadRegistered, {"rival_of": None}))
    renamed = {"name": "岭南重工有限公司", "credit_code": CODE}
    scenario.when("register-lead", **a_lead("l3", investor=renamed))
    scenario.then((LeadRegistered, {"rival_of": "l1"}))


def test_first_means_position_and_never_a_date_that_a_client_sends(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead("l1"), occurred_on="2012-03-01")
    scenario.when("register-lead", **a_lead("l2"), occurred_on="2011-01-01").then(
        (LeadRegistered, {"rival_of": "l1"})
    )


def test_the_first_of_several_is_the_rival_of_all(scenario: Scenario) -> None:
    for one in ("l1", "l2"):
        scenario.given("register-lead", **a_lead(one))
    scenario.when("register-lead", **a_lead("l3")).then((LeadRegistered, {"rival_of": "l1"}))


def test_a_refused_lead_is_nobodys_rival(scenario: Scenario) -> None:
    """SPEC §10: X's lead rejected, then Y is first."""
    scenario.given("register-lead", **a_lead("l1"))
    scenario.given("register-lead", **a_lead("l2", registrant="p2"))
    scenario.given("reject-lead", JUDGE, lead_id="l1", ground="虚报")
    scenario.when("register-lead", **a_lead("l3")).then((LeadRegistered, {"rival_of": "l2"}))
    scenario.given("reject-lead", JUDGE, lead_id="l2", ground="虚报")
    scenario.given("reject-lead", JUDGE, lead_id="l3", ground="虚报")
    scenario.when("register-lead", **a_lead("l4")).then((LeadRegistered, {"rival_of": None}))


def test_a_repeat_is_nobodys_rival(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead("l1", intended_project="铸造项目"))
    scenario.given("register-lead", **a_lead("l2", intended_project="铸件项目"))
    scenario.given("mark-lead-duplicate", JUDGE, lead_id="l2", of_lead_id="l1", basis="同一项目")
    again = a_lead("l3", intended_project="铸件项目")
    scenario.when("register-lead", **again).then((LeadRegistered, {"rival_of": None}))


def test_a_refusal_that_was_revoked_gives_the_place_back(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead("l1"))
    scenario.given("reject-lead", JUDGE, lead_id="l1", ground="虚报")
    scenario.given("revoke-event", target=scenario.recorder.head(), reason="查实无误")
    scenario.when("register-lead", **a_lead("l2")).then((LeadRegistered, {"rival_of": "l1"}))


@pytest.mark.parametrize("failed", [None, *PASSED])
def test_screening_passes_only_what_passes_every_test(
    scenario: Scenario, failed: str | None
) -> None:
    scenario.given("register-lead", **a_lead())
    tests = PASSED if failed is None else {**PASSED, failed: False}
    scenario.when("screen-lead", lead_id="l1", tests=tests).then(
        (LeadScreened, {"result": "通过" if failed is None else "不通过"})
    )


def test_a_lead_is_verified_as_the_contract_writes_it(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead())
    scenario.when("verify-lead", JUDGE, **verdict()).then((LeadVerified, {"valuable": True}))
    assert scenario.recorded()[0].event.sentence().en == "Lead l1 verified, valuable: yes"


@pytest.mark.parametrize("failed", list(PASSED))
def test_a_lead_that_fails_a_test_is_not_valuable(scenario: Scenario, failed: str) -> None:
    scenario.given("register-lead", **a_lead())
    refused = scenario.refuses(RuleBroken, "verify-lead", JUDGE, **verdict(failed=failed))
    assert refused.clause == "S002-04"
    assert failed in refused.zh
    scenario.when("verify-lead", JUDGE, **verdict(valuable=False, failed=failed)).then(
        (LeadVerified, {"valuable": False})
    )


def test_a_lead_that_passes_may_still_be_judged_worthless(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead())
    scenario.given("verify-lead", JUDGE, **verdict(valuable=False))


def test_nobody_judges_what_they_registered(scenario: Scenario) -> None:
    """Neither the account that recorded it, nor its person, nor the registrant."""
    scenario.given("register-lead", **a_lead(), on_behalf_of="wang")
    registered = scenario.recorder.head()
    same_person = actor("li", Role.LGO)
    for judge in (CLERK, actor("p1", Role.LGO), actor("wang", Role.INV)):
        for slug, body in (
            ("verify-lead", verdict()),
            ("reject-lead", {"lead_id": "l1", "ground": "虚报"}),
        ):
            refused = scenario.refuses(DutiesNotSeparated, slug, judge, **body)
            assert refused.position == registered
            assert refused.clause == "SPEC §3.0"
    scenario.given("verify-lead", same_person, **verdict())


def test_a_lead_is_judged_once_until_the_verdict_is_revoked(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead())
    scenario.given("verify-lead", JUDGE, **verdict())
    verified = scenario.recorder.head()
    for slug, body in (
        ("verify-lead", verdict(valuable=False)),
        ("reject-lead", {"lead_id": "l1", "ground": "虚报"}),
    ):
        assert scenario.refuses(RuleBroken, slug, JUDGE, **body).position == verified
    scenario.given("revoke-event", target=verified, reason="认定有误")
    scenario.when("reject-lead", JUDGE, lead_id="l1", ground="虚报").then(
        (LeadRejected, {"ground": "虚报"})
    )
    scenario.refuses(RuleBroken, "verify-lead", JUDGE, **verdict())


def test_only_the_later_can_repeat_the_earlier(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead("l1"))
    first = scenario.recorder.head()
    scenario.given("register-lead", **a_lead("l2"))
    for lead_id, of in (("l1", "l2"), ("l1", "l1")):
        scenario.refuses(
            RuleBroken, "mark-lead-duplicate", JUDGE, lead_id=lead_id, of_lead_id=of, basis="x"
        )
    repeat: dict[str, Any] = {"lead_id": "l2", "of_lead_id": "l1", "basis": "同一投资方"}
    scenario.refuses(DutiesNotSeparated, "mark-lead-duplicate", CLERK, **repeat)
    scenario.when("mark-lead-duplicate", JUDGE, **repeat).then(LeadMarkedDuplicate)
    assert read(scenario, "l2").duplicate_of == "l1"
    assert read(scenario, "l1").duplicate_of is None
    assert read(scenario, "l1").registered.position == first
    scenario.refuses(RuleBroken, "verify-lead", JUDGE, **verdict("l2"))
    scenario.given("verify-lead", JUDGE, **verdict("l1"))


def test_a_shared_lead_stays_its_registrants(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead())
    scenario.when("share-lead", OFFICE, lead_id="l1", units=["u1", "u2"]).then(
        (LeadShared, {"units": ("u1", "u2")})
    )
    assert {"unit:u1", "unit:u2"} <= set(scenario.recorded()[0].tags)
    assert read(scenario, "l1").said.registrant == "p1"
    scenario.refuses(SubjectUnknown, "share-lead", OFFICE, lead_id="l1", units=["u9"])
    with pytest.raises(ValidationError):
        scenario.command("share-lead", OFFICE, lead_id="l1", units=[])


def test_whose_rival_a_lead_is_the_record_says_and_no_correction(scenario: Scenario) -> None:
    for one in ("l1", "l2"):
        scenario.given("register-lead", **a_lead(one))
    changes = {"rival_of": None}
    at = scenario.recorder.head()
    scenario.refuses(RuleBroken, "correct-event", target=at, changes=changes, reason="有误")


def test_a_lead_becomes_a_project_once(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead())
    scenario.when("convert-lead", lead_id="l1", project_id="pr1").then(LeadConverted)
    converted = scenario.recorder.head()
    refused = scenario.refuses(RuleBroken, "convert-lead", lead_id="l1", project_id="pr1")
    assert refused.position == converted
    scenario.refuses(SubjectUnknown, "convert-lead", lead_id="l1", project_id="pr9")
    scenario.refuses(SubjectUnknown, "convert-lead", lead_id="l9", project_id="pr1")
    scenario.given("revoke-event", target=converted, reason="项目有误")
    scenario.given("convert-lead", lead_id="l1", project_id="pr1")


def test_who_judges_shares_and_converts(scenario: Scenario) -> None:
    scenario.given("register-lead", **a_lead())
    for slug, body, roles in (
        ("screen-lead", {"lead_id": "l1", "tests": PASSED}, {Role.INV, Role.LGO}),
        ("verify-lead", verdict(), {Role.INV, Role.LGO}),
        ("share-lead", {"lead_id": "l1", "units": ["u1"]}, {Role.LGO}),
        ("convert-lead", {"lead_id": "l1", "project_id": "pr1"}, {Role.INV, Role.LGO}),
    ):
        for role in set(Role) - roles:
            scenario.refuses(NotPermitted, slug, actor("li", role), **body)


def test_a_source_stays_in_the_vault(scenario: Scenario) -> None:
    scenario.given(
        "register-lead", **a_lead(source_person="赵六", investor_contact="钱七 13900000000")
    )
    stored = scenario.recorder.events[-1].event.data.decode()
    assert "赵六" not in stored
    assert "13900000000" not in stored
