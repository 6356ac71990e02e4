"""Contacts with investors: spoken to, visited, invited, received, met (SPEC §3.4).

These events are also what a claim of introduction rests on later: who was present, when, and in
which order the record learned of it (SPEC §10).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.model.command import Command
from domain.model.dates import require_past
from domain.model.deliberation import Deliberation
from domain.model.event import Event, Recorded
from domain.model.identity import Investor, normal_name
from domain.model.personal import PersonalText
from domain.model.roles import Role
from domain.model.subjects import (
    CampaignId,
    ContactId,
    Identifier,
    LeadId,
    OccasionId,
    PersonId,
    ProjectId,
    UnitId,
)
from domain.model.texts import Line

ContactMode = Literal["上门拜访", "下企业调研", "座谈会", "邀请考察", "电话", "网络", "电邮", "函"]
Persons = Annotated[tuple[PersonId, ...], Field(max_length=200)]


def enterprise_tag(name: str) -> str:
    """The tag under which everything about an enterprise is found, however its name is spelt."""
    return f"enterprise:{normal_name(name)}"


class ContactRecorded(Event):
    """There was a contact with an investor, outbound or inbound (SPEC §3.4)."""

    title_zh = "联络记录"
    sentence_zh = "{led_by}以“{mode}”联络{investor}，参加人{participants}（{contact_id}）"
    sentence_en = "{led_by} contacted {investor} ({mode}), present: {participants} ({contact_id})"
    creates = "contact"

    contact_id: ContactId
    investor: Investor
    direction: Literal["out", "in"]
    mode: ContactMode
    led_by: PersonId
    participants: Persons = ()
    summary: PersonalText | None = None
    lead_id: LeadId | None = None
    project_id: ProjectId | None = None
    by_unit: UnitId | None = None

    def extra_tags(self) -> tuple[str, ...]:
        return self.investor.tags


class RecordContact(Command):
    """Record a contact with an investor (SPEC §3.4, S003-21)."""

    title_zh = "登记联络"
    recorders = (Role.TEAM, Role.UNIT, Role.PART)
    records = ContactRecorded

    contact_id: ContactId | None = None
    investor: Investor
    direction: Literal["out", "in"]
    mode: ContactMode
    led_by: PersonId
    participants: Persons = ()
    summary: PersonalText | None = None
    lead_id: LeadId | None = None
    project_id: ProjectId | None = None
    by_unit: UnitId | None = None


class EnterpriseVisited(Event):
    """An enterprise was visited, outside or in the area; enterprises are counted once (SPEC §3.4)."""

    title_zh = "走访企业"
    sentence_zh = "{led_by}{direction}走访企业{enterprise}（{purpose}）"
    sentence_en = "{led_by} visited {enterprise} ({direction}, {purpose})"

    enterprise: Line
    direction: Literal["外出", "本地"]
    purpose: Literal["推介", "服务", "节日", "排忧"]
    led_by: PersonId
    findings: PersonalText | None = None
    by_unit: UnitId | None = None

    def extra_tags(self) -> tuple[str, ...]:
        return (enterprise_tag(self.enterprise),)


class VisitEnterprise(Command):
    """Record a visit to an enterprise (SPEC §3.4, S003-03)."""

    title_zh = "登记走访企业"
    recorders = (Role.TEAM, Role.UNIT)
    records = EnterpriseVisited

    enterprise: Line
    direction: Literal["外出", "本地"]
    purpose: Literal["推介", "服务", "节日", "排忧"]
    led_by: PersonId
    findings: PersonalText | None = None
    by_unit: UnitId | None = Field(
        default=None, description="走访单位，须已登记 · the unit that visited, registered"
    )


class InvitationSent(Event):
    """An investor was invited for a day (SPEC §3.4)."""

    title_zh = "邀请"
    sentence_zh = "邀请{investor}于{for_date}来访"
    sentence_en = "{investor} invited for {for_date}"

    investor: Investor
    for_date: date
    by_unit: UnitId | None = None
    lead_id: LeadId | None = None
    project_id: ProjectId | None = None

    def extra_tags(self) -> tuple[str, ...]:
        return self.investor.tags


class SendInvitation(Command):
    """Record that an investor was invited for a day (SPEC §3.4, S000-26)."""

    title_zh = "登记邀请"
    recorders = (Role.TEAM, Role.UNIT)
    records = InvitationSent

    investor: Investor
    for_date: date
    by_unit: UnitId | None = None
    lead_id: LeadId | None = None
    project_id: ProjectId | None = None


class SiteInspectionHeld(Event):
    """An investor's delegation came to inspect sites (SPEC §3.4)."""

    title_zh = "来访考察"
    sentence_zh = (
        "{investor}一行{delegates}人来考察，{by_unit}邀请，{received_by}接待，地点：{sites}"
    )
    sentence_en = (
        "{investor} came to inspect with {delegates} delegates, invited by {by_unit}, "
        "received by {received_by}, sites: {sites}"
    )

    investor: Investor
    delegates: int = Field(ge=1, le=10_000)
    by_unit: UnitId
    received_by: PersonId
    sites: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    lead_id: LeadId | None = None
    project_id: ProjectId | None = None

    def extra_tags(self) -> tuple[str, ...]:
        return self.investor.tags


