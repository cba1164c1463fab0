"""One JSON line an event, in the home's logs: a file for each process, rotated. No secrets, no personal data.

Lines hold ids and codes. A traceback is kept without the values of variables, and without the messages of errors that
quote what somebody entered: a database's "key already exists" names the key.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
import structlog
from sqlalchemy.exc import OperationalError

from processes.errors import ConfigurationError
from processes.locks import FileLocks, LocksLost

MEGABYTE = 1024 * 1024
KEPT = 5
"""old files beside the one that is written"""
SPEAKING = (OSError, ConfigurationError, LocksLost, ImportError, AttributeError, TypeError, NameError)
"""errors whose messages tell of machines and code, not of people"""
FOREIGN = ("dbos", "waitress", "alembic", "py.warnings")
"""loggers of libraries that write warnings into the same file"""

_kept: list[FileLocks] = []
Event = MutableMapping[str, Any]


def configure_logs(home: Path, kind: str) -> Path:
    """Write what this process tells to `logs/<kind>.log`, or `<kind>-2.log` while another one writes there; which."""
    file = home / "logs" / f"{_free_name(home, kind)}.log"
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(file, maxBytes=5 * MEGABYTE, backupCount=KEPT, encoding="utf-8")
    house = logging.getLogger("karguzar")
    house.handlers, house.propagate = [handler], False
    house.setLevel(logging.INFO)
    _configure(lambda *_: house)
    foreign = _Foreign()
    for name in FOREIGN:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [foreign], False
        logger.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda found: _uncaught(found.exc_type, found.exc_value, found.exc_traceback)
    return file


def configure_terminal() -> None:
    """For commands that end by themselves: the same lines, on the terminal's error channel."""
    _configure(structlog.PrintLoggerFactory(sys.stderr))


def _configure(factory: Any) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            _as_json,
        ],
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )


def _free_name(home: Path, kind: str) -> str:
    """Two processes that rotate one file lose lines: each holds its name for as long as it lives."""
    locks = FileLocks(home / "locks")
    _kept.append(locks)
    number = 1
    while not locks.take(f"log-{kind}-{number}"):
        number += 1
    return kind if number == 1 else f"{kind}-{number}"


def _without_values(_logger: Any, _method: str, event: Event) -> Event:
    """The error that is under way, as the places it came through and its kind."""
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if error is not None:
        event["exception"] = describe(error)
    return event


def describe(error: BaseException) -> str:
    """An error with its causes: kinds, places, and the messages of those that name nobody."""
    told = traceback.TracebackException.from_exception(error)
    lines = ["".join(told.stack.format()), _headline(error)]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return (describe(cause) + "\nled to:\n" if cause is not None else "") + "".join(lines)


def _headline(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    code = getattr(error, "code", None)
    if isinstance(error, OperationalError):
        return f"{kind}: {error.orig}"
    if isinstance(error, SPEAKING):
        return f"{kind}: {error}"
    return f"{kind} ({code})" if isinstance(code, str) else kind


def _as_json(_logger: Any, _method: str, event: Event) -> str:
    return orjson.dumps(event, default=str).decode()


class _Foreign(logging.Handler):
    """What libraries say: where and how bad, and their words, but not those of an error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a library's line to ours."""
        error = record.exc_info[1] if record.exc_info else None
        extra = {"exc_info": error} if error else {}
        structlog.get_logger().log(record.levelno, "library", of=record.name, said=record.getMessage(), **extra)


def _uncaught(_kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    if error is None or isinstance(error, KeyboardInterrupt | SystemExit):
        return
    structlog.get_logger().critical("uncaught", thread=threading.current_thread().name, exc_info=error)
    sys.stderr.write(f"karguzar: unexpected {type(error).__name__}; the log says where\n")
