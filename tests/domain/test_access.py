"""Accounts and roles: who may open, grant, withdraw and close (DESIGN §8, SPEC §3.0)."""

from __future__ import annotations

import pytest

from domain.accounts import AccountClosed, AccountOpened, RoleGranted, RoleWithdrawn
from domain.model.errors import (
    DutiesNotSeparated,
    NotPermitted,
    RuleBroken,
    SubjectAlreadyExists,
    SubjectUnknown,
)
from domain.model.roles import SYSTEM, Role
from tests.scenario import Scenario, actor

OFFICE = actor("office", Role.LGO)


@pytest.fixture
def scenario() -> Scenario:
    """An account `anna` of person p1 that holds LGO and PART."""
    return Scenario().given(
        "open-account", SYSTEM, account="anna", person="p1", unit="u1", roles=["LGO", "PART"]
    )


def test_an_account_opens_with_its_roles_in_one_append(scenario: Scenario) -> None:
    scenario.when(
        "open-account", OFFICE, account="bo", person="p2", unit="u1", roles=["INV", "INV", "AUD"]
    ).then(
        (AccountOpened, {"account": "bo", "person": "p2", "unit": "u1"}),
        (RoleGranted, {"account": "bo", "role": Role.INV}),
        (RoleGranted, {"account": "bo", "role": Role.AUD}),
    )


def test_an_account_may_open_without_roles(scenario: Scenario) -> None:
    scenario.when("open-account", OFFICE, account="bo", person="p2", unit="u1").then(AccountOpened)


def test_an_account_name_is_taken_once(scenario: Scenario) -> None:
    refusal = scenario.refuses(
        SubjectAlreadyExists, "open-account", OFFICE, account="anna", person="p9", unit="u1"
    )
    assert refusal.position == 1


def test_only_administrators_open_accounts(scenario: Scenario) -> None:
    scenario.refuses(
        NotPermitted, "open-account", actor("x", Role.PART), account="bo", person="p2", unit="u1"
    )


def test_nobody_opens_a_second_account_for_themselves(scenario: Scenario) -> None:
    scenario.refuses(
        DutiesNotSeparated, "open-account", OFFICE, account="bo", person="office", unit="u1"
    )


def test_a_role_is_granted_by_somebody_else(scenario: Scenario) -> None:
    scenario.when("grant-role", OFFICE, account="anna", role="INV").then(
        (RoleGranted, {"account": "anna", "role": Role.INV})
    )


def test_a_role_held_is_not_granted_again(scenario: Scenario) -> None:
    scenario.refuses(RuleBroken, "grant-role", OFFICE, account="anna", role="PART")


def test_nobody_grants_a_role_to_themselves() -> None:
    scenario = Scenario()
    scenario.given("open-account", SYSTEM, account="anna", person="p1", unit="u1", roles=["LGO"])
    refused = {"account": "anna", "role": "FIN", "occurred_on": "2012-01-05"}
    same_account = actor("anna", Role.LGO)
    scenario.refuses(DutiesNotSeparated, "grant-role", same_account, **refused)
    other_account_of_the_person = actor("p1", Role.LGO)
    scenario.refuses(DutiesNotSeparated, "grant-role", other_account_of_the_person, **refused)


def test_a_role_of_an_unknown_account_is_refused(scenario: Scenario) -> None:
    scenario.refuses(SubjectUnknown, "grant-role", OFFICE, account="nobody", role="INV")


def test_a_role_is_withdrawn_once(scenario: Scenario) -> None:
    scenario.when("withdraw-role", OFFICE, account="anna", role="PART").then(
        (RoleWithdrawn, {"account": "anna", "role": Role.PART})
    )
    scenario.refuses(RuleBroken, "withdraw-role", OFFICE, account="anna", role="PART")


def test_a_closed_account_gets_nothing_more(scenario: Scenario) -> None:
    scenario.when("close-account", OFFICE, account="anna").then(
        (AccountClosed, {"account": "anna"})
    )
    scenario.refuses(RuleBroken, "close-account", OFFICE, account="anna")
    scenario.refuses(RuleBroken, "grant-role", OFFICE, account="anna", role="FIN")
    scenario.refuses(RuleBroken, "withdraw-role", OFFICE, account="anna", role="LGO")
