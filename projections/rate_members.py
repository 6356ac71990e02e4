"""The projects behind the rates: each predicate of each, and the events that decided it (SPEC §4.2)."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row

from domain.model.money import CNY, Money
from eventlog.statements import statement
from projections.asof import AsOf
from projections.rate_rules import GroupBy, one_pass, query, rules, said
from projections.rulebook import Connection

Parts = dict[str, list[int]]

WITHOUT_AMOUNT = "缺合同额"
ABOVE_CONTRACT = "到位超合同额"
STEPS = {
    "any_step": ("registered", "recognised", "certified", "producing"),
    "registered_or_funds": ("registered", "recognised"),
    "funds_only": ("recognised",),
}
"""The steps that make a project performed, by the value of `rate.performed`."""


def members(
    connection: Connection,
    asof: AsOf,
    *,
    group_by: GroupBy | None = None,
    group: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Up to `limit` projects beyond the id `after`, of one `group` or of all, in the order of ids."""
    parameters = said(asof, rules(connection, asof))
    page = {**parameters, "group_by": group_by, "group": group, "after": after, "limit": limit}
    with one_pass(connection), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("rate_members"), page, prepare=False).fetchall()
    evidence = _evidence(connection, parameters, rows)
    steps = STEPS[parameters["performed"]]
    started = ("certified", "producing", *(("deemed",) if parameters["include_deemed"] else ()))
    return [_member(row, evidence[row["project_id"]], steps, started) for row in rows]


def _evidence(
    connection: Connection, parameters: dict[str, Any], rows: list[dict[str, Any]]
) -> dict[str, Parts]:
    found: dict[str, Parts] = {row["project_id"]: {} for row in rows}
    which = {
        **parameters,
        "projects": list(found),
        "signings": [row["signed_by"] for row in rows],
    }
    for project_id, part, position in connection.execute(
        statement("projections", "rate_evidence"), which
    ):
        found[project_id].setdefault(part, []).append(position)
    return found


def _member(
    row: dict[str, Any], parts: Parts, steps: tuple[str, ...], started: tuple[str, ...]
) -> dict[str, Any]:
    flags = [WITHOUT_AMOUNT] if row["contract_cny"] is None else []
    if row["contract_cny"] is not None and row["arrived_cny"] > row["contract_cny"]:
        flags.append(ABOVE_CONTRACT)

    def predicate(holds: bool, *names: str) -> dict[str, Any]:
        positions = sorted({p for name in names for p in parts.get(name, ())})
        return {"holds": holds, "positions": positions}

    return {
        "project_id": row["project_id"],
        "name": row["name"],
        "group": row["group_value"],
        "unit": row["unit"],
        "origin": row["origin"],
        "tier": row["tier"],
        "signed_on": row["signed_on"].isoformat(),
        "contract": yuan(row["contract_cny"]),
        "arrived": yuan(row["arrived_cny"]),
        "reported": yuan(row["reported_cny"] or 0),
        "counted": {
            "holds": True,
            "positions": sorted([row["opened_by"], *parts.get("signed", ())]),
        },
        "contract_amount": predicate(row["contract_cny"] is not None, "signed", "amended"),
        "terminated": predicate(row["terminated"], "terminated"),
        # A termination outweighs every step, so it is what decided then.
        "performed": predicate(
            row["performed"], *(("terminated",) if row["terminated"] else steps)
        ),
        "arrival": predicate(row["arrived_cny"] > 0, "recognised", "withdrawn"),
        "commenced": predicate(row["commenced"], *started),
        "producing": predicate(row["producing"], "producing"),
        "landed": predicate(row["registered"], "registered"),
        "flags": flags,
    }


def yuan(fen: int | None) -> dict[str, str] | None:
    """An amount in 分 as answers show it; withdrawals can leave it below zero."""
    if fen is None:
        return None
    shown = Money(currency=CNY, minor=abs(fen)).in_major_units()
    return shown if fen >= 0 else {**shown, "amount": f"-{shown['amount']}"}
