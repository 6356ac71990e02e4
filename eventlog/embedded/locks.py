"""Advisory locks on whole files: how processes agree on who uses, starts and stops the server.

`flock` belongs to the open file, not to the process: the kernel frees it when the last descriptor
of that opening is closed, also by kill -9, and a child that inherits the descriptor holds it too.
"""

import fcntl
import time
from collections.abc import Callable

POLL_S = 0.03


def try_exclusive(descriptor: int) -> bool:
    """Take the lock for this opening alone; False if any other holds it."""
    return _try(descriptor, fcntl.LOCK_EX)


def try_shared(descriptor: int) -> bool:
    """Take the lock beside other sharers; False if some other holds it exclusively."""
    return _try(descriptor, fcntl.LOCK_SH)


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Ask again and again until `condition` holds; False when `timeout_s` seconds have passed."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def _try(descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
