"""`yinzheng export VIEW`: the facts of one view as csv, JSON lines or a workbook."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Any

import typer
import xlsxwriter
from psycopg import sql

from api.cli.options import AsJson, Data, quiet, settings
from api.cli.outcome import Exit, Stopped
from api.jurisdiction import opened
from api.projecting import caught_up
from eventlog.registrar import shanghai_today
from projections.facts import VIEWS

Rows = Iterable[Sequence[Any]]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(export)


def export(
    view: Annotated[str, typer.Argument(help="视图，如 signings · the view, such as signings")],
    to: Annotated[
        Path | None, typer.Option(help=".csv、.jsonl 或 .xlsx，默认标准输出 · by default stdout")
    ] = None,
    cutoff: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="业务日止 · last business date that counts"),
    ] = None,
    known_at: Annotated[
        int | None, typer.Option(help="知悉截至位置 · last position known", min=0)
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """导出一个视图的数据 · Export the facts of one view, as known at a position, up to a day."""
    quiet()
    if view not in VIEWS:
        raise Stopped(
            Exit.USAGE,
            f"没有视图 {view!r}；有：{'、'.join(sorted(VIEWS))}",
            f"there is no view {view!r}; there are {', '.join(sorted(VIEWS))}",
        )
    ending = ".jsonl" if as_json else ".csv" if to is None else to.suffix.lower()
    if ending not in (".csv", ".jsonl", ".xlsx"):
        raise Stopped(
            Exit.USAGE,
            f"不支持 {ending} 格式",
            f"{ending} is not supported; use .csv, .jsonl or .xlsx",
        )
    with opened(settings(data)) as jurisdiction, jurisdiction.pool.connection() as connection:
        now = caught_up(jurisdiction)
        query = sql.SQL("select * from {}(%s, %s) order by position, n").format(
            sql.Identifier(f"{view}_at")
        )
        day = cutoff.date() if cutoff else shanghai_today()
        bounds = [now.projected if known_at is None else known_at, day]
        with connection.transaction(), connection.cursor(name="export") as rows:
            rows.execute(query, bounds)
            assert rows.description is not None
            names = [column.name for column in rows.description]
            _write(ending, to, names, rows)


def _write(ending: str, to: Path | None, names: list[str], rows: Rows) -> None:
    if ending == ".xlsx":
        assert to is not None
        _write_workbook(to, names, rows)
    elif to is None:
        _write_text(sys.stdout, ending, names, rows)
    else:
        # The mark tells Excel that the Chinese in a .csv is UTF-8.
        encoding = "utf-8-sig" if ending == ".csv" else "utf-8"
        with to.open("w", encoding=encoding, newline="") as file:
            _write_text(file, ending, names, rows)


def _write_text(file: IO[str], ending: str, names: list[str], rows: Rows) -> None:
    if ending == ".csv":
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)
    else:
        for row in rows:
            said = dict(zip(names, row, strict=True))
            file.write(json.dumps(said, ensure_ascii=False, default=str) + "\n")


def _write_workbook(to: Path, names: list[str], rows: Rows) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(to), options) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, names)
        for number, row in enumerate(rows, 1):
            plain = [v if v is None or isinstance(v, int | str) else str(v) for v in row]
            sheet.write_row(number, 0, plain)
