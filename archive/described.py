"""What a document's chain of custody says of its row: a row that was changed past the archive's door contradicts it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from archive.canonical import canonical
from archive.custody import CustodyEvent
from archive.documents import GONE, ArchivedDocument

UNCHANGING = (
    *("id", "case_id", "owner", "number", "type", "title", "language", "media_type"),
    *("accessioned_at", "signed_at", "dated_on"),
)
"""columns that stay as they were taken in"""
DESCRIBED = "described"
"""the detail of an accession that holds their digest"""
TOLD = {
    "classified": ("access_level", "retention_class"),
    "revised": ("revision", "sha256", "bytes"),
    "status": ("status",),
    "validated": ("verdict",),
}
"""event → details that are columns from then on"""
UNTOLD = {"restriction ended": ("access_level",)}
"""event → columns it changes without saying to what"""


def description_digest(values: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of the unchanging columns."""
    return sha256(canonical({name: _plain(values[name]) for name in UNCHANGING})).hexdigest()


def contradictions(document: ArchivedDocument, events: Sequence[CustodyEvent]) -> Iterator[str]:
    """Where the row says other than its chain; erased details say nothing."""
    row = {
        name: getattr(document, name) for name in (*UNCHANGING, *(each for names in TOLD.values() for each in names))
    }
    told: dict[str, Any] = {}
    # of a state secret that was removed not even the title is left
    emptied = document.quarantined and document.status in GONE
    for event in events:
        details = event.details or {}
        if details.get(DESCRIBED) not in {None, description_digest(row)} and not emptied:
            yield "number, title or dates are not those it was taken in with"
        names = ("sha256", "bytes", "access_level") if event.event == "accessioned" else TOLD.get(event.event, ())
        # of what is erased, or was never told, nothing said before holds any more
        silent = names if event.details is None else UNTOLD.get(event.event, ())
        told = {name: value for name, value in told.items() if name not in silent}
        told.update({name: details[name] for name in names if name in details})
    if document.status in GONE:
        told.pop("status", None)  # its own event says so
    for name, value in told.items():
        if row[name] != value:
            yield f"{name} is {row[name]}, its chain of custody says {value}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)
