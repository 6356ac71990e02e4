"""Everything the product can record: importing this module fills both registries."""

from __future__ import annotations

from domain import (
    access,
    accounts,
    amendments,
    lead_judgement,
    leads,
    organisation,
    rules,
)
from domain.command import COMMANDS
from domain.event import EVENTS

SUBJECTS = (
    access,
    accounts,
    amendments,
    lead_judgement,
    leads,
    organisation,
    rules,
)

__all__ = ["COMMANDS", "EVENTS", "SUBJECTS"]
