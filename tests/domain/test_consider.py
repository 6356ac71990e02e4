"""The order in which every command is judged: account, role, day, references, then its own rules."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from domain.catalogue import COMMANDS
from domain.model.errors import NotPermitted, RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.roles import SYSTEM, Actor, Role
from domain.organisation import ParticipantRegistered, UnitRegistered
from eventlog.entry import read
from eventlog.outcomes import Append, Outcome
from eventlog.registrar import CommandReused
from tests.domain.bodies import with_project
from tests.scenario import TODAY, Scenario, actor

UNIT: dict[str, Any] = {"unit_id": "u1", "name": "河东乡", "kind": "乡镇"}

WINDOW: dict[str, Any] = {"from": "2009-07-01", "to": "2009-09-30"}
OFFICE = actor("office", Role.LGO)


@pytest.fixture
def scenario() -> Scenario:
    """An empty record with the account `anna` of person pa, unit u0, holding LGO."""
    return Scenario().given(
        "open-account", SYSTEM, account="anna", person="pa", unit="u0", roles=["LGO"]
    )


def by_account(scenario: Scenario, account: str, slug: str, /, **body: Any) -> None:
    body.setdefault("occurred_on", "2012-01-05")
    scenario.registrar.execute(COMMANDS[slug].model_validate(body), account, uuid4())


def test_an_account_acts_with_the_person_unit_and_role_of_that_moment(scenario: Scenario) -> None:
    by_account(scenario, "anna", "register-unit", **UNIT)
    last = scenario.recorder.events[-1]
    recorded = read(last.position, last.event.data)
    assert recorded.actor.account == "anna"
    assert recorded.actor.person == "pa"
    assert recorded.actor.unit == "u0"
    assert recorded.actor.role == "LGO"


def test_an_unknown_account_may_do_nothing(scenario: Scenario) -> None:
    with pytest.raises(NotPermitted, match="bo"):
        by_account(scenario, "bo", "register-unit", **UNIT)
    assert scenario.recorder.head() == 2


def test_a_withdrawn_role_is_gone_at_once_and_others_stay(scenario: Scenario) -> None:
    scenario.given("grant-role", SYSTEM, account="anna", role="INV")
    scenario.given("withdraw-role", SYSTEM, account="anna", role="LGO")
    with pytest.raises(NotPermitted, match="register-unit takes one of the roles"):
        by_account(scenario, "anna", "register-unit", **UNIT)
    scenario.given("register-unit", **UNIT)
    scenario.given(
        "register-participant", participant_id="p1", name="张三", kind="镇干部", unit_id="u1"
    )
    scenario.given(
        "register-lead",
        lead_id="l1",
        kind="投资",
        registrant="p1",
        channel="其他",
        investor={"name": "A"},
    )
    by_account(scenario, "anna", "reject-lead", lead_id="l1", ground="不属实")


def test_a_closed_account_may_do_nothing(scenario: Scenario) -> None:
    scenario.given("close-account", SYSTEM, account="anna")
    with pytest.raises(NotPermitted, match="已关闭"):
        by_account(scenario, "anna", "register-unit", **UNIT)


def test_a_role_withdrawn_meanwhile_makes_the_command_be_decided_again(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The grants are premises: what is appended between reading and recording is a conflict."""
    before = scenario.recorder.submit
    withdrawn = False

    def rival(request: Append) -> Outcome:
        nonlocal withdrawn
        if not withdrawn:
            withdrawn = True
            scenario.command("withdraw-role", SYSTEM, account="anna", role="LGO")
        return before(request)

    monkeypatch.setattr(scenario.recorder, "submit", rival)
    with pytest.raises(NotPermitted):
        by_account(scenario, "anna", "register-unit", **UNIT)
    assert {e.event.type for e in scenario.recorder.events} == {
        "AccountOpened",
        "RoleGranted",
        "RoleWithdrawn",
    }


def test_the_first_role_of_the_commands_list_is_the_one_recorded() -> None:
    scenario = Scenario()
    both = Actor("li", "li", "u0", frozenset({Role.SYS, Role.LG, Role.LGO}))
    scenario.when("register-unit", both, **UNIT)
    assert scenario.recorded()[0].actor.role == "LGO"
    leaders = Actor("li", "li", "u0", frozenset({Role.SYS, Role.LG}))
    scenario.when("register-unit", leaders, unit_id="u2", name="河西乡", kind="乡镇")
    assert scenario.recorded()[0].actor.role == "LG"


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.LGO, Role.LG, Role.SYS)])
def test_any_other_role_is_refused(role: Role) -> None:
    refused = Scenario().refuses(NotPermitted, "register-unit", actor("li", role), **UNIT)
    assert refused.clause == "SPEC §3.0"
    assert "领导小组办公室(LGO)" in refused.zh


def test_what_happens_today_can_be_recorded_and_tomorrow_cannot() -> None:
    scenario = Scenario()
    refused = scenario.refuses(RuleBroken, "register-unit", occurred_on="2026-11-23", **UNIT)
    assert refused.clause == "SPEC G7"
    scenario.when("register-unit", occurred_on=TODAY.isoformat(), **UNIT).then(UnitRegistered)
    assert scenario.recorded()[0].occurred_on == date(2026, 11, 22)


