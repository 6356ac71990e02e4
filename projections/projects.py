"""Projects as of a day: their stage, signings, company, funds, commencement, production (SPEC G13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from typing import Any, Literal, get_args

from psycopg.rows import dict_row

from domain.model.errors import SubjectUnknown
from domain.model.money import Money
from domain.model.subjects import KINDS
from domain.projects import FundsOrigin
from eventlog.statements import statement
from projections.asof import AsOf
from projections.project_contributions import Origin, origins
from projections.rate_members import yuan
from projections.rate_rules import one_pass, query, rules, said
from projections.rulebook import Connection

Stage = Literal["在谈", "洽谈终止", "签约", "履约", "开工", "投产", "终止"]
"""The furthest stage reached; 签约 is signed and not performed yet (SPEC G13, S000-03)."""

Row = dict[str, Any]


def projects(
    connection: Connection,
    asof: AsOf,
    *,
    unit: str | None = None,
    stage: Stage | None = None,
    origin: FundsOrigin | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[Row]:
    """Up to `limit` projects beyond the id `after`, in the order of ids, each in full."""
    wanted: Row = {"unit": unit, "stage": stage, "origin": origin, "after": after, "limit": limit}
    return described(connection, asof, listed(connection, asof, **wanted))


def project(connection: Connection, asof: AsOf, project_id: str) -> Row:
    """One project in full; SubjectUnknown where none was known by then."""
    found = listed(connection, asof, only=[project_id])
    if not found:
        raise SubjectUnknown(KINDS["project"], "project", project_id)
    return described(connection, asof, found)[0]


def listed(
    connection: Connection, asof: AsOf, *, only: Sequence[str] | None = None, **wanted: Any
) -> list[Row]:
    """The projects that answer to some filters, each with its stage and what the rates say of it.

    `signed` asks whether a signing of theirs counts, `major` whether they are 重大签约项目 (SPEC §7).
    """
    everything: Row = dict.fromkeys(
        ("unit", "stage", "origin", "signed", "major", "after", "limit")
    )
    parameters = {
        **said(asof, rules(connection, asof)),
        # The list is of all projects, whatever the rates count.
        "origins": list(get_args(FundsOrigin)),
        "signed_from": date.min,
        **everything,
        **wanted,
    }
    if only is None and all(parameters[name] is None for name in ("stage", "signed", "major")):
        only = ids(
            connection, asof, **{n: parameters[n] for n in ("unit", "origin", "after", "limit")}
        )
    parameters["projects"] = None if only is None else list(only)
    # A stage is known once all projects were looked at; a page of ids needs those alone.
    plan = one_pass(connection) if only is None else nullcontext()
    with plan, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("project_list"), parameters, prepare=False).fetchall()


def ids(
    connection: Connection,
    asof: AsOf,
    *,
    unit: str | None = None,
    origin: str | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[str]:
    """The ids of one page of projects, so that only those need to be looked into."""
    rows = connection.execute(
        "select project_id from project_at(%(known_at)s, %(cutoff)s) "
        "where (%(unit)s::text is null or jurisdiction = %(unit)s) "
        "and (%(origin)s::text is null or funds_origin = %(origin)s) "
        'and (%(after)s::text is null or project_id > %(after)s collate "C") '
        'order by project_id collate "C" limit %(limit)s',
        {**asof.bounds, "unit": unit, "origin": origin, "after": after, "limit": limit},
    )
    return [project_id for (project_id,) in rows]


def described(connection: Connection, asof: AsOf, found: Sequence[Row]) -> list[Row]:
    """Listed projects with everything that the facts hold of them."""
    which = [row["project_id"] for row in found]
    parameters = {**asof.bounds, "projects": which, "after": None, "limit": None}
    terms = statement("projections", "signing_terms")
    parts = {
        "signings": _by_project(
            connection,
            f"with signing_term as ({terms}) {statement('projections', 'project_signings')}",
            parameters,
        ),
        "arrivals": _by_project(
            connection, statement("projections", "project_arrivals"), parameters
        ),
        "steps": _by_project(connection, statement("projections", "project_steps"), parameters),
        "companies": _by_project(
            connection,
            "select * from company_at(%(known_at)s, %(cutoff)s) where project_id = any (%(projects)s) "
            "and registered_on <= %(cutoff)s order by registered_on, key",
            parameters,
        ),
        "withdrawals": _by_project(
            connection,
            "select * from fund_withdrawal_at(%(known_at)s, %(cutoff)s) "
            "where project_id = any (%(projects)s) and withdrawn_on <= %(cutoff)s order by key",
            parameters,
        ),
        "owners": _by_project(
            connection,
            "select * from investor_change_at(%(known_at)s, %(cutoff)s) "
            "where project_id = any (%(projects)s) order by occurred_on, key",
            parameters,
        ),
    }
    led = origins(connection, asof, which)
    return [
        _described(
            row, led.get(row["project_id"]), {k: v[row["project_id"]] for k, v in parts.items()}
        )
        for row in found
    ]


def _by_project(
    connection: Connection, text: str, parameters: Mapping[str, Any]
) -> defaultdict[str, list[Row]]:
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(text, parameters, prepare=False):
            rows[row["project_id"]].append(row)
    return rows


def _described(row: Row, led: Origin | None, parts: Mapping[str, list[Row]]) -> Row:
    steps = parts["steps"]
    return {
        "project_id": row["project_id"],
        "name": row["name"],
        "class": row["class"],
        "kind": row["kind"],
        "stage": row["stage"],
        "tier": row["tier"],
        "major": row["major"],
        "investor": _owner(row, parts["owners"]),
        "funds_origin": row["funds_origin"],
        "jurisdiction": row["jurisdiction"],
        "high_tech": row["high_tech"],
        "is_compiled": row["is_compiled"],
        "opened_on": row["opened_on"].isoformat(),
        "lead": _lead(row, led),
        "performed": row["performed"],
        "commenced": row["commenced"],
        "terminated": row["terminated"],
        "negotiation": _negotiation(steps),
        "signings": [_signing(one, row["signed_by"]) for one in parts["signings"]],
        "company": _company(parts["companies"]),
        "funds": _funds(parts["arrivals"], parts["withdrawals"]),
        "commencement": _commencement(steps),
        "production": _production(steps),
        "position": row["opened_by"],
    }


def _owner(row: Row, changes: Sequence[Row]) -> Row:
    if changes:
        last = changes[-1]
        name, key, country = last["new_name"], last["new_key"], last["new_country"]
        since = {"since": last["occurred_on"].isoformat(), "positions": _keys(changes)}
        return {"name": name, "country": country, "key": key, **since}
    return {
        "name": row["investor_name"],
        "country": row["investor_country"],
        "key": row["investor_key"],
    }


def _lead(row: Row, led: Origin | None) -> Row | None:
    if row["lead_id"] is None and (led is None or led.lead_position is None):
        return None
    return {
        "lead_id": row["lead_id"],
        "registrant": led.registrant if led else None,
        "position": led.lead_position if led else None,
    }


def _keys(rows: Iterable[Row]) -> list[int]:
    return [row["key"] for row in rows]


def _last(steps: Iterable[Row], what: str, *names: str) -> Row | None:
    found = [s for s in steps if s["what"] == what and s["step"] in names]
    return found[-1] if found else None


def _day(step: Row | None) -> str | None:
    return step["on_date"].isoformat() if step and step["on_date"] else None


def _negotiation(steps: Sequence[Row]) -> Row:
    held = [s for s in steps if s["what"] == "negotiation" and s["step"] == "held"]
    outcome = _last(steps, "negotiation", "held", "succeeded", "ended")
    return {
        "meetings": len(held),
        "last_on": _day(held[-1] if held else None),
        "outcome": outcome["step"] if outcome and outcome["step"] != "held" else None,
    }


def money(minor: int | None, currency: str | None) -> dict[str, str] | None:
    """An amount as answers show it."""
    if minor is None or currency is None:
        return None
    return Money(currency=currency, minor=minor).in_major_units()


def _signing(row: Row, counted_first: int | None) -> Row:
    positions = [row["key"], row["verified_by"], row["terminated_by"], *(row["amended_by"] or ())]
    return {
        "signing_id": row["signing_id"],
        "level": row["level"],
        "signed_on": row["signed_on"].isoformat(),
        "first_counted": row["key"] == counted_first,
        "verified": row["ok"],
        "total_investment": money(row["total_minor"], row["total_currency"]),
        "contract_introduced_funds": money(row["funds_minor"], row["funds_currency"]),
        "fixed_asset_investment": money(row["fixed_minor"], row["fixed_currency"]),
        "contract_introduced_funds_cny": yuan(row["funds_cny"]),
        "planned_start": row["planned_start"] and row["planned_start"].isoformat(),
        "planned_production": row["planned_production"] and row["planned_production"].isoformat(),
        "ceremony_event": row["ceremony_event"],
        "activity_level": row["activity_level"],
        "campaign": row["campaign"],
        "terminated_on": row["terminated_on"] and row["terminated_on"].isoformat(),
        "termination_cause": row["cause"],
        "positions": sorted(p for p in positions if p is not None),
    }


def _company(rows: Sequence[Row]) -> Row | None:
    if not rows:
        return None
    row = rows[0]
    return {
        "name": row["name"],
        "credit_code": row["credit_code"],
        "registered_on": row["registered_on"].isoformat(),
        "registered_capital": money(row["capital_minor"], row["capital_currency"]),
        "position": row["key"],
    }


def _funds(arrivals: Sequence[Row], withdrawals: Sequence[Row]) -> Row:
    recognised = sum(row["recognised_cny"] or 0 for row in arrivals)
    withdrawn = sum(row["cny"] or 0 for row in withdrawals)
    cash = sum(row["recognised_cny"] or 0 for row in arrivals if row["is_cash_fx"])
    positions = [p for row in arrivals for p in (row["key"], row["recognised_by"])]
    return {
        "arrivals": len(arrivals),
        "reported": yuan(sum(row["reported_cny"] or 0 for row in arrivals)),
        "reported_without_rate": sum(row["reported_cny"] is None for row in arrivals),
        "recognised": yuan(recognised),
        "of_it_cash_fx": yuan(cash),
        "withdrawn": yuan(withdrawn),
        "arrived": yuan(recognised - withdrawn),
        "positions": sorted({*(p for p in positions if p), *_keys(withdrawals)}),
    }


def _commencement(steps: Sequence[Row]) -> Row:
    of = [s for s in steps if s["what"] == "commencement"]
    first = {s["step"]: s for s in reversed(of)}
    stop = _last(of, "commencement", "suspended", "resumed")
    return {
        "deadline": _day(_last(of, "commencement", "deadline")),
        "reported_on": _day(first.get("reported")),
        "certified_on": _day(first.get("certified")),
        "deemed_on": _day(first.get("deemed")),
        "suspended_since": _day(stop) if stop and stop["step"] == "suspended" else None,
        "positions": sorted(_keys(of)),
    }


def _production(steps: Sequence[Row]) -> Row:
    of = [s for s in steps if s["what"] == "production"]
    started = [s for s in of if s["step"] in ("部分", "全部")]
    status = _last(of, "production", "停产", "减产", "恢复")
    return {
        "started_on": _day(started[0] if started else None),
        "kind": started[-1]["step"] if started else None,
        "status": status["step"] if status else None,
        "positions": sorted(_keys(of)),
    }
