"""`yinzheng rates`: the three rates as of a day and a moment of knowledge, or the projects behind them."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.cli.asking import Cutoff, KnownAt, RulesAt, answered, as_json
from api.cli.options import AsJson, Data
from domain.model.ratio import EMPTY
from projections.rate_members import members as members_of
from projections.rate_rules import GroupBy
from projections.rates import rates as rates_of

MEMBERS_AT_A_TIME = 1000


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(rates)


def rates(
    group_by: Annotated[
        GroupBy | None,
        typer.Option(
            help="分组：单位、层级、来源、年度、活动 · what to tell apart", show_default=False
        ),
    ] = None,
    members: Annotated[
        bool, typer.Option("--members", help="列出所含项目 · the projects behind them")
    ] = False,
    cutoff: Cutoff = None,
    known_at: KnownAt = None,
    rules_at: RulesAt = None,
    data: Data = None,
    json_: AsJson = False,
) -> None:
    """三率：合同履约率、资金到位率、项目开工率 · Performance, fund arrival and commencement."""
    if members:
        found, as_of = answered(
            data,
            cutoff,
            known_at,
            rules_at,
            lambda connection, as_of: _every_member(connection, as_of, group_by),
        )
    else:
        found, as_of = answered(
            data,
            cutoff,
            known_at,
            rules_at,
            lambda connection, as_of: rates_of(connection, as_of, group_by),
        )
    if json_:
        typer.echo(as_json(as_of, found))
    elif members:
        Console(highlight=False).print(_table_of_members(found))
    else:
        Console(highlight=False).print(_table(found))


def _every_member(connection: Any, as_of: Any, group_by: GroupBy | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        after = found[-1]["project_id"] if found else None
        page = members_of(
            connection, as_of, group_by=group_by, after=after, limit=MEMBERS_AT_A_TIME
        )
        found += page
        if len(page) < MEMBERS_AT_A_TIME:
            return found


def _table(rows: list[dict[str, Any]]) -> Table:
    """Each rate as printed by default, and beside it the other way of counting."""
    table = Table(title="三率（金额单位：万元） The three rates, amounts in 万元")
    table.add_column("组 group")
    table.add_column("项目 projects", justify="right")
    for heading in ("合同履约率", "资金到位率", "项目开工率"):
        table.add_column(heading, justify="right")
        table.add_column("个数/金额", justify="right")
    for row in rows:
        cells = [row["group"] or "全部 all", str(row["projects"])]
        for name, other in (
            ("performance", "amount"),
            ("fund_arrival", "count"),
            ("commencement", "amount"),
        ):
            cells += [_printed(row[name]), _printed(row[name][other])]
        table.add_row(*cells)
    return table


def _printed(rate: dict[str, Any]) -> str:
    return f"{rate['printed']} ({rate['numerator']}/{rate['denominator']})"


def _table_of_members(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="三率所含项目 The projects behind the rates")
    for heading in (
        "项目 project",
        "签约 signed",
        "合同额(元)",
        "到位(元)",
        "履约",
        "到位",
        "开工",
    ):
        table.add_column(heading)
    for row in rows:
        table.add_row(
            f"{row['project_id']} {row['name']}",
            row["signed_on"],
            row["contract"]["amount"] if row["contract"] else EMPTY,
            row["arrived"]["amount"],
            *(_decided(row[name]) for name in ("performed", "arrival", "commenced")),
        )
    return table


def _decided(predicate: dict[str, Any]) -> str:
    positions = ", ".join(map(str, predicate["positions"]))
    word = "是 yes" if predicate["holds"] else "否 no"
    return f"{word} ({positions})" if positions else word
