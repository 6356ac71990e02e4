"""Facts about leads: their registration and what was judged of them (SPEC §3.3)."""

from __future__ import annotations

from domain.leads import (
    LeadConverted,
    LeadMarkedDuplicate,
    LeadRegistered,
    LeadRejected,
    LeadVerified,
)
from domain.model.identity import Investor, normal_name
from projections.facts import Entry, Fact, View

lead = View(
    "lead",
    {
        "lead_id": "text not null",
        "kind": "text not null",
        "registrant": "text not null",
        "channel": "text not null",
        "investor_key": "text not null",
        "investor_name": "text not null",
        "name_key": "text not null",
        "credit_code": "text",
        "project_key": "text not null",
        "intended_project": "text",
        "industry": "text",
        "region": "text",
        "est_minor": "bigint",
        "est_currency": "text",
        "rival_of": "text",
    },
    indexes=(("lead_id",), ("registrant",), ("investor_key",), ("campaign",)),
)
"""`name_key` (country and name) and `credit_code` together tell whether two leads name one investor."""

lead_verdict = View(
    "lead_verdict",
    {
        "lead_id": "text not null",
        "verdict": "text not null",
        "of_lead_id": "text",
        "project_id": "text",
        "ground": "text",
    },
    indexes=(("lead_id",),),
)
"""`verdict` is valuable, not_valuable, rejected, duplicate or converted."""


@lead.states(LeadRegistered)
def lead_registered(e: Entry) -> Fact:
    """One lead."""
    investor = Investor.model_validate(e["investor"])
    estimate = e["est_investment"] or {}
    return {
        "lead_id": e["lead_id"],
        "kind": e["kind"],
        "registrant": e["registrant"],
        "channel": e["channel"],
        "investor_key": investor.key,
        "investor_name": investor.name,
        "name_key": investor.name_key,
        "credit_code": investor.credit_code,
        "project_key": normal_name(e["intended_project"] or ""),
        "intended_project": e["intended_project"],
        "industry": e["industry"],
        "region": e["region"],
        "est_minor": estimate.get("minor"),
        "est_currency": estimate.get("currency"),
        "rival_of": e["rival_of"],
    }


@lead_verdict.states(LeadVerified)
def lead_verified(e: Entry) -> Fact:
    """Whether the lead is valuable."""
    return {"lead_id": e["lead_id"], "verdict": "valuable" if e["valuable"] else "not_valuable"}


@lead_verdict.states(LeadRejected)
def lead_rejected(e: Entry) -> Fact:
    """Why the lead was refused."""
    return {"lead_id": e["lead_id"], "verdict": "rejected", "ground": e["ground"]}


@lead_verdict.states(LeadMarkedDuplicate)
def lead_marked_duplicate(e: Entry) -> Fact:
    """Which earlier lead it repeats."""
    return {"lead_id": e["lead_id"], "verdict": "duplicate", "of_lead_id": e["of_lead_id"]}


@lead_verdict.states(LeadConverted)
def lead_converted(e: Entry) -> Fact:
    """Which project it became."""
    return {"lead_id": e["lead_id"], "verdict": "converted", "project_id": e["project_id"]}
