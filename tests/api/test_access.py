"""Tokens: who comes in, for how long, and what is kept of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from api.access import REMEMBERED_S, Tokens
from api.cli.outcome import Stopped
from api.cli.token import admit
from domain.model.roles import Role
from tests.api.service import Service, problem


@pytest.fixture
def tokens(service: Service) -> Tokens:
    """The tokens of a service that remembers nothing, as after `REMEMBERED_S`."""
    return Tokens(service.jurisdiction)


def test_a_token_stands_for_its_account_until_it_is_revoked(
    service: Service, tokens: Tokens
) -> None:
    token = service.admit("li", Role.PART)
    assert tokens.stands_for(token, "li")
    assert not tokens.stands_for(token, "office")
    assert tokens.revoke("li") == 1
    assert not Tokens(service.jurisdiction).stands_for(token, "li")
    assert Tokens(service.jurisdiction).stands_for(service.token, "office")
    assert tokens.revoke("li") == 0


def test_a_revoked_token_is_forgotten_soon(
    service: Service, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = service.admit("li", Role.PART)
    moment = 1000.0
    monkeypatch.setattr("api.access.time", SimpleNamespace(monotonic=lambda: moment))
    assert tokens.stands_for(token, "li")
    tokens.revoke("li")
    assert tokens.stands_for(token, "li")
    moment += REMEMBERED_S
    assert not tokens.stands_for(token, "li")


def test_a_closed_account_neither_reads_nor_records(service: Service) -> None:
    token = service.admit("li", Role.LGO)
    service.recorded("close-account", account="li")
    document = problem(service.get("/v1/events", token=token), 401, "unauthenticated")
    assert "已关闭" in document["detail"]


def test_a_role_withdrawn_counts_at_once(service: Service) -> None:
    token = service.admit("li", Role.LGO)
    unit = {"name": "河东乡", "kind": "乡镇"}
    assert service.post("register-unit", unit, token=token).status_code == 201
    service.recorded("withdraw-role", account="li", role="LGO")
    problem(service.post("register-unit", unit, token=token), 403, "not-permitted")


def test_nobody_grants_themselves_a_role_over_http(service: Service) -> None:
    refused = service.post("grant-role", {"account": "office", "role": "FIN"})
    problem(refused, 409, "duties-not-separated")


def test_admitting_again_grants_what_is_lacking_and_nothing_else(service: Service) -> None:
    service.admit("li", Role.PART)
    head = service.head()
    service.admit("li", Role.PART)
    assert service.head() == head
    service.admit("li", Role.PART, Role.UNIT)
    assert service.head() == head + 1


def test_an_account_of_somebody_else_is_not_taken_over(service: Service) -> None:
    service.admit("li", Role.PART)
    with pytest.raises(Stopped, match="choose another name"):
        admit(service.jurisdiction, "li", unit="u0", person="p9", roles=[Role.LGO])


def test_the_list_shows_no_token(service: Service, tokens: Tokens) -> None:
    (issued,) = tokens.issued()
    assert issued.account == "office"
    assert issued.revoked_at is None
    assert service.token not in repr(issued)
