"""What the embedded server keeps where, and who may read it.

```
data/                    0700
  postgres/              the cluster; postgres/socket/ has the socket, where its path is short enough
  postgres.log, .log.1   what the server says, at most ten megabytes each
  postgres-password      of the bootstrap role, 0600
  postgres-socket        path of the socket's directory, where that lies outside
  users.lock             shared: each process that needs the server; exclusive: it is being stopped
  server.lock            exclusive: the server's whole process tree, or who is about to start it
```
"""

import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from eventlog.embedded.account import Account
from eventlog.embedded.errors import EmbeddedPostgresError

# The kernel's limit for a socket's path is 107 bytes on Linux, 103 on macOS.
_SOCKET_PATH_BYTES = 100
_SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class DataDirectory:
    """The paths below one data directory; `root` is absolute, without symbolic links."""

    root: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.root / "postgres"

    @property
    def log(self) -> Path:
        """What the server writes; rotated into `previous_log`."""
        return self.root / "postgres.log"

    @property
    def previous_log(self) -> Path:
        """The older part of the log."""
        return self.root / "postgres.log.1"

    @property
    def _password_file(self) -> Path:
        return self.root / "postgres-password"

    @property
    def _socket_record(self) -> Path:
        return self.root / "postgres-socket"

    def prepare(self) -> None:
        """Create the directory, 0700, if it is missing; parents get the usual mode.

        Raises EmbeddedPostgresError where it cannot be created or anybody may change it.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = self.root.stat()
        except OSError as error:
            raise self._unusable(error) from error
        if status.st_mode & stat.S_IWOTH:
            raise EmbeddedPostgresError(
                f"任何用户都能修改数据目录 {self.root}。请执行 chmod o-w {self.root}。",
                f"Every user may change the data directory {self.root}. Run chmod o-w {self.root}.",
            )

    def open_private(self, path: Path, flags: int = os.O_RDWR | os.O_CREAT) -> int:
        """Open a file of the data directory, created 0600; return its descriptor.

        Where root works in a user's directory the file is given to that user, who could else not
        work there any more. Raises EmbeddedPostgresError where the file belongs to somebody else.
        """
        try:
            descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        if os.geteuid() == 0:
            owner = self.root.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor

    def lock_file(self, name: str) -> int:
        """Open `users.lock` or `server.lock`, not yet locked."""
        return self.open_private(self.root / name)

    def password(self) -> str | None:
        """Return the password of the bootstrap role, None before the first start."""
        return self._read(self._password_file)

    def ensure_password(self) -> str:
        """Return the password, made up and stored durably first if there is none."""
        known = self.password()
        if known is not None:
            return known
        password = secrets.token_urlsafe(32)
        self._write(self._password_file, password)
        return password

    def socket_directory(self) -> Path | None:
        """Return where clients find the socket, None while no place was chosen for it."""
        inside = self.cluster / "socket"
        if _fits(inside):
            return inside
        recorded = self._read(self._socket_record)
        return Path(recorded) if recorded else None

    def choose_socket_directory(self, account: Account | None) -> str:
        """Return the socket's directory as the server shall name it, and record it for clients.

        Inside the cluster the name is relative: the server's working directory is the cluster, and
        its account may not be able to walk there. A path too long for a socket leads to a directory
        of a random name in the temporary directory, so that nobody can have made it before us; an
        earlier one is kept while it is still ours, so that addresses stay valid. It is not put
        under XDG_RUNTIME_DIR, which vanishes when the user logs out.
        """
        if _fits(self.cluster / "socket"):
            return "socket"
        uid = os.geteuid() if account is None else account.uid
        recorded = self.socket_directory()
        if recorded is not None and _is_private(recorded, uid):
            return str(recorded)
        chosen = Path(tempfile.mkdtemp(prefix="yinzheng-", dir=_short_temporary_directory()))
        if account is not None:
            os.chown(chosen, account.uid, account.gid)
        self._write(self._socket_record, str(chosen))
        return str(chosen)

    def log_tail(self, lines: int = 12) -> str:
        """Return the last lines of the server's log."""
        text = self._read(self.log) or ""
        return "\n".join(text.splitlines()[-lines:])

    def _read(self, path: Path) -> str | None:
        try:
            return path.read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from error

    def _write(self, path: Path, text: str) -> None:
        """Replace a file durably; after a crash it has the old text or the new, never half."""
        staging = path.with_name(path.name + ".new")
        descriptor = self.open_private(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            os.write(descriptor, text.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        staging.rename(path)
        self.sync()

    def sync(self) -> None:
        """Make renames in the data directory durable."""
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _unusable(self, error: OSError) -> EmbeddedPostgresError:
        return EmbeddedPostgresError(
            f"无法使用数据目录 {self.root}: {error}。请以其所有者的身份运行, 或另选目录。",
            f"The data directory {self.root} cannot be used: {error}."
            " Run as its owner, or choose another directory.",
        )


def _fits(directory: Path) -> bool:
    return len(os.fsencode(directory / _SOCKET_NAME)) < _SOCKET_PATH_BYTES


def _short_temporary_directory() -> str:
    directory = tempfile.gettempdir()
    return directory if _fits(Path(directory, "yinzheng-xxxxxxxx")) else "/tmp"


def _is_private(directory: Path, uid: int) -> bool:
    try:
        status = directory.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == uid and not status.st_mode & 0o077
