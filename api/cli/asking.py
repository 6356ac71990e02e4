"""What commands that answer from the figures share: as of when, and over which connection."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer

from api.cli.options import quiet, settings
from api.cli.outcome import Exit, Stopped
from api.jurisdiction import opened
from api.projecting import caught_up
from api.reading import position_known
from eventlog.registrar import shanghai_today
from projections.asof import AsOf
from projections.rulebook import Connection

AnswerT = TypeVar("AnswerT")

Cutoff = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="业务日止，默认今天 · last business date that counts, by default today",
        show_default=False,
    ),
]
KnownAt = Annotated[
    str | None,
    typer.Option(
        help="知悉截至：位置或 RFC 3339 时刻 · position or moment of knowledge", show_default=False
    ),
]
RulesAt = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="适用规则之日，默认业务日止 · rules in force on this day",
        show_default=False,
    ),
]


def answered(
    data: Any,
    cutoff: datetime | None,
    known_at: str | None,
    rules_at: datetime | None,
    question: Callable[[Connection, AsOf], AnswerT],
) -> tuple[AnswerT, AsOf]:
    """The answer to `question` from figures brought up to date first; a Refusal or Stopped."""
    quiet()
    with opened(settings(data)) as jurisdiction:
        now = caught_up(jurisdiction)
        known = now.projected if known_at is None else position_known(jurisdiction, known_at)
        if known > now.projected:
            raise Stopped(
                Exit.USAGE,
                f"记录止于第{now.projected}号，而所求为{known}；请核对位置",
                f"the record ends at {now.projected}, not {known}; check the position",
            )
        day = cutoff.date() if cutoff else shanghai_today()
        as_of = AsOf(day, known, rules_at.date() if rules_at else day)

        def put() -> AnswerT:
            with jurisdiction.pool.connection() as connection:
                return question(connection, as_of)

        return jurisdiction.patiently(put), as_of


def as_json(as_of: AsOf, data: Any, **more: Any) -> str:
    """An answer as the HTTP interface would give it."""
    return json.dumps(
        {"as_of": as_of.in_answer(), **more, "data": data}, ensure_ascii=False, indent=2
    )
