"""Facts about contacts with investors: spoken to, visited, invited, received, met (SPEC §3.4).

Enterprises are told apart by their normalised name, as visits name them by nothing else; an investor's
credit code stands beside it where there is one.
"""

from __future__ import annotations

from typing import Any

from domain.contacts import (
    ContactRecorded,
    EnterpriseVisited,
    InvitationSent,
    MeetingHeld,
    SiteInspectionHeld,
)
from domain.model.identity import Investor, normal_name
from projections.facts import Entry, Fact, View

_ENTERPRISE = {
    "enterprise": "text not null",
    "enterprise_key": "text not null",
    "credit_code": "text",
}
_ABOUT = {"unit_id": "text", "lead_id": "text", "project_id": "text"}

contact = View(
    "contact",
    {
        "contact_id": "text not null",
        **_ENTERPRISE,
        "direction": "text not null",
        "mode": "text not null",
        "led_by": "text not null",
        "participants": "text[] not null",
        **_ABOUT,
    },
    indexes=(("contact_id",), ("enterprise_key",), ("campaign",)),
)
"""`unit_id` is the unit whose contact it was, where the event names one; likewise below."""

visit = View(
    "visit",
    {
        **_ENTERPRISE,
        "direction": "text not null",
        "purpose": "text not null",
        "led_by": "text not null",
        "unit_id": "text",
    },
    indexes=(("enterprise_key",), ("campaign",)),
)
invitation = View(
    "invitation",
    {**_ENTERPRISE, "for_date": "date not null", **_ABOUT},
    indexes=(("enterprise_key",), ("campaign",)),
)
inspection = View(
    "inspection",
    {
        **_ENTERPRISE,
        "delegates": "int not null",
        "received_by": "text not null",
        "sites": "text[] not null",
        **_ABOUT,
    },
    indexes=(("enterprise_key",), ("campaign",)),
)
meeting = View(
    "meeting",
    {"kind": "text not null", "decisions": "int not null", "project_id": "text"},
    indexes=(("campaign",),),
)
"""`decisions` is how many there were; their text may name persons and stays in the vault."""


def _investor(e: Entry) -> dict[str, Any]:
    investor = Investor.model_validate(e["investor"])
    return {
        "enterprise": investor.name,
        "enterprise_key": normal_name(investor.name),
        "credit_code": investor.credit_code,
    }


def _about(e: Entry) -> dict[str, Any]:
    return {"unit_id": e["by_unit"], "lead_id": e["lead_id"], "project_id": e["project_id"]}


@contact.states(ContactRecorded)
def contact_recorded(e: Entry) -> Fact:
    """One contact."""
    own = ("contact_id", "direction", "mode", "led_by", "participants")
    return {**{name: e[name] for name in own}, **_investor(e), **_about(e)}


@visit.states(EnterpriseVisited)
def enterprise_visited(e: Entry) -> Fact:
    """One visit to an enterprise."""
    return {
        "enterprise": e["enterprise"],
        "enterprise_key": normal_name(e["enterprise"]),
        "direction": e["direction"],
        "purpose": e["purpose"],
        "led_by": e["led_by"],
        "unit_id": e["by_unit"],
    }


@invitation.states(InvitationSent)
def invitation_sent(e: Entry) -> Fact:
    """One invitation."""
    return {**_investor(e), "for_date": e["for_date"], **_about(e)}


@inspection.states(SiteInspectionHeld)
def site_inspection_held(e: Entry) -> Fact:
    """One delegation that came to inspect."""
    own = ("delegates", "received_by", "sites")
    return {**{name: e[name] for name in own}, **_investor(e), **_about(e)}


@meeting.states(MeetingHeld)
def meeting_held(e: Entry) -> Fact:
    """One meeting."""
    return {
        "kind": e["kind"],
        "decisions": len(e["decisions"]),
        "project_id": e["project_id"],
    }
