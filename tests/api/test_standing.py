"""Completion, rankings, leads, contacts and complaints over HTTP and on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api.cli import app
from api.cli.outcome import Exit, guarded
from domain.model.roles import Role
from tests.api.reads import Reader, reading
from tests.api.service import Service, problem
from tests.database import TestDatabase

WINDOW = {"from": "2009-07-01", "to": "2009-09-30"}
PASSED = dict.fromkeys(
    ("has_investor", "has_intent", "has_capacity", "policy_ok", "env_ok", "truthful"), True
)


@pytest.fixture
def reader(service: Service) -> Iterator[Reader]:
    with reading(service) as found:
        yield found


def campaign(reader: Reader) -> None:
    """c1 of u0 with a unit u1 and its participants p1 to p4, as CONTRACT.md writes them."""
    said: dict[str, Any] = {"unit_id": "u1", "name": "河东乡", "kind": "乡镇", "parent": None}
    reader.give("register-unit", "2009-06-01", **said)
    for n in range(1, 5):
        said = {"participant_id": f"p{n}", "name": f"甲{n}", "kind": "镇干部", "unit_id": "u1"}
        reader.give("register-participant", "2009-06-01", **said)
    said = {
        "campaign_id": "c1",
        "name": "百日会战",
        "kind": "百日会战",
        "level": "区",
        "owner": "u0",
    }
    reader.give("create-campaign", "2009-06-20", **{**said, **WINDOW})


def lead(reader: Reader, lead_id: str, registrant: str, on: str = "2009-07-10") -> int:
    body: dict[str, Any] = {
        "lead_id": lead_id,
        "kind": "投资",
        "registrant": registrant,
        "channel": "以商招商",
        "investor": {"name": f"{lead_id}有限公司", "country": "CN", "credit_code": None},
        "intended_project": "电子厂",
        "industry": "工业",
        "est_investment": {"amount": "50000000.00", "currency": "CNY"},
        "disclosed_publicly": False,
        "campaign_id": "c1",
    }
    return reader.give("register-lead", on, **body)


def verified(reader: Reader, lead_id: str, on: str = "2009-07-20") -> int:
    return reader.give("verify-lead", on, judge=True, lead_id=lead_id, valuable=True, tests=PASSED)


def target(reader: Reader, target_id: str, assignee: str, value: str, **more: Any) -> int:
    body: dict[str, Any] = {
        "target_id": target_id,
        "assignee": assignee,
        "metric": "leads",
        "value": value,
        "unit": "条",
        "kind": "floor",
        "period": WINDOW,
        "campaign_id": "c1",
        **more,
    }
    return reader.give("assign-target", "2009-07-01", **body)


def test_the_completion_of_a_campaign(reader: Reader) -> None:
    campaign(reader)
    target(reader, "t1", "u0", "358")
    target(reader, "t2", "u1", "2")
    positions = [lead(reader, f"l{n}", "p1") for n in (1, 2)]
    content = reader.get("/v1/campaigns/c1/completion", cutoff="2009-09-30")
    known = reader.service.head()
    assert content["as_of"] == {
        "cutoff": "2009-09-30",
        "known_at": known,
        "rules_at": "2009-09-30",
    }
    whole, unit = content["data"]
    told = {
        "metric": "leads",
        "assignee": "u0",
        "target": "358",
        "actual": "2",
        "fraction": "1/179",
        "percent": "0.6",  # 2/358 is 0.5586… %
        "printed": "0.6%",
        "completed": False,
    }
    assert {name: whole[name] for name in told} == told
    assert whole["members"] == [
        {"id": f"l{n}", "on": "2009-07-10", "positions": [at]} for n, at in enumerate(positions, 1)
    ]
    assert (unit["assignee"], unit["printed"], unit["completed"]) == ("u1", "100%", True)
    summary = content["summary"]
    assert (summary["completed_metrics"], summary["metrics"]) == (0, 1)
    assert (summary["completed_units"], summary["units"]) == (1, 1)
    assert content["campaign"]["from"] == "2009-07-01"
    rule = content["rules"]["visit.count"]
    assert (rule["value"], rule["position"] > 0) == ("enterprises", True)


def test_completion_as_known_before_and_after_a_revocation(reader: Reader) -> None:
    campaign(reader)
    target(reader, "t1", "u0", "1")
    registered = lead(reader, "l1", "p1")
    revoked = reader.give(
        "revoke-event", "2009-08-01", judge=True, target=registered, reason="登记有误"
    )

    def completed(known_at: int) -> bool:
        content = reader.get("/v1/campaigns/c1/completion", known_at=known_at)
        return bool(content["data"][0]["completed"])

    assert (completed(revoked - 1), completed(revoked)) == (True, False)


def test_pages_of_a_completion_fit_together(reader: Reader) -> None:
    campaign(reader)
    for n in range(1, 5):
        target(reader, f"t{n}", f"p{n}", str(n))
    whole = reader.get("/v1/campaigns/c1/completion")["data"]
    first = reader.get("/v1/campaigns/c1/completion", limit=3)
    assert first["data"] == whole[:3]
    lead(reader, "l1", "p4")  # recorded between two pages, it is on neither
    second = reader.get("/v1/campaigns/c1/completion", limit=3, cursor=first["next"])
    assert second["data"] == whole[3:]
    assert second["next"] is None
    assert second["summary"] == first["summary"]


def test_campaigns_and_their_phases(reader: Reader) -> None:
    campaign(reader)
    phase: dict[str, Any] = {"campaign_id": "c1", "phase_no": 1, "name": "动员"}
    phase |= {**WINDOW, "to": "2009-07-15"}
    at = reader.give("define-campaign-phase", "2009-06-21", **phase)
    (listed,) = reader.get("/v1/campaigns")["data"]
    assert (listed["campaign_id"], listed["owner"], listed["to"]) == ("c1", "u0", "2009-09-30")
    one = reader.get("/v1/campaigns/c1")["data"]
    assert one["phases"] == [
        {"phase_no": 1, "name": "动员", "from": "2009-07-01", "to": "2009-07-15", "position": at}
    ]


def test_an_id_with_a_colon_and_a_blank_is_found_at_its_address(reader: Reader) -> None:
    said: dict[str, Any] = {"campaign_id": "2009: 会战", "name": "会战", "kind": "百日会战"}
    said |= {"level": "区", "owner": "u0", **WINDOW}
    reader.give("create-campaign", "2009-06-20", **said)
    path = "/v1/campaigns/2009%3A%20%E4%BC%9A%E6%88%98"
    assert reader.get(path)["data"]["campaign_id"] == "2009: 会战"
    assert reader.get(f"{path}/completion")["data"] == []


def test_a_ranking_with_a_tie(reader: Reader) -> None:
    campaign(reader)
    at = {}
    for n, who in enumerate(("p1", "p1", "p2", "p3"), 1):
        at[n] = [lead(reader, f"l{n}", who), verified(reader, f"l{n}")]
    content = reader.get("/v1/rankings/leads", campaign="c1", cutoff="2009-09-30")
    rows = [{k: v for k, v in row.items() if k != "group"} for row in content["data"]]

    def member(n: int) -> dict[str, Any]:
        return {"id": f"l{n}", "on": "2009-07-10", "positions": at[n]}

    assert rows == [
        {
            "rank": 1,
            "participant": "p1",
            "value": 2,
            "tied": False,
            "members": [member(1), member(2)],
        },
        {"rank": 2, "participant": "p2", "value": 1, "tied": True, "members": [member(3)]},
        {"rank": 2, "participant": "p3", "value": 1, "tied": True, "members": [member(4)]},
        {"rank": 4, "participant": "p4", "value": 0, "tied": False, "members": []},
    ]
    assert (content["uncredited"], content["rules"]["lead.dedupe"]["value"]) == ([], "first")
    by_kind = reader.get("/v1/rankings/leads", campaign="c1", group_by="kind")["data"]
    assert {row["group"] for row in by_kind} == {"镇干部"}
    first = reader.get("/v1/rankings/leads", campaign="c1", limit=2)
    second = reader.get("/v1/rankings/leads", campaign="c1", limit=2, cursor=first["next"])
    assert [row["participant"] for row in second["data"]] == ["p3", "p4"]


@pytest.mark.parametrize("kind", ["leads", "negotiations", "signings", "commencements"])
def test_every_ranking_answers_with_nothing_to_rank(reader: Reader, kind: str) -> None:
    assert reader.get(f"/v1/rankings/{kind}")["data"] == []


def test_the_lead_board(reader: Reader) -> None:
    campaign(reader)
    for n in range(1, 4):
        lead(reader, f"l{n}", "p1")
    verified(reader, "l2")
    content = reader.get("/v1/leads", campaign="c1", status="pending", limit=1)
    assert [row["lead_id"] for row in content["data"]] == ["l1"]
    assert content["counts"]["pending"] == 2
    second = reader.get("/v1/leads", campaign="c1", status="pending", cursor=content["next"])
    assert [row["lead_id"] for row in second["data"]] == ["l3"]


def test_contacts_by_enterprise_and_meetings(reader: Reader) -> None:
    campaign(reader)
    said: dict[str, Any] = {"direction": "外出", "purpose": "推介", "led_by": "p1"}
    at = reader.give("visit-enterprise", "2009-07-20", enterprise="中綠集團", **said)
    reader.give("visit-enterprise", "2009-07-21", enterprise="达利集团", **said)
    (row,) = reader.get("/v1/contacts", enterprise="中绿集团", kind="visit")["data"]
    assert (row["position"], row["unit"], row["led_by"]) == (at, "u1", "p1")
    reader.give("hold-meeting", "2009-07-16", kind="动员", decisions=[], campaign_id="c1")
    assert reader.get("/v1/meetings")["data"][0]["kind"] == "动员"


def test_the_complaint_register(reader: Reader) -> None:
    campaign(reader)
    reader.judge = reader.service.admit("centre", Role.CPC)
    body: dict[str, Any] = {
        "complaint_id": "x1",
        "enterprise": "华拓企业",
        "against": "某局",
        "kind": "办证拖延",
        "channel": "电话",
        "content": "证照两月未办",
        "anonymous": False,
        "complainant": "李某",
    }
    reader.give("receive-complaint", "2012-03-01", judge=True, **body)
    for name, on, more in (
        ("assign-complaint", "2012-03-02", {"unit": "u1", "due": "2012-03-12"}),
        ("resolve-complaint", "2012-03-10", {"result": "已发证"}),
    ):
        reader.give(name, on, judge=True, complaint_id="x1", **more)
    content = reader.get("/v1/complaints", cutoff="2012-03-31", **{"from": "2012-01-01"})
    (row,) = content["data"]
    assert (row["result"], row["replied_on"], row["archived"]) == ("已发证", None, False)
    assert content["headings"]["result"] == "办理结果（着落）"
    assert [one["zh"] for one in content["violations"]] == ["有着落无回音"]
    assert content["summary"]["landed"]["printed"] == "100%"
    assert content["summary"]["replied"]["printed"] == "0%"
    assert "李某" not in json.dumps(content, ensure_ascii=False)
    assert reader.get("/v1/complaints", to="2012-02-29")["data"] == []


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        ("/v1/campaigns/c9", 404, "subject-unknown"),
        ("/v1/campaigns/c9/completion", 404, "subject-unknown"),
        ("/v1/rankings/leads?campaign=c9", 404, "subject-unknown"),
        ("/v1/rankings/smiles", 422, "invalid"),
        ("/v1/rankings/leads?group_by=colour", 422, "invalid"),
        ("/v1/leads?status=lost", 422, "invalid"),
        ("/v1/complaints?from=2012-02-30", 422, "invalid"),
        ("/v1/contacts?enterprise=%00", 422, "invalid"),
        ("/v1/contacts?unit=%00", 422, "invalid"),
        ("/v1/campaigns/%00/completion", 422, "invalid"),
        # The cursor of another read: its key is no number.
        (
            "/v1/leads?cursor=WyIyMDEyLTAxLTAxIiwgMSwgIjIwMTItMDEtMDEiLCAieCJd",
            422,
            "invalid",
        ),
    ],
)
def test_what_cannot_be_answered_is_a_problem(
    reader: Reader, path: str, status: int, name: str
) -> None:
    reader.get("/v1/campaigns")  # the figures are there
    problem(reader.service.get(path), status, name)


def test_before_there_are_figures_a_read_says_when_to_come_back(service: Service) -> None:
    answer = service.get("/v1/rankings/leads")
    problem(answer, 503, "not-projected-yet")
    assert answer.headers["Retry-After"] == "2"


def test_reads_want_a_token(service: Service) -> None:
    for path in (
        "/v1/campaigns",
        "/v1/campaigns/c1/completion",
        "/v1/rankings/leads",
        "/v1/leads",
        "/v1/contacts",
        "/v1/meetings",
        "/v1/complaints",
    ):
        problem(service.client.get(path), 401, "unauthenticated")


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command line on the test's database: exit code, stdout, stderr."""
    monkeypatch.setenv("YINZHENG_DATABASE_URL", database.service_conninfo)
    monkeypatch.setenv("YINZHENG_OWNER_DATABASE_URL", database.owner_conninfo)
    monkeypatch.setenv("YINZHENG_SCHEMA", database.schema)
    monkeypatch.setenv("COLUMNS", "120")

    def run_line(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()  # what the service has logged so far
        with pytest.raises(SystemExit) as ended:
            guarded(lambda: app(list(arguments)))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run_line


def test_the_command_line_answers_as_the_interface_does(reader: Reader, run: Run) -> None:
    campaign(reader)
    target(reader, "t1", "u0", "2")
    target(reader, "t2", "u0", "4", kind="stretch")
    for n, who in ((1, "p1"), (2, "p2")):
        lead(reader, f"l{n}", who)
    judged = verified(reader, "l1")
    day = ("--cutoff", "2009-09-30")
    code, out, _ = run("completion", "c1", *day, "--json")
    assert code == Exit.OK
    said, served = json.loads(out), reader.get("/v1/campaigns/c1/completion", cutoff="2009-09-30")
    assert (said["data"], said["summary"]) == (served["data"], served["summary"])
    assert said["as_of"] == served["as_of"]
    code, out, _ = run("completion", "c1", *day)
    assert "1/1 项指标完成" in out
    assert "力争 4条" in out
    code, out, _ = run("ranking", "leads", "--campaign", "c1", *day, "--json")
    served = reader.get("/v1/rankings/leads", campaign="c1", cutoff="2009-09-30")
    assert json.loads(out)["data"] == served["data"]
    code, out, _ = run("ranking", "leads", "--campaign", "c1", "--by-kind", *day)
    assert (code, "镇干部" in out, "2（并列 tied）" in out) == (Exit.OK, True, True)
    code, out, _ = run(
        "ranking", "leads", "--campaign", "c1", "--known-at", str(judged - 1), "--json"
    )
    assert {row["value"] for row in json.loads(out)["data"]} == {0}


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("completion c9", Exit.REFUSED, "c9"),
        ("ranking leads --campaign c9", Exit.REFUSED, "c9"),
        ("ranking smiles", Exit.USAGE, "smiles"),
        ("ranking leads --known-at 99999999", Exit.USAGE, "99999999"),
        ("ranking leads --known-at yesterday", Exit.USAGE, "known_at"),
        ("completion c9 --cutoff 2009-02-30", Exit.USAGE, "2009-02-30"),
    ],
)
def test_the_command_line_says_what_would_be_needed(
    reader: Reader, run: Run, line: str, code: Exit, told: str
) -> None:
    ended, out, err = run(*line.split())
    assert (ended, out) == (code, "")
    assert told in err
