"""Funds that leave a project again (SPEC §3.8)."""

from __future__ import annotations

from datetime import date

from domain.funds import FundWithdrawn
from domain.model.command import Command
from domain.model.money import Fx, PositiveMoney
from domain.model.roles import Role
from domain.model.subjects import ProjectId


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
