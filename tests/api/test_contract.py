"""Every exchange of CONTRACT.md over HTTP, exactly as written there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.projecting import caught_up
from tests.api.exchanges import ACCOUNTS, EXCHANGES, PERSONS, occurred
from tests.api.service import Service, problem, service_on
from tests.database import fresh_database


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """A service with the accounts of the exchanges."""
    with fresh_database() as database, service_on(database) as service:
        yield service


@pytest.fixture(scope="module")
def answers(service: Service) -> list[tuple[str, dict[str, Any]]]:
    """Every exchange given once: name and answer."""
    tokens = {
        account: service.admit(account, *roles, person=PERSONS[account])
        for account, roles in ACCOUNTS.items()
    }
    found = []
    for account, name, body in EXCHANGES:
        said = {"occurred_on": occurred(name, body), **body}
        answer = service.post(name, said, token=tokens[account])
        assert answer.status_code == 201, f"{name}: {answer.text}"
        found.append((name, answer.json()))
    return found


def test_every_exchange_is_recorded(
    service: Service, answers: list[tuple[str, dict[str, Any]]]
) -> None:
    assert len(answers) == len(EXCHANGES)
    for name, answer in answers:
        assert set(answer) == {"position", "recorded_at", "events", "ids", "warnings"}, name
        assert answer["events"][-1]["position"] == answer["position"]
    assert answers[-1][1]["position"] == service.head()


def test_the_ids_are_those_the_client_chose(
    answers: list[tuple[str, dict[str, Any]]],
) -> None:
    chosen = {
        "register-unit": {"unit_id": "u1"},
        "create-campaign": {"campaign_id": "c1"},
        "assign-target": {"target_id": "t1"},
        "register-lead": {"lead_id": "l1"},
        "record-contact": {"contact_id": "k1"},
        "open-project": {"project_id": "pr1"},
        "record-signing": {"signing_id": "s1"},
        "receive-complaint": {"complaint_id": "x1"},
    }
    said = {name: answer["ids"] for name, answer in answers}
    assert {name: said[name] for name in chosen} == chosen


def test_the_figures_take_all_of_it_in(
    service: Service, answers: list[tuple[str, dict[str, Any]]]
) -> None:
    assert caught_up(service.jurisdiction).projected == answers[-1][1]["position"]


def test_a_correction_and_a_revocation_name_their_target(
    service: Service, answers: list[tuple[str, dict[str, Any]]]
) -> None:
    by_name = dict(answers)
    target = by_name["record-signing"]["position"]
    changes = {"contract_introduced_funds": {"amount": "60000000.00", "currency": "CNY"}}
    body = {"target": target, "changes": changes, "reason": "录入有误"}
    service.recorded("correct-event", **body)
    target = by_name["receive-complaint"]["position"]
    service.recorded("revoke-event", target=target, reason="重复登记")
    document = problem(
        service.post("revoke-event", {"target": target, "reason": "重复登记"}),
        409,
        "subject-already-exists",
    )
    assert document["clause"] == "SPEC G8"
