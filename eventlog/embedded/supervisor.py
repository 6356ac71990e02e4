"""The small process that runs postgres for as long as anybody uses it.

It is started as a script by whoever finds the server absent, detaches from that process, and looks
five times a second whether some process still holds `users.lock`. The kernel frees a lock however
its holder ends, so the server stops after a kill -9 of its last user as after an orderly release,
and a short-lived command that started it takes it from nobody when it exits.

Everything it needs is inherited: open descriptors and the cluster as its working directory. Started
by root it gives up all rights first, and never opens a path that root alone may walk.
It imports the standard library only, because it runs without site-packages.
"""

import ctypes
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

_POLL_S = 0.2
# After SIGTERM (the machine goes down, all processes of a service are told) users may finish first.
_FAREWELL_S = 15.0
# A fast shutdown writes a checkpoint; past this the next start replays the log instead.
_SHUTDOWN_S = 60.0
# A server that ran so long and then died is started again, for so long. Its own children may
# outlive a kill -9 by a moment and keep its shared memory, which makes the first attempts fail.
_STABLE_S = 2.0
_PATIENCE_S = 15.0
_LOG_BYTES = 10_000_000
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Plan:
    """What to run and which inherited descriptors to use."""

    postgres: str
    cluster: str
    socket_directory: str
    settings: dict[str, str]
    account: tuple[int, int] | None
    users_lock: int
    server_lock: int
    log: int
    previous_log: int

    def to_json(self) -> str:
        """Return the plan as the script's one argument."""
        return json.dumps(asdict(self))

    @property
    def inherited(self) -> tuple[int, ...]:
        """The descriptors to hand over."""
        return (self.users_lock, self.server_lock, self.log, self.previous_log)


class Supervisor:
    """Starts postgres, starts it again if it is killed, stops it when nobody uses it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._wakeup, wakeup_writer = os.pipe()
        os.set_blocking(wakeup_writer, False)
        signal.set_wakeup_fd(wakeup_writer)
        self._told_to_stop_at: float | None = None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell_to_stop)
        for number in (signal.SIGCHLD, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        self._die_with_parent = _death_signal_setter(os.getpid())

    def run(self) -> None:
        """Return when the server is stopped: unused, told to, or not to be kept alive."""
        patience_ends = 0.0
        while True:
            began = time.monotonic()
            postgres = self._start()
            if self._stopped_as_unneeded(postgres):
                break
            now = time.monotonic()
            if now - began > _STABLE_S:
                patience_ends = now + _PATIENCE_S
            # Status 0 is an operator's orderly stop: whoever needs the server starts it again.
            if postgres.returncode == 0 or now > patience_ends or self._unused():
                break
            self._pause()
        if self._plan.socket_directory.startswith("/"):
            Path(self._plan.socket_directory).rmdir()

    def _start(self) -> subprocess.Popen[bytes]:
        directory = Path(self._plan.socket_directory)
        directory.mkdir(mode=0o700, exist_ok=True)
        for lock_file in (Path("postmaster.pid"), directory / ".s.PGSQL.5432.lock"):
            _remove_if_stale(lock_file)
        command = [self._plan.postgres, "-D", self._plan.cluster]
        for setting, value in self._plan.settings.items():
            command += ["-c", f"{setting}={value}"]
        command += ["-c", f"unix_socket_directories={self._plan.socket_directory}"]
        return subprocess.Popen(
            command,
            # Every process of the server holds server.lock, so that it is free only when the last
            # of them is gone and a new server may touch the files.
            pass_fds=(self._plan.server_lock,),
            stdin=subprocess.DEVNULL,
            stdout=self._plan.log,
            stderr=self._plan.log,
            preexec_fn=self._die_with_parent,
        )

    def _stopped_as_unneeded(self, postgres: subprocess.Popen[bytes]) -> bool:
        """Watch the server; True once it was stopped for want of users, False if it ended itself."""
        while postgres.poll() is None:
            if self._unused():
                # users.lock stays ours until we exit: who comes now waits, then starts a new one.
                postgres.send_signal(signal.SIGINT)
                try:
                    postgres.wait(_SHUTDOWN_S)
                except subprocess.TimeoutExpired:
                    postgres.send_signal(signal.SIGQUIT)
                    postgres.wait()
                return True
            self._shorten_log()
            self._pause()
        return False

    def _unused(self) -> bool:
        told = self._told_to_stop_at
        if told is not None and time.monotonic() > told + _FAREWELL_S:
            return True
        try:
            fcntl.flock(self._plan.users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _shorten_log(self) -> None:
        """Move a full log to the previous one; lines written meanwhile may be lost, none is torn."""
        size = os.fstat(self._plan.log).st_size
        if size < _LOG_BYTES:
            return
        os.ftruncate(self._plan.previous_log, 0)
        for offset in range(0, size, 1 << 20):
            os.pwrite(self._plan.previous_log, os.pread(self._plan.log, 1 << 20, offset), offset)
        os.ftruncate(self._plan.log, 0)

    def _pause(self) -> None:
        """Sleep until the next look, or until a signal arrives."""
        if select.select([self._wakeup], [], [], _POLL_S)[0]:
            os.read(self._wakeup, 512)

    def _tell_to_stop(self, *_: object) -> None:
        self._told_to_stop_at = self._told_to_stop_at or time.monotonic()


def _remove_if_stale(lock_file: Path) -> None:
    """Remove a lock file whose writer is gone.

    No server of ours is alive, or server.lock would not be ours. PostgreSQL would nevertheless
    refuse to start if the number in the file is meanwhile that of another process, or if the file
    is empty after a loss of power. A server that somebody started by hand in this directory is
    left alone: it is recognised by its working directory.
    """
    try:
        first_line = lock_file.read_text().partition("\n")[0]
    except FileNotFoundError:
        return
    if first_line.lstrip("-").isdecimal() and _runs_here(abs(int(first_line))):
        return
    lock_file.unlink(missing_ok=True)


def _runs_here(pid: int) -> bool:
    if pid == 0:
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", ".")
    except OSError:
        # Without /proc nothing is known about it, so it keeps its file and postgres decides.
        return sys.platform != "linux"


def _death_signal_setter(parent: int) -> Callable[[], None] | None:
    """Return what the child calls to be shut down (fast) when this process dies; Linux only.

    The signal comes when the *thread* that forked ends, which is why postgres is started here, by
    a process with a single thread, and not by its users.
    """
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)

    def die_with_parent() -> None:
        library.prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT))
        if os.getppid() != parent:
            os._exit(1)

    return die_with_parent


def main(argument: str) -> None:
    """Detach from the starter, drop all rights, and supervise."""
    plan = Plan(**json.loads(argument))
    if os.fork():
        os._exit(0)
    if plan.account is not None:
        uid, gid = plan.account
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.umask(0o077)
    Supervisor(plan).run()


if __name__ == "__main__":
    main(sys.argv[1])
