"""The demonstration: loaded through ordinary commands, its figures those of SPEC §4.3 and §4.4."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from api.demonstration import load as loading
from api.demonstration.cast import UNITS
from api.demonstration.figures import figures
from api.demonstration.load import RecordInUse, load, story
from api.demonstration.tables import in_yuan, show
from api.demonstration.welcome import demonstrated
from domain.leads import LeadRegistered, LeadRejected
from domain.model.effective import EventCorrected, EventRevoked
from domain.model.event import Event, Recorded
from eventlog.entry import read
from eventlog.setup import enact_rulebook
from tests.api.importing import run_cli
from tests.api.service import Service, service_on
from tests.database import TestDatabase, fresh_database


@pytest.fixture(scope="module")
def filled() -> Iterator[TestDatabase]:
    """A schema of this module's own."""
    with fresh_database() as database:
        yield database


@pytest.fixture(scope="module")
def loaded(filled: TestDatabase) -> Iterator[Service]:
    """A service whose record holds the rule book and the demonstration."""
    with service_on(filled) as service:
        enact_rulebook(service.jurisdiction.registrar)
        first = load(service.jurisdiction)
        assert first.recorded == first.steps == len(story())
        yield service


@pytest.fixture(scope="module")
def found(loaded: Service) -> dict[str, Any]:
    """Its figures."""
    return figures(loaded.jurisdiction)


@pytest.fixture(scope="module")
def lines(found: dict[str, Any]) -> str:
    """What `yinzheng demo` prints into a pipe."""
    printed: list[str] = []
    show(found, Console(file=io.StringIO()), printed.append)
    return "\n".join(printed)


@pytest.fixture(scope="module")
def record(loaded: Service) -> list[Recorded]:
    """Every event of the record."""
    recorder = loaded.jurisdiction.recorder
    return [read(at, entry.encode()) for at, entry, _ in recorder.entries(1, recorder.head())]


def test_the_campaign_is_completed_as_s003a_prints_it_but_for_its_one_misprint(
    found: dict[str, Any],
) -> None:
    told = [
        (
            row["metric"],
            row["actual"],
            row["target"],
            row["fraction"],
            row["printed"],
            row["source_printed"],
            row["print_mismatch"],
        )
        for row in found["completion"]
    ]
    assert told == [
        ("leads", "171", "358", "171/358", "47.8%", "47.8%", False),
        ("visits", "57", "720", "19/240", "7.9%", "7.9%", False),
        ("inspections", "93", "192", "31/64", "48.4%", "48.3%", True),
        ("industrial_5000w", "12", "55", "12/55", "21.8%", "21.8%", False),
        ("commencements", "3", "26", "3/26", "11.5%", "11.5%", False),
    ]
    assert (found["completed_metrics"], found["metrics"]) == (0, 5)
    assert (found["completed_units"], found["units"]) == (11, 48)
    assert found["units_printed"] == "22.9%"
    assert (found["highest"]["metric"], found["highest"]["fraction"]) == ("inspections", "31/64")
    assert (found["lowest"]["metric"], found["lowest"]["fraction"]) == ("visits", "19/240")


def test_every_figure_opens_into_what_it_counts(
    found: dict[str, Any], record: list[Recorded]
) -> None:
    by_position = {one.position: one for one in record}
    for row in found["completion"]:
        assert len(row["members"]) == int(row["actual"])
        assert len({member["id"] for member in row["members"]}) == int(row["actual"])
        for member in row["members"]:
            assert all(by_position[at].campaign == "demo-c1" for at in member["positions"])


def test_sixteen_signings_are_counted_and_two_intents_are_not(found: dict[str, Any]) -> None:
    signed = found["signings"]
    assert signed["count"] == "16"
    assert signed["funds"] == {"amount": "929000000.00", "currency": "CNY"}
    assert signed["industrial_5000w"] == "12"
    (large,) = signed["above_100m"]
    assert large["name"] == "绿色生物工程"
    assert large["amount"] == {"amount": "140000000.00", "currency": "CNY"}
    assert [(one["name"], one["amount"]) for one in found["excluded"]] == [
        ("另类科技研发生产基地", {"amount": "3000000000.00", "currency": "USD"}),
        ("新加坡工业园", {"amount": "300000000.00", "currency": "CNY"}),
    ]


