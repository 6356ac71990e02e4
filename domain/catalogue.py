"""Everything the product can record: importing this module fills both registries."""

from __future__ import annotations

from domain import (
    access,
    accounts,
    amendments,
    arrival_reports,
    arrival_verdicts,
    commencement,
    companies,
    construction,
    fund_schedules,
    funds,
    lead_judgement,
    leads,
    negotiations,
    organisation,
    production,
    projects,
    rules,
    signing_changes,
    signings,
)
from domain.command import COMMANDS
from domain.event import EVENTS

SUBJECTS = (
    access,
    accounts,
    amendments,
    arrival_reports,
    arrival_verdicts,
    commencement,
    companies,
    construction,
    fund_schedules,
    funds,
    lead_judgement,
    leads,
    negotiations,
    organisation,
    production,
    projects,
    rules,
    signing_changes,
    signings,
)

__all__ = ["COMMANDS", "EVENTS", "SUBJECTS"]
