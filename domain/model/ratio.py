"""Exact fractions and how they are printed (SPEC G3, G4)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

EMPTY = "—"
_ROUNDING = {"HALF_UP": ROUND_HALF_UP, "HALF_EVEN": ROUND_HALF_EVEN, "DOWN": ROUND_DOWN}


@dataclass(frozen=True, slots=True)
class Style:
    """How a percentage is printed; the three `fmt.*` parameters of SPEC §13."""

    decimals: int = 1
    rounding: str = "HALF_UP"
    strip_zero: bool = True


def percent(value: Fraction, style: Style = Style()) -> str:
    """The percentage as printed, without its sign: exact, rounded once, never through a float."""
    scale = 10**style.decimals
    hundredfold = value * 100 * scale
    quotient, remainder = divmod(hundredfold.numerator, hundredfold.denominator)
    # A Decimal cannot hold every fraction; one further digit and a sticky bit decide the rounding.
    tenth, rest = divmod(remainder * 10, hundredfold.denominator)
    sticky = Decimal(tenth) / 10 + (Decimal("0.01") if rest else Decimal(0))
    rounded = (Decimal(quotient) + sticky).quantize(Decimal(1), _ROUNDING[style.rounding])
    text = str(rounded.scaleb(-style.decimals))
    return text.rstrip("0").rstrip(".") if style.strip_zero and "." in text else text


def printed(value: Fraction | None, style: Style = Style()) -> str:
    """The percentage with its sign, or — where there is nothing to divide by (SPEC §4.2)."""
    return EMPTY if value is None else percent(value, style) + "%"


def fraction_text(value: Fraction | None) -> str | None:
    """The exact fraction in lowest terms: `3/4`, `1/1`; None where the denominator is zero."""
    return None if value is None else f"{value.numerator}/{value.denominator}"


def of(numerator: int, denominator: int) -> Fraction | None:
    """The quotient, or None where the denominator is zero."""
    return None if denominator == 0 else Fraction(numerator, denominator)
