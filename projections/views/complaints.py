"""Facts about complaints and what was done about them (SPEC §3.9).

Who complained, about whom and what stays in the vault; nothing here needs it.
"""

from __future__ import annotations

from domain.complaints import (
    ComplaintAccepted,
    ComplaintAssigned,
    ComplaintNotAccepted,
    ComplaintReceived,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintReviewed,
    ComplaintReviewRequested,
)
from domain.model.event import Event
from domain.satisfaction import SatisfactionSurveyed
from projections.facts import Entry, Fact, View

complaint = View(
    "complaint",
    {
        "complaint_id": "text not null",
        "enterprise": "text",
        "against_unit": "text",
        "kind": "text not null",
        "channel": "text not null",
        "anonymous": "boolean not null",
        "named": "boolean not null",
    },
    indexes=(("complaint_id",),),
)
"""`named` says whether a complainant was, though not who."""

complaint_step = View(
    "complaint_step",
    {
        "complaint_id": "text not null",
        "step": "text not null",
        "on_date": "date not null",
        "unit_id": "text",
        "person": "text",
        "due": "date",
        "said": "text",
        "acknowledged": "boolean",
        "reopened": "boolean",
    },
    indexes=(("complaint_id",),),
)
"""`step` is accepted, declined, assigned, resolved, replied, review_requested or reviewed.

`on_date` is the day the event names, or its business date; `said` the reason, result, mode of reply or
outcome of the review.
"""

satisfaction = View(
    "satisfaction",
    {
        "dimension": "text not null",
        "score": "text not null",
        "project_id": "text",
        "complaint_id": "text",
    },
    indexes=(("complaint_id",), ("project_id",)),
)

_STEPS: dict[type[Event], str] = {
    ComplaintAccepted: "accepted",
    ComplaintNotAccepted: "declined",
    ComplaintAssigned: "assigned",
    ComplaintResolved: "resolved",
    ComplaintReplied: "replied",
    ComplaintReviewRequested: "review_requested",
    ComplaintReviewed: "reviewed",
}
_STEP_OF = {kind.__name__: step for kind, step in _STEPS.items()}


@complaint.states(ComplaintReceived)
def complaint_received(e: Entry) -> Fact:
    """One complaint."""
    own = ("complaint_id", "enterprise", "against_unit", "kind", "channel", "anonymous")
    return {**{name: e[name] for name in own}, "named": e["complainant"] is not None}


@complaint_step.states(*_STEPS)
def complaint_handled(e: Entry) -> Fact:
    """One step of its handling."""
    return {
        "complaint_id": e["complaint_id"],
        "step": _STEP_OF[e.type],
        "on_date": e["on"] or e.occurred_on,
        "unit_id": e["unit"],
        "person": e["person"],
        "due": e["due"],
        "said": e["reason"] or e["result"] or e["mode"] or e["outcome"],
        "acknowledged": e["complainant_ack"],
        "reopened": e["reopened"],
    }


@satisfaction.states(SatisfactionSurveyed)
def satisfaction_surveyed(e: Entry) -> Fact:
    """One answer."""
    return {name: e[name] for name in ("dimension", "score", "project_id", "complaint_id")}
