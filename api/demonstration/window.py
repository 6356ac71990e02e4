"""The campaign of the demonstration: its id, its window, and how its steps are written."""

from __future__ import annotations

from datetime import date, timedelta

from api.demonstration.step import Step

CAMPAIGN = "demo-c1"
FIRST, LAST = date(2009, 7, 1), date(2009, 9, 30)
WINDOW = {"from": FIRST.isoformat(), "to": LAST.isoformat()}


def after(days: int) -> str:
    """So many days into the campaign."""
    return (FIRST + timedelta(days)).isoformat()


def told(name: str, by: str, command: str, day: str, /, **body: object) -> Step:
    """A step of the campaign."""
    return Step(name, by, command, {"occurred_on": day, "campaign_id": CAMPAIGN, **body})
