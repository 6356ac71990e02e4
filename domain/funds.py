"""Fund arrivals: reported with evidence; what the record says of each; withdrawals (SPEC §3.8, §11).

One evidence number proves one arrival, across all projects. Statistics count what was recognised, not
what was reported, so that both stand in the record side by side (S003-40).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Day  # noqa: N812 - `date` is a field of Evidence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

from domain.deliberation import Deliberation
from domain.event import Event, Recorded
from domain.identity import evidence_key
from domain.money import Fx, Money, PositiveMoney, yuan_minor
from domain.projects import FundsOrigin
from domain.subjects import ArrivalId, ProjectId, tag
from domain.texts import Line, Period, Sha256

FundForm = Literal["现汇", "人民币现金", "设备实物", "土地款", "无形资产", "利润再投资", "股东借款"]
FundPurpose = Literal["注册资本", "增资", "购地", "基建", "设备", "流动"]
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
RefusalGround = Literal["无凭证", "重复", "非外来资金", "超期", "虚报"]
Authority = Literal["县", "区", "市"]


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


class FundArrivalReported(Event):
    """Funds were reported to have arrived, with the evidence for them (SPEC §3.8, §11)."""

    title_zh = "资金到位上报"
    sentence_zh = (
        "项目{project_id}上报{received_on}到位资金{amount}（{arrival_id}），来源{origin}，"
        "形式{form}，用途{purpose}"
    )
    sentence_en = (
        "Project {project_id} reported {amount} arrived on {received_on} ({arrival_id}), "
        "from {origin}, as {form}, for {purpose}"
    )
    creates = "arrival"
    exclusive = ("evidence",)

    arrival_id: ArrivalId
    project_id: ProjectId
    amount: PositiveMoney
    received_on: Day
    origin: FundsOrigin
    form: FundForm
    is_cash_fx: bool
    purpose: FundPurpose
    evidence: EvidenceList
    cumulative_claimed: Money | None = None

    def extra_tags(self) -> tuple[str, ...]:
        return tuple(f"evidence:{item.key}" for item in self.evidence)


class FundArrivalRecognised(Event):
    """An authority recognised a reported arrival, in whole or in part (SPEC §3.8, S003-40)."""

    title_zh = "资金到位认定"
    sentence_zh = "项目{project_id}到位资金{arrival_id}经{authority}认定{amount_recognised}"
    sentence_en = (
        "Arrival {arrival_id} of project {project_id} recognised ({authority}): {amount_recognised}"
    )
    settled = ("arrival_id", "project_id")

    arrival_id: ArrivalId
    project_id: ProjectId
    amount_recognised: PositiveMoney
    fx: Fx | None = None
    authority: Authority
    period: Period | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cny_equiv(self) -> int | None:
        """What was recognised, in 分 at the rate of the day of arrival (SPEC G11)."""
        return yuan_minor(self.amount_recognised, self.fx)


class FundArrivalPartlyRefused(Event):
    """Part of a reported arrival was not recognised (SPEC §3.8)."""

    title_zh = "核减"
    sentence_zh = "项目{project_id}到位资金{arrival_id}核减{refused_amount}：{ground}"
    sentence_en = (
        "{refused_amount} of arrival {arrival_id} of project {project_id} refused: {ground}"
    )
    settled = ("arrival_id", "project_id")

    arrival_id: ArrivalId
    project_id: ProjectId
    refused_amount: PositiveMoney
    ground: RefusalGround


class FundArrivalRefused(Event):
    """All that was left of a reported arrival was refused; `refused_amount` says how much (§3.8)."""

    title_zh = "到位资金不予认定"
    sentence_zh = "项目{project_id}到位资金{arrival_id}不予认定（{refused_amount}）：{ground}"
    sentence_en = (
        "Arrival {arrival_id} of project {project_id} refused ({refused_amount}): {ground}"
    )
    settled = ("arrival_id", "project_id", "refused_amount")

    arrival_id: ArrivalId
    project_id: ProjectId
    refused_amount: PositiveMoney
    ground: RefusalGround


class FundWithdrawn(Event):
    """Funds that had arrived were taken out of a project (SPEC §3.8)."""

    title_zh = "撤资"
    sentence_zh = "项目{project_id}于{on}撤出资金{amount}"
    sentence_en = "{amount} withdrawn from project {project_id} on {on}"

    project_id: ProjectId
    amount: PositiveMoney
    on: Day
    fx: Fx | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cny_equiv(self) -> int | None:
        """What was withdrawn, in 分 at the rate given (SPEC G11)."""
        return yuan_minor(self.amount, self.fx)


ARRIVAL_TYPES = (
    FundArrivalReported,
    FundArrivalRecognised,
    FundArrivalPartlyRefused,
    FundArrivalRefused,
)


@dataclass
class Arrival:
    """What the record says of one arrival; sums in minor units of its own currency."""

    reported: Recorded
    recognitions: list[Recorded] = field(default_factory=list)
    refusals: list[Recorded] = field(default_factory=list)

    @property
    def said(self) -> FundArrivalReported:
        """The report as it stands."""
        assert isinstance(self.reported.event, FundArrivalReported)
        return self.reported.event

    @property
    def refused_minor(self) -> int:
        """What was refused so far."""
        return sum(
            r.event.refused_amount.minor
            for r in self.refusals
            if isinstance(r.event, FundArrivalPartlyRefused | FundArrivalRefused)
        )

    @property
    def recognised_minor(self) -> int:
        """The most that any authority recognised; several recognise the same money, not more."""
        return max((one.amount_recognised.minor for one, _ in self._recognised()), default=0)

    @property
    def counted(self) -> FundArrivalRecognised | None:
        """The recognition that statistics use: the city's where there is one, else the county's."""
        ranked = sorted(self._recognised(), key=lambda r: (r[0].authority == "市", r[1]))
        return ranked[-1][0] if ranked else None

    def recognised_at(self, level: tuple[Authority, ...]) -> Recorded | None:
        """The recognition by an authority of the given level, if it gave one."""
        positions = [position for one, position in self._recognised() if one.authority in level]
        return next((r for r in self.recognitions if r.position in positions), None)

    def _recognised(self) -> list[tuple[FundArrivalRecognised, int]]:
        return [
            (r.event, r.position)
            for r in self.recognitions
            if isinstance(r.event, FundArrivalRecognised)
        ]


def arrival(case: Deliberation, arrival_id: str) -> Arrival:
    """Fold one arrival's events; SubjectUnknown if it was never reported, or its report revoked.

    What was said of a revoked report is not said of one recorded anew under its id.
    """
    about = tag("arrival", arrival_id)
    case.fetch([(about, ARRIVAL_TYPES)])
    state = Arrival(case.require("arrival", arrival_id))
    for recorded in case.events(about, *ARRIVAL_TYPES[1:]):
        if recorded.position < state.reported.position:
            continue
        if isinstance(recorded.event, FundArrivalRecognised):
            state.recognitions.append(recorded)
        else:
            state.refusals.append(recorded)
    return state


def arrivals(case: Deliberation, project_id: str) -> list[Arrival]:
    """Every standing arrival of a project, in the order reported."""
    reports = case.events(tag("project", project_id), FundArrivalReported)
    ids = [r.event.arrival_id for r in reports if isinstance(r.event, FundArrivalReported)]
    case.fetch([(tag("arrival", one), ARRIVAL_TYPES) for one in ids])
    return [arrival(case, one) for one in ids]


def withdrawals(case: Deliberation, project_id: str) -> list[FundWithdrawn]:
    """What was taken out of a project so far."""
    taken = case.events(tag("project", project_id), FundWithdrawn)
    return [r.event for r in taken if isinstance(r.event, FundWithdrawn)]