def _rate(row: dict[str, Any], rate: str, by: str) -> tuple[str, str, str, str]:
    said = row[rate] if row[rate]["by"] == by else row[rate][by]
    return (said["numerator"], said["denominator"], said["fraction"], said["printed"])


def test_the_three_rates_are_those_worked_out_by_hand(found: dict[str, Any]) -> None:
    after = found["rates"]["after"]
    assert after["projects"] == 4
    assert _rate(after, "performance", "count") == ("3", "4", "3/4", "75%")
    assert _rate(after, "performance", "amount") == ("60000.00", "100000.00", "3/5", "60%")
    assert _rate(after, "fund_arrival", "amount") == ("14000.00", "100000.00", "7/50", "14%")
    assert _rate(after, "fund_arrival", "count") == ("2", "4", "1/2", "50%")
    assert _rate(after, "commencement", "count") == ("2", "4", "1/2", "50%")
    assert _rate(after, "commencement", "amount") == ("30000.00", "100000.00", "3/10", "30%")


def test_before_the_correction_the_same_question_has_another_answer(found: dict[str, Any]) -> None:
    # Project c at 35,000 万元 instead of 30,000: 65/105, 14/105 and 30/105.
    before = found["rates"]["before"]
    assert before["as_of"]["known_at"] == found["rates"]["correction"]["position"] - 1
    assert _rate(before, "performance", "count") == ("3", "4", "3/4", "75%")
    assert _rate(before, "performance", "amount") == ("65000.00", "105000.00", "13/21", "61.9%")
    assert _rate(before, "fund_arrival", "amount") == ("14000.00", "105000.00", "2/15", "13.3%")
    assert _rate(before, "commencement", "amount") == ("30000.00", "105000.00", "2/7", "28.6%")
    correction = found["rates"]["correction"]
    assert correction["project_id"] == "demo-xc"
    assert (correction["old"]["amount"], correction["new"]["amount"]) == (
        "350000000.00",
        "300000000.00",
    )


def test_loading_again_adds_nothing(loaded: Service) -> None:
    head = loaded.head()
    again = load(loaded.jurisdiction)
    assert (again.recorded, loaded.head()) == (0, head)


