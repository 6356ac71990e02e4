"""Everything the product can record: importing this module fills both registries."""

from __future__ import annotations

from domain import (
    access,
    accounts,
    amendments,
    arrival_reports,
    arrival_verdicts,
    baselines,
    campaigns,
    commencement,
    companies,
    complaint_handling,
    complaints,
    construction,
    contacts,
    decomposition,
    fund_schedules,
    funds,
    lead_judgement,
    leads,
    negotiations,
    organisation,
    production,
    projects,
    rules,
    satisfaction,
    signing_changes,
    signings,
    targets,
    withdrawals,
)
from domain.command import COMMANDS
from domain.event import EVENTS

SUBJECTS = (
    access,
    accounts,
    amendments,
    arrival_reports,
    arrival_verdicts,
    baselines,
    campaigns,
    commencement,
    companies,
    complaint_handling,
    complaints,
    construction,
    contacts,
    decomposition,
    fund_schedules,
    funds,
    lead_judgement,
    leads,
    negotiations,
    organisation,
    production,
    projects,
    rules,
    satisfaction,
    signing_changes,
    signings,
    targets,
    withdrawals,
)

__all__ = ["COMMANDS", "EVENTS", "SUBJECTS"]
