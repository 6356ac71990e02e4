"""Negotiations about a project: held, and what came of them (SPEC §3.6)."""

from __future__ import annotations

from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event
from domain.model.personal import PersonalText
from domain.model.roles import Role
from domain.model.subjects import ProjectId
from domain.model.texts import Line, Text
from domain.projects import (
    NegotiationEnded,
    NegotiationHeld,
    NegotiationSucceeded,
    Parties,
    Project,
    project,
)


class HoldNegotiation(Command):
    """Record a negotiation held on the business date (SPEC §3.6)."""

    title_zh = "登记洽谈"
    recorders = (Role.TEAM, Role.UNIT, Role.PART)
    records = NegotiationHeld

    project_id: ProjectId
    parties: Parties = ()
    stage: Line | None = None
    summary: PersonalText | None = None


class ConcludeNegotiation(Command):
    """Record that the negotiations about a project succeeded (SPEC §3.6)."""

    title_zh = "洽谈成功"
    recorders = (Role.INV,)
    records = NegotiationSucceeded

    project_id: ProjectId

    def decide(self, case: Deliberation) -> None:
        _require_open(project(case, self.project_id), NegotiationSucceeded, NegotiationEnded)
        super().decide(case)


class EndNegotiation(Command):
    """Record that the negotiations about a project ended without result (SPEC §3.6)."""

    title_zh = "终止洽谈"
    recorders = (Role.INV,)
    records = NegotiationEnded

    project_id: ProjectId
    reason: Text

    def decide(self, case: Deliberation) -> None:
        # An understanding may still fall through, so an earlier success does not stand in the way.
        _require_open(project(case, self.project_id), NegotiationEnded)
        super().decide(case)


def _require_open(state: Project, *closing: type[Event]) -> None:
    """RuleBroken if the latest outcome is one of `closing`."""
    if state.outcome is not None and isinstance(state.outcome.event, closing):
        raise RuleBroken(
            f"项目{state.said.project_id}的洽谈已有结果（第{state.outcome.position}号记录）；"
            "如恢复洽谈，请先用 hold-negotiation 登记",
            f"negotiations on project {state.said.project_id} have their outcome "
            f"(event {state.outcome.position}); if they resumed, record hold-negotiation first",
            clause="SPEC §3.6",
            position=state.outcome.position,
        )
