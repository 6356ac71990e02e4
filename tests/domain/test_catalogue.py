"""Every event and command at once: what each must say of itself, and what is stored for ever."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import re
import types
import typing
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import domain
from domain import catalogue
from domain.model.command import COMMANDS, Command
from domain.model.event import EVENTS, Event
from domain.model.roles import Role
from domain.model.subjects import KINDS, subject_fields

PINNED = Path(__file__).with_name("event_types.txt")
HOLE = re.compile(r"\{([^{}]*)\}")
CLAUSE = re.compile(r"(?:SPEC|DESIGN) (?:§|G)\d|§\d|S00\d-\d|A-\d\d|S00\d")
IRREGULAR = {"Held", "Left", "Set", "Sent", "Withdrawn", "Begun", "Paid"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")

events = pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
commands = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


def modules() -> list[str]:
    return [m.name for m in pkgutil.iter_modules(domain.__path__, "domain.") if not m.ispkg]


def trees() -> list[ast.Module]:
    sources = [inspect.getsource(importlib.import_module(name)) for name in modules()]
    return [ast.parse(source) for source in sources]


def test_the_stored_types_are_pinned() -> None:
    """Entries with these names and versions lie in records: no line here may ever go."""
    pinned = [_pin(line) for line in PINNED.read_text("utf-8").splitlines()]
    newest = dict(sorted(pinned, key=lambda p: int(p[1])))
    present = {name: str(kind.version) for name, kind in EVENTS.items()}
    lost = sorted(set(newest) - set(present))
    assert not lost, f"stored under these names, and no longer readable: {lost}; bring them back"
    unpinned = [f"{n} {v}" for n, v in sorted(present.items()) if newest.get(n) != v]
    assert not unpinned, f"add to {PINNED.name}, and take nothing out: {unpinned}"
    assert pinned == sorted(pinned), f"keep {PINNED.name} in order"
    assert len(set(pinned)) == len(pinned)


def _pin(line: str) -> tuple[str, str]:
    name, version = line.split()
    return name, version


def test_every_module_with_events_or_commands_is_in_the_catalogue() -> None:
    listed = {module.__name__ for module in catalogue.SUBJECTS}
    known = {kind.__module__ for kind in (*EVENTS.values(), *COMMANDS.values())}
    for name in modules():
        importlib.import_module(name)
    forgotten = {kind.__module__ for kind in (*EVENTS.values(), *COMMANDS.values())} - known
    assert not forgotten, f"add to domain/catalogue.py: {sorted(forgotten)}"
    imported = {name for name in known if name not in listed}
    # The mechanism brings its own events along; every other module is listed by name.
    assert imported <= {"domain.model.effective"}
    assert listed == known - imported


@events
def test_an_event_speaks_both_languages(event: type[Event]) -> None:
    assert CHINESE.search(event.title_zh)
    assert CHINESE.search(HOLE.sub("", event.sentence_zh))
    assert not CHINESE.search(event.sentence_en)
    for sentence in (event.sentence_zh, event.sentence_en):
        assert sentence == sentence.strip().rstrip(".。")
        assert sentence.count("{") == sentence.count("}") == len(HOLE.findall(sentence))


@events
def test_the_holes_of_its_sentences_are_its_own(event: type[Event]) -> None:
    for sentence in (event.sentence_zh, event.sentence_en):
        for hole in HOLE.findall(sentence):
            assert re.fullmatch(r"[a-z_.]+", hole), hole
            holder: Any = event
            for name in hole.split("."):
                assert holder is not None, hole
                assert _has(holder, name), f"{event.__name__} has no {hole}"
                holder = _type_of(holder, name)


def _has(holder: type[BaseModel], name: str) -> bool:
    return name in holder.model_fields or isinstance(getattr(holder, name, None), property)


def _type_of(holder: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model that a field holds, if it is one."""
    found = typing.get_type_hints(holder).get(name)
    options = typing.get_args(found) if isinstance(found, types.UnionType) else (found,)
    return next((o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None)


@events
def test_both_sentences_tell_the_same_things(event: type[Event]) -> None:
    zh, en = (set(HOLE.findall(s)) for s in (event.sentence_zh, event.sentence_en))
    assert {_bare(h) for h in zh} == {_bare(h) for h in en}


def _bare(hole: str) -> str:
    return re.sub(r"_(zh|en)$", "", hole)


@events
def test_an_event_names_its_clause_and_its_name_is_past(event: type[Event]) -> None:
    assert event.__doc__
    assert CLAUSE.search(event.__doc__), f"{event.__name__} names no clause"
    words = set(re.findall(r"[A-Z][a-z]+", event.__name__))
    assert words & IRREGULAR or any(word.endswith("ed") for word in words)


@events
def test_the_subject_an_event_introduces_is_a_field_of_its(event: type[Event]) -> None:
    if event.creates is not None:
        kinds = [subject.kind for subject in subject_fields(event).values()]
        assert event.creates in kinds
        assert event.creates in KINDS


@events
def test_what_a_decision_settled_are_fields(event: type[Event]) -> None:
    assert set(event.settled) <= set(event.model_fields)


@events
def test_an_event_holds_no_floating_point_number(event: type[Event]) -> None:
    schema = json.dumps(event.model_json_schema())
    assert '"type": "number"' not in schema


def test_every_kind_of_subject_is_introduced_by_some_event() -> None:
    assert {event.creates for event in EVENTS.values()} - {None} == set(KINDS)


@pytest.mark.parametrize("registry", [EVENTS, COMMANDS], ids=["events", "commands"])
def test_titles_are_unique(registry: dict[str, type[Event] | type[Command]]) -> None:
    titles = Counter(kind.title_zh for kind in registry.values())
    assert [title for title, n in titles.items() if n > 1] == []


def test_every_event_is_recorded_by_some_command() -> None:
    recorded = {c.records.__name__ for c in COMMANDS.values() if c.records is not None}
    for tree in trees():
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="case"), attr="record"),
                    args=[ast.Name(id=name), *_],
                ):
                    recorded.add(name)
    assert set(EVENTS) - recorded == set()


