"""The audit finds each kind of damage that the database's own rights can do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from domain.model.roles import Role
from eventlog.audit import audit
from eventlog.entry import canonical, leaf_hash
from eventlog.migrate import service_role
from tests.database import TestDatabase, fresh_database
from tests.eventlog.records import LEAD, PASSED, Record, record_on
from tests.scenario import JUDGE, actor

TABLES = ("record_log", "record_tag", "record_command", "vault_value")
ADMINISTRATOR = actor("office", Role.LGO)

Said = dict[str, Any]


class Victim:
    """A small record: 1 unit, 2 participant (with a secret), 3 lead (with secrets), 4 its
    verification, 5 correction of the lead, 6 revocation of the verification, 7–8 one command's."""

    def __init__(self, database: TestDatabase) -> None:
        self.database = database
        with record_on(database) as record:
            self._fill(record)
        with database.connect() as connection:
            for table in TABLES:
                connection.execute(f"create table kept_{table} as table {table}".encode())

    @staticmethod
    def _fill(record: Record) -> None:
        record.found_bureau()
        record.give("register-lead", lead_id="l1", source_person="李四", **LEAD)
        record.give("verify-lead", by=JUDGE, lead_id="l1", valuable=True, tests=PASSED)
        record.give("correct-event", target=3, changes={"industry": "工业"}, reason="漏填")
        record.give("revoke-event", target=4, reason="误判")
        record.give(
            "open-account", by=ADMINISTRATOR, account="anna", person="p2", unit="u1", roles=["PART"]
        )

    def heal(self) -> None:
        """Put back what the tables held at first."""
        self.damage(
            *(f"delete from {table}" for table in TABLES),
            *(f"insert into {table} table kept_{table}" for table in TABLES),
        )

    def damage(self, *statements: str, **values: object) -> None:
        """Change the tables with the owner's rights, past the triggers."""
        with self.database.connect() as connection, connection.transaction():
            for table in TABLES:
                connection.execute(f"alter table {table} disable trigger user".encode())
            connection.execute("alter table record_log drop constraint record_log_entry")
            for statement in statements:
                connection.execute(statement.encode(), values or None)
            connection.execute(
                "alter table record_log add constraint record_log_entry "
                "check (entry::jsonb ->> 'recorded_at' = substr(entry, 17, 27)) not valid"
            )
            for table in TABLES:
                connection.execute(f"alter table {table} enable trigger user".encode())

    def rewrite(self, position: int, change: Callable[[Said], object]) -> None:
        """Change what an entry says, in canonical form and under a fitting leaf."""
        said = json.loads(self.entry(position))
        change(said)
        stamp = said.pop("recorded_at")
        self.overwrite(position, '{"recorded_at":"' + stamp + '",' + canonical(said)[1:])

    def overwrite(self, position: int, entry: str) -> None:
        """Put another text in an entry's place, under a fitting leaf."""
        self.damage(
            "update record_log set entry = %(entry)s, leaf = %(leaf)s where position = %(at)s",
            at=position,
            entry=entry,
            leaf=leaf_hash(entry.encode()),
        )

    def entry(self, position: int) -> str:
        """A stored entry."""
        with self.database.connect() as connection:
            row = connection.execute(
                "select entry from record_log where position = %s", [position]
            ).fetchone()
        assert row is not None
        return str(row[0])

    def faults(self) -> list[tuple[int | None, str]]:
        """(position, what the audit says of it in English)."""
        return [(fault.position, fault.en) for fault in audit(self.database.service_conninfo)]

    def found(self, position: int | None, words: str) -> bool:
        """Whether the audit names this position with these words."""
        return any(at == position and words in said for at, said in self.faults())


@pytest.fixture(scope="module")
def one_record() -> Iterator[Victim]:
    with fresh_database() as database:
        yield Victim(database)


@pytest.fixture
def victim(one_record: Victim) -> Iterator[Victim]:
    assert one_record.faults() == []
    yield one_record
    one_record.heal()


@pytest.fixture
def own_victim() -> Iterator[Victim]:
    with fresh_database() as database:
        yield Victim(database)


