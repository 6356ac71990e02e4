"""The one server all contenders share: the embedded PostgreSQL in a directory of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eventlog.embedded import EmbeddedPostgres
from eventlog.embedded.installation import find_installation

# The same for everybody. A checkpoint in the middle of a round would hit one contender only, so
# they are made rare and called for between rounds; nothing is taken from durability.
SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "60min",
    "max_connections": "200",
}


@contextmanager
def server() -> Iterator[str]:
    """Start a fresh server, yield its superuser's address, stop and delete it."""
    data = Path(tempfile.mkdtemp(prefix="yinzheng-bench-"))
    try:
        with EmbeddedPostgres(data, SETTINGS) as postgres:
            yield postgres.superuser_conninfo
    finally:
        shutil.rmtree(data, ignore_errors=True)


def pgbench() -> Path:
    """Return the pgbench that comes with the embedded server."""
    return find_installation().program("pgbench")
