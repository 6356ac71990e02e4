"""Creating a cluster, and the settings every server runs with."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from eventlog.embedded.account import Account, give, initdb_account
from eventlog.embedded.data_directory import DataDirectory
from eventlog.embedded.errors import EmbeddedPostgresError
from eventlog.embedded.installation import Installation

BOOTSTRAP_ROLE = "postgres"
_MAJOR_VERSION = "18"

# Written to postgresql.conf when the cluster is made: an operator may change them there.
# They suit an office machine of two cores and four gigabytes.
TUNING = {
    "autovacuum_naptime": "20s",
    "checkpoint_timeout": "10min",
    "effective_cache_size": "2GB",
    "jit": "off",
    "lc_messages": "C",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "random_page_cost": "1.5",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "wal_compression": "on",
    "work_mem": "8MB",
}

# Given on the command line at every start: neither postgresql.conf nor ALTER SYSTEM changes them.
ENFORCED = {
    # Reachable through the private socket only.
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    # What was acknowledged survives the loss of power.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # The log is one file, kept short by the supervisor.
    "log_destination": "stderr",
    "logging_collector": "off",
    # Values of persons and passwords stay out of the log: a failed statement is logged by its error
    # alone, without its text, its parameters and the row that the detail would print.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

# The programs see nothing of the caller's environment: PGDATA, LD_LIBRARY_PATH or a locale that
# this machine lacks would change what they do.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def working_directory_argument(cluster: Path, account: Account | None) -> str:
    """Return the cluster's name for a program whose working directory it is.

    The server's account often cannot walk to the cluster: the data directory is 0700 and root's,
    and so is /root above it. On Linux a process may still use the directory it was started in, and
    this name leads there, so no mode of a directory of anybody's has to be changed.
    """
    return str(cluster) if account is None or sys.platform != "linux" else "/proc/self/cwd"


def check_version(cluster: Path) -> None:
    """Raise EmbeddedPostgresError where the cluster was made by another version of PostgreSQL."""
    try:
        version = (cluster / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise EmbeddedPostgresError(
            f"{cluster} 不是可用的 PostgreSQL 数据目录: {error}。请从备份恢复, 或将其移走后重新开始。",
            f"{cluster} is not a usable PostgreSQL cluster: {error}."
            " Restore it from a backup, or move it away to start anew.",
        ) from error
    if version != _MAJOR_VERSION:
        raise EmbeddedPostgresError(
            f"{cluster} 属于 PostgreSQL {version}, 本程序需要 {_MAJOR_VERSION}。"
            "请用旧版本导出备份, 再导入新的数据目录。",
            f"{cluster} is of PostgreSQL {version}, this program needs {_MAJOR_VERSION}."
            " Dump it with the old version and restore it into a new data directory.",
        )


def create_cluster(
    data: DataDirectory,
    installation: Installation,
    account: Account | None,
    lock: int,
    settings: Mapping[str, str],
) -> None:
    """Create `data.cluster` with a random password for the bootstrap role.

    The caller holds server.lock in the descriptor `lock`. initdb inherits it, so that a second
    starter waits for an initdb whose own starter was killed. The cluster appears by one rename;
    a crash before that leaves `postgres.new`, which the next start removes.
    """
    staging = data.root / "postgres.new"
    if staging.exists():
        shutil.rmtree(staging)
    password = data.ensure_password()
    staging.mkdir(mode=0o700)
    runner = None if account is None else initdb_account(account)
    with tempfile.TemporaryFile() as password_file:
        password_file.write(password.encode())
        password_file.flush()
        if runner is not None:
            os.chown(staging, runner.uid, runner.gid)
            os.fchown(password_file.fileno(), runner.uid, runner.gid)
        command = _initdb_command(
            installation,
            working_directory_argument(staging, runner),
            f"/dev/fd/{password_file.fileno()}",
            durable=settings.get("fsync", "on") == "on",
        )
        finished = subprocess.run(
            command,
            cwd=staging,
            env=ENVIRONMENT,
            pass_fds=(lock, password_file.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            user=None if runner is None else runner.uid,
            group=None if runner is None else runner.gid,
            extra_groups=None if runner is None else [],
            umask=0o077,
        )
    if finished.returncode != 0:
        shutil.rmtree(staging)
        reason = finished.stdout.decode(errors="replace").strip()
        raise EmbeddedPostgresError(
            f"无法创建 PostgreSQL 数据目录, initdb 说明了缺什么:\n{reason}",
            f"The PostgreSQL cluster could not be created; initdb says what is missing:\n{reason}",
        )
    if account is not None:
        give(staging, account)
    staging.rename(data.cluster)
    data.sync()


def _initdb_command(
    installation: Installation, cluster: str, password_file: str, *, durable: bool
) -> list[str]:
    command = [str(installation.program("initdb")), "-D", cluster]
    command += ["-U", BOOTSTRAP_ROLE, "-A", "scram-sha-256", "--pwfile", password_file]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--locale=C", "--lc-ctype=C.UTF-8", "--encoding=UTF8", "--no-instructions"]
    for name, value in TUNING.items():
        command += ["-c", f"{name}={value}"]
    return command if durable else [*command, "--no-sync"]
