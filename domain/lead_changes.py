"""What becomes of a lead beside its verdict: shared with other units, made into a project (SPEC §3.3)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.leads import LeadConverted
from domain.model.command import Command
from domain.model.event import Event
from domain.model.roles import Role
from domain.model.subjects import LeadId, ProjectId, UnitId


class LeadShared(Event):
    """A lead was shared with other units; its registrant keeps the credit (SPEC §3.3, S003-44)."""

    title_zh = "信息共享"
    sentence_zh = "线索{lead_id}共享给{units}"
    sentence_en = "Lead {lead_id} shared with {units}"

    lead_id: LeadId
    units: Annotated[tuple[UnitId, ...], Field(min_length=1, max_length=500)]


class ShareLead(Command):
    """Share a lead with other units (SPEC §3.3, S003-44)."""

    title_zh = "共享线索"
    recorders = (Role.LGO,)
    records = LeadShared

    lead_id: LeadId
    units: Annotated[tuple[UnitId, ...], Field(min_length=1, max_length=500)]


class ConvertLead(Command):
    """Record that a lead became a project (SPEC §3.3)."""

    title_zh = "线索转项目"
    recorders = (Role.INV, Role.LGO)
    records = LeadConverted

    lead_id: LeadId
    project_id: ProjectId
