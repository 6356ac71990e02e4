"""A bureau for tests of figures: commands in, facts current, questions as of any moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import psycopg
from psycopg_pool import ConnectionPool

import projections.views
from domain.catalogue import COMMANDS
from domain.metrics import usual_unit
from domain.model.roles import Actor
from eventlog.combiner import Combiner
from eventlog.recorder import PostgresRecorder
from eventlog.registrar import Registrar
from projections.asof import AsOf
from projections.contributions import Contribution
from projections.projector import Pool, Projector
from tests.database import TestDatabase
from tests.scenario import CLERK, JUDGE, TODAY

assert projections.views.__all__

RULES: dict[str, Any] = {
    "fmt.percent_decimals": 1,
    "fmt.rounding": "HALF_UP",
    "fmt.strip_zero": True,
    "band.twin": "either",
    "complaint.accept_days": 1,
    "complaint.finish_days": 15,
    "complaint.forward_days": 3,
    "complaint.review_days": 15,
    "count.capital_increase": "amount_only",
    "lead.countable_kinds": ["投资", "项目"],
    "lead.dedupe": "first",
    "negotiation.count": "projects",
    "rank.kinds": ["镇干部", "行政村", "自然村", "单位", "社会能人"],
    "rank.method": "competition",
    "rank.rollup_natural_village": False,
    "rank.signing_levels": ["正式合同"],
    "s002.rank_groups": "all",
    "signing.counted_levels": ["协议", "正式合同"],
    "signing.first_only": True,
    "target.fund_basis": "recognised",
    "target.lead_basis": "registered",
    "target.signing_basis": "verified",
    "visit.count": "enterprises",
    "visit.modes": ["上门拜访"],
}
"""The defaults of SPEC §12 and §13 that the reads under test rest on."""

PASSED = {
    "has_investor": True,
    "has_intent": True,
    "has_capacity": True,
    "policy_ok": True,
    "env_ok": True,
    "truthful": True,
}
"""The six tests of a lead, all passed."""


def contribution(what: str) -> Contribution:
    """Something that counts, of no matter whom."""
    return Contribution(what, date(2009, 7, 10), (1,))


class Bureau:
    """A record in PostgreSQL with its facts, spoken to by commands."""

    def __init__(self, pool: Pool, rules: bool) -> None:
        recorder = PostgresRecorder(pool)
        self.pool = pool
        self.registrar = Registrar(recorder, Combiner(recorder), today=lambda: TODAY)
        self.projector = Projector(pool)
        self.projector.prepare()
        if rules:
            for key, value in RULES.items():
                self.rule(key, value)

    def record(self, slug: str, on: str, /, **body: Any) -> int:
        """Give one command with a business date, as the clerk or `by` another; its last position."""
        by: Actor = body.pop("by", CLERK)
        command = COMMANDS[slug].model_validate({"occurred_on": on, **body})
        return self.registrar.execute(command, by, uuid4()).position

    def judge(self, slug: str, on: str, /, **body: Any) -> int:
        """A command by somebody other than the usual clerk: verification, certification."""
        return self.record(slug, on, by=JUDGE, **body)

    def rule(self, key: str, value: Any, **body: Any) -> int:
        """Set a rule parameter, from 2000-01-01 unless said."""
        said = {"valid_from": "2000-01-01", "doc": {"no": "规则一号"}, **body}
        return self.record("set-rule-parameter", "2000-01-01", key=key, value=value, **said)

    def revoke(self, target: int) -> int:
        """Revoke an event."""
        return self.judge("revoke-event", TODAY.isoformat(), target=target, reason="登记有误")

    def correct(self, target: int, **changes: Any) -> int:
        """Correct fields of an event."""
        on = TODAY.isoformat()
        return self.judge("correct-event", on, target=target, changes=changes, reason="登记有误")

    @contextmanager
    def asked(
        self, cutoff: str = "2026-11-22", known_at: int | None = None, rules_at: str | None = None
    ) -> Iterator[tuple[psycopg.Connection[Any], AsOf]]:
        """A connection and what a question is as of: everything known now, unless said."""
        head = self.projector.catch_up()
        day = date.fromisoformat(cutoff)
        rules = date.fromisoformat(rules_at) if rules_at else day
        with self.pool.connection() as connection:
            yield connection, AsOf(day, head if known_at is None else known_at, rules)

    # What most tests take as given.

    def unit(self, unit_id: str, kind: str = "乡镇", parent: str | None = None) -> int:
        """Register a unit."""
        said = {"unit_id": unit_id, "name": f"单位{unit_id}", "kind": kind, "parent": parent}
        return self.record("register-unit", "2005-01-01", **said)

    def participant(self, participant_id: str, unit_id: str, kind: str = "镇干部") -> int:
        """Register a participant."""
        said = {"participant_id": participant_id, "name": f"甲{participant_id}", "kind": kind}
        return self.record("register-participant", "2005-01-01", unit_id=unit_id, **said)

    def campaign(
        self, campaign_id: str = "c1", start: str = "2009-07-01", end: str = "2009-09-30"
    ) -> int:
        """Set up a campaign of the owner u0."""
        said = {"campaign_id": campaign_id, "name": "百日会战", "kind": "百日会战", "level": "区"}
        return self.record(
            "create-campaign", "2009-06-20", owner="u0", **said, **{"from": start, "to": end}
        )

    def target(self, target_id: str, assignee: str, metric: str, value: str, **more: Any) -> int:
        """Assign a target for the campaign c1 and its window, unless said otherwise."""
        said = {
            "target_id": target_id,
            "assignee": assignee,
            "metric": metric,
            "value": value,
            "unit": usual_unit(metric),
            "kind": "floor",
            "period": {"from": "2009-07-01", "to": "2009-09-30"},
            "campaign_id": "c1",
            **more,
        }
        return self.record("assign-target", said.pop("on", "2009-07-01"), **said)

    def lead(self, lead_id: str, registrant: str, on: str = "2009-07-10", **more: Any) -> int:
        """Register a lead about an investor of its own, for the campaign c1 unless said."""
        said = {
            "lead_id": lead_id,
            "kind": "投资",
            "registrant": registrant,
            "channel": "以商招商",
            "investor": {"name": f"{lead_id}实业有限公司"},
            "intended_project": "电子厂",
            "campaign_id": "c1",
            **more,
        }
        return self.record("register-lead", on, **said)

    def verify(self, lead_id: str, on: str = "2009-07-20", *, valuable: bool = True) -> int:
        """Judge a lead valuable, or not."""
        return self.judge("verify-lead", on, lead_id=lead_id, valuable=valuable, tests=PASSED)

    def project(
        self, project_id: str, jurisdiction: str, on: str = "2009-07-15", **more: Any
    ) -> int:
        """Open an industrial project, from a lead where `lead_id` says so."""
        lead_id = more.get("lead_id")
        said = {
            "project_id": project_id,
            "name": f"项目{project_id}",
            "class": "工业",
            "kind": "新建",
            "investor": {"name": f"{lead_id or project_id}实业有限公司"},
            "funds_origin": "省外",
            "jurisdiction": jurisdiction,
            **more,
        }
        return self.record("open-project", on, **said)

    def signing(
        self,
        signing_id: str,
        project_id: str,
        yuan: str | None,
        on: str = "2009-08-01",
        **more: Any,
    ) -> int:
        """Record a formal contract for the campaign c1, unverified; its position."""
        said = {
            "signing_id": signing_id,
            "project_id": project_id,
            "level": "正式合同",
            "signed_on": on,
            "contract_introduced_funds": yuan and {"amount": yuan, "currency": "CNY"},
            "campaign_id": "c1",
            **more,
        }
        return self.record("record-signing", on, **said)

    def signed(self, project_id: str, yuan: str, on: str = "2009-08-01", **more: Any) -> int:
        """Record and verify the signing `s-<project>`."""
        position = self.signing(f"s-{project_id}", project_id, yuan, on, **more)
        self.judge("verify-signing", on, signing_id=f"s-{project_id}", ok=True)
        return position

    def started(self, project_id: str, on: str = "2009-09-01", **more: Any) -> int:
        """Certify a start for the campaign c1."""
        said = {"campaign_id": "c1", "on": on, **more}
        return self.judge(
            "certify-commencement", on, project_id=project_id, certifiers=["lg"], **said
        )


@contextmanager
def bureau_on(database: TestDatabase, *, rules: bool = True) -> Iterator[Bureau]:
    """A bureau on a migrated schema, with the default rules set."""
    with ConnectionPool(
        database.service_conninfo,
        min_size=1,
        max_size=4,
        kwargs={"autocommit": True},
        open=True,
    ) as pool:
        yield Bureau(pool, rules)
