"""Bad input: each a problem that says what would be needed instead, and nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from api.access import token_hash
from domain.model.roles import Role
from tests.api.service import Service, problem, service_on
from tests.database import fresh_database

UNIT = {"unit_id": "u9", "name": "河东乡", "kind": "乡镇"}
LEAD = {
    "kind": "投资",
    "registrant": "p1",
    "channel": "以商招商",
    "investor": {"name": "华盛电子有限公司", "country": "CN"},
}


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """One service for the whole file, since nothing that it sends is recorded."""
    with fresh_database() as database, service_on(database) as service:
        service.recorded("register-unit", unit_id="u1", name="城关镇", kind="乡镇")
        service.recorded(
            "register-participant", participant_id="p1", name="甲", kind="镇干部", unit_id="u1"
        )
        service.admit("wang", Role.PART, person="p2")
        yield service


@pytest.fixture(autouse=True)
def nothing_recorded(service: Service) -> Iterator[None]:
    """Whatever a test of this file sends, the record stays as it was when the test began."""
    head = service.head()
    yield
    assert service.head() == head


def fields(document: dict[str, Any]) -> dict[str, str]:
    """What a 422 says of each field, in 中文."""
    return {error["field"]: error["zh"] for error in document["errors"]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"name": "x",}',
        b"\xff\xfe{}",
        b'{"name": NaN}',
        b'{"name": "\xed\xa0\x80"}',
        b"[" * 100_000,
        b'{"value": ' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "cut", "comma", "utf-16", "nan", "surrogate bytes", "deep", "endless number"],
)
def test_malformed_json(service: Service, body: bytes) -> None:
    document = problem(service.post("register-unit", body), 400, "malformed-json")
    assert "JSON" in document["detail"]


def test_a_field_that_stands_twice(service: Service) -> None:
    document = problem(
        service.post("register-unit", '{"name": "河东乡", "name": "河西乡"}'), 400, "malformed-json"
    )
    assert "name" in document["detail"]


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null"])
def test_json_that_is_no_object(service: Service, body: str) -> None:
    document = problem(service.post("register-unit", body), 422, "invalid")
    assert fields(document) == {"": "须为 JSON 对象"}


def test_an_unknown_command_names_those_near_it(service: Service) -> None:
    document = problem(service.post("register-untis", UNIT), 404, "unknown-command")
    assert "register-unit" in document["near"]
    assert "register-unit" in document["detail"]


def test_an_unknown_field(service: Service) -> None:
    body = {**UNIT, "nmae": "x", "coffee": 1}
    said = fields(problem(service.post("register-unit", body), 422, "invalid"))
    assert set(said) == {"nmae", "coffee"}
    assert said["nmae"] == "没有此字段；是否指 name？"
    assert "GET /v1/commands" in said["coffee"]


def test_a_missing_field(service: Service) -> None:
    document = problem(service.post("register-unit", {"kind": "乡镇"}), 422, "invalid")
    assert fields(document) == {"name": "必填项，请补上"}


@pytest.mark.parametrize("amount", ["-1", "-0.01", "1e9", "12,000", "", "NaN"])
def test_an_amount_that_is_negative_or_no_decimal(service: Service, amount: str) -> None:
    money = {"amount": amount, "currency": "CNY"}
    document = problem(
        service.post("register-lead", {**LEAD, "est_investment": money}), 422, "invalid"
    )
    assert set(fields(document)) <= {"est_investment", "est_investment.amount"}


@pytest.mark.parametrize(
    "day", ["2012-02-31", "31.02.2012", "2012-2-3", 20120201, "2012-02-01T10:00", True]
)
def test_a_day_that_the_calendar_does_not_have(service: Service, day: object) -> None:
    document = problem(service.post("register-unit", {**UNIT, "occurred_on": day}), 422, "invalid")
    assert "2012-06-28" in fields(document)["occurred_on"]


def test_a_day_that_has_not_come(service: Service) -> None:
    body = {**UNIT, "occurred_on": "2999-01-01"}
    assert problem(service.post("register-unit", body), 409, "rule-broken")["clause"] == "SPEC G7"


def test_a_term_that_is_not_among_those_allowed_lists_them(service: Service) -> None:
    document = problem(service.post("register-unit", {**UNIT, "kind": "省"}), 422, "invalid")
    assert "'乡镇'" in fields(document)["kind"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"unit_id": "u\\u0000", "name": "x"}', "unit_id"),
        ('{"na\\u0000me": "x"}', ""),
        ('{"name": "\\ud800"}', "name"),
        ('{"name": 1.5}', "name"),
        ('{"name": 123456789012345678901234567890}', "name"),
        ('{"documents": [{"no": "a", "page": 1.0}]}', "documents[0].page"),
    ],
)
def test_what_json_allows_and_the_record_does_not(service: Service, body: str, field: str) -> None:
    document = problem(service.post("register-unit", body), 422, "invalid")
    assert field in fields(document)


def test_a_subject_that_is_not_registered_yet(service: Service) -> None:
    """A signing before its project, in the words of the issue; here a lead before its registrant."""
    document = problem(
        service.post("register-lead", {**LEAD, "registrant": "p7"}), 409, "subject-unknown"
    )
    assert "p7" in document["detail"]
    assert "先登记" in document["detail"]


def test_somebody_elses_token(service: Service) -> None:
    """Wang's personal account registers a lead for p1."""
    token = service.app.state.tokens.issue("wang")
    document = problem(service.post("register-lead", LEAD, token=token), 403, "not-permitted")
    assert "p2" in document["detail"]


