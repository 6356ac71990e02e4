"""Log lines: JSON in production, readable on a terminal, never a personal value (DESIGN §8)."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog

from api.settings import LogFormat


def configure(format_: LogFormat = "auto", level: int = logging.INFO) -> None:
    """Send structlog and the standard library's loggers to stderr, one line per event."""
    as_json = format_ == "json" or (format_ == "auto" and not sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_values,
            renderer,
        ],
    )
    # A line that cannot be written is lost; the alternative prints the values it was made from.
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("yinzheng", "uvicorn.error"):
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def failure(error: BaseException) -> dict[str, Any]:
    """An error as a log line may show it: its type and where, without its message.

    Messages of PostgreSQL and pydantic quote the values that they failed on.
    """
    chain: list[dict[str, Any]] = []
    one: BaseException | None = error
    while one is not None and len(chain) < 5:
        frames = traceback.extract_tb(one.__traceback__)[-8:]
        at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        chain.append({"error": f"{type(one).__module__}.{type(one).__qualname__}", "at": at})
        one = one.__cause__ or one.__context__
    return {"failure": chain}


def _without_values(
    _logger: Any, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    # Tracebacks that other libraries log would print messages with the values in them.
    told = event.pop("exc_info", None)
    if isinstance(told, tuple) and told[1] is not None:
        event.update(failure(told[1]))
    return event
