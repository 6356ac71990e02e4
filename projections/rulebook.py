"""Rule parameters as reads need them: in force on a day, as known at a position (DESIGN §7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from pydantic import JsonValue

from domain.model.errors import RuleNotSet
from domain.model.ratio import Style
from eventlog.statements import statement
from projections.asof import AsOf

Connection = psycopg.Connection[Any]

FORMAT = ("fmt.percent_decimals", "fmt.rounding", "fmt.strip_zero")
"""The parameters that say how a percentage is printed (SPEC G4)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter's value, the event that set it, and the number of the document it rests on."""

    value: JsonValue
    position: int
    document: str


def settings(connection: Connection, asof: AsOf, keys: Iterable[str]) -> dict[str, Setting]:
    """Those of `keys` that are in force at `asof.rules_at`; keys never set are left out."""
    rows = connection.execute(
        statement("projections", "rules_in_force"), {**asof.bounds, "keys": list(keys)}
    ).fetchall()
    return {key: Setting(value, position, document) for key, value, position, document in rows}


def parameters(
    connection: Connection,
    asof: AsOf,
    keys: Iterable[str],
    defaults: Mapping[str, JsonValue] | None = None,
) -> dict[str, JsonValue]:
    """The value of each of `keys` in force at `asof.rules_at`.

    RuleNotSet names the first that was never set, unless `defaults` holds a value for it.
    """
    wanted = list(keys)
    found = settings(connection, asof, wanted)
    values: dict[str, JsonValue] = {}
    for key in wanted:
        if key in found:
            values[key] = found[key].value
        elif defaults is not None and key in defaults:
            values[key] = defaults[key]
        else:
            raise RuleNotSet(key)
    return values


def rules_in_answer(
    connection: Connection, asof: AsOf, keys: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Those of `keys` that are in force, each with the event that set it and its document."""
    return {
        key: {"value": found.value, "position": found.position, "document": found.document}
        for key, found in sorted(settings(connection, asof, keys).items())
    }


def style(values: Mapping[str, Any]) -> Style:
    """How percentages are printed under the `FORMAT` parameters among `values`."""
    return Style(
        decimals=int(values["fmt.percent_decimals"]),
        rounding=str(values["fmt.rounding"]),
        strip_zero=bool(values["fmt.strip_zero"]),
    )
