"""`make install` where something is missing stops and says in both languages what to install."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

TOO_OLD = """#!/bin/sh
case "$2" in *"sys.exit(sys.version_info"*) exit 1 ;; esac
"""
WITHOUT_VENV = """#!/bin/sh
case "$2" in
*'print("python3")'*) echo python3 ;;
*ensurepip*) exit 1 ;;
*-venv*) echo python3.12-venv ;;
esac
"""


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A checkout without .venv, beside a PATH that holds make and a shell and no Python."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("make", "sh"):
        program = shutil.which(name)
        assert program is not None
        (programs / name).symlink_to(program)
    return tmp_path


def make_install(machine: Path, python3: str | None) -> subprocess.CompletedProcess[str]:
    """Run `make install` where `python3` is the given script, or missing."""
    if python3 is not None:
        script = machine / "bin" / "python3"
        script.write_text(python3, "utf-8")
        script.chmod(0o755)
    return subprocess.run(
        ["make", "install"],
        cwd=machine,
        env={"PATH": str(machine / "bin"), "HOME": str(machine)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("python3", [None, TOO_OLD], ids=["missing", "too old"])
def test_a_python_that_is_missing_or_too_old_is_named(
    bare_machine: Path, python3: str | None
) -> None:
    answer = make_install(bare_machine, python3)
    assert answer.returncode != 0
    assert "缺少 Python 3.11 或更高版本" in answer.stderr
    assert "Python 3.11 or newer is needed" in answer.stderr
    assert not (bare_machine / ".venv").exists()


def test_a_missing_python3_venv_is_named_with_its_remedy(bare_machine: Path) -> None:
    answer = make_install(bare_machine, WITHOUT_VENV)
    assert answer.returncode != 0
    assert "缺少 python3-venv" in answer.stderr
    assert "apt-get install python3.12-venv" in answer.stderr
    assert not (bare_machine / ".venv").exists()
