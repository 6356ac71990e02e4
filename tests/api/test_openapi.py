"""The OpenAPI document: valid, and complete by the registry."""

from __future__ import annotations

import openapi_spec_validator

from domain.model.command import COMMANDS
from tests.api.service import Service


def test_the_document_is_valid_openapi_3_1(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    openapi_spec_validator.validate(document)


def test_every_command_has_an_operation_with_schema_titles_and_problems(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    for name, kind in COMMANDS.items():
        operation = document["paths"][f"/v1/commands/{name}"]["post"]
        assert kind.title_zh in operation["summary"]
        for role in kind.recorders:
            assert role in operation["description"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert schema["$ref"].rpartition("/")[2] in document["components"]["schemas"]
        assert {"201", "200", "400", "401", "403", "409", "422"} <= set(operation["responses"])
        assert operation["security"] == [{"bearer": []}]


def test_every_operation_but_the_open_ones_asks_for_a_token(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    without = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if not operation.get("security")
    }
    assert without == {"/health", "/metrics"}


def test_the_page_names_every_address_and_loads_nothing_from_elsewhere(service: Service) -> None:
    answer = service.client.get("/docs")
    assert answer.status_code == 200
    for path in service.client.get("/openapi.json").json()["paths"]:
        assert f"<code>{path}</code>" in answer.text
    assert "登记单位" in answer.text
    assert "//" not in answer.text.replace("<!doctype", "")
    assert "script" not in answer.text
