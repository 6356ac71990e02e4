"""Evidence for funds: what a document says, and when documents prove an arrival (SPEC §11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Day  # noqa: N812 - `date` is a field of Evidence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.model.dates import require_past
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.identity import evidence_key
from domain.model.money import CNY, Money, PositiveMoney
from domain.model.texts import Line, Sha256

FundForm = Literal["现汇", "人民币现金", "设备实物", "土地款", "无形资产", "利润再投资", "股东借款"]
EvidenceKind = Literal[
    "验资报告",
    "银行进账单",
    "银行转账凭证",
    "结汇水单/外汇业务核准(现汇)",
    "海关报关单(设备)",
    "发票(设备/工程/材料)",
    "土地出让金票据",
    "工程结算单",
    "会计凭证/明细账",
    "审计报告",
    "评估报告",
    "营业执照(实收资本)",
    "统计上报数据",
    "其他",
]
FX_RECEIPT = "结汇水单/外汇业务核准(现汇)"
BANK_SLIPS = ("银行进账单", "银行转账凭证")


class Evidence(BaseModel):
    """A document that proves an arrival: kind and number, and what it says (SPEC §11)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: EvidenceKind
    no: Line
    date: Day | None = None
    amount: PositiveMoney | None = None
    sha256: Sha256 | None = None

    @property
    def key(self) -> str:
        """What it is recognised by when it turns up again."""
        return evidence_key(self.kind, self.no)


EvidenceList = Annotated[tuple[Evidence, ...], Field(min_length=1, max_length=100)]


def require_cash_fx_proven(
    form: FundForm, is_cash_fx: bool, amount: Money, evidence: Sequence[Evidence]
) -> None:
    """RuleBroken unless cash foreign exchange is called so, and a bank's document shows it."""
    in_cash_fx = form == "现汇"
    if is_cash_fx != in_cash_fx:
        raise RuleBroken(
            f"is_cash_fx 为{'是' if is_cash_fx else '否'}而形式为{form}，两者不一致；"
            "现汇到资须 form 为“现汇”且 is_cash_fx 为 true，其他形式为 false",
            f"is_cash_fx is {str(is_cash_fx).lower()} while the form is {form}; "
            "cash foreign exchange has form 现汇 and is_cash_fx true, any other form false",
            clause="SPEC §11",
        )
    if not in_cash_fx:
        return
    if amount.currency == CNY:
        raise RuleBroken(
            "现汇到资须以外币计，金额却为人民币；请填原币金额，或改用“人民币现金”",
            "cash foreign exchange is in a foreign currency, not in CNY; "
            "state the original amount, or use the form 人民币现金",
            clause="SPEC §11",
        )
    if not any(_proves_cash_fx(item, amount.currency) for item in evidence):
        raise RuleBroken(
            f"现汇到资须有银行外汇凭证：“{FX_RECEIPT}”，或载明 {amount.currency} 金额的"
            f"“{'”“'.join(BANK_SLIPS)}”",
            f"cash foreign exchange needs a bank's evidence of it: {FX_RECEIPT}, or "
            f"{' or '.join(BANK_SLIPS)} with its amount in {amount.currency}",
            clause="SPEC §11",
        )


def _proves_cash_fx(item: Evidence, currency: str) -> bool:
    if item.kind == FX_RECEIPT:
        return True
    # A slip in yuan shows what was left after conversion, not that foreign exchange came in.
    in_original = item.amount is not None and item.amount.currency == currency
    return item.kind in BANK_SLIPS and in_original


def require_each_once(evidence: Sequence[Evidence]) -> None:
    """RuleBroken if one document is listed twice."""
    seen: set[str] = set()
    for item in evidence:
        if item.key in seen:
            raise RuleBroken(
                f"凭证“{item.kind} {item.no}”在本次上报中列了两次；一份凭证只列一次",
                f"evidence {item.kind} {item.no!r} is listed twice in this report; list it once",
                clause="SPEC §11",
            )
        seen.add(item.key)


def require_enough(case: Deliberation, amount: Money, evidence: Sequence[Evidence]) -> None:
    """RuleBroken if the documents add up to less than the amount; a warning where they cannot."""
    amounts = [item.amount for item in evidence if item.amount is not None]
    same = [a.minor for a in amounts if a.currency == amount.currency]
    if len(same) < len(evidence):
        case.warn(
            "arrival.evidence_amounts",
            "部分凭证未填金额或币种不同，未能核对凭证合计与上报金额",
            "some evidence states no amount or another currency, "
            "so its total was not compared with the amount reported",
        )
        return
    if (missing := amount.minor - sum(same)) > 0:
        short = Money(currency=amount.currency, minor=missing)
        total = Money(currency=amount.currency, minor=sum(same))
        raise RuleBroken(
            f"凭证合计 {total.amount} {total.currency}，比上报金额少 {short.amount} "
            f"{short.currency}；请补充凭证，或按凭证金额上报",
            f"the evidence adds up to {total.amount} {total.currency}, "
            f"{short.amount} {short.currency} short of the amount; "
            "add evidence, or report what it proves",
            clause="SPEC §11",
        )


def require_dated(case: Deliberation, received_on: Day, evidence: Sequence[Evidence]) -> None:
    """RuleBroken if a document is dated ahead; a warning if after the funds arrived."""
    for item in evidence:
        if item.date is None:
            continue
        require_past(case, "evidence.date", item.date)
        if item.date > received_on:
            case.warn(
                "arrival.evidence_date",
                f"凭证“{item.no}”日期 {item.date} 晚于到资日 {received_on}",
                f"evidence {item.no!r} is dated {item.date}, "
                f"after the funds arrived on {received_on}",
            )
