"""What becomes of a signing: found genuine or not, amended by a supplement, terminated (SPEC §3.6)."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import model_validator

from domain.command import Command
from domain.dates import require_past
from domain.deliberation import Deliberation
from domain.errors import RuleBroken
from domain.exchange import one_currency, prefer_rate_of, require_rate
from domain.money import Fx, Money, PositiveMoney
from domain.roles import Role
from domain.separation import require_other_hands
from domain.signings import (
    Signing,
    SigningAmended,
    SigningTerminated,
    SigningVerified,
    TerminationCause,
    prefer_funds_within_total,
    require_start_first,
    signing,
)
from domain.subjects import SigningId


class VerifySigning(Command):
    """Find a recorded signing genuine or not (SPEC §3.6, S003-38).

    Somebody other than who recorded it or a supplement decides; after a finding of not genuine it
    may be checked again.
    """

    title_zh = "核实签约"
    recorders = (Role.LGO,)
    records = SigningVerified

    signing_id: SigningId
    ok: bool

    def decide(self, case: Deliberation) -> None:
        state = signing(case, self.signing_id)
        for claim in (state.recorded, *state.amendments):
            require_other_hands(
                case, self, claim, f"签约{self.signing_id}", f"signing {self.signing_id}"
            )
        if state.verified and state.verdict is not None:
            raise RuleBroken(
                f"签约{self.signing_id}已核实属实（第{state.verdict.position}号记录）；"
                "如有误，请先撤销该核实",
                f"signing {self.signing_id} was found genuine (event {state.verdict.position}); "
                "if that is wrong, revoke it first",
                clause="SPEC §3.6",
                position=state.verdict.position,
            )
        case.record(
            SigningVerified,
            signing_id=self.signing_id,
            project_id=state.said.project_id,
            ok=self.ok,
        )


TERMS = (
    "total_investment",
    "contract_introduced_funds",
    "fixed_asset_investment",
    "planned_start",
    "planned_production",
)
"""What a supplement may change."""


class AmendSigning(Command):
    """Record a supplement that changes terms of a signing (SPEC §3.6).

    Amounts stay in the signing's currency; its rate stays unless the supplement gives one.
    """

    title_zh = "登记补充协议"
    recorders = (Role.UNIT,)
    records = SigningAmended

    signing_id: SigningId
    total_investment: PositiveMoney | None = None
    contract_introduced_funds: PositiveMoney | None = None
    fixed_asset_investment: Money | None = None
    planned_start: date | None = None
    planned_production: date | None = None
    fx: Fx | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if all(getattr(self, name) is None for name in TERMS):
            named = "、".join(TERMS)
            raise ValueError(
                f"补充协议须至少变更一项：{named} · "
                f"a supplement changes at least one of: {', '.join(TERMS)}"
            )
        require_start_first(self.planned_start, self.planned_production)
        return self

    def decide(self, case: Deliberation) -> None:
        state = signing(case, self.signing_id)
        _require_in_force(state)
        amounts = (
            self.total_investment,
            self.contract_introduced_funds,
            self.fixed_asset_investment,
        )
        currency = one_currency(*amounts)
        if state.currency is not None and currency not in (state.currency, None):
            raise RuleBroken(
                f"签约{self.signing_id}以 {state.currency} 计，补充协议不能改用 {currency}；"
                f"请以 {state.currency} 填报",
                f"signing {self.signing_id} is in {state.currency}, "
                f"the supplement in {currency}; state it in {state.currency}",
                clause="SPEC G11",
                position=state.recorded.position,
            )
        require_rate(case, state.currency or currency, self.fx or state.fx)
        prefer_rate_of(case, "fx.contract_rate", state.said.signed_on, self.fx)
        prefer_funds_within_total(
            case,
            self.total_investment or state.total_investment,
            self.contract_introduced_funds or state.contract_introduced_funds,
        )
        said = self.said(SigningAmended)
        case.record(SigningAmended, **said, project_id=state.said.project_id)


def _require_in_force(state: Signing) -> None:
    """RuleBroken if the signing was terminated."""
    if state.terminated is not None:
        said = state.said
        raise RuleBroken(
            f"签约{said.signing_id}已终止（第{state.terminated.position}号记录）；"
            "如终止有误，请先撤销该记录，如重新签约，请另行登记",
            f"signing {said.signing_id} was terminated (event {state.terminated.position}); "
            "revoke that if it is wrong, or record the new signing as one of its own",
            clause="SPEC §3.6",
            position=state.terminated.position,
        )


class TerminateSigning(Command):
    """Record that a signed agreement was terminated, and from whose side (SPEC §3.6, §4.2)."""

    title_zh = "终止签约"
    recorders = (Role.UNIT, Role.LGO)
    records = SigningTerminated

    signing_id: SigningId
    cause: TerminationCause
    on: date

    def decide(self, case: Deliberation) -> None:
        state = signing(case, self.signing_id)
        _require_in_force(state)
        require_past(case, "on", self.on)
        signed_on = state.said.signed_on
        if self.on < signed_on:
            raise RuleBroken(
                f"终止日 {self.on} 早于签约日 {signed_on}；请核对日期",
                f"terminated on {self.on}, before it was signed on {signed_on}; check the date",
                clause="SPEC §3.6",
                position=state.recorded.position,
            )
        case.record(
            SigningTerminated,
            signing_id=self.signing_id,
            project_id=state.said.project_id,
            cause=self.cause,
            on=self.on,
        )
