"""The mapping file: which commands a row stands for, and where their fields come from.

A mapping is TOML. `source` names where the table comes from, once and for all: command ids are made
of it and of each row's own id, so that importing again records nothing twice. Each `[[step]]` is one
command; a field is a text with columns in braces, or a table with `column` and how to read it, or a
table of further fields. A field whose columns are blank is left out, and a table of fields is left
out if any of its columns is blank: money without its amount says nothing. `with` in a table makes it
depend on one more column without using its value.
"""

from __future__ import annotations

import re
import tomllib
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.importing.tables import Row
from api.wording import field_errors
from domain.catalogue import COMMANDS
from domain.model.command import Command

NAMESPACE = UUID("5b0e7f0c-5d8e-5f0a-9d6b-2f7b5a3f1c11")
"""Command ids of imported rows lie in this namespace; changing it would import everything anew."""

_HOLE = re.compile(r"\{([^{}]+)\}")
_COLUMN_KEYS = frozenset({"column", "blank", "map", "default", "times", "decimals"})


class MappingUnusable(Exception):
    """The mapping file does not fit: where, and what would be needed."""


class CellUnusable(Exception):
    """A cell cannot be read as its mapping asks."""


class Step(BaseModel):
    """One command that a row may stand for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: str
    id: str | None = None
    """What distinguishes this command within the source; by default the row's id."""
    by: str = "recorder"
    """Which of the accounts named on the command line gives it."""
    when: dict[str, list[str]] = Field(default_factory=dict)
    """Only for rows where each named column holds one of the values."""
    unless: dict[str, list[str]] = Field(default_factory=dict)
    fields: dict[str, Any] = Field(default_factory=dict)

    def applies(self, row: Row) -> bool:
        """Whether a row stands for this command."""
        return all(row.cells.get(c) in values for c, values in self.when.items()) and not any(
            row.cells.get(c) in values for c, values in self.unless.items()
        )


class Mapping(BaseModel):
    """A whole mapping file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    source: str = Field(min_length=1, max_length=100)
    row_id: str
    title: str = ""
    each: dict[str, Any] = Field(default_factory=dict)
    """Fields that each step has unless it says otherwise."""
    step: tuple[Step, ...] = Field(min_length=1)

    @property
    def parts(self) -> set[str]:
        """The accounts that have to be named."""
        return {step.by for step in self.step}

    def columns(self) -> set[str]:
        """Every column that the mapping reads."""
        found = set(_HOLE.findall(self.row_id))
        for step in self.step:
            found |= {*step.when, *step.unless, *_HOLE.findall(step.id or "")}
            found |= _columns_in(step.fields)
        return found | _columns_in(self.each)


def load_mapping(path: Path) -> Mapping:
    """A mapping file, checked against the registry of commands; MappingUnusable says what is wrong."""
    try:
        mapping = Mapping.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingUnusable(
            f"映射文件 {path.name} 无法读取（{error}） · mapping {path.name} cannot be read ({error})"
        ) from error
    except ValidationError as error:
        said = "; ".join(
            f"{e['field']}: {e['zh']} · {e['en']}" for e in field_errors(error.errors())
        )
        raise MappingUnusable(f"映射文件 {path.name}: {said}") from error
    for step in mapping.step:
        if step.command not in COMMANDS:
            raise MappingUnusable(
                f"没有操作 {step.command!r}；见 yinzheng command --list · "
                f"there is no command {step.command!r}; see yinzheng command --list"
            )
    return mapping


def plain_mapping(slug: str) -> Mapping:
    """The mapping of a table whose columns are the fields of one command, nested ones with dots."""
    if slug not in COMMANDS:
        raise MappingUnusable(
            f"{slug!r} 既不是操作名，也没有用 --mapping 给出映射文件 · "
            f"{slug!r} is no command, and no --mapping was given"
        )
    return Mapping(kind=slug, source=f"table {slug}", row_id="", step=(Step(command=slug),))


def identity(mapping: Mapping, row: Row) -> str:
    """A row's own id within its source; a table without one is told apart by its content."""
    if mapping.row_id:
        return filled(mapping.row_id, row) or f"row {row.number}"
    return repr(sorted(row.cells.items()))


