"""`POST /v1/commands/{name}`: the way into the record, and `GET /v1/commands`: what may be said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import structlog
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from api.access import Account
from api.bodies import LARGEST_BODY, command_class, read_command
from api.jurisdiction import Jurisdiction
from api.problems import Problem, problem_of
from api.routes.served import Served
from domain.model.command import COMMANDS, ENVELOPE, Command
from domain.model.errors import Refusal
from eventlog.registrar import Answer

router = APIRouter()
log = structlog.get_logger("yinzheng.commands")

PROJECTED_WITHIN_S = 10.0
"""How long `wait=projected` waits; what is recorded by then stays recorded."""


async def body_of(request: Request) -> bytes:
    """The body of a request; a Problem if it is too large (413) or not JSON by its label (415)."""
    label = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").lower()
    if label != "application/json" or encoding != "identity":
        raise Problem(
            415,
            "not-json",
            ("内容类型不符", "Wrong content type"),
            (
                "请以 Content-Type: application/json 发送未压缩的 JSON 对象",
                "send an uncompressed JSON object as Content-Type: application/json",
            ),
        )
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LARGEST_BODY:
            raise Problem(
                413,
                "too-large",
                ("内容过大", "The body is too large"),
                (
                    f"最多 {LARGEST_BODY} 字节；附件只登记其 sha256，不随操作上传",
                    f"it takes at most {LARGEST_BODY} bytes; of attachments only the sha256 is recorded",
                ),
                headers={"Connection": "close"},
            )
    return bytes(received)


def command_id_of(key: str | None) -> UUID:
    """The uuid in an Idempotency-Key header; a 400 Problem without a proper one."""
    try:
        if key is not None and len(key) == 36:
            return UUID(key)
    except ValueError:
        pass
    given = "缺少" if key is None else "无效的"
    given_en = "missing" if key is None else "no uuid"
    raise Problem(
        400,
        "idempotency-key",
        ("需要 Idempotency-Key", "An Idempotency-Key is needed"),
        (
            f"{given} Idempotency-Key；每项操作须带一个新的 uuid，重试时沿用原值",
            f"the Idempotency-Key is {given_en}; give each command a fresh uuid and keep it on retries",
        ),
    )


@contextmanager
def told(name: str, account: str, served: Jurisdiction, about: dict[str, Any]) -> Iterator[None]:
    """Write the one log line of a command and count it, however it ends; never a personal value."""
    began = time.perf_counter()
    outcome = "error"
    try:
        yield
        outcome = about.pop("outcome")
    except Exception as error:
        outcome = problem_of(error).name
        if isinstance(error, Refusal):
            about["position"] = error.position
        raise
    finally:
        seconds = time.perf_counter() - began
        served.metrics.told(name, outcome, seconds)
        log.info(
            "command",
            command=name,
            account=account,
            outcome=outcome,
            duration_ms=round(seconds * 1000, 2),
            **about,
        )


@router.post("/v1/commands/{name}", include_in_schema=False)
def give(
    name: str,
    request: Request,
    account: Account,
    served: Served,
    body: Annotated[bytes, Depends(body_of)],
    dry_run: bool = False,
    wait: Annotated[Literal["projected", "sealed"] | None, Query()] = None,
) -> Response:
    """Decide and record one command; its operations are documented one by one in OpenAPI."""
    kind = command_class(name)
    about: dict[str, Any] = {"id": None, "position": None}
    with told(kind.slug, account, served, about):
        key = request.headers.get("idempotency-key")
        command_id = uuid4() if dry_run and key is None else command_id_of(key)
        about["id"] = str(command_id)
        if wait == "sealed":
            raise _not_sealed_here()
        command = read_command(kind, body)
        if dry_run:
            verdict = served.dry_run(command, account, command_id)
            about["outcome"] = "dry-run"
            return JSONResponse({"dry_run": True, **asdict(verdict)})
        answer = served.execute(command, account, command_id)
        about["position"] = answer.position
        about["outcome"] = "replayed" if answer.replayed else "recorded"
    if wait == "projected":
        served.wait_projected(answer.position, PROJECTED_WITHIN_S)
    return answered(answer)


def answered(answer: Answer) -> Response:
    """The answer as CONTRACT.md writes it: 201, or 200 for a repeat."""
    content = asdict(answer)
    replayed = content.pop("replayed")
    headers = {"Idempotent-Replayed": "true"} if replayed else None
    return JSONResponse(content, 200 if replayed else 201, headers)


def _not_sealed_here() -> Problem:
    return Problem(
        422,
        "sealing-not-configured",
        ("本服务尚未启用封存", "Sealing is not set up here"),
        (
            "wait=sealed 尚不可用；请改用 wait=projected 或省略",
            "wait=sealed is not available yet; use wait=projected, or leave it out",
        ),
    )


def described(kind: type[Command]) -> dict[str, Any]:
    """One entry of the registry: name, titles, roles and JSON schema."""
    return {
        "name": kind.slug,
        "title": {"zh": kind.title_zh, "en": kind.title_en()},
        "roles": [{"role": role.value, "zh": role.zh} for role in kind.recorders],
        "records": None if kind.records is None else kind.records.__name__,
        "envelope": list(ENVELOPE),
        "schema": kind.model_json_schema(by_alias=True, mode="validation"),
    }


@router.get("/v1/commands", summary="操作目录 · Every command")
def commands(_account: Account) -> dict[str, Any]:
    """Every command: its name, titles, the roles that may give it, and its JSON schema."""
    return {"data": [described(kind) for _, kind in sorted(COMMANDS.items())]}