def test_a_fault_is_told_in_both_languages(victim: Victim) -> None:
    victim.damage("delete from record_log where position = 3")
    (first, *_) = audit(victim.database.service_conninfo)
    assert str(first) == "第3号：缺少第3号 · event 3: missing: 3"


class TestBytes:
    def test_a_changed_word(self, victim: Victim) -> None:
        victim.damage("update record_log set entry = replace(entry, '河东乡', '河西乡')")
        assert victim.faults() == [(1, "its leaf is not the hash of its entry")]

    def test_a_changed_leaf(self, victim: Victim) -> None:
        victim.damage("update record_log set leaf = sha256('x') where position = 2")
        assert victim.faults() == [(2, "its leaf is not the hash of its entry")]

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda entry: entry.replace(',"type"', ', "type"'), "canonical form"),
            (lambda entry: entry.replace('"unit_id":"u1"', '"unit_id":"\\u0075\\u0031"'), "form"),
            (lambda entry: entry[:-1] + ',"aaa":1}', "canonical form"),
            (lambda entry: entry[:-1] + ',"type":"UnitRegistered"}', "canonical form"),
            (lambda entry: entry.replace("Z", "+00:00", 1), "canonical form"),
            (lambda entry: "{" + entry[45:], "canonical form"),
            (lambda entry: entry.replace('"version":1', '"version":1.0'), "floating-point"),
            (lambda entry: entry.replace('"version":1', '"version":NaN'), "floating-point"),
            (lambda entry: entry.replace("河东乡", "Cafe\u0301"), "not in NFC"),
            (lambda entry: entry[:-1], "not a JSON object"),
            (lambda entry: "[" * 100_000, "not a JSON object"),
            (lambda entry: "[]", "not a JSON object"),
        ],
        ids=range(12),
    )
    def test_another_form_under_a_fitting_leaf(
        self, victim: Victim, change: Callable[[str], str], words: str
    ) -> None:
        entry = change(victim.entry(1))
        assert entry != victim.entry(1)
        victim.overwrite(1, entry)
        assert victim.found(1, words)

    def test_another_type(self, victim: Victim) -> None:
        victim.damage("update record_log set type = 'UnitClosed' where position = 1")
        assert victim.found(1, "type column")

    def test_a_time_before_the_one_before(self, victim: Victim) -> None:
        victim.rewrite(4, lambda said: said.update(recorded_at="2001-01-01T00:00:00.000000Z"))
        assert victim.faults() == [(4, "it was recorded before the one before it")]

    def test_rows_exchanged(self, victim: Victim) -> None:
        one, other = victim.entry(1), victim.entry(2)
        victim.overwrite(1, other)
        victim.overwrite(2, one)
        assert {at for at, _ in victim.faults()} >= {1, 2}


class TestPositions:
    def test_one_is_missing(self, victim: Victim) -> None:
        victim.damage("delete from record_log where position = 3")
        assert victim.found(3, "missing: 3")

    def test_several_are_missing(self, victim: Victim) -> None:
        victim.damage("delete from record_log where position between 2 and 4")
        assert victim.found(2, "missing: 2–4")

    def test_the_first_is_missing(self, victim: Victim) -> None:
        victim.damage("delete from record_log where position = 1")
        assert victim.found(1, "missing: 1")

    def test_the_last_is_missing(self, victim: Victim) -> None:
        victim.damage("delete from record_log where position = 8")
        assert victim.found(8, "tag account:anna stands where no event does")
        assert victim.found(7, "does not stand for the events")

    def test_the_last_is_missing_with_its_tags(self, victim: Victim) -> None:
        victim.damage(*(f"delete from {table} where position > 6" for table in TABLES[:2]))
        assert victim.found(7, "does not stand for the events")

    def test_one_too_many(self, victim: Victim) -> None:
        victim.damage("insert into record_log select 0, type, entry, leaf from record_log limit 1")
        assert victim.found(0, "positions do not begin at 1")


