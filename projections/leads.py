"""The lead board: which leads are valid, pending, repeats, rivals or refused (SPEC §3.12, §10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from psycopg.rows import dict_row

from domain.model.money import Money
from eventlog.statements import statement
from projections.asof import AsOf
from projections.rate_rules import one_pass
from projections.rulebook import Connection

Status = Literal["valid", "pending", "rival", "duplicate", "not_valuable", "rejected"]
STATUSES: tuple[Status, ...] = get_args(Status)
"""有效, 待认定, 竞争申报, 重复, 无价值, 不予认定. A rival competes with an earlier lead that still stands."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which leads to show; None takes all."""

    campaign: str | None = None
    status: Status | None = None
    registrant: str | None = None
    unit: str | None = None

    @property
    def bounds(self) -> dict[str, Any]:
        """The named parameters of the queries."""
        return {
            "campaign": self.campaign,
            "status": self.status,
            "registrant": self.registrant,
            "unit": self.unit,
        }


_CHOSEN = """
 where (%(campaign)s::text is null or campaign = %(campaign)s)
   and (%(status)s::text is null or status = %(status)s)
   and (%(registrant)s::text is null or registrant = %(registrant)s)
   and (%(unit)s::text is null or unit = %(unit)s)
"""


def board(
    connection: Connection, asof: AsOf, choice: Choice, *, after: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """The chosen leads beyond a position, in the order in which they were recorded."""
    query = (
        f"{statement('projections', 'lead_board')} select * from board {_CHOSEN} "
        "and position > %(after)s order by position limit %(limit)s"
    )
    said = {**asof.bounds, **choice.bounds, "after": after, "limit": limit}
    with one_pass(connection), connection.cursor(row_factory=dict_row) as cursor:
        return [_in_answer(row) for row in cursor.execute(query, said)]


def counts(connection: Connection, asof: AsOf, choice: Choice) -> dict[str, int]:
    """How many of the chosen leads stand how."""
    query = (
        f"{statement('projections', 'lead_board')} select status, count(*) from board {_CHOSEN} "
        "group by status"
    )
    with one_pass(connection):
        found = dict(connection.execute(query, {**asof.bounds, **choice.bounds}).fetchall())
    return {status: found.get(status, 0) for status in STATUSES}


def _in_answer(row: dict[str, Any]) -> dict[str, Any]:
    minor, currency = row.pop("est_minor"), row.pop("est_currency")
    estimate = None if minor is None else Money(currency=currency, minor=minor).in_major_units()
    return {**row, "occurred_on": row["occurred_on"].isoformat(), "est_investment": estimate}
