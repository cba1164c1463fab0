"""What a page says when the archive refuses, or its store fails: a full disk, a silent bucket, damaged bytes."""

import structlog
from flask import Flask, Response, g

from processes.archive_errors import (
    ArchiveError,
    BlobChanged,
    BlobMissing,
    BlobStoreError,
    DocumentDestroyed,
    DocumentQuarantined,
    NothingThere,
)
from processes.errors import EntryRefused
from web.archive_words import archive_entry
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


def _on_archive_error(error: ArchiveError) -> Response:
    """What no use case has turned into a refusal of its own."""
    log.info("refused by the archive", id=g.get("request_id"), code=error.code)
    if isinstance(error, DocumentDestroyed):
        return page(
            410,
            _("The document is not here any more"),
            _("It was destroyed after its time, or handed over. Its description, hash and history remain."),
            _("Look for its number in the archive: its record says what became of it."),
        )
    if isinstance(error, NothingThere | DocumentQuarantined):  # of what is locked away nobody is told that it exists
        return page(
            404,
            _("Nothing found"),
            _("There is nothing at this address, or it is not open to you."),
            _("Check the address, or go on from the first page."),
        )
    log.error("archive", id=g.get("request_id"), code=error.code, exc_info=error)
    words = archive_entry(EntryRefused("unit", error.code.rpartition(".")[2].replace("_", "-")))
    return page(
        409,
        _("This did not work"),
        words or _("The request could not be carried out."),
        _("Nothing has changed. Open the page again to see how it stands."),
    )


def init_app(app: Flask) -> None:
    """A page for whatever the archive or its store refuses."""
    app.register_error_handler(BlobStoreError, _on_store_error)
    app.register_error_handler(ArchiveError, _on_archive_error)