class HoldSiteInspection(Command):
    """Record that an investor's delegation came to inspect sites (SPEC §3.4, S003-04)."""

    title_zh = "登记来访考察"
    recorders = (Role.UNIT, Role.INV)
    records = SiteInspectionHeld

    investor: Investor
    delegates: int = Field(ge=1, le=10_000)
    by_unit: UnitId
    received_by: PersonId
    sites: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    lead_id: LeadId | None = None
    project_id: ProjectId | None = None


class MeetingDecision(BaseModel):
    """One decision of a meeting: what, whose (a unit's or person's id), and until when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: PersonalText
    owner: Identifier | None = None
    due: date | None = None


MeetingKind = Literal["动员", "现场办公", "碰头", "项目协调", "银企联席", "后进督办", "流动现场"]


class MeetingHeld(Event):
    """A meeting was held and decided (SPEC §3.4)."""

    title_zh = "会议"
    sentence_zh = "召开{kind}会议，议定{decision_count}项"
    sentence_en = "Meeting held ({kind}), decisions: {decision_count}"

    kind: MeetingKind
    decisions: Annotated[tuple[MeetingDecision, ...], Field(max_length=100)] = ()
    project_id: ProjectId | None = None
    campaign_id: CampaignId | None = None

    @property
    def decision_count(self) -> int:
        """How many decisions were taken."""
        return len(self.decisions)


class HoldMeeting(Command):
    """Record a meeting and what it decided (SPEC §3.4, S003-52, S003-63, S003-64)."""

    title_zh = "登记会议"
    recorders = (Role.LGO,)
    records = MeetingHeld

    kind: MeetingKind
    decisions: Annotated[tuple[MeetingDecision, ...], Field(max_length=100)] = ()
    project_id: ProjectId | None = None


PromotionKind = Literal[
    "推介会", "洽谈会", "座谈会", "签约仪式", "动工仪式", "茶话会", "集中征地动员会"
]


class PromotionEventHeld(Event):
    """A promotion event or ceremony was held; signings and starts may refer to it (SPEC §3.4)."""

    title_zh = "招商活动"
    sentence_zh = "{date}在{place}举办{level}级{kind}（{event_id}），主题：{theme}"
    sentence_en = "{kind} ({level}) held at {place} on {date} ({event_id}), theme: {theme}"
    creates = "occasion"

    event_id: OccasionId
    kind: PromotionKind
    level: Literal["省", "市", "县区"]
    place: Line
    date: date
    theme: Line | None = None
    round: int | None = Field(default=None, ge=1, le=999)
    campaign_id: CampaignId | None = None

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "date", self.date)


class HoldPromotionEvent(Command):
    """Record a promotion event or ceremony (SPEC §3.4, S000-29, S003-48)."""

    title_zh = "登记招商活动"
    recorders = (Role.INV,)
    records = PromotionEventHeld

    event_id: OccasionId | None = None
    kind: PromotionKind
    level: Literal["省", "市", "县区"]
    place: Line
    date: date
    theme: Line | None = None
    round: int | None = Field(default=None, ge=1, le=999)
