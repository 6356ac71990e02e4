"""Ledgers under the headings that a bureau prints them with (SPEC §9.1), as of a day.

A cell is text as printed, or None where the record says nothing: an empty box on the form. Beside the
cells each row keeps the key by which it is ordered and the positions of the events it rests on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from eventlog.statements import statement
from projections.asof import AsOf
from projections.ledger_columns import ARRIVALS, PROJECTS, Cell, Columns, Sheet
from projections.projects import described, ids, listed
from projections.rulebook import FORMAT, Connection, parameters, style


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the key after which the next page begins, its cells in order, what it rests on."""

    key: str | int
    cells: tuple[Cell, ...]
    positions: tuple[int, ...]


Source = Callable[[Connection, AsOf, Any, int | None], list[tuple[str | int, dict[str, Any]]]]
"""Rows beyond a key, at most so many."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One kind of ledger: titles, columns, whether its keys are positions, and where rows come from."""

    title: str
    title_en: str
    columns: Columns
    by_position: bool
    source: Source

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings in the order of the cells."""
        return tuple(heading for heading, _ in self.columns)

    def lines(
        self, connection: Connection, asof: AsOf, after: Any = None, limit: int | None = None
    ) -> list[Line]:
        """Up to `limit` rows beyond the key `after`."""
        sheet = _sheet(connection, asof)
        return [
            Line(key, tuple(cell(row, sheet) for _, cell in self.columns), _positions(row))
            for key, row in self.source(connection, asof, after, limit)
        ]


def _sheet(connection: Connection, asof: AsOf) -> Sheet:
    """Names are read as known, whatever the cutoff: a village stood before it was entered."""
    units = connection.execute(
        "select unit_id, name from unit_at(%(known_at)s, 'infinity')", asof.bounds
    ).fetchall()
    return Sheet(dict(units), style(parameters(connection, asof, FORMAT)))


def _positions(row: dict[str, Any]) -> tuple[int, ...]:
    if "arrival_id" in row:
        found = {row["key"], row["recognised_by"], *row["refused_by"]}
    else:
        parts = (row["funds"], row["commencement"], row["production"], *row["signings"])
        found = {row["position"], *(p for part in parts for p in part["positions"])}
        found.add(row["company"]["position"] if row["company"] else None)
    return tuple(sorted(p for p in found if p is not None))


CHUNK = 500
"""Projects looked into at a time, while rows of a ledger are sought among them."""


def _projects(**wanted: Any) -> Source:
    """The projects of which a signing counts, and that answer to `wanted`, in the order of ids."""

    def rows(
        connection: Connection, asof: AsOf, after: Any, limit: int | None
    ) -> list[tuple[str | int, dict[str, Any]]]:
        found: list[dict[str, Any]] = []
        while limit is None or len(found) < limit:
            chunk = ids(connection, asof, after=after, limit=CHUNK)
            if not chunk:
                break
            found += listed(connection, asof, only=chunk, signed=True, **wanted)
            after = chunk[-1]
        shown = described(connection, asof, found[:limit])
        return [(row["project_id"], row) for row in shown]

    return rows


def _arrivals(
    connection: Connection, asof: AsOf, after: Any, limit: int | None
) -> list[tuple[str | int, dict[str, Any]]]:
    said = {**asof.bounds, "projects": None, "after": after, "limit": limit}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            statement("projections", "project_arrivals"), said, prepare=False
        ).fetchall()
        about = {
            row["project_id"]: row
            for row in cursor.execute(
                "select project_id, name, jurisdiction from project_at(%(known_at)s, 'infinity') "
                "where project_id = any (%(projects)s)",
                {**asof.bounds, "projects": sorted({row["project_id"] for row in rows})},
            )
        }
    unknown = {"name": None, "jurisdiction": None}
    return [(row["key"], {**row, **about.get(row["project_id"], unknown)}) for row in rows]


LEDGERS: dict[str, Ledger] = {
    "signed-projects": Ledger(
        "招商引资签约项目台账", "Signed projects", PROJECTS, False, _projects()
    ),
    "major-projects": Ledger(
        "重大招商引资项目台账", "Major signed projects", PROJECTS, False, _projects(major=True)
    ),
    "funds": Ledger(
        "到位资金上报与认定台账",
        "Fund arrivals as reported and as recognised",
        ARRIVALS,
        True,
        _arrivals,
    ),
}
"""Every ledger by its name in `GET /v1/ledgers/{name}`."""
