"""`GET /v1/projects`: what is known of projects, and the history of one from the record itself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.reading import Asked
from api.routes.ids import PathId
from domain.projects import FundsOrigin
from projections.history import project_history
from projections.projects import Stage, project, projects

router = APIRouter()


@router.get("/v1/projects", summary="项目 · Projects")
def list_projects(
    reading: Asked,
    unit: Annotated[
        str | None,
        Query(max_length=64, pattern=r"^[^\x00]*$", description="所在单位 · seat of the project"),
    ] = None,
    stage: Annotated[Stage | None, Query(description="所处阶段 · stage reached")] = None,
    origin: Annotated[FundsOrigin | None, Query(description="资金来源 · funds from")] = None,
) -> dict[str, Any]:
    """Projects as of a day, in the order of ids: stage, signings, funds, commencement, production."""
    rows = reading.ask(
        lambda connection: projects(
            connection,
            reading.as_of,
            unit=unit,
            stage=stage,
            origin=origin,
            after=reading.after_id,
            limit=reading.limit + 1,
        )
    )
    return reading.page(rows, key=lambda row: row["project_id"])


@router.get("/v1/projects/{project_id}", summary="项目现状 · One project")
def one_project(project_id: PathId, reading: Asked) -> dict[str, Any]:
    """One project as of a day, with the positions of the events that each part rests on."""
    return reading.answer(
        reading.ask(lambda connection: project(connection, reading.as_of, project_id))
    )


@router.get("/v1/projects/{project_id}/history", summary="项目历史 · A project's history")
def history(project_id: PathId, reading: Asked) -> dict[str, Any]:
    """Everything recorded about a project and the lead it came from, in the order of the record.

    Each event with a sentence in 中文 and English as it stands, its stored line, how late it was
    recorded, and what amended it. The whole history is one answer; `limit` and `cursor` play no part.
    """
    return reading.answer(
        reading.ask(lambda connection: project_history(connection, reading.as_of, project_id))
    )
