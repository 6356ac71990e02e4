"""A repeated command gets its first answer again; another under its key is refused."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import uuid4

import pytest

from domain.model.roles import Role
from eventlog.entry import canonical
from eventlog.memory import MemoryRecorder
from eventlog.outcomes import Unreachable
from eventlog.registrar import Answer, CommandReused
from eventlog.repetition import account_of
from tests.eventlog.offices import LEAD_1, Office, made
from tests.eventlog.records import LEAD
from tests.scenario import CLERK, actor
from tests.simulation.faults import Fault, FaultyAppender, planned


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
