"""Money as integer minor units with its ISO 4217 currency, and conversion to yuan (SPEC G5, G11)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

CNY = "CNY"

_TWO_DECIMALS = (
    "AED AUD BRL CAD CHF CNY CZK DKK EGP EUR GBP HKD HUF IDR ILS INR KZT LAK LKR MMK MNT MOP MXN "
    "MYR NOK NZD PHP PKR PLN QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD ZAR"
)
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_TWO_DECIMALS.split(), 2),
    **dict.fromkeys("CLP ISK JPY KRW PYG UGX VND XAF".split(), 0),
    **dict.fromkeys("BHD JOD KWD OMR TND".split(), 3),
}
"""Decimal digits of the minor unit, by currency, as ISO 4217 lists them."""

_AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,6})?")
_LARGEST = 10**17
"""Minor units; a million 亿元. Anything larger is a slip of the keyboard, and would not fit bigint sums."""


class Money(BaseModel):
    """An amount of money: `minor` units (分, cent) of `currency`.

    Read from `{"amount": "929000000.00", "currency": "CNY"}` (major units, a decimal string)
    or from the stored form `{"currency": "CNY", "minor": 92900000000}`; always stored in the latter.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "type": "object",
            "properties": {
                "amount": {
                    "type": "string",
                    "pattern": r"^[0-9]{1,18}(\.[0-9]{1,6})?$",
                    "description": "主币单位的十进制字符串 · decimal string in major units",
                },
                "currency": {"type": "string", "enum": [*sorted(EXPONENTS)]},
            },
            "required": ["amount", "currency"],
            "examples": [{"amount": "929000000.00", "currency": "CNY"}],
        },
    )

    currency: str
    minor: int = Field(strict=True)

    @model_validator(mode="before")
    @classmethod
    def _from_major_units(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "amount" not in value:
            return value
        if set(value) - {"amount", "currency"}:
            raise ValueError(
                "金额只含 amount 与 currency 两项 · money holds amount and currency, nothing else"
            )
        return {
            "currency": value.get("currency"),
            "minor": minor_units(value["amount"], value.get("currency")),
        }

    @field_validator("minor")
    @classmethod
    def _within_reason(cls, minor: int) -> int:
        if minor < 0:
            raise ValueError(
                "金额不得为负；减少请用相应的更正或核减 · an amount cannot be negative"
            )
        if minor > _LARGEST:
            raise ValueError("金额过大，请核对单位 · the amount is too large, check its unit")
        return minor

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, currency: str) -> str:
        if currency not in EXPONENTS:
            raise ValueError(
                f"币种 {currency!r} 不在 ISO 4217 名单 · currency {currency!r} is not known, "
                "give its three-letter ISO 4217 code, e.g. CNY"
            )
        return currency

    @property
    def amount(self) -> str:
        """The decimal string in major units, with the currency's own number of decimals."""
        return str(Decimal(self.minor).scaleb(-EXPONENTS[self.currency]))

    def in_major_units(self) -> dict[str, str]:
        """The form that every answer over HTTP uses."""
        return {"amount": self.amount, "currency": self.currency}


def minor_units(amount: Any, currency: Any) -> int:
    """Read a decimal string in major units as an integer of minor units; ValueError if inexact."""
    if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        raise ValueError(
            f'amount 须为十进制字符串，如 "50000000.00"，收到 {amount!r} · '
            f'amount must be a decimal string such as "50000000.00", not {amount!r}'
        )
    if not isinstance(currency, str) or currency not in EXPONENTS:
        raise ValueError(
            f"币种 {currency!r} 不在 ISO 4217 名单 · currency {currency!r} is not known, "
            "give its three-letter ISO 4217 code, e.g. CNY"
        )
    scaled = Decimal(amount).scaleb(EXPONENTS[currency])
    if scaled != scaled.to_integral_value():
        raise ValueError(
            f"{currency} 最多 {EXPONENTS[currency]} 位小数 · "
            f"{currency} takes at most {EXPONENTS[currency]} decimals"
        )
    return int(scaled)


def _positive(money: Money) -> Money:
    if money.minor == 0:
        raise ValueError("金额须大于零 · the amount must be greater than zero")
    return money


PositiveMoney = Annotated[Money, AfterValidator(_positive)]


def _positive_rate(text: str) -> str:
    if Decimal(text) <= 0:
        raise ValueError("汇率须大于零 · an exchange rate must be greater than zero")
    return text


class Fx(BaseModel):
    """An exchange rate with its date and source: yuan per unit of the foreign currency (SPEC G11)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{1,7}(\.[0-9]{1,8})?$"),
        AfterValidator(_positive_rate),
    ]
    date: date
    source: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


def half_up(value: Fraction) -> int:
    """Round to the nearest integer, halves away from zero (SPEC G4, G6)."""
    doubled = abs(value) * 2
    rounded = (doubled.numerator // doubled.denominator + 1) // 2
    return rounded if value >= 0 else -rounded


def yuan_minor(money: Money, fx: Fx | None) -> int | None:
    """`money` in 分 at rate `fx`, rounded half up; None where a foreign amount has no rate."""
    if money.currency == CNY:
        return money.minor
    if fx is None:
        return None
    major = Fraction(money.minor, 10 ** EXPONENTS[money.currency])
    return half_up(major * Fraction(fx.rate) * 100)
