"""`yinzheng migrate | project | rebuild`: the schema and the figures, looked after by hand."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from api import logs
from api.cli.options import AsJson, Data, quiet, settings
from api.cli.outcome import Exit, Stopped
from api.jurisdiction import opened
from api.projecting import Projecting
from projections.facts import VIEWS
from projections.rebuild import Rebuilt
from projections.rebuild import rebuild as rebuild_views


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(migrate)
    app.command()(project)
    app.command()(rebuild)


def migrate(data: Data = None, as_json: AsJson = False) -> None:
    """升级数据库结构 · Bring the database to the schema of this release; safe to repeat."""
    quiet()
    with opened(settings(data)) as jurisdiction:
        ran = jurisdiction.migrated
    if as_json:
        typer.echo(json.dumps(ran))
    else:
        typer.echo("\n".join(ran) or "已是最新 · up to date already")


def project(
    data: Data = None,
    json_logs: Annotated[
        bool, typer.Option("--json-logs", help="日志用 JSON · logs as JSON")
    ] = False,
) -> None:
    """只运行数据更新 · Keep the figures current, and nothing else, until told to stop."""
    chosen = settings(data, log_format="json" if json_logs else None)
    logs.configure(chosen.log_format)
    with opened(chosen, set_up=False) as jurisdiction:
        work = Projecting(jurisdiction)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: work.stop())
        work.run()


def rebuild(
    views: Annotated[
        list[str] | None, typer.Argument(help="视图，默认全部 · views, all by default")
    ] = None,
    workers: Annotated[int, typer.Option(help="并行进程数 · processes", min=1)] = os.cpu_count()
    or 1,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """从记录重建数据，核对后替换 · Rebuild figures from the record, compare, then swap them in.

    Readers go on reading the old ones until then. Exit code 1 where what was live differs.
    """
    quiet()
    if unknown := sorted(set(views or ()) - set(VIEWS)):
        raise Stopped(
            Exit.USAGE,
            f"没有视图 {'、'.join(unknown)}；有：{'、'.join(sorted(VIEWS))}",
            f"there is no view {', '.join(unknown)}; there are {', '.join(sorted(VIEWS))}",
        )
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with opened(settings(data)) as jurisdiction, bar:
        task = bar.add_task("重建 rebuilding", total=None)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        rebuilt = rebuild_views(jurisdiction.conninfo, views, workers=workers, report=report)
    _tell(rebuilt, as_json=as_json)
    if not all(one.equal for one in rebuilt):
        raise Stopped(
            Exit.REFUSED,
            "有视图与重建结果不同，已替换为重建结果；请保留本输出并报告",
            "some live views differed from the rebuilt ones, which now stand; keep this and report it",
        )


def _tell(rebuilt: list[Rebuilt], *, as_json: bool) -> None:
    if as_json:
        said = [{**asdict(one), "equal": one.equal} for one in rebuilt]
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    table = Table("视图 view", "版本 version", "位置 position", "内容 content", "一致 equal")
    for one in rebuilt:
        table.add_row(
            one.view,
            str(one.version),
            str(one.position),
            one.hash,
            "是 yes" if one.equal else "否 no",
        )
    Console().print(table)
