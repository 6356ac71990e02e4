"""What must hold between an arrival and the verdicts on it, and before funds leave (SPEC §3.8, §11).

Recognised and refused together never exceed what was reported, and no more is withdrawn than was
recognised, whichever of them is recorded or corrected last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from domain.model.errors import NotPermitted, RuleBroken
from domain.model.event import Recorded
from domain.model.money import CNY, Money
from domain.model.roles import Role
from domain.model.separation import require_other_hands

if TYPE_CHECKING:
    from domain.funds import Arrival

Authority = Literal["县", "区", "市"]
LEVELS: tuple[tuple[tuple[Authority, ...], tuple[Role, ...]], ...] = (
    (("县", "区"), (Role.LGO,)),
    (("市",), (Role.CITY, Role.COO)),
)
"""Which authorities are of one level, and the roles that speak for them."""

Valued = tuple[Money, int | None]
"""An amount, and its worth in 分 where that is known."""


def level_of(authority: Authority) -> tuple[tuple[Authority, ...], tuple[Role, ...]]:
    """The authorities of one level with the given one, and the roles that speak for them."""
    return next(level for level in LEVELS if authority in level[0])


def require_speaking(mine: Recorded, authority: Authority) -> None:
    """NotPermitted unless the recorder's role speaks for the authority."""
    fitting = level_of(authority)[1]
    if mine.actor.role not in fitting:
        named = "、".join(f"{one.zh}({one})" for one in fitting)
        raise NotPermitted(
            f"{authority}级认定须由{named}记录；账号“{mine.actor.account}”不具备",
            f"recognition by {authority} takes one of the roles {', '.join(fitting)}; "
            f"account {mine.actor.account!r} holds none of them",
            clause="SPEC §3.8",
        )


def require_sole_at_level(state: Arrival, mine: Recorded, authority: Authority) -> None:
    """RuleBroken if another authority of this level recognised the arrival already."""
    earlier = state.recognised_at(level_of(authority)[0], besides=mine.position)
    if earlier is not None:
        arrival_id = state.said.arrival_id
        raise RuleBroken(
            f"到位资金{arrival_id}已由同级认定（第{earlier.position}号记录）；"
            "金额有误请更正该记录，认定有误请先撤销",
            f"arrival {arrival_id} was recognised at this level (event {earlier.position}); "
            "correct that event if its amount is wrong, or revoke it first",
            clause="SPEC §3.8",
            position=earlier.position,
        )


def require_fitting(state: Arrival, mine: Recorded, amount: Money, left: int) -> None:
    """A verdict is by others than the report, in its currency, and within the `left` minor units."""
    said = state.said
    arrival_id, reported = said.arrival_id, said.amount.currency
    require_other_hands(mine, state.reported, f"到位资金{arrival_id}", f"arrival {arrival_id}")
    if amount.currency != reported:
        raise RuleBroken(
            f"到位资金{arrival_id}以 {reported} 上报；请以 {reported} 填报金额",
            f"arrival {arrival_id} was reported in {reported}; state the amount in {reported}",
            clause="SPEC G11",
            position=state.reported.position,
        )
    if amount.minor > left:
        free = Money(currency=reported, minor=max(left, 0))
        raise RuleBroken(
            f"到位资金{arrival_id}上报 {said.amount.amount} {reported}，"
            f"此项至多可为 {free.amount}，收到 {amount.amount}",
            f"arrival {arrival_id} was reported at {said.amount.amount} {reported}; "
            f"at most {free.amount} of it can be taken here, not {amount.amount}",
            clause="SPEC §11",
            position=state.reported.position,
        )


def require_report_covers(state: Arrival) -> None:
    """RuleBroken if a report, as corrected, no longer covers the verdicts on it."""
    verdicts = sorted([*state.recognitions, *state.refusals], key=lambda r: r.position)
    if not verdicts:
        return
    said, last = state.said, verdicts[-1].position
    judged = {money.currency for money in state.judged}
    if judged != {said.amount.currency}:
        raise RuleBroken(
            f"到位资金{said.arrival_id}已以 {'、'.join(sorted(judged))} 认定或核减（第{last}号记录）；"
            "改变币种请先撤销该记录",
            f"arrival {said.arrival_id} was judged in {', '.join(sorted(judged))} (event {last}); "
            "to change its currency, revoke that first",
            clause="SPEC G11",
            position=last,
        )
    if said.amount.minor < (least := state.recognised_minor + state.refused_minor):
        needed = Money(currency=said.amount.currency, minor=least)
        raise RuleBroken(
            f"到位资金{said.arrival_id}已认定与核减共 {needed.amount} {needed.currency}"
            f"（第{last}号记录），上报金额不得更少；请先更正或撤销认定、核减",
            f"{needed.amount} {needed.currency} of arrival {said.arrival_id} are recognised and "
            f"refused (event {last}), so no less was reported; correct or revoke those first",
            clause="SPEC §11",
            position=last,
        )


def require_held(
    project_id: str, came: Sequence[Valued], went: Sequence[Valued], taken: Valued
) -> None:
    """RuleBroken if more is taken out than was recognised and has not left yet.

    Compared in the common currency, or in yuan where currencies differ.
    """
    currency = _shared_currency(*came, *went, taken)
    left = _sum(came, currency) - _sum(went, currency)
    if _sum([taken], currency) > left:
        held = Money(currency=currency or CNY, minor=max(left, 0))
        raise RuleBroken(
            f"项目{project_id}已认定未撤出的资金为 {held.amount} {held.currency}，"
            "撤资不能更多；请核对金额，或先登记认定",
            f"project {project_id} holds {held.amount} {held.currency} of recognised "
            "funds, and no more can be withdrawn; check the amount, or record the recognition",
            clause="SPEC §3.8",
        )


def require_withdrawals_covered(
    project_id: str, came: Sequence[Valued], went: Sequence[Valued], last: int
) -> None:
    """RuleBroken if recognitions, as corrected, come to less than what was taken out already."""
    currency = _shared_currency(*came, *went)
    if _sum(came, currency) < (out := _sum(went, currency)):
        gone = Money(currency=currency or CNY, minor=out)
        raise RuleBroken(
            f"项目{project_id}已撤出 {gone.amount} {gone.currency}（第{last}号记录），"
            "认定的资金不得更少；请先更正或撤销撤资",
            f"{gone.amount} {gone.currency} were withdrawn from project {project_id} "
            f"(event {last}), so no less can be recognised; correct or revoke that first",
            clause="SPEC §3.8",
            position=last,
        )


def _shared_currency(*valued: Valued) -> str | None:
    """The currency of all amounts; None if they differ."""
    currencies = {amount.currency for amount, _ in valued}
    return currencies.pop() if len(currencies) == 1 else None


def _sum(valued: Sequence[Valued], currency: str | None) -> int:
    return sum((yuan or 0) if currency is None else amount.minor for amount, yuan in valued)
