"""Judging leads: screened, verified, refused, or found to repeat an earlier one (SPEC §3.3)."""

from __future__ import annotations

from domain.leads import (
    LeadMarkedDuplicate,
    LeadRejected,
    LeadScreened,
    LeadTests,
    LeadVerified,
)
from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.roles import Role
from domain.model.subjects import LeadId
from domain.model.texts import Line, Text


class ScreenLead(Command):
    """Screen a lead against the six tests (SPEC §3.3)."""

    title_zh = "筛选线索"
    recorders = (Role.INV, Role.LGO)

    lead_id: LeadId
    tests: LeadTests

    def decide(self, case: Deliberation) -> None:
        said = self.said(LeadScreened)
        case.record(LeadScreened, **said, result=self.tests.outcome)


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


class RejectLead(Command):
    """Refuse to recognise a lead, with the ground (SPEC §3.3)."""

    title_zh = "不予认定线索"
    recorders = (Role.LGO, Role.INV)
    records = LeadRejected

    lead_id: LeadId
    ground: Line


class MarkLeadDuplicate(Command):
    """Judge that a lead repeats an earlier one (SPEC §3.3)."""

    title_zh = "判定重复线索"
    recorders = (Role.LGO,)
    records = LeadMarkedDuplicate

    lead_id: LeadId
    of_lead_id: LeadId
    basis: Text
