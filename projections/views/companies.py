"""Facts about project companies: registration and capital (SPEC §3.7)."""

from __future__ import annotations

from domain.companies import CapitalIncreased, CapitalVerified, CompanyRegistered
from projections.facts import Entry, Fact, View
from projections.views.amounts import minor

company = View(
    "company",
    {
        "project_id": "text not null",
        "credit_code": "text not null",
        "name": "text not null",
        "capital_minor": "bigint not null",
        "capital_currency": "text not null",
        "paid_in_minor": "bigint",
        "paid_in_currency": "text",
        "registered_on": "date not null",
    },
    indexes=(("project_id",), ("credit_code",)),
)

capital = View(
    "capital",
    {
        "project_id": "text not null",
        "credit_code": "text not null",
        "step": "text not null",
        "minor": "bigint not null",
        "currency": "text not null",
        "increased_on": "date",
        "report_no": "text",
        "firm": "text",
    },
    indexes=(("project_id",), ("credit_code",)),
)
"""`step` is increased or verified."""


@company.states(CompanyRegistered)
def company_registered(e: Entry) -> Fact:
    """One company and its licence figures."""
    capital, paid_in = e["registered_capital"], e["paid_in"]
    return {
        "project_id": e["project_id"],
        "credit_code": e["credit_code"],
        "name": e["name"],
        "capital_minor": capital["minor"],
        "capital_currency": capital["currency"],
        "paid_in_minor": minor(paid_in),
        "paid_in_currency": paid_in and paid_in["currency"],
        "registered_on": e["on"],
    }


@capital.states(CapitalIncreased, CapitalVerified)
def capital_changed(e: Entry) -> Fact:
    """Capital added, or found to be there."""
    return {
        "project_id": e["project_id"],
        "credit_code": e["credit_code"],
        "step": "increased" if e.type == CapitalIncreased.__name__ else "verified",
        "minor": e["amount"]["minor"],
        "currency": e["amount"]["currency"],
        "increased_on": e["on"],
        "report_no": e["report_no"],
        "firm": e["firm"],
    }