def test_what_happened_long_ago_can_be_recorded() -> None:
    scenario = Scenario().when("register-unit", occurred_on="1949-10-01", **UNIT)
    assert scenario.recorded()[0].occurred_on == date(1949, 10, 1)


@pytest.mark.parametrize("day", ["2012-02-30", "2012-13-01", "05/01/2012", "", None, 20120105.5])
def test_a_business_date_is_a_day_of_the_calendar(day: object) -> None:
    with pytest.raises(ValidationError):
        COMMANDS["register-unit"].model_validate({**UNIT, "occurred_on": day})


def test_what_a_command_names_must_be_in_the_record() -> None:
    scenario = Scenario()
    refused = scenario.refuses(SubjectUnknown, "register-unit", **{**UNIT, "parent": "u0"})
    assert "u0" in refused.zh
    scenario.given("register-unit", unit_id="u0", name="本区", kind="县市区")
    scenario.when("register-unit", **{**UNIT, "parent": "u0"}).then(UnitRegistered)


def test_the_campaign_of_the_envelope_must_be_in_the_record() -> None:
    scenario = Scenario()
    scenario.refuses(SubjectUnknown, "register-unit", **{**UNIT, "campaign_id": "c1"})
    scenario.given(
        "create-campaign",
        campaign_id="c1",
        name="百日会战",
        kind="百日会战",
        level="区",
        owner="u0",
        **WINDOW,
    )
    scenario.when("register-unit", **{**UNIT, "campaign_id": "c1"})
    [recorded] = scenario.recorded()
    assert recorded.campaign == "c1"
    assert "campaign:c1" in recorded.tags


def test_a_person_acted_for_need_not_be_registered() -> None:
    scenario = Scenario().when("register-unit", **{**UNIT, "on_behalf_of": "laowang"})
    [recorded] = scenario.recorded()
    assert recorded.on_behalf_of == "laowang"
    assert recorded.is_by("laowang", "nobody")
    assert not recorded.is_by("laozhang", "nobody")
    assert "participant:laowang" in recorded.tags


def test_an_id_is_taken_once() -> None:
    scenario = Scenario().given("register-unit", **UNIT)
    refused = scenario.refuses(SubjectAlreadyExists, "register-unit", **UNIT)
    assert refused.position == 1


def test_the_service_makes_an_id_where_the_client_gives_none() -> None:
    scenario = Scenario().when("register-unit", name="河东乡", kind="乡镇")
    assert scenario.answer is not None
    made = scenario.answer.ids["unit_id"]
    assert UUID(made).version == 5
    assert scenario.recorded()[0].tags == (f"unit:{made}",)


def test_a_repeated_command_gives_the_first_answer() -> None:
    scenario = Scenario()
    command = COMMANDS["register-unit"].model_validate({**UNIT, "occurred_on": "2012-01-05"})
    once = uuid4()
    first = scenario.registrar.execute(command, SYSTEM, once)
    again = scenario.registrar.execute(command, SYSTEM, once)
    assert again.replayed
    assert not first.replayed
    assert (again.position, again.ids, again.events) == (first.position, first.ids, first.events)
    assert scenario.recorder.head() == 1
    other = command.model_copy(update={"name": "河西乡"})
    with pytest.raises(CommandReused):
        scenario.registrar.execute(other, SYSTEM, once)


def test_a_dry_run_decides_and_records_nothing() -> None:
    scenario = with_project(Scenario())
    head = scenario.recorder.head()
    command = COMMANDS["hold-post"].model_validate(
        {"person": "p1", "unit_id": "u1", "post": "镇长", "occurred_on": "2012-01-05"}
    )
    verdict = scenario.registrar.dry_run(command, OFFICE, uuid4())
    assert verdict.events == [
        {"type": "PostHeld", "zh": "p1任u1镇长", "en": "p1 took up the post 镇长 in u1"}
    ]
    assert scenario.recorder.head() == head
    with pytest.raises(SubjectUnknown):
        scenario.registrar.dry_run(command.model_copy(update={"person": "p9"}), OFFICE, uuid4())


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError, match="colour"):
        COMMANDS["register-unit"].model_validate(
            {**UNIT, "occurred_on": "2012-01-05", "colour": "red"}
        )


def test_the_rules_of_a_command_come_after_its_role() -> None:
    scenario = Scenario().given("register-unit", **UNIT)
    scenario.refuses(NotPermitted, "register-unit", actor("li", Role.AUD), **UNIT)


def test_participants_are_of_a_unit_that_exists() -> None:
    scenario = Scenario()
    body: dict[str, Any] = {
        "participant_id": "p1",
        "name": "河东乡",
        "kind": "单位",
        "unit_id": "u1",
    }
    scenario.refuses(SubjectUnknown, "register-participant", **body)
    scenario.given("register-unit", **UNIT)
    scenario.when("register-participant", **body).then(ParticipantRegistered)
