"""Stops and resumptions of construction (SPEC §3.8): a stopped project still counts as started."""

from __future__ import annotations

from datetime import date

from domain.command import Command
from domain.commencement import commencement
from domain.dates import require_past
from domain.deliberation import Deliberation
from domain.errors import RuleBroken
from domain.event import Event, Recorded
from domain.roles import Role
from domain.subjects import ProjectId, tag
from domain.texts import Line


class ConstructionSuspended(Event):
    """Construction stopped (SPEC §3.8)."""

    title_zh = "停工"
    sentence_zh = "项目{project_id}自{on}停工：{cause}"
    sentence_en = "Construction of project {project_id} stopped on {on}: {cause}"

    project_id: ProjectId
    on: date
    cause: Line


class ConstructionResumed(Event):
    """Construction went on after a stop (SPEC §3.8)."""

    title_zh = "复工"
    sentence_zh = "项目{project_id}自{on}复工"
    sentence_en = "Construction of project {project_id} resumed on {on}"

    project_id: ProjectId
    on: date
    cause: Line | None = None


def suspension(case: Deliberation, project_id: str) -> Recorded | None:
    """The stop of construction that lasts; None while work goes on or never stopped."""
    about = tag("project", project_id)
    last = next(reversed(case.events(about, ConstructionSuspended, ConstructionResumed)), None)
    return last if last and isinstance(last.event, ConstructionSuspended) else None


class SuspendConstruction(Command):
    """Record that construction stopped (SPEC §3.8)."""

    title_zh = "登记停工"
    recorders = (Role.UNIT,)
    records = ConstructionSuspended

    project_id: ProjectId
    on: date
    cause: Line

    def decide(self, case: Deliberation) -> None:
        require_past(case, "on", self.on)
        if (stopped := suspension(case, self.project_id)) is not None:
            raise RuleBroken(
                f"项目{self.project_id}已在停工中（第{stopped.position}号记录）；"
                "再次停工前请先登记复工",
                f"construction of project {self.project_id} is stopped already "
                f"(event {stopped.position}); record its resumption first",
                clause="SPEC §3.8",
                position=stopped.position,
            )
        state = commencement(case, self.project_id)
        if not (state.certified or state.open_report):
            case.warn(
                "construction.commenced_first",
                f"项目{self.project_id}既无待认定的动工上报，也未认定动工，却登记停工",
                f"project {self.project_id} is stopped, though no start was reported or certified",
            )
        super().decide(case)


class ResumeConstruction(Command):
    """Record that construction went on after a stop (SPEC §3.8)."""

    title_zh = "登记复工"
    recorders = (Role.UNIT,)
    records = ConstructionResumed

    project_id: ProjectId
    on: date
    cause: Line | None = None

    def decide(self, case: Deliberation) -> None:
        require_past(case, "on", self.on)
        stopped = suspension(case, self.project_id)
        if stopped is None:
            raise RuleBroken(
                f"项目{self.project_id}没有停工记录，无从复工；请先用 suspend-construction 登记停工",
                f"construction of project {self.project_id} is not stopped; "
                "record suspend-construction first",
                clause="SPEC §3.8",
            )
        assert isinstance(stopped.event, ConstructionSuspended)
        if self.on < stopped.event.on:
            raise RuleBroken(
                f"复工日 {self.on} 早于停工日 {stopped.event.on}；请核对日期",
                f"resumed on {self.on}, before it stopped on {stopped.event.on}; check the date",
                clause="SPEC §3.8",
                position=stopped.position,
            )
        super().decide(case)
