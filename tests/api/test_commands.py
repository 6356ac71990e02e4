"""`POST /v1/commands/{name}`: the exchange that CONTRACT.md fixes."""

from __future__ import annotations

import re
from uuid import uuid4

from domain.model.command import COMMANDS
from domain.model.roles import Role
from tests.api.service import Service, problem

UNIT = {"unit_id": "u1", "name": "河东乡", "kind": "乡镇", "parent": None}


def test_a_command_is_recorded_and_answered_as_the_contract_says(service: Service) -> None:
    answer = service.post("register-unit", UNIT)
    assert answer.status_code == 201
    content = answer.json()
    position = service.head()
    assert set(content) == {"position", "recorded_at", "events", "ids", "warnings"}
    assert content["position"] == position
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", content["recorded_at"])
    ((_, _, leaf),) = service.jurisdiction.recorder.entries(position, position)
    assert content["events"] == [
        {"position": position, "type": "UnitRegistered", "leaf": leaf.hex()}
    ]
    assert content["ids"] == {"unit_id": "u1"}
    assert content["warnings"] == []


def test_an_id_is_made_where_the_client_chose_none(service: Service) -> None:
    answer = service.recorded("register-unit", **{**UNIT, "unit_id": None})
    assert answer["ids"]["unit_id"]


def test_the_same_key_and_body_give_the_first_answer_again(service: Service) -> None:
    key = uuid4()
    first = service.post("register-unit", UNIT, key=key)
    head = service.head()
    again = service.post("register-unit", UNIT, key=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert service.head() == head


def test_the_same_key_with_another_body_is_refused(service: Service) -> None:
    key = uuid4()
    position = service.post("register-unit", UNIT, key=key).json()["position"]
    head = service.head()
    document = problem(
        service.post("register-unit", {**UNIT, "name": "河西乡"}, key=key), 422, "command-reused"
    )
    assert document["position"] == position
    assert service.head() == head


def test_a_refusal_names_its_clause_and_the_event_in_the_way(service: Service) -> None:
    position = service.recorded("register-unit", **UNIT)["position"]
    document = problem(service.post("register-unit", UNIT), 409, "subject-already-exists")
    assert document["position"] == position
    assert document["clause"] == "DESIGN §2"


def test_a_missing_role_is_refused(service: Service) -> None:
    token = service.admit("li", Role.PART)
    document = problem(service.post("register-unit", UNIT, token=token), 403, "not-permitted")
    assert "LGO" in document["detail"]
    assert document["clause"] == "SPEC §3.0"


def test_a_dry_run_decides_and_records_nothing(service: Service) -> None:
    head = service.head()
    answer = service.post("register-unit", UNIT, params={"dry_run": "true"})
    assert answer.status_code == 200
    content = answer.json()
    assert content["dry_run"] is True
    assert [e["type"] for e in content["events"]] == ["UnitRegistered"]
    assert "河东乡" in content["events"][0]["zh"]
    assert content["ids"] == {"unit_id": "u1"}
    assert service.head() == head
    service.recorded("register-unit", **UNIT)
    problem(
        service.post("register-unit", UNIT, params={"dry_run": "true"}),
        409,
        "subject-already-exists",
    )


def test_every_command_is_listed_with_titles_roles_and_schema(service: Service) -> None:
    listed = {entry["name"]: entry for entry in service.get("/v1/commands").json()["data"]}
    assert set(listed) == set(COMMANDS)
    unit = listed["register-unit"]
    assert unit["title"]["zh"] == "登记单位"
    assert unit["title"]["en"].startswith("Register a unit")
    assert {"role": "LGO", "zh": "领导小组办公室"} in unit["roles"]
    assert {"name", "kind", "occurred_on"} <= set(unit["schema"]["required"])
