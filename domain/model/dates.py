"""Days that a body states: what happened cannot lie ahead (SPEC G7)."""

from __future__ import annotations

from datetime import date

from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken


def require_past(case: Deliberation, field: str, day: date) -> None:
    """RuleBroken if `day`, on which something is said to have happened, is after today."""
    if day > case.today:
        raise RuleBroken(
            f"{field} {day} 晚于今天 {case.today}；尚未发生的事不能登记",
            f"{field} {day} is after today, {case.today}; "
            "what has not happened yet cannot be recorded",
            clause="SPEC G7",
        )
