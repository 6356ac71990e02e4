"""Facts about rule parameters: what held on a date, as known at a position (DESIGN §7)."""

from __future__ import annotations

from psycopg.types.json import Jsonb

from domain.rules import RuleParameterSet
from projections.facts import Entry, Fact, View

rule = View(
    "rule",
    {
        "rule_key": "text not null",
        "value": "jsonb",
        "valid_from": "date not null",
        "valid_to": "date",
        "document": "text not null",
        "note": "text",
    },
    indexes=(("rule_key",),),
)


@rule.states(RuleParameterSet)
def rule_parameter_set(e: Entry) -> Fact:
    """One setting of one parameter."""
    return {
        "rule_key": e["key"],
        "value": Jsonb(e["value"]),
        "valid_from": e["valid_from"],
        "valid_to": e["valid_to"],
        "document": e["doc"]["no"],
        "note": e["note"],
    }
