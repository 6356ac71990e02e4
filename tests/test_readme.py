"""What README promises: its commands run as they stand there, in both languages."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.api.processes import PATIENCE_S, yinzheng

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh.md")


def shell_blocks(readme: str) -> list[str]:
    """The `sh` blocks of a README, but for the one in which the reader fills in the token."""
    text = (ROOT / readme).read_text("utf-8")
    return [b for b in re.findall(r"```sh\n(.*?)```", text, re.S) if "TOKEN=…" not in b]


@dataclass(frozen=True)
class Running:
    """A demonstration as `make run` starts it, and what it printed."""

    address: str
    token: str


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("readme") / "data"
    process = yinzheng("serve", "--demo", "--port", "0", data=data)
    assert process.stdout is not None
    said = [process.stdout.readline().split()[-1:] for _ in range(2)]
    if [] in said:
        process.kill()
        pytest.fail(process.communicate(timeout=PATIENCE_S)[1])
    yield Running(address=said[0][0], token=said[1][0])
    process.terminate()
    process.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize("readme", READMES)
def test_the_commands_of_the_readme_run(running: Running, readme: str) -> None:
    blocks = shell_blocks(readme)
    assert len(blocks) == 3
    for block in blocks:
        for command in re.split(r"\n(?=curl )", block.strip()):
            ran = subprocess.run(
                ["sh", "-ec", command],
                env={"PATH": "/usr/bin:/bin", "YINZHENG": running.address, "TOKEN": running.token},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
            assert all(json.loads(line) for line in ran.stdout.splitlines()[:1])


def test_both_readmes_show_the_same_commands() -> None:
    assert shell_blocks(READMES[0]) == shell_blocks(READMES[1])


@pytest.mark.parametrize("page", [*READMES, "docs/ARCHITECTURE.md", "docs/operations.md"])
def test_links_and_files_that_pages_name_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    base = (ROOT / page).parent
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (base / link).exists(), f"{page} links to {link}"
    for path in re.findall(r"`((?:api|domain|eventlog|projections|docs|tests)/[\w./-]+)`", text):
        if "*" not in path:
            assert (ROOT / path).exists(), f"{page} names {path}"
