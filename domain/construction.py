"""Stops and resumptions of construction (SPEC §3.8): a stopped project still counts as started."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from domain.commencement import commencement
from domain.model.command import Command
from domain.model.dates import require_past
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event, Recorded
from domain.model.roles import Role
from domain.model.subjects import ProjectId, tag
from domain.model.texts import Line


class ConstructionSuspended(Event):
    """Construction stopped (SPEC §3.8)."""

    title_zh = "停工"
    sentence_zh = "项目{project_id}自{on}停工：{cause}"
    sentence_en = "Construction of project {project_id} stopped on {on}: {cause}"
    settled = ("project_id",)

    project_id: ProjectId
    on: date
    cause: Line

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        _require_order(case, mine, self.project_id)


class ConstructionResumed(Event):
    """Construction went on after a stop (SPEC §3.8)."""

    title_zh = "复工"
    sentence_zh = "项目{project_id}自{on}复工"
    sentence_en = "Construction of project {project_id} resumed on {on}"
    settled = ("project_id",)

    project_id: ProjectId
    on: date
    cause: Line | None = None

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        _require_order(case, mine, self.project_id)


def _require_order(case: Deliberation, mine: Recorded, project_id: str) -> None:
    """RuleBroken if work is resumed before the day it stopped on."""
    found = case.events(tag("project", project_id), ConstructionSuspended, ConstructionResumed)
    for before, after in pairwise(found):
        stopped, resumed = before.event, after.event
        if (
            mine.position in (before.position, after.position)
            and isinstance(stopped, ConstructionSuspended)
            and isinstance(resumed, ConstructionResumed)
            and resumed.on < stopped.on
        ):
            raise RuleBroken(
                f"复工日 {resumed.on} 早于停工日 {stopped.on}；请核对日期",
                f"resumed on {resumed.on}, before it stopped on {stopped.on}; check the date",
                clause="SPEC §3.8",
                position=before.position if mine is after else after.position,
            )


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
        if suspension(case, self.project_id) is None:
            raise RuleBroken(
                f"项目{self.project_id}没有停工记录，无从复工；请先用 suspend-construction 登记停工",
                f"construction of project {self.project_id} is not stopped; "
                "record suspend-construction first",
                clause="SPEC §3.8",
            )
        super().decide(case)
