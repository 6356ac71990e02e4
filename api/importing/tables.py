"""Tables as bureaus keep them: xlsx and csv, read as rows of text and written back with reasons."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

REASON = "错误 reason"
"""The column that bad rows come back with; it is passed over when the file is read again."""

ENCODINGS = ("utf-8-sig", "gb18030")


class TableUnreadable(Exception):
    """The file is no table that can be read: what it is, and what would be needed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number as a spreadsheet shows it, and its cells by column."""

    number: int
    cells: dict[str, str]

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self.cells.values())


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table in memory; bureaus' tables have thousands of rows, not millions."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: Path, sheet: str | None = None) -> Table:
    """The first sheet, or the named one, of an xlsx or csv file; TableUnreadable says what is wrong."""
    if not path.is_file():
        raise TableUnreadable(f"找不到文件 {path.name} · there is no file {path.name}")
    match path.suffix.lower():
        case ".csv":
            lines = _csv_lines(path)
        case ".xlsx" | ".xls" | ".ods":
            lines = _workbook_lines(path, sheet)
        case suffix:
            raise TableUnreadable(
                f"不支持 {suffix or '无后缀'} 文件；请另存为 .xlsx 或 .csv · "
                f"{suffix or 'a file without suffix'} cannot be read; save it as .xlsx or .csv"
            )
    return _table(lines)


def _csv_lines(path: Path) -> list[list[str]]:
    for encoding in ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as file:
                return list(csv.reader(file, strict=True))
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise TableUnreadable(
                f"csv 格式有误（{error}）；请检查引号 · not well-formed csv ({error}); check its quotes"
            ) from error
    raise TableUnreadable(
        "编码既非 UTF-8 也非 GB18030；请另存为 UTF-8 · neither UTF-8 nor GB18030; save it as UTF-8"
    )


def _workbook_lines(path: Path, sheet: str | None) -> list[list[str]]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise TableUnreadable(
                f"没有工作表“{sheet}”；有：{'、'.join(names)} · "
                f"there is no sheet {sheet!r}; there are: {', '.join(names)}"
            )
        # Numbered from the first line of the sheet, so that row numbers are those one sees.
        cells = book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, OSError) as error:
        raise TableUnreadable(
            f"无法读取工作簿（{error}）；请用表格软件重新保存 · "
            f"the workbook cannot be read ({error}); save it again with a spreadsheet program"
        ) from error
    return [[_text(cell) for cell in line] for line in cells]


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime.datetime():
            return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat()
        case datetime.date() | datetime.time():
            return cell.isoformat()
        case float():
            # A spreadsheet's number: the shortest decimal that means it, never an exponent.
            return f"{Decimal(repr(cell)):f}".removesuffix(".0")
        case _:
            return str(cell).strip()


def _table(lines: Sequence[Sequence[str]]) -> Table:
    header = next((n for n, line in enumerate(lines) if any(cell.strip() for cell in line)), None)
    if header is None:
        raise TableUnreadable("表格为空 · the table is empty")
    columns = tuple(cell.strip() for cell in lines[header])
    named = [column for column in columns if column]
    if repeated := sorted({column for column in named if named.count(column) > 1}):
        raise TableUnreadable(
            f"列名重复：{'、'.join(repeated)} · columns occur twice: {', '.join(repeated)}"
        )
    rows = []
    for number, line in enumerate(lines[header + 1 :], header + 2):
        if len(line) > len(columns) and any(cell.strip() for cell in line[len(columns) :]):
            raise TableUnreadable(
                f"第{number}行比表头多出内容 · row {number} has more cells than the header"
            )
        cells = {c: v.strip() for c, v in zip(columns, line, strict=False) if c and c != REASON}
        rows.append(Row(number, {c: "" for c in named if c != REASON} | cells))
    return Table(tuple(c for c in named if c != REASON), tuple(r for r in rows if not r.empty))


def write_table(path: Path, columns: Sequence[str], rows: Sequence[tuple[Row, str]]) -> None:
    """Rows with the reason beside each, in the format that the suffix names."""
    lines = [[*columns, REASON]]
    lines += [[*(row.cells[column] for column in columns), reason] for row, reason in rows]
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(lines)
        return
    # Text stays text: no cell of a clerk's table may turn into a formula or a link.
    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line, bold if number == 0 else None)
        sheet.freeze_panes(1, 0)
        sheet.set_column(len(columns), len(columns), 60)
