"""Correcting and revoking events: the only answers to a mistake (SPEC G8, §3.1).

Neither leads around a rule: what an amendment leaves standing is held to what new events are held to,
and what others rest on is not taken from under them (docs/decisions/0006).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import Field, JsonValue, TypeAdapter

from domain.model.command import Command
from domain.model.dates import require_past
from domain.model.deliberation import Deliberation, already_taken
from domain.model.effective import (
    CORRECTABLE_ENVELOPE,
    Amendment,
    Change,
    EventCorrected,
    EventRevoked,
    effective,
    restated,
    voided,
)
from domain.model.errors import RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.event import Event, Recorded, Recorder
from domain.model.personal import Hidden, personal_fields
from domain.model.resting import refuse_while_copied, refuse_while_rested_on
from domain.model.roles import Role
from domain.model.subjects import mentions, tag
from domain.model.texts import Text

AMENDING_ROLES = (Role.LGO, Role.LG)


class CorrectEvent(Command):
    """Correct fields of an earlier event, which itself stays as it was (SPEC §3.1)."""

    title_zh = "更正记录"
    recorders = AMENDING_ROLES
    records = EventCorrected

    target: int = Field(ge=1)
    changes: dict[str, JsonValue] = Field(
        min_length=1,
        description="字段名与新值，写法与登记时相同 · field names and new values, as when recorded",
    )
    reason: Text

    def decide(self, case: Deliberation) -> None:
        original, standing = _standing(case, self.target)
        if isinstance(original.event, Amendment):
            raise RuleBroken(
                f"第{self.target}号是更正或撤销本身；请撤销它，再作新的更正",
                f"event {self.target} is itself an amendment; revoke it and correct anew",
                clause="SPEC G8",
            )
        after, changes = _changed(standing, self.changes)
        day = changes["occurred_on"].new if "occurred_on" in changes else standing.occurred_on
        require_past(case, "occurred_on", day)
        _hold(case, standing, restated(standing, after, day))
        case.record(
            EventCorrected,
            target=self.target,
            root=original.position,
            carried_tags=tuple(
                dict.fromkeys((*_tags_of_all(case, original.position, original), *after.tags))
            ),
            reason=self.reason,
            changes=changes,
        )


class RevokeEvent(Command):
    """Revoke an earlier event: from here on it counts as never having stood (SPEC §3.1)."""

    title_zh = "撤销记录"
    recorders = AMENDING_ROLES
    records = EventRevoked

    target: int = Field(ge=1)
    reason: Text

    def decide(self, case: Deliberation) -> None:
        target = _existing(case, self.target)
        root = target.event.root if isinstance(target.event, Amendment) else self.target
        if self.target in voided(map(_said, case.amendments(root))):
            raise SubjectAlreadyExists(
                f"第{self.target}号记录已被撤销；如撤销有误，请撤销那次撤销",
                f"event {self.target} is revoked already; to undo that, revoke the revocation",
                clause="SPEC G8",
                position=self.target,
            )
        said = {"target": self.target, "root": root, "reason": self.reason}
        self._hold_what_is_left(case, root, EventRevoked(**said))
        case.record(EventRevoked, **said, carried_tags=_tags_of_all(case, root, target))

    def _hold_what_is_left(self, case: Deliberation, root: int, revocation: EventRevoked) -> None:
        original = case.at(root)
        assert original is not None
        before = case.standing(original)
        left = effective([original, *case.amendments(root), case.draft(revocation)])
        if left:
            _hold(case, before, left[0])
        elif before is not None:
            refuse_while_rested_on(case, before)


def _hold(case: Deliberation, before: Recorded | None, after: Recorded) -> None:
    """Hold what an amendment makes of an event to everything that a new one is held to."""
    _refuse_taken(case, before, after)
    if before is not None:
        refuse_while_copied(case, before, after)
    case.uphold(after)
    if after.event.verdict:
        case.uphold(_as_judged_by(case, after))


def _as_judged_by(case: Deliberation, verdict: Recorded) -> Recorded:
    """A verdict as that of whoever amends it, who must not be whose claim it judges."""
    hands = Recorder(case.actor.account, case.actor.person, case.actor.unit, verdict.actor.role)
    return replace(verdict, actor=hands, on_behalf_of=case.on_behalf_of)


def _said(amendment: Recorded) -> tuple[int, str, dict[str, Any]]:
    event = amendment.event
    return amendment.position, type(event).__name__, event.model_dump(mode="json")


def _tags_of_all(case: Deliberation, root: int, target: Recorded) -> tuple[str, ...]:
    """Every tag the event ever stood under, so that each of its boundaries sees the revocation."""
    original = case.at(root)
    versions = [*case.amendments(root), *([original] if original else []), target]
    tags = (t for version in sorted(versions, key=lambda v: v.position) for t in version.tags)
    return tuple(dict.fromkeys(t for t in tags if not t.startswith("event:")))


def _existing(case: Deliberation, position: int) -> Recorded:
    found = case.at(position)
    if found is None:
        raise SubjectUnknown("记录", "event", str(position))
    if not found.event.amendable and not isinstance(found.event, Amendment):
        raise RuleBroken(
            f"第{position}号“{type(found.event).title_zh}”不可更正或撤销；请用相应的操作登记新情况",
            f"event {position}, {type(found.event).__name__}, cannot be amended; "
            "record the new state with its own command",
            clause="SPEC G8",
        )
    return found


def _standing(case: Deliberation, position: int) -> tuple[Recorded, Recorded]:
    """The event as recorded and as it stands now; RuleBroken if it is revoked."""
    original = _existing(case, position)
    standing = case.standing(original)
    if standing is None:
        raise RuleBroken(
            f"第{position}号记录已被撤销，无从更正；请重新登记",
            f"event {position} is revoked and cannot be corrected; record it anew",
            clause="SPEC G8",
        )
    return original, standing


def _changed(standing: Recorded, wanted: dict[str, Any]) -> tuple[Event, dict[str, Change]]:
    """The event with the wanted values, and each change in stored form."""
    kind = type(standing.event)
    by_name = {f.alias or name: name for name, f in kind.model_fields.items()}
    own = standing.event.created
    settled = {*kind.settled, *(own[:1] if own else ())}
    fixed = {alias for alias, name in by_name.items() if name in settled}
    for name in wanted:
        if name in CORRECTABLE_ENVELOPE:
            continue
        if name not in by_name or name in fixed:
            can = "、".join(sorted({*by_name, *CORRECTABLE_ENVELOPE} - fixed))
            raise RuleBroken(
                f"{kind.__name__} 没有可更正的字段 {name!r}；可更正：{can}",
                f"{kind.__name__} has no field {name!r} that can be corrected; those are: {can}",
                clause="SPEC G8",
            )
    said = {n: v for n, v in wanted.items() if n not in CORRECTABLE_ENVELOPE}
    before = standing.event.model_dump(by_alias=True)
    after = kind.read(kind.version, {**before, **said})
    stored = standing.event.model_dump(mode="json", by_alias=True)
    changes = {n: Change(old=stored[n], new=_new_value(after, by_name[n])) for n in said}
    if "occurred_on" in wanted:
        new = _DATE.validate_python(wanted["occurred_on"])
        changes["occurred_on"] = Change(old=standing.occurred_on.isoformat(), new=new)
    return after, changes


_DATE = TypeAdapter(date)


def _new_value(after: Event, name: str) -> Any:
    value = getattr(after, name)
    return Hidden(value) if name in personal_fields(type(after)) and value is not None else value


def _refuse_taken(case: Deliberation, before: Recorded | None, after: Recorded) -> None:
    """What the amended event names must exist, and what it claims must be free."""
    held = set() if before is None else set(before.event.tags)
    own = after.event.created_tag
    for _, subject, value in mentions(after.event):
        wanted = tag(subject.kind, value)
        if subject.required and wanted not in held and wanted != own:
            case.require(subject.kind, value)
    for claimed in after.event.claims:
        if claimed not in held and (taken := case.claimant(claimed, type(after.event))):
            raise already_taken(claimed, taken)
