"""Money: exact minor units in and out, rates, and rounding half away from zero (SPEC G5, G6, G11)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.model.money import EXPONENTS, Fx, Money, PositiveMoney, half_up, minor_units, yuan_minor

RATE = {"date": "2012-06-28", "source": "中国外汇交易中心"}
LARGEST = 10**17


def money(amount: str, currency: str = "CNY") -> Money:
    return Money.model_validate({"amount": amount, "currency": currency})


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("929000000.00", "CNY", 92_900_000_000),
        ("929000000", "CNY", 92_900_000_000),
        ("0.01", "CNY", 1),
        ("0.1", "USD", 10),
        ("0", "CNY", 0),
        ("0.00", "CNY", 0),
        ("007.50", "EUR", 750),
        ("879", "JPY", 879),
        ("1.234", "KWD", 1234),
        ("1.500000", "CNY", 150),
        ("1000000000000000.00", "CNY", LARGEST),
        ("100000000000000000", "JPY", LARGEST),
    ],
)
def test_a_decimal_string_is_read_exactly(amount: str, currency: str, minor: int) -> None:
    assert money(amount, currency) == Money(currency=currency, minor=minor)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("-1.00", "CNY"),
        ("1.005", "CNY"),
        ("0.5", "JPY"),
        ("1000000000000000.01", "CNY"),
        ("1,000.00", "CNY"),
        ("1e3", "CNY"),
        ("", "CNY"),
        (" 1", "CNY"),
        ("١", "CNY"),
        ("１", "CNY"),
        ("NaN", "CNY"),
        (".5", "CNY"),
        ("5.", "CNY"),
        (5, "CNY"),
        (5.0, "CNY"),
        (None, "CNY"),
        ("1.00", "RMB"),
        ("1.00", "cny"),
        ("1.00", None),
        ("1.00", ["CNY"]),
    ],
)
def test_what_is_no_amount_is_refused_in_both_languages(amount: Any, currency: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Money.model_validate({"amount": amount, "currency": currency})
    assert any("\u4e00" <= character <= "\u9fff" for character in str(refused.value))


@pytest.mark.parametrize(
    "body",
    [
        {"amount": "1.00"},
        {"currency": "CNY"},
        {"amount": "1.00", "currency": "CNY", "unit": "万元"},
        {"amount": "1.00", "currency": "CNY", "minor": 100},
        {"currency": "CNY", "minor": 1.0},
        {"currency": "CNY", "minor": "100"},
        {"currency": "CNY", "minor": True},
        {"currency": "CNY", "minor": -1},
        "1.00",
        100,
    ],
)
def test_money_has_just_its_two_parts(body: Any) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate(body)


def test_the_stored_form_is_read_back() -> None:
    stored = money("12.34", "USD").model_dump(mode="json")
    assert stored == {"currency": "USD", "minor": 1234}
    assert Money.model_validate(stored) == money("12.34", "USD")


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (0, "CNY", "0.00"),
        (1, "CNY", "0.01"),
        (92_900_000_000, "CNY", "929000000.00"),
        (LARGEST, "CNY", "1000000000000000.00"),
        (5, "JPY", "5"),
        (5, "KWD", "0.005"),
    ],
)
def test_an_amount_shows_its_currencys_decimals(minor: int, currency: str, shown: str) -> None:
    one = Money(currency=currency, minor=minor)
    assert one.amount == shown
    assert one.in_major_units() == {"amount": shown, "currency": currency}


@given(st.integers(0, LARGEST), st.sampled_from(sorted(EXPONENTS)))
def test_what_is_shown_reads_back_as_the_same(minor: int, currency: str) -> None:
    one = Money(currency=currency, minor=minor)
    assert "E" not in one.amount
    assert minor_units(one.amount, currency) == minor
    assert Money.model_validate(one.in_major_units()) == one


def test_positive_money_is_above_zero() -> None:
    positive: TypeAdapter[Money] = TypeAdapter(PositiveMoney)
    assert positive.validate_python({"amount": "0.01", "currency": "CNY"}).minor == 1
    with pytest.raises(ValidationError, match="大于零"):
        positive.validate_python({"amount": "0.00", "currency": "CNY"})


@pytest.mark.parametrize("rate", ["6.3000", "0.00000001", "9999999.99999999", "1"])
def test_a_rate_is_a_positive_decimal_string(rate: str) -> None:
    assert Fx.model_validate({**RATE, "rate": rate}).rate == rate


@pytest.mark.parametrize("rate", ["0", "0.000", "-6.3", "6,3", "6.123456789", "10000000", 6.3, ""])
def test_what_is_no_rate_is_refused(rate: Any) -> None:
    with pytest.raises(ValidationError):
        Fx.model_validate({**RATE, "rate": rate})


@pytest.mark.parametrize("missing", ["rate", "date", "source"])
def test_a_rate_names_its_day_and_source(missing: str) -> None:
    body = {**RATE, "rate": "6.3"}
    del body[missing]
    with pytest.raises(ValidationError):
        Fx.model_validate(body)


@pytest.mark.parametrize(
    ("amount", "currency", "rate", "minor"),
    [
        ("10000000.00", "USD", "6.3", 6_300_000_000),  # SPEC §7: 1000万美元 at 6.3 is 6300万元
        ("0.01", "USD", "6.3", 6),
        ("0.01", "USD", "6.5", 7),  # 6.5 分: half goes up
        ("0.01", "USD", "6.4999", 6),
        ("8790000.00", "EUR", "8.1234", 7_140_468_600),
        ("100", "JPY", "0.080155", 802),  # 801.55 分
        ("1.000", "KWD", "22.105", 2211),  # 2210.5 分: three decimals of its own
    ],
)
def test_foreign_money_in_yuan(amount: str, currency: str, rate: str, minor: int) -> None:
    assert yuan_minor(money(amount, currency), Fx.model_validate({**RATE, "rate": rate})) == minor


def test_yuan_needs_no_rate_and_foreign_money_without_one_stays_unknown() -> None:
    assert yuan_minor(money("12.34"), None) == 1234
    assert yuan_minor(money("12.34"), Fx.model_validate({**RATE, "rate": "2"})) == 1234
    assert yuan_minor(money("12.34", "USD"), None) is None


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (1, 2, 1),
        (3, 2, 2),
        (5, 2, 3),
        (-1, 2, -1),
        (-3, 2, -2),
        (49, 100, 0),
        (51, 100, 1),
        (-49, 100, 0),
        (0, 1, 0),
        (7, 1, 7),
    ],
)
def test_halves_go_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(Fraction(numerator, denominator)) == rounded


@given(st.fractions())
def test_rounding_stays_within_a_half_and_keeps_the_sign(value: Fraction) -> None:
    rounded = half_up(value)
    assert abs(rounded - value) <= Fraction(1, 2)
    assert half_up(-value) == -rounded
    if abs(rounded - value) == Fraction(1, 2):
        assert abs(rounded) > abs(value)


@given(
    st.integers(0, LARGEST),
    st.sampled_from(sorted(set(EXPONENTS) - {"CNY"})),
    st.decimals("0.00000001", "9999999", places=8),
)
def test_conversion_agrees_with_exact_division(minor: int, currency: str, rate: Decimal) -> None:
    fx = Fx.model_validate({**RATE, "rate": f"{rate:f}"})
    exact = Fraction(minor) * Fraction(rate) * 100 / 10 ** EXPONENTS[currency]
    found = yuan_minor(Money(currency=currency, minor=minor), fx)
    assert found is not None
    assert exact - Fraction(1, 2) < found <= exact + Fraction(1, 2)
