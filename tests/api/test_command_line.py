"""`yinzheng`: the commands of the command line, and what their exit codes say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook

from api.cli import app
from api.cli.outcome import Exit, guarded
from domain.catalogue import COMMANDS
from tests.database import TestDatabase

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command line on a test database: exit code, stdout, stderr."""
    monkeypatch.setenv("YINZHENG_DATABASE_URL", database.service_conninfo)
    monkeypatch.setenv("YINZHENG_OWNER_DATABASE_URL", database.owner_conninfo)
    monkeypatch.setenv("YINZHENG_SCHEMA", database.schema)

    def run_line(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            guarded(lambda: app(list(arguments)))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run_line


@pytest.fixture
def office(run: Run) -> str:
    """An account that may register units."""
    code, _, _ = run(
        *"token create --account office --unit u0 --person p1 --role LGO --role UNIT".split()
    )
    assert code == Exit.OK
    return "office"


UNIT = "command register-unit --account office --unit-id u1 --name 河东乡 --kind 乡镇".split()


def test_a_token_is_printed_alone(run: Run) -> None:
    code, out, err = run(*"token create --account office --unit u0 --person p1 --role LGO".split())
    assert (code, err) == (Exit.OK, "")
    assert out.endswith("\n")
    assert len(out.split()) == 1
    assert len(out.strip()) >= 43


def test_a_command_by_options(run: Run, office: str) -> None:
    code, out, _ = run(*UNIT, "--json")
    assert code == Exit.OK
    answer = json.loads(out)
    assert answer["ids"] == {"unit_id": "u1"}
    assert [event["type"] for event in answer["events"]] == ["UnitRegistered"]


def test_a_command_with_parts_lists_and_switches(run: Run, office: str) -> None:
    run(*UNIT)
    line = "command register-participant --account office --participant-id p1 --name 甲".split()
    assert run(*line, "--kind", "镇干部", "--unit-id", "u1")[0] == Exit.OK
    line = (
        "command register-lead --account office --kind 投资 --registrant p1 --channel 以商招商 "
        "--investor.name 华盛电子有限公司 --investor.country CN --disclosed-publicly true "
        "--est-investment.amount 50000000.00 --est-investment.currency=CNY "
        '--documents {"no":"1号"} --documents {"no":"2号"} --occurred-on 2012-01-05 --json'
    ).split()
    code, out, err = run(*line)
    assert code == Exit.OK, err
    position = str(json.loads(out)["position"])
    code, out, _ = run("replay", f"lead:{json.loads(out)['ids']['lead_id']}", "--json")
    said = json.loads(out)
    assert str(said["position"]) == position
    assert said["occurred_on"] == "2012-01-05"
    assert "华盛电子有限公司" in said["sentence"]["zh"]


def test_a_command_from_a_file_and_again(run: Run, office: str, tmp_path: Path) -> None:
    file = tmp_path / "unit.json"
    file.write_text(json.dumps({"unit_id": "u1", "name": "河东乡", "kind": "乡镇"}), "utf-8")
    line = ["command", "register-unit", "--account", "office", "--body", str(file)]
    line += ["--key", str(uuid4())]
    first, again = run(*line), run(*line)
    assert (first[0], again[0]) == (Exit.OK, Exit.OK)
    assert again[1] == "此前已记录 · recorded before\n" + first[1]


def test_a_dry_run_says_what_would_be_recorded(run: Run, office: str) -> None:
    code, out, _ = run(*UNIT, "--dry-run")
    assert code == Exit.OK
    assert "登记单位河东乡" in out
    assert run("replay", "unit:u1")[0] == Exit.REFUSED


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ([*UNIT, "--parent", "u9"], Exit.REFUSED, "u9"),
        ([*UNIT[:-1], "省"], Exit.USAGE, "kind"),
        ([*UNIT, "--nmae", "x"], Exit.USAGE, "nmae"),
        ([*UNIT, "--occurred-on", "2012-02-31"], Exit.USAGE, "2012-06-28"),
        ([*UNIT, "x"], Exit.USAGE, "'x'"),
        ([*UNIT, "--parent"], Exit.USAGE, "--parent"),
        (["command", "register-unti", "--account", "office"], Exit.USAGE, "register-unit"),
        (["command", "register-unit", "--account", "nobody", *UNIT[4:]], Exit.REFUSED, "nobody"),
        (["command", "register-unit"], Exit.USAGE, "--account"),
        (["rebuild", "nothing"], Exit.USAGE, "unit"),
        (["export", "nothing"], Exit.USAGE, "unit"),
        (["export", "unit", "--to", "x.doc"], Exit.USAGE, ".xlsx"),
        (["token", "revoke", "--account", "nobody"], Exit.REFUSED, "nobody"),
        (["nothing"], Exit.USAGE, "nothing"),
    ],
)
def test_what_cannot_be_done_says_so_and_exits_accordingly(
    run: Run, office: str, line: list[str], code: int, said: str
) -> None:
    ended, out, err = run(*line)
    assert (ended, out) == (code, "")
    assert said in err


