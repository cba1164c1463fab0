"""What a page says when the store of documents fails: a full disk, a bucket that does not answer, damaged bytes."""

import structlog
from flask import Flask, Response, g

from processes.blob_errors import BlobChanged, BlobMissing, BlobStoreError
from web.errors import page
from web.texts import gettext as _

log = structlog.get_logger("web")


def _on_store_error(error: BlobStoreError) -> Response:
    log.error("store failed", id=g.get("request_id"), code=error.code, reason=str(error))
    if isinstance(error, BlobMissing | BlobChanged):
        return page(
            500,
            _("This document cannot be shown"),
            _("Its bytes in the store are missing, or are not those that were kept."),
            _("It has been written down. The administrator compares the store with the backup."),
        )
    return page(
        503,
        _("The store of documents takes nothing now"),
        _("It is full, closed for writing or does not answer. Nothing has changed, and nothing you did is lost."),
        _("Try again in a few minutes; the administrator sees why in the log."),
    )


def init_app(app: Flask) -> None:
    """A page for whatever the store refuses."""
    app.register_error_handler(BlobStoreError, _on_store_error)
