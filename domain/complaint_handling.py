"""Handling complaints: accepted or declined, assigned, resolved, replied to, reviewed (SPEC §3.9).

A complaint may be assigned without a separate acceptance: assigning it accepts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from pydantic import Field

from domain.complaints import (
    Complaint,
    ComplaintAccepted,
    ComplaintAssigned,
    ComplaintNotAccepted,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintReviewed,
    ComplaintReviewRequested,
    complaint,
)
from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import NotPermitted, RuleBroken, RuleNotSet
from domain.model.event import Recorded
from domain.model.personal import PersonalText
from domain.model.roles import Role
from domain.model.subjects import ComplaintId, PersonId, UnitId
from domain.model.texts import Line, Text
from domain.rules import rule

FINISH_DAYS = "complaint.finish_days"
LONGEST_DAYS = 3660


class AcceptComplaint(Command):
    """Accept a complaint for handling (SPEC §3.9)."""

    title_zh = "受理投诉"
    recorders = (Role.CPC,)
    records = ComplaintAccepted

    complaint_id: ComplaintId
    on: date

    def decide(self, case: Deliberation) -> None:
        _undecided(complaint(case, self.complaint_id))
        super().decide(case)


class DeclineComplaint(Command):
    """Decline a complaint, with the reason; it still needs a reply (SPEC §3.9, 不予受理)."""

    title_zh = "不予受理投诉"
    recorders = (Role.CPC,)
    records = ComplaintNotAccepted

    complaint_id: ComplaintId
    on: date
    reason: Text

    def decide(self, case: Deliberation) -> None:
        _undecided(complaint(case, self.complaint_id))
        super().decide(case)


def _undecided(state: Complaint) -> None:
    decided = state.accepted or state.declined or state.assigned
    if decided is not None:
        raise _stands_in_the_way(
            decided,
            "投诉{}已决定受理与否或已交办；如有误请撤销该记录",
            "complaint {} was accepted, declined or assigned already; revoke that event if it is wrong",
            state,
        )


class AssignComplaint(Command):
    """Assign a complaint to a unit; assigning it anew replaces the assignment (SPEC §3.9).

    Without `due` the rule `complaint.finish_days` counts from the business date of the assignment.
    """

    title_zh = "交办投诉"
    recorders = (Role.CPC,)
    records = ComplaintAssigned

    complaint_id: ComplaintId
    unit: UnitId
    person: PersonId | None = None
    due: date | None = Field(
        default=None,
        description="办理期限，未给时按 complaint.finish_days · due day, by the rule unless given",
    )

    def decide(self, case: Deliberation) -> None:
        state = complaint(case, self.complaint_id)
        if state.concluded is not None:
            raise _stands_in_the_way(
                state.concluded,
                "投诉{}已办结或不予受理，不能再交办；如有误请先撤销该记录",
                "complaint {} is resolved or declined and cannot be assigned; "
                "revoke that event first if it is wrong",
                state,
            )
        due = self.due or self._due_by_rule(case)
        said = {"unit": self.unit, "person": self.person, "due": due}
        self._not_a_repeat(state, said)
        case.record(ComplaintAssigned, complaint_id=self.complaint_id, **said)

    def _due_by_rule(self, case: Deliberation) -> date:
        try:
            days = rule(case, FINISH_DAYS, self.occurred_on)
        except RuleNotSet as missing:
            raise RuleBroken(
                f"未给办理期限 due，而规则参数 {FINISH_DAYS} 尚未设定；请给出 due，或先设定该参数",
                f"no due day was given and the rule parameter {FINISH_DAYS} is not set; "
                "give due, or set the parameter first",
                clause="SPEC G14",
            ) from missing
        # True would count as one day, and a slip of the keyboard would run past the calendar.
        if type(days) is not int or not 0 < days <= LONGEST_DAYS:
            raise RuleBroken(
                f"规则参数 {FINISH_DAYS} 应为天数，现为 {days!r}；请给出 due，或更正该参数",
                f"the rule parameter {FINISH_DAYS} should be a number of days and is {days!r}; "
                "give due, or correct the parameter",
                clause="SPEC §13",
            )
        return self.occurred_on + timedelta(days=days)

    def _not_a_repeat(self, state: Complaint, said: Mapping[str, object]) -> None:
        if state.assigned is not None and all(
            getattr(state.assigned.event, name) == value for name, value in said.items()
        ):
            raise _stands_in_the_way(
                state.assigned,
                "投诉{}已如此交办",
                "complaint {} is assigned just so already",
                state,
            )


class ResolveComplaint(Command):
    """Bring a complaint to its result (着落, SPEC §3.9).

    The assigned unit records it, or the complaint centre on the unit's behalf.
    """

    title_zh = "办结投诉"
    recorders = (Role.CPC, Role.UNIT, Role.DEPT)
    records = ComplaintResolved

    complaint_id: ComplaintId
    result: Line = Field(description="办理结果，不写个人姓名 · the result, naming no person")
    measures: PersonalText | None = None

    def decide(self, case: Deliberation) -> None:
        state = complaint(case, self.complaint_id)
        if state.concluded is not None:
            raise _stands_in_the_way(
                state.concluded,
                "投诉{}已办结或不予受理",
                "complaint {} is resolved or declined already",
                state,
            )
        if state.unit is None:
            raise RuleBroken(
                f"投诉{self.complaint_id}尚未交办；请先用 assign-complaint 交办",
                f"complaint {self.complaint_id} is not assigned; use assign-complaint first",
                clause="S003-65",
                position=state.received.position,
            )
        if case.role is not Role.CPC and case.actor.unit != state.unit:
            raise NotPermitted(
                f"投诉{self.complaint_id}由{state.unit}承办，须由该单位或投诉中心登记结果",
                f"complaint {self.complaint_id} is assigned to {state.unit}; that unit or the "
                "complaint centre records its result",
                clause="SPEC §3.9",
                position=state.assigned.position if state.assigned else None,
            )
        case.record(ComplaintResolved, **self.said(ComplaintResolved), unit=state.unit)


class ReplyComplaint(Command):
    """Answer a complainant (回音, SPEC §3.9).

    A result or a refusal to accept is answered once. An anonymous complaint may be answered by public
    notice, or noted as one that cannot be answered; a complainant who is known is answered in person.
    """

    title_zh = "答复投诉"
    recorders = (Role.CPC,)
    records = ComplaintReplied

    complaint_id: ComplaintId
    on: date
    mode: Line = Field(
        description="答复方式，如电话、书面；匿名投诉可用公告或无法答复(匿名) · "
        "how; for anonymous complaints also 公告 or 无法答复(匿名)"
    )
    complainant_ack: bool | None = None

    def decide(self, case: Deliberation) -> None:
        state = complaint(case, self.complaint_id)
        if state.concluded is None:
            raise RuleBroken(
                f"投诉{self.complaint_id}尚无办理结果；请先办结（resolve-complaint）或决定不予受理",
                f"complaint {self.complaint_id} has no result yet; "
                "resolve-complaint or decline-complaint first",
                clause="S003-65",
                position=state.received.position,
            )
        if state.replied is not None:
            raise _stands_in_the_way(
                state.replied,
                "投诉{}已答复；如投诉人不服请申请复查",
                "complaint {} was answered already; if the complainant disagrees, request a review",
                state,
            )
        super().decide(case)


class RequestComplaintReview(Command):
    """Ask for a review of the answer to a complaint (SPEC §3.9)."""

    title_zh = "申请复查投诉"
    recorders = (Role.CPC, Role.ENT)
    records = ComplaintReviewRequested

    complaint_id: ComplaintId
    grounds: PersonalText

    def decide(self, case: Deliberation) -> None:
        state = complaint(case, self.complaint_id)
        if state.replied is None:
            raise RuleBroken(
                f"投诉{self.complaint_id}尚未答复，无从复查；请先答复（reply-complaint）",
                f"complaint {self.complaint_id} has not been answered, so there is nothing to "
                "review; reply-complaint first",
                clause="SPEC §3.9",
                position=state.received.position,
            )
        if state.review is not None:
            raise _stands_in_the_way(
                state.review,
                "投诉{}的复查已在办理",
                "a review of complaint {} is under way already",
                state,
            )
        super().decide(case)


class ReviewComplaint(Command):
    """Conclude the review of a complaint, opening it again where that is due (SPEC §3.9)."""

    title_zh = "复查投诉"
    recorders = (Role.CPC,)
    records = ComplaintReviewed

    complaint_id: ComplaintId
    outcome: Line
    reopened: bool = False

    def decide(self, case: Deliberation) -> None:
        state = complaint(case, self.complaint_id)
        if state.review is None:
            raise RuleBroken(
                f"投诉{self.complaint_id}无待办的复查申请；请先登记 request-complaint-review",
                f"no review of complaint {self.complaint_id} is pending; "
                "request-complaint-review first",
                clause="SPEC §3.9",
                position=state.received.position,
            )
        super().decide(case)


def _stands_in_the_way(event: Recorded, zh: str, en: str, state: Complaint) -> RuleBroken:
    complaint_id = state.said.complaint_id
    return RuleBroken(
        f"{zh.format(complaint_id)}（第{event.position}号记录）",
        f"{en.format(complaint_id)} (event {event.position})",
        clause="SPEC §3.9",
        position=event.position,
    )