@pytest.mark.parametrize("key", [None, "", "1", "zz" * 18, "{12345678-1234-1234-1234-12345678901}"])
def test_an_idempotency_key_that_is_missing_or_no_uuid(service: Service, key: str | None) -> None:
    headers = {"Authorization": f"Bearer {service.token}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    answer = service.client.post("/v1/commands/register-unit", json=UNIT, headers=headers)
    assert "uuid" in problem(answer, 400, "idempotency-key")["detail"]


@pytest.mark.parametrize("shown", [None, "", "Bearer", "Bearer ", "Basic eDp5", "Bearer nonsense"])
def test_a_token_that_is_missing_or_unknown(service: Service, shown: str | None) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    if shown is not None:
        headers["Authorization"] = shown
    answer = service.client.post("/v1/commands/register-unit", json=UNIT, headers=headers)
    assert "yinzheng token create" in problem(answer, 401, "unauthenticated")["detail"]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_body_beyond_a_mebibyte(service: Service) -> None:
    answer = service.post("register-unit", {**UNIT, "name": "x" * 2**20})
    assert "1048576" in problem(answer, 413, "too-large")["detail"]


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "text/plain"}, {"Content-Encoding": "gzip"}],
    ids=["another type", "compressed"],
)
def test_a_body_that_is_not_labelled_json(service: Service, headers: dict[str, str]) -> None:
    problem(service.post("register-unit", "{}", headers=headers), 415, "not-json")


def test_waiting_for_a_seal_where_nothing_is_sealed(service: Service) -> None:
    answer = service.post("register-unit", UNIT, params={"wait": "sealed"})
    problem(answer, 422, "sealing-not-configured")


@pytest.mark.parametrize("query", [{"wait": "for ever"}, {"dry_run": "perhaps"}])
def test_a_parameter_that_does_not_fit(service: Service, query: dict[str, str]) -> None:
    document = problem(service.post("register-unit", UNIT, params=query), 422, "invalid")
    assert set(fields(document)) == set(query)


def test_an_address_and_a_method_that_are_not_there(service: Service) -> None:
    problem(service.get("/v1/nothing"), 404, "not-found")
    answer = service.client.delete("/v1/events")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET"


def test_what_nobody_foresaw_is_a_problem_without_particulars(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("13900000000")

    monkeypatch.setattr(service.jurisdiction.registrar, "execute", fail)
    answer = service.post("register-unit", UNIT)
    problem(answer, 500, "unexpected")
    assert "13900000000" not in answer.text + "".join(capsys.readouterr())


def test_a_token_is_stored_as_its_hash_only(service: Service) -> None:
    with service.jurisdiction.pool.connection() as connection:
        rows = connection.execute("select hash, account from access_token").fetchall()
    assert (token_hash(service.token), "office") in rows
