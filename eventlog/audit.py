"""The audit of a stored record: every row of it read and held against what DESIGN §3 and §4 promise.

One pass in position order over one snapshot, so it may run beside writers; memory stays flat. It
finds what somebody with the database's own rights did to the tables, where the tables contradict
each other or the entries' hashes. That a whole record was written anew is for the checkpoints to show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
from psycopg import sql

from eventlog.entry import parse
from eventlog.scrutiny import AMENDMENTS, Fault, Scrutinised, amendment, meaning, scrutinise
from eventlog.statements import statement

__all__ = ["Fault", "audit"]

Connection = psycopg.Connection[Any]
Row = tuple[Any, ...]
Report = Callable[[int, int], None]
"""Told how many of how many events are done."""

ROWS = 2000
"""Fetched at a time."""

_STREAMS = (
    "select position, type, entry, leaf from {}.record_log order by position",
    "select position, type, tag from {}.record_tag order by position, tag",
    "select first, last, id::text from {}.record_command order by first, last",
    "select position, commitment, salt, value from {}.vault_value order by position",
)


def audit(
    conninfo: str,
    *,
    with_meaning: bool = True,
    report: Report = lambda done, total: None,
) -> Iterator[Fault]:
    """Every fault of the record at `conninfo` (the service's rights do), in position order.

    Without `with_meaning`, entries are not read as the events of the catalogue: only their bytes and
    the tables around them are checked.
    """
    with (
        psycopg.connect(conninfo, autocommit=True) as connection,
        connection.transaction(),
        ExitStack() as cursors,
    ):
        connection.execute("set transaction isolation level repeatable read read only")
        schema = _shut_out(connection)
        for what, relation in connection.execute(
            statement("eventlog", "guards"), {"schema": schema}
        ).fetchall():
            yield Fault(
                None,
                f"{relation} 的防护有误：{what}",
                f"what guards {relation} is not as it should be: {what}",
            )
        streams = [
            cursors.enter_context(_opened(connection, f"audit_{n}", sql.SQL(query), schema))
            for n, query in enumerate(_STREAMS)
        ]
        yield from _Audit(
            connection, schema, *streams, with_meaning=with_meaning, report=report
        ).faults()


def _shut_out(connection: Connection) -> str:
    """The record's schema, and a search path without it: nothing planted there answers for it."""
    row = connection.execute("select pg_catalog.current_schema()").fetchone()
    assert row is not None
    connection.execute("set local search_path to pg_catalog, pg_temp")
    return str(row[0])


def _opened(
    connection: Connection, name: str, query: sql.SQL, schema: str
) -> psycopg.ServerCursor[Row]:
    cursor = psycopg.ServerCursor(connection, name)
    cursor.itersize = ROWS
    return cursor.execute(query.format(sql.Identifier(schema)))


class _Rows:
    """Rows of a table beside the log, handed out as the log's positions come up."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def up_to(self, position: int) -> list[Row]:
        """What stands at or before a position and was not handed out yet."""
        found = []
        while self._next is not None and self._next[0] <= position:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    def rest(self) -> Iterator[Row]:
        """What stands behind the end of the log."""
        while self._next is not None:
            yield self._next
            self._next = next(self._rows, None)


class _Audit:
    def __init__(
        self,
        connection: Connection,
        schema: str,
        log: Iterable[Row],
        tags: Iterable[Row],
        commands: Iterable[Row],
        vault: Iterable[Row],
        *,
        with_meaning: bool,
        report: Report,
    ) -> None:
        self._connection = connection
        self._schema = sql.Identifier(schema)
        self._log = log
        self._tags = _Rows(tags)
        self._commands = _Rows(commands)
        self._vault = _Rows(vault)
        self._with_meaning = with_meaning
        self._report = report
        self._command: Row | None = None

    def faults(self) -> Iterator[Fault]:
        row = self._connection.execute(
            sql.SQL("select position from {}.record_head").format(self._schema)
        ).fetchone()
        head = row[0] if row else 0
        expected, stamp = 1, ""
        for position, kind, entry, leaf in self._log:
            yield from _gap(expected, position)
            expected = position + 1
            one = scrutinise(position, kind, entry, leaf)
            yield from one.faults
            if one.stamp < stamp:
                yield Fault(
                    position, "登记时间早于前一号", "it was recorded before the one before it"
                )
            stamp = max(stamp, one.stamp)
            yield from self._beside(one)
            if self._with_meaning and one.said:
                yield from self._meaning(one)
            if position % ROWS == 0:
                self._report(position, head)
        yield from self._behind(expected - 1)
        self._report(head, head)

    def _beside(self, one: Scrutinised) -> Iterator[Fault]:
        """What the tables beside the log say of this position."""
        yield from self._tagged(one)
        yield from self._commanded(one)
        for position, commitment, salt, value in self._vault.up_to(one.position):
            opened = hashlib.sha256(b"\x02" + salt + value.encode()).digest()
            if position != one.position or commitment.hex() not in one.hidden:
                yield Fault(
                    position, "保险库中有无主的值", "the vault holds a value it does not name"
                )
            elif opened != commitment:
                yield Fault(
                    position,
                    "保险库中的值与承诺不符",
                    "a value in the vault does not open its commitment",
                )

    def _tagged(self, one: Scrutinised) -> Iterator[Fault]:
        rows = self._tags.up_to(one.position)
        for position, _, tag in rows:
            if position != one.position:
                yield Fault(position, f"标签 {tag} 无主", f"tag {tag} stands where no event does")
        own = [row for row in rows if row[0] == one.position]
        if [tag for _, _, tag in own] != sorted(one.tags):
            yield Fault(
                one.position, "标签表与内容不符", "the table of tags differs from its entry"
            )
        if any(kind != one.type for _, kind, _ in own):
            yield Fault(
                one.position, "标签表中的类型有误", "the table of tags has it under another type"
            )

    def _commanded(self, one: Scrutinised) -> Iterator[Fault]:
        for first, last, command_id in self._commands.up_to(one.position):
            before = self._command
            if first != one.position or last < first or (before and before[1] >= first):
                yield _misplaced(first, command_id)
            self._command = (first, last, command_id)
        command = self._command
        said = one.said.get("command_id")
        if command is None or command[1] < one.position:
            if said is not None:
                yield Fault(
                    one.position, f"命令 {said} 未登记", f"command {said} is not in its table"
                )
        elif said != command[2]:
            yield Fault(
                one.position,
                f"命令表称其属于 {command[2]}，与内容不符",
                f"the table of commands has it under {command[2]}, its entry not",
            )

    def _meaning(self, one: Scrutinised) -> Iterator[Fault]:
        wrong = list(meaning(one))
        yield from wrong
        if one.type in AMENDMENTS and not wrong:
            data = one.said["data"]
            rows = self._connection.execute(
                sql.SQL(
                    "select position, entry from {}.record_log where position = any(%s)"
                ).format(self._schema),
                [[data["target"], data["root"]]],
            ).fetchall()
            yield from amendment(one, {position: parse(entry) for position, entry in rows})

    def _behind(self, head: int) -> Iterator[Fault]:
        for position, _, tag in self._tags.rest():
            yield Fault(position, f"标签 {tag} 无主", f"tag {tag} stands where no event does")
        for first, _, command_id in self._commands.rest():
            yield _misplaced(first, command_id)
        if self._command is not None and self._command[1] > head:
            yield _misplaced(self._command[0], self._command[2])
        for position, *_ in self._vault.rest():
            yield Fault(position, "保险库中有无主的值", "the vault holds a value of no event")


def _gap(expected: int, position: int) -> Iterator[Fault]:
    if position > expected:
        lost = f"{expected}–{position - 1}" if position - 1 > expected else str(expected)
        yield Fault(expected, f"缺少第{lost}号", f"missing: {lost}")
    elif position < expected:
        yield Fault(position, "位置不从 1 起", "positions do not begin at 1")


def _misplaced(first: int, command_id: str) -> Fault:
    return Fault(
        first,
        f"命令 {command_id} 与记录不符",
        f"command {command_id} does not stand for the events that its table names",
    )
