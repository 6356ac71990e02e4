"""`yinzheng import`: a table of rows becomes commands, all checked before any is recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.options import AsJson, Data, quiet, settings
from api.cli.outcome import Exit, Stopped
from api.importing.mapping import Mapping, MappingUnusable, load_mapping, plain_mapping
from api.importing.run import Outcome, record, rehearse
from api.importing.tables import Table, TableUnreadable, read_table, write_table
from api.jurisdiction import opened

PHASES = {"check": "检查 checking", "record": "记录 recording"}


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("import")(import_)


def import_(
    kind: Annotated[
        str, typer.Argument(help="映射的 kind，或操作名 · the mapping's kind, or a command")
    ],
    file: Annotated[Path, typer.Argument(help=".xlsx 或 .csv · .xlsx or .csv")],
    account: Annotated[str, typer.Option(help="记录账号 · the account that records")],
    mapping: Annotated[Path | None, typer.Option(help="列映射文件 · column mapping (TOML)")] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--as", help="映射中其他身份的账号，如 certifier=NAME · accounts of other parts"
        ),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="工作表 · sheet")] = None,
    good_rows: Annotated[
        bool,
        typer.Option("--good-rows", help="有坏行时仍记录好行 · record good rows despite bad ones"),
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="只检查 · check only")] = False,
    bad_file: Annotated[
        Path | None, typer.Option("--bad", help="坏行写入何处 · where bad rows are written")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """导入表格：先逐行检查，再全部记录 · Import a table: every row is checked before any is recorded.

    Bad rows are written to a file of the same format with the reason beside each. Importing again
    records nothing twice.
    """
    quiet()
    try:
        wanted = load_mapping(mapping) if mapping else plain_mapping(kind)
        table = read_table(file, sheet)
    except (MappingUnusable, TableUnreadable) as error:
        zh, _, en = str(error).partition(" · ")
        raise Stopped(Exit.USAGE, zh, en) from error
    accounts = _accounts(wanted, kind, account, also or [])
    _check_columns(wanted, table)
    console = Console(stderr=True)
    with opened(settings(data)) as jurisdiction, _bar(console) as bar:
        tasks = {phase: bar.add_task(PHASES[phase], total=len(table.rows)) for phase in PHASES}

        def progress(phase: str, done: int, total: int) -> None:
            bar.update(tasks[phase], completed=done, total=total)

        outcome = rehearse(table, wanted, accounts, jurisdiction.recorder, progress)
        may = not check and (good_rows or not outcome.bad)
        if may:
            record(outcome, jurisdiction.execute, progress)
    target = bad_file or file.with_name(f"{file.stem}.bad{file.suffix}")
    if outcome.bad:
        write_table(target, table.columns, outcome.bad)
    _tell(outcome, target, recorded=may, checked=check, as_json=as_json)
    if outcome.bad:
        raise typer.Exit(Exit.REFUSED)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def _accounts(mapping: Mapping, kind: str, account: str, also: list[str]) -> dict[str, str]:
    if mapping.kind != kind:
        raise Stopped(
            Exit.USAGE,
            f"映射文件的 kind 是“{mapping.kind}”，不是“{kind}”",
            f"the mapping's kind is {mapping.kind!r}, not {kind!r}",
        )
    accounts = {"recorder": account}
    for one in also:
        part, _, name = one.partition("=")
        accounts[part] = name
    if missing := sorted(part for part in mapping.parts if not accounts.get(part)):
        raise Stopped(
            Exit.USAGE,
            f"映射需要这些身份的账号：{'、'.join(missing)}；请用 --as 身份=账号 给出",
            f"the mapping needs accounts for: {', '.join(missing)}; name them with --as PART=ACCOUNT",
        )
    return accounts


def _check_columns(mapping: Mapping, table: Table) -> None:
    if missing := sorted(mapping.columns() - set(table.columns)):
        raise Stopped(
            Exit.USAGE,
            f"表中缺少列：{'、'.join(missing)}；现有：{'、'.join(table.columns)}",
            f"the table lacks the columns {', '.join(missing)}; it has {', '.join(table.columns)}",
        )


def _tell(outcome: Outcome, target: Path, *, recorded: bool, checked: bool, as_json: bool) -> None:
    bad = [{"row": row.number, "reason": why} for row, why in outcome.bad]
    if as_json:
        said = {
            "rows": outcome.rows,
            "good": outcome.rows - len(outcome.bad),
            "bad": bad,
            "recorded": outcome.recorded,
            "repeated": outcome.repeated,
            "bad_file": str(target) if bad else None,
        }
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2))
        return
    if recorded:
        typer.echo(
            f"{outcome.rows} 行：新记录 {outcome.recorded} 个操作，{outcome.repeated} 个先前已记录，"
            f"{len(bad)} 行有误 · {outcome.rows} rows: {outcome.recorded} commands recorded, "
            f"{outcome.repeated} recorded before, {len(bad)} bad rows"
        )
    elif checked and not bad:
        typer.echo(f"{outcome.rows} 行均可导入 · all {outcome.rows} rows can be imported")
    else:
        typer.echo(
            f"{outcome.rows} 行中 {len(bad)} 行有误，未记录任何内容；改正后重新导入，或加 --good-rows 只导入"
            f"好行 · {len(bad)} of {outcome.rows} rows are bad and nothing was recorded; put them right "
            "and import again, or add --good-rows to record the good ones"
        )
    if bad:
        typer.echo(f"坏行及原因写入 · bad rows and reasons are in {target}")