def test_an_unreachable_database_is_exit_3(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://nobody:secret-word@127.0.0.1:1/nowhere"
    monkeypatch.setenv("YINZHENG_DATABASE_URL", address)
    monkeypatch.setenv("YINZHENG_OWNER_DATABASE_URL", address)
    code, out, err = run("token", "list")
    assert (code, out) == (Exit.UNREACHABLE, "")
    assert "YINZHENG_DATABASE_URL" in err
    assert "secret-word" not in err


def test_a_service_address_alone_cannot_set_up_but_says_how(
    run: Run, monkeypatch: pytest.MonkeyPatch, database: TestDatabase
) -> None:
    monkeypatch.delenv("YINZHENG_OWNER_DATABASE_URL")
    assert run("token", "list")[0] == Exit.OK
    monkeypatch.setenv("YINZHENG_SCHEMA", "not_there")
    code, _, err = run("token", "list")
    assert code == Exit.REFUSED
    assert "YINZHENG_OWNER_DATABASE_URL" in err


def test_tokens_are_listed_and_revoked(run: Run, office: str) -> None:
    (listed,) = json.loads(run("token", "list", "--json")[1])
    assert (listed["account"], listed["revoked_at"]) == ("office", None)
    assert run("token", "revoke", "--account", "office")[0] == Exit.OK
    (listed,) = json.loads(run("token", "list", "--json")[1])
    assert listed["revoked_at"]


def test_migrating_again_does_nothing(run: Run) -> None:
    assert run("migrate", "--json") == (Exit.OK, "[]\n", "")


def test_migrating_names_what_ran(
    run: Run, monkeypatch: pytest.MonkeyPatch, database: TestDatabase
) -> None:
    monkeypatch.setenv("YINZHENG_SCHEMA", f"{database.schema}_new")
    code, out, _ = run("migrate")
    with database.connect() as connection:
        connection.execute(f"drop schema {database.schema}_new cascade".encode())
        connection.execute(f"drop role {database.schema}_new_service".encode())
    assert code == Exit.OK
    assert out.splitlines()[0] == "0001_record.sql"


def test_facts_are_exported_in_three_formats(run: Run, office: str, tmp_path: Path) -> None:
    run(*UNIT, "--occurred-on", "2012-01-05")
    (row,) = csv.DictReader(io.StringIO(run("export", "unit")[1]))
    assert (row["unit_id"], row["name"], row["occurred_on"]) == ("u1", "河东乡", "2012-01-05")
    said = json.loads(run("export", "unit", "--json")[1])
    assert said["name"] == "河东乡"
    book = tmp_path / "units.xlsx"
    assert run("export", "unit", "--to", str(book))[0] == Exit.OK
    names, values = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    assert dict(zip(names, values, strict=True))["name"] == "河东乡"
    sheet = tmp_path / "units.csv"
    run("export", "unit", "--to", str(sheet), "--cutoff", "2012-01-04")
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(sheet.read_text("utf-8-sig").splitlines()) == 1


def test_a_rebuild_equals_what_was_live(run: Run, office: str) -> None:
    run(*UNIT)
    run("export", "unit")
    code, out, _ = run("rebuild", "unit", "--workers", "1", "--json")
    (rebuilt,) = json.loads(out)
    assert code == Exit.OK
    assert rebuilt["equal"] is True
    assert rebuilt["live_hash"] == rebuilt["hash"]


def test_a_backup_is_a_dump_for_this_user_only(run: Run, office: str, tmp_path: Path) -> None:
    run(*UNIT)
    run("export", "unit")
    file = tmp_path / "office.dump"
    code, out, err = run("backup", str(file))
    assert code == Exit.OK, err
    assert file.read_bytes().startswith(b"PGDMP")
    assert file.stat().st_mode & 0o777 == 0o600
    assert str(file) in out
    assert run("backup", str(file))[0] == Exit.USAGE


def test_the_version_counts_what_it_knows(run: Run) -> None:
    code, out, _ = run("version", "--json")
    assert code == Exit.OK
    assert json.loads(out)["commands"] == len(COMMANDS)


def test_help_names_every_command_of_the_design(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == Exit.OK
    for name in "serve command replay export rebuild token migrate backup project version".split():
        assert name in out
