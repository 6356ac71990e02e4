"""Funds that leave a project again (SPEC §3.8)."""

from __future__ import annotations

from datetime import date

from domain.command import Command
from domain.dates import require_past
from domain.deliberation import Deliberation
from domain.errors import RuleBroken
from domain.exchange import require_rate
from domain.funds import FundWithdrawn, arrivals, withdrawals
from domain.money import CNY, Fx, Money, PositiveMoney, yuan_minor
from domain.roles import Role
from domain.subjects import ProjectId


class WithdrawFund(Command):
    """Record that funds were taken out of a project; never more than was recognised (SPEC §3.8).

    Compared in the common currency, or in yuan where currencies differ.
    """

    title_zh = "登记撤资"
    recorders = (Role.AUD, Role.LGO)
    records = FundWithdrawn

    project_id: ProjectId
    amount: PositiveMoney
    on: date
    fx: Fx | None = None

    def decide(self, case: Deliberation) -> None:
        require_past(case, "on", self.on)
        require_rate(case, self.amount.currency, self.fx)
        left = self._left(case)
        if self._worth(left.currency) > left.minor:
            raise RuleBroken(
                f"项目{self.project_id}已认定未撤出的资金为 {left.amount} {left.currency}，"
                "撤资不能更多；请核对金额，或先登记认定",
                f"project {self.project_id} holds {left.amount} {left.currency} of recognised "
                "funds, and no more can be withdrawn; check the amount, or record the recognition",
                clause="SPEC §3.8",
            )
        super().decide(case)

    def _worth(self, currency: str) -> int:
        if currency == self.amount.currency:
            return self.amount.minor
        return yuan_minor(self.amount, self.fx) or 0

    def _left(self, case: Deliberation) -> Money:
        """What was recognised and not withdrawn, in the common currency or in yuan."""
        came = [
            (one.amount_recognised, one.cny_equiv)
            for state in arrivals(case, self.project_id)
            if (one := state.counted) is not None
        ]
        went = [(one.amount, one.cny_equiv) for one in withdrawals(case, self.project_id)]
        currencies = {amount.currency for amount, _ in (*came, *went)}
        if currencies <= {self.amount.currency}:
            left = sum(a.minor for a, _ in came) - sum(a.minor for a, _ in went)
            return Money(currency=self.amount.currency, minor=max(left, 0))
        left = sum(yuan or 0 for _, yuan in came) - sum(yuan or 0 for _, yuan in went)
        return Money(currency=CNY, minor=max(left, 0))
