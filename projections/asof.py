"""What an answer is as of: a business date, a moment of knowledge, and the rules of a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class AsOf:
    """The two time axes of every figure, and the day whose rules it is computed by (DESIGN §5, §7).

    `cutoff` is the last business date that counts, `known_at` the last position of the record that
    was known, `rules_at` the day on which a rule has to be in force; the cutoff unless asked otherwise.
    """

    cutoff: date
    known_at: int
    rules_at: date

    @property
    def bounds(self) -> dict[str, Any]:
        """The named parameters that every read's SQL takes."""
        return {"cutoff": self.cutoff, "known_at": self.known_at, "rules_at": self.rules_at}

    def in_answer(self) -> dict[str, Any]:
        """The form in which an answer repeats what it rests on."""
        return {
            "cutoff": self.cutoff.isoformat(),
            "known_at": self.known_at,
            "rules_at": self.rules_at.isoformat(),
        }
