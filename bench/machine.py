"""The machine and the server the figures belong to."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import psycopg

_SETTINGS = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
    "wal_sync_method",
    "autovacuum",
)
_HEAD = """\
# Results

Written by `python -m bench`. Every figure is the median of its rounds; the rounds of all contenders
are interleaved (A B C D, A B C D, …), on one server, on one machine that also runs the clients.

- date: {date}
- machine: {machine}
- server: {server}
- client: {client}"""


def describe(conninfo: str) -> str:
    """Return the head of the results file: machine, server, settings, time."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        version = connection.execute("select version()").fetchone()
        settings: dict[str, str] = dict(
            connection.execute(
                "select name, current_setting(name) from pg_settings where name = any(%s)",
                (list(_SETTINGS),),
            ).fetchall()
        )
    shown = ", ".join(f"{name} = {settings[name]}" for name in _SETTINGS)
    server = str(version[0] if version else "").split(" on ")[0]
    kernel = platform.release().split("-")[0]
    return _HEAD.format(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        machine=f"{_cpu_model()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB,"
        f" {platform.system()} {kernel}",
        server=f"{server}, Unix socket; {shown}",
        client=f"Python {platform.python_version()}, psycopg {psycopg.__version__}"
        f" ({psycopg.pq.__impl__})",
    )


def _cpu_model() -> str:
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def _memory_gib() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []
