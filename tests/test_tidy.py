"""The house rules, held by a test: length, names, docstrings, and what no file may mention."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import api
import domain
import eventlog
import projections

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 60
BANNED_WORDS = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
IMPURE_CALLS = {"open", "print", "input", "eval", "exec"}
OUTSIDE_GIT = {".git", ".venv", "node_modules", "__pycache__", "build", "dist"}

# In pieces, so that this file does not mention what it forbids.
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "deb" + "ian.org",
)
HOMES = ("ho" + "me", "Us" + "ers", "ro" + "ot", "wo" + "rk")
MACHINE_PATH = re.compile(rf"(?<![\w./{{}}$-])/(?:{'|'.join(HOMES)})/[\w.-]")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


@cache
def recorded_files() -> tuple[Path, ...]:
    """Every file git holds or would take; without git, all outside the usual private folders."""
    listing = [
        "git",
        "-C",
        str(ROOT),
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    try:
        names = subprocess.run(listing, check=True, capture_output=True).stdout.decode().split("\0")
        files = [ROOT / name for name in names if name]
    except (FileNotFoundError, subprocess.CalledProcessError):
        files = [path for path in ROOT.rglob("*") if not OUTSIDE_GIT.intersection(path.parts)]
    return tuple(sorted(path for path in files if path.is_file()))


@cache
def code() -> tuple[tuple[Path, str, ast.Module], ...]:
    """Each Python file with its text and its syntax tree."""
    texts = [(path, path.read_text("utf-8")) for path in recorded_files() if path.suffix == ".py"]
    return tuple((path, text, ast.parse(text, str(path))) for path, text in texts)


def lines_matching(forbidden: re.Pattern[str]) -> list[str]:
    """Where the pattern occurs, as "file:line: text"; files that are not text are left out."""
    found = []
    for path in recorded_files():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{place(path, n)}: {line.strip()}"
            for n, line in enumerate(lines, 1)
            if forbidden.search(line)
        ]
    return found


def place(path: Path, line: int) -> str:
    """The file as seen from the repository, with a line number."""
    return f"{path.relative_to(ROOT)}:{line}"


def names_bound(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every name that the module gives to something, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno


def words(name: str) -> set[str]:
    """The words of a snake_case or CamelCase name, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}


def test_the_files_of_the_project_were_found() -> None:
    names = {str(path.relative_to(ROOT)) for path in recorded_files()}
    assert {"pyproject.toml", "domain/__init__.py", "tests/test_tidy.py"} <= names
    assert not any(name.startswith(".venv/") for name in names)


def test_no_file_is_longer_than_a_reader_holds_in_mind() -> None:
    lengths = {str(path.relative_to(ROOT)): text.count("\n") for path, text, _ in code()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE_LINES} == {}


def test_every_function_fits_a_screen() -> None:
    long = [
        f"{place(path, node.lineno)} {node.name}"
        for path, _, tree in code()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION_LINES
    ]
    assert long == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        place(path, 1) for path, _, tree in code() if not (ast.get_docstring(tree) or "").strip()
    ]
    assert silent == []


def test_no_file_or_folder_bears_a_name_that_says_nothing() -> None:
    named = [str(path.relative_to(ROOT)) for path in recorded_files()]
    assert [
        name
        for name in named
        if any(words(part) & BANNED_WORDS for part in re.split(r"[/.]", name))
    ] == []


def test_no_identifier_bears_a_name_that_says_nothing() -> None:
    vague = [
        f"{place(path, line)} {name}"
        for path, _, tree in code()
        for name, line in names_bound(tree)
        if words(name) & BANNED_WORDS
    ]
    assert vague == []


def test_no_file_names_a_package_registry() -> None:
    assert lines_matching(re.compile("|".join(map(re.escape, REGISTRIES)))) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert lines_matching(MACHINE_PATH) == []


def test_nothing_is_left_for_later() -> None:
    assert lines_matching(UNFINISHED) == []


def test_the_domain_reads_and_writes_nothing() -> None:
    calls = [
        f"{place(path, node.lineno)} {node.func.id}"
        for path, _, tree in code()
        if path.is_relative_to(ROOT / "domain")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in IMPURE_CALLS
    ]
    assert calls == []


@pytest.mark.parametrize(
    "room", [domain, eventlog, projections, api], ids=lambda room: room.__name__
)
def test_the_rooms_under_test_are_those_of_this_repository(room: ModuleType) -> None:
    """An editable install comes after site-packages, where a stranger may bear the same name."""
    assert Path(room.__file__ or "").parent.parent == ROOT


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("cd /wo" + "rk/main", True),
        ("'/ho" + "me/li/notes'", True),
        ("$HOME/.local/share/yinzheng", False),
        ("GET /v1/ho" + "me/feed and tests/ro" + "ot/x.py", False),
        ("postgres:18 keeps /var/lib/postgresql", False),
    ],
)
def test_a_machine_path_is_told_from_others(line: str, told: bool) -> None:
    assert bool(MACHINE_PATH.search(line)) is told
