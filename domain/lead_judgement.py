"""Judging leads: screened, verified, refused, or found to repeat an earlier one (SPEC §3.3)."""

from __future__ import annotations

from domain.command import Command
from domain.deliberation import Deliberation
from domain.errors import RuleBroken
from domain.leads import (
    Lead,
    LeadMarkedDuplicate,
    LeadRejected,
    LeadScreened,
    LeadTests,
    LeadVerified,
    lead,
)
from domain.roles import Role
from domain.separation import require_other_hands
from domain.subjects import LeadId
from domain.texts import Line, Text


class ScreenLead(Command):
    """Screen a lead against the six tests (SPEC §3.3)."""

    title_zh = "筛选线索"
    recorders = (Role.INV, Role.LGO)

    lead_id: LeadId
    tests: LeadTests

    def decide(self, case: Deliberation) -> None:
        result = "不通过" if self.tests.failed else "通过"
        case.record(LeadScreened, lead_id=self.lead_id, tests=self.tests, result=result)


class VerifyLead(Command):
    """Judge whether a lead is valuable (SPEC §3.3, S002-04).

    Only a lead that passes every test is valuable, and nobody verifies their own.
    """

    title_zh = "认定线索"
    recorders = (Role.LGO, Role.INV)
    records = LeadVerified

    lead_id: LeadId
    valuable: bool
    tests: LeadTests

    def decide(self, case: Deliberation) -> None:
        state = lead(case, self.lead_id)
        _judgeable(case, self, state)
        if self.valuable and self.tests.failed:
            raise RuleBroken(
                f"有未通过的检验（{'、'.join(self.tests.failed)}），不能认定为有价值信息",
                f"a lead that fails {', '.join(self.tests.failed)} cannot be valuable",
                clause="S002-04",
            )
        super().decide(case)


class RejectLead(Command):
    """Refuse to recognise a lead, with the ground (SPEC §3.3)."""

    title_zh = "不予认定线索"
    recorders = (Role.LGO, Role.INV)
    records = LeadRejected

    lead_id: LeadId
    ground: Line

    def decide(self, case: Deliberation) -> None:
        _judgeable(case, self, lead(case, self.lead_id))
        super().decide(case)


class MarkLeadDuplicate(Command):
    """Judge that a lead repeats an earlier one (SPEC §3.3)."""

    title_zh = "判定重复线索"
    recorders = (Role.LGO,)
    records = LeadMarkedDuplicate

    lead_id: LeadId
    of_lead_id: LeadId
    basis: Text

    def decide(self, case: Deliberation) -> None:
        later, earlier = lead(case, self.lead_id), lead(case, self.of_lead_id)
        if later.registered.position <= earlier.registered.position:
            raise RuleBroken(
                f"线索{self.of_lead_id}（第{earlier.registered.position}号）不早于{self.lead_id}"
                f"（第{later.registered.position}号）；只能把记录在后的判为重复",
                f"lead {self.of_lead_id} (event {earlier.registered.position}) does not stand before "
                f"{self.lead_id} (event {later.registered.position}); only the later can be a repeat",
                clause="DESIGN §2",
                position=earlier.registered.position,
            )
        _judgeable(case, self, later)
        super().decide(case)


def _judgeable(case: Deliberation, command: Command, state: Lead) -> None:
    """A lead is judged once, and not by its registrant; a mistaken verdict is revoked first."""
    said = state.said
    require_other_hands(
        case,
        command,
        state.registered,
        f"线索{said.lead_id}",
        f"lead {said.lead_id}",
        claimants=(said.registrant,),
    )
    if state.verdict is not None or state.duplicate_of is not None:
        position = state.verdict.position if state.verdict else state.registered.position
        raise RuleBroken(
            f"线索{said.lead_id}已有结论；如有误，请先撤销该结论再重新认定",
            f"lead {said.lead_id} has its verdict; if that is wrong, revoke it and judge anew",
            clause="SPEC §3.3",
            position=position,
        )
