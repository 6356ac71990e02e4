"""Reporting an arrival: its evidence must be bank-proof, sufficient, and nobody else's (SPEC §11)."""

from __future__ import annotations

from datetime import date

from domain.command import Command
from domain.dates import require_past
from domain.deliberation import Deliberation
from domain.errors import RuleBroken
from domain.funds import (
    Evidence,
    EvidenceList,
    FundArrivalReported,
    FundForm,
    FundPurpose,
)
from domain.money import CNY, Money, PositiveMoney
from domain.projects import FundsOrigin
from domain.roles import Role
from domain.subjects import ArrivalId, ProjectId

FX_RECEIPT = "结汇水单/外汇业务核准(现汇)"
BANK_SLIPS = ("银行进账单", "银行转账凭证")


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
        require_past(case, "received_on", self.received_on)
        self._require_cash_fx_proven()
        self._require_each_once()
        self._require_enough(case)
        self._require_dates(case)
        said = self.said(FundArrivalReported)
        case.record(FundArrivalReported, **{**said, "is_cash_fx": self.form == "现汇"})

    def _require_cash_fx_proven(self) -> None:
        in_cash_fx = self.form == "现汇"
        if self.is_cash_fx is not None and self.is_cash_fx != in_cash_fx:
            raise RuleBroken(
                f"is_cash_fx 为{'是' if self.is_cash_fx else '否'}而形式为{self.form}，两者不一致；"
                "现汇到资须 form 为“现汇”且 is_cash_fx 为 true，其他形式为 false",
                f"is_cash_fx is {str(self.is_cash_fx).lower()} while the form is {self.form}; "
                "cash foreign exchange has form 现汇 and is_cash_fx true, any other form false",
                clause="SPEC §11",
            )
        if not in_cash_fx:
            return
        if self.amount.currency == CNY:
            raise RuleBroken(
                "现汇到资须以外币计，金额却为人民币；请填原币金额，或改用“人民币现金”",
                "cash foreign exchange is in a foreign currency, not in CNY; "
                "state the original amount, or use the form 人民币现金",
                clause="SPEC §11",
            )
        if not any(self._proves_cash_fx(item) for item in self.evidence):
            raise RuleBroken(
                f"现汇到资须有银行外汇凭证：“{FX_RECEIPT}”，或载明 {self.amount.currency} 金额的"
                f"“{'”“'.join(BANK_SLIPS)}”",
                f"cash foreign exchange needs a bank's evidence of it: {FX_RECEIPT}, or "
                f"{' or '.join(BANK_SLIPS)} with its amount in {self.amount.currency}",
                clause="SPEC §11",
            )

    def _proves_cash_fx(self, item: Evidence) -> bool:
        if item.kind == FX_RECEIPT:
            return True
        # A slip in yuan shows what was left after conversion, not that foreign exchange came in.
        in_original = item.amount is not None and item.amount.currency == self.amount.currency
        return item.kind in BANK_SLIPS and in_original

    def _require_each_once(self) -> None:
        seen: set[str] = set()
        for item in self.evidence:
            if item.key in seen:
                raise RuleBroken(
                    f"凭证“{item.kind} {item.no}”在本次上报中列了两次；一份凭证只列一次",
                    f"evidence {item.kind} {item.no!r} is listed twice in this report; list it once",
                    clause="SPEC §11",
                )
            seen.add(item.key)

    def _require_enough(self, case: Deliberation) -> None:
        amounts = [item.amount for item in self.evidence if item.amount is not None]
        same = [a.minor for a in amounts if a.currency == self.amount.currency]
        if len(same) < len(self.evidence):
            case.warn(
                "arrival.evidence_amounts",
                "部分凭证未填金额或币种不同，未能核对凭证合计与上报金额",
                "some evidence states no amount or another currency, "
                "so its total was not compared with the amount reported",
            )
            return
        if (missing := self.amount.minor - sum(same)) > 0:
            short = Money(currency=self.amount.currency, minor=missing)
            total = Money(currency=self.amount.currency, minor=sum(same))
            raise RuleBroken(
                f"凭证合计 {total.amount} {total.currency}，比上报金额少 {short.amount} "
                f"{short.currency}；请补充凭证，或按凭证金额上报",
                f"the evidence adds up to {total.amount} {total.currency}, "
                f"{short.amount} {short.currency} short of the amount; "
                "add evidence, or report what it proves",
                clause="SPEC §11",
            )

    def _require_dates(self, case: Deliberation) -> None:
        for item in self.evidence:
            if item.date is None:
                continue
            require_past(case, "evidence.date", item.date)
            if item.date > self.received_on:
                case.warn(
                    "arrival.evidence_date",
                    f"凭证“{item.no}”日期 {item.date} 晚于到资日 {self.received_on}",
                    f"evidence {item.no!r} is dated {item.date}, "
                    f"after the funds arrived on {self.received_on}",
                )