@commands
def test_a_command_says_what_it_does_and_who_may(command: type[Command]) -> None:
    assert CHINESE.search(command.title_zh)
    assert command.__doc__
    assert CLAUSE.search(command.__doc__), f"{command.slug} names no clause"
    assert not CHINESE.search(command.__doc__.split("(")[0])
    assert command.recorders
    assert len(set(command.recorders)) == len(command.recorders)
    assert all(isinstance(role, Role) for role in command.recorders)


@commands
def test_a_command_records_or_decides(command: type[Command]) -> None:
    assert command.records is not None or command.decide is not Command.decide


@commands
def test_a_command_is_imperative(command: type[Command]) -> None:
    first = command.slug.split("-")[0]
    assert not first.endswith("ed") or first == "feed"
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", command.slug)


@commands
def test_a_command_has_a_schema(command: type[Command]) -> None:
    schema = command.model_json_schema()
    assert schema["additionalProperties"] is False
    assert "occurred_on" in schema["required"]
    assert '"type": "number"' not in json.dumps(schema)


@commands
def test_the_id_a_command_introduces_may_be_left_to_the_service(command: type[Command]) -> None:
    new = command.new_id_field()
    if new is not None and new != "account":
        assert not command.model_fields[new].is_required()


def test_plain_commands_share_their_events_fields() -> None:
    """A field that a plain command takes and its event does not know would be lost."""
    lost = {}
    for slug, command in COMMANDS.items():
        if command.records is None or command.decide is not Command.decide:
            continue
        own = set(command.model_fields) - set(Command.model_fields)
        if missing := own - set(command.records.model_fields):
            lost[slug] = missing
    assert lost == {}
