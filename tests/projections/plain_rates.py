"""The three rates by a plain reading of the record: SPEC §4.2 followed event by event, without SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from domain.commencement import CommencementCertified, DeemedCommencementCertified
from domain.companies import CompanyRegistered
from domain.funds import FundArrivalRecognised, FundArrivalReported, FundWithdrawn
from domain.model.effective import effective
from domain.model.event import Event, Recorded
from domain.model.money import EXPONENTS, Fx, Money, half_up
from domain.production import ProductionStarted
from domain.projects import ProjectOpened
from domain.signings import SigningAmended, SigningRecorded, SigningTerminated, SigningVerified
from eventlog.entry import read
from eventlog.recorder import PostgresRecorder
from tests.projections.bureau import Bureau

EventT = TypeVar("EventT", bound=Event)


@dataclass(frozen=True)
class Rules:
    """The rule parameters of the rates."""

    levels: frozenset[str] = frozenset({"协议", "正式合同"})
    signed_from: date = date(2011, 1, 1)
    origins: frozenset[str] = frozenset({"外资", "港澳台", "省外", "市外", "县外"})
    performed: str = "any_step"
    include_deemed: bool = False
    capped: bool = False
    tiers: tuple[int, int, int] = (50_000_000_000, 20_000_000_000, 10_000_000_000)


@dataclass
class Known:
    """What a plain reading says of one project of the base set; amounts in 分."""

    unit: str
    origin: str
    signed_on: date
    campaign: str
    tier: str
    contract: int | None
    recognised: int
    reported: int
    arrived: int
    terminated: bool
    performed: bool
    commenced: bool
    producing: bool
    landed: bool
    unrated: int = field(default=0)


def record(bureau: Bureau, known_at: int) -> list[Recorded]:
    """Everything recorded up to a position, as its amendments known by then leave it."""
    stored = PostgresRecorder(bureau.pool).read(limit=known_at)
    return effective([read(one.position, one.event.data) for one in stored])


def base_set(events: Sequence[Recorded], cutoff: date, rules: Rules) -> dict[str, Known]:
    """The projects that count, each with its predicates as of a day."""
    happened = [r for r in events if r.occurred_on <= cutoff]
    found = {}
    for opened in _said(events, ProjectOpened):
        project = opened.event
        counted = sorted(
            (
                r
                for r in _said(happened, SigningRecorded)
                if r.event.project_id == project.project_id
                and r.event.level in rules.levels
                and r.event.signed_on <= cutoff
                and _verified(happened, r)
            ),
            key=lambda r: (r.event.signed_on, r.position),
        )
        if not counted or counted[0].event.signed_on < rules.signed_from:
            continue
        if project.funds_origin in rules.origins:
            found[project.project_id] = _known(happened, cutoff, rules, project, counted)
    return found


def _said(events: Iterable[Recorded], kind: type[EventT]) -> list[Any]:
    return [r for r in events if isinstance(r.event, kind)]


def _verified(happened: Sequence[Recorded], signing: Any) -> bool:
    checks = [
        r
        for r in _said(happened, SigningVerified)
        if r.event.signing_id == signing.event.signing_id and r.position > signing.position
    ]
    checks.sort(key=lambda r: (r.occurred_on, r.position))
    return bool(checks) and checks[-1].event.ok


def _known(
    happened: Sequence[Recorded],
    cutoff: date,
    rules: Rules,
    project: ProjectOpened,
    counted: list[Any],
) -> Known:
    def of_project(kind: type[EventT]) -> list[Any]:
        said = _said(happened, kind)
        return [r.event for r in said if r.event.project_id == project.project_id]

    first = counted[0]
    contract = _amount(happened, first, "contract_introduced_funds")
    total = _amount(happened, first, "total_investment")
    recognised, reported, unrated = _arrivals(happened, cutoff, project.project_id)
    withdrawn = sum(_yuan(e.amount, e.fx) or 0 for e in of_project(FundWithdrawn) if e.on <= cutoff)
    registered = any(e.on <= cutoff for e in of_project(CompanyRegistered))
    certified = any(e.on <= cutoff for e in of_project(CommencementCertified))
    deemed = any(e.on <= cutoff for e in of_project(DeemedCommencementCertified))
    producing = any(e.on <= cutoff for e in of_project(ProductionStarted))
    terminated = all(_terminated(happened, cutoff, one) for one in counted)
    funded = recognised > 0
    steps = {
        "any_step": registered or funded or certified or producing,
        "registered_or_funds": registered or funded,
        "funds_only": funded,
    }
    return Known(
        unit=project.jurisdiction,
        origin=project.funds_origin,
        signed_on=first.event.signed_on,
        campaign=first.campaign or "—",
        tier=_tier(total, rules),
        contract=contract,
        recognised=recognised,
        reported=reported,
        arrived=recognised - withdrawn,
        terminated=terminated,
        performed=steps[rules.performed] and not terminated,
        commenced=certified or producing or (rules.include_deemed and deemed),
        producing=producing,
        landed=registered,
        unrated=unrated,
    )


def _terminated(happened: Sequence[Recorded], cutoff: date, signing: Any) -> bool:
    return any(
        r.event.signing_id == signing.event.signing_id
        and r.position > signing.position
        and r.event.on <= cutoff
        for r in _said(happened, SigningTerminated)
    )


def _amount(happened: Sequence[Recorded], signing: Any, name: str) -> int | None:
    """An amount of a signing in force, at the rate in force; a supplement says what it changes."""
    supplements = [
        r
        for r in _said(happened, SigningAmended)
        if r.event.signing_id == signing.event.signing_id and r.position > signing.position
    ]
    supplements.sort(key=lambda r: (r.occurred_on, r.position))
    amount: Money | None = None
    rate: tuple[str, Fx] | None = None
    for said in (signing.event, *(r.event for r in supplements)):
        amount = getattr(said, name) or amount
        foreign = _foreign_currency(said)
        if foreign is not None and said.fx is not None:
            rate = (foreign, said.fx)
    if amount is None:
        return None
    if amount.currency == "CNY":
        return amount.minor
    if rate is None or rate[0] != amount.currency:
        return None
    return _yuan(amount, rate[1])


def _foreign_currency(said: Any) -> str | None:
    amounts = (
        said.total_investment,
        said.contract_introduced_funds,
        said.fixed_asset_investment,
    )
    return next((a.currency for a in amounts if a is not None and a.currency != "CNY"), None)


def _yuan(amount: Money, fx: Fx | None) -> int | None:
    if amount.currency == "CNY":
        return amount.minor
    if fx is None:
        return None
    fen_per_minor = Fraction(fx.rate) * 100 / 10 ** EXPONENTS[amount.currency]
    return half_up(amount.minor * fen_per_minor)


def _arrivals(happened: Sequence[Recorded], cutoff: date, project_id: str) -> tuple[int, int, int]:
    """Recognised and reported, and how many foreign reports have no rate yet."""
    recognised = reported = unrated = 0
    ranks = {"县": 1, "区": 2, "市": 3}
    for arrival in _said(happened, FundArrivalReported):
        said = arrival.event
        if said.project_id != project_id or said.received_on > cutoff:
            continue
        words = [
            r
            for r in _said(happened, FundArrivalRecognised)
            if r.event.arrival_id == said.arrival_id and r.position > arrival.position
        ]
        words.sort(key=lambda r: (ranks[r.event.authority], r.occurred_on, r.position))
        fx = words[-1].event.fx if words else None
        if words:
            recognised += _yuan(words[-1].event.amount_recognised, fx) or 0
        worth = _yuan(said.amount, fx)
        if worth is None:
            unrated += 1
        reported += worth or 0
    return recognised, reported, unrated


def _tier(total: int | None, rules: Rules) -> str:
    if total is None:
        return "未定"
    reached = (f"T{n}" for n, least in enumerate(rules.tiers, 1) if total >= least)
    return next(reached, "T4")


def sums(projects: Iterable[Known], rules: Rules) -> dict[str, tuple[int, int]]:
    """Numerator and denominator of each rate: counts, or amounts in 分."""
    found = list(projects)
    priced = [p for p in found if p.contract is not None]
    n, contract = len(found), sum(p.contract or 0 for p in priced)

    def counted(p: Known) -> int:
        return min(p.arrived, p.contract or 0) if rules.capped else p.arrived

    return {
        "performance count": (sum(p.performed for p in found), n),
        "performance amount": (sum(p.contract or 0 for p in priced if p.performed), contract),
        "fund_arrival count": (sum(p.arrived > 0 for p in found), n),
        "fund_arrival amount": (sum(map(counted, priced)), contract),
        "commencement count": (sum(p.commenced for p in found), n),
        "commencement amount": (sum(p.contract or 0 for p in priced if p.commenced), contract),
        "production count": (sum(p.producing for p in found), n),
        "commencement_or_production count": (sum(p.commenced or p.producing for p in found), n),
        "landing count": (sum(p.landed for p in found), n),
        "recognition amount": (sum(p.recognised for p in found), sum(p.reported for p in found)),
        "fund_arrival_reported amount": (sum(p.reported for p in priced), contract),
    }
