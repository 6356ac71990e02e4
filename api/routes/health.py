"""`GET /health` and `GET /metrics`: how the service is, for machines; no token needed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import JSONResponse, Response

from api.jurisdiction import AWAY
from api.routes.served import Served
from projections.projector import progress

router = APIRouter()


@router.get(
    "/health",
    summary="是否就绪 · Whether the service is ready",
    responses={503: {"description": "数据库暂不可用 · The database is away"}},
)
def health(served: Served) -> Response:
    """200 when ready: last position, how far the views are and how far they lag (seconds)."""
    try:
        now = progress(served.pool)
    except AWAY:
        served.suspect()
        return JSONResponse({"status": "database-away"}, 503, {"Retry-After": "5"})
    content: dict[str, Any] = {
        "status": "ok",
        "position": now.head,
        "projected": now.projected,
        "sealed": 0,
        "lag_s": round(now.lag_s, 3),
    }
    return JSONResponse(content)


@router.get("/metrics", summary="指标 · Metrics in the Prometheus text format")
def metrics(served: Served) -> Response:
    """Commands, appends, positions and lag, in the Prometheus text format."""
    try:
        now = progress(served.pool)
    except AWAY:
        served.suspect()
    else:
        served.metrics.head.set(now.head)
        served.metrics.projected.set(now.projected)
        served.metrics.lag.set(now.lag_s)
    return Response(generate_latest(served.metrics.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)
