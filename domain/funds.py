"""Fund arrivals: reported with evidence; what the record says of each; withdrawals (SPEC §3.8, §11).

One evidence number proves one arrival, across all projects. Statistics count what was recognised, not
what was reported, so that both stand in the record side by side (S003-40).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import computed_field

from domain.evidence import (
    EvidenceList,
    FundForm,
    require_cash_fx_proven,
    require_dated,
    require_each_once,
    require_enough,
)
from domain.fund_rules import (
    Authority,
    Valued,
    require_fitting,
    require_held,
    require_report_covers,
    require_sole_at_level,
    require_speaking,
    require_withdrawals_covered,
)
from domain.model.dates import require_past
from domain.model.deliberation import Deliberation
from domain.model.event import Event, Recorded
from domain.model.exchange import prefer_rate_of, require_rate
from domain.model.money import Fx, Money, PositiveMoney, yuan_minor
from domain.model.subjects import ArrivalId, ProjectId, tag
from domain.model.texts import Period
from domain.projects import FundsOrigin

FundPurpose = Literal["注册资本", "增资", "购地", "基建", "设备", "流动"]
RefusalGround = Literal["无凭证", "重复", "非外来资金", "超期", "虚报"]


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
    received_on: date
    origin: FundsOrigin
    form: FundForm
    is_cash_fx: bool
    purpose: FundPurpose
    evidence: EvidenceList
    cumulative_claimed: Money | None = None

    def extra_tags(self) -> tuple[str, ...]:
        return tuple(f"evidence:{item.key}" for item in self.evidence)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "received_on", self.received_on)
        require_cash_fx_proven(self.form, self.is_cash_fx, self.amount, self.evidence)
        require_each_once(self.evidence)
        require_enough(case, self.amount, self.evidence)
        require_dated(case, self.received_on, self.evidence)
        if not mine.is_new:
            require_report_covers(arrival(case, self.arrival_id))


class FundArrivalRecognised(Event):
    """An authority recognised a reported arrival, in whole or in part (SPEC §3.8, S003-40)."""

    title_zh = "资金到位认定"
    sentence_zh = "项目{project_id}到位资金{arrival_id}经{authority}认定{amount_recognised}"
    sentence_en = (
        "Arrival {arrival_id} of project {project_id} recognised ({authority}): {amount_recognised}"
    )
    settled = ("arrival_id", "project_id")
    verdict = True

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

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_speaking(mine, self.authority)
        state = arrival(case, self.arrival_id)
        left = state.said.amount.minor - state.refused_minor
        require_fitting(state, mine, self.amount_recognised, left)
        require_sole_at_level(state, mine, self.authority)
        require_rate(case, self.amount_recognised.currency, self.fx)
        prefer_rate_of(case, "fx.arrival_rate", state.said.received_on, self.fx)
        if not mine.is_new and (taken := withdrawals(case, self.project_id)):
            came, went = recognised(case, self.project_id), [value for _, value in taken]
            require_withdrawals_covered(self.project_id, came, went, taken[-1][0])


class FundArrivalPartlyRefused(Event):
    """Part of a reported arrival was not recognised (SPEC §3.8)."""

    title_zh = "核减"
    sentence_zh = "项目{project_id}到位资金{arrival_id}核减{refused_amount}：{ground}"
    sentence_en = (
        "{refused_amount} of arrival {arrival_id} of project {project_id} refused: {ground}"
    )
    settled = ("arrival_id", "project_id")
    verdict = True

    arrival_id: ArrivalId
    project_id: ProjectId
    refused_amount: PositiveMoney
    ground: RefusalGround

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        _uphold_refusal(case, mine, self.arrival_id, self.refused_amount)


class FundArrivalRefused(Event):
    """All that was left of a reported arrival was refused; `refused_amount` says how much (§3.8)."""

    title_zh = "到位资金不予认定"
    sentence_zh = "项目{project_id}到位资金{arrival_id}不予认定（{refused_amount}）：{ground}"
    sentence_en = (
        "Arrival {arrival_id} of project {project_id} refused ({refused_amount}): {ground}"
    )
    settled = ("arrival_id", "project_id", "refused_amount")
    verdict = True

    arrival_id: ArrivalId
    project_id: ProjectId
    refused_amount: PositiveMoney
    ground: RefusalGround

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        _uphold_refusal(case, mine, self.arrival_id, self.refused_amount)


def _uphold_refusal(case: Deliberation, mine: Recorded, arrival_id: str, amount: Money) -> None:
    state = arrival(case, arrival_id)
    others = state.refused_minor - amount.minor
    left = state.said.amount.minor - others - state.recognised_minor
    require_fitting(state, mine, amount, left)


class FundWithdrawn(Event):
    """Funds that had arrived were taken out of a project (SPEC §3.8)."""

    title_zh = "撤资"
    sentence_zh = "项目{project_id}于{on}撤出资金{amount}"
    sentence_en = "{amount} withdrawn from project {project_id} on {on}"

    project_id: ProjectId
    amount: PositiveMoney
    on: date
    fx: Fx | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cny_equiv(self) -> int | None:
        """What was withdrawn, in 分 at the rate given (SPEC G11)."""
        return yuan_minor(self.amount, self.fx)

    def uphold(self, case: Deliberation, mine: Recorded) -> None:
        require_past(case, "on", self.on)
        require_rate(case, self.amount.currency, self.fx)
        taken = withdrawals(case, self.project_id)
        others = [value for position, value in taken if position != mine.position]
        came = recognised(case, self.project_id)
        require_held(self.project_id, came, others, (self.amount, self.cny_equiv))


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

    @property
    def judged(self) -> list[Money]:
        """Every amount that was recognised or refused."""
        refused = [
            r.event.refused_amount
            for r in self.refusals
            if isinstance(r.event, FundArrivalPartlyRefused | FundArrivalRefused)
        ]
        return [*(one.amount_recognised for one, _ in self._recognised()), *refused]

    def recognised_at(self, level: tuple[Authority, ...], besides: int) -> Recorded | None:
        """The recognition by an authority of the given level, if one besides that event gave it."""
        positions = [
            position
            for one, position in self._recognised()
            if one.authority in level and position != besides
        ]
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


def recognised(case: Deliberation, project_id: str) -> list[Valued]:
    """What counts as recognised of a project's arrivals."""
    counted = (state.counted for state in arrivals(case, project_id))
    return [(one.amount_recognised, one.cny_equiv) for one in counted if one is not None]


def withdrawals(case: Deliberation, project_id: str) -> list[tuple[int, Valued]]:
    """What was taken out of a project so far, with the position that says so."""
    return [
        (r.position, (r.event.amount, r.event.cny_equiv))
        for r in case.events(tag("project", project_id), FundWithdrawn)
        if isinstance(r.event, FundWithdrawn)
    ]
