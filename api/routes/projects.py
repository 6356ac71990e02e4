"""`GET /v1/projects`: what is known of projects, and the history of one from the record itself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.reading import Asked
from projections.history import project_history

router = APIRouter()

ProjectPath = Annotated[
    str, Path(pattern=r"^[^\s:\x00-\x1f\x7f]{1,64}$", description="项目编号 · project id")
]


@router.get("/v1/projects/{project_id}/history", summary="项目历史 · A project's history")
def history(project_id: ProjectPath, reading: Asked) -> dict[str, Any]:
    """Everything recorded about a project and the lead it came from, in the order of the record.

    Each event with a sentence in 中文 and English as it stands, its stored line, how late it was
    recorded, and what amended it. The whole history is one answer; `limit` and `cursor` play no part.
    """
    return reading.answer(
        reading.ask(lambda connection: project_history(connection, reading.as_of, project_id))
    )
