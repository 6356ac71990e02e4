"""Production: started in part or in full, then stopped, reduced, restored (SPEC §3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from domain.model.command import Command
from domain.model.dates import require_past
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event, Recorded
from domain.model.roles import Role
from domain.model.subjects import ProjectId, tag

ProductionKind = Literal["部分", "全部"]
ProductionStatus = Literal["停产", "减产", "恢复"]


class ProductionStarted(Event):
    """A project began to produce, in part or in full (SPEC §3.8, §4.2)."""

    title_zh = "投产"
    sentence_zh = "项目{project_id}于{on}{kind}投产"
    sentence_en = "Project {project_id} started production ({kind}) on {on}"
    settled = ("project_id",)

    project_id: ProjectId
    on: date
    kind: ProductionKind

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        about = tag("project", self.project_id)
        for before, after in pairwise(case.events(about, ProductionStarted)):
            if mine.position in (before.position, after.position):
                _require_progress(before, after, mine)
        state = production(case, self.project_id)
        if state is not None and state.first.position == mine.position:
            for change in case.events(about, ProductionStatusChanged):
                _require_started(mine, change, change.position)


class ProductionStatusChanged(Event):
    """A producing project stopped, reduced or restored its production (SPEC §3.8)."""

    title_zh = "生产状况变化"
    sentence_zh = "项目{project_id}自{on}起生产状况：{status}"
    sentence_en = "Production of project {project_id} changed on {on}: {status}"
    settled = ("project_id",)

    project_id: ProjectId
    on: date
    status: ProductionStatus

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        state = production(case, self.project_id)
        if state is not None:
            _require_started(state.first, mine, state.first.position)


def _require_progress(before: Recorded, after: Recorded, mine: Recorded) -> None:
    """RuleBroken unless 全部 follows 部分, and not before its day."""
    partial, full = before.event, after.event
    assert isinstance(partial, ProductionStarted)
    assert isinstance(full, ProductionStarted)
    other = before.position if mine is after else after.position
    project_id = partial.project_id
    if (partial.kind, full.kind) != ("部分", "全部"):
        held = partial if mine is after else full
        raise RuleBroken(
            f"项目{project_id}已登记{held.kind}投产（第{other}号记录）；"
            "部分投产之后只可登记一次全部投产，停产恢复请用 change-production-status",
            f"project {project_id} has started production ({held.kind}, event "
            f"{other}); after 部分 only 全部 follows, once, "
            "and stops are told by change-production-status",
            clause="SPEC §3.8",
            position=other,
        )
    if full.on < partial.on:
        raise RuleBroken(
            f"全部投产日 {full.on} 早于部分投产日 {partial.on}；请核对日期",
            f"full production on {full.on} before partial on {partial.on}; check the date",
            clause="SPEC §3.8",
            position=other,
        )


def _require_started(first: Recorded, change: Recorded, position: int) -> None:
    """RuleBroken if production is said to have changed before the day it started on."""
    began, changed = first.event, change.event
    assert isinstance(began, ProductionStarted)
    assert isinstance(changed, ProductionStatusChanged)
    if changed.on < began.on:
        raise RuleBroken(
            f"日期 {changed.on} 早于投产日 {began.on}；请核对日期",
            f"{changed.on} is before production started on {began.on}; check the date",
            clause="SPEC §3.8",
            position=position,
        )


@dataclass
class Production:
    """What the record says of the production of one project."""

    first: Recorded
    started: Recorded
    status: ProductionStatus = "恢复"
    changed: Recorded | None = None


def production(case: Deliberation, project_id: str) -> Production | None:
    """Fold one project's production; None while it has none. What runs normally reads 恢复."""
    state: Production | None = None
    about = tag("project", project_id)
    for recorded in case.events(about, ProductionStarted, ProductionStatusChanged):
        match recorded.event:
            case ProductionStarted():
                state = Production(state.first if state else recorded, recorded)
            case ProductionStatusChanged(status=status) if state is not None:
                state.status, state.changed = status, recorded
    return state


class StartProduction(Command):
    """Record that a project began to produce, in part or in full (SPEC §3.8).

    Part comes before full, and each once.
    """

    title_zh = "登记投产"
    recorders = (Role.UNIT,)
    records = ProductionStarted

    project_id: ProjectId
    on: date
    kind: ProductionKind


class ChangeProductionStatus(Command):
    """Record that production stopped, was reduced or was restored (SPEC §3.8)."""

    title_zh = "登记生产状况变化"
    recorders = (Role.UNIT,)
    records = ProductionStatusChanged

    project_id: ProjectId
    on: date
    status: ProductionStatus

    def decide(self, case: Deliberation) -> None:
        state = production(case, self.project_id)
        if state is None:
            raise RuleBroken(
                f"项目{self.project_id}尚未投产；请先用 start-production 登记",
                f"project {self.project_id} does not produce yet; record start-production first",
                clause="SPEC §3.8",
            )
        if self.status == state.status:
            position = (state.changed or state.started).position
            raise RuleBroken(
                f"项目{self.project_id}的生产状况已是“{self.status}”（第{position}号记录），没有变化",
                f"production of project {self.project_id} is at {self.status} already "
                f"(event {position}); nothing changed",
                clause="SPEC §3.8",
                position=position,
            )
        super().decide(case)
