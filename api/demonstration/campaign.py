"""The 百日会战 of S003A as events, from its plan to its complaints (SPEC §4.3, S003-01 to S003-13)."""

from __future__ import annotations

from collections.abc import Iterator

from api.demonstration.cast import COMPLAINTS, DISTRICT, GROUP, OFFICE, UNITS, enterprise, unit
from api.demonstration.journeys import journeys
from api.demonstration.leads import leads
from api.demonstration.signings import signings
from api.demonstration.step import Step, document
from api.demonstration.window import LAST, WINDOW, after, told

PLAN = document("青禾办发〔2009〕21号", "工业园区建设和招商引资工作“百日会战”活动方案")

TARGETS = (
    ("leads", 358, "条"),
    ("visits", 720, "家"),
    ("inspections", 192, "家"),
    ("industrial_5000w", 55, "个"),
    ("commencements", 26, "个"),
)
"""The five targets that S003A prints."""


def campaign() -> list[Step]:
    """The whole campaign, each part in its own order."""
    return [*_opening(), *leads(), *journeys(), *signings(), *_complaints()]


def _opening() -> Iterator[Step]:
    yield told(
        "campaign",
        OFFICE,
        "create-campaign",
        "2009-06-26",
        name="工业园区建设和招商引资工作“百日会战”",
        kind="百日会战",
        level="区",
        owner=DISTRICT,
        documents=[PLAN],
        **WINDOW,
    )
    yield told("plan", GROUP, "approve-campaign-plan", "2009-06-27", doc=PLAN)
    yield told(
        "focus",
        OFFICE,
        "set-focus-industries",
        "2009-06-27",
        codes=["电子信息", "楼宇经济", "医药化工"],
    )
    for metric, value, measure in TARGETS:
        yield told(
            f"target {metric}",
            GROUP,
            "assign-target",
            "2009-06-29",
            target_id=f"demo-t-{metric}",
            assignee=DISTRICT,
            metric=metric,
            value=str(value),
            unit=measure,
            kind="floor",
            period=WINDOW,
        )
    shares = [
        {
            "assignee": one.unit_id,
            "value": str(one.task),
            "due": LAST.isoformat(),
            "target_id": f"demo-t-leads-{one.number:02}",
        }
        for one in UNITS
    ]
    yield told(
        "shares",
        OFFICE,
        "decompose-target",
        "2009-06-30",
        parent_id="demo-t-leads",
        children=shares,
    )
    decisions = [{"text": "目标任务分解到组、到人；各小组主要领导亲自带队", "due": WINDOW["to"]}]
    yield told(
        "mobilisation", OFFICE, "hold-meeting", "2009-07-16", kind="动员", decisions=decisions
    )


def _complaints() -> Iterator[Step]:
    """Two complaints: one answered, one with a result that nobody told the complainant (S003-65)."""
    for number, department, day, kind, content, result in (
        (1, unit(25), 20, "乱收费", "施工许可之外另收押金，无票据", "押金已退还，科室负责人被约谈"),
        (2, unit(26), 35, "办事拖延", "土地证办理超过承诺时限，无人答复进度", "土地证已办结发放"),
    ):
        complaint = f"demo-x{number}"
        yield told(
            f"complaint {number}",
            COMPLAINTS,
            "receive-complaint",
            after(day),
            complaint_id=complaint,
            enterprise=enterprise(200 + number),
            against=department.name,
            against_unit=department.unit_id,
            kind=kind,
            channel="电话",
            content=content,
        )
        yield told(
            f"complaint {number} assigned",
            COMPLAINTS,
            "assign-complaint",
            after(day + 1),
            complaint_id=complaint,
            unit=department.unit_id,
            due=after(day + 15),
        )
        yield told(
            f"complaint {number} resolved",
            department.unit_id,
            "resolve-complaint",
            after(day + 12),
            complaint_id=complaint,
            result=result,
        )
    yield told(
        "complaint 1 answered",
        COMPLAINTS,
        "reply-complaint",
        after(34),
        complaint_id="demo-x1",
        on=after(34),
        mode="电话",
        complainant_ack=True,
    )
