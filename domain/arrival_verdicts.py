"""Recognising and refusing reported arrivals (SPEC §3.8, §11).

Recognised and refused together never exceed what was reported; what is neither stays open.
"""

from __future__ import annotations

from domain.command import Command
from domain.deliberation import Deliberation
from domain.errors import NotPermitted, RuleBroken
from domain.exchange import prefer_rate_of, require_rate
from domain.funds import (
    Arrival,
    Authority,
    FundArrivalPartlyRefused,
    FundArrivalRecognised,
    FundArrivalRefused,
    RefusalGround,
    arrival,
)
from domain.money import Fx, Money, PositiveMoney
from domain.roles import Role
from domain.separation import require_other_hands
from domain.subjects import ArrivalId
from domain.texts import Period

LEVELS: tuple[tuple[tuple[Authority, ...], tuple[Role, ...]], ...] = (
    (("县", "区"), (Role.LGO,)),
    (("市",), (Role.CITY, Role.COO)),
)
"""Which authorities are of one level, and the roles that speak for them."""


def _level_of(authority: Authority) -> tuple[tuple[Authority, ...], tuple[Role, ...]]:
    return next(level for level in LEVELS if authority in level[0])


def _judgeable(case: Deliberation, command: Command, arrival_id: str) -> Arrival:
    """The arrival, if somebody else reported it and something of it is not refused yet."""
    state = arrival(case, arrival_id)
    require_other_hands(
        case, command, state.reported, f"到位资金{arrival_id}", f"arrival {arrival_id}"
    )
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


def _require_currency(state: Arrival, amount: Money) -> None:
    reported = state.said.amount.currency
    if amount.currency != reported:
        raise RuleBroken(
            f"到位资金{state.said.arrival_id}以 {reported} 上报；请以 {reported} 填报金额",
            f"arrival {state.said.arrival_id} was reported in {reported}; "
            f"state the amount in {reported}",
            clause="SPEC G11",
            position=state.reported.position,
        )


def _require_within(state: Arrival, amount: Money, left: int) -> None:
    """RuleBroken if `amount` exceeds the `left` minor units."""
    if amount.minor > left:
        free = Money(currency=amount.currency, minor=max(left, 0))
        said = state.said
        raise RuleBroken(
            f"到位资金{said.arrival_id}上报 {said.amount.amount} {free.currency}，"
            f"此项至多可为 {free.amount}，收到 {amount.amount}",
            f"arrival {said.arrival_id} was reported at {said.amount.amount} {free.currency}; "
            f"at most {free.amount} of it can be taken here, not {amount.amount}",
            clause="SPEC §11",
            position=state.reported.position,
        )


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
        self._speak_for_authority(case)
        state = _judgeable(case, self, self.arrival_id)
        self._require_first(state)
        _require_currency(state, self.amount_recognised)
        _require_within(
            state, self.amount_recognised, state.said.amount.minor - state.refused_minor
        )
        require_rate(case, self.amount_recognised.currency, self.fx)
        prefer_rate_of(case, "fx.arrival_rate", state.said.received_on, self.fx)
        said = self.said(FundArrivalRecognised)
        case.record(FundArrivalRecognised, **said, project_id=state.said.project_id)

    def _speak_for_authority(self, case: Deliberation) -> None:
        """Take the role that fits the authority; NotPermitted if the account holds none."""
        fitting = _level_of(self.authority)[1]
        role = case.actor.role_among(fitting)
        if role is None:
            named = "、".join(f"{one.zh}({one})" for one in fitting)
            raise NotPermitted(
                f"{self.authority}级认定须由{named}记录；账号“{case.actor.account}”不具备",
                f"recognition by {self.authority} takes one of the roles {', '.join(fitting)}; "
                f"account {case.actor.account!r} holds none of them",
                clause="SPEC §3.8",
            )
        case.role = role

    def _require_first(self, state: Arrival) -> None:
        earlier = state.recognised_at(_level_of(self.authority)[0])
        if earlier is not None:
            raise RuleBroken(
                f"到位资金{self.arrival_id}已由同级认定（第{earlier.position}号记录）；"
                "金额有误请更正该记录，认定有误请先撤销",
                f"arrival {self.arrival_id} was recognised at this level (event {earlier.position}); "
                "correct that event if its amount is wrong, or revoke it first",
                clause="SPEC §3.8",
                position=earlier.position,
            )


class PartlyRefuseFundArrival(Command):
    """Refuse part of a reported arrival, with the ground (SPEC §3.8)."""

    title_zh = "核减资金到位"
    recorders = (Role.LGO, Role.CITY)
    records = FundArrivalPartlyRefused

    arrival_id: ArrivalId
    refused_amount: PositiveMoney
    ground: RefusalGround

    def decide(self, case: Deliberation) -> None:
        state = _judgeable(case, self, self.arrival_id)
        _require_currency(state, self.refused_amount)
        left = state.said.amount.minor - state.refused_minor - state.recognised_minor
        _require_within(state, self.refused_amount, left)
        said = self.said(FundArrivalPartlyRefused)
        case.record(FundArrivalPartlyRefused, **said, project_id=state.said.project_id)


class RefuseFundArrival(Command):
    """Refuse a reported arrival, or what is left of it, with the ground (SPEC §3.8)."""

    title_zh = "不予认定资金到位"
    recorders = (Role.LGO, Role.CITY)
    records = FundArrivalRefused

    arrival_id: ArrivalId
    ground: RefusalGround

    def decide(self, case: Deliberation) -> None:
        state = _judgeable(case, self, self.arrival_id)
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
