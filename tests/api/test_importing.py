"""Importing tables: all rows checked first, bad ones returned with reasons, safe to run again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import xlsxwriter

from api.importing.mapping import Mapping, MappingUnusable, body, load_mapping, plain_mapping
from api.importing.run import rehearse
from api.importing.tables import REASON, Row, TableUnreadable, read_table, write_table
from eventlog.entry import read
from tests.api.importing import ACCOUNTS, admit_all, imported, run_cli
from tests.api.service import Service
from tests.database import TestDatabase

MAPPING = """
kind = "leads"
source = "河东乡线索台账"
row_id = "{编号}"

[each]
occurred_on = "{登记日期}"

[[step]]
command = "register-unit"
id = "{单位}"
[step.fields]
occurred_on = "2009-07-01"
unit_id = "{单位}"
name = "{单位}"
kind = "乡镇"

[[step]]
command = "register-participant"
id = "{填报人}"
[step.fields]
occurred_on = "2009-07-01"
participant_id = "{填报人}"
name = "{填报人}"
kind = "镇干部"
unit_id = "{单位}"

[[step]]
command = "register-lead"
[step.fields]
lead_id = "{编号}"
on_behalf_of = "{填报人}"
kind = "投资"
registrant = "{填报人}"
channel = { column = "渠道", map = { "老乡" = "亲情招商", "协会" = "行业协会招商" } }
investor = { name = "{投资方}" }
intended_project = "{项目}"
est_investment = { amount = { column = "金额万元", times = 10000, decimals = 2 }, currency = "CNY" }

