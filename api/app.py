"""The HTTP application: routes, problems and documentation over one open jurisdiction."""

from __future__ import annotations

from importlib.metadata import version

import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import openapi, problems
from api.access import Tokens
from api.feed import Feed
from api.jurisdiction import Jurisdiction
from api.logs import failure
from api.methods import Methods
from api.routes import (
    campaigns,
    commands,
    complaints,
    contacts,
    docs,
    events,
    health,
    leads,
    ledgers,
    projects,
    rankings,
    rates,
)

log = structlog.get_logger("yinzheng.http")

ROUTERS = (
    campaigns.router,
    commands.router,
    complaints.router,
    contacts.router,
    events.router,
    health.router,
    leads.router,
    ledgers.router,
    projects.router,
    rankings.router,
    rates.router,
    docs.router,
)


def create_app(jurisdiction: Jurisdiction) -> FastAPI:
    """The application that serves `jurisdiction`; who opened it closes it."""
    app = FastAPI(
        title="引证 Yinzheng",
        version=version("yinzheng"),
        summary="招商引资只增不改的记录 · An append-only record for investment promotion",
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        separate_input_output_schemas=False,
        # Nothing is told to collectors that some variable in the environment may name.
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.state.jurisdiction = jurisdiction
    app.state.tokens = Tokens(jurisdiction)
    app.state.feed = Feed(jurisdiction)
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    openapi.install(app)
    every_route = [*app.routes, *(route for router in ROUTERS for route in router.routes)]
    app.add_middleware(Methods, routes=every_route)
    app.add_middleware(LastResort)
    return app


class LastResort:
    """Answers what nobody foresaw with a problem, and logs it without anybody's values."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception as error:
            log.error("unexpected", path=scope["path"], **failure(error))
            if started:
                raise
            await problems.unexpected().response()(scope, receive, send)
