"""Which operating system account the server runs under.

PostgreSQL refuses to run as root. An ordinary user runs it as themselves; root hands it to an
account without rights:

1. the owner of an existing cluster, so that a data directory keeps its account;
2. the owner of the data directory, where that is not root (`sudo yinzheng …` in a user's data);
3. the user `yinzheng`, where an administrator created one;
4. otherwise a uid that nobody has, picked by the data path out of a range which systemd's
   allocation table leaves unused. Not `nobody`: other services run as that, and a process of the
   same uid may trace the server, signal it and open its socket.
"""

import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from eventlog.embedded.errors import EmbeddedPostgresError

_UNUSED_UIDS = range(60706, 61184)


@dataclass(frozen=True)
class Account:
    """A uid and gid to drop to."""

    uid: int
    gid: int


def server_account(data: Path, cluster: Path) -> Account | None:
    """Return the account the server of `data` runs under; None: as this process, not being root."""
    if os.geteuid() != 0:
        return None
    for directory in (cluster, data):
        if directory.is_dir():
            status = directory.stat()
            if status.st_uid != 0:
                return Account(status.st_uid, status.st_gid)
    try:
        entry = pwd.getpwnam("yinzheng")
    except KeyError:
        return _unused_account(data)
    return Account(entry.pw_uid, entry.pw_gid)


def initdb_account(account: Account) -> Account:
    """Return the account to run initdb under: it insists on one that has a passwd entry."""
    if _is_taken(account.uid):
        return account
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedPostgresError(
            "以 root 运行时, 系统中须有用户 nobody 或 yinzheng。请创建其一, 或改用普通用户运行。",
            "Running as root needs a user named nobody or yinzheng on this system."
            " Create one, or run as an ordinary user.",
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def check_droppable(account: Account) -> None:
    """Raise EmbeddedPostgresError where root may not change its account (capabilities removed)."""
    try:
        subprocess.run(
            ["/bin/sh", "-c", ":"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedPostgresError(
            f"PostgreSQL 不能以 root 运行, 而本进程无法切换到非特权账户 (uid {account.uid}):"
            f" {error}。请以普通用户运行, 或设置 YINZHENG_DATABASE_URL。",
            "PostgreSQL refuses to run as root, and this process may not change to the"
            f" unprivileged uid {account.uid}: {error}. Run as an ordinary user, or set"
            " YINZHENG_DATABASE_URL.",
        ) from error


def give(tree: Path, account: Account) -> None:
    """Make `account` the owner of a directory and everything in it; symbolic links not followed."""
    os.chown(tree, account.uid, account.gid, follow_symlinks=False)
    for directory, subdirectories, files in os.walk(tree):
        for name in (*subdirectories, *files):
            path = os.path.join(directory, name)
            os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _unused_account(data: Path) -> Account:
    digest = hashlib.sha256(os.fsencode(data)).digest()
    start = int.from_bytes(digest[:4], "big") % len(_UNUSED_UIDS)
    for uid in (*_UNUSED_UIDS[start:], *_UNUSED_UIDS[:start]):
        if not _is_taken(uid):
            return Account(uid, uid)
    return Account(_UNUSED_UIDS[start], _UNUSED_UIDS[start])


def _is_taken(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
