"""Facts about production: started, stopped, reduced, restored (SPEC §3.8)."""

from __future__ import annotations

from domain.production import ProductionStarted, ProductionStatusChanged
from projections.facts import Entry, Fact, View

production = View(
    "production",
    {
        "project_id": "text not null",
        "step": "text not null",
        "on_date": "date not null",
    },
    indexes=(("project_id",),),
)
"""`step` is 部分 or 全部 where production started, else its new status: 停产, 减产 or 恢复."""


@production.states(ProductionStarted)
def production_started(e: Entry) -> Fact:
    """Production in part or in full, from that day on."""
    return {"project_id": e["project_id"], "step": e["kind"], "on_date": e["on"]}


@production.states(ProductionStatusChanged)
def production_status_changed(e: Entry) -> Fact:
    """How production goes on from that day."""
    return {"project_id": e["project_id"], "step": e["status"], "on_date": e["on"]}
