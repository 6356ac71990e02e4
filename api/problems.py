"""What is answered when something cannot be done: RFC 9457 problems in 中文 and English (DESIGN §8).

The one place where errors of the domain meet HTTP codes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.jurisdiction import AWAY, DatabaseAway
from api.wording import FieldError, field_errors
from domain.model.errors import Contended, NotPermitted, Refusal
from eventlog.registrar import CommandReused

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

STATUS_OF: list[tuple[type[Refusal], int]] = [
    (CommandReused, 422),
    (NotPermitted, 403),
    (Contended, 409),
    (Refusal, 409),
]
"""The status of a refusal: that of the first class here it belongs to."""


class Problem(Exception):
    """A request that cannot be answered as asked, and what would be needed instead."""

    def __init__(
        self,
        status: int,
        name: str,
        title: tuple[str, str],
        detail: tuple[str, str],
        *,
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(name)
        self.status = status
        self.name = name
        self.headers = headers or {}
        self.document: dict[str, Any] = {
            "type": f"urn:yinzheng:problem:{name}",
            "title": " · ".join(title),
            "status": status,
            "detail": " · ".join(detail),
            **{key: value for key, value in members.items() if value is not None},
        }

    def response(self) -> Response:
        """The problem as an HTTP answer."""
        body = json.dumps(self.document, ensure_ascii=False).encode("utf-8", "replace")
        return Response(body, self.status, self.headers, MEDIA_TYPE)


def refused(refusal: Refusal) -> Problem:
    """A refusal of the domain, with its clause and the position that stands in the way."""
    status = next(status for kind, status in STATUS_OF if isinstance(refusal, kind))
    retry = {"Retry-After": "1"} if isinstance(refusal, Contended) else {}
    return Problem(
        status,
        refusal.name,
        (refusal.title_zh, refusal.title_en),
        (refusal.zh, refusal.en),
        headers=retry,
        clause=refusal.clause,
        position=refusal.position,
        needed=getattr(refusal, "key", None),
    )


def invalid(errors: Sequence[FieldError]) -> Problem:
    """Fields that do not fit, each with its path and what it needs."""
    count = len(errors)
    first = errors[0]
    return Problem(
        422,
        "invalid",
        ("内容不符合要求", "The content does not fit"),
        (
            f"{count}处须改正；{first['field'] or '内容'}：{first['zh']}",
            f"{count} to be put right; {first['field'] or 'the body'}: {first['en']}",
        ),
        errors=list(errors),
    )


def unauthenticated(zh: str, en: str) -> Problem:
    """A missing, unknown or revoked token."""
    return Problem(
        401,
        "unauthenticated",
        ("须出示有效令牌", "A valid token is needed"),
        (zh, en),
        headers={"WWW-Authenticate": 'Bearer realm="yinzheng"'},
    )


def away() -> Problem:
    """The database did not answer in time."""
    return Problem(
        503,
        "database-away",
        ("数据库暂不可用", "The database is away"),
        (
            "请稍后用同一 Idempotency-Key 重试；已记录的操作不会重复记录",
            "try again later with the same Idempotency-Key; what was recorded is not recorded twice",
        ),
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )


def unexpected() -> Problem:
    """A defect of ours; its particulars stand in the log, not here."""
    return Problem(
        500,
        "unexpected",
        ("服务内部错误", "An unexpected error"),
        (
            "未能完成；请用同一 Idempotency-Key 重试，并把发生时间告知管理员",
            "not completed; retry with the same Idempotency-Key, and tell the administrator when",
        ),
    )


_HTTP: dict[int, tuple[str, tuple[str, str], tuple[str, str]]] = {
    404: (
        "not-found",
        ("没有此地址", "No such address"),
        ("请对照 /openapi.json 核对路径", "check the path against /openapi.json"),
    ),
    405: (
        "method-not-allowed",
        ("不支持此方法", "Method not allowed"),
        ("请使用 Allow 头所列的方法", "use a method that the Allow header lists"),
    ),
}


def _of_http(error: HTTPException) -> Problem:
    name, title, detail = _HTTP.get(
        error.status_code,
        ("refused-request", ("请求未被接受", "The request was refused"), (str(error.detail),) * 2),
    )
    return Problem(error.status_code, name, title, detail, headers=dict(error.headers or {}))


def problem_of(error: Exception) -> Problem:
    """The problem that stands for any error; `unexpected` for those nobody foresaw."""
    match error:
        case Problem():
            return error
        case Refusal():
            return refused(error)
        case RequestValidationError():
            return invalid(field_errors(error.errors(), skip=1))
        case ValidationError():
            # A correction's new values are checked against the event they correct, while deciding.
            return invalid(field_errors(error.errors(include_input=False, include_url=False)))
        case HTTPException():
            return _of_http(error)
        case DatabaseAway():
            return away()
        case _ if isinstance(error, AWAY):
            return away()
        case _:
            return unexpected()


def install(app: FastAPI) -> None:
    """Make `app` answer every error with a problem; unforeseen ones are caught further out."""

    def answer(_request: Request, error: Exception) -> Response:
        return problem_of(error).response()

    known = (Problem, Refusal, RequestValidationError, ValidationError, HTTPException, DatabaseAway)
    for kind in (*known, *AWAY):
        app.add_exception_handler(kind, answer)
