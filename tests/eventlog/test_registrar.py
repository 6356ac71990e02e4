"""The registrar decides again on conflict, recognises a repeated command, and never half-does one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.dcb.domain import Selector

from domain.catalogue import COMMANDS
from domain.model.command import Command
from domain.model.errors import Contended, NotPermitted, RuleBroken, SubjectUnknown
from domain.model.event import Recorded
from domain.model.roles import Actor, Role
from eventlog.combiner import Appender, Combiner
from eventlog.entry import canonical, leaf_hash, parse
from eventlog.memory import MemoryRecorder
from eventlog.outcomes import Append, Conflicted, Outcome, Unreachable
from eventlog.recorder import PostgresRecorder
from eventlog.registrar import TRIES, Answer, CommandReused, RecordReader, Registrar
from eventlog.repetition import account_of
from tests.database import TestDatabase
from tests.eventlog.recorders import postgres_recorder
from tests.eventlog.records import LEAD, PASSED
from tests.scenario import CLERK, JUDGE, TODAY, actor
from tests.simulation.faults import Fault, FaultyAppender, planned

AnyRecorder = MemoryRecorder | PostgresRecorder


def made(slug: str, **body: Any) -> Command:
    body.setdefault("occurred_on", "2012-01-05")
    return COMMANDS[slug].model_validate(body)


LEAD_1 = made("register-lead", lead_id="l1", **LEAD)


class Office:
    """A recorder with one unit and one participant, and registrars on it."""

    def __init__(self, recorder: AnyRecorder) -> None:
        self.recorder = recorder
        self.registrar = self.registrar_through(recorder)
        self.give("register-unit", unit_id="u1", name="河东乡", kind="乡镇")
        self.give(
            "register-participant", participant_id="p1", name="张三", kind="镇干部", unit_id="u1"
        )

    def registrar_through(self, appender: Appender) -> Registrar:
        return Registrar(self.recorder, Combiner(appender), today=lambda: TODAY)

    def give(
        self, slug: str, /, by: str | Actor = CLERK, command_id: UUID | None = None, **body: Any
    ) -> Answer:
        return self.registrar.execute(made(slug, **body), by, command_id or uuid4())


@pytest.fixture(params=["memory", "postgres"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    if request.param == "memory":
        yield Office(MemoryRecorder())
    else:
        database: TestDatabase = request.getfixturevalue("database")
        with postgres_recorder(database) as recorder:
            yield Office(recorder)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventlog.registrar.time.sleep", lambda seconds: None)


class TestTheAnswer:
    def test_it_names_what_was_recorded(self, office: Office) -> None:
        answer = office.give("register-lead", lead_id="l1", **LEAD)
        (stored,) = office.recorder.read(after=2)
        assert answer.position == stored.position == 3
        assert [(e.position, e.type) for e in answer.events] == [(3, "LeadRegistered")]
        assert answer.events[0].leaf == leaf_hash(stored.event.data).hex()
        assert answer.recorded_at == parse(stored.event.data)["recorded_at"]
        assert answer.ids == {"lead_id": "l1"}
        assert not answer.replayed

    def test_an_id_that_was_made_is_told(self, office: Office) -> None:
        answer = office.give("register-lead", **LEAD)
        (stored,) = office.recorder.read(after=2)
        assert answer.ids == {"lead_id": parse(stored.event.data)["data"]["lead_id"]}

    def test_several_events_of_one_command_stand_together(self, office: Office) -> None:
        answer = office.give(
            "open-account",
            actor("office", Role.LGO),
            account="anna",
            person="p2",
            unit="u1",
            roles=["PART", "INV"],
        )
        assert [(e.position, e.type) for e in answer.events] == [
            (3, "AccountOpened"),
            (4, "RoleGranted"),
            (5, "RoleGranted"),
        ]
        assert answer.position == 5

    def test_a_dry_run_records_nothing(self, office: Office) -> None:
        verdict = office.registrar.dry_run(LEAD_1, CLERK, uuid4())
        assert [event["type"] for event in verdict.events] == ["LeadRegistered"]
        assert verdict.ids == {"lead_id": "l1"}
        assert office.recorder.head() == 2
        office.registrar.execute(LEAD_1, CLERK, uuid4())

    def test_a_dry_run_is_refused_as_the_command_would_be(self, office: Office) -> None:
        unknown = made("register-lead", lead_id="l1", **{**LEAD, "registrant": "nobody"})
        with pytest.raises(SubjectUnknown):
            office.registrar.dry_run(unknown, CLERK, uuid4())
        with pytest.raises(NotPermitted):
            office.registrar.dry_run(LEAD_1, actor("auditor", Role.AUD), uuid4())


class Meanwhile:
    """An appender before whose calls something else happens, so often."""

    def __init__(self, appender: Appender, happens: Sequence[Callable[[], object]]) -> None:
        self._appender = appender
        self._happens = list(happens)
        self.calls = 0

    def append_many(self, requests: Sequence[Append]) -> list[Outcome]:
        self.calls += 1
        if self._happens:
            self._happens.pop(0)()
        return self._appender.append_many(requests)


class TestConflicts:
    def test_a_changed_premise_is_decided_again(self, office: Office) -> None:
        """Somebody registers the same investor's project first: this lead becomes its rival."""

        def overtake() -> None:
            office.give("register-lead", lead_id="l0", **LEAD)

        appender = Meanwhile(office.recorder, [overtake])
        office.registrar_through(appender).execute(LEAD_1, CLERK, uuid4())
        assert appender.calls == 2
        _, stored = office.recorder.read(after=2)
        assert parse(stored.event.data)["data"]["rival_of"] == "l0"

    def test_an_unrelated_event_changes_nothing(self, office: Office) -> None:
        def elsewhere() -> None:
            office.give("register-unit", unit_id="u2", name="河西乡", kind="乡镇")

        appender = Meanwhile(office.recorder, [elsewhere])
        assert office.registrar_through(appender).execute(LEAD_1, CLERK, uuid4()).position == 4
        assert appender.calls == 1

    def test_what_became_wrong_is_refused(self, office: Office) -> None:
        office.give("register-lead", lead_id="l1", **LEAD)
        verify = made("verify-lead", lead_id="l1", valuable=True, tests=PASSED)

        def overtake() -> None:
            office.give("reject-lead", JUDGE, lead_id="l1", ground="查无此企业")

        with pytest.raises(RuleBroken) as refused:
            office.registrar_through(Meanwhile(office.recorder, [overtake])).execute(
                verify, JUDGE, uuid4()
            )
        assert refused.value.position == 4
        assert office.recorder.head() == 4

    def test_a_role_withdrawn_meanwhile_counts(self, office: Office) -> None:
        administrator = actor("office", Role.LGO)
        office.give(
            "open-account", administrator, account="anna", person="p9", unit="u1", roles=["PART"]
        )

        def withdraw() -> None:
            office.give("withdraw-role", administrator, account="anna", role="PART")

        with pytest.raises(NotPermitted):
            office.registrar_through(Meanwhile(office.recorder, [withdraw])).execute(
                LEAD_1, "anna", uuid4()
            )

    @pytest.mark.usefixtures("impatient")
    def test_contention_surfaces_with_the_position(self, office: Office) -> None:
        def overtake() -> None:
            office.give("register-lead", **LEAD)

        appender = Meanwhile(office.recorder, [overtake] * TRIES * 2)
        with pytest.raises(Contended) as contended:
            office.registrar_through(appender).execute(LEAD_1, CLERK, uuid4())
        assert appender.calls == TRIES
        assert contended.value.position == 2 + TRIES == office.recorder.head()

    @pytest.mark.usefixtures("impatient")
    def test_after_contention_the_same_key_may_be_used_again(self, office: Office) -> None:
        class Never:
            def append_many(self, requests: Sequence[Append]) -> list[Outcome]:
                return [Conflicted(1) for _ in requests]

        key = uuid4()
        with pytest.raises(Contended):
            office.registrar_through(Never()).execute(LEAD_1, CLERK, key)
        assert not office.registrar.execute(LEAD_1, CLERK, key).replayed


