"""One subject's history out of the record itself: every event, what it means now, what amended it.

Nothing here rests on a view: an auditor reads the stored lines, each beside the sentence it means as
known at a position (DESIGN §5, CONTRACT reads). Personal values are commitments in the lines and stay
withheld in the sentences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.leads import LeadConverted
from domain.model.effective import AMENDMENT_TYPES, Effect, amendments_tag, effect, voided
from domain.model.errors import SubjectUnknown
from domain.model.event import EVENTS
from domain.model.subjects import KINDS, tag
from domain.projects import ProjectOpened
from eventlog.entry import parse
from eventlog.registrar import SHANGHAI
from eventlog.statements import statement
from projections.asof import AsOf
from projections.rulebook import Connection

_AMENDMENTS = frozenset(kind.__name__ for kind in AMENDMENT_TYPES)


@dataclass(frozen=True, slots=True)
class Line:
    """One stored entry: its bytes as text, its leaf hash, and what it says."""

    position: int
    entry: str
    leaf: str
    said: dict[str, Any]

    @property
    def amends(self) -> bool:
        """Whether this corrects or revokes another event."""
        return self.said["type"] in _AMENDMENTS

    @property
    def origin(self) -> int:
        """The original event that this is, or in the end concerns."""
        root: int = self.said["data"]["root"] if self.amends else self.position
        return root

    @property
    def amendment(self) -> tuple[int, str, dict[str, Any]]:
        """This amendment as `domain.model.effective` takes it."""
        return self.position, self.said["type"], self.said["data"]


def project_history(connection: Connection, asof: AsOf, project_id: str) -> list[dict[str, Any]]:
    """Everything recorded about a project and the lead it came from, in position order.

    SubjectUnknown where no such project was known at `asof.known_at`, nor ever had been by then.
    """
    about = tag("project", project_id)
    lines = _complete(connection, asof, [about])
    if not any(_opens(line, project_id) for line in lines):
        raise SubjectUnknown(KINDS["project"], "project", project_id)
    if leads := _leads(lines, project_id):
        lines = _complete(connection, asof, [about, *(tag("lead", lead) for lead in leads)])
    return _told(lines, asof)


def subject_history(connection: Connection, asof: AsOf, about: str) -> list[dict[str, Any]]:
    """Everything recorded under one tag, such as `unit:u1`, in position order."""
    return _told(_complete(connection, asof, [about]), asof)


def _opens(line: Line, project_id: str) -> bool:
    said = line.said
    opens = said["type"] == ProjectOpened.__name__
    return opens and bool(said["data"]["project_id"] == project_id)


def _stored(
    connection: Connection, asof: AsOf, tags: Sequence[str], positions: Iterable[int]
) -> list[Line]:
    rows = connection.execute(
        statement("projections", "history_tagged"),
        {**asof.bounds, "tags": list(tags), "positions": sorted(positions)},
    )
    return [Line(position, entry, leaf, parse(entry)) for position, entry, leaf in rows]


def _complete(connection: Connection, asof: AsOf, tags: Sequence[str]) -> list[Line]:
    """What stands under `tags`, with every amendment of it, and what was moved here by one.

    A correction can move an event under a tag that it did not carry: then only the correction is found
    under it, and the event itself is read by its position.
    """
    found = {line.position: line for line in _stored(connection, asof, tags, ())}
    origins = {line.origin for line in found.values()}
    amending = [amendments_tag(origin) for origin in origins]
    more = _stored(connection, asof, amending, origins - set(found))
    found.update((line.position, line) for line in more)
    return [found[position] for position in sorted(found)]


def _leads(lines: Sequence[Line], project_id: str) -> list[str]:
    """The leads that became the project, as its opening and their conversions stand."""
    leads: dict[str, None] = {}
    amendments = _amendments(lines)
    for line in lines:
        if line.said["type"] not in (ProjectOpened.__name__, LeadConverted.__name__):
            continue
        data = _effect(line, amendments).data
        if data["project_id"] == project_id and data["lead_id"] is not None:
            leads[data["lead_id"]] = None
    return list(leads)


Amendments = dict[int, list[Line]]


def _amendments(lines: Iterable[Line]) -> Amendments:
    by_origin: Amendments = defaultdict(list)
    for line in lines:
        if line.amends:
            by_origin[line.origin].append(line)
    return by_origin


def _effect(line: Line, amendments: Amendments) -> Effect:
    """What the amendments known leave of an original event, its data in the present version."""
    said = line.said
    data = EVENTS[said["type"]].upcast(said["version"], said["data"])
    return effect(
        data,
        said["occurred_on"],
        line.position,
        [amendment.amendment for amendment in amendments.get(line.position, ())],
    )


def _told(lines: Sequence[Line], asof: AsOf) -> list[dict[str, Any]]:
    amendments = _amendments(lines)
    after = {line.position: _effect(line, amendments) for line in lines if not line.amends}
    # An amendment speaks about its event, so it is shown wherever that is, whatever its own day.
    shown = {p for p, e in after.items() if date.fromisoformat(e.occurred_on) <= asof.cutoff}
    return [
        _item(line, after.get(line.position), amendments.get(line.origin, []))
        for line in lines
        if line.origin in shown
    ]


def _item(line: Line, after: Effect | None, amendments: Sequence[Line]) -> dict[str, Any]:
    said = line.said
    kind = EVENTS[said["type"]]
    data, occurred_on = said["data"], said["occurred_on"]
    if after is not None:
        data, occurred_on = after.data, after.occurred_on
    sentence = kind.read(kind.version if after else said["version"], data).sentence()
    void = voided(one.amendment for one in amendments)
    # Of those aimed at this very line and not revoked themselves, the newest is the word that stands.
    superseding = [
        one.position
        for one in amendments
        if one.position not in void and one.said["data"]["target"] == line.position
    ]
    return {
        "position": line.position,
        "type": said["type"],
        "title": kind.title_zh,
        "recorded_at": said["recorded_at"],
        "occurred_on": occurred_on,
        "late_by_days": late_by_days(said["recorded_at"], occurred_on),
        "actor": said["actor"],
        "on_behalf_of": said["on_behalf_of"],
        "campaign": said["campaign"],
        "documents": said["documents"],
        "reason": said["reason"],
        "sentence": {"zh": sentence.zh, "en": sentence.en},
        "revoked": line.position in void,
        "corrects": said["data"]["target"] if line.amends else None,
        "superseded_by": superseding[-1] if superseding else None,
        "amended_by": [one.position for one in amendments] if not line.amends else [],
        "leaf": line.leaf,
        "entry": line.entry,
    }


def late_by_days(recorded_at: str, occurred_on: str) -> int:
    """Days from the business date to the date of recording, both in Shanghai (SPEC G2, G7)."""
    recorded = datetime.fromisoformat(recorded_at).astimezone(SHANGHAI).date()
    return (recorded - date.fromisoformat(occurred_on)).days
