"""`yinzheng completion` and `yinzheng ranking`: targets against events, and who stands where."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.cli.asking import Cutoff, KnownAt, RulesAt, answered, as_json
from api.cli.options import AsJson, Data
from domain.metrics import METRIC_NAMES
from projections.completion import Completion
from projections.completion import completion as completion_of
from projections.rankings import Kind, Ranking
from projections.rankings import ranking as ranking_of

CampaignOption = Annotated[
    str | None,
    typer.Option(
        help="活动编号，不写则计全部 · campaign id; everything without one", show_default=False
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(completion)
    app.command()(ranking)


def completion(
    campaign: Annotated[str, typer.Argument(help="活动编号 · campaign id")],
    cutoff: Cutoff = None,
    known_at: KnownAt = None,
    rules_at: RulesAt = None,
    data: Data = None,
    json_: AsJson = False,
) -> None:
    """任务完成情况表 · Every target of a campaign against what happened."""
    found, as_of = answered(
        data,
        cutoff,
        known_at,
        rules_at,
        lambda connection, as_of: completion_of(connection, as_of, campaign),
    )
    if json_:
        typer.echo(as_json(as_of, found.rows, summary=found.summary))
        return
    _print_completion(found)


def _print_completion(found: Completion) -> None:
    console = Console(highlight=False)
    about = found.campaign
    table = Table(title=f"{about.name}（{about.campaign_id}）{about.start}—{about.end}")
    for heading in (
        "指标 metric",
        "承担 assignee",
        "目标 target",
        "完成 actual",
        "占目标 %",
        "完成",
    ):
        table.add_column(heading, justify="left" if heading[:2] in ("指标", "承担") else "right")
    for row in found.rows:
        table.add_row(
            METRIC_NAMES[row["metric"]][0],
            row["assignee"] or "全部 all",
            _with_unit(row["target"], row["unit"], row["kind"]),
            _with_unit(row["actual"], row["unit"]),
            row["printed"],
            {True: "是 yes", False: "否 no", None: "—"}[row["completed"]],
        )
    console.print(table)
    summary = found.summary
    console.print(
        f"{summary['completed_metrics']}/{summary['metrics']} 项指标完成，"
        f"{summary['completed_units']}/{summary['units']} 个单位完成任务 · "
        f"{summary['completed_metrics']} of {summary['metrics']} metrics complete, "
        f"{summary['completed_units']} of {summary['units']} units",
        markup=False,
    )


def _with_unit(value: str | None, unit: str, kind: str | None = None) -> str:
    if value is None:
        return "—"
    return f"{'力争 ' if kind == 'stretch' else ''}{value}{unit}"


def ranking(
    kind: Annotated[Kind, typer.Argument(help="排什么 · what is ranked")],
    campaign: CampaignOption = None,
    by_kind: Annotated[
        bool | None,
        typer.Option(
            "--by-kind/--together",
            help="各类对象分别排名或合并排名，默认依规则 · by the rule unless said",
            show_default=False,
        ),
    ] = None,
    cutoff: Cutoff = None,
    known_at: KnownAt = None,
    rules_at: RulesAt = None,
    data: Data = None,
    json_: AsJson = False,
) -> None:
    """排名 · Participants by what they achieved: leads, negotiations, signings or commencements."""
    found, as_of = answered(
        data,
        cutoff,
        known_at,
        rules_at,
        lambda connection, as_of: ranking_of(connection, as_of, kind, campaign, by_kind=by_kind),
    )
    if json_:
        rows = [place.in_answer() for place in found.places]
        uncredited = [one.in_answer() for one in found.uncredited]
        typer.echo(as_json(as_of, rows, uncredited=uncredited))
        return
    _print_ranking(found)


def _print_ranking(found: Ranking) -> None:
    console = Console(highlight=False)
    grouped = any(place.group for place in found.places)
    columns = ["名次 rank", "对象 participant", "数量 value", "依据 positions"]
    table = Table(*(["类别 kind", *columns] if grouped else columns))
    for place in found.places:
        positions = sorted({p for member in place.members for p in member.positions})
        row: list[Any] = [
            f"{place.rank}{'（并列 tied）' if place.tied else ''}",
            place.participant,
            str(place.value),
            ", ".join(map(str, positions)),
        ]
        table.add_row(*([place.group or "", *row] if grouped else row))
    console.print(table)
