"""Campaigns: set up, approved, divided into phases, given industries and projects (SPEC §3.2)."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event, Recorded
from domain.model.roles import Role
from domain.model.subjects import CampaignId, OfficeId, ProjectId, tag
from domain.model.texts import DocumentRef, Line

CampaignKind = Literal["活动月", "突击月", "突击旬", "百日招商", "百日会战", "落实年", "年度"]
CampaignLevel = Literal["镇", "县", "区", "市"]


def _require_order(start: date, end: date) -> None:
    if end < start:
        raise ValueError("to 不得早于 from · to must not be before from")


def _require_distinct(codes: tuple[str, ...]) -> None:
    if len(set(codes)) < len(codes):
        raise ValueError("codes 中有重复的产业 · codes names an industry twice")


class CampaignCreated(Event):
    """A campaign was set up with its owner and its window, both days included (SPEC §3.2)."""

    title_zh = "活动设立"
    sentence_zh = "{owner}设立{level}级{kind}“{name}”（{campaign_id}），{start}至{end}"
    sentence_en = (
        "{owner} set up campaign {campaign_id}, {name} ({level}, {kind}), {start} to {end}"
    )
    creates = "campaign"

    campaign_id: CampaignId
    name: Line
    kind: CampaignKind
    level: CampaignLevel
    owner: OfficeId
    start: date = Field(alias="from")
    end: date = Field(alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _require_order(self.start, self.end)
        return self

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if not mine.is_new:
            for phase in case.events(tag("campaign", self.campaign_id), CampaignPhaseDefined):
                _require_within(mine, phase, phase.position)


class CreateCampaign(Command):
    """Set up a campaign with its window, both days included (SPEC §3.2)."""

    title_zh = "设立活动"
    recorders = (Role.LGO,)
    records = CampaignCreated

    campaign_id: CampaignId | None = Field(
        default=None, description="新活动的编号 · the new campaign's id"
    )
    name: Line
    kind: CampaignKind
    level: CampaignLevel
    owner: OfficeId
    start: date = Field(alias="from")
    end: date = Field(alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _require_order(self.start, self.end)
        return self


class CampaignPlanApproved(Event):
    """The leading group approved a campaign's plan, which is the named document (SPEC §3.2)."""

    title_zh = "方案批准"
    sentence_zh = "活动{campaign_id}方案经批准，文件{doc.no}"
    sentence_en = "Plan of campaign {campaign_id} approved, document {doc.no}"

    campaign_id: CampaignId
    doc: DocumentRef

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        for other in case.events(tag("campaign", self.campaign_id), CampaignPlanApproved):
            assert isinstance(other.event, CampaignPlanApproved)
            if other.event.doc.no == self.doc.no and other.position != mine.position:
                raise RuleBroken(
                    f"文件{self.doc.no}已作为活动{self.campaign_id}的方案批准"
                    f"（第{other.position}号记录）；修订后的方案请用新的文号",
                    f"document {self.doc.no} was approved as this campaign's plan already "
                    f"(event {other.position}); a revised plan needs a number of its own",
                    clause="SPEC §3.2",
                    position=other.position,
                )


class ApproveCampaignPlan(Command):
    """Approve a campaign's plan (SPEC §3.2, S000-01). A revised plan has a number of its own."""

    title_zh = "批准活动方案"
    recorders = (Role.LG,)
    records = CampaignPlanApproved

    campaign_id: CampaignId
    doc: DocumentRef


