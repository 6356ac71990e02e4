"""Targets: assigned, decomposed with a sum check, adjusted (SPEC §3.2, SYS-03).

The shares of a decomposition are targets in their own right: each has an id, may be decomposed and
adjusted like an assigned one, and takes metric, unit, kind, class and campaign from its parent. They
stand inside the `TargetDecomposed` event because together they are one statement, what an assignee
hands on, and are checked as a whole against the parent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.metrics import METRIC_NAMES, Metric, PositiveQuantity, require_unit, unit_fault
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken, SubjectAlreadyExists, SubjectUnknown
from domain.model.event import Event, Recorded
from domain.model.money import PositiveMoney
from domain.model.subjects import KINDS, CampaignId, Identifier, TargetId, TaskId, tag
from domain.model.texts import DocumentRef, Line, Period, Text
from domain.projects import ProjectClass

TargetKind = Literal["floor", "stretch"]
"""确保 and 力争: the least that is wanted, and what is hoped for (SPEC G10)."""

AssigneeKind = Literal["unit", "participant"]


class TargetAssigned(Event):
    """A target was assigned to a unit or participant for a period (SPEC §3.2).

    `value` is an exact decimal string, above zero, in `unit`; `class` and `min_amount` narrow which
    projects count.
    """

    title_zh = "任务下达"
    sentence_zh = (
        "向{assignee}下达任务{target_id}：{metric_zh}{kind_zh}{value}{unit}，"
        "期间{period.start}至{period.end}"
    )
    sentence_en = (
        "Target {target_id} assigned to {assignee}: {metric_en}, {kind} {value} {unit}, "
        "{period.start} to {period.end}"
    )
    creates = "target"
    settled = ("assignee", "assignee_kind")

    target_id: TargetId
    assignee: Identifier
    assignee_kind: AssigneeKind
    metric: Metric
    value: PositiveQuantity
    unit: Line
    kind: TargetKind
    period: Period
    campaign_id: CampaignId | None = None
    class_: ProjectClass | None = Field(default=None, alias="class")
    min_amount: PositiveMoney | None = None

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        require_unit(self.metric, self.value, self.unit)
        return self

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        _require_unused(case, mine, self.target_id)
        _require_sole_task(case, mine, self)
        if not mine.is_new:
            state = target(case, self.target_id)
            for share in state.shares:
                require_measurable(state, share.value)
            if state.shares:
                check_sum(case, state, state.value, values_in_force(case, state))

    def extra_tags(self) -> tuple[str, ...]:
        return (tag(self.assignee_kind, self.assignee),)

    @property
    def metric_zh(self) -> str:
        """The metric in 中文."""
        return METRIC_NAMES[self.metric][0]

    @property
    def metric_en(self) -> str:
        """The metric in English."""
        return METRIC_NAMES[self.metric][1]

    @property
    def kind_zh(self) -> str:
        """确保 or 力争."""
        return "确保" if self.kind == "floor" else "力争"


class Share(BaseModel):
    """One share of a decomposed target, itself a target."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target_id: Identifier
    assignee: Identifier
    assignee_kind: AssigneeKind
    value: PositiveQuantity
    due: date

    @property
    def name(self) -> str:
        """The share as a sentence shows it."""
        return f"{self.assignee} {self.value}"


class TargetDecomposed(Event):
    """A target was handed on in shares, each due by its day (SPEC §3.2, S000-22, S003-12)."""

    title_zh = "任务分解"
    sentence_zh = "任务{parent_id}分解为：{children}"
    sentence_en = "Target {parent_id} decomposed: {children}"
    settled = ("parent_id", "campaign_id", "children")

    parent_id: TaskId
    campaign_id: CampaignId | None = None
    children: tuple[Share, ...] = Field(min_length=1, max_length=500)

    def introduced(self) -> tuple[str, ...]:
        """The tags of its shares: they would be unknown if it were revoked."""
        return tuple(tag("target", share.target_id) for share in self.children)

    def extra_tags(self) -> tuple[str, ...]:
        of_share = (
            (tag("target", c.target_id), tag(c.assignee_kind, c.assignee)) for c in self.children
        )
        return tuple(one for pair in of_share for one in pair)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        parent = target(case, self.parent_id)
        _require_share_each(case, mine, self)
        for share in self.children:
            require_measurable(parent, share.value)
            _require_unused(case, mine, share.target_id)


