"""Corrections and revocations, handled once: what an event means after its amendments (SPEC G8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from domain.model.event import Event, Recorded


class Change(Event, abstract=True):
    """One field of a corrected event: what it said and what it says now, in stored form."""

    old: Any = None
    new: Any = None


class Amendment(Event, abstract=True):
    """An event that changes what an earlier one means: it names its target and carries its tags."""

    amendable = False

    target: int = Field(ge=1, description="被更正或撤销的事件位置 · position of the amended event")
    root: int = Field(ge=1, description="所涉原始事件 · the original event in the end concerned")
    carried_tags: tuple[str, ...] = ()
    reason: str

    def extra_tags(self) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                (*self.carried_tags, amendments_tag(self.root), amendments_tag(self.target))
            )
        )


class EventCorrected(Amendment):
    """Fields of an earlier event were corrected; the event itself stays as it was (SPEC §3.1)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_zh = "更正"
    sentence_zh = "更正第{target}号记录：{reason}"
    sentence_en = "Event {target} corrected: {reason}"

    changes: dict[str, Change]


class EventRevoked(Amendment):
    """An earlier event was revoked: from here on it counts as never having stood (SPEC §3.1)."""

    title_zh = "撤销"
    sentence_zh = "撤销第{target}号记录：{reason}"
    sentence_en = "Event {target} revoked: {reason}"


AMENDMENT_TYPES: tuple[type[Amendment], ...] = (EventCorrected, EventRevoked)
CORRECTABLE_ENVELOPE = ("occurred_on",)
"""Envelope fields that a correction may change besides the event's own."""


def amendments_tag(root: int) -> str:
    """The tag under which all amendments of one event stand; positions are ids without a subject."""
    return f"event:{root}"


def voided(amendments: Iterable[tuple[int, str, dict[str, Any]]]) -> set[int]:
    """The positions that the revocations among `amendments` (position, type, data) leave void.

    A revocation may itself be revoked: the newest word counts, so they are judged from the newest
    backwards.
    """
    void: set[int] = set()
    for position, kind, said in sorted(amendments, reverse=True, key=lambda a: a[0]):
        if kind == EventRevoked.__name__ and position not in void:
            void.add(said["target"])
    return void


@dataclass(frozen=True, slots=True)
class Effect:
    """What the amendments of one event leave of it."""

    revoked: bool
    data: dict[str, Any]
    occurred_on: str
    amended_by: tuple[int, ...]


def effect(
    data: dict[str, Any],
    occurred_on: str,
    root: int,
    amendments: Iterable[tuple[int, str, dict[str, Any]]],
) -> Effect:
    """Apply the amendments (position, type, data) of the event at `root` to its stored `data`.

    Corrections that no standing revocation voids are applied in the order they were recorded.
    """
    ordered = sorted(amendments, key=lambda a: a[0])
    void = voided(ordered)
    result = dict(data)
    for position, kind, said in ordered:
        if kind == EventCorrected.__name__ and position not in void:
            for name, change in said["changes"].items():
                if name == "occurred_on":
                    occurred_on = change["new"]
                else:
                    result[name] = change["new"]
    return Effect(root in void, result, occurred_on, tuple(position for position, *_ in ordered))


def restated(recorded: Recorded, event: Event, occurred_on: date) -> Recorded:
    """`recorded` with other contents; tags that its envelope gave (campaign, person) stay."""
    own = set(recorded.event.tags)
    given = (t for t in recorded.tags if t not in own)
    tags = tuple(dict.fromkeys((*event.tags, *given)))
    return replace(recorded, event=event, tags=tags, occurred_on=occurred_on)


def effective(events: Sequence[Recorded]) -> list[Recorded]:
    """The events that still stand, each as its amendments leave it, in position order.

    `events` must hold, beside the originals, every amendment of each of them.
    """
    amendments: dict[int, list[tuple[int, str, dict[str, Any]]]] = {}
    for recorded in events:
        if isinstance(recorded.event, Amendment):
            said = recorded.event.model_dump(mode="json", by_alias=True)
            amendments.setdefault(recorded.event.root, []).append(
                (recorded.position, type(recorded.event).__name__, said)
            )
    standing = []
    for recorded in sorted(events, key=lambda r: r.position):
        if isinstance(recorded.event, Amendment):
            continue
        if said_about := amendments.get(recorded.position):
            kind = type(recorded.event)
            after = effect(
                recorded.event.model_dump(mode="json", by_alias=True),
                recorded.occurred_on.isoformat(),
                recorded.position,
                said_about,
            )
            if after.revoked:
                continue
            event = kind.read(kind.version, after.data)
            occurred_on = date.fromisoformat(after.occurred_on)
            recorded = replace(restated(recorded, event, occurred_on), amended_by=after.amended_by)
        standing.append(recorded)
    return standing
