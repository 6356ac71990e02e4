"""The demonstration's figures, read through the functions that answer over HTTP (SPEC §4.3, §4.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from api.demonstration.example import CUTOFF
from api.demonstration.load import correction_of
from api.demonstration.source import SOURCE, beside
from api.demonstration.window import CAMPAIGN, LAST
from api.jurisdiction import Jurisdiction
from api.projecting import caught_up
from domain.metrics import METRIC_NAMES
from domain.model.effective import EventCorrected
from domain.model.money import Money
from domain.model.ratio import of, printed
from projections.asof import AsOf
from projections.completion import RULES, completion
from projections.contributions import Contribution, Scope
from projections.organisation import organisation
from projections.project_contributions import signings
from projections.rates import rates
from projections.rulebook import Connection, parameters, style

NOT_COUNTED = ["意向", "框架"]
"""Levels of agreement that S003A does not call a signing (S003-09)."""
HUNDRED_MILLION = Decimal(100_000_000)

Row = dict[str, Any]


def figures(jurisdiction: Jurisdiction) -> Row:
    """Everything that `yinzheng demo` prints, once the views have reached the head of the record."""
    head = caught_up(jurisdiction).head
    correction = _correction(jurisdiction)
    with jurisdiction.pool.connection() as connection:
        return {
            **_of_campaign(connection, AsOf(LAST, head, LAST)),
            "rates": {
                "correction": correction,
                "before": _of_example(connection, correction["position"] - 1),
                "after": _of_example(connection, head),
            },
        }


def _of_campaign(connection: Connection, asof: AsOf) -> Row:
    found = completion(connection, asof, CAMPAIGN)
    whole = [row for row in found.rows if row["assignee"] == found.campaign.owner]
    signed = {row["metric"]: row for row in found.rows if row["assignee"] is None}
    printing = style(parameters(connection, asof, RULES))
    leads = found.summary["by_metric"]["leads"]
    by_fraction = sorted(whole, key=lambda row: Fraction(row["fraction"]))
    industrial = next(row for row in whole if row["metric"] == "industrial_5000w")
    return {
        "as_of": asof.in_answer(),
        "campaign": found.campaign.in_answer(),
        "source": SOURCE,
        "completion": [_beside_source(row) for row in whole],
        "completed_metrics": found.summary["completed_metrics"],
        "metrics": found.summary["metrics"],
        "completed_units": leads["completed_units"],
        "units": leads["units"],
        "units_printed": printed(of(leads["completed_units"], leads["units"]), printing),
        "highest": _named(by_fraction[-1]),
        "lowest": _named(by_fraction[0]),
        "signings": _signings(connection, asof, signed, industrial),
        "excluded": _excluded(connection, asof, Scope(asof, CAMPAIGN, found.campaign.start, LAST)),
    }


def _named(row: Row) -> Row:
    zh, en = METRIC_NAMES[row["metric"]]
    kept = ("metric", "target", "actual", "unit", "fraction", "printed", "completed")
    return {**{name: row[name] for name in kept}, "name": {"zh": zh, "en": en}}


def _beside_source(row: Row) -> Row:
    return {**_named(row), **beside(row["metric"], row["printed"]), "members": row["members"]}


def _signings(connection: Connection, asof: AsOf, signed: dict[str, Row], industrial: Row) -> Row:
    """The new signings: how many, for how much, and which of them are above 1亿 (S003-05, S003-10)."""
    amounts = signed["signed_amount"]["members"]
    above = [m for m in amounts if Decimal(m["amount"]["amount"]) > HUNDRED_MILLION]
    names = _names(connection, asof, (m["id"] for m in above))
    return {
        "count": signed["signed_count"]["actual"],
        "funds": {"amount": signed["signed_amount"]["actual"], "currency": "CNY"},
        "industrial_5000w": industrial["actual"],
        "above_100m": [{**m, "name": names[m["id"]]} for m in above],
        "members": amounts,
    }


def _excluded(connection: Connection, asof: AsOf, scope: Scope) -> list[Row]:
    """What was agreed, and is no signing: a memorandum of intent has a level that does not count."""
    values = parameters(connection, asof, RULES)
    org = organisation(connection, asof, rollup_hamlets=False)
    found = signings(connection, scope, org, values, NOT_COUNTED)
    names = _names(connection, asof, (one.id for one in found))
    return [
        {
            "id": one.id,
            "name": names[one.id],
            "amount": _money(one),
            "positions": list(one.positions),
            "why": {
                "zh": "意向性协议，不属于计入的签约层级",
                "en": "an agreement of intent, a level that does not count",
            },
            "clause": "S003-09",
        }
        for one in found
    ]


def _money(one: Contribution) -> dict[str, str] | None:
    if one.amount is None:
        return None
    return Money(currency=one.amount.currency, minor=one.amount.minor).in_major_units()


def _names(connection: Connection, asof: AsOf, projects: Iterable[str]) -> dict[str, str]:
    said = {**asof.bounds, "projects": list(projects)}
    return dict(
        connection.execute(
            "select project_id, name from project_at(%(known_at)s, 'infinity') "
            "where project_id = any(%(projects)s)",
            said,
        ).fetchall()
    )


def _correction(jurisdiction: Jurisdiction) -> Row:
    """What the story's last event put right: the contract introduced funds of project c."""
    position = correction_of(jurisdiction)
    reader = jurisdiction.registrar.reader
    found = jurisdiction.patiently(lambda: reader.at(position))
    assert found is not None
    assert isinstance(found.event, EventCorrected)
    change = found.event.changes["contract_introduced_funds"]
    project = next(tag for tag in found.tags if tag.startswith("project:"))
    return {
        "position": position,
        "project_id": project.partition(":")[2],
        "old": Money.model_validate(change.old).in_major_units(),
        "new": Money.model_validate(change.new).in_major_units(),
    }


def _of_example(connection: Connection, known_at: int) -> Row:
    cutoff = date.fromisoformat(CUTOFF)
    asof = AsOf(cutoff, known_at, cutoff)
    (total,) = rates(connection, asof)
    return {"as_of": asof.in_answer(), **total}
