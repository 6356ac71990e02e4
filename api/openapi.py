"""The OpenAPI 3.1 document: one operation per command of the registry, problems everywhere."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.problems import MEDIA_TYPE
from domain.model.command import COMMANDS, Command

Document = dict[str, Any]

_REFERENCE = "#/components/schemas/{model}"
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}

SCHEMAS: Document = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457；type 为 urn:yinzheng:problem:<name>",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "pattern": "^urn:yinzheng:problem:[a-z-]+$"},
            "title": {**_TEXT, "description": "中文 · English"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {**_TEXT, "description": "需要什么才行 · what would be needed instead"},
            "clause": {**_TEXT, "description": "规则出处 · SPEC id"},
            "position": {**_COUNT, "description": "所冲突的记录 · the event in the way"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        },
    },
    "FieldError": {
        "type": "object",
        "required": ["field", "zh", "en"],
        "properties": {"field": _TEXT, "zh": _TEXT, "en": _TEXT},
    },
    "Answer": {
        "type": "object",
        "required": ["position", "recorded_at", "events", "ids", "warnings"],
        "properties": {
            "position": _COUNT,
            "recorded_at": {"type": "string", "format": "date-time"},
            "events": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["position", "type", "leaf"],
                    "properties": {
                        "position": _COUNT,
                        "type": _TEXT,
                        "leaf": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                    },
                },
            },
            "ids": {"type": "object", "additionalProperties": _TEXT},
            "warnings": {"type": "array", "items": {"$ref": "#/components/schemas/Warning"}},
        },
    },
    "Verdict": {
        "type": "object",
        "required": ["dry_run", "events", "warnings", "ids"],
        "properties": {
            "dry_run": {"const": True},
            "events": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["type", "zh", "en"],
                    "properties": {"type": _TEXT, "zh": _TEXT, "en": _TEXT},
                },
            },
            "ids": {"type": "object", "additionalProperties": _TEXT},
            "warnings": {"type": "array", "items": {"$ref": "#/components/schemas/Warning"}},
        },
    },
    "Warning": {
        "type": "object",
        "description": "原则上的规则未遵守 · a soft rule that was not kept (SPEC G9)",
        "required": ["rule", "zh", "en"],
        "properties": {"rule": _TEXT, "zh": _TEXT, "en": _TEXT},
    },
    "Event": {
        "type": "object",
        "required": ["position", "leaf", "entry"],
        "properties": {
            "position": _COUNT,
            "leaf": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "entry": {**_TEXT, "description": "所存之行，逐字节 · the stored line, byte for byte"},
        },
    },
    "Events": {
        "type": "object",
        "required": ["position", "data"],
        "properties": {
            "position": _COUNT,
            "data": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}},
        },
    },
}

_SAID = {
    400: "JSON 或请求头有误 · malformed JSON or header",
    401: "须出示有效令牌 · a valid token is needed",
    403: "账号无所需角色 · the account lacks the role",
    404: "没有此对象 · there is no such thing",
    409: "规则不允许，或与所列位置冲突 · refused by a rule, or by the event named",
    413: "内容过大 · the body is too large",
    415: "须为 JSON · JSON is needed",
    422: "字段不符合要求 · a field does not fit",
    503: "数据库或数据暂不可用 · the database or the figures are not there yet",
}


def problems(*statuses: int) -> Document:
    """The problem answers of an operation, by status."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(s): {"description": _SAID[s], "content": content} for s in statuses}


def install(app: FastAPI) -> None:
    """Make `app` describe itself; the document is made on the first request."""

    def document() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> Document:
    made = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        description=app.description,
        routes=app.routes,
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for operations in made["paths"].values():
        for operation in operations.values():
            _tell_problems(operation)
    kinds = [kind for _, kind in sorted(COMMANDS.items())]
    named, shared = models_json_schema(
        [(kind, "validation") for kind in kinds], by_alias=True, ref_template=_REFERENCE
    )
    schemas.update(shared.get("$defs", {}))
    schemas.update(SCHEMAS)
    for kind in kinds:
        path = f"/v1/commands/{kind.slug}"
        made["paths"][path] = {"post": _operation(kind, named[kind, "validation"])}
    return made


def _tell_problems(operation: Document) -> None:
    operation["responses"].pop("422", None)
    if operation.get("parameters"):
        operation["responses"].update(problems(422))
    if operation.get("security"):
        operation["responses"].update(problems(401, 503))


def _operation(kind: type[Command], schema: Document) -> Document:
    roles = "、".join(f"{role.zh} {role}" for role in kind.recorders)
    records = f"\n\n事件 Event: `{kind.records.__name__}`" if kind.records else ""
    answer = {"$ref": "#/components/schemas/Answer"}
    return {
        "tags": [kind.__module__.rpartition(".")[2]],
        "operationId": kind.slug,
        "summary": f"{kind.title_zh} · {kind.title_en()}",
        "description": f"{_paragraphs(kind.__doc__)}\n\n可记录的角色 Roles: {roles}{records}",
        "security": [{"bearer": []}],
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "此操作的 uuid，重试时不变 · uuid of the command, kept on retries",
                "schema": {"type": "string", "format": "uuid"},
            },
            {
                "name": "dry_run",
                "in": "query",
                "description": "只判断，不记录 · decide without recording",
                "schema": {"type": "boolean", "default": False},
            },
            {
                "name": "wait",
                "in": "query",
                "description": "待数据更新后再应答 · answer once the figures include it",
                "schema": {"type": "string", "enum": ["projected", "sealed"]},
            },
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "201": {
                "description": "已记录 · recorded",
                "content": {"application/json": {"schema": answer}},
            },
            "200": {
                "description": "此前已记录的同一操作，或试判 · recorded before, or a dry run",
                "headers": {"Idempotent-Replayed": {"schema": {"const": "true"}}},
                "content": {
                    "application/json": {
                        "schema": {"anyOf": [answer, {"$ref": "#/components/schemas/Verdict"}]}
                    }
                },
            },
            **problems(400, 401, 403, 409, 413, 415, 422, 503),
        },
    }


def _paragraphs(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").strip().splitlines())