class LaterReads(RecordReader):
    """Sees something happen between the first reading of a decision and the next."""

    def __init__(self, recorder: AnyRecorder, happens: Callable[[], object]) -> None:
        super().__init__(recorder)
        self._happens = happens
        self._reads = 0

    def select(self, selectors: Sequence[Selector]) -> tuple[list[Recorded], int]:
        self._reads += 1
        if self._reads == 2:
            self._happens()
        return super().select(selectors)


def test_a_decision_sees_one_moment(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its readings the lead is verified; it must not find half of that in its way."""
    office.give("register-lead", lead_id="l1", **LEAD)
    verify = made("verify-lead", lead_id="l1", valuable=True, tests=PASSED)
    other = actor("other")
    reader = LaterReads(office.recorder, lambda: office.registrar.execute(verify, JUDGE, uuid4()))
    slow = office.registrar_through(office.recorder)
    monkeypatch.setattr(slow, "_reader", reader)
    verdict = slow.dry_run(verify, other, uuid4())
    assert [event["type"] for event in verdict.events] == ["LeadVerified"]
    assert office.recorder.head() == 4
    with pytest.raises(RuleBroken):
        slow.execute(verify, other, uuid4())


class TestLostAcknowledgements:
    def test_what_was_not_persisted_is_recorded_the_next_time(self, office: Office) -> None:
        appender = FaultyAppender(office.recorder, planned([Fault.NOT_PERSISTED]))
        registrar, key = office.registrar_through(appender), uuid4()
        with pytest.raises(Unreachable):
            registrar.execute(LEAD_1, CLERK, key)
        assert office.recorder.head() == 2
        answer = registrar.execute(LEAD_1, CLERK, key)
        assert (answer.position, answer.replayed) == (3, False)

    def test_what_was_persisted_is_recognised(self, office: Office) -> None:
        appender = FaultyAppender(office.recorder, planned([Fault.PERSISTED]))
        registrar, key = office.registrar_through(appender), uuid4()
        with pytest.raises(Unreachable):
            registrar.execute(LEAD_1, CLERK, key)
        assert office.recorder.head() == 3
        answer = registrar.execute(LEAD_1, CLERK, key)
        assert (answer.position, answer.replayed) == (3, True)
        assert office.recorder.head() == 3

    def test_also_where_others_went_on_meanwhile(self, office: Office) -> None:
        """Decided anew, the command would be a rival of itself; it is not decided."""
        appender = FaultyAppender(office.recorder, planned([Fault.PERSISTED]))
        registrar, key = office.registrar_through(appender), uuid4()
        unnamed = made("register-lead", **LEAD)
        with pytest.raises(Unreachable):
            registrar.execute(unnamed, CLERK, key)
        office.give("register-lead", lead_id="l2", **LEAD)
        answer = registrar.execute(unnamed, CLERK, key)
        assert (answer.position, answer.replayed) == (3, True)
        assert list(answer.ids) == ["lead_id"]
        assert office.recorder.head() == 4


class TestRepetition:
    def test_the_same_command_again_gives_the_first_answer(self, office: Office) -> None:
        key = uuid4()
        first = office.registrar.execute(LEAD_1, CLERK, key)
        office.give("register-lead", lead_id="l2", **LEAD)
        again = office.registrar.execute(LEAD_1, CLERK, key)
        assert again.replayed
        assert (again.position, again.recorded_at, again.events, again.ids, again.warnings) == (
            first.position,
            first.recorded_at,
            first.events,
            first.ids,
            first.warnings,
        )
        assert office.recorder.head() == 4

    def test_an_answer_of_several_events_too(self, office: Office) -> None:
        key, administrator = uuid4(), actor("office", Role.LGO)
        account = {"account": "anna", "person": "p2", "unit": "u1", "roles": ["PART", "INV"]}
        first = office.give("open-account", administrator, key, **account)
        again = office.give("open-account", administrator, key, **account)
        assert again.events == first.events
        assert again.position == first.position == 5

    def test_it_is_answered_although_the_role_is_gone(self, office: Office) -> None:
        key = uuid4()
        office.registrar.execute(LEAD_1, actor("p1", Role.PART), key)
        assert office.registrar.execute(LEAD_1, actor("p1", Role.AUD), key).replayed

    @pytest.mark.parametrize(
        "change",
        [
            {"intended_project": "物流园"},
            {"investor": {"name": "达利集团", "country": "CN"}},
            {"disclosed_publicly": True},
            {"occurred_on": "2012-01-04"},
            {"reason": "补录"},
            {"on_behalf_of": "p1"},
            {"documents": [{"no": "1号"}]},
            {"lead_id": "l9"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_another_body_under_the_same_key_is_refused(
        self, office: Office, change: dict[str, Any]
    ) -> None:
        key = uuid4()
        office.registrar.execute(LEAD_1, CLERK, key)
        other = made("register-lead", **{"lead_id": "l1", **LEAD, **change})
        with pytest.raises(CommandReused) as reused:
            office.registrar.execute(other, CLERK, key)
        assert reused.value.position == 3
        assert office.recorder.head() == 3

    def test_another_command_under_the_same_key_is_refused(self, office: Office) -> None:
        key = uuid4()
        office.registrar.execute(LEAD_1, CLERK, key)
        with pytest.raises(CommandReused):
            office.give("register-unit", command_id=key, unit_id="u2", name="河西", kind="乡镇")

    def test_another_account_under_the_same_key_is_refused(self, office: Office) -> None:
        key = uuid4()
        office.registrar.execute(LEAD_1, CLERK, key)
        with pytest.raises(CommandReused):
            office.registrar.execute(LEAD_1, actor("other"), key)


SECRETS: dict[str, Any] = {"source_person": "李四", "investor_contact": "王五 13800000000"}


class TestRepetitionOfPersonalValues:
    def test_the_same_ones(self, office: Office) -> None:
        key = uuid4()
        lead = made("register-lead", lead_id="l1", **LEAD, **SECRETS)
        office.registrar.execute(lead, CLERK, key)
        assert office.registrar.execute(lead, CLERK, key).replayed

    @pytest.mark.parametrize(
        "change",
        [
            {"source_person": "李五"},
            {"source_person": None},
            {"investor_contact": None},
            {
                "source_person": SECRETS["investor_contact"],
                "investor_contact": SECRETS["source_person"],
            },
            {"source_person": SECRETS["investor_contact"]},
        ],
        ids=["another", "one less", "the other less", "exchanged", "twice the same"],
    )
    def test_others(self, office: Office, change: dict[str, Any]) -> None:
        key = uuid4()
        office.give("register-lead", command_id=key, lead_id="l1", **LEAD, **SECRETS)
        with pytest.raises(CommandReused):
            office.give("register-lead", command_id=key, lead_id="l1", **LEAD, **SECRETS | change)

    def test_one_more(self, office: Office) -> None:
        key = uuid4()
        office.give("register-lead", command_id=key, lead_id="l1", **LEAD)
        with pytest.raises(CommandReused):
            office.give("register-lead", command_id=key, lead_id="l1", **LEAD, **SECRETS)

    def test_two_alike_are_not_taken_for_two_others(self, office: Office) -> None:
        key = uuid4()
        alike: dict[str, Any] = dict.fromkeys(SECRETS, "李四")
        office.give("register-lead", command_id=key, lead_id="l1", **LEAD, **alike)
        with pytest.raises(CommandReused):
            office.give("register-lead", command_id=key, lead_id="l1", **LEAD, **SECRETS)
        assert office.give("register-lead", command_id=key, lead_id="l1", **LEAD, **alike).replayed

    @pytest.mark.parametrize("kind", ["镇干部", "企业"])
    def test_a_name_that_is_a_persons_or_a_companys(self, office: Office, kind: str) -> None:
        key = uuid4()
        said: dict[str, Any] = {"participant_id": "p2", "kind": kind, "unit_id": "u1"}
        office.give("register-participant", command_id=key, name="中绿", **said)
        assert office.give("register-participant", command_id=key, name="中绿", **said).replayed
        with pytest.raises(CommandReused):
            office.give("register-participant", command_id=key, name="达利", **said)

    def test_one_in_a_correction(self, office: Office) -> None:
        office.give("register-lead", lead_id="l1", **LEAD, **SECRETS)
        key = uuid4()

        def correct(name: str) -> Answer:
            return office.give(
                "correct-event",
                command_id=key,
                target=3,
                changes={"source_person": name},
                reason="写错",
            )

        correct("赵六")
        assert correct("赵六").replayed
        with pytest.raises(CommandReused):
            correct("孙七")

    def test_one_whose_acknowledgement_was_lost(self, office: Office) -> None:
        appender = FaultyAppender(office.recorder, planned([Fault.PERSISTED]))
        registrar, key = office.registrar_through(appender), uuid4()
        lead = made("register-lead", lead_id="l1", **LEAD, **SECRETS)
        with pytest.raises(Unreachable):
            registrar.execute(lead, CLERK, key)
        assert registrar.execute(lead, CLERK, key).replayed

    def test_nothing_that_is_recorded_lets_them_be_guessed(self, office: Office) -> None:
        """Whoever knows everything of the body but one name cannot try names against the digest."""
        keys = [uuid4(), uuid4(), uuid4()]
        said: dict[str, Any] = {"participant_id": "p2", "kind": "镇干部", "unit_id": "u1"}
        office.give("register-participant", command_id=keys[0], name="李四", **said)
        lead = office.give("register-lead", command_id=keys[1], lead_id="l1", **LEAD, **SECRETS)
        correction: dict[str, Any] = {
            "target": lead.position,
            "changes": {"source_person": "赵六"},
            "reason": "写错",
        }
        office.give("correct-event", command_id=keys[2], **correction)
        commands = [
            made("register-participant", name="李四", **said),
            made("register-lead", lead_id="l1", **LEAD, **SECRETS),
            made("correct-event", **correction),
        ]
        for key, command in zip(keys, commands, strict=True):
            known = office.recorder.known(key, None)
            assert known is not None
            clear = command.model_dump(
                mode="json", by_alias=True, context={"seal": lambda value: value}
            )
            guess = canonical([account_of(CLERK), command.slug, clear]).encode()
            assert known.digest != hashlib.sha256(guess).hexdigest()
            assert office.recorder.salts(known.first, known.last)

    def test_once_the_person_is_erased_the_account_decides(self) -> None:
        recorder = MemoryRecorder()
        office, key = Office(recorder), uuid4()
        office.give("register-lead", command_id=key, lead_id="l1", **LEAD, **SECRETS)
        recorder.vault.clear()
        again = made("register-lead", lead_id="l1", **LEAD, **SECRETS)
        assert office.registrar.execute(again, CLERK, key).replayed
        with pytest.raises(CommandReused):
            office.registrar.execute(again, actor("other"), key)


def test_what_is_today_is_asked_at_each_decision(office: Office) -> None:
    days = iter([date(2012, 1, 4), date(2012, 1, 5)])
    registrar = Registrar(office.recorder, Combiner(office.recorder), lambda: next(days))
    with pytest.raises(RuleBroken):
        registrar.execute(LEAD_1, CLERK, uuid4())
    registrar.execute(LEAD_1, CLERK, uuid4())
