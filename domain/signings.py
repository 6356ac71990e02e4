"""Signings: recorded with their amounts, verified, amended, terminated (SPEC §3.6).

A signing states its amounts in one currency; foreign ones carry the rate of the day of signing, which
stays when a supplement changes the amounts (SPEC G11).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Self

from pydantic import model_validator

from domain.model.command import Command
from domain.model.dates import require_past
from domain.model.deliberation import Deliberation
from domain.model.errors import RuleBroken
from domain.model.event import Event, Recorded
from domain.model.exchange import one_currency, prefer_rate_of, require_rate
from domain.model.money import Fx, Money, PositiveMoney
from domain.model.roles import Role
from domain.model.separation import require_other_hands
from domain.model.subjects import ProjectId, SigningId, tag
from domain.model.texts import DocumentRef, Line
from domain.projects import Parties
from domain.signing_terms import (
    TERMS,
    ActivityLevel,
    ScheduleLines,
    SigningLevel,
    TerminationCause,
    prefer_funds_within_total,
    require_change,
    require_start_first,
)


class SigningRecorded(Event):
    """An agreement about a project was signed (SPEC §3.6).

    Without `contract_introduced_funds` the project is listed as 缺合同额 (SPEC §4.2).
    """

    title_zh = "签约"
    sentence_zh = (
        "项目{project_id}于{signed_on}签订{level}（{signing_id}），总投资{total_investment}，"
        "合同引进资金{contract_introduced_funds}"
    )
    sentence_en = (
        "Project {project_id}: {level} ({signing_id}) signed on {signed_on}, total investment "
        "{total_investment}, contract introduced funds {contract_introduced_funds}"
    )
    creates = "signing"

    signing_id: SigningId
    project_id: ProjectId
    level: SigningLevel
    signed_on: date
    parties: Parties = ()
    total_investment: PositiveMoney | None = None
    contract_introduced_funds: PositiveMoney | None = None
    fixed_asset_investment: Money | None = None
    fx: Fx | None = None
    planned_start: date | None = None
    planned_production: date | None = None
    fund_schedule: ScheduleLines = ()
    ceremony_event: Line | None = None
    activity_level: ActivityLevel | None = None
    doc: DocumentRef | None = None

    @model_validator(mode="after")
    def _start_before_production(self) -> Self:
        require_start_first(self.planned_start, self.planned_production)
        return self

    @property
    def amounts(self) -> tuple[Money | None, ...]:
        """Every amount it states."""
        return (
            self.total_investment,
            self.contract_introduced_funds,
            self.fixed_asset_investment,
            *(line.amount for line in self.fund_schedule),
        )

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "signed_on", self.signed_on)
        require_rate(case, one_currency(*self.amounts), self.fx)
        prefer_rate_of(case, "fx.contract_rate", self.signed_on, self.fx)
        prefer_funds_within_total(case, self.total_investment, self.contract_introduced_funds)
        if not mine.is_new:
            state = signing(case, self.signing_id)
            for supplement in state.amendments:
                _require_currency_of(mine, supplement)
            if state.terminated is not None:
                _require_signed_first(mine, state.terminated)


class SigningVerified(Event):
    """A signing was checked, and found genuine or not (SPEC §3.6, S003-38)."""

    title_zh = "签约核实"
    sentence_zh = "项目{project_id}的签约{signing_id}经核实，属实：{ok}"
    sentence_en = "Signing {signing_id} of project {project_id} checked, genuine: {ok}"
    settled = ("signing_id", "project_id")
    verdict = True

    signing_id: SigningId
    project_id: ProjectId
    ok: bool

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        state = signing(case, self.signing_id)
        for claim in (state.recorded, *state.amendments):
            if claim.position < mine.position:
                _require_apart(self.signing_id, claim, mine)
        for other in case.events(tag("signing", self.signing_id), SigningVerified):
            assert isinstance(other.event, SigningVerified)
            settled = other.event.ok if other.position < mine.position else self.ok
            if settled and other.position != mine.position:
                raise RuleBroken(
                    f"签约{self.signing_id}另有核实结论（第{other.position}号记录），"
                    "核实属实之后不再核实；如有误，请先撤销该核实",
                    f"signing {self.signing_id} has another finding (event {other.position}), and "
                    "none follows that of genuine; if that is wrong, revoke it first",
                    clause="SPEC §3.6",
                    position=other.position,
                )


class SigningAmended(Event):
    """A supplement changed the named terms of a signing; the rest stays (SPEC §3.6)."""

    title_zh = "补充协议"
    sentence_zh = (
        "项目{project_id}的签约{signing_id}补充协议（未列为—）：总投资{total_investment}，"
        "合同引进资金{contract_introduced_funds}，固定资产投资{fixed_asset_investment}，"
        "计划开工{planned_start}，计划投产{planned_production}"
    )
    sentence_en = (
        "Signing {signing_id} of project {project_id} amended (— where unchanged): "
        "total investment {total_investment}, "
        "contract introduced funds {contract_introduced_funds}, "
        "fixed assets {fixed_asset_investment}, start planned {planned_start}, "
        "production planned {planned_production}"
    )
    settled = ("signing_id", "project_id")

    signing_id: SigningId
    project_id: ProjectId
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

    @property
    def amounts(self) -> tuple[Money | None, ...]:
        """Every amount it changes."""
        return (
            self.total_investment,
            self.contract_introduced_funds,
            self.fixed_asset_investment,
        )

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        state = signing(case, self.signing_id)
        own = one_currency(*self.amounts)
        for other in (state.recorded, *state.amendments):
            if other.position != mine.position:
                _require_currency_of(other, mine)
        require_rate(case, state.currency or own, self.fx or state.fx)
        prefer_rate_of(case, "fx.contract_rate", state.said.signed_on, self.fx)
        prefer_funds_within_total(case, state.total_investment, state.contract_introduced_funds)
        about = tag("signing", self.signing_id)
        for verdict in () if mine.is_new else case.events(about, SigningVerified):
            if verdict.position > mine.position:
                _require_apart(self.signing_id, mine, verdict)


class SigningTerminated(Event):
    """A signed agreement was terminated (SPEC §3.6, §4.2)."""

    title_zh = "解约"
    sentence_zh = "项目{project_id}的签约{signing_id}于{on}终止，原因在{cause}"
    sentence_en = "Signing {signing_id} of project {project_id} terminated on {on}, cause: {cause}"
    settled = ("signing_id", "project_id")

    signing_id: SigningId
    project_id: ProjectId
    cause: TerminationCause
    on: date

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        for other in case.events(tag("signing", self.signing_id), SigningTerminated):
            if other.position != mine.position:
                raise already_terminated(self.signing_id, other)
        _require_signed_first(case.require("signing", self.signing_id), mine)


def _require_apart(signing_id: str, claim: Recorded, verdict: Recorded) -> None:
    require_other_hands(verdict, claim, f"签约{signing_id}", f"signing {signing_id}")


def already_terminated(signing_id: str, terminated: Recorded) -> RuleBroken:
    """The refusal of what comes after the end of a signing."""
    return RuleBroken(
        f"签约{signing_id}已终止（第{terminated.position}号记录）；"
        "如终止有误，请先撤销该记录，如重新签约，请另行登记",
        f"signing {signing_id} was terminated (event {terminated.position}); "
        "revoke that if it is wrong, or record the new signing as one of its own",
        clause="SPEC §3.6",
        position=terminated.position,
    )


def _require_signed_first(recorded: Recorded, terminated: Recorded) -> None:
    said, end = recorded.event, terminated.event
    assert isinstance(said, SigningRecorded)
    assert isinstance(end, SigningTerminated)
    if end.on < said.signed_on:
        raise RuleBroken(
            f"终止日 {end.on} 早于签约日 {said.signed_on}；请核对日期",
            f"terminated on {end.on}, before it was signed on {said.signed_on}; check the date",
            clause="SPEC §3.6",
            position=recorded.position if terminated.is_new else terminated.position,
        )


def _require_currency_of(other: Recorded, supplement: Recorded) -> None:
    """RuleBroken if a supplement states its amounts in another currency than `other`."""
    said, change = other.event, supplement.event
    assert isinstance(said, SigningRecorded | SigningAmended)
    assert isinstance(change, SigningAmended)
    held, own = one_currency(*said.amounts), one_currency(*change.amounts)
    if held is not None and own not in (held, None):
        raise RuleBroken(
            f"签约{change.signing_id}以 {held} 计，补充协议不能改用 {own}；请以 {held} 填报",
            f"signing {change.signing_id} is in {held}, the supplement in {own}; "
            f"state it in {held}",
            clause="SPEC G11",
            position=other.position if supplement.is_new else supplement.position,
        )


SIGNING_TYPES = (SigningRecorded, SigningVerified, SigningAmended, SigningTerminated)


@dataclass
class Signing:
    """What the record says of one signing; amounts and rate as the latest supplement leaves them."""

    recorded: Recorded
    total_investment: Money | None
    contract_introduced_funds: Money | None
    fixed_asset_investment: Money | None
    fx: Fx | None
    amendments: list[Recorded] = field(default_factory=list)
    verdict: Recorded | None = None
    terminated: Recorded | None = None

    @property
    def said(self) -> SigningRecorded:
        """The signing as recorded, corrections applied, supplements not."""
        assert isinstance(self.recorded.event, SigningRecorded)
        return self.recorded.event

    @property
    def verified(self) -> bool:
        """Whether the latest check found it genuine."""
        event = self.verdict.event if self.verdict else None
        return isinstance(event, SigningVerified) and event.ok

    @property
    def currency(self) -> str | None:
        """The currency of its amounts; None while it states none."""
        amounts = (
            self.total_investment,
            self.contract_introduced_funds,
            self.fixed_asset_investment,
            *self.said.amounts,
        )
        return next((a.currency for a in amounts if a is not None), None)

    def amend(self, recorded: Recorded, change: SigningAmended) -> None:
        """Take over what a supplement changes."""
        self.amendments.append(recorded)
        self.total_investment = change.total_investment or self.total_investment
        self.contract_introduced_funds = (
            change.contract_introduced_funds or self.contract_introduced_funds
        )
        self.fixed_asset_investment = change.fixed_asset_investment or self.fixed_asset_investment
        self.fx = change.fx or self.fx


def signing(case: Deliberation, signing_id: str) -> Signing:
    """Fold one signing's events; SubjectUnknown if it was never recorded.

    What was said of a revoked signing is not said of one recorded anew under its id.
    """
    about = tag("signing", signing_id)
    case.fetch([(about, SIGNING_TYPES)])
    recorded = case.require("signing", signing_id)
    said = recorded.event
    assert isinstance(said, SigningRecorded)
    state = Signing(
        recorded,
        said.total_investment,
        said.contract_introduced_funds,
        said.fixed_asset_investment,
        said.fx,
    )
    for later in case.events(about, *SIGNING_TYPES[1:]):
        if later.position < recorded.position:
            continue
        match later.event:
            case SigningVerified():
                state.verdict = later
            case SigningAmended() as change:
                state.amend(later, change)
            case SigningTerminated():
                state.terminated = later
    return state


class RecordSigning(Command):
    """Record that an agreement about a project was signed (SPEC §3.6)."""

    title_zh = "登记签约"
    recorders = (Role.UNIT, Role.INV)
    records = SigningRecorded

    signing_id: SigningId | None = None
    project_id: ProjectId
    level: SigningLevel
    signed_on: date
    parties: Parties = ()
    total_investment: PositiveMoney | None = None
    contract_introduced_funds: PositiveMoney | None = None
    fixed_asset_investment: Money | None = None
    fx: Fx | None = None
    planned_start: date | None = None
    planned_production: date | None = None
    fund_schedule: ScheduleLines = ()
    ceremony_event: Line | None = None
    activity_level: ActivityLevel | None = None
    doc: DocumentRef | None = None

    @model_validator(mode="after")
    def _start_before_production(self) -> Self:
        require_start_first(self.planned_start, self.planned_production)
        return self