class TestTags:
    def test_one_is_missing(self, victim: Victim) -> None:
        victim.damage("delete from record_tag where tag = 'lead:l1' and position = 3")
        assert victim.faults() == [(3, "the table of tags differs from its entry")]

    def test_one_too_many(self, victim: Victim) -> None:
        victim.damage("insert into record_tag values ('lead:l2', 'LeadRegistered', 3)")
        assert victim.faults() == [(3, "the table of tags differs from its entry")]

    def test_one_of_another_type(self, victim: Victim) -> None:
        victim.damage("update record_tag set type = 'LeadRejected' where position = 4")
        assert victim.faults() == [(4, "the table of tags has it under another type")]

    @pytest.mark.parametrize("position", [0, 9])
    def test_one_of_no_event(self, victim: Victim, position: int) -> None:
        victim.damage(f"insert into record_tag values ('lead:l2', 'LeadRegistered', {position})")
        assert victim.found(position, "tag lead:l2 stands where no event does")

    def test_missing_in_both_places(self, victim: Victim) -> None:
        victim.rewrite(3, lambda said: said["tags"].remove("lead:l1"))
        victim.damage("delete from record_tag where tag = 'lead:l1' and position = 3")
        assert victim.found(3, "tags that follow from its data are missing: lead:l1")


class TestCommands:
    def test_one_is_missing(self, victim: Victim) -> None:
        victim.damage("delete from record_command where first = 3")
        assert victim.found(3, "is not in its table")

    def test_one_of_another_id(self, victim: Victim) -> None:
        victim.damage("update record_command set id = gen_random_uuid() where first = 3")
        assert victim.found(3, "the table of commands has it under")

    @pytest.mark.parametrize(
        ("change", "position"),
        [
            ("last = 8 where first = 3", 4),
            ("last = 7 where first = 7", 8),
            ("last = 9 where first = 7", 7),
            ("first = 8 where first = 7", 7),
            ("first = 9, last = 9 where first = 7", 9),
            ("last = 2 where first = 3", 3),
            ("first = 0 where first = 1", 0),
        ],
    )
    def test_one_of_other_events(self, victim: Victim, change: str, position: int) -> None:
        victim.damage(f"update record_command set {change}")
        assert position in {at for at, _ in victim.faults()}

    def test_one_too_many(self, victim: Victim) -> None:
        victim.damage("insert into record_command values (gen_random_uuid(), 3, 3)")
        assert 3 in {at for at, _ in victim.faults()}

    def test_an_entry_under_another_command(self, victim: Victim) -> None:
        stranger = "00000000-0000-0000-0000-000000000000"
        victim.rewrite(3, lambda said: said.update(command_id=stranger))
        assert victim.found(3, "the table of commands has it under")


class TestVault:
    @pytest.mark.parametrize("change", ["value = '王五'", "salt = sha256('x')"])
    def test_what_does_not_open_its_commitment(self, victim: Victim, change: str) -> None:
        victim.damage(f"update vault_value set {change} where position = 2")
        assert victim.faults() == [(2, "a value in the vault does not open its commitment")]

    @pytest.mark.parametrize("position", [0, 1, 4, 99])
    def test_what_no_event_names(self, victim: Victim, position: int) -> None:
        victim.damage(f"update vault_value set position = {position} where position = 2")
        assert victim.found(position, "the vault holds a value")

    def test_an_erased_person_is_no_fault(self, victim: Victim) -> None:
        victim.damage("delete from vault_value")
        assert victim.faults() == []


