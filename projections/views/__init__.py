"""Every view of the facts; importing this package fills the registry."""

from __future__ import annotations

from projections.views import leads, organisation, rules

__all__ = ["leads", "organisation", "rules"]
