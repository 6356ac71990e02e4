"""GLOSSARY.md against what it names, both ways: one Chinese term, one English term, one name in code."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.catalogue import COMMANDS, EVENTS
from domain.metrics import METRIC_NAMES
from domain.model.roles import Role
from domain.model.subjects import KINDS
from domain.rulebook import defaults, unset

GLOSSARY = Path(__file__).resolve().parent.parent / "GLOSSARY.md"
HEADING = "| 中文术语 | English | code name | kind | meaning | clause |"
CLAUSE = re.compile(r"(SPEC (§\d+(\.\d+)*|G\d+)|DESIGN §\d+|S00\d(-\d\d)?|A-\d\d)")
KINDS_OF_ROW = {"event", "command", "role", "subject", "metric", "rule", "term"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the glossary."""

    zh: str
    en: str
    code: str
    kind: str
    meaning: str
    clause: str


def rows() -> list[Row]:
    lines = GLOSSARY.read_text("utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| ") and line != HEADING
    ]
    assert all(len(row) == 6 for row in cells), [row for row in cells if len(row) != 6]
    return [Row(*(cell.strip("`") for cell in row)) for row in cells]


def registered() -> dict[str, dict[str, str]]:
    """What must stand in the glossary: for each kind of row, the Chinese term of each name."""
    return {
        "event": {name: event.title_zh for name, event in EVENTS.items()},
        "command": {slug: command.title_zh for slug, command in COMMANDS.items()},
        "role": {role.value: role.zh for role in Role},
        "subject": dict(KINDS),
        "metric": {name: zh for name, (zh, _) in METRIC_NAMES.items()},
    }


def proposed(kind: str, name: str, zh: str) -> str:
    """A line to begin with for a name that is missing."""
    described = {**EVENTS, **COMMANDS}.get(name)
    first = ((described.__doc__ or "") if described else "").split("\n")[0]
    meaning, _, clause = first.rstrip(".").partition(" (")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|-", " ", name).lower()
    return f"| {zh} | {words} | `{name}` | {kind} | {meaning} | {clause.rstrip(')')} |"


@pytest.mark.parametrize("kind", registered())
def test_everything_registered_stands_in_the_glossary_and_nothing_else(kind: str) -> None:
    wanted = registered()[kind]
    written = {row.code: row.zh for row in rows() if row.kind == kind}
    missing = [proposed(kind, name, zh) for name, zh in wanted.items() if name not in written]
    assert not missing, "add to GLOSSARY.md:\n" + "\n".join(missing)
    assert {n: zh for n, zh in written.items() if n not in wanted} == {}, "gone from the registry"
    assert {n: zh for n, zh in written.items() if wanted[n] != zh} == {}, "called otherwise in code"


def test_every_row_is_whole() -> None:
    for row in rows():
        assert row.kind in KINDS_OF_ROW, row
        assert re.search(r"[\u4e00-\u9fff%]", row.zh), row
        assert not re.search(r"[\u4e00-\u9fff]", row.en), row
        assert row.meaning, row
        assert CLAUSE.search(row.clause), row


@pytest.mark.parametrize("part", ["zh", "en", "code"])
def test_one_term_stands_for_one_thing(part: str) -> None:
    """Within a kind; an event and the command that records it may share their words."""
    seen = Counter((row.kind, getattr(row, part)) for row in rows())
    assert [key for key, n in seen.items() if n > 1] == []


def test_a_term_points_at_something_that_exists() -> None:
    for row in rows():
        if row.kind == "term":
            assert resolves(row.code), row.code


def resolves(path: str) -> bool:
    """Whether a dotted path leads to a module, a name in it, or an attribute or field of that."""
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for name in parts[end:]:
            fields = getattr(found, "model_fields", {})
            if not hasattr(found, name) and name not in fields:
                return False
            found = getattr(found, name, None)
        return True
    return False


def test_a_rule_is_one_of_the_rule_book() -> None:
    known = {command.key for command in defaults()} | {one.key for one in unset()}
    assert {row.code for row in rows() if row.kind == "rule"} <= known


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("domain.leads.LeadTests", True),
        ("domain.leads.LeadTests.truthful", True),
        ("domain.leads.LeadTests.falseful", False),
        ("domain.nowhere", False),
    ],
)
def test_a_path_is_followed_to_its_end(path: str, there: bool) -> None:
    assert resolves(path) is there
