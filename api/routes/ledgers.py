"""`GET /v1/ledgers/{name}`: ledgers under their Chinese headings, as JSON or as a sheet (SPEC §9.1)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from api.problems import Problem
from api.reading import Asked, Reading
from projections.ledger import LEDGERS, Ledger, Line

router = APIRouter()

CSV = "text/csv"
LINES_AT_A_TIME = 500
_NUMBER = re.compile(r"-?[0-9.]+%?")


@router.get("/v1/ledgers", summary="台账目录 · Every ledger")
def ledgers(reading: Asked) -> dict[str, Any]:
    """The ledgers there are: name, titles, headings."""
    return reading.answer([_about(name, one) for name, one in LEDGERS.items()])


def _about(name: str, ledger: Ledger) -> dict[str, Any]:
    return {
        "name": name,
        "title": {"zh": ledger.title, "en": ledger.title_en},
        "headings": ["序号", *ledger.headings],
    }


@router.get(
    "/v1/ledgers/{name}",
    response_model=None,
    summary="台账 · A ledger",
    responses={
        200: {
            "content": {
                "application/json": {"schema": {"type": "object"}},
                CSV: {"schema": {"type": "string"}},
            }
        }
    },
)
def ledger(
    name: str,
    request: Request,
    reading: Asked,
    format_: Annotated[
        Literal["json", "csv"] | None,
        Query(alias="format", description="csv 为整份台账 · csv is the whole ledger"),
    ] = None,
) -> Response | dict[str, Any]:
    """One ledger: a page of rows as JSON, or all of it as csv (also by `Accept: text/csv`).

    Each row of the JSON holds the cells under their headings, and the positions it rests on.
    """
    if name not in LEDGERS:
        raise Problem(
            404,
            "ledger-unknown",
            ("没有此台账", "There is no such ledger"),
            (f"台账有：{'、'.join(LEDGERS)}", f"the ledgers are: {', '.join(LEDGERS)}"),
        )
    found = LEDGERS[name]
    if format_ == "csv" or (format_ is None and CSV in request.headers.get("accept", "")):
        return _sheet(name, found, reading)
    after = (reading.after_number or None) if found.by_position else reading.after_id
    lines = _lines(reading, found, after, reading.limit + 1)
    page = reading.page(lines, key=lambda line: line.key)
    shown: list[Line] = page.pop("data")
    rows = [
        {**dict(zip(found.headings, line.cells, strict=True)), "positions": line.positions}
        for line in shown
    ]
    return {**page, **_about(name, found), "data": rows}


def _lines(reading: Reading, found: Ledger, after: Any, limit: int) -> list[Line]:
    return reading.ask(lambda connection: found.lines(connection, reading.as_of, after, limit))


def _sheet(name: str, found: Ledger, reading: Reading) -> Response:
    first = _lines(reading, found, None, LINES_AT_A_TIME)
    file = f"{name}-{reading.as_of.cutoff.isoformat()}-{reading.as_of.known_at}.csv"
    return StreamingResponse(
        _written(found, reading, first),
        media_type=f"{CSV}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def _written(found: Ledger, reading: Reading, lines: list[Line]) -> Iterator[str]:
    """The sheet, page by page: what is known at a position stays the same while it is being sent."""
    # The mark tells Excel that the Chinese in it is UTF-8.
    yield "\ufeff" + _csv([("序号", *found.headings)])
    number = 0
    while lines:
        rows = [
            (str(number), *map(_cell, line.cells)) for number, line in enumerate(lines, number + 1)
        ]
        number += len(rows)
        yield _csv(rows)
        full = len(lines) == LINES_AT_A_TIME
        lines = _lines(reading, found, lines[-1].key, LINES_AT_A_TIME) if full else []


def _cell(value: str | None) -> str:
    """A cell that no spreadsheet takes for a formula, whatever somebody called their project."""
    text = value or ""
    if text[:1] in "=+-@\t\r" and text and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _csv(rows: list[tuple[str, ...]]) -> str:
    sheet = io.StringIO()
    csv.writer(sheet).writerows(rows)
    return sheet.getvalue()
