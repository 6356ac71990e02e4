"""Facts about campaigns and their targets (SPEC §3.2, §3.13).

Shares of a decomposed target are facts of their own; metric, unit and kind are those of the target
they come from, which a reader joins.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.campaigns import CampaignCreated, CampaignPhaseDefined, ProjectAdoptedByCampaign
from domain.targets import TargetAdjusted, TargetAssigned, TargetDecomposed
from projections.facts import Entry, Fact, View

campaign = View(
    "campaign",
    {
        "campaign_id": "text not null",
        "name": "text not null",
        "kind": "text not null",
        "level": "text not null",
        "owner": "text not null",
        "start_on": "date not null",
        "end_on": "date not null",
    },
    indexes=(("campaign_id",),),
)
phase = View(
    "phase",
    {
        "campaign_id": "text not null",
        "phase_no": "int not null",
        "name": "text not null",
        "start_on": "date not null",
        "end_on": "date not null",
    },
    indexes=(("campaign_id",),),
)
adoption = View(
    "adoption",
    {
        "project_id": "text not null",
        "campaign_id": "text not null",
        "carry_over": "boolean not null",
    },
    indexes=(("campaign_id",), ("project_id",)),
)
target = View(
    "target",
    {
        "target_id": "text not null",
        "campaign_id": "text",
        "assignee": "text not null",
        "assignee_kind": "text not null",
        "metric": "text not null",
        "value": "text not null",
        "unit": "text not null",
        "kind": "text not null",
        "class": "text",
        "min_minor": "bigint",
        "min_currency": "text",
        "start_on": "date not null",
        "end_on": "date not null",
    },
    indexes=(("target_id",), ("campaign_id",), ("assignee",)),
)
"""`value` is the exact decimal string in `unit`; `kind` is floor or stretch (SPEC G10)."""

decomposition = View(
    "decomposition",
    {
        "parent_id": "text not null",
        "target_id": "text not null",
        "assignee": "text not null",
        "assignee_kind": "text not null",
        "value": "text not null",
        "due": "date not null",
    },
    indexes=(("parent_id",), ("target_id",), ("assignee",)),
)
target_adjustment = View(
    "target_adjustment",
    {"target_id": "text not null", "value": "text not null"},
    indexes=(("target_id",),),
)


@campaign.states(CampaignCreated)
def campaign_created(e: Entry) -> Fact:
    """One campaign with its window, both days included."""
    own = ("campaign_id", "name", "kind", "level", "owner")
    return {**{name: e[name] for name in own}, "start_on": e["from"], "end_on": e["to"]}


@phase.states(CampaignPhaseDefined)
def phase_defined(e: Entry) -> Fact:
    """One phase."""
    own = ("campaign_id", "phase_no", "name")
    return {**{name: e[name] for name in own}, "start_on": e["from"], "end_on": e["to"]}


@adoption.states(ProjectAdoptedByCampaign)
def project_adopted(e: Entry) -> Fact:
    """One project that came under a campaign."""
    return {name: e[name] for name in ("project_id", "campaign_id", "carry_over")}


@target.states(TargetAssigned)
def target_assigned(e: Entry) -> Fact:
    """One target as assigned."""
    own = ("target_id", "campaign_id", "assignee", "assignee_kind", "metric")
    least = e["min_amount"] or {}
    return {
        **{name: e[name] for name in (*own, "value", "unit", "kind", "class")},
        "min_minor": least.get("minor"),
        "min_currency": least.get("currency"),
        "start_on": e["period"]["from"],
        "end_on": e["period"]["to"],
    }


@decomposition.states(TargetDecomposed)
def target_decomposed(e: Entry) -> Iterable[Fact]:
    """One share each."""
    return [{"parent_id": e["parent_id"], **share} for share in e["children"]]


@target_adjustment.states(TargetAdjusted)
def target_adjusted(e: Entry) -> Fact:
    """The value that holds from here on."""
    return {"target_id": e["target_id"], "value": e["new"]}
