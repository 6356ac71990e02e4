"""The importer on 581 real projects that nobody here wrote: counts and sums equal the file's own."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from api.importing.tables import read_table
from projections.projector import Projector
from tests.api.importing import admit_all, imported, run_cli
from tests.api.service import Service, service_on
from tests.database import TestDatabase
from tests.shared.conftest import SHARED

FILE = SHARED / "data" / "cim_2024q4_manufacturing.csv"
MAPPING = Path(__file__).parents[2] / "docs" / "examples" / "cim_2024q4_manufacturing.toml"
COMMENCED = {"Under Construction", "Operating", "Retired"}

PER_STATE = """
select p.jurisdiction,
       count(*),
       coalesce(sum(s.funds_minor), 0),
       count(*) filter (where exists (select from commencement_at(%(k)s, 'infinity') c
                                       where c.project_id = p.project_id and c.step = 'certified')),
       count(*) filter (where exists (select from production_at(%(k)s, 'infinity') r
                                       where r.project_id = p.project_id and r.step = '全部')),
       count(*) filter (where exists (select from signing_termination_at(%(k)s, 'infinity') t
                                       where t.signing_id = s.signing_id))
  from project_at(%(k)s, 'infinity') p
  join signing_at(%(k)s, 'infinity') s on s.project_id = p.project_id
 group by 1
"""


def rows_of_the_file() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected_per_state() -> dict[str, tuple[int, int, int, int, int]]:
    """Projects, cents, commenced, producing, terminated, straight from the file."""
    projects: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    commenced: Counter[str] = Counter()
    producing: Counter[str] = Counter()
    terminated: Counter[str] = Counter()
    for row in rows_of_the_file():
        state, status = f"us-{row['State']}", row["Current_Facility_Status"]
        projects[state] += 1
        # Six decimals of a million: exact to the dollar.
        cents[state] += int(Decimal(row["Estimated_Total_Facility_CAPEX"] or "0") * 100_000_000)
        commenced[state] += status in COMMENCED
        producing[state] += status == "Operating"
        terminated[state] += status.startswith("Canceled")
    return {s: (projects[s], cents[s], commenced[s], producing[s], terminated[s]) for s in projects}


def test_the_whole_file(service: Service) -> None:
    admit_all(service)
    outcome = imported(service, FILE, MAPPING)
    assert (outcome.rows, outcome.bad) == (581, [])
    head = service.head()
    again = imported(service, FILE, MAPPING)
    assert again.recorded == 0
    assert service.head() == head

    pool = service.jurisdiction.pool
    projector = Projector(pool)
    projector.prepare()
    assert projector.catch_up() == head
    with pool.connection() as connection:
        found = connection.execute(PER_STATE, {"k": head}).fetchall()
    assert {row[0]: tuple(map(int, row[1:])) for row in found} == expected_per_state()


def damage(rows: list[dict[str, str]]) -> list[int]:
    """Damage thirty rows in five ways; returns their indices."""
    faults = [
        ("Announcement_Date", "2023-02-31"),
        ("Estimated_Total_Facility_CAPEX", "-5"),
        ("Project_Type", "Rumour"),
        ("Company", ""),
        ("Announcement_Date", "2999-01-01"),
    ]
    chosen = list(range(7, 581, 19))[:30]
    for number, index in enumerate(chosen):
        column, value = faults[number % len(faults)]
        rows[index][column] = value
    return chosen


def test_thirty_damaged_rows(
    database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of_the_file()
    damaged = damage(rows)
    assert len(damaged) == 30
    file = tmp_path / "damaged.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    with service_on(database) as service:
        admit_all(service)
    arguments = ["import", "projects", str(file), "--mapping", str(MAPPING)]
    arguments += ["--account", "recorder", "--as", "certifier=certifier", "--json"]
    result, said = run_cli(database, monkeypatch, *arguments)
    assert result.exit_code == 1
    assert said is not None
    assert (said["good"], len(said["bad"]), said["recorded"]) == (551, 30, 0)
    with database.connect() as connection:
        opened = "select count(*) from record_log where type = 'ProjectOpened'"
        assert connection.execute(opened).fetchall() == [(0,)]
    result, said = run_cli(database, monkeypatch, *arguments, "--good-rows")
    assert result.exit_code == 1
    assert said is not None
    assert (said["good"], len(said["bad"])) == (551, 30)
    assert said["recorded"] > 551
    assert sorted(one["row"] - 2 for one in said["bad"]) == damaged
    returned = read_table(Path(said["bad_file"]))
    assert [row.cells["unique_id"] for row in returned.rows] == [
        rows[index]["unique_id"] for index in damaged
    ]
    assert all(one["reason"] for one in said["bad"])
