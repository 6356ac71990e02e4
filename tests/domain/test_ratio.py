"""Percentages: exact fractions, printed once, checked against the figures of SPEC §4.3."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.ratio import EMPTY, Style, fraction_text, of, percent, printed

MODES = {"HALF_UP": ROUND_HALF_UP, "HALF_EVEN": ROUND_HALF_EVEN, "DOWN": ROUND_DOWN}


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (171, 358, "47.8%"),
        (57, 720, "7.9%"),
        (93, 192, "48.4%"),  # the document prints 48.3, which no rounding gives
        (12, 55, "21.8%"),
        (3, 26, "11.5%"),
        (11, 48, "22.9%"),
        (530_000_000, 500_000_000, "106%"),
        (15_990_000, 20_000_000, "80%"),  # 79.95 is a tie
        (3_750_000, 15_990_000, "23.5%"),
        (53, 126, "42.1%"),
        (3, 4, "75%"),
        (14_000, 100_000, "14%"),
        (0, 7, "0%"),
        (7, 7, "100%"),
        (1, 3, "33.3%"),
        (2, 3, "66.7%"),
        (1, 10_000, "0%"),
        (1, 2_000, "0.1%"),  # 0.05 is a tie
        (999_999, 1_000_000, "100%"),
        (200, 10, "2000%"),
    ],
)
def test_percentages_as_printed(numerator: int, denominator: int, text: str) -> None:
    assert printed(of(numerator, denominator)) == text


@pytest.mark.parametrize(
    ("numerator", "denominator", "style", "text"),
    [
        (907, 1093, Style(decimals=2), "82.98"),
        (279_449, 612_909, Style(decimals=2), "45.59"),
        (401, 1093, Style(decimals=2), "36.69"),
        (401, 1093, Style(decimals=2, rounding="DOWN"), "36.68"),
        (733, 1292, Style(decimals=2), "56.73"),
        (291, 292, Style(decimals=2, rounding="DOWN"), "99.65"),
        (61, 63, Style(decimals=2, rounding="DOWN"), "96.82"),
        (61, 63, Style(decimals=3), "96.825"),
        (1599, 2000, Style(decimals=0), "80"),
        (1599, 2000, Style(decimals=1, strip_zero=False), "80.0"),
        (1, 2, Style(strip_zero=False), "50.0"),
        (1, 2, Style(decimals=0), "50"),
        (1, 1, Style(decimals=0), "100"),
        (1, 8, Style(decimals=0), "13"),  # 12.5
        (1, 8, Style(decimals=0, rounding="HALF_EVEN"), "12"),
        (3, 8, Style(decimals=0, rounding="HALF_EVEN"), "38"),  # 37.5
        (12_500_001, 100_000_000, Style(decimals=0, rounding="HALF_EVEN"), "13"),
    ],
)
def test_the_style_decides_the_printed_form(
    numerator: int, denominator: int, style: Style, text: str
) -> None:
    assert percent(Fraction(numerator, denominator), style) == text


def test_nothing_to_divide_by_prints_a_dash() -> None:
    assert of(0, 0) is None
    assert of(5, 0) is None
    assert printed(None) == EMPTY == "—"
    assert fraction_text(None) is None


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [(171, 358, "171/358"), (57, 720, "19/240"), (4, 4, "1/1"), (0, 9, "0/1")],
)
def test_fractions_are_in_lowest_terms(numerator: int, denominator: int, text: str) -> None:
    assert fraction_text(of(numerator, denominator)) == text


@given(
    st.fractions(0, 10**6),
    st.integers(0, 6),
    st.sampled_from(sorted(MODES)),
)
def test_printing_rounds_the_exact_value_once(value: Fraction, decimals: int, mode: str) -> None:
    """Beside a division with far more digits than either side can need."""
    with localcontext() as context:
        context.prec = 400
        exact = Decimal(value.numerator) * 100 / Decimal(value.denominator)
        expected = exact.quantize(Decimal(1).scaleb(-decimals), MODES[mode])
    style = Style(decimals=decimals, rounding=mode, strip_zero=False)
    assert Decimal(percent(value, style)) == expected
    assert percent(value, style).partition(".")[2] == str(expected).partition(".")[2]


@given(st.fractions(0, 10**6), st.integers(0, 6))
def test_stripping_zeros_changes_only_the_look(value: Fraction, decimals: int) -> None:
    bare = percent(value, Style(decimals=decimals))
    full = percent(value, Style(decimals=decimals, strip_zero=False))
    assert Decimal(bare) == Decimal(full)
    assert not ("." in bare and bare.endswith(("0", ".")))


@given(st.fractions(0, 10**6), st.fractions(0, 10**6))
def test_a_greater_fraction_never_prints_less(one: Fraction, other: Fraction) -> None:
    less, more = sorted([one, other])
    assert Decimal(percent(less)) <= Decimal(percent(more))
