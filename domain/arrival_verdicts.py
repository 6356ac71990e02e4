"""Recognising and refusing reported arrivals (SPEC §3.8, §11).

Recognised and refused together never exceed what was reported; what is neither stays open.
"""

from __future__ import annotations

from domain.fund_rules import Authority, level_of
from domain.funds import (
    Arrival,
    FundArrivalPartlyRefused,
    FundArrivalRecognised,
    FundArrivalRefused,
    RefusalGround,
    arrival,
)
from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.money import Fx, Money, PositiveMoney
from domain.model.roles import Role
from domain.model.subjects import ArrivalId
from domain.model.texts import Period


def _judgeable(case: Deliberation, arrival_id: str) -> Arrival:
    """The arrival, if something of it is not refused yet."""
    state = arrival(case, arrival_id)
    if state.refused_minor >= state.said.amount.minor:
        last = state.refusals[-1].position
        raise RuleBroken(
            f"到位资金{arrival_id}已全额不予认定（第{last}号记录）；如有误，请先撤销该记录",
            f"arrival {arrival_id} is refused in full (event {last}); "
            "if that is wrong, revoke it first",
            clause="SPEC §3.8",
            position=last,
        )
    return state


class RecogniseFundArrival(Command):
    """Recognise a reported arrival, in whole or in part (SPEC §3.8, S003-40).

    The county's office recognises for 县 and 区, the city for 市, each once; foreign amounts take the
    rate of the day of arrival.
    """

    title_zh = "认定资金到位"
    recorders = (Role.LGO, Role.CITY, Role.COO)
    records = FundArrivalRecognised

    arrival_id: ArrivalId
    amount_recognised: PositiveMoney
    fx: Fx | None = None
    authority: Authority
    period: Period | None = None

    def decide(self, case: Deliberation) -> None:
        case.role = case.actor.role_among(level_of(self.authority)[1]) or case.role
        said = self.said(FundArrivalRecognised)
        project_id = _judgeable(case, self.arrival_id).said.project_id
        case.record(FundArrivalRecognised, **said, project_id=project_id)


class PartlyRefuseFundArrival(Command):
    """Refuse part of a reported arrival, with the ground (SPEC §3.8)."""

    title_zh = "核减资金到位"
    recorders = (Role.LGO, Role.CITY)
    records = FundArrivalPartlyRefused

    arrival_id: ArrivalId
    refused_amount: PositiveMoney
    ground: RefusalGround

    def decide(self, case: Deliberation) -> None:
        said = self.said(FundArrivalPartlyRefused)
        project_id = _judgeable(case, self.arrival_id).said.project_id
        case.record(FundArrivalPartlyRefused, **said, project_id=project_id)


class RefuseFundArrival(Command):
    """Refuse a reported arrival, or what is left of it, with the ground (SPEC §3.8)."""

    title_zh = "不予认定资金到位"
    recorders = (Role.LGO, Role.CITY)
    records = FundArrivalRefused

    arrival_id: ArrivalId
    ground: RefusalGround

    def decide(self, case: Deliberation) -> None:
        state = _judgeable(case, self.arrival_id)
        if state.recognitions:
            standing = state.recognitions[-1].position
            raise RuleBroken(
                f"到位资金{self.arrival_id}已获认定（第{standing}号记录）；"
                "请先撤销该认定，或以 partly-refuse-fund-arrival 核减未认定部分",
                f"arrival {self.arrival_id} is recognised (event {standing}); revoke that first, "
                "or refuse what is not recognised with partly-refuse-fund-arrival",
                clause="SPEC §3.8",
                position=standing,
            )
        amount = state.said.amount
        left = amount.minor - state.refused_minor
        case.record(
            FundArrivalRefused,
            arrival_id=self.arrival_id,
            project_id=state.said.project_id,
            refused_amount=Money(currency=amount.currency, minor=left),
            ground=self.ground,
        )
