"""Completion tables of the campaign c1 in tests, and what happens in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from projections.completion import completion
from tests.database import TestDatabase
from tests.projections.bureau import Bureau, bureau_on


@contextmanager
def campaigning(database: TestDatabase) -> Iterator[Bureau]:
    """A bureau with the campaign c1 of u0, two units and a participant in each."""
    with bureau_on(database) as bureau:
        for unit in ("u1", "u2"):
            bureau.unit(unit)
        bureau.participant("p1", "u1")
        bureau.participant("p2", "u2")
        bureau.campaign()
        yield bureau


def table(bureau: Bureau, **asof: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows and the summary of c1."""
    with bureau.asked(**asof) as (connection, as_of):
        done = completion(connection, as_of, "c1")
    return done.rows, done.summary


def row(rows: list[dict[str, Any]], metric: str, assignee: str | None = "u0") -> dict[str, Any]:
    """The one row of a metric and an assignee."""
    (found,) = [r for r in rows if (r["metric"], r["assignee"]) == (metric, assignee)]
    return found


def ids(of: dict[str, Any]) -> list[str]:
    """What a row counts."""
    return [member["id"] for member in of["members"]]


def figures(of: dict[str, Any]) -> tuple[Any, ...]:
    """Target, actual, fraction, percent, printed and completed of a row."""
    names = ("target", "actual", "fraction", "percent", "printed", "completed")
    return tuple(of[name] for name in names)


def visited(bureau: Bureau, enterprise: str, on: str = "2009-07-20", **more: Any) -> int:
    """Record a visit outside the area, led by p1 unless said."""
    said = {"direction": "外出", "purpose": "推介", "led_by": "p1", "campaign_id": "c1", **more}
    return bureau.record("visit-enterprise", on, enterprise=enterprise, **said)


def inspected(bureau: Bureau, enterprise: str, on: str = "2009-07-20", **more: Any) -> int:
    """Record a delegation that u1 invited, unless said."""
    said = {"delegates": 3, "by_unit": "u1", "received_by": "p1", "campaign_id": "c1", **more}
    investor = {"name": enterprise, **said.pop("investor", {})}
    return bureau.record("hold-site-inspection", on, investor=investor, **said)
