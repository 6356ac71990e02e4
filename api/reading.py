"""The frame of every read: what it is as of, how fresh it is, and which page of it (DESIGN §5, §8).

A route takes `reading: Asked`, queries with `reading.as_of.bounds`, and returns `reading.answer(data)`
or, for lists, `reading.page(rows, key)`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import psycopg
from fastapi import Depends, Query
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from api.access import Account
from api.jurisdiction import Jurisdiction
from api.problems import Problem, invalid
from api.routes.served import Served
from api.wording import FieldError
from domain.model.errors import SubjectUnknown
from eventlog.registrar import shanghai_today
from projections.asof import AsOf
from projections.projector import Progress, progress
from projections.rulebook import Connection

FRESH_WITHIN_S = 5.0
"""How long a read waits for the views to reach the position it asks for."""
SETTLES_WITHIN_S = 1.0
"""How long a read that names no position waits for what is already recorded."""
LARGEST_POSITION = 2**63 - 1

RowT = TypeVar("RowT")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})")


def _written_as_day(text: Any) -> Any:
    # Pydantic would read 20121231 as seconds since 1970, which is some day in August of that year.
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        raise ValueError(
            "须为 YYYY-MM-DD，如 2012-12-31 · must be written YYYY-MM-DD, such as 2012-12-31"
        )
    return text


Day = Annotated[date, BeforeValidator(_written_as_day)]
"""A date in an address."""

_moment: TypeAdapter[datetime] = TypeAdapter(datetime)
_cursor: TypeAdapter[tuple[date, int, date, Any]] = TypeAdapter(tuple[date, int, date, Any])


@dataclass(frozen=True, slots=True)
class Reading:
    """One read: `after` is the key of the last row of the page before, None on the first page."""

    served: Jurisdiction
    account: str
    as_of: AsOf
    position: int
    limit: int
    after: Any = None

    def ask(self, question: Callable[[Connection], RowT]) -> RowT:
        """What `question` finds out over a connection; put again while the database is away.

        What the record does not know cannot be read: a 404 Problem, where a command would be refused.
        """

        def put() -> RowT:
            with self.served.pool.connection() as connection:
                return question(connection)

        try:
            return self.served.patiently(put)
        except SubjectUnknown as unknown:
            raise Problem(
                404,
                unknown.name,
                (unknown.title_zh, unknown.title_en),
                (unknown.zh, unknown.en),
                clause=unknown.clause,
            ) from None
        except psycopg.errors.UndefinedFunction:
            # The first moments of a new jurisdiction, or of a release with a new view.
            raise Problem(
                503,
                "not-projected-yet",
                ("数据尚未建立", "The figures are not there yet"),
                ("正在建立数据，请稍后重试", "they are being made; retry in a moment"),
                headers={"Retry-After": "2"},
            ) from None

    @property
    def after_id(self) -> str | None:
        """The id after which this page begins, for rows in the order of ids; a 422 Problem else."""
        if self.after is None:
            return None
        if not isinstance(self.after, str) or "\x00" in self.after:
            raise _no_cursor()
        return self.after

    def answer(self, data: Any, **more: Any) -> dict[str, Any]:
        """The answer with what it rests on."""
        return {
            "as_of": self.as_of.in_answer(),
            "position": self.position,
            "checkpoint": None,
            **more,
            "data": data,
        }

    def page(self, rows: Sequence[RowT], key: Callable[[RowT], Any]) -> dict[str, Any]:
        """One page of `rows`, of which the query fetched `limit + 1` beyond `after`.

        `key` gives the JSON value by which rows are ordered; the next page asks beyond it. The cursor
        holds the moment of knowledge too, so that pages fit together while events arrive.
        """
        shown = list(rows[: self.limit])
        more = len(rows) > self.limit
        return self.answer(shown, next=self._next(key(shown[-1])) if more else None)

    def listing(self, rows: Sequence[RowT], **more: Any) -> dict[str, Any]:
        """One page of rows that are all at hand; the cursor tells how many came before it.

        They are the same on every page, as the cursor holds what they are as of.
        """
        start = self.after_number
        end = start + self.limit
        following = self._next(end) if len(rows) > end else None
        return self.answer(list(rows[start:end]), next=following, **more)

    @property
    def after_number(self) -> int:
        """The number or position after which this page begins, 0 on the first; a 422 Problem else."""
        if self.after is None:
            return 0
        if type(self.after) is not int or not 0 <= self.after <= LARGEST_POSITION:
            raise _no_cursor()
        return self.after

    def _next(self, after: Any) -> str:
        as_of = self.as_of.in_answer()
        said = [as_of["cutoff"], as_of["known_at"], as_of["rules_at"], after]
        return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def reading(
    account: Account,
    served: Served,
    cutoff: Annotated[
        Day | None, Query(description="业务日止，默认今天 · last business date that counts")
    ] = None,
    known_at: Annotated[
        str | None,
        Query(
            max_length=40,
            description="知悉截至：位置或 RFC 3339 时刻 · position or moment of knowledge",
        ),
    ] = None,
    rules_at: Annotated[
        Day | None, Query(description="适用规则之日，默认 cutoff · rules in force on this day")
    ] = None,
    min_position: Annotated[
        int | None,
        Query(
            ge=0,
            le=LARGEST_POSITION,
            description="至少读到此位置；不写则尽量读到最新 · at least this fresh; by default the newest "
            "that can be had in a second",
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[
        str | None, Query(max_length=2000, description="上一页的 next · next of the page before")
    ] = None,
) -> Reading:
    """What a read is as of; a Problem where that is not known here, or not yet."""
    if cursor is not None:
        return _continued(served, account, cursor, limit)
    known = None if known_at is None else position_known(served, known_at)
    if min_position is None and known is None:
        now = settled(served)
    else:
        now = fresh(served, max(min_position or 0, known or 0))
    day = cutoff or shanghai_today()
    as_of = AsOf(day, now.projected if known is None else known, rules_at or day)
    return Reading(served, account, as_of, now.projected, limit)


Asked = Annotated[Reading, Depends(reading)]
"""A route parameter: the frame of a read."""


def fresh(served: Jurisdiction, position: int) -> Progress:
    """How far the views are, once they have reached `position`; 422 beyond the record, 503 too late."""
    now = served.patiently(lambda: progress(served.pool))
    if position > now.head:
        raise Problem(
            422,
            "position-unknown",
            ("记录尚无此位置", "The record has no such position"),
            (
                f"记录止于第{now.head}号，而所求为{position}；请核对位置",
                f"the record ends at {now.head}, not {position}; check the position",
            ),
            position=now.head,
        )
    if now.projected < position:
        if not served.wait_projected(position, FRESH_WITHIN_S):
            late = served.patiently(lambda: progress(served.pool))
            raise Problem(
                503,
                "not-projected-yet",
                ("数据尚未更新到所求位置", "The figures are not that fresh yet"),
                (
                    f"现已更新到第{late.projected}号，滞后{late.lag_s:.1f}秒；请稍后重试",
                    f"they are at {late.projected}, {late.lag_s:.1f} seconds behind; retry later",
                ),
                headers={"Retry-After": "2"},
                position=late.projected,
                lag_s=round(late.lag_s, 3),
            )
        now = served.patiently(lambda: progress(served.pool))
    return now


def settled(served: Jurisdiction) -> Progress:
    """How far the views are, given a moment to take in what was recorded before this question.

    Whoever records and then reads expects to find it; a projector that is behind delays nobody long.
    """
    now = served.patiently(lambda: progress(served.pool))
    if now.projected < now.head and served.wait_projected(now.head, SETTLES_WITHIN_S):
        now = served.patiently(lambda: progress(served.pool))
    return now


def _continued(served: Jurisdiction, account: str, cursor: str, limit: int) -> Reading:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        said = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        day, known, rules, after = _cursor.validate_python(said)
        if not 0 <= known <= LARGEST_POSITION:
            raise ValueError(known)
    except (ValueError, RecursionError, binascii.Error, ValidationError):
        raise _no_cursor() from None
    now = fresh(served, known)
    return Reading(served, account, AsOf(day, known, rules), now.projected, limit, after)


def _no_cursor() -> Problem:
    return invalid(
        [
            FieldError(
                field="cursor",
                zh="不是本服务给出的 next；请从第一页重新读取",
                en="is no `next` of this service; read again from the first page",
            )
        ]
    )


def position_known(served: Jurisdiction, said: str) -> int:
    """The last position known at a moment, given as a position or as an RFC 3339 time."""
    if said.isascii() and said.isdigit():
        position = int(said)
        if position <= LARGEST_POSITION:
            return position
    else:
        if _MOMENT.fullmatch(written := _with_plus(said)):
            try:
                return _position_at(served, _moment.validate_strings(written))
            except ValidationError:
                pass  # a day or hour that does not exist: told below
    raise invalid(
        [
            FieldError(
                field="known_at",
                zh="须为位置（如 41）或带时区的 RFC 3339 时刻（如 2012-06-30T08:15:00+08:00）",
                en="must be a position such as 41, or an RFC 3339 time with its zone, such as "
                "2012-06-30T08:15:00+08:00",
            )
        ]
    )


def _with_plus(said: str) -> str:
    """In an address an unescaped + arrives as a space."""
    return re.sub(r" (?=[0-9]{2}:[0-9]{2}$)", "+", said)


def _position_at(served: Jurisdiction, moment: datetime) -> int:
    def look_up() -> int:
        with served.pool.connection() as connection:
            row = connection.execute("select record_position_at(%s)", [moment]).fetchone()
        assert row is not None
        return int(row[0])

    return served.patiently(look_up)
