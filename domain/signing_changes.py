"""What becomes of a signing: found genuine or not, amended by a supplement, terminated (SPEC §3.6)."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import model_validator

from domain.model.command import Command
from domain.model.deliberation import Deliberation
from domain.model.money import Fx, Money, PositiveMoney
from domain.model.roles import Role
from domain.model.subjects import SigningId
from domain.signing_terms import TERMS, TerminationCause, require_change, require_start_first
from domain.signings import (
    SigningAmended,
    SigningTerminated,
    SigningVerified,
    already_terminated,
    signing,
)


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
        said = self.said(SigningVerified)
        project_id = signing(case, self.signing_id).said.project_id
        case.record(SigningVerified, **said, project_id=project_id)


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
        require_change(*(getattr(self, name) for name in TERMS))
        require_start_first(self.planned_start, self.planned_production)
        return self

    def decide(self, case: Deliberation) -> None:
        state = signing(case, self.signing_id)
        if state.terminated is not None:
            raise already_terminated(self.signing_id, state.terminated)
        said = self.said(SigningAmended)
        case.record(SigningAmended, **said, project_id=state.said.project_id)


class TerminateSigning(Command):
    """Record that a signed agreement was terminated, and from whose side (SPEC §3.6, §4.2)."""

    title_zh = "终止签约"
    recorders = (Role.UNIT, Role.LGO)
    records = SigningTerminated

    signing_id: SigningId
    cause: TerminationCause
    on: date

    def decide(self, case: Deliberation) -> None:
        said = self.said(SigningTerminated)
        project_id = signing(case, self.signing_id).said.project_id
        case.record(SigningTerminated, **said, project_id=project_id)