def test_a_loading_that_was_cut_off_goes_on_where_it_stopped(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = story()[:40]
    monkeypatch.setattr(loading, "story", lambda: told)
    before = service.head()

    class CutOff(Exception):
        pass

    def cut_off(done: int, _of: int) -> None:
        if done == 25:
            raise CutOff

    with pytest.raises(CutOff):
        load(service.jurisdiction, cut_off)
    assert service.head() > before
    finished = load(service.jurisdiction)
    assert (finished.steps, finished.recorded) == (40, 15)
    recorder = service.jurisdiction.recorder
    commands = [
        json.loads(entry)["command_id"]
        for _, entry, _ in recorder.entries(before + 1, recorder.head())
    ]
    assert list(dict.fromkeys(commands)) == [str(step.command_id) for step in told]


def test_a_record_with_events_of_its_own_is_left_alone(service: Service) -> None:
    position = service.recorded("register-unit", unit_id="u1", name="河东乡", kind="乡镇")[
        "position"
    ]
    with pytest.raises(RecordInUse) as refused:
        load(service.jurisdiction)
    assert refused.value.position == position
    assert service.head() == position


def test_whoever_looks_around_gets_a_token_that_works(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = story()[:12]
    monkeypatch.setattr(loading, "story", lambda: told)
    token = demonstrated(service.jurisdiction)
    assert token is not None
    assert service.get("/v1/events?limit=1", token=token).status_code == 200
    unit = {"unit_id": "u1", "name": "河东乡", "kind": "乡镇"}
    assert service.post("register-unit", unit, token=token).status_code == 201
    # The next start finds the demonstration, what was added to it, and the visitor.
    head = service.head()
    assert demonstrated(service.jurisdiction) not in (None, token)
    assert service.head() == head


def test_nobody_is_admitted_to_a_record_that_is_somebodys_own(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.recorded("register-unit", unit_id="u1", name="河东乡", kind="乡镇")
    head = service.head()
    assert demonstrated(service.jurisdiction) is None
    assert "--data" in capsys.readouterr().err
    assert service.head() == head


def test_a_reader_finds_a_correction_a_revocation_a_rival_and_a_refusal(
    record: list[Recorded],
) -> None:
    def every(kind: type[Event]) -> list[Any]:
        return [one.event for one in record if isinstance(one.event, kind)]

    corrections = [one.changes["contract_introduced_funds"] for one in every(EventCorrected)]
    assert [(c.old["minor"], c.new["minor"]) for c in corrections] == [
        (104_000_000_00, 140_000_000_00),
        (350_000_000_00, 300_000_000_00),
    ]
    (revoked,) = every(EventRevoked)
    assert type(record[revoked.target - 1].event).__name__ == "SiteInspectionHeld"
    assert [one.rival_of for one in every(LeadRegistered) if one.rival_of] == ["demo-l011"]
    assert [one.lead_id for one in every(LeadRejected)] == ["demo-l-refused"]
    by_type = [type(one.event).__name__ for one in record]
    assert by_type.count("ComplaintResolved") == 2
    assert by_type.count("ComplaintReplied") == 1


def test_the_tasks_of_the_units_add_up_so_that_nobody_is_warned(loaded: Service) -> None:
    assert sum(unit.task for unit in UNITS) == 358
    assert [unit.number for unit in UNITS] == list(range(1, 49))
    recorder = loaded.jurisdiction.recorder
    warned = [
        warning["rule"]
        for _, entry, _ in recorder.entries(1, recorder.head())
        for warning in json.loads(entry).get("warnings", [])
    ]
    assert warned == ["lead.dedupe"]


def test_many_hands_recorded_it_and_nobody_judged_their_own(record: list[Recorded]) -> None:
    by = {
        name: {one.actor.account for one in record if type(one.event).__name__ == name}
        for name in ("SigningRecorded", "SigningVerified", "LeadRegistered", "LeadVerified")
    }
    assert by["SigningRecorded"].isdisjoint(by["SigningVerified"])
    assert by["LeadRegistered"].isdisjoint(by["LeadVerified"])
    assert len(by["SigningVerified"]) == 2
    assert len(by["LeadRegistered"]) > 48


def test_the_printed_table_shows_our_figure_beside_the_printed_one(lines: str) -> None:
    (inspections,) = [line for line in lines.splitlines() if line.startswith("邀请来访考察")]
    assert "93 / 192 家 | 48.4% (31/64) | 48.3% |" in inspections
    assert "print_mismatch" in inspections
    assert lines.count("print_mismatch") == 1
    assert "0 of 5 complete" in lines
    assert "11 of 48 units" in lines
    assert "16 signings for CNY 929,000,000, 12 of them industrial" in lines
    assert "绿色生物工程 1.4亿元" in lines
    assert "3,000,000,000 USD" in lines
    assert "30000.00/100000.00 = 3/10 → 30%" in lines
    assert "30000.00/105000.00 = 2/7 → 28.6%" in lines


def test_a_terminal_shows_tables(found: dict[str, Any]) -> None:
    screen = io.StringIO()
    show(
        found, Console(file=screen, force_terminal=True, width=110), lambda _: pytest.fail("lines")
    )
    shown = screen.getvalue()
    assert "48.4%" in shown
    assert "48.3%" in shown
    assert "┃" in shown


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("929000000.00", "CNY", "9.29亿元"),
        ("100000000.00", "CNY", "1亿元"),
        ("99999999.99", "CNY", "9999.999999万元"),
        ("49500000.00", "CNY", "4950万元"),
        ("10000.00", "CNY", "1万元"),
        ("9999.00", "CNY", "9999元"),
        ("3000000000.00", "USD", "30亿美元"),
    ],
)
def test_amounts_are_written_as_the_sources_write_them(
    amount: str, currency: str, written: str
) -> None:
    assert in_yuan({"amount": amount, "currency": currency}) == written


def test_the_command_line_prints_the_same_figures_and_records_nothing_more(
    filled: TestDatabase,
    loaded: Service,
    found: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    head = loaded.head()
    result, said = run_cli(filled, monkeypatch, "demo", "--json")
    assert result.exit_code == 0, result.output
    assert said == found
    assert loaded.head() == head
