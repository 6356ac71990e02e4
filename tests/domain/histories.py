"""A slow and plain reading of corrections and revocations, to hold the quick one against.

An amendment stands unless a standing revocation names it; an event stands unless a standing
revocation names it; its fields are as the last standing correction left them. Written as those
sentences read, with recursion and no attention to cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.model.effective import Amendment, EventCorrected, EventRevoked
from domain.model.event import Recorded


def stands(one: Recorded, record: Sequence[Recorded]) -> bool:
    """Whether no standing revocation names this event."""
    return not any(
        isinstance(other.event, EventRevoked)
        and other.event.target == one.position
        and stands(other, record)
        for other in record
    )


def reading(record: Sequence[Recorded]) -> dict[int, tuple[dict[str, Any], str]]:
    """What stands: the stored fields and the business date of each original, by position."""
    result = {}
    for one in record:
        if isinstance(one.event, Amendment) or not stands(one, record):
            continue
        data = one.event.model_dump(mode="json", by_alias=True)
        occurred_on = one.occurred_on.isoformat()
        for other in sorted(record, key=lambda r: r.position):
            said = other.event
            if isinstance(said, EventCorrected) and said.target == one.position:
                if not stands(other, record):
                    continue
                for name, change in said.model_dump(mode="json")["changes"].items():
                    if name == "occurred_on":
                        occurred_on = change["new"]
                    else:
                        data[name] = change["new"]
        result[one.position] = (data, occurred_on)
    return result
