"""Complaints: 件件有着落、事事有回音 (SPEC §3.9, S003-65).

Every complaint must come to an assignee with a result (着落) and to a reply (回音). The order is
received, accepted or declined, assigned, resolved, replied; a review may open it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from pydantic import Field, model_validator

from domain.command import Command
from domain.contacts import enterprise_tag
from domain.deliberation import Deliberation
from domain.event import Event, Recorded
from domain.personal import PersonalText
from domain.roles import Role
from domain.subjects import ComplaintId, PersonId, UnitId, tag
from domain.texts import Line, Text

FINISH_DAYS = "complaint.finish_days"
NO_ANSWER = "无法答复(匿名)"
PUBLIC_NOTICE = "公告"


class ComplaintReceived(Event):
    """A complaint was received; who complained stays in the vault (SPEC §3.9)."""

    title_zh = "投诉受理登记"
    sentence_zh = (
        "收到投诉{complaint_id}（{kind}，{channel}），企业：{enterprise}，匿名：{anonymous}"
    )
    sentence_en = (
        "Complaint {complaint_id} received ({kind}, {channel}), enterprise: {enterprise}, "
        "anonymous: {anonymous}"
    )
    creates = "complaint"

    complaint_id: ComplaintId
    complainant: PersonalText | None = None
    enterprise: Line | None = None
    against: PersonalText
    against_unit: UnitId | None = None
    kind: Line
    channel: Line
    content: PersonalText
    anonymous: bool = False

    @model_validator(mode="after")
    def _someone_or_nobody(self) -> Self:
        _require_complainant(self.anonymous, self.complainant, self.enterprise)
        return self

    def extra_tags(self) -> tuple[str, ...]:
        return (enterprise_tag(self.enterprise),) if self.enterprise else ()


def _require_complainant(anonymous: bool, complainant: object, enterprise: str | None) -> None:
    if anonymous and complainant is not None:
        raise ValueError("匿名投诉不得填写投诉人 · an anonymous complaint names no complainant")
    if not anonymous and complainant is None and enterprise is None:
        raise ValueError(
            "须填写投诉人或企业，否则请注明匿名 · "
            "name the complainant or the enterprise, or mark the complaint anonymous"
        )


class ReceiveComplaint(Command):
    """Register a complaint as it comes in (SPEC §3.9, S003-65)."""

    title_zh = "登记投诉"
    recorders = (Role.CPC,)
    records = ComplaintReceived

    complaint_id: ComplaintId | None = None
    complainant: PersonalText | None = None
    enterprise: Line | None = None
    against: PersonalText
    against_unit: UnitId | None = Field(
        default=None,
        description="被投诉单位编号，如已登记 · the unit complained about, if registered",
    )
    kind: Line
    channel: Line
    content: PersonalText
    anonymous: bool = False

    @model_validator(mode="after")
    def _someone_or_nobody(self) -> Self:
        _require_complainant(self.anonymous, self.complainant, self.enterprise)
        return self


class ComplaintAccepted(Event):
    """A complaint was accepted for handling (SPEC §3.9)."""

    title_zh = "受理"
    sentence_zh = "投诉{complaint_id}于{on}受理"
    sentence_en = "Complaint {complaint_id} accepted on {on}"

    complaint_id: ComplaintId
    on: date


class ComplaintNotAccepted(Event):
    """A complaint was declined, with the reason; it still needs a reply (SPEC §3.9)."""

    title_zh = "不予受理"
    sentence_zh = "投诉{complaint_id}于{on}决定不予受理：{reason}"
    sentence_en = "Complaint {complaint_id} declined on {on}: {reason}"

    complaint_id: ComplaintId
    on: date
    reason: Text


class ComplaintAssigned(Event):
    """A complaint was assigned to a unit, due by a day (SPEC §3.9)."""

    title_zh = "交办"
    sentence_zh = "投诉{complaint_id}交{unit}（{person}）办理，限{due}前办结"
    sentence_en = "Complaint {complaint_id} assigned to {unit} ({person}), due by {due}"

    complaint_id: ComplaintId
    unit: UnitId
    person: PersonId | None = None
    due: date


class ComplaintResolved(Event):
    """The assigned unit brought a complaint to a result: 着落 (SPEC §3.9)."""

    title_zh = "办理结果"
    sentence_zh = "投诉{complaint_id}办理结果：{result}"
    sentence_en = "Complaint {complaint_id} resolved: {result}"

    complaint_id: ComplaintId
    unit: UnitId
    result: Line
    measures: PersonalText | None = None


class ComplaintReplied(Event):
    """The complainant was answered: 回音 (SPEC §3.9)."""

    title_zh = "答复"
    sentence_zh = "投诉{complaint_id}于{on}以“{mode}”答复，投诉人确认：{complainant_ack}"
    sentence_en = (
        "Complaint {complaint_id} answered on {on} ({mode}), acknowledged: {complainant_ack}"
    )

    complaint_id: ComplaintId
    on: date
    mode: Line
    complainant_ack: bool | None = None


class ComplaintReviewRequested(Event):
    """A complainant asked for a review of the answer (SPEC §3.9)."""

    title_zh = "申请复查"
    sentence_zh = "投诉{complaint_id}申请复查"
    sentence_en = "Review of complaint {complaint_id} requested"

    complaint_id: ComplaintId
    grounds: PersonalText


class ComplaintReviewed(Event):
    """A complaint was reviewed; `reopened` if it must be handled and answered anew (SPEC §3.9)."""

    title_zh = "复查"
    sentence_zh = "投诉{complaint_id}复查结论：{outcome}，重新办理：{reopened}"
    sentence_en = "Complaint {complaint_id} reviewed: {outcome}, reopened: {reopened}"

    complaint_id: ComplaintId
    outcome: Line
    reopened: bool = False


COMPLAINT_TYPES = (
    ComplaintReceived,
    ComplaintAccepted,
    ComplaintNotAccepted,
    ComplaintAssigned,
    ComplaintResolved,
    ComplaintReplied,
    ComplaintReviewRequested,
    ComplaintReviewed,
)


@dataclass
class Complaint:
    """What the record says of one complaint, since it was last opened."""

    received: Recorded
    accepted: Recorded | None = None
    declined: Recorded | None = None
    assigned: Recorded | None = None
    resolved: Recorded | None = None
    replied: Recorded | None = None
    review: Recorded | None = None

    @property
    def said(self) -> ComplaintReceived:
        """The complaint as received."""
        assert isinstance(self.received.event, ComplaintReceived)
        return self.received.event

    @property
    def unit(self) -> str | None:
        """The unit that it is assigned to now."""
        event = self.assigned.event if self.assigned else None
        return event.unit if isinstance(event, ComplaintAssigned) else None

    @property
    def concluded(self) -> Recorded | None:
        """What a reply would answer with: the result, or the refusal to accept."""
        return self.resolved or self.declined


def complaint(case: Deliberation, complaint_id: str) -> Complaint:
    """Fold one complaint's events; SubjectUnknown if it was never received."""
    wanted = tag("complaint", complaint_id)
    case.fetch([(wanted, COMPLAINT_TYPES)])
    state = Complaint(case.require("complaint", complaint_id))
    for recorded in case.events(wanted, *COMPLAINT_TYPES[1:]):
        match recorded.event:
            case ComplaintAccepted():
                state.accepted = recorded
            case ComplaintNotAccepted():
                state.declined = recorded
            case ComplaintAssigned():
                state.assigned = recorded
            case ComplaintResolved():
                state.resolved = recorded
            case ComplaintReplied():
                state.replied = recorded
            case ComplaintReviewRequested():
                state.review = recorded
            case ComplaintReviewed(reopened=reopened):
                state.review = None
                if reopened:
                    state.declined = state.resolved = state.replied = None
    return state
