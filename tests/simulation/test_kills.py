"""kill -9 of the writing process and of PostgreSQL while it writes.

No acknowledged event is lost, and none is doubled when the client repeats its commands. Client,
PostgreSQL and one of its backends are killed at moments drawn from a printed seed; the server writes
to disk as it does in production.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import psycopg
import pytest

from eventlog.embedded import EmbeddedPostgres
from tests.audit import check_log
from tests.database import database_on
from tests.simulation.writing import Job, noted

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE_S = 240.0


@contextmanager
def writing(job_file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does the job; killed at the end, if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.simulation.writing", str(job_file)], cwd=REPOSITORY
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Killer:
    """Kills one thing after another, at random moments, and brings back what has to come back."""

    def __init__(self, server: EmbeddedPostgres, random: Random, kills: int) -> None:
        self._server = server
        self._random = random
        self.targets = (["client", "server", "backend"] * kills)[:kills]
        random.shuffle(self.targets)

    def strike(self, client: subprocess.Popen[bytes]) -> None:
        """Let them write for a moment, then kill one."""
        time.sleep(self._random.uniform(0.2, 1.2))
        if client.poll() is not None:
            return
        target = self.targets.pop()
        if target == "client":
            client.kill()
            client.wait()
            return
        pid = self._server.postmaster_pid() if target == "server" else self._backend()
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._server.ensure_running()

    def _backend(self) -> int | None:
        """One that serves the client; its death makes PostgreSQL restart all of them."""
        with suppress(psycopg.OperationalError):
            with psycopg.connect(self._server.superuser_conninfo, autocommit=True) as connection:
                found = connection.execute(
                    "select pid from pg_stat_activity where datname like '%own' order by pid"
                ).fetchall()
            if found:
                return int(self._random.choice(found)[0])
        return None


def kill_and_repeat(
    server: EmbeddedPostgres, folder: Path, seed: int, *, kills: int, commands: int
) -> None:
    """Give the same commands again and again, through so many deaths, then look at the record."""
    print("seed", seed)
    database = database_on(server)
    job = Job(database.service_conninfo, seed, 6, commands, str(folder / "notes"))
    job_file = folder / "job.json"
    job.save(job_file)
    killer = Killer(server, Random(seed), kills)
    deadline = time.monotonic() + PATIENCE_S
    while killer.targets:
        assert time.monotonic() < deadline, killer.targets
        with writing(job_file) as client:
            while client.poll() is None and killer.targets:
                killer.strike(client)
    with writing(job_file) as client:
        assert client.wait(deadline - time.monotonic()) == 0
    check_notes(job)
    check_log(database.service_conninfo)


def check_notes(job: Job) -> None:
    """Every answer ever given is in the record, at one place, and nothing else is."""
    with psycopg.connect(job.address, autocommit=True) as connection:
        rows = connection.execute("select position, type, leaf, entry from record_log").fetchall()
    stored = {position: (kind, leaf.hex()) for position, kind, leaf, _ in rows}
    keys = {position: json.loads(entry)["command_id"] for position, *_, entry in rows}
    places: dict[str, list[tuple[int, str, str]]] = {}
    for note in noted(Path(job.notes)):
        for position, kind, leaf in note.events:
            assert stored[position] == (kind, leaf), "an acknowledged event is lost"
            assert keys[position] == note.key
        if note.events or note.key in places:
            assert places.setdefault(note.key, note.events) == note.events, (
                "an answer was taken back"
            )
    asked = {str(key) for plan in (job.founding(), *job.plan()) for key, _, _ in plan}
    assert {note.key for note in noted(Path(job.notes))} == asked, "a command was never answered"
    told = sorted(position for events in places.values() for position, *_ in events)
    assert told == sorted(stored), "an event stands there twice, or unasked"
    assert len(told) > len(asked) / 4, "too little was recorded to mean anything"


def test_kills_while_writing(own_server: EmbeddedPostgres, tmp_path: Path) -> None:
    kill_and_repeat(own_server, tmp_path, seed=1, kills=6, commands=60)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 110))
def test_many_kills_while_writing(own_server: EmbeddedPostgres, tmp_path: Path, seed: int) -> None:
    kill_and_repeat(own_server, tmp_path, seed, kills=25, commands=300)
