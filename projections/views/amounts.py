"""Amounts as columns: minor units, currency, and what they are in yuan (SPEC G5, G11)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.model.money import CNY, EXPONENTS, Fx, Money, yuan_minor

Stored = Mapping[str, Any]
"""Money or an exchange rate as an entry stores it."""


def yuan(amount: Stored | None, fx: Stored | None) -> int | None:
    """An amount in 分 at a rate, rounded half up; None without an amount, or where it lacks a rate."""
    if amount is None:
        return None
    money = Money(currency=amount["currency"], minor=amount["minor"])
    return yuan_minor(money, None if fx is None else Fx.model_validate(fx))


def rate_e9(currency: str | None, fx: Stored | None) -> int | None:
    """How many 分 one minor unit of a currency is at a rate, times 10^9; None where it lacks a rate.

    For amounts and rates that come from different events, as a supplement keeps the signing's rate. A
    rate has at most 8 decimals and a minor unit at most 3, so the integer is exact.
    """
    if currency == CNY:
        return 10**9
    if currency is None or fx is None:
        return None
    return int(Decimal(fx["rate"]).scaleb(9 + 2 - EXPONENTS[currency]))


def minor(amount: Stored | None) -> int | None:
    """An amount in minor units of its currency."""
    return None if amount is None else amount["minor"]


def foreign_currency(*amounts: Stored | None) -> str | None:
    """The foreign currency among the amounts of one event, to which its rate applies; None without."""
    currencies: list[str] = [a["currency"] for a in amounts if a is not None]
    return next((c for c in currencies if c != CNY), None)
