"""How a command of the command line ends: its exit code, and what it says on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import IntEnum

import psycopg
import structlog
from pydantic import ValidationError

from api.jurisdiction import DatabaseAway
from api.logs import failure
from api.problems import Problem, problem_of
from api.provision import NotSetUp
from domain.model.errors import Refusal
from eventlog.embedded import EmbeddedPostgresError
from eventlog.migrate import DatabaseIsNewer, MigrationChanged
from eventlog.recorder import Unreachable


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    UNREACHABLE = 3


class Stopped(Exception):
    """End with a code and a sentence in both languages."""

    def __init__(self, code: Exit, zh: str, en: str) -> None:
        super().__init__(f"{zh} · {en}")
        self.code = code


def guarded(run: Callable[[], object]) -> None:
    """Run and exit; what went wrong is said on stderr, without a traceback."""
    try:
        run()
    except Stopped as stopped:
        _end(stopped.code, str(stopped))
    except Refusal as refusal:
        _end(Exit.REFUSED, f"{refusal}" + (f" [{refusal.clause}]" if refusal.clause else ""))
    except (Problem, ValidationError) as error:
        document = problem_of(error).document
        errors = [f"{e['field']}：{e['zh']} · {e['en']}" for e in document.get("errors", ())]
        _end(Exit.USAGE, "\n".join(errors) or document["detail"])
    except (DatabaseIsNewer, MigrationChanged, NotSetUp) as changed:
        _end(Exit.REFUSED, str(changed))
    except EmbeddedPostgresError as error:
        _end(Exit.UNREACHABLE, str(error))
    except (DatabaseAway, Unreachable, psycopg.OperationalError) as error:
        structlog.get_logger("yinzheng").debug("database away", **failure(error))
        _end(
            Exit.UNREACHABLE,
            "无法连接数据库；请核对 YINZHENG_DATABASE_URL 或 --data · the database cannot be "
            f"reached; check YINZHENG_DATABASE_URL or --data: {_reason(error)}",
        )
    except BrokenPipeError:
        # The reader of our output has gone, as `| head` does; nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _reason(error: BaseException) -> str:
    at = error.__cause__ or error
    return str(at).strip().splitlines()[0] if str(at).strip() else type(at).__name__


def _end(code: Exit, message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)
