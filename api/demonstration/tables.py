"""Printing the demonstration's figures: rich tables on a terminal, plain lines anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

Row = dict[str, Any]

RATES = (
    ("performance", "合同履约率\nperformance"),
    ("fund_arrival", "资金到位率\nfund arrival"),
    ("commencement", "项目开工率\ncommencement"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: a title, its columns, its rows, and sentences below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def sheets(found: Row) -> list[Sheet]:
    """The campaign's table and the example's, as they are printed."""
    return [_campaign(found), _rates(found["rates"])]


def show(found: Row, console: Console, echo: Callable[[str], object]) -> None:
    """Print the figures: tables where the console is a terminal, lines to `echo` where it is not.

    A cell's two lines are 中文 and English; lines anywhere else put them side by side.
    """
    for sheet in sheets(found):
        if console.is_terminal:
            table = Table(title=sheet.title, title_justify="left", show_lines=True)
            for column in sheet.columns:
                table.add_column(column, overflow="fold")
            for row in sheet.rows:
                table.add_row(*row)
            console.print(table)
            for note in sheet.notes:
                console.print(f"· {note}", highlight=False, markup=False)
            console.print()
        else:
            echo(sheet.title)
            for row in (sheet.columns, *sheet.rows):
                echo(" | ".join(row).replace("\n", " "))
            for note in sheet.notes:
                echo(f"- {note}")
            echo("")


def _campaign(found: Row) -> Sheet:
    campaign, source = found["campaign"], found["source"]
    return Sheet(
        f"{campaign['name']} {campaign['from']} — {campaign['to']}（{campaign['campaign_id']}；"
        f"原文 printed: {source}）",
        (
            "指标\nmetric",
            "实绩 / 任务\nactual / target",
            "按事件计算\nfrom events",
            "原文所印\nprinted",
            "核对\ncheck",
        ),
        tuple(_target(row) for row in found["completion"]),
        (*_completed(found), _signed(found["signings"]), *map(_left_out, found["excluded"])),
    )


def _target(row: Row) -> tuple[str, ...]:
    check = "不一致（A-13）\nprint_mismatch" if row["print_mismatch"] else "一致\nmatch"
    return (
        f"{row['name']['zh']}\n{row['name']['en']}",
        f"{row['actual']} / {row['target']} {row['unit']}",
        f"{row['printed']}\n({row['fraction']})",
        row["source_printed"],
        check,
    )


def _completed(found: Row) -> Iterator[str]:
    done, metrics = found["completed_metrics"], found["metrics"]
    units, tasked = found["completed_units"], found["units"]
    highest, lowest = found["highest"], found["lowest"]
    yield f"{metrics}项任务完成{done}项 · {done} of {metrics} complete"
    yield (
        f"{tasked}个有信息任务的单位中{units}个完成（{found['units_printed']}）"
        f" · {units} of {tasked} units completed their lead task"
    )
    yield (
        f"最高：{highest['name']['zh']} {highest['fraction']}（{highest['printed']}），"
        f"最低：{lowest['name']['zh']} {lowest['fraction']}（{lowest['printed']}）"
        f" · highest: {highest['name']['en']}, lowest: {lowest['name']['en']}"
    )


def _signed(signed: Row) -> str:
    above = signed["above_100m"]
    named = "、".join(f"{one['name']} {in_yuan(one['amount'])}" for one in above)
    funds = signed["funds"]
    return (
        f"新签项目{signed['count']}个，合同资金{in_yuan(funds)}，其中5000万元以上工业项目"
        f"{signed['industrial_5000w']}个，过亿元{len(above)}个（{named}）"
        f" · {signed['count']} signings for CNY {Decimal(funds['amount']):,.0f}, "
        f"{signed['industrial_5000w']} of them industrial of 50 million or more, "
        f"{len(above)} above 100 million"
    )


def _left_out(one: Row) -> str:
    amount = one["amount"]
    shown = f"{Decimal(amount['amount']):,.0f} {amount['currency']}"
    why = one["why"]
    return (
        f"不计：{one['name']}，{in_yuan(amount)}：{why['zh']}（{one['clause']}）"
        f" · not counted: {shown}: {why['en']}"
    )


_UNITS = {"CNY": "元", "USD": "美元"}


def in_yuan(amount: Row) -> str:
    """An amount as the sources write it: 9.29亿元, 5000万元, 30亿美元, never rounded."""
    value, unit = Decimal(amount["amount"]), _UNITS.get(amount["currency"], amount["currency"])
    for scale, word in ((10**8, "亿"), (10**4, "万")):
        if value >= scale:
            return f"{(value / scale).normalize():f}{word}{unit}"
    return f"{value.normalize():f}{unit}"


def _rates(found: Row) -> Sheet:
    before, after = found["before"], found["after"]
    at = before["as_of"]["known_at"], after["as_of"]["known_at"]
    cutoff = after["as_of"]["cutoff"]
    return Sheet(
        f"三率截至 {cutoff}（算例 SPEC §4.4） · the three rates as of {cutoff}",
        (
            "率\nrate",
            "口径\nby",
            f"更正前，知悉至第{at[0]}号\nbefore, known at {at[0]}",
            f"更正后，知悉至第{at[1]}号\nafter, known at {at[1]}",
        ),
        tuple(
            (title, basis, _fraction(before[rate], by), _fraction(after[rate], by))
            for rate, title in RATES
            for by, basis in (("count", "个数\ncount"), ("amount", "万元\nCNY 10,000"))
        ),
        (
            f"计入项目{after['projects']}个 · {after['projects']} projects counted",
            _corrected(found["correction"]),
        ),
    )


def _corrected(correction: Row) -> str:
    position, project = correction["position"], correction["project_id"]
    old, new = (Decimal(correction[word]["amount"]) for word in ("old", "new"))
    return (
        f"第{position}号记录把{project}的合同引进资金由{in_yuan(correction['old'])}更正为"
        f"{in_yuan(correction['new'])}：同一问题，两个知悉时点，两个答案"
        f" · event {position} corrected the contract of {project} from CNY {old:,.0f} to {new:,.0f}: "
        "one question, asked as known before and after, has two answers"
    )


def _fraction(rate: Row, by: str) -> str:
    """A rate on the basis asked for; the other basis than the printed one stands under its name."""
    said = rate if rate["by"] == by else rate[by]
    return f"{said['numerator']}/{said['denominator']} = {said['fraction']} → {said['printed']}"
