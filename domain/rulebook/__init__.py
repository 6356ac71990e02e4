"""The rule book: the values that ship with the product, one readable file per policy (DESIGN §7).

Each value names its source clause. They become `RuleParameterSet` events when a jurisdiction is set
up, and from then on the record alone says what holds. What the sources mask or leave open stands in
the files as unset, with the reason, and is never guessed (SPEC G14).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from domain.model.texts import DocumentRef
from domain.rules import SetRuleParameter

POLICIES = (
    "text_and_format",
    "rates",
    "leads",
    "campaigns",
    "projects",
    "tiers",
    "complaints",
    "calendars",
    "rankings",
    "awards",
)
"""The files, in the order in which they are enacted."""

SINCE = date(1900, 1, 1)
"""From when a default holds: before anything a bureau could record."""

_FIELDS = frozenset(
    {"key", "value", "unset", "reason", "valid_from", "clause", "ambiguity", "note"}
)


@dataclass(frozen=True, slots=True)
class Unset:
    """A parameter that the sources leave open, and why."""

    key: str
    reason: str
    clause: str
    ambiguity: str | None = None


@cache
def _parameters() -> tuple[tuple[str, dict[str, Any]], ...]:
    """Every entry of every file, with the name of its policy."""
    found = []
    for policy in POLICIES:
        text = files(__name__).joinpath(f"{policy}.toml").read_text("utf-8")
        for entry in tomllib.loads(text)["parameter"]:
            if strange := set(entry) - _FIELDS:
                raise ValueError(f"{policy}.toml, {entry.get('key')}: unknown {sorted(strange)}")
            if entry.get("unset", False) is ("value" in entry):
                raise ValueError(f"{policy}.toml, {entry['key']}: give a value or unset = true")
            found.append((policy, entry))
    return tuple(found)


def defaults() -> tuple[SetRuleParameter, ...]:
    """The commands that enact the rule book.

    Each takes effect, and is dated, on the day from which it holds: so the same file always gives
    the same commands, whenever a jurisdiction is set up.
    """
    return tuple(_command(policy, e) for policy, e in _parameters() if "value" in e)


def _command(policy: str, entry: dict[str, Any]) -> SetRuleParameter:
    valid_from = date.fromisoformat(entry["valid_from"]) if "valid_from" in entry else SINCE
    source = entry["clause"]
    if ambiguity := entry.get("ambiguity"):
        source = f"{source} ({ambiguity})"
    return SetRuleParameter(
        occurred_on=valid_from,
        key=entry["key"],
        value=entry["value"],
        valid_from=valid_from,
        doc=DocumentRef(no=f"SPEC §13 {policy}", title=source),
        note=entry.get("note"),
    )


def unset() -> tuple[Unset, ...]:
    """The parameters that only a document of the jurisdiction can set."""
    return tuple(
        Unset(e["key"], e["reason"], e["clause"], e.get("ambiguity"))
        for _, e in _parameters()
        if "value" not in e
    )
