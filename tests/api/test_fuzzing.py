"""Random and hostile input through the OpenAPI document: never a 5xx (DESIGN §10).

Seeded and bounded. Schemathesis makes bodies and parameters from the document, fitting and not; then
the contract's own bodies, which reach further, are spoiled in one place each.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from api.projecting import projecting
from tests.api.exchanges import ACCOUNTS, EXCHANGES, PERSONS, occurred
from tests.api.service import Service, service_on
from tests.database import fresh_database

SEED = 20120630
EXAMPLES = 2
"""Per operation and mode; there are many operations."""

BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """A service whose record holds the contract's subjects, with figures kept current."""
    with fresh_database() as database, service_on(database) as service:
        tokens = {
            account: service.admit(account, *roles, person=PERSONS[account])
            for account, roles in ACCOUNTS.items()
        }
        for account, name, body in EXCHANGES:
            said = {"occurred_on": occurred(name, body), **body}
            assert service.post(name, said, token=tokens[account]).status_code == 201
        service.token = tokens["clerk"]
        with projecting(service.jurisdiction):
            yield service


def operations(service: Service) -> list[APIOperation[Any, Any, Any, Any]]:
    """Every operation of the document but the endless stream."""
    schema = schemathesis.openapi.from_dict(service.app.openapi())
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return [operation for operation in found if operation.path != "/v1/events/stream"]


def sent(service: Service, case: Case[Any]) -> Response:
    """What the service answers to a generated case."""
    headers = {
        "Authorization": f"Bearer {service.token}",
        **{k: v for k, v in (case.headers or {}).items() if _is_header(k, v)},
    }
    body: dict[str, Any] = {}
    if isinstance(case.body, bytes):
        body["content"] = case.body
    elif case.method == "POST":
        body["content"] = json.dumps(case.body if _is_json(case.body) else None).encode()
        headers.setdefault("Content-Type", "application/json")
    query = {k: v for k, v in (case.query or {}).items() if _is_text(k) and _is_text(str(v))}
    path = case.formatted_path.encode("utf-8", "replace").decode()
    return service.client.request(case.method, path, params=query, headers=headers, **body)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)


def _is_header(name: str, value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and name.isascii()


def _is_json(value: object) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True


def no_fault(answer: Response, what: str) -> None:
    """An answer below 500; one of 400 and up is a problem."""
    assert answer.status_code < 500, f"{what}: {answer.text}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", what
        assert answer.json()["type"].startswith("urn:yinzheng:problem:"), what


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_what_the_document_allows_or_forbids_is_never_a_fault(
    service: Service, mode: GenerationMode
) -> None:
    tried = 0
    for operation in operations(service):
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
            continue

        @BOUNDED
        @seed(SEED)
        @given(case=operation.as_strategy(mode))
        def ask(case: Case[Any]) -> None:
            nonlocal tried
            tried += 1
            no_fault(sent(service, case), repr(case))

        ask()
    assert tried > EXAMPLES * len(EXCHANGES)


HOSTILE: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        2**31,
        2**53 - 1,
        2**63,
        10**40,
        0.5,
        "",
        " ",
        "\x00",
        "\ud800",
        "a" * 400,
        "\u202e",
        "A\u030a",
        "'; drop table record_log; --",
        "9999-12-31",
        "0001-01-01",
        "2012-02-30",
        "１２",
        "unit:u1",
        "pr1",
        "l1",
        "1/0",
        "1e400",
        "{}",
        [],
        {},
        [[]],
        [None],
        {"": None},
        {"amount": "-1", "currency": "CNY"},
        {"amount": "1", "currency": "XYZ"},
        {"currency": "CNY", "minor": -5},
        {"currency": "CNY", "minor": 5},
        {"$commit": "ab"},
        {"from": "2012-12-31", "to": "2012-01-01"},
        [{"no": "x"}] * 60,
    ]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a body."""
    for key, held in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(held, dict | list):
            yield from places(held, (*path, key))


def spoilt(body: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A copy of `body` with one value replaced."""
    changed = copy.deepcopy(body)
    at: Any = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


@seed(SEED)
@settings(BOUNDED, max_examples=600)
@given(data=st.data())
def test_the_contracts_bodies_spoilt_in_one_place_are_never_a_fault(
    service: Service, data: st.DataObject
) -> None:
    _, name, body = data.draw(st.sampled_from([*EXCHANGES, *AMENDMENTS]))
    body = {"occurred_on": occurred(name, body), "reason": "x", "documents": [{"no": "1"}], **body}
    path = data.draw(st.sampled_from(list(places(body))))
    value = data.draw(HOSTILE)
    answer = service.post(
        name, json.dumps(spoilt(body, path, value)), key=uuid4(), params={"dry_run": "true"}
    )
    no_fault(answer, f"{name} {path} {value!r}")


AMENDMENTS = [
    ("clerk", "correct-event", {"target": position, "changes": changes, "reason": "录入有误"})
    for position in range(1, 60, 3)
    for changes in (
        {"occurred_on": "2012-02-01"},
        {"name": "河西乡"},
        {"investor": {"name": "某公司", "country": "CN"}},
        {"value": [0.5]},
    )
] + [("clerk", "revoke-event", {"target": position, "reason": "重复"}) for position in range(1, 60)]


@seed(SEED)
@settings(BOUNDED, max_examples=200)
@given(body=st.binary(max_size=200), name=st.sampled_from([name for _, name, _ in EXCHANGES]))
def test_bytes_of_any_kind_are_never_a_fault(service: Service, body: bytes, name: str) -> None:
    no_fault(service.post(name, body), name)