def command_id(mapping: Mapping, step: Step, row: Row) -> UUID:
    """The command id that one step of one row has, today and at every later import."""
    own = filled(step.id, row) if step.id else identity(mapping, row)
    return uuid5(NAMESPACE, "\n".join((mapping.source, step.command, own or "")))


def body(mapping: Mapping, step: Step, row: Row) -> dict[str, Any]:
    """The command's body as the contract writes it; CellUnusable names the column at fault."""
    if not mapping.row_id and not step.fields:
        return _nested(COMMANDS[step.command], row)
    return {
        name: value
        for name, wanted in {**mapping.each, **step.fields}.items()
        if (value := _value(wanted, row)) is not None
    }


def _nested(kind: type[Command], row: Row) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for column, cell in row.cells.items():
        if cell == "":
            continue
        *outer, last = column.split(".")
        place = result
        for step in outer:
            place = place.setdefault(step, {})
        place[last] = _typed(kind, column, cell)
    return result


def _typed(kind: type[Command], column: str, cell: str) -> Any:
    annotation = kind.model_fields[column].annotation if column in kind.model_fields else None
    if annotation is bool and cell.lower() in ("true", "false", "是", "否"):
        return cell.lower() in ("true", "是")
    return int(cell) if annotation is int and cell.isdecimal() else cell


def filled(template: str, row: Row) -> str | None:
    """A template with the row's cells in its braces; None where one of them is blank."""
    cells = [row.cells.get(column, "") for column in _HOLE.findall(template)]
    if any(cell == "" for cell in cells):
        return None
    return _HOLE.sub(lambda hole: row.cells[hole[1]], template)


def _value(wanted: Any, row: Row) -> Any:
    match wanted:
        case str():
            return filled(wanted, row)
        case {"column": str()}:
            return _column(wanted, row)
        case dict():
            needs = wanted.get("with")
            if needs is not None and _value(needs, row) is None:
                return None
            held = {name: _value(inner, row) for name, inner in wanted.items() if name != "with"}
            # Money without its amount, an investor without a name: nothing at all is meant.
            return None if None in held.values() else held
        case list():
            return [value for inner in wanted if (value := _value(inner, row)) is not None]
        case _:
            return wanted


def _column(wanted: dict[str, Any], row: Row) -> Any:
    if unknown := sorted(set(wanted) - _COLUMN_KEYS):
        raise CellUnusable(f"映射中有未知的键 {unknown} · the mapping has unknown keys {unknown}")
    cell = row.cells.get(wanted["column"], "")
    if cell == "" or cell in wanted.get("blank", ()):
        return wanted.get("default")
    if "map" in wanted:
        if cell in wanted["map"]:
            return wanted["map"][cell]
        if "default" in wanted:
            return wanted["default"]
        known = "、".join(wanted["map"])
        raise CellUnusable(
            f"{wanted['column']} 的值“{cell}”不在映射中；应为：{known} · "
            f"{wanted['column']} {cell!r} is not in the mapping; expected one of: {known}"
        )
    if "times" in wanted or "decimals" in wanted:
        return _scaled(wanted, cell)
    return cell


def _scaled(wanted: dict[str, Any], cell: str) -> str:
    try:
        number = Decimal(cell.replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise CellUnusable(
            f"{wanted['column']} 的值“{cell}”不是数字 · {wanted['column']} {cell!r} is not a number"
        )
    scaled = number * Decimal(str(wanted.get("times", 1)))
    if "decimals" in wanted:
        scaled = scaled.quantize(Decimal(1).scaleb(-int(wanted["decimals"])), ROUND_HALF_UP)
    return f"{scaled:f}"


def _columns_in(wanted: Any) -> set[str]:
    match wanted:
        case str():
            return set(_HOLE.findall(wanted))
        case {"column": str(column)}:
            return {column}
        case dict():
            return {c for inner in wanted.values() for c in _columns_in(inner)}
        case list():
            return {c for inner in wanted for c in _columns_in(inner)}
        case _:
            return set()