class CampaignPhaseDefined(Event):
    """A phase of a campaign was given its days, both included (SPEC §3.2)."""

    title_zh = "阶段划定"
    sentence_zh = "活动{campaign_id}第{phase_no}阶段“{name}”：{start}至{end}"
    sentence_en = "Phase {phase_no} of campaign {campaign_id}, {name}: {start} to {end}"

    campaign_id: CampaignId
    phase_no: int = Field(ge=1, le=99)
    name: Line
    start: date = Field(alias="from")
    end: date = Field(alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _require_order(self.start, self.end)
        return self

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        campaign = case.require("campaign", self.campaign_id)
        _require_within(campaign, mine, campaign.position)
        for other in case.events(tag("campaign", self.campaign_id), CampaignPhaseDefined):
            if other.position != mine.position:
                self._beside(case, other)

    def _beside(self, case: Deliberation, recorded: Recorded) -> None:
        other = recorded.event
        assert isinstance(other, CampaignPhaseDefined)
        if other.phase_no == self.phase_no:
            raise RuleBroken(
                f"第{self.phase_no}阶段已划定（第{recorded.position}号记录）；如有误请更正该记录",
                f"phase {self.phase_no} is defined already (event {recorded.position}); "
                "correct that event if it is wrong",
                clause="SPEC §3.2",
                position=recorded.position,
            )
        mine = (self.phase_no, self.start, self.end)
        earlier, later = sorted([mine, (other.phase_no, other.start, other.end)])
        if later[1] < earlier[1]:
            raise RuleBroken(
                f"第{later[0]}阶段不得早于第{earlier[0]}阶段开始",
                f"phase {later[0]} must not begin before phase {earlier[0]}",
                clause="S000-15",
                position=recorded.position,
            )
        if later[1] < earlier[2]:
            case.warn(
                "phase.boundary",
                f"第{earlier[0]}、{later[0]}阶段重叠不止一天；重叠各日归后一阶段",
                f"phases {earlier[0]} and {later[0]} overlap by more than their boundary day; "
                "the days they share belong to the later",
            )


def _require_within(created: Recorded, defined: Recorded, position: int) -> None:
    """RuleBroken unless a phase lies within its campaign; the position is that of the other one."""
    campaign, phase = created.event, defined.event
    assert isinstance(campaign, CampaignCreated)
    assert isinstance(phase, CampaignPhaseDefined)
    if phase.start < campaign.start or campaign.end < phase.end:
        raise RuleBroken(
            f"第{phase.phase_no}阶段（{phase.start}至{phase.end}）须在活动期内"
            f"（{campaign.start}至{campaign.end}）",
            f"phase {phase.phase_no} ({phase.start} to {phase.end}) must lie within its campaign "
            f"({campaign.start} to {campaign.end})",
            clause="SPEC §3.2",
            position=position,
        )


class DefineCampaignPhase(Command):
    """Define a phase within a campaign's window (SPEC §3.2, S000-15, S004-19).

    Phases follow one another by number. They may share their boundary day, which then belongs to
    the later one (A-20); a longer overlap is told as a warning.
    """

    title_zh = "划定活动阶段"
    recorders = (Role.LGO,)
    records = CampaignPhaseDefined

    campaign_id: CampaignId
    phase_no: int = Field(ge=1, le=99)
    name: Line
    start: date = Field(alias="from")
    end: date = Field(alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _require_order(self.start, self.end)
        return self


class FocusIndustriesSet(Event):
    """The focus industries were set, for a campaign or at large (SPEC §3.2)."""

    title_zh = "主攻产业"
    sentence_zh = "主攻产业定为：{codes}"
    sentence_en = "Focus industries set: {codes}"

    campaign_id: CampaignId | None = None
    codes: tuple[Line, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _require_distinct(self.codes)
        return self

    def extra_tags(self) -> tuple[str, ...]:
        return ("focus:industries",)


class SetFocusIndustries(Command):
    """Set the focus industries; the newest list replaces the one before (SPEC §3.2, S000-38)."""

    title_zh = "确定主攻产业"
    recorders = (Role.LGO,)
    records = FocusIndustriesSet

    codes: tuple[Line, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _require_distinct(self.codes)
        return self


class ProjectAdoptedByCampaign(Event):
    """A project came under a campaign; `carry_over` if it was begun before (SPEC §3.13)."""

    title_zh = "纳入活动"
    sentence_zh = "项目{project_id}纳入活动{campaign_id}，结转项目：{carry_over}"
    sentence_en = (
        "Project {project_id} adopted by campaign {campaign_id}, carried over: {carry_over}"
    )

    project_id: ProjectId
    campaign_id: CampaignId
    carry_over: bool = True

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        for other in case.events(tag("project", self.project_id), ProjectAdoptedByCampaign):
            assert isinstance(other.event, ProjectAdoptedByCampaign)
            if other.event.campaign_id == self.campaign_id and other.position != mine.position:
                raise RuleBroken(
                    f"项目{self.project_id}已纳入活动{self.campaign_id}（第{other.position}号记录）",
                    f"project {self.project_id} is in campaign {self.campaign_id} already "
                    f"(event {other.position})",
                    clause="SPEC §3.13",
                    position=other.position,
                )


class AdoptProject(Command):
    """Bring a project under a campaign (SPEC §3.13, S000-25)."""

    title_zh = "项目纳入活动"
    recorders = (Role.LGO,)
    records = ProjectAdoptedByCampaign

    project_id: ProjectId
    campaign_id: CampaignId
    carry_over: bool = True
