"""HEAD and OPTIONS for every address, which the framework leaves out."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Methods:
    """HEAD answers as GET does, without the body; OPTIONS lists what an address allows."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            asked = {**scope, "method": "GET", "yinzheng.head": True}
            await self._app(asked, receive, _without_body(send))
        elif scope["type"] == "http" and scope["method"] == "OPTIONS":
            allowed = self._allowed(scope)
            if not allowed:
                await self._app(scope, receive, send)
                return
            headers = [(b"allow", ", ".join(sorted(allowed)).encode())]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body"})
        else:
            await self._app(scope, receive, send)

    def _allowed(self, scope: Scope) -> set[str]:
        allowed: set[str] = set()
        for route in self._routes:
            if _matches(route, scope):
                allowed |= set(getattr(route, "methods", None) or ())
        if "GET" in allowed:
            allowed.add("HEAD")
        return allowed | {"OPTIONS"} if allowed else allowed


def _matches(route: BaseRoute, scope: Scope) -> bool:
    return route.matches(scope)[0] is not Match.NONE


def _without_body(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sent
