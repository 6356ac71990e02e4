"""Facts about funds: arrivals as reported, what was recognised or refused, withdrawals (SPEC §3.8)."""

from __future__ import annotations

from domain.funds import (
    FundArrivalPartlyRefused,
    FundArrivalRecognised,
    FundArrivalRefused,
    FundArrivalReported,
    FundWithdrawn,
)
from projections.facts import Entry, Fact, View
from projections.views.amounts import rate_e9, yuan

_AMOUNT = {"minor": "bigint not null", "currency": "text not null", "cny": "bigint"}

fund_arrival = View(
    "fund_arrival",
    {
        "arrival_id": "text not null",
        "project_id": "text not null",
        **_AMOUNT,
        "received_on": "date not null",
        "origin": "text not null",
        "form": "text not null",
        "is_cash_fx": "boolean not null",
        "purpose": "text not null",
    },
    indexes=(("arrival_id",), ("project_id",), ("received_on",)),
)
"""As reported. A foreign amount is worth nothing in yuan here: its rate comes with the recognition."""

fund_recognition = View(
    "fund_recognition",
    {
        "arrival_id": "text not null",
        **_AMOUNT,
        "rate_e9": "bigint",
        "authority": "text not null",
        "authority_rank": "int not null",
    },
    indexes=(("arrival_id",),),
)
"""An arrival counts by its highest authority (市 3, 区 2, 县 1), and there by the latest (SPEC §4.2)."""

fund_refusal = View(
    "fund_refusal",
    {
        "arrival_id": "text not null",
        "minor": "bigint not null",
        "currency": "text not null",
        "whole": "boolean not null",
        "ground": "text not null",
    },
    indexes=(("arrival_id",),),
)

fund_withdrawal = View(
    "fund_withdrawal",
    {"project_id": "text not null", **_AMOUNT, "withdrawn_on": "date not null"},
    indexes=(("project_id",),),
)

_RANKS = {"县": 1, "区": 2, "市": 3}


@fund_arrival.states(FundArrivalReported)
def fund_arrival_reported(e: Entry) -> Fact:
    """One arrival, each named by one report."""
    own = ("arrival_id", "project_id", "received_on", "origin", "form", "is_cash_fx", "purpose")
    amount = e["amount"]
    return {**{name: e[name] for name in own}, **amount, "cny": yuan(amount, None)}


@fund_recognition.states(FundArrivalRecognised)
def fund_arrival_recognised(e: Entry) -> Fact:
    """What an authority recognised, in yuan at the rate it gives."""
    amount, fx = e["amount_recognised"], e["fx"]
    return {
        "arrival_id": e["arrival_id"],
        **amount,
        "cny": yuan(amount, fx),
        "rate_e9": rate_e9(amount["currency"], fx),
        "authority": e["authority"],
        "authority_rank": _RANKS[e["authority"]],
    }


@fund_refusal.states(FundArrivalPartlyRefused, FundArrivalRefused)
def fund_arrival_refused(e: Entry) -> Fact:
    """What was not recognised, and why."""
    return {
        "arrival_id": e["arrival_id"],
        **e["refused_amount"],
        "whole": e.type == FundArrivalRefused.__name__,
        "ground": e["ground"],
    }


@fund_withdrawal.states(FundWithdrawn)
def fund_withdrawn(e: Entry) -> Fact:
    """What left the project again."""
    amount = e["amount"]
    return {
        "project_id": e["project_id"],
        **amount,
        "cny": yuan(amount, e["fx"]),
        "withdrawn_on": e["on"],
    }