[[step]]
command = "verify-lead"
by = "certifier"
when = { "认定" = ["有价值"] }
[step.fields]
lead_id = "{编号}"
valuable = true
[step.fields.tests]
has_investor = true
has_intent = true
has_capacity = true
policy_ok = true
env_ok = true
truthful = true
"""
COLUMNS = ["编号", "登记日期", "单位", "填报人", "渠道", "投资方", "项目", "金额万元", "认定"]
ROWS = [
    ["x1", "2009-07-02", "河东乡", "p1", "老乡", "华新电子", "电子厂", "5,000", "有价值"],
    ["x2", "2009-07-03", "河东乡", "p2", "协会", "恒远建材", "瓷砖厂", "", ""],
    ["x3", "2009-07-04", "河西乡", "p3", "老乡", "華新電子", "電子廠", "5000.5", ""],
]


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "leads.toml"
    path.write_text(MAPPING, "utf-8")
    return path


def table(path: Path, rows: list[list[str]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
    else:
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([COLUMNS, *rows]):
                sheet.write_row(number, 0, row)
    return path


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_every_row_becomes_its_commands(
    service: Service, tmp_path: Path, mapping: Path, suffix: str
) -> None:
    admit_all(service)
    before = service.head()
    outcome = imported(service, table(tmp_path / f"leads.{suffix}", ROWS), mapping)
    assert outcome.bad == []
    # Two units, three participants, three leads, one verdict.
    assert (outcome.recorded, outcome.repeated) == (9, 1)
    stored = [
        read(position, entry)
        for position, entry, _ in service.jurisdiction.recorder.entries(before + 1, service.head())
    ]
    first = next(r for r in stored if type(r.event).__name__ == "LeadRegistered")
    assert first.occurred_on.isoformat() == "2009-07-02"
    assert first.on_behalf_of == "p1"
    assert first.actor.account == "recorder"
    assert first.event.est_investment.amount == "50000000.00"  # type: ignore[attr-defined]
    leads = [r.event for r in stored if type(r.event).__name__ == "LeadRegistered"]
    # The third row spells the first one's investor and project in traditional characters.
    assert [lead.rival_of for lead in leads] == [None, None, "x1"]  # type: ignore[attr-defined]
    verdict = next(r for r in stored if type(r.event).__name__ == "LeadVerified")
    assert verdict.actor.account == "certifier"


def test_a_second_import_adds_nothing(service: Service, tmp_path: Path, mapping: Path) -> None:
    admit_all(service)
    file = table(tmp_path / "leads.csv", ROWS)
    imported(service, file, mapping)
    head = service.head()
    again = imported(service, file, mapping)
    assert (again.recorded, again.repeated) == (0, 10)
    assert service.head() == head


def test_a_changed_row_is_not_recorded_again(
    service: Service, tmp_path: Path, mapping: Path
) -> None:
    admit_all(service)
    imported(service, table(tmp_path / "leads.csv", ROWS), mapping)
    head = service.head()
    changed = [[*ROWS[0][:6], "另一个厂", *ROWS[0][7:]], *ROWS[1:]]
    outcome = imported(service, table(tmp_path / "changed.csv", changed), mapping)
    assert [(row.number, "correct-event" in why) for row, why in outcome.bad] == [(2, True)]
    assert service.head() == head


BAD_ROWS = {
    "31 February": (["y1", "2009-02-31", "河东乡", "p1", "老乡", "甲", "厂", "1", ""], "日期"),
    "unknown channel": (["y2", "2009-07-02", "河东乡", "p1", "梦", "甲", "厂", "1", ""], "老乡"),
    "no number": (["y3", "2009-07-02", "河东乡", "p1", "老乡", "甲", "厂", "许多", ""], "数字"),
    "negative": (["y4", "2009-07-02", "河东乡", "p1", "老乡", "甲", "厂", "-1", ""], "负"),
    "no investor": (["y5", "2009-07-02", "河东乡", "p1", "老乡", "", "厂", "1", ""], "investor"),
    "the day after tomorrow": (
        ["y6", "2999-01-01", "河东乡", "p1", "老乡", "甲", "厂", "1", ""],
        "晚于今天",
    ),
    "a row twice": (["x1", "2009-07-02", "河东乡", "p1", "老乡", "甲", "厂", "1", ""], "第2行"),
    "another unit's person": (
        ["y7", "2009-07-04", "河西乡", "p1", "老乡", "甲", "厂", "1", ""],
        "内容却不同",
    ),
}


@pytest.mark.parametrize("fault", BAD_ROWS)
def test_a_bad_row_names_its_reason_and_nothing_is_recorded(
    service: Service, tmp_path: Path, mapping: Path, fault: str
) -> None:
    admit_all(service)
    head = service.head()
    row, word = BAD_ROWS[fault]
    outcome = imported(service, table(tmp_path / "leads.csv", [*ROWS, row]), mapping)
    assert [number.number for number, _ in outcome.bad] == [5]
    why = outcome.bad[0][1]
    assert word in why
    assert " · " in why
    assert len(outcome.good) == 3
    assert service.head() == head


def test_rows_are_judged_with_the_rows_before_them(
    service: Service, tmp_path: Path, mapping: Path
) -> None:
    admit_all(service)
    outcome = rehearse(
        read_table(table(tmp_path / "leads.csv", ROWS)),
        load_mapping(mapping),
        ACCOUNTS,
        service.jurisdiction.recorder,
    )
    assert len(outcome.good) == 3
    assert service.jurisdiction.recorder.known(outcome.good[0][1][0].id, "00") is None


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_command_line_returns_bad_rows_in_the_same_format(
    service: Service,
    database: TestDatabase,
    tmp_path: Path,
    mapping: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
) -> None:
    admit_all(service)
    file = table(tmp_path / f"leads.{suffix}", [*ROWS, BAD_ROWS["negative"][0]])
    command = ["import", "leads", str(file), "--mapping", str(mapping), "--account", "recorder"]
    command += ["--as", "certifier=certifier", "--json"]
    result, said = run_cli(database, monkeypatch, *command)
    assert result.exit_code == 1
    assert said is not None
    assert (said["rows"], said["good"], said["recorded"]) == (4, 3, 0)
    with database.connect() as connection:
        leads = "select count(*) from record_log where type = 'LeadRegistered'"
        assert connection.execute(leads).fetchall() == [(0,)]
    returned = Path(said["bad_file"])
    assert returned.suffix == file.suffix
    # Read back, the reason's column is passed over and the row is as it was.
    assert [row.cells["编号"] for row in read_table(returned).rows] == ["y4"]
    result, said = run_cli(database, monkeypatch, *command, "--good-rows")
    assert result.exit_code == 1
    assert said is not None
    assert (said["good"], said["recorded"]) == (3, 9)
    corrected = table(tmp_path / f"corrected.{suffix}", [["y4", *ROWS[0][1:]]])
    command[2] = str(corrected)
    result, said = run_cli(database, monkeypatch, *command)
    assert result.exit_code == 0, result.output
    assert said is not None
    assert (said["good"], said["bad"]) == (1, [])


def test_a_table_whose_columns_are_fields_needs_no_mapping(
    service: Service, database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "units.csv"
    file.write_text("unit_id,name,kind,occurred_on\nu1,河东乡,乡镇,2009-07-01\n", "utf-8")
    command = ["import", "register-unit", str(file), "--account", "office", "--json"]
    result, said = run_cli(database, monkeypatch, *command)
    assert result.exit_code == 0, result.output
    assert said is not None
    assert said["recorded"] == 1
    _, said = run_cli(database, monkeypatch, *command)
    assert said is not None
    assert (said["recorded"], said["repeated"]) == (0, 1)


def test_missing_columns_and_accounts_are_usage_errors(
    service: Service,
    database: TestDatabase,
    tmp_path: Path,
    mapping: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = tmp_path / "short.csv"
    short.write_text("编号,单位\nx1,河东乡\n", "utf-8")
    command = ["import", "leads", str(short), "--mapping", str(mapping), "--account", "recorder"]
    result, _ = run_cli(database, monkeypatch, *command)
    assert result.exit_code != 0
    assert "certifier" in str(result.exception)
    result, _ = run_cli(database, monkeypatch, *command, "--as", "certifier=certifier")
    assert "填报人" in str(result.exception)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.txt", "x", ".xlsx"),
        ("a.csv", "", "为空"),
        ("a.csv", "甲,甲\n1,2\n", "重复"),
        ("a.csv", "甲\n1,2\n", "表头"),
        ("a.xlsx", "not a workbook", "工作簿"),
    ],
)
def test_unreadable_tables_say_what_is_needed(
    tmp_path: Path, name: str, content: str, word: str
) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(TableUnreadable) as raised:
        read_table(path)
    assert word in str(raised.value)


def test_a_csv_in_gb18030_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("名称\n河东乡\n".encode("gb18030"))
    assert read_table(path).rows[0].cells == {"名称": "河东乡"}


def test_a_cell_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "bad.xlsx"
    row = Row(2, {"名称": "=1+1"})
    write_table(path, ["名称"], [(row, "原因")])
    assert read_table(path).rows[0].cells == {"名称": "=1+1"}
    assert REASON not in read_table(path).columns


def test_a_table_of_fields_is_left_out_where_a_column_is_blank() -> None:
    mapping = Mapping.model_validate(
        {
            "kind": "k",
            "source": "s",
            "row_id": "{id}",
            "step": [
                {
                    "command": "register-unit",
                    "fields": {"a": {"x": "{c}", "y": 1}, "b": {"with": "{d}", "z": "1"}},
                }
            ],
        }
    )
    assert body(mapping, mapping.step[0], Row(2, {"id": "1", "c": "", "d": "1"})) == {
        "b": {"z": "1"}
    }
    assert body(mapping, mapping.step[0], Row(2, {"id": "1", "c": "v", "d": ""})) == {
        "a": {"x": "v", "y": 1}
    }


def test_a_mapping_that_names_no_command_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text('kind="k"\nsource="s"\nrow_id="{id}"\n[[step]]\ncommand="fly"\n', "utf-8")
    with pytest.raises(MappingUnusable, match="fly"):
        load_mapping(path)
    with pytest.raises(MappingUnusable, match="fly"):
        plain_mapping("fly")
