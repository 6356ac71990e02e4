"""Signings: recorded with their amounts, verified, amended, terminated (SPEC §3.6).

A signing states its amounts in one currency; foreign ones carry the rate of the day of signing, which
stays when a supplement changes the amounts (SPEC G11).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.command import Command
from domain.dates import require_past
from domain.deliberation import Deliberation
from domain.event import Event, Recorded
from domain.exchange import one_currency, prefer_rate_of, require_rate
from domain.money import Fx, Money, PositiveMoney
from domain.projects import Parties
from domain.roles import Role
from domain.subjects import ProjectId, SigningId, tag
from domain.texts import DocumentRef, Line

SigningLevel = Literal["意向", "框架", "协议", "正式合同"]
ActivityLevel = Literal["省", "市", "区"]
TerminationCause = Literal["投资方", "本方", "政策", "不可抗力"]


class ScheduleLine(BaseModel):
    """One promised payment: so much by the end of that day (SPEC G2, S003-31)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due: date
    amount: PositiveMoney


ScheduleLines = Annotated[tuple[ScheduleLine, ...], Field(max_length=200)]


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


class SigningVerified(Event):
    """A signing was checked, and found genuine or not (SPEC §3.6, S003-38)."""

    title_zh = "签约核实"
    sentence_zh = "项目{project_id}的签约{signing_id}经核实，属实：{ok}"
    sentence_en = "Signing {signing_id} of project {project_id} checked, genuine: {ok}"
    settled = ("signing_id", "project_id")

    signing_id: SigningId
    project_id: ProjectId
    ok: bool


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
            *(line.amount for line in self.said.fund_schedule),
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

    def decide(self, case: Deliberation) -> None:
        require_past(case, "signed_on", self.signed_on)
        currency = one_currency(
            self.total_investment,
            self.contract_introduced_funds,
            self.fixed_asset_investment,
            *(line.amount for line in self.fund_schedule),
        )
        require_rate(case, currency, self.fx)
        prefer_rate_of(case, "fx.contract_rate", self.signed_on, self.fx)
        prefer_funds_within_total(case, self.total_investment, self.contract_introduced_funds)
        super().decide(case)


def require_start_first(start: date | None, production: date | None) -> None:
    """ValueError if production is planned before the start of construction."""
    if start is not None and production is not None and production < start:
        raise ValueError(
            "planned_production 不得早于 planned_start · "
            "planned_production must not be before planned_start"
        )


def prefer_funds_within_total(
    case: Deliberation, total: Money | None, introduced: Money | None
) -> None:
    """Warn if a signing introduces more funds than it invests in all: a slip, or several sources."""
    if total is not None and introduced is not None and introduced.minor > total.minor:
        case.warn(
            "signing.funds_within_total",
            "合同引进资金大于总投资，请核对两项金额",
            "contract introduced funds exceed the total investment; check both amounts",
        )
