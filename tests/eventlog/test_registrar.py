"""The registrar decides again on conflict, recognises a repeated command, and never half-does one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from uuid import uuid4

import pytest
from eventsourcing.dcb.domain import Selector

from domain.model.errors import Contended, NotPermitted, RuleBroken, SubjectUnknown
from domain.model.event import Recorded
from domain.model.roles import Role
from eventlog.combiner import Appender, Combiner
from eventlog.entry import leaf_hash, parse
from eventlog.outcomes import Append, Conflicted, Outcome, Unreachable
from eventlog.registrar import TRIES, RecordReader, Registrar
from tests.eventlog.offices import LEAD_1, AnyRecorder, Office, made
from tests.eventlog.records import LEAD, PASSED
from tests.scenario import CLERK, JUDGE, actor
from tests.simulation.faults import Fault, FaultyAppender, planned


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


def test_what_is_today_is_asked_at_each_decision(office: Office) -> None:
    days = iter([date(2012, 1, 4), date(2012, 1, 5)])
    registrar = Registrar(office.recorder, Combiner(office.recorder), lambda: next(days))
    with pytest.raises(RuleBroken):
        registrar.execute(LEAD_1, CLERK, uuid4())
    registrar.execute(LEAD_1, CLERK, uuid4())
