"""Assigning targets to units and participants, and adjusting them (SPEC §3.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from domain.campaigns import CampaignCreated
from domain.metrics import Metric, PositiveQuantity, require_unit
from domain.model.command import Command
from domain.model.deliberation import Deliberation, creators
from domain.model.errors import RuleBroken, SubjectUnknown
from domain.model.money import PositiveMoney
from domain.model.roles import Role
from domain.model.subjects import Identifier, TargetId, TaskId, tag
from domain.model.texts import DocumentRef, Line, Period, Text
from domain.projects import ProjectClass
from domain.targets import (
    AssigneeKind,
    TargetAdjusted,
    TargetAssigned,
    TargetKind,
    check_sum,
    target,
    values_in_force,
)


class AssignTarget(Command):
    """Assign a target to a unit or participant for a period (SPEC §3.2).

    The assignee is registered, or is the jurisdiction's own office: the owner of the campaign or
    the unit of whoever assigns.
    """

    title_zh = "下达任务"
    recorders = (Role.LG,)
    records = TargetAssigned

    target_id: TargetId | None = None
    assignee: Identifier
    metric: Metric
    value: PositiveQuantity
    unit: Line
    kind: TargetKind
    period: Period
    class_: ProjectClass | None = Field(default=None, alias="class")
    min_amount: PositiveMoney | None = None

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        require_unit(self.metric, self.value, self.unit)
        return self

    def decide(self, case: Deliberation) -> None:
        kind = self._assignee_kind(case)
        case.record(TargetAssigned, **self.said(TargetAssigned), assignee_kind=kind)

    def _assignee_kind(self, case: Deliberation) -> AssigneeKind:
        own = {case.actor.unit}
        if self.campaign_id is not None:
            campaign = case.require("campaign", self.campaign_id).event
            assert isinstance(campaign, CampaignCreated)
            own.add(campaign.owner)
        return registered(case, self.assignee) or own_office(self.assignee, own)


def registered(case: Deliberation, assignee: str) -> AssigneeKind | None:
    """Whether an id is a registered unit's or else a registered participant's."""
    kinds: tuple[AssigneeKind, ...] = ("unit", "participant")
    case.fetch([(tag(kind, assignee), creators(kind)) for kind in kinds])
    return next((kind for kind in kinds if case.find(kind, assignee)), None)


def own_office(assignee: str, own: set[str]) -> AssigneeKind:
    """`unit` if the assignee is one of the jurisdiction's own offices; SubjectUnknown if not."""
    if assignee not in own:
        raise SubjectUnknown("任务承担单位或个人", "unit or participant", assignee)
    return "unit"


class AdjustTarget(Command):
    """Change the value of a target or share, on the strength of a document (SPEC §3.2)."""

    title_zh = "调整任务"
    recorders = (Role.LG,)
    records = TargetAdjusted

    target_id: TaskId
    value: PositiveQuantity
    reason: Text
    doc: DocumentRef

    def decide(self, case: Deliberation) -> None:
        state = target(case, self.target_id)
        if Decimal(self.value) == Decimal(state.value):
            raise RuleBroken(
                f"任务{self.target_id}现值就是{state.value}，无须调整",
                f"target {self.target_id} stands at {state.value} already",
                clause="SPEC §3.2",
                position=state.stated.position,
            )
        case.record(
            TargetAdjusted,
            target_id=self.target_id,
            assignee=state.assignee,
            assignee_kind=state.assignee_kind,
            campaign_id=state.terms.campaign_id,
            old=state.value,
            new=self.value,
            unit=state.terms.unit,
            reason=self.reason,
            doc=self.doc,
        )
        if state.shares:
            check_sum(case, state, self.value, values_in_force(case, state))
        if state.parent is not None:
            others = values_in_force(case, state.parent, besides=self.target_id)
            check_sum(case, state.parent, state.parent.value, [*others, self.value])
