"""Random histories of leads and projects, and the rankings that a plain reading of them gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Any

from domain.commencement import CommencementCertified
from domain.leads import (
    LeadConverted,
    LeadMarkedDuplicate,
    LeadRegistered,
    LeadRejected,
    LeadVerified,
)
from domain.model.effective import effective
from domain.model.errors import Refusal
from domain.model.event import Recorded
from domain.projects import NegotiationHeld, ProjectOpened
from domain.signings import SigningRecorded, SigningVerified
from eventlog.entry import read
from eventlog.recorder import PostgresRecorder
from projections.rankings import Kind
from tests.projections.bureau import Bureau

PARTICIPANTS = ("p1", "p2", "p3", "p4")
INVESTORS: tuple[dict[str, str], ...] = (
    {"name": "中绿集团"},
    {"name": "中綠集團"},
    {"name": "中绿集团", "credit_code": "91310000MA1FL3AB0A"},
    {"name": "达利集团", "credit_code": "91310000MA1FL3AB0A"},
    {"name": "达利集团"},
    {"name": "达利集团", "country": "HK"},
)
PROJECTS = ("食品厂", "物流园", None)
WINDOW = (date(2009, 7, 1), date(2009, 9, 30))


def grow(bureau: Bureau, random: Random, steps: int) -> None:
    """Give `steps` random commands; those refused are part of life."""
    grown: dict[str, list[Any]] = {"lead": [], "project": [], "signing": [], "event": []}
    bureau.project("pr0", "u1", "2009-06-01")
    for step in range(steps):
        try:
            position = _step(bureau, random, step, grown)
        except Refusal:
            continue
        grown["event"].append(position)


def _step(bureau: Bureau, random: Random, step: int, grown: dict[str, list[Any]]) -> int:
    on = random.choice(("2009-06-30", "2009-07-01", "2009-08-15", "2009-09-30", "2009-10-01"))
    campaign = {"campaign_id": random.choice(("c1", "c1", "c1", None))}
    lead = random.choice([*grown["lead"], "l0"])
    project = random.choice([*grown["project"], "pr0"])
    kind = random.choices(
        ("lead", "judge", "project", "negotiate", "sign", "verify", "start", "amend"),
        (25, 25, 10, 8, 14, 14, 6, 12),
    )[0]
    match kind:
        case "lead":
            position = bureau.lead(
                f"l{step}",
                random.choice(PARTICIPANTS),
                on,
                kind=random.choice(("投资", "项目", "市场")),
                investor=random.choice(INVESTORS),
                intended_project=random.choice(PROJECTS),
                **campaign,
            )
            grown["lead"].append(f"l{step}")
            return position
        case "judge":
            return _judged(bureau, random, on, lead, random.choice([*grown["lead"], "l0"]))
        case "project":
            investor = random.choice(INVESTORS)
            if random.random() < 0.5:
                bureau.lead(f"l{step}", random.choice(PARTICIPANTS), on, investor=investor)
                lead = f"l{step}"
            position = bureau.project(f"pr{step}", "u1", on, lead_id=lead, investor=investor)
            grown["project"].append(f"pr{step}")
            return position
        case "negotiate":
            who = {"on_behalf_of": random.choice((*PARTICIPANTS, None))}
            return bureau.record("hold-negotiation", on, project_id=project, **who, **campaign)
        case "sign":
            level = random.choice(("意向", "协议", "正式合同", "正式合同"))
            who = {"on_behalf_of": random.choice((*PARTICIPANTS, None))}
            position = bureau.signing(
                f"s{step}", project, "1000.00", on, level=level, **who, **campaign
            )
            grown["signing"].append(f"s{step}")
            return position
        case "verify":
            signing = random.choice([*grown["signing"][-3:], "s0"])
            genuine = random.random() < 0.8
            return bureau.judge("verify-signing", on, signing_id=signing, ok=genuine)
        case "start":
            return bureau.started(project, on, **campaign)
        case _:
            return _amended(bureau, random, grown)


def _judged(bureau: Bureau, random: Random, on: str, lead: str, other: str) -> int:
    match random.choice(("valuable", "valuable", "valuable", "worthless", "refused", "repeat")):
        case "refused":
            return bureau.judge("reject-lead", on, lead_id=lead, ground="不实")
        case "repeat":
            said = {"lead_id": lead, "of_lead_id": other, "basis": "同一项目"}
            return bureau.judge("mark-lead-duplicate", on, **said)
        case verdict:
            return bureau.verify(lead, on, valuable=verdict == "valuable")


def _amended(bureau: Bureau, random: Random, grown: dict[str, list[Any]]) -> int:
    target = random.choice(grown["event"] or [bureau.lead("l-first", "p1")])
    changes: dict[str, Any] = random.choice(
        (
            {"investor": random.choice(INVESTORS)},
            {"registrant": random.choice(PARTICIPANTS)},
            {"occurred_on": random.choice(("2009-06-30", "2009-08-01"))},
            {},
        )
    )
    return bureau.correct(target, **changes) if changes else bureau.revoke(target)


def record(bureau: Bureau, known_at: int) -> list[Recorded]:
    """Everything recorded up to a position, as its amendments known by then leave it."""
    stored = PostgresRecorder(bureau.pool).read(limit=known_at)
    return effective([read(one.position, one.event.data) for one in stored])


def folded(events: Sequence[Recorded], kind: Kind, cutoff: date, c: str | None) -> dict[str, Any]:
    """Who scored with what, by the definitions of SPEC §6 and §10, read off the events one by one."""
    pairs: list[tuple[str | None, str]]
    happened = [r for r in events if r.occurred_on <= cutoff]
    match kind:
        case "leads":
            pairs = [*_leads(happened, cutoff, c)]
        case "negotiations":
            pairs = [
                (r.on_behalf_of or _origin(events, r.event.project_id), r.event.project_id)
                for r in happened
                if isinstance(r.event, NegotiationHeld) and _within(r, r.occurred_on, cutoff, c)
            ]
        case "signings":
            pairs = list(_signings(events, happened, cutoff, c))
        case "commencements":
            pairs = list(_starts(events, happened, cutoff, c))
    scores: dict[str, set[str]] = {}
    for who, what in pairs:
        if who in PARTICIPANTS:
            scores.setdefault(who, set()).add(what)
    return scores


def ranks(scores: dict[str, Any], all_of: Sequence[str]) -> dict[str, tuple[int, int, bool]]:
    """Rank, value and tie of everybody: one more than the number who did better."""
    values = {who: len(scores.get(who, ())) for who in all_of}
    sharing = Counter(values.values())
    return {
        who: (1 + sum(other > value for other in values.values()), value, sharing[value] > 1)
        for who, value in values.items()
    }


def _within(recorded: Recorded, day: date, cutoff: date, c: str | None) -> bool:
    if c is None:
        return day <= cutoff
    return recorded.campaign == c and WINDOW[0] <= day <= min(WINDOW[1], cutoff)


def _verdict(events: Sequence[Recorded], lead_id: str) -> str:
    said = "pending"
    for recorded in events:
        match recorded.event:
            case LeadVerified(lead_id=about, valuable=valuable) if about == lead_id:
                said = "valuable" if valuable else "worthless"
            case LeadRejected(lead_id=about) | LeadMarkedDuplicate(lead_id=about):
                if about == lead_id:
                    said = "out"
    return said


def _leads(happened: Sequence[Recorded], cutoff: date, c: str | None) -> Iterator[tuple[str, str]]:
    valuable: list[LeadRegistered] = []
    for recorded in happened:
        event = recorded.event
        if not isinstance(event, LeadRegistered) or event.kind == "市场":
            continue
        if _verdict(happened, event.lead_id) != "valuable":
            continue
        first = not any(earlier.rivals(event) for earlier in valuable)
        valuable.append(event)
        if first and _within(recorded, recorded.occurred_on, cutoff, c):
            yield event.registrant, event.lead_id


def _origin(events: Sequence[Recorded], project_id: str) -> str | None:
    """The registrant of the first standing lead that became the project."""
    leads = {
        r.event.lead_id
        for r in events
        if isinstance(r.event, ProjectOpened | LeadConverted) and r.event.project_id == project_id
    }
    for recorded in events:
        event = recorded.event
        if not isinstance(event, LeadRegistered) or event.lead_id not in leads:
            continue
        if _verdict(events, event.lead_id) != "out":
            return event.registrant
    return None


def _signings(
    events: Sequence[Recorded], happened: Sequence[Recorded], cutoff: date, c: str | None
) -> Iterator[tuple[str | None, str]]:
    genuine: dict[str, tuple[date, bool]] = {}
    for recorded in happened:
        event = recorded.event
        if not isinstance(event, SigningVerified):
            continue
        if recorded.occurred_on >= genuine.get(event.signing_id, (date.min, False))[0]:
            genuine[event.signing_id] = (recorded.occurred_on, event.ok)
    opened = {r.event.project_id for r in events if isinstance(r.event, ProjectOpened)}
    first: dict[str, tuple[date, int, Recorded]] = {}
    for recorded in happened:
        event = recorded.event
        if (
            isinstance(event, SigningRecorded)
            and event.level == "正式合同"
            and genuine.get(event.signing_id, (date.min, False))[1]
            and event.project_id in opened
        ):
            candidate = (event.signed_on, recorded.position, recorded)
            known = first.get(event.project_id)
            if known is None or candidate[:2] < known[:2]:
                first[event.project_id] = candidate
    for project_id, (day, _, recorded) in first.items():
        if _within(recorded, day, cutoff, c):
            yield _origin(events, project_id) or recorded.on_behalf_of, project_id


def _starts(
    events: Sequence[Recorded], happened: Sequence[Recorded], cutoff: date, c: str | None
) -> Iterator[tuple[str | None, str]]:
    opened = {r.event.project_id: r for r in events if isinstance(r.event, ProjectOpened)}
    for recorded in happened:
        event = recorded.event
        if not isinstance(event, CommencementCertified) or event.project_id not in opened:
            continue
        if _within(recorded, event.on, cutoff, c):
            recorders = [
                r.on_behalf_of
                for r in events
                if isinstance(r.event, SigningRecorded) and r.event.project_id == event.project_id
            ]
            yield (
                _origin(events, event.project_id) or (recorders[0] if recorders else None),
                event.project_id,
            )
