"""Reporting an arrival: its evidence must be bank-proof, sufficient, and nobody else's (SPEC §11)."""

from __future__ import annotations

from datetime import date

from domain.evidence import EvidenceList, FundForm
from domain.funds import FundArrivalReported, FundPurpose
from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.money import Money, PositiveMoney
from domain.model.roles import Role
from domain.model.subjects import ArrivalId, ProjectId
from domain.projects import FundsOrigin


class ReportFundArrival(Command):
    """Report funds that arrived, with the evidence for them (SPEC §3.8, §11).

    `is_cash_fx` follows from the form where it is left out.
    """

    title_zh = "上报资金到位"
    recorders = (Role.UNIT, Role.ENT)
    records = FundArrivalReported

    arrival_id: ArrivalId | None = None
    project_id: ProjectId
    amount: PositiveMoney
    received_on: date
    origin: FundsOrigin
    form: FundForm
    is_cash_fx: bool | None = None
    purpose: FundPurpose
    evidence: EvidenceList
    cumulative_claimed: Money | None = None

    def decide(self, case: Deliberation) -> None:
        said = self.said(FundArrivalReported)
        if self.is_cash_fx is None:
            said["is_cash_fx"] = self.form == "现汇"
        case.record(FundArrivalReported, **said)
