"""`GET /v1/events`: the raw record, byte for byte, as JSON, as lines, or as it grows."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.access import Account, Tokens
from api.feed import PAGE, Feed, Stored, Wanted, page
from api.jurisdiction import Jurisdiction
from api.problems import Problem
from api.routes.served import Served
from eventlog.subscription import POLL_SECONDS

router = APIRouter()

NDJSON = "application/x-ndjson"
HEARTBEAT_S = 15.0
LARGEST_POSITION = 2**63 - 1

Tag = Annotated[str, Query(max_length=1000)]
Types = Annotated[
    list[Annotated[str, Query(max_length=100)]],
    Query(alias="type", max_length=200, description="事件类型，任一 · types, any of them"),
]
Tags = Annotated[
    list[Tag],
    Query(
        alias="tag",
        max_length=20,
        description="标签，须全部具备，如 project:pr1 · tags, all of them",
    ),
]
After = Annotated[
    int, Query(ge=0, le=LARGEST_POSITION, description="此位置之后 · after this position")
]


def wanted_by(types: list[str], tags: list[str]) -> Wanted:
    """The filter of a request; a 422 Problem for text that no event can carry."""
    if any("\x00" in text for text in (*types, *tags)):
        raise Problem(
            422,
            "invalid",
            ("参数不符合要求", "A parameter does not fit"),
            ("type 与 tag 不得含 NUL 字符", "type and tag must not hold a NUL character"),
        )
    return Wanted(types, tags)


@router.get(
    "/v1/events",
    summary="原始记录 · The raw record",
    responses={
        200: {
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/Events"}},
                NDJSON: {"schema": {"type": "string"}},
            }
        }
    },
)
def events(
    request: Request,
    _account: Account,
    served: Served,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    types: Types = [],  # noqa: B006 - FastAPI copies defaults
    tags: Tags = [],  # noqa: B006
) -> Response:
    """Stored entries in position order, one per line with `Accept: application/x-ndjson`.

    Each is `{"position","leaf","entry"}`, where `entry` is the stored line as a JSON string: hashing
    its UTF-8 bytes after a zero byte gives the leaf. Ask again with `after` the last position seen.
    """
    wanted = wanted_by(types, tags)
    first = page(served, wanted, after, min(limit, PAGE))
    stored = _pages(served, wanted, first, limit)
    if NDJSON in request.headers.get("accept", ""):
        return StreamingResponse((f"{one.line}\n" for one in stored), media_type=NDJSON)
    return StreamingResponse(
        _array(stored, served.patiently(served.recorder.head)), media_type="application/json"
    )


def _pages(
    served: Jurisdiction, wanted: Wanted, first: list[Stored], limit: int
) -> Iterator[Stored]:
    fetched, left = first, limit
    while fetched:
        yield from fetched
        left -= len(fetched)
        if left <= 0 or len(fetched) < PAGE:
            return
        fetched = page(served, wanted, fetched[-1].position, min(left, PAGE))


def _array(stored: Iterator[Stored], head: int) -> Iterator[str]:
    yield f'{{"position": {head}, "data": ['
    separator = ""
    for one in stored:
        yield separator + one.line
        separator = ",\n"
    yield "]}"


@router.get(
    "/v1/events/stream",
    summary="记录的实时推送 · The record as it grows",
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream(
    request: Request,
    account: Account,
    served: Served,
    after: After = 0,
    last_event_id: Annotated[str | None, Header()] = None,
    types: Types = [],  # noqa: B006
    tags: Tags = [],  # noqa: B006
) -> Response:
    """Server-sent events after `Last-Event-ID` (or `after`): stored ones, then each as it comes.

    The id of each is its position, its event name the type, its data the line of `GET /v1/events`.
    """
    wanted = wanted_by(types, tags)
    start = after if last_event_id is None else _position(last_event_id)
    head = await run_in_threadpool(served.patiently, served.recorder.head)
    if start > head:
        raise Problem(
            409,
            "position-unknown",
            ("记录尚无此位置", "The record has no such position"),
            (
                f"记录止于第{head}号，而所给为{start}；请核对所存的位置，再从{head}续读",
                f"the record ends at {head}, not {start}; check what you hold, then go on from {head}",
            ),
            position=head,
        )
    if request.scope.get("yinzheng.head"):
        return Response(media_type="text/event-stream")
    feed: Feed = request.app.state.feed
    tokens: Tokens = request.app.state.tokens
    token = request.headers["authorization"].partition(" ")[2].strip()
    sent = _sent(served, feed, wanted, start, lambda: tokens.stands_for(token, account))
    return StreamingResponse(
        sent, media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


def _position(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text[:20]) <= LARGEST_POSITION:
        return int(text[:20])
    raise Problem(
        400,
        "last-event-id",
        ("Last-Event-ID 无效", "Last-Event-ID is not valid"),
        ("须为最后收到的位置，如 41", "it must be the last position received, such as 41"),
    )


async def _sent(
    served: Jurisdiction, feed: Feed, wanted: Wanted, after: int, still_welcome: Callable[[], bool]
) -> AsyncIterator[str]:
    waiting = feed.join()
    try:
        yield "retry: 2000\n: 引证\n\n"
        beat = time.monotonic()
        while not feed.closed:
            found, after = await run_in_threadpool(_next, served, wanted, after)
            for one in found:
                yield f"id: {one.position}\nevent: {one.type}\ndata: {one.line}\n\n"
            if len(found) < PAGE:
                # Hinted between the read and here: `more` returns at once.
                await waiting.more(POLL_SECONDS)
            if time.monotonic() - beat >= HEARTBEAT_S:
                beat = time.monotonic()
                if not await run_in_threadpool(still_welcome):
                    return
                yield ": \n\n"
    finally:
        feed.leave(waiting)


def _next(served: Jurisdiction, wanted: Wanted, after: int) -> tuple[list[Stored], int]:
    # Read before the page: all up to this head is visible to the page, so a reader of rare events
    # goes on from there instead of searching the same stretch every second.
    head = served.patiently(served.recorder.head)
    found = page(served, wanted, after, PAGE)
    if len(found) == PAGE:
        return found, found[-1].position
    return found, max([after, head, *(one.position for one in found[-1:])])


@router.get("/v1/events/{position}", summary="一条记录 · One entry of the record")
def event(
    position: Annotated[int, Path(ge=1, le=LARGEST_POSITION)], _account: Account, served: Served
) -> Response:
    """The stored entry at a position: `{"position","leaf","entry"}`."""
    found = page(served, Wanted(), position - 1, 1)
    if not found or found[0].position != position:
        raise Problem(
            404,
            "event-unknown",
            ("记录尚无此位置", "The record has no such position"),
            (
                f"第{position}号尚未记录；现有位置见 GET /health 的 position",
                f"event {position} is not recorded yet; GET /health tells the last position",
            ),
            position=position,
        )
    return Response(found[0].line, media_type="application/json")
