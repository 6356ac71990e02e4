"""The kinds of text a field may hold: NFC, trimmed, without control characters (DESIGN §3)."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise ValueError("不得为空 · must not be empty")
    require_no_control_characters(text)
    return text


def require_no_control_characters(text: str) -> None:
    """ValueError for control characters but line ends and tabs, and for lone surrogates."""
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise ValueError(
                "不得含控制字符或不成对的代理码 · control characters and lone surrogates are not allowed"
            )


Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(_clean)]
"""One line: a name, a place, a kind."""

Text = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_clean)]
"""Running text that names no person."""


def upper(value: object) -> object:
    """A text trimmed and in capitals; pydantic's own `to_upper` comes after its pattern."""
    return value.strip().upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


CreditCode = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$"), BeforeValidator(upper)
]
"""统一社会信用代码: 18 characters, as GB 32100 writes them."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), BeforeValidator(_lower)]


class DocumentRef(BaseModel):
    """A document that supports an event: number, title, content hash, page (DESIGN §3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    no: Line
    title: Line | None = None
    sha256: Sha256 | None = None
    page: Annotated[int, Field(ge=1, le=100_000)] | None = None


class Period(BaseModel):
    """A span of days, both included (SPEC G1)."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    start: date = Field(alias="from")
    end: date = Field(alias="to")

    def model_post_init(self, _context: object, /) -> None:
        if self.end < self.start:
            raise ValueError("to 不得早于 from · to must not be before from")
