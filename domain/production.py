"""Production: started in part or in full, then stopped, reduced, restored (SPEC §3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.command import Command
from domain.dates import require_past
from domain.deliberation import Deliberation
from domain.errors import RuleBroken
from domain.event import Event, Recorded
from domain.roles import Role
from domain.subjects import ProjectId, tag

ProductionKind = Literal["部分", "全部"]
ProductionStatus = Literal["停产", "减产", "恢复"]


class ProductionStarted(Event):
    """A project began to produce, in part or in full (SPEC §3.8, §4.2)."""

    title_zh = "投产"
    sentence_zh = "项目{project_id}于{on}{kind}投产"
    sentence_en = "Project {project_id} started production ({kind}) on {on}"

    project_id: ProjectId
    on: date
    kind: ProductionKind


class ProductionStatusChanged(Event):
    """A producing project stopped, reduced or restored its production (SPEC §3.8)."""

    title_zh = "生产状况变化"
    sentence_zh = "项目{project_id}自{on}起生产状况：{status}"
    sentence_en = "Production of project {project_id} changed on {on}: {status}"

    project_id: ProjectId
    on: date
    status: ProductionStatus


@dataclass
class Production:
    """What the record says of the production of one project."""

    first: Recorded
    started: Recorded
    status: ProductionStatus = "恢复"
    changed: Recorded | None = None

    @property
    def began(self) -> ProductionStarted:
        """How production first began."""
        assert isinstance(self.first.event, ProductionStarted)
        return self.first.event

    @property
    def kind(self) -> ProductionKind:
        """Whether the latest start was in part or in full."""
        assert isinstance(self.started.event, ProductionStarted)
        return self.started.event.kind


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

    def decide(self, case: Deliberation) -> None:
        require_past(case, "on", self.on)
        state = production(case, self.project_id)
        if state is not None:
            self._require_progress(state)
        super().decide(case)

    def _require_progress(self, state: Production) -> None:
        if state.kind == "全部" or self.kind == "部分":
            position = state.started.position
            raise RuleBroken(
                f"项目{self.project_id}已登记{state.kind}投产（第{position}号记录）；"
                "部分投产之后只可登记一次全部投产，停产恢复请用 change-production-status",
                f"project {self.project_id} has started production ({state.kind}, event "
                f"{position}); after 部分 only 全部 follows, once, "
                "and stops are told by change-production-status",
                clause="SPEC §3.8",
                position=position,
            )
        if self.on < state.began.on:
            raise RuleBroken(
                f"全部投产日 {self.on} 早于部分投产日 {state.began.on}；请核对日期",
                f"full production on {self.on} before partial on {state.began.on}; check the date",
                clause="SPEC §3.8",
                position=state.first.position,
            )


class ChangeProductionStatus(Command):
    """Record that production stopped, was reduced or was restored (SPEC §3.8)."""

    title_zh = "登记生产状况变化"
    recorders = (Role.UNIT,)
    records = ProductionStatusChanged

    project_id: ProjectId
    on: date
    status: ProductionStatus

    def decide(self, case: Deliberation) -> None:
        require_past(case, "on", self.on)
        state = production(case, self.project_id)
        if state is None:
            raise RuleBroken(
                f"项目{self.project_id}尚未投产；请先用 start-production 登记",
                f"project {self.project_id} does not produce yet; record start-production first",
                clause="SPEC §3.8",
            )
        if self.on < state.began.on:
            raise RuleBroken(
                f"日期 {self.on} 早于投产日 {state.began.on}；请核对日期",
                f"{self.on} is before production started on {state.began.on}; check the date",
                clause="SPEC §3.8",
                position=state.first.position,
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