class TargetAdjusted(Event):
    """A target's value was changed, for a reason and by a document (SPEC §3.2)."""

    title_zh = "任务调整"
    sentence_zh = "任务{target_id}由{old}调整为{new}{unit}：{reason}"
    sentence_en = "Target {target_id} adjusted from {old} to {new} {unit}: {reason}"
    settled = ("target_id", "assignee", "assignee_kind", "campaign_id", "old", "new", "unit")

    target_id: TaskId
    assignee: Identifier
    assignee_kind: AssigneeKind
    campaign_id: CampaignId | None = None
    old: PositiveQuantity
    new: PositiveQuantity
    unit: Line
    reason: Text
    doc: DocumentRef

    def extra_tags(self) -> tuple[str, ...]:
        return (tag(self.assignee_kind, self.assignee),)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_measurable(target(case, self.target_id), self.new)


@dataclass
class Target:
    """What the record says of one target, assigned or a share; `value` is the one in force."""

    target_id: str
    stated: Recorded
    terms: TargetAssigned
    assignee: str
    assignee_kind: AssigneeKind
    value: str
    end: date
    parent: Target | None = None
    shares: list[Share] = field(default_factory=list)


TARGET_TYPES = (TargetAssigned, TargetDecomposed, TargetAdjusted)


def find_target(case: Deliberation, target_id: str) -> Target | None:
    """Fold one target's events; None if it was neither assigned nor handed on."""
    state: Target | None = None
    shares: list[Share] = []
    for recorded in case.events(tag("target", target_id), *TARGET_TYPES):
        match recorded.event:
            case TargetAssigned() as said if said.target_id == target_id:
                state = Target(
                    target_id,
                    recorded,
                    said,
                    said.assignee,
                    said.assignee_kind,
                    said.value,
                    said.period.end,
                )
            case TargetDecomposed(parent_id=parent, children=children):
                if parent == target_id:
                    shares.extend(children)
                else:
                    state = _share(case, recorded, parent, target_id) or state
            case TargetAdjusted(new=new) if state is not None:
                state.value = new
    if state is not None:
        state.shares = shares
    return state


def _share(case: Deliberation, recorded: Recorded, parent_id: str, target_id: str) -> Target | None:
    assert isinstance(recorded.event, TargetDecomposed)
    own = next((c for c in recorded.event.children if c.target_id == target_id), None)
    parent = find_target(case, parent_id)
    if own is None or parent is None:
        # A parent that was revoked takes its shares with it.
        return None
    return Target(
        target_id,
        recorded,
        parent.terms,
        own.assignee,
        own.assignee_kind,
        own.value,
        own.due,
        parent,
    )


def target(case: Deliberation, target_id: str) -> Target:
    """Fold one target's events; SubjectUnknown if it was neither assigned nor handed on."""
    found = find_target(case, target_id)
    if found is None:
        raise SubjectUnknown(KINDS["target"], "target", target_id)
    return found


def _same_task(other: Event, mine: TargetAssigned) -> bool:
    """Whether both set the same task; class and least amount tell nested targets apart (S001-04)."""
    compared = (
        "assignee",
        "assignee_kind",
        "metric",
        "kind",
        "period",
        "campaign_id",
        "class_",
        "min_amount",
    )
    return all(getattr(other, name) == getattr(mine, name) for name in compared)


