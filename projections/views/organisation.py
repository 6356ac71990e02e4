"""Facts about units, participants and posts (SPEC §3.2)."""

from __future__ import annotations

from domain.organisation import ParticipantRegistered, PostHeld, PostLeft, UnitRegistered
from projections.facts import Entry, Fact, View

unit = View(
    "unit",
    {"unit_id": "text not null", "name": "text not null", "kind": "text", "parent": "text"},
    indexes=(("unit_id",),),
)
participant = View(
    "participant",
    {
        "participant_id": "text not null",
        "kind": "text not null",
        "name": "text",
        "unit_id": "text not null",
    },
    indexes=(("participant_id",), ("unit_id",)),
)
post = View(
    "post",
    {
        "person": "text not null",
        "unit_id": "text not null",
        "post": "text not null",
        "held": "boolean not null",
    },
    indexes=(("unit_id",), ("person",)),
)


@unit.states(UnitRegistered)
def unit_registered(e: Entry) -> Fact:
    """One unit."""
    return {name: e[name] for name in ("unit_id", "name", "kind", "parent")}


@participant.states(ParticipantRegistered)
def participant_registered(e: Entry) -> Fact:
    """One participant; a natural person's name stays in the vault."""
    return {name: e[name] for name in ("participant_id", "kind", "name", "unit_id")}


@post.states(PostHeld, PostLeft)
def post_changed(e: Entry) -> Fact:
    """Somebody took up or left a post."""
    return {
        "person": e["person"],
        "unit_id": e["unit_id"],
        "post": e["post"],
        "held": e.type == PostHeld.__name__,
    }