class TestMeaning:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda said: said["data"].update(name=None), "it cannot be read"),
            (lambda said: said["data"].update(surprise=1), "it cannot be read"),
            (lambda said: said["data"].pop("kind"), "it cannot be read"),
            (lambda said: said.update(version=99), "version 99 is not known"),
            (lambda said: said.update(occurred_on="2012-02-31"), "it cannot be read"),
            (lambda said: said.pop("actor"), "it cannot be read"),
            (lambda said: said.update(data=None), "it cannot be read"),
            (lambda said: said.update(tags=None), "it cannot be read"),
        ],
        ids=range(8),
    )
    def test_an_entry_that_cannot_be_read(
        self, victim: Victim, change: Callable[[Said], object], words: str
    ) -> None:
        victim.rewrite(1, change)
        assert victim.found(1, words)

    def test_a_type_that_nobody_knows(self, victim: Victim) -> None:
        victim.rewrite(1, lambda said: said.update(type="UnitSold"))
        victim.damage("update record_log set type = 'UnitSold' where position = 1")
        assert victim.found(1, "event type UnitSold is not known")

    @pytest.mark.parametrize("target", [5, 6, 99, 0])
    def test_an_amendment_of_what_does_not_stand_before_it(
        self, victim: Victim, target: int
    ) -> None:
        victim.rewrite(5, lambda said: said["data"].update(target=target, root=target))
        assert 5 in {at for at, _ in victim.faults()}

    def test_an_amendment_of_another_event_than_its_tags_say(self, victim: Victim) -> None:
        victim.rewrite(6, lambda said: said["data"].update(target=3, root=3))
        assert victim.found(6, "event:3")

    def test_an_amendment_with_another_root(self, victim: Victim) -> None:
        victim.rewrite(6, lambda said: said["data"].update(root=3))
        assert victim.found(6, "event:3")

    def test_an_amendment_that_carries_another_roots_tags(self, victim: Victim) -> None:
        def move(said: Said) -> None:
            said["data"].update(root=3)
            said["tags"] = [*said["tags"], "event:3"]

        victim.rewrite(6, move)
        victim.damage("insert into record_tag values ('event:3', 'EventRevoked', 6)")
        assert victim.found(6, "event 4 does not go back to event 3")

    def test_an_amendment_without_its_targets_tags(self, victim: Victim) -> None:
        def cut(said: Said) -> None:
            said["tags"].remove("lead:l1")
            said["data"]["carried_tags"].remove("lead:l1")

        victim.rewrite(6, cut)
        victim.damage("delete from record_tag where tag = 'lead:l1' and position = 6")
        assert victim.faults() == [(6, "it does not carry the tags lead:l1 of what it amends")]


class TestGuards:
    @pytest.mark.parametrize("table", [*TABLES, "record_lock"])
    def test_a_trigger_disabled(self, own_victim: Victim, table: str) -> None:
        with own_victim.database.connect() as connection:
            connection.execute(f"alter table {table} disable trigger user".encode())
        assert [(at, table in said) for at, said in own_victim.faults()] == [(None, True)]

    def test_the_check_missing(self, own_victim: Victim) -> None:
        with own_victim.database.connect() as connection:
            connection.execute("alter table record_log drop constraint record_log_entry")
        assert own_victim.found(None, "check record_log_entry")

    def test_triggers_missing(self, own_victim: Victim) -> None:
        with own_victim.database.connect() as connection:
            connection.execute("drop function record_refuse_change() cascade")
        assert [at for at, _ in own_victim.faults()] == [None] * 5

    @pytest.mark.parametrize("right", ["insert", "update", "delete", "truncate", "trigger"])
    def test_a_right_too_many(self, own_victim: Victim, right: str) -> None:
        role = service_role(own_victim.database.schema)
        with own_victim.database.connect() as connection:
            connection.execute(f'grant {right} on record_log to "{role}"'.encode())
        assert own_victim.faults() == [
            (None, f"what guards record_log is not as it should be: {right}")
        ]


def test_it_reads_one_moment_beside_writers(victim: Victim) -> None:
    faults = audit(victim.database.service_conninfo)
    with record_on(victim.database) as record:
        record.give("register-lead", lead_id="l2", **LEAD)
    assert list(faults) == []


def test_it_says_how_far_it_is(victim: Victim) -> None:
    told: list[tuple[int, int]] = []
    faults = audit(
        victim.database.service_conninfo, report=lambda done, total: told.append((done, total))
    )
    assert list(faults) == []
    assert told == [(8, 8)]


def test_an_unreachable_record_is_no_clean_one(victim: Victim) -> None:
    address = psycopg.conninfo.make_conninfo(victim.database.service_conninfo, port="1")
    with pytest.raises(psycopg.OperationalError):
        list(audit(address))
