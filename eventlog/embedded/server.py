"""The embedded server as its users see it: wanted, not wanted any more, and how to connect."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo

from eventlog.embedded import locks, supervisor
from eventlog.embedded.account import Account, check_droppable, give, server_account
from eventlog.embedded.cluster import (
    BOOTSTRAP_ROLE,
    ENFORCED,
    ENVIRONMENT,
    check_version,
    create_cluster,
    working_directory_argument,
)
from eventlog.embedded.data_directory import DataDirectory
from eventlog.embedded.errors import EmbeddedPostgresError
from eventlog.embedded.installation import installation_for

# Long enough for the recovery of a full log after a loss of power.
_START_S = 180.0
# One that is killed while it starts is not broken yet.
_ATTEMPTS = 3
# Somewhat longer than the supervisor gives a shutdown.
_STOP_S = 75.0


class EmbeddedPostgres:
    """A private PostgreSQL 18 in a data directory, started out of the wheel's binaries.

    Any number of processes may use one data directory. Each calls `ensure_running` and, at the
    end, `release`; the last one out stops the server, also if it is killed. The server has no TCP
    port, its socket is in a directory of mode 0700, and it asks for a password.

    `settings` override the server's settings for whoever starts it. A crash-safe record needs none.
    """

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self._data = DataDirectory(Path(data).resolve())
        self._settings = dict(settings or {})
        self._mutex = threading.Lock()
        self._users_lock: int | None = None

    def __enter__(self) -> Self:
        self.ensure_running()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def ensure_running(self) -> None:
        """Return when the server accepts connections, created and started first if need be.

        May be called at any time, by any thread and any process, and again after a crash.
        Raises EmbeddedPostgresError, and this process is then no user of the server.
        """
        with self._mutex:
            self._data.prepare()
            try:
                deadline = time.monotonic() + _START_S
                self._join(deadline)
                self._bring_up(deadline)
            except BaseException:
                self._leave()
                raise

    def release(self) -> None:
        """Say that this process no longer needs the server; the last user stops it.

        Returns when it is stopped, or at once if others use it. Does nothing if not in use here.
        """
        with self._mutex:
            if self._users_lock is not None:
                self._leave()
                locks.wait_until(self._is_stopped_or_wanted, _STOP_S)

    def is_running(self) -> bool:
        """Tell whether the server accepts connections now."""
        try:
            return self._accepts()
        except EmbeddedPostgresError:
            return False

    @property
    def superuser_conninfo(self) -> str:
        """The libpq connection string of the bootstrap role, for database `postgres`.

        Known from the first start on; before it raises EmbeddedPostgresError.
        """
        password = self._data.password()
        if password is None:
            raise self._never_started()
        return self.conninfo(BOOTSTRAP_ROLE, password, "postgres")

    def conninfo(self, user: str, password: str, database: str) -> str:
        """Return the libpq connection string of a role and database that were created here."""
        directory = self._data.socket_directory()
        if directory is None:
            raise self._never_started()
        return make_conninfo(
            host=str(directory), port=5432, user=user, password=password, dbname=database
        )

    def postmaster_pid(self) -> int | None:
        """Return the process id of the server, None if there is none; for crash tests."""
        try:
            return int((self._data.cluster / "postmaster.pid").read_text().partition("\n")[0])
        except (FileNotFoundError, ValueError):
            return None

    def _join(self, deadline: float) -> None:
        """Become a user; waits while the server is being stopped for want of users."""
        if self._users_lock is not None:
            return
        users_lock = self._data.lock_file("users.lock")
        if not locks.wait_until(
            lambda: locks.try_shared(users_lock), timeout_s=deadline - time.monotonic()
        ):
            os.close(users_lock)
            raise self._timed_out()
        self._users_lock = users_lock

    def _leave(self) -> None:
        if self._users_lock is not None:
            os.close(self._users_lock)
            self._users_lock = None

    def _bring_up(self, deadline: float) -> None:
        """Start the server unless another process does; wait until it accepts connections.

        Who holds server.lock starts it, runs it, or is what a crash left of it: others wait.
        """
        starts = 0
        while not self._accepts():
            server_lock = self._data.lock_file("server.lock")
            try:
                if locks.try_exclusive(server_lock):
                    if starts == _ATTEMPTS:
                        raise self._did_not_start()
                    self._start(server_lock)
                    starts += 1
            finally:
                os.close(server_lock)
            if time.monotonic() > deadline:
                raise self._timed_out()
            time.sleep(locks.POLL_S)

    def _start(self, server_lock: int) -> None:
        """Start the supervisor, which inherits server.lock; the cluster is created if missing."""
        data = self._data
        account = server_account(data.root, data.cluster)
        if account is not None:
            check_droppable(account)
        installation = installation_for(account)
        if not data.cluster.exists():
            create_cluster(data, installation, account, server_lock, self._settings)
        self._check_cluster(account)
        append = os.O_RDWR | os.O_CREAT | os.O_APPEND
        opened: list[int] = []
        try:
            opened.append(data.lock_file("users.lock"))
            opened.append(data.open_private(data.log, append))
            opened.append(data.open_private(data.previous_log))
            plan = supervisor.Plan(
                postgres=str(installation.program("postgres")),
                cluster=working_directory_argument(data.cluster, account),
                socket_directory=data.choose_socket_directory(account),
                settings={**ENFORCED, **self._settings},
                account=None if account is None else (account.uid, account.gid),
                users_lock=opened[0],
                server_lock=server_lock,
                log=opened[1],
                previous_log=opened[2],
            )
            self._spawn(plan)
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def _spawn(self, plan: supervisor.Plan) -> None:
        # The script detaches itself and this call returns. Were a signal to kill us before, the
        # supervisor would find users.lock free and stop the server again.
        subprocess.run(
            [sys.executable, "-I", "-S", supervisor.__file__, plan.to_json()],
            cwd=self._data.cluster,
            env=ENVIRONMENT,
            pass_fds=plan.inherited,
            stdin=subprocess.DEVNULL,
            stdout=plan.log,
            stderr=plan.log,
            start_new_session=True,
            check=True,
        )

    def _check_cluster(self, account: Account | None) -> None:
        check_version(self._data.cluster)
        owner = self._data.cluster.stat().st_uid
        if account is not None and owner == 0:
            # Root restored it from a backup.
            give(self._data.cluster, account)
        elif account is None and owner != os.geteuid():
            raise EmbeddedPostgresError(
                f"{self._data.cluster} 属于另一用户 (uid {owner})。请以该用户或 root 身份运行。",
                f"{self._data.cluster} belongs to another user (uid {owner})."
                " Run as that user or as root.",
            )

    def _accepts(self) -> bool:
        """Connect once. Raises EmbeddedPostgresError where waiting would not help."""
        if self._data.password() is None or self._data.socket_directory() is None:
            return False
        try:
            psycopg.connect(self.superuser_conninfo, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            reason = str(error)
            if "password authentication failed" in reason:
                raise self._wrong_password() from error
            # All connections are taken, the superuser's reserve too: it is busy, not absent.
            return "too many clients" in reason or "remaining connection slots" in reason
        return True

    def _is_stopped_or_wanted(self) -> bool:
        server_lock = self._data.lock_file("server.lock")
        users_lock = self._data.lock_file("users.lock")
        try:
            if locks.try_exclusive(server_lock):
                return True
            if locks.try_exclusive(users_lock):
                return False
            # The supervisor holds it to stop the server, or other users share it.
            return locks.try_shared(users_lock)
        finally:
            os.close(server_lock)
            os.close(users_lock)

    def _never_started(self) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(
            f"{self._data.root} 中的数据库尚未启动过。请先调用 ensure_running。",
            f"The server in {self._data.root} was never started. Call ensure_running first.",
        )

    def _wrong_password(self) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(
            f"{self._data.root}/postgres-password 与数据库中的口令不符。请从备份恢复该文件。",
            f"{self._data.root}/postgres-password is not the password the server knows."
            " Restore the file from a backup.",
        )

    def _did_not_start(self) -> EmbeddedPostgresError:
        log, tail = self._data.log, self._data.log_tail()
        return EmbeddedPostgresError(
            f"PostgreSQL 未能启动, 请先排除日志 {log} 所述原因:\n{tail}",
            f"PostgreSQL did not start; first remove the cause named in its log {log}:\n{tail}",
        )

    def _timed_out(self) -> EmbeddedPostgresError:
        log, tail = self._data.log, self._data.log_tail()
        return EmbeddedPostgresError(
            f"PostgreSQL 在 {_START_S:.0f} 秒内未就绪。若正在恢复, 请稍后再试。日志 {log}:\n{tail}",
            f"PostgreSQL was not ready within {_START_S:.0f} seconds. If it is recovering, try"
            f" again later. Its log {log} ends:\n{tail}",
        )
