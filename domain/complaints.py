"""Complaints: 件件有着落、事事有回音 (SPEC §3.9, S003-65).

Every complaint must come to an assignee with a result (着落) and to a reply (回音). The order is
received, accepted or declined, assigned, resolved, replied; a review may open it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from pydantic import Field, model_validator

from domain.contacts import enterprise_tag
from domain.model.command import Command
from domain.model.dates import require_past
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event, Recorded
from domain.model.identity import normal_name
from domain.model.personal import PersonalText
from domain.model.roles import Role
from domain.model.subjects import ComplaintId, PersonId, UnitId, tag
from domain.model.texts import Line, Text

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

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if not mine.is_new:
            for reply in case.events(tag("complaint", self.complaint_id), ComplaintReplied):
                _require_answer(mine, reply, reply.position)


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
    settled = ("complaint_id",)

    complaint_id: ComplaintId
    on: date

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)


class ComplaintNotAccepted(Event):
    """A complaint was declined, with the reason; it still needs a reply (SPEC §3.9)."""

    title_zh = "不予受理"
    sentence_zh = "投诉{complaint_id}于{on}决定不予受理：{reason}"
    sentence_en = "Complaint {complaint_id} declined on {on}: {reason}"
    settled = ("complaint_id",)

    complaint_id: ComplaintId
    on: date
    reason: Text

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)


class ComplaintAssigned(Event):
    """A complaint was assigned to a unit, due by a day (SPEC §3.9)."""

    title_zh = "交办"
    sentence_zh = "投诉{complaint_id}交{unit}（{person}）办理，限{due}前办结"
    sentence_en = "Complaint {complaint_id} assigned to {unit} ({person}), due by {due}"
    settled = ("complaint_id",)

    complaint_id: ComplaintId
    unit: UnitId
    person: PersonId | None = None
    due: date

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        if self.due < mine.occurred_on:
            raise RuleBroken(
                f"办理期限{self.due}早于交办日{mine.occurred_on}",
                f"the due day {self.due} is before the assignment, {mine.occurred_on}",
                clause="SPEC §3.9",
            )
        state = complaint(case, self.complaint_id)
        result = state.resolved.event if state.resolved else None
        if (
            state.resolved is not None
            and state.assigned is mine
            and isinstance(result, ComplaintResolved)
            and result.unit != self.unit
        ):
            raise RuleBroken(
                f"投诉{self.complaint_id}已由{result.unit}办结（第{state.resolved.position}号记录）；"
                "承办单位有误请先撤销该结果",
                f"complaint {self.complaint_id} was resolved by {result.unit} "
                f"(event {state.resolved.position}); revoke that first if the unit is wrong",
                clause="SPEC §3.9",
                position=state.resolved.position,
            )


class ComplaintResolved(Event):
    """The assigned unit brought a complaint to a result: 着落 (SPEC §3.9)."""

    title_zh = "办理结果"
    sentence_zh = "投诉{complaint_id}办理结果：{result}"
    sentence_en = "Complaint {complaint_id} resolved: {result}"
    settled = ("complaint_id", "unit")

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
    settled = ("complaint_id",)

    complaint_id: ComplaintId
    on: date
    mode: Line
    complainant_ack: bool | None = None

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        received = case.require("complaint", self.complaint_id)
        _require_answer(received, mine, received.position)


def _require_answer(received: Recorded, replied: Recorded, position: int) -> None:
    """A reply comes after the complaint and reaches whoever complained; `position` is the other's."""
    said, reply = received.event, replied.event
    assert isinstance(said, ComplaintReceived)
    assert isinstance(reply, ComplaintReplied)
    if reply.on < received.occurred_on:
        raise RuleBroken(
            f"答复日{reply.on}早于收到投诉之日{received.occurred_on}",
            f"answered on {reply.on}, before the complaint came in on {received.occurred_on}",
            clause="SPEC §3.9",
            position=position,
        )
    to_nobody = normal_name(reply.mode) in {normal_name(NO_ANSWER), normal_name(PUBLIC_NOTICE)}
    if to_nobody and not said.anonymous:
        raise RuleBroken(
            f"“{reply.mode}”只用于匿名投诉；本件投诉人已知，须向其本人答复",
            f"{reply.mode!r} is for anonymous complaints; this complainant is known and must be "
            "answered",
            clause="S003-65",
            position=position,
        )
    if said.anonymous and reply.complainant_ack is not None:
        raise RuleBroken(
            "匿名投诉没有可以确认的投诉人；请不填 complainant_ack",
            "an anonymous complaint has no complainant to acknowledge; leave complainant_ack out",
            clause="S003-65",
            position=position,
        )


class ComplaintReviewRequested(Event):
    """A complainant asked for a review of the answer (SPEC §3.9)."""

    title_zh = "申请复查"
    sentence_zh = "投诉{complaint_id}申请复查"
    sentence_en = "Review of complaint {complaint_id} requested"
    settled = ("complaint_id",)

    complaint_id: ComplaintId
    grounds: PersonalText


class ComplaintReviewed(Event):
    """A complaint was reviewed; `reopened` if it must be handled and answered anew (SPEC §3.9)."""

    title_zh = "复查"
    sentence_zh = "投诉{complaint_id}复查结论：{outcome}，重新办理：{reopened}"
    sentence_en = "Complaint {complaint_id} reviewed: {outcome}, reopened: {reopened}"
    settled = ("complaint_id",)

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
