"""Projects: opened (from a lead, where there is one), and passed to another investor.

A project is the thread on which everything later hangs: signings, companies, funds, commencement and
production all carry its id (SPEC §3.6, G13).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from domain.leads import Lead, LeadConverted, lead
from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event, Recorded
from domain.model.identity import Investor
from domain.model.personal import PersonalText
from domain.model.roles import Role
from domain.model.subjects import LeadId, ProjectId, UnitId, tag
from domain.model.texts import Line, Text

ProjectClass = Literal["工业", "农业产业化", "服务业", "城镇建设", "文化旅游", "基础设施"]
ProjectKind = Literal["新建", "增资扩股", "合资合作", "项目引资"]
FundsOrigin = Literal["外资", "港澳台", "省外", "市外", "县外", "本地"]
"""Where funds come from, farthest first; which of them count is a matter of the jurisdiction (G12)."""
Parties = Annotated[tuple[Line, ...], Field(max_length=50)]
"""The organisations at a table, by name."""


class ProjectOpened(Event):
    """A project came under negotiation, from a lead where it names one (SPEC §3.6)."""

    title_zh = "项目立项"
    sentence_zh = (
        "项目{project_id}“{name}”立项：投资方{investor}，{class_}，{kind}，资金来源{funds_origin}，"
        "属地{jurisdiction}"
    )
    sentence_en = (
        "Project {project_id}, {name}, opened: investor {investor}, {class_}, {kind}, "
        "funds from {funds_origin}, in {jurisdiction}"
    )
    creates = "project"

    project_id: ProjectId
    name: Line
    class_: ProjectClass = Field(alias="class")
    kind: ProjectKind
    investor: Investor
    funds_origin: FundsOrigin
    jurisdiction: UnitId
    high_tech: bool = False
    is_compiled: bool = False
    lead_id: LeadId | None = None

    def extra_tags(self) -> tuple[str, ...]:
        return self.investor.tags

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if self.lead_id is not None:
            _require_fitting_lead(self, lead(case, self.lead_id))


class NegotiationHeld(Event):
    """A negotiation about a project was held on the business date (SPEC §3.6, S002-11)."""

    title_zh = "洽谈"
    sentence_zh = "项目{project_id}洽谈，参加方{parties}，阶段：{stage}"
    sentence_en = "Negotiation on project {project_id} with {parties}, stage: {stage}"

    project_id: ProjectId
    parties: Parties = ()
    stage: Line | None = None
    summary: PersonalText | None = None


class NegotiationSucceeded(Event):
    """The negotiations about a project led to an understanding (SPEC §3.6, S000-69)."""

    title_zh = "洽谈成功"
    sentence_zh = "项目{project_id}洽谈成功"
    sentence_en = "Negotiations on project {project_id} succeeded"

    settled = ("project_id",)

    project_id: ProjectId
    reason: Text | None = None


class NegotiationEnded(Event):
    """The negotiations about a project were ended without result (SPEC §3.6)."""

    title_zh = "洽谈终止"
    sentence_zh = "项目{project_id}洽谈终止：{reason}"
    sentence_en = "Negotiations on project {project_id} ended: {reason}"

    settled = ("project_id",)

    project_id: ProjectId
    reason: Text


class InvestorChanged(Event):
    """A project passed from one investor to another (SPEC §3.6, §9.4)."""

    title_zh = "更换业主"
    sentence_zh = "项目{project_id}投资方由{old}变更为{new}"
    sentence_en = "The investor of project {project_id} changed from {old} to {new}"
    settled = ("project_id", "old")

    project_id: ProjectId
    old: Investor
    new: Investor

    def extra_tags(self) -> tuple[str, ...]:
        return (*self.old.tags, *self.new.tags)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if self.old.same_as(self.new):
            holders = case.events(tag("project", self.project_id), ProjectOpened, InvestorChanged)
            raise RuleBroken(
                f"项目{self.project_id}的投资方已是“{self.old.name}”；如只是名称有误，请用 correct-event",
                f"the investor of project {self.project_id} is {self.old.name!r} already; "
                "if only its name is wrong, use correct-event",
                clause="SPEC §3.6",
                position=max(r.position for r in holders if r.position < mine.position),
            )


PROJECT_TYPES = (
    ProjectOpened,
    NegotiationHeld,
    NegotiationSucceeded,
    NegotiationEnded,
    InvestorChanged,
)


@dataclass
class Project:
    """What the record says of one project before anything is signed."""

    opened: Recorded
    negotiations: list[Recorded] = field(default_factory=list)
    outcome: Recorded | None = None
    handover: Recorded | None = None

    @property
    def said(self) -> ProjectOpened:
        """The opening as it stands."""
        assert isinstance(self.opened.event, ProjectOpened)
        return self.opened.event

    @property
    def investor(self) -> Investor:
        """Whose project it is now."""
        last = self.handover.event if self.handover else None
        return last.new if isinstance(last, InvestorChanged) else self.said.investor

    @property
    def investor_known_from(self) -> int:
        """The position of the event that names the present investor."""
        return (self.handover or self.opened).position


def project(case: Deliberation, project_id: str) -> Project:
    """Fold one project's own events; SubjectUnknown if it was never opened, or its opening revoked.

    A negotiation held after an outcome reopens the matter.
    """
    about = tag("project", project_id)
    case.fetch([(about, PROJECT_TYPES)])
    state = Project(case.require("project", project_id))
    for recorded in case.events(about, *PROJECT_TYPES[1:]):
        match recorded.event:
            case NegotiationHeld():
                state.negotiations.append(recorded)
                state.outcome = None
            case NegotiationSucceeded() | NegotiationEnded():
                state.outcome = recorded
            case InvestorChanged():
                state.handover = recorded
    return state


class OpenProject(Command):
    """Open a project for negotiation (SPEC §3.6).

    A project opened from a lead converts it in the same breath: the lead must still count, be about
    this investor, and not have become another project.
    """

    title_zh = "项目立项"
    recorders = (Role.INV, Role.UNIT)
    records = ProjectOpened

    project_id: ProjectId | None = None
    name: Line
    class_: ProjectClass = Field(alias="class")
    kind: ProjectKind
    investor: Investor
    funds_origin: FundsOrigin
    jurisdiction: UnitId
    high_tech: bool = False
    is_compiled: bool = False
    lead_id: LeadId | None = None

    def decide(self, case: Deliberation) -> None:
        super().decide(case)
        if self.lead_id is not None:
            case.record(LeadConverted, lead_id=self.lead_id, project_id=self.project_id)


def _require_fitting_lead(said: ProjectOpened, found: Lead) -> None:
    """RuleBroken unless the lead is about this investor, and live or this project's already."""
    event = found.converted.event if found.converted else None
    became = event.project_id if isinstance(event, LeadConverted) else None
    if found.converted is not None and became != said.project_id:
        raise RuleBroken(
            f"线索{said.lead_id}已转为另一项目（第{found.converted.position}号记录）；一条线索只转一个项目",
            f"lead {said.lead_id} became another project already "
            f"(event {found.converted.position}); a lead becomes one project",
            clause="SPEC §3.3",
            position=found.converted.position,
        )
    if not found.live and became is None:
        raise RuleBroken(
            f"线索{said.lead_id}已不予认定或判为重复，不能据以立项；请改用有效线索，或不填 lead_id",
            f"lead {said.lead_id} was rejected or judged a repeat; "
            "name a lead that counts, or leave lead_id out",
            clause="SPEC §3.3",
            position=found.verdict.position if found.verdict else found.registered.position,
        )
    named = found.said.investor
    if not named.same_as(said.investor):
        raise RuleBroken(
            f"线索{said.lead_id}的投资方是“{named.name}”（{named.key}），与本项目的"
            f"“{said.investor.name}”（{said.investor.key}）不同；请核对，或改用该投资方的线索",
            f"lead {said.lead_id} names the investor {named.name!r} ({named.key}), "
            f"this project {said.investor.name!r} ({said.investor.key}); "
            "check the name, or give a lead about that investor",
            clause="SPEC §3.6",
            position=found.registered.position,
        )


class ChangeInvestor(Command):
    """Record that a project passed to another investor (SPEC §3.6, §9.4).

    `old` may be left out; where given, it must be the investor on record.
    """

    title_zh = "更换业主"
    recorders = (Role.INV,)
    records = InvestorChanged

    project_id: ProjectId
    old: Investor | None = None
    new: Investor

    def decide(self, case: Deliberation) -> None:
        state = project(case, self.project_id)
        held = state.investor
        if self.old is not None and not self.old.same_as(held):
            raise RuleBroken(
                f"项目{self.project_id}现投资方为“{held.name}”，不是“{self.old.name}”；请核对 old",
                f"the investor of project {self.project_id} is {held.name!r}, "
                f"not {self.old.name!r}; check `old`, or leave it out",
                clause="SPEC §3.6",
                position=state.investor_known_from,
            )
        case.record(InvestorChanged, project_id=self.project_id, old=held, new=self.new)
