"""Facts about signings: what was signed, whether it is genuine, supplements, terminations (§3.6).

A supplement may leave out the rate: then that of the signing stays, so amounts and rates are columns
of their own beside the amounts in yuan.
"""

from __future__ import annotations

from typing import Any

from domain.signings import SigningAmended, SigningRecorded, SigningTerminated, SigningVerified
from projections.facts import Entry, Fact, View
from projections.views.amounts import foreign_currency, minor, rate_e9, yuan

_AMOUNTS = {
    "total_investment": "total",
    "contract_introduced_funds": "funds",
    "fixed_asset_investment": "fixed",
}
_TERMS = {
    "rate_currency": "text",
    "rate_e9": "bigint",
    **{
        f"{amount}_{part}": kind
        for amount in _AMOUNTS.values()
        for part, kind in (("minor", "bigint"), ("currency", "text"), ("cny", "bigint"))
    },
    "planned_start": "date",
    "planned_production": "date",
}

signing = View(
    "signing",
    {
        "signing_id": "text not null",
        "project_id": "text not null",
        "level": "text not null",
        "signed_on": "date not null",
        **_TERMS,
        "ceremony_event": "text",
        "activity_level": "text",
    },
    indexes=(("signing_id",), ("project_id",), ("signed_on",)),
)
"""`total`, `funds` and `fixed` are total investment, contract introduced funds, fixed assets.

`rate_e9` is the rate that the event gives for its foreign currency, `rate_currency`; null where all is
in yuan.
"""

signing_verdict = View(
    "signing_verdict",
    {"signing_id": "text not null", "ok": "boolean not null"},
    indexes=(("signing_id",),),
)

signing_amendment = View(
    "signing_amendment",
    {"signing_id": "text not null", **_TERMS},
    indexes=(("signing_id",),),
)
"""What is null stays as it was; so does the rate, and then `_cny` columns of foreign amounts are null.

A rate without an amount of its currency beside it changes nothing.
"""

signing_termination = View(
    "signing_termination",
    {
        "signing_id": "text not null",
        "cause": "text not null",
        "terminated_on": "date not null",
    },
    indexes=(("signing_id",),),
)


def _terms(e: Entry) -> dict[str, Any]:
    amounts = {column: e[name] for name, column in _AMOUNTS.items()}
    foreign = foreign_currency(*amounts.values())
    terms: dict[str, Any] = {
        "rate_currency": foreign if e["fx"] else None,
        "rate_e9": rate_e9(foreign, e["fx"]),
        "planned_start": e["planned_start"],
        "planned_production": e["planned_production"],
    }
    for column, amount in amounts.items():
        terms[f"{column}_minor"] = minor(amount)
        terms[f"{column}_currency"] = amount and amount["currency"]
        terms[f"{column}_cny"] = yuan(amount, e["fx"])
    return terms


@signing.states(SigningRecorded)
def signing_recorded(e: Entry) -> Fact:
    """One signing, with its terms as signed."""
    own = ("signing_id", "project_id", "level", "signed_on", "ceremony_event", "activity_level")
    return {**{name: e[name] for name in own}, **_terms(e)}


@signing_verdict.states(SigningVerified)
def signing_verified(e: Entry) -> Fact:
    """Whether the signing is genuine."""
    return {"signing_id": e["signing_id"], "ok": e["ok"]}


@signing_amendment.states(SigningAmended)
def signing_amended(e: Entry) -> Fact:
    """The terms that a supplement changed."""
    return {"signing_id": e["signing_id"], **_terms(e)}


@signing_termination.states(SigningTerminated)
def signing_terminated(e: Entry) -> Fact:
    """From when on the agreement no longer holds."""
    return {"signing_id": e["signing_id"], "cause": e["cause"], "terminated_on": e["on"]}
