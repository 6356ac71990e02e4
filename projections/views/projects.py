"""Facts about projects before anything is signed: opening, negotiation, investor (SPEC §3.6)."""

from __future__ import annotations

from domain.model.identity import Investor
from domain.projects import (
    InvestorChanged,
    NegotiationEnded,
    NegotiationHeld,
    NegotiationSucceeded,
    ProjectOpened,
)
from projections.facts import Entry, Fact, View

project = View(
    "project",
    {
        "project_id": "text not null",
        "name": "text not null",
        "class": "text not null",
        "kind": "text not null",
        "investor_key": "text not null",
        "investor_name": "text not null",
        "investor_country": "text not null",
        "funds_origin": "text not null",
        "jurisdiction": "text not null",
        "high_tech": "boolean not null",
        "is_compiled": "boolean not null",
        "lead_id": "text",
    },
    indexes=(("project_id",), ("jurisdiction",), ("investor_key",)),
)

negotiation = View(
    "negotiation",
    {
        "project_id": "text not null",
        "step": "text not null",
        "stage": "text",
        "reason": "text",
    },
    indexes=(("project_id",),),
)
"""`step` is held, succeeded or ended."""

investor_change = View(
    "investor_change",
    {
        "project_id": "text not null",
        "old_key": "text not null",
        "new_key": "text not null",
        "new_name": "text not null",
        "new_country": "text not null",
    },
    indexes=(("project_id",),),
)


@project.states(ProjectOpened)
def project_opened(e: Entry) -> Fact:
    """One project."""
    investor = Investor.model_validate(e["investor"])
    return {
        "project_id": e["project_id"],
        "name": e["name"],
        "class": e["class"],
        "kind": e["kind"],
        "investor_key": investor.key,
        "investor_name": investor.name,
        "investor_country": investor.country,
        "funds_origin": e["funds_origin"],
        "jurisdiction": e["jurisdiction"],
        "high_tech": e["high_tech"],
        "is_compiled": e["is_compiled"],
        "lead_id": e["lead_id"],
    }


@negotiation.states(NegotiationHeld)
def negotiation_held(e: Entry) -> Fact:
    """One meeting."""
    return {"project_id": e["project_id"], "step": "held", "stage": e["stage"]}


@negotiation.states(NegotiationSucceeded, NegotiationEnded)
def negotiation_concluded(e: Entry) -> Fact:
    """What the talks came to."""
    step = "ended" if e.type == NegotiationEnded.__name__ else "succeeded"
    return {"project_id": e["project_id"], "step": step, "reason": e["reason"]}


@investor_change.states(InvestorChanged)
def investor_changed(e: Entry) -> Fact:
    """Who owns the project from here on."""
    old, new = Investor.model_validate(e["old"]), Investor.model_validate(e["new"])
    return {
        "project_id": e["project_id"],
        "old_key": old.key,
        "new_key": new.key,
        "new_name": new.name,
        "new_country": new.country,
    }
