"""Decomposing targets: handed on in shares to units and persons (SPEC §3.2, S000-22, S003-12)."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from domain.assignment import own_office, registered
from domain.metrics import PositiveQuantity
from domain.model.command import Command
from domain.model.deliberation import Ask, Deliberation, creators
from domain.model.errors import RuleBroken
from domain.model.roles import Role
from domain.model.subjects import Identifier, TaskId, tag
from domain.targets import (
    TARGET_TYPES,
    Share,
    Target,
    TargetDecomposed,
    check_sum,
    target,
    values_in_force,
)


class NewShare(BaseModel):
    """One share of a target as it is handed on; its id is “parent.assignee” unless given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    assignee: Identifier
    value: PositiveQuantity
    due: date
    target_id: Identifier | None = None


class DecomposeTarget(Command):
    """Hand a target on in shares; a target may be handed on in several steps (SPEC §3.2, S000-22).

    Shares that add up to more or less than the target are recorded with a warning that names both
    sums (`target.sum_check`). Each assignee takes one share of a target.
    """

    title_zh = "分解任务"
    recorders = (Role.LGO, Role.UNIT)
    records = TargetDecomposed

    parent_id: TaskId
    children: tuple[NewShare, ...] = Field(min_length=1, max_length=500)

    def decide(self, case: Deliberation) -> None:
        parent = target(case, self.parent_id)
        self._read_ahead(case)
        shares = [self._share(case, parent, child) for child in self.children]
        case.record(
            TargetDecomposed,
            parent_id=self.parent_id,
            campaign_id=parent.terms.campaign_id,
            children=tuple(shares),
        )
        parts = [*values_in_force(case, parent), *(share.value for share in shares)]
        check_sum(case, parent, parent.value, parts)

    def _read_ahead(self, case: Deliberation) -> None:
        asks: list[Ask] = []
        for child in self.children:
            kinds = ("unit", "participant")
            asks.extend((tag(kind, child.assignee), creators(kind)) for kind in kinds)
            asks.append((tag("target", self._share_id(child)), TARGET_TYPES))
        case.fetch(asks)

    def _share_id(self, child: NewShare) -> str:
        return child.target_id or f"{self.parent_id}.{child.assignee}"

    def _share(self, case: Deliberation, parent: Target, child: NewShare) -> Share:
        kind = registered(case, child.assignee) or own_office(child.assignee, {case.actor.unit})
        target_id = self._share_id(child)
        if len(target_id) > 64:
            raise RuleBroken(
                f"分解后的任务编号“{target_id}”超过 64 个字符；请给出 target_id",
                f"the share's id {target_id!r} is longer than 64 characters; give it a target_id",
                clause="DESIGN §2",
            )
        if not parent.terms.period.start <= child.due <= parent.end:
            case.warn(
                "target.due",
                f"{child.assignee}的时限{child.due}不在上级任务期间内"
                f"（{parent.terms.period.start}至{parent.end}）",
                f"{child.assignee} is due {child.due}, outside the parent's "
                f"{parent.terms.period.start} to {parent.end}",
            )
        return Share(
            target_id=target_id,
            assignee=child.assignee,
            assignee_kind=kind,
            value=child.value,
            due=child.due,
        )
