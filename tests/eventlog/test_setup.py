"""The rule book is enacted once, and never over a jurisdiction's own word."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.model.deliberation import Deliberation
from domain.model.errors import RuleNotSet
from domain.model.roles import SYSTEM
from domain.rulebook import defaults
from domain.rules import RuleParameterSet, rule
from eventlog import setup
from eventlog.entry import read
from eventlog.registrar import RecordReader
from eventlog.setup import enact_rulebook
from tests.scenario import TODAY, Scenario

OWN: dict[str, Any] = {
    "key": "complaint.finish_days",
    "value": 10,
    "valid_from": "2012-01-01",
    "doc": {"no": "区办〔2012〕3号"},
}


def in_force(scenario: Scenario, key: str, on: date = TODAY) -> object:
    return rule(Deliberation(RecordReader(scenario.recorder), TODAY), key, on)


def test_every_default_becomes_an_event_of_the_service_itself() -> None:
    scenario = Scenario()
    assert enact_rulebook(scenario.registrar) == len(defaults())
    recorded = [read(e.position, e.event.data) for e in scenario.recorder.events]
    assert len(recorded) == len(defaults())
    assert {(r.actor.account, r.actor.role) for r in recorded} == {(SYSTEM.account, "SYS")}
    for command, one in zip(defaults(), recorded, strict=True):
        assert isinstance(one.event, RuleParameterSet)
        assert (one.event.key, one.event.value) == (command.key, command.value)
        assert one.occurred_on == one.event.valid_from


def test_a_second_start_records_nothing() -> None:
    scenario = Scenario()
    enact_rulebook(scenario.registrar)
    head = scenario.recorder.head()
    assert enact_rulebook(scenario.registrar) == 0
    assert scenario.recorder.head() == head


def test_a_start_that_broke_off_is_completed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario()
    whole = defaults()
    monkeypatch.setattr(setup, "defaults", lambda: whole[:40])
    assert enact_rulebook(scenario.registrar) == 40
    monkeypatch.undo()
    assert enact_rulebook(scenario.registrar) == len(whole) - 40
    assert enact_rulebook(scenario.registrar) == 0


def test_what_the_jurisdiction_set_is_not_overruled() -> None:
    scenario = Scenario().given("set-rule-parameter", **OWN)
    assert enact_rulebook(scenario.registrar) == len(defaults()) - 1
    assert in_force(scenario, OWN["key"]) == 10
    with pytest.raises(RuleNotSet):
        in_force(scenario, OWN["key"], date(2011, 12, 31))


def test_a_setting_made_after_the_book_counts_and_stays() -> None:
    scenario = Scenario()
    enact_rulebook(scenario.registrar)
    scenario.given("set-rule-parameter", **OWN)
    assert enact_rulebook(scenario.registrar) == 0
    assert in_force(scenario, OWN["key"]) == 10
    assert in_force(scenario, OWN["key"], date(2011, 12, 31)) == 15


def test_a_default_that_was_revoked_stays_revoked() -> None:
    scenario = Scenario()
    enact_rulebook(scenario.registrar)
    position = next(
        e.position for e in scenario.recorder.events if e.event.tags == [f"rule:{OWN['key']}"]
    )
    scenario.given("revoke-event", target=position, reason="另有规定")
    assert enact_rulebook(scenario.registrar) == 0
    with pytest.raises(RuleNotSet):
        in_force(scenario, OWN["key"])


def test_a_new_edition_adds_keys_and_leaves_the_old_values(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario()
    older = [
        c.model_copy(update={"value": 20}) if c.key == OWN["key"] else c
        for c in defaults()
        if c.key != "rank.method"
    ]
    monkeypatch.setattr(setup, "defaults", lambda: tuple(older))
    enact_rulebook(scenario.registrar)
    monkeypatch.undo()
    assert enact_rulebook(scenario.registrar) == 1
    assert in_force(scenario, "rank.method") == "competition"
    assert in_force(scenario, OWN["key"]) == 20


def test_an_enacted_rule_decides() -> None:
    scenario = Scenario()
    enact_rulebook(scenario.registrar)
    scenario.given("register-unit", unit_id="u1", name="河东乡", kind="乡镇")
    scenario.given(
        "receive-complaint",
        complaint_id="x1",
        against="某局",
        kind="刁难",
        channel="电话",
        content="…",
        complainant="周八",
    )
    scenario.when("assign-complaint", complaint_id="x1", unit="u1")
    [assigned] = scenario.recorded()
    assert assigned.event.model_dump()["due"] == date(2012, 1, 20)
