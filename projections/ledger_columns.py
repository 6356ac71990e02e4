"""The columns of the ledgers, in the order and under the headings of SPEC §9.1.

Headings about matters that no event records yet (land, approvals, problems, revisits, the leaders in
charge) are left out; they join their place when their events do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from domain.model.money import EXPONENTS, half_up, minor_units
from domain.model.ratio import Style, of, printed

Row = Mapping[str, Any]
Cell = str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every row of a ledger is written with: the names of units, how percentages are printed."""

    units: Mapping[str, str]
    form: Style

    def unit(self, unit_id: str) -> str:
        """A unit by name and id; its id where it was never registered."""
        name = self.units.get(unit_id)
        return f"{name}（{unit_id}）" if name else unit_id


Columns = tuple[tuple[str, Callable[[Row, Sheet], Cell]], ...]
"""Headings, each with what stands under it."""

_CURRENCIES = {"CNY": "万元", "USD": "万美元", "EUR": "万欧元", "HKD": "万港元", "JPY": "万日元"}


def ten_thousands(money: Mapping[str, str] | None, *, unit: bool = False) -> Cell:
    """An amount in ten thousands of its major unit, exact to as many decimals as it takes.

    The unit is named with `unit`, and wherever it is not 万元.
    """
    if money is None:
        return None
    currency = money["currency"]
    minor = minor_units(money["amount"].lstrip("-"), currency)
    exact = Decimal(minor).scaleb(-4 - EXPONENTS[currency]).normalize()
    shown = f"{exact:f}" if exact == exact.to_integral() else str(exact)
    sign = "-" if money["amount"].startswith("-") and minor else ""
    named = _CURRENCIES.get(currency, f"万{currency}")
    return f"{sign}{shown}{named if unit or currency != 'CNY' else ''}"


def _counted(row: Row) -> Row:
    """The first counted signing."""
    return next(one for one in row["signings"] if one["first_counted"])


def _yes(value: bool) -> str:
    return "是" if value else "否"


def _joined(*parts: Cell) -> Cell:
    return "、".join(part for part in parts if part) or None


def _arrival_rate(row: Row, sheet: Sheet) -> str:
    """资金到位率 of one project, as printed."""
    contract = _fen(_counted(row)["contract_introduced_funds_cny"])
    arrived = _fen(row["funds"]["arrived"])
    return printed(of(arrived or 0, contract or 0), sheet.form)


def _fen(money: Mapping[str, str] | None) -> int | None:
    if money is None:
        return None
    sign = -1 if money["amount"].startswith("-") else 1
    return sign * minor_units(money["amount"].lstrip("-"), money["currency"])


def _company(row: Row, _sheet: Sheet) -> Cell:
    company = row["company"]
    if company is None:
        return None
    capital = ten_thousands(company["registered_capital"], unit=True)
    return _joined(company["name"], company["registered_on"], capital)


def _supervision(row: Row, _sheet: Sheet) -> Cell:
    return _joined(row["tier"], "TM" if row["major"] else None)


PROJECTS: Columns = (
    ("项目编号", lambda r, _: r["project_id"]),
    ("项目名称", lambda r, _: r["name"]),
    ("项目类别", lambda r, _: r["class"]),
    ("项目性质", lambda r, _: r["kind"]),
    ("建设地点/所在县(市、区)", lambda r, s: s.unit(r["jurisdiction"])),
    ("投资方名称", lambda r, _: r["investor"]["name"]),
    ("投资方国别/地区", lambda r, _: r["investor"]["country"]),
    ("资金来源", lambda r, _: r["funds_origin"]),
    ("总投资(万元)", lambda r, _: ten_thousands(_counted(r)["total_investment"])),
    ("合同引进资金(万元)", lambda r, _: ten_thousands(_counted(r)["contract_introduced_funds"])),
    ("固定资产投资(万元)", lambda r, _: ten_thousands(_counted(r)["fixed_asset_investment"])),
    (
        "签约活动名称及级别",
        lambda r, _: _joined(_counted(r)["ceremony_event"], _counted(r)["activity_level"]),
    ),
    ("签约日期", lambda r, _: _counted(r)["signed_on"]),
    ("签约类型", lambda r, _: _counted(r)["level"]),
    ("公司注册名称、注册日期、注册资本", _company),
    ("是否履约", lambda r, _: _yes(r["performed"])),
    ("累计上报到位资金(万元)", lambda r, _: ten_thousands(r["funds"]["reported"])),
    ("累计认定到位资金(万元)", lambda r, _: ten_thousands(r["funds"]["recognised"])),
    ("其中现汇(万元)", lambda r, _: ten_thousands(r["funds"]["of_it_cash_fx"])),
    ("撤出资金(万元)", lambda r, _: ten_thousands(r["funds"]["withdrawn"])),
    ("资金到位率(%)", _arrival_rate),
    ("计划开工日期", lambda r, _: _counted(r)["planned_start"]),
    ("实际开工(认定)日期", lambda r, _: r["commencement"]["certified_on"]),
    ("是否开工", lambda r, _: _yes(r["commenced"])),
    ("形象进度/项目进展情况", lambda r, _: r["stage"]),
    ("计划投产日期", lambda r, _: _counted(r)["planned_production"]),
    ("投产日期", lambda r, _: r["production"]["started_on"]),
    ("线索登记人", lambda r, _: r["lead"] and r["lead"]["registrant"]),
    ("责任单位", lambda r, s: s.unit(r["jurisdiction"])),
    ("督查层级", _supervision),
)


def _of(minor: str, currency: str) -> Callable[[Row, Sheet], Cell]:
    return lambda r, _: (
        None if r[minor] is None else str(Decimal(r[minor]).scaleb(-EXPONENTS[r[currency]]))
    )


def _wan(name: str) -> Callable[[Row, Sheet], Cell]:
    return lambda r, _: (
        None if r[name] is None else str(Decimal(half_up(Fraction(r[name], 10_000))).scaleb(-2))
    )


ARRIVALS: Columns = (
    ("到位编号", lambda r, _: r["arrival_id"]),
    ("项目编号", lambda r, _: r["project_id"]),
    ("项目名称", lambda r, _: r["name"]),
    ("所在单位", lambda r, s: s.unit(r["jurisdiction"]) if r["jurisdiction"] else None),
    ("到资日期", lambda r, _: r["received_on"].isoformat()),
    ("资金来源", lambda r, _: r["origin"]),
    ("形式", lambda r, _: r["form"]),
    ("是否现汇", lambda r, _: _yes(r["is_cash_fx"])),
    ("用途", lambda r, _: r["purpose"]),
    ("币种", lambda r, _: r["currency"]),
    ("上报金额", _of("minor", "currency")),
    ("认定金额", _of("recognised_minor", "currency")),
    ("核减金额", _of("refused_minor", "currency")),
    ("核减原因", lambda r, _: r["grounds"]),
    ("上报折合(万元)", _wan("reported_cny")),
    ("认定折合(万元)", _wan("recognised_cny")),
    ("认定机关", lambda r, _: r["authority"]),
    ("认定日期", lambda r, _: r["recognised_on"] and r["recognised_on"].isoformat()),
)
