"""Every view of the facts; importing this package fills the registry."""

from __future__ import annotations

from projections.views import (
    campaigns,
    commencement,
    companies,
    complaints,
    contacts,
    funds,
    leads,
    organisation,
    production,
    projects,
    rules,
    signings,
)

__all__ = [
    "campaigns",
    "commencement",
    "companies",
    "complaints",
    "contacts",
    "funds",
    "leads",
    "organisation",
    "production",
    "projects",
    "rules",
    "signings",
]
