"""When two names mean the same: investors, enterprises, intended projects, evidence numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Annotated

from opencc import OpenCC
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from domain.model.texts import CreditCode, Line, upper

_BRACKETS = str.maketrans({"（": "(", "）": ")", "〔": "(", "〕": ")", "【": "(", "】": ")"})
_SPACE = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[\s\-_/.·、，,()]+")

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), BeforeValidator(upper)]
"""ISO 3166-1 alpha-2; HK, MO and TW for 港澳台."""


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@cache
def normal_name(name: str) -> str:
    """The form in which two spellings of one name are equal: NFKC, simplified, trimmed, case-folded."""
    for _ in range(_PASSES):
        before, name = name, _one_pass(name)
        if name == before:
            break
    return name


_PASSES = 4
"""A few characters take two passes: taking out a space lets an accent join the letter before it."""


def _one_pass(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).translate(_BRACKETS).casefold()
    simplified: str = _simplifier().convert(folded)
    spaced = _SPACE.sub(" ", simplified).strip()
    # A space between Chinese characters is a slip; between Latin words it separates.
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", spaced)


def evidence_key(kind: str, number: str) -> str:
    """The form in which two writings of one evidence number are equal (SPEC §11)."""
    bare = _SEPARATORS.sub("", normal_name(number))
    return f"{kind}#{bare or normal_name(number)}"


class Investor(BaseModel):
    """An investing enterprise: its name, country and, where it has one, credit code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    country: Country = "CN"
    credit_code: CreditCode | None = None

    @property
    def key(self) -> str:
        """Its identity: the credit code where there is one, else country and normalised name."""
        return self.credit_code or self.name_key

    @property
    def name_key(self) -> str:
        """Country and normalised name, by which an investor without a code is recognised."""
        return f"{self.country}|{normal_name(self.name)}"

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that find this investor: by name always, by code where there is one."""
        by_name = f"investor:{self.name_key}"
        return (by_name, f"investor:{self.credit_code}") if self.credit_code else (by_name,)

    def same_as(self, other: Investor) -> bool:
        """True where codes agree, or, if either has none, where country and name agree."""
        if self.credit_code and other.credit_code:
            return self.credit_code == other.credit_code
        return self.name_key == other.name_key
