"""`GET /docs`: the interface as a page that needs nothing from elsewhere, made from its OpenAPI."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter()

STYLE = """
body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
h2{margin-top:2.5rem;border-bottom:1px solid #ccc}
h3{font-size:1rem;margin-top:2rem}
code{background:#f4f4f4;padding:0 .25em}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #ddd;padding:.2rem .5rem;text-align:left;vertical-align:top}
.method{display:inline-block;min-width:3.5rem;font-weight:bold}
"""
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """Every address, with its parameters and fields; no token needed, nothing recorded is shown."""
    document = request.app.openapi()
    commands = {p: o for p, o in document["paths"].items() if p.startswith("/v1/commands/")}
    others = {p: o for p, o in document["paths"].items() if p not in commands}
    page = [
        "<!doctype html><html lang=zh><meta charset=utf-8>",
        f"<title>{escape(document['info']['title'])}</title><style>{STYLE}</style>",
        f"<h1>{escape(document['info']['title'])} {escape(document['info']['version'])}</h1>",
        f"<p>{escape(document['info'].get('summary', ''))}</p>",
        "<p><a href=/openapi.json>openapi.json</a> · Authorization: Bearer</p>",
        "<h2>读取 Reads</h2>",
        *(_operation(document, path, found) for path, found in sorted(others.items())),
        "<h2>操作 Commands</h2>",
        *(_operation(document, path, found) for path, found in sorted(commands.items())),
        "</html>",
    ]
    return HTMLResponse("\n".join(page), headers=HEADERS)


def _operation(document: dict[str, Any], path: str, found: dict[str, Any]) -> str:
    parts = []
    for method, operation in found.items():
        name = escape(path)
        parts.append(
            f"<h3 id='{name}'><span class=method>{method.upper()}</span> <code>{name}</code> "
            f"{escape(operation.get('summary', ''))}</h3>"
        )
        parts += [f"<p>{escape(p)}</p>" for p in operation.get("description", "").split("\n\n")]
        rows = [
            (one["name"], one["schema"], one.get("required", False), one.get("description", ""))
            for one in operation.get("parameters", ())
        ]
        rows += _fields(document, operation)
        if rows:
            parts.append(f"<table>{''.join(_row(document, *row) for row in rows)}</table>")
    return "".join(parts)


def _fields(
    document: dict[str, Any], operation: dict[str, Any]
) -> list[tuple[str, dict[str, Any], bool, str]]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = _followed(document, body.get("schema", {}))
    required = schema.get("required", ())
    return [
        (name, field, name in required, field.get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]


def _row(
    document: dict[str, Any], name: str, schema: dict[str, Any], required: bool, said: str
) -> str:
    need = "必填 required" if required else ""
    cells = (f"<code>{escape(name)}</code>", escape(_kind(document, schema)), need, escape(said))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _followed(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def _kind(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """A schema in a few words: its type, its name, or the terms it allows."""
    if "$ref" in schema:
        own = _followed(document, schema)
        return _kind(document, own) if "enum" in own else str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        kinds = [_kind(document, one) for one in schema["anyOf"] if one.get("type") != "null"]
        return " | ".join(dict.fromkeys(kinds))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"[{_kind(document, schema.get('items', {}))}]"
    return str(schema.get("format", schema.get("type", "JSON")))
