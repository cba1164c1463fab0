"""One JSON line an event, in the home's logs."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

MEGABYTE = 1024 * 1024
KEPT = 5


def configure_logs(file: Path) -> None:
    """Write structlog's events to `file`, a few megabytes a file, a few files."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(file, maxBytes=5 * MEGABYTE, backupCount=KEPT, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger("karguzar")
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_: logging.getLogger("karguzar"),
        cache_logger_on_first_use=True,
    )
