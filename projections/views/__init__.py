"""Every view of the facts; importing this package fills the registry."""

from __future__ import annotations

from projections.views import (
    commencement,
    companies,
    funds,
    leads,
    organisation,
    production,
    projects,
    rules,
    signings,
)

__all__ = [
    "commencement",
    "companies",
    "funds",
    "leads",
    "organisation",
    "production",
    "projects",
    "rules",
    "signings",
]
