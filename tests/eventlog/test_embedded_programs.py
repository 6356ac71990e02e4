"""Where the server's programs come from, and the account that root runs them under."""

import os
import pwd
import subprocess
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from eventlog.embedded import EmbeddedPostgresError
from eventlog.embedded.account import Account, give, initdb_account, server_account
from eventlog.embedded.installation import copy_installation, find_installation, installation_for


def test_an_ordinary_user_runs_the_programs_in_place() -> None:
    installation = installation_for(None)
    assert installation == find_installation()
    version = subprocess.check_output([installation.program("postgres"), "--version"], text=True)
    assert version.startswith("postgres (PostgreSQL) 18.")


def test_without_the_wheel_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_module(name: str, package: str | None = None) -> ModuleSpec | None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", no_such_module)
    with pytest.raises(EmbeddedPostgresError) as refused:
        find_installation()
    assert "YINZHENG_DATABASE_URL" in refused.value.chinese
    assert "YINZHENG_DATABASE_URL" in refused.value.english


def test_the_copy_runs_and_everybody_may_run_it(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir(mode=0o755)
    leftover = tmp_path / "place" / f".postgresql-{find_installation().version}.killed"
    leftover.mkdir()
    before = os.umask(0o077)
    try:
        copy = copy_installation(find_installation(), tmp_path / "place")
    finally:
        os.umask(before)
    assert not leftover.exists()
    for program in ("postgres", "initdb"):
        assert copy.program(program).stat().st_mode & 0o777 == 0o755
        subprocess.run([copy.program(program), "--version"], check=True, stdout=subprocess.PIPE)
    assert (copy.root / "share" / "postgresql" / "postgres.bki").stat().st_mode & 0o004


def test_the_copy_is_made_once(tmp_path: Path) -> None:
    first = copy_installation(find_installation(), tmp_path / "place")
    made = first.root.stat().st_mtime_ns
    assert copy_installation(find_installation(), tmp_path / "place") == first
    assert first.root.stat().st_mtime_ns == made


def test_programs_are_not_copied_where_others_could_replace_them(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    place.chmod(0o777)
    with pytest.raises(PermissionError):
        copy_installation(find_installation(), place)


def test_an_ordinary_user_keeps_their_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert server_account(tmp_path, tmp_path / "postgres") is None


def test_root_hands_the_server_to_an_account_that_nobody_else_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("pwd.getpwnam", _only_nobody)
    absent = tmp_path / "absent"
    account = server_account(absent, absent / "postgres")
    assert account is not None
    assert server_account(absent, absent / "postgres") == account, "it would lose its files"
    with pytest.raises(KeyError):
        pwd.getpwuid(account.uid)
    assert initdb_account(account) == Account(65534, 65534)


def test_a_system_without_nobody_is_told_what_to_create(monkeypatch: pytest.MonkeyPatch) -> None:
    def empty(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr("pwd.getpwnam", empty)
    with pytest.raises(EmbeddedPostgresError, match="yinzheng"):
        initdb_account(Account(60800, 60800))


def test_root_works_in_the_account_that_has_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = tmp_path.stat()
    account = Account(owner.st_uid, owner.st_gid)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    found = server_account(tmp_path, tmp_path / "postgres")
    assert found is not None
    # Unless the tests themselves are run by root, the directory's owner is found.
    assert (found == account) == (owner.st_uid != 0)
    assert found.uid != 0


def test_a_restored_cluster_is_given_away_without_following_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, int, int]] = []
    monkeypatch.setattr(
        "os.chown",
        lambda path, uid, gid, follow_symlinks: given.append((str(path), uid, gid)),
    )
    (tmp_path / "postgres" / "base").mkdir(parents=True)
    (tmp_path / "postgres" / "base" / "1").write_text("")
    (tmp_path / "postgres" / "link").symlink_to("/etc")
    give(tmp_path / "postgres", Account(60800, 60801))
    names = ("", "/link", "/base", "/base/1")
    assert {path for path, _, _ in given} == {f"{tmp_path}/postgres{name}" for name in names}
    assert {(uid, gid) for _, uid, gid in given} == {(60800, 60801)}


def _only_nobody(name: str) -> pwd.struct_passwd:
    if name != "nobody":
        raise KeyError(name)
    return pwd.struct_passwd(("nobody", "x", 65534, 65534, "", "/", "/bin/false"))
