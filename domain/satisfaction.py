"""Satisfaction of investors, by dimension (SPEC §3.9, S000-10)."""

from __future__ import annotations

from typing import Literal

from domain.model.command import Command
from domain.model.event import Event
from domain.model.personal import PersonalText
from domain.model.roles import Role
from domain.model.subjects import ComplaintId, ProjectId

Dimension = Literal["投资环境", "政务服务", "投诉处理", "回访"]
Score = Literal["满意", "基本满意", "不满意"]


class SatisfactionSurveyed(Event):
    """Somebody was asked how satisfied they are; who, stays in the vault (SPEC §3.9)."""

    title_zh = "满意度"
    sentence_zh = "满意度调查（{dimension}）：{score}，项目{project_id}"
    sentence_en = "Satisfaction surveyed ({dimension}): {score}, project {project_id}"

    respondent: PersonalText
    dimension: Dimension
    score: Score
    project_id: ProjectId | None = None
    complaint_id: ComplaintId | None = None


class SurveySatisfaction(Command):
    """Record how satisfied a respondent is (SPEC §3.9, S000-10)."""

    title_zh = "登记满意度"
    recorders = (Role.TRB, Role.CPC, Role.COO)
    records = SatisfactionSurveyed

    respondent: PersonalText
    dimension: Dimension
    score: Score
    project_id: ProjectId | None = None
    complaint_id: ComplaintId | None = None
