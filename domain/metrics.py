"""What targets measure: the metrics of SPEC §3.2, their units, and exact quantities in them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from domain.model.money import EXPONENTS

Metric = Literal[
    "leads",
    "visits",
    "inspections",
    "signed_count",
    "signed_amount",
    "industrial_5000w",
    "commencements",
    "funds_arrived_dom",
    "funds_actual_foreign",
    "funds_contract_foreign",
    "funds_cash_fx",
    "projects_compiled",
    "land_agreed",
    "problems_resolved",
    "satisfaction",
]

METRIC_NAMES: dict[str, tuple[str, str]] = {
    "leads": ("收集招商信息", "leads collected"),
    "visits": ("外出走访企业", "enterprises visited"),
    "inspections": ("邀请来访考察", "inspections received"),
    "signed_count": ("签约项目", "projects signed"),
    "signed_amount": ("签约金额", "amount signed"),
    "industrial_5000w": ("5000万元以上工业项目", "industrial projects of CNY 50 million or more"),
    "commencements": ("新开工项目", "projects commenced"),
    "funds_arrived_dom": ("内资到位资金", "domestic funds arrived"),
    "funds_actual_foreign": ("实际利用外资", "foreign funds in actual use"),
    "funds_contract_foreign": ("合同利用外资", "foreign funds contracted"),
    "funds_cash_fx": ("现汇进资", "foreign funds arrived in cash"),
    "projects_compiled": ("编制项目", "projects compiled"),
    "land_agreed": ("征地协议", "land agreed"),
    "problems_resolved": ("问题解决", "problems resolved"),
    "satisfaction": ("满意度", "satisfaction"),
}
"""Each metric in 中文 and English."""

USUAL_UNITS: dict[str, str] = {
    "leads": "条",
    "visits": "家",
    "inspections": "家",
    "signed_amount": "元",
    "funds_arrived_dom": "元",
    "funds_actual_foreign": "美元",
    "funds_contract_foreign": "美元",
    "funds_cash_fx": "美元",
    "land_agreed": "亩",
    "satisfaction": "%",
}
"""The unit meant where none is given; 个 for the metrics not named here."""

AMOUNTS = frozenset(
    {
        "signed_amount",
        "funds_arrived_dom",
        "funds_actual_foreign",
        "funds_contract_foreign",
        "funds_cash_fx",
    }
)
"""The metrics that are sums of money; all others are counted, save 亩 and % measured."""

_CURRENCY_WORDS = {"元": "CNY", "美元": "USD", "欧元": "EUR", "港元": "HKD", "日元": "JPY"}
_SCALES = {"": 1, "万": 10**4, "亿": 10**8}
MONEY_UNITS: dict[str, tuple[str, int]] = {
    scale + word: (currency, factor)
    for word, currency in _CURRENCY_WORDS.items()
    for scale, factor in _SCALES.items()
}
"""Display units of money (SPEC G5): the currency, and how many major units one of them is."""

_MEASURED = frozenset({"亩", "%"})


def _positive(number: str) -> str:
    if Decimal(number) <= 0:
        raise ValueError("数值须大于零 · the value must be greater than zero")
    return number


Quantity = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}(\.[0-9]{1,6})?$")]
"""A count or an amount as an exact decimal string, zero or more."""

PositiveQuantity = Annotated[Quantity, AfterValidator(_positive)]


def usual_unit(metric: str) -> str:
    """The unit meant where none is given."""
    return USUAL_UNITS.get(metric, "个")


def unit_fault(metric: str, value: str, unit: str) -> tuple[str, str] | None:
    """Why `value` in `unit` cannot measure `metric`, in 中文 and English; None if it can."""
    if (metric in AMOUNTS) is not (unit in MONEY_UNITS):
        units = "、".join(MONEY_UNITS) if metric in AMOUNTS else usual_unit(metric)
        return (
            f"指标 {metric} 的单位不能是“{unit}”，可用：{units}",
            f"{metric} cannot be measured in {unit!r}; give one of: {units}",
        )
    if metric in AMOUNTS and quantity(value, unit).denominator != 1:
        return ("金额不能小于一分", "an amount must be a whole number of minor units")
    if metric not in AMOUNTS and unit not in _MEASURED and Decimal(value) % 1:
        return (
            f"指标 {metric} 按{unit}计数，须为整数",
            f"{metric} are counted, give a whole number",
        )
    return None


def require_unit(metric: str, value: str, unit: str) -> None:
    """ValueError unless `value` in `unit` can measure `metric`."""
    if fault := unit_fault(metric, value, unit):
        raise ValueError(" · ".join(fault))


def quantity(value: str, unit: str) -> Fraction:
    """`value` as an exact number: minor units (分, cent) for money, else as it stands."""
    if unit not in MONEY_UNITS:
        return Fraction(value)
    currency, scale = MONEY_UNITS[unit]
    minor_per_major: int = 10 ** EXPONENTS[currency]
    return Fraction(value) * scale * minor_per_major


def currency_of(unit: str) -> str | None:
    """The currency that a unit of money is in; None for counts."""
    return MONEY_UNITS[unit][0] if unit in MONEY_UNITS else None
