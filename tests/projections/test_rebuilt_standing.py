"""Campaigns, targets, contacts, complaints: rebuilt from the record, the facts are those that were live."""

from __future__ import annotations

from typing import Any

from projections.rebuild import rebuild
from tests.database import TestDatabase
from tests.projections.bureau import Bureau
from tests.projections.tables import campaigning, inspected, table, visited

VIEWS = {
    "adoption",
    "campaign",
    "complaint",
    "complaint_step",
    "contact",
    "decomposition",
    "inspection",
    "invitation",
    "meeting",
    "phase",
    "satisfaction",
    "target",
    "target_adjustment",
    "visit",
}


def campaign_of_all_kinds(bureau: Bureau) -> None:
    """A target handed on, adjusted and corrected; a phase; a project adopted and given up again."""
    phase: dict[str, Any] = {
        "phase_no": 1,
        "name": "动员",
        "from": "2009-07-01",
        "to": "2009-07-15",
    }
    at = bureau.record("define-campaign-phase", "2009-06-21", campaign_id="c1", **phase)
    bureau.correct(at, name="宣传动员")
    target = bureau.target("t1", "u0", "leads", "5")
    children = [{"assignee": u, "value": "2", "due": "2009-09-30"} for u in ("u1", "u2")]
    bureau.record("decompose-target", "2009-07-02", parent_id="t1", children=children)
    adjusted: dict[str, Any] = {"target_id": "t1.u1", "value": "3", "doc": {"no": "二号"}}
    bureau.record("adjust-target", "2009-07-03", reason="补足", **adjusted)
    bureau.correct(target, value="6")
    bureau.project("pr1", "u1")
    adopted = bureau.record("adopt-project", "2009-07-20", project_id="pr1", campaign_id="c1")
    bureau.revoke(adopted)


def contacts_of_all_kinds(bureau: Bureau) -> None:
    """Each kind once, and corrections that change a name, a list and a day."""
    investor = {"name": "中綠集團"}
    call: dict[str, Any] = {
        "direction": "out",
        "mode": "电话",
        "led_by": "p2",
        "investor": investor,
    }
    at = bureau.record("record-contact", "2009-07-11", participants=["p1"], **call)
    bureau.correct(at, participants=["p1", "w1"])
    bureau.correct(visited(bureau, "达利集团"), enterprise="達利集團")
    bureau.revoke(visited(bureau, "亲亲股份"))
    bureau.record("send-invitation", "2009-07-13", investor=investor, for_date="2009-08-01")
    bureau.correct(inspected(bureau, "中绿集团", sites=["新工业园"]), occurred_on="2009-07-21")
    bureau.record("hold-meeting", "2009-07-16", kind="动员", decisions=[{"text": "每周一报"}])


def complaint_of_all_steps(bureau: Bureau) -> None:
    """Received, accepted, assigned, resolved, answered, reviewed and opened again."""
    said: dict[str, Any] = {
        "enterprise": "华拓企业",
        "against": "某局",
        "kind": "拖延",
        "channel": "电话",
    }
    about: dict[str, Any] = {"complaint_id": "x1"}
    at = bureau.record("receive-complaint", "2012-03-01", **about, **said, content="证照两月未办")
    bureau.correct(at, channel="来信")
    bureau.record("accept-complaint", "2012-03-01", **about, on="2012-03-01")
    bureau.record("assign-complaint", "2012-03-02", **about, unit="u1", due="2012-03-12")
    bureau.record("resolve-complaint", "2012-03-10", **about, result="已发证")
    bureau.record("reply-complaint", "2012-03-11", **about, on="2012-03-11", mode="书面")
    bureau.record("request-complaint-review", "2012-03-15", **about, grounds="问题仍在")
    bureau.record("review-complaint", "2012-03-20", **about, outcome="重办", reopened=True)
    answer: dict[str, Any] = {"respondent": "李某", "dimension": "投诉处理", "score": "满意"}
    bureau.record("survey-satisfaction", "2012-03-21", **about, **answer)
    declined: dict[str, Any] = {"complaint_id": "x2", "anonymous": True}
    bureau.record("receive-complaint", "2012-03-01", **declined, **{**said, "content": "同上"})
    bureau.record(
        "decline-complaint", "2012-03-02", complaint_id="x2", on="2012-03-02", reason="重复"
    )


def test_rebuilt_facts_are_the_live_ones(database: TestDatabase) -> None:
    with campaigning(database) as bureau:
        campaign_of_all_kinds(bureau)
        contacts_of_all_kinds(bureau)
        complaint_of_all_steps(bureau)
        before = table(bureau)
        rebuilt = rebuild(database.service_conninfo, sorted(VIEWS), workers=1)
        assert {one.view for one in rebuilt} == VIEWS
        for one in rebuilt:
            assert one.live_hash is not None
            assert one.equal, one
            assert not one.hash.startswith("0:"), f"{one.view} holds nothing"
        assert table(bureau) == before