def _require_sole_task(case: Deliberation, mine: Recorded, said: TargetAssigned) -> None:
    """RuleBroken if the same task was assigned by another event."""
    for other in case.events(tag(said.assignee_kind, said.assignee), TargetAssigned):
        if other.position != mine.position and _same_task(other.event, said):
            assert isinstance(other.event, TargetAssigned)
            raise RuleBroken(
                f"{said.assignee}同一指标、性质、期间的任务已下达"
                f"（{other.event.target_id}，第{other.position}号记录）；改变数额请用 adjust-target",
                f"{said.assignee} has this target already ({other.event.target_id}, event "
                f"{other.position}); to change its value use adjust-target",
                clause="SPEC §3.2",
                position=other.position,
            )


def _require_unused(case: Deliberation, mine: Recorded, target_id: str) -> None:
    """SubjectAlreadyExists if another assigned target, or another share, has this id."""
    for other in case.events(tag("target", target_id), TargetAssigned, TargetDecomposed):
        if other.position != mine.position and tag("target", target_id) in other.event.introduced():
            raise SubjectAlreadyExists(
                f"任务编号“{target_id}”已由第{other.position}号记录使用；请改用新的编号",
                f"target {target_id!r} is already taken by event {other.position}; use another id",
                clause="DESIGN §2",
                position=other.position,
            )


def _require_share_each(case: Deliberation, mine: Recorded, said: TargetDecomposed) -> None:
    """RuleBroken if an assignee would hold two shares of a target, or two shares one id."""
    taken: set[str] = set()
    for other in case.events(tag("target", said.parent_id), TargetDecomposed):
        event = other.event
        assert isinstance(event, TargetDecomposed)
        if other.position != mine.position and event.parent_id == said.parent_id:
            taken.update(share.assignee for share in event.children)
    for share in said.children:
        if share.assignee in taken:
            raise RuleBroken(
                f"任务{said.parent_id}已向{share.assignee}分解一份；改变数额请用 adjust-target",
                f"{share.assignee} has a share of target {said.parent_id} already; "
                "to change its value use adjust-target",
                clause="SPEC §3.2",
                position=target(case, said.parent_id).stated.position,
            )
        taken.add(share.assignee)
    if len({share.target_id for share in said.children}) < len(said.children):
        raise RuleBroken(
            "各份任务的 target_id 有重复；请各用一个编号",
            "two shares have the same target_id; give each its own",
            clause="DESIGN §2",
        )


def values_in_force(case: Deliberation, parent: Target, besides: str | None = None) -> list[str]:
    """The values in force of a target's shares."""
    shares = [share for share in parent.shares if share.target_id != besides]
    case.fetch([(tag("target", share.target_id), (TargetAdjusted,)) for share in shares])
    values = []
    for share in shares:
        value = share.value
        for recorded in case.events(tag("target", share.target_id), TargetAdjusted):
            assert isinstance(recorded.event, TargetAdjusted)
            value = recorded.event.new
        values.append(value)
    return values


def check_sum(case: Deliberation, parent: Target, whole: str, parts: list[str]) -> None:
    """Warn where the shares of a target do not add up to it, with both sums and the difference."""
    total = sum(map(Decimal, parts), Decimal(0))
    difference = total - Decimal(whole)
    if difference == 0:
        return
    unit = parent.terms.unit
    zh, en = ("超出", "above") if difference > 0 else ("不足", "below")
    case.warn(
        "target.sum_check",
        f"任务{parent.target_id}为{whole}{unit}，各份合计{total}{unit}，{zh}{abs(difference)}{unit}",
        f"target {parent.target_id} is {whole} {unit}, its shares add up to {total} {unit}, "
        f"{abs(difference)} {unit} {en} it",
    )


def require_measurable(state: Target, value: str) -> None:
    """RuleBroken if `value` is no possible number of what the target measures."""
    if fault := unit_fault(state.terms.metric, value, state.terms.unit):
        raise RuleBroken(*fault, clause="SPEC G5")
