"""`yinzheng serve` as a process: starting, recording, dying, and going on where it stood."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from api.access import Tokens
from api.jurisdiction import opened
from api.projecting import caught_up
from api.settings import Settings
from eventlog.embedded import EmbeddedPostgres
from tests.api.processes import PATIENCE_S, Served, finished, until, yinzheng

TOKEN = "token create --account office --unit u0 --person p1 --role LGO --role UNIT".split()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that the tests of this file share; each leaves it running."""
    service = Served(tmp_path_factory.mktemp("serve") / "data")
    yield service
    assert service.stop() == 0, service.log.read_text()
    # A stop lets go of the database, which then stops too.
    assert not EmbeddedPostgres(service.data).is_running()


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    """A token made beside the running service."""
    return finished(*TOKEN, data=served.data).strip()


def test_it_is_ready_and_records(served: Served, token: str) -> None:
    health = served.client.get("/health")
    assert health.status_code == 200
    assert health.json()["status"] == "ok"
    answer = served.post(token, {"unit_id": "u1"})
    assert answer.status_code == 201
    position = answer.json()["position"]
    until(lambda: served.client.get("/health").json()["projected"] >= position)


def test_a_second_service_on_the_same_port_says_so(served: Served) -> None:
    port = str(served.client.base_url.port)
    with pytest.raises(AssertionError, match=f"127.0.0.1:{port}.*--port"):
        finished("serve", "--port", port, data=served.data)


class Writer(threading.Thread):
    """Registers units one after the other and notes what was acknowledged."""

    def __init__(self, served: Served, token: str, name: str) -> None:
        super().__init__()
        self._served = served
        self._token = token
        self._prefix = name
        self.sent: dict[str, str] = {}
        self.acknowledged: dict[str, int] = {}
        self.stopping = threading.Event()

    def run(self) -> None:
        for number in range(100_000):
            if self.stopping.is_set():
                return
            key, unit = str(uuid4()), f"{self._prefix}-{number}"
            self.sent[unit] = key
            try:
                answer = self._served.post(self._token, {"unit_id": unit}, key)
            except httpx2.TransportError:
                return
            if answer.status_code == 201:
                self.acknowledged[unit] = answer.json()["position"]


def write_until(served: Served, token: str, seed: int, strike: str) -> dict[str, Writer]:
    """Four writers at work; after a random while, `strike` happens."""
    names = [f"{strike}{seed}-{n}" for n in range(4)]
    writers = {name: Writer(served, token, name) for name in names}
    for writer in writers.values():
        writer.start()
    threading.Event().wait(random.Random(seed).uniform(0.3, 1.0))
    if strike == "server":
        served.kill()
    else:
        pid = EmbeddedPostgres(served.data).postmaster_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        threading.Event().wait(2.0)
    for writer in writers.values():
        writer.stopping.set()
        writer.join()
    return writers


def all_once(served: Served, token: str, writers: dict[str, Writer]) -> None:
    """What was acknowledged is there; what is sent again is there once."""
    found = {
        entry["data"]["unit_id"]: position
        for position, entry in enumerate(served.entries(token), 1)
        if entry["type"] == "UnitRegistered"
    }
    for writer in writers.values():
        assert writer.acknowledged
        for unit, position in writer.acknowledged.items():
            assert found[unit] == position
        for unit, key in writer.sent.items():
            assert served.post(token, {"unit_id": unit}, key).status_code in (200, 201)
    entries = served.entries(token)
    units = [e["data"]["unit_id"] for e in entries if e["type"] == "UnitRegistered"]
    assert len(units) == len(set(units))
    assert {unit for writer in writers.values() for unit in writer.sent} <= set(units)
    commands = [e["command_id"] for e in entries if e["type"] == "UnitRegistered"]
    assert len(commands) == len(set(commands))


def new_seed() -> int:
    """A seed, printed; YINZHENG_TEST_SEED repeats one."""
    seed = int(os.environ.get("YINZHENG_TEST_SEED") or random.randrange(2**32))
    print(f"YINZHENG_TEST_SEED={seed}")
    return seed


def test_killing_the_service_loses_and_doubles_nothing(served: Served, token: str) -> None:
    writers = write_until(served, token, new_seed(), "server")
    served.start()
    all_once(served, token, writers)


def test_killing_postgresql_is_survived_while_serving(served: Served, token: str) -> None:
    writers = write_until(served, token, new_seed(), "postgres")
    assert served.process.poll() is None
    all_once(served, token, writers)
    assert served.client.get("/health").status_code == 200


@pytest.mark.soak
def test_many_kills_lose_and_double_nothing(served: Served, token: str) -> None:
    rng = random.Random(new_seed())
    for _ in range(20):
        strike = rng.choice(["server", "postgres"])
        writers = write_until(served, token, rng.randrange(2**32), strike)
        if strike == "server":
            served.start()
        all_once(served, token, writers)


def test_the_figures_may_be_kept_by_a_process_of_their_own(served: Served, token: str) -> None:
    assert served.stop() == 0
    served.start("--no-projector")
    position = served.post(token, {}).json()["position"]
    assert served.client.get("/health").json()["projected"] < position
    projector = yinzheng("project", "--json-logs", data=served.data, log=served.log)
    until(lambda: served.client.get("/health").json()["projected"] >= position)
    projector.terminate()
    projector.communicate(timeout=PATIENCE_S)
    assert projector.returncode == 0
    assert served.stop() == 0
    served.start()


def test_a_backup_made_while_serving_is_restored_whole(
    served: Served, token: str, tmp_path: Path
) -> None:
    file = tmp_path / "office.dump"
    finished("backup", str(file), data=served.data)
    assert file.stat().st_mode & 0o777 == 0o600
    elsewhere = tmp_path / "elsewhere"
    assert "restored" in finished("restore", str(file), data=elsewhere)
    with opened(Settings(data=elsewhere)) as restored:
        held = [entry for _, entry, _ in restored.recorder.entries(1, restored.recorder.head())]
        assert [json.loads(entry) for entry in held] == served.entries(token)
        assert caught_up(restored).projected == len(held)
        assert Tokens(restored).stands_for(token, "office")
    with pytest.raises(AssertionError, match="there is a record here already"):
        finished("restore", str(file), data=elsewhere)


def test_stopping_ends_streams_at_once(served: Served, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    with served.client.stream("GET", "/v1/events/stream", headers=headers) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        served.process.terminate()
        assert "id: 1" in list(lines)
    assert served.stop() == 0, served.log.read_text()
    served.start()
