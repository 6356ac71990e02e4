"""Facts about the start of construction and its interruptions (SPEC §3.8)."""

from __future__ import annotations

from domain.commencement import (
    CommencementCertified,
    CommencementDeadlineSet,
    CommencementRefused,
    CommencementReported,
    DeemedCommencementCertified,
)
from domain.construction import ConstructionResumed, ConstructionSuspended
from domain.model.event import Event
from projections.facts import Entry, Fact, View

commencement = View(
    "commencement",
    {
        "project_id": "text not null",
        "step": "text not null",
        "on_date": "date",
        "text": "text",
    },
    indexes=(("project_id",), ("step",)),
)
"""`step` is deadline, reported, certified, refused, deemed, suspended or resumed; `on_date` the day it
names, `text` the works, the ground of a refusal or the cause of a stop."""

_STEPS: dict[type[Event], str] = {
    CommencementDeadlineSet: "deadline",
    CommencementReported: "reported",
    CommencementCertified: "certified",
    CommencementRefused: "refused",
    DeemedCommencementCertified: "deemed",
    ConstructionSuspended: "suspended",
    ConstructionResumed: "resumed",
}
_STEP_OF = {kind.__name__: step for kind, step in _STEPS.items()}


@commencement.states(*_STEPS)
def commencement_step(e: Entry) -> Fact:
    """One step towards, at or after the start."""
    return {
        "project_id": e["project_id"],
        "step": _STEP_OF[e.type],
        "on_date": e["due"] or e["on"],
        "text": e["works"] or e["ground"] or e["cause"],
    }
