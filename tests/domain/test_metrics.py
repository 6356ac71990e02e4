"""Metrics: their names, their units, and exact quantities in display units (SPEC §3.2, G5)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from domain.metrics import (
    AMOUNTS,
    METRIC_NAMES,
    MONEY_UNITS,
    currency_of,
    quantity,
    unit_fault,
    usual_unit,
)
from domain.model.money import Money


def test_the_names_of_the_metrics_are_those_of_the_catalogue() -> None:
    assert len(METRIC_NAMES) == 15
    assert set(METRIC_NAMES) >= AMOUNTS
    for metric in METRIC_NAMES:
        assert unit_fault(metric, "1", usual_unit(metric)) is None


@pytest.mark.parametrize(
    ("value", "unit", "exact", "currency"),
    [
        ("9.29", "亿元", 92_900_000_000, "CNY"),
        ("5000", "万元", 5_000_000_000, "CNY"),
        ("0.01", "元", 1, "CNY"),
        ("4500", "万美元", 4_500_000_000, "USD"),
        ("1100", "万港元", 1_100_000_000, "HKD"),
        ("3", "万日元", 30_000, "JPY"),
        ("358", "条", 358, None),
        ("12.5", "亩", Fraction(25, 2), None),
    ],
)
def test_display_units_are_exact(
    value: str, unit: str, exact: int | Fraction, currency: str | None
) -> None:
    assert quantity(value, unit) == exact
    assert currency_of(unit) == currency
    if currency is not None:
        major, scale = MONEY_UNITS[unit]
        assert major == currency
        assert Money(currency=currency, minor=int(exact)).minor == exact
        assert scale in (1, 10**4, 10**8)


@pytest.mark.parametrize(
    ("metric", "value", "unit"),
    [
        ("leads", "1", "元"),
        ("leads", "1.5", "条"),
        ("signed_amount", "1", "个"),
        ("signed_amount", "0.001", "元"),
        ("funds_cash_fx", "0.5", "日元"),
    ],
)
def test_a_fault_is_told_in_both_languages(metric: str, value: str, unit: str) -> None:
    fault = unit_fault(metric, value, unit)
    assert fault is not None
    zh, en = fault
    assert any("\u4e00" <= character <= "\u9fff" for character in zh)
    assert en
