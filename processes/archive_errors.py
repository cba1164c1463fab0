"""What may fail in the archive and its store, for the pages that tell it."""

from archive.errors import (
    ArchiveError,
    BlobChanged,
    BlobMissing,
    BlobStoreError,
    DocumentDestroyed,
    DocumentQuarantined,
)
from archive.errors import NotFound as NothingThere

__all__ = [
    "ArchiveError",
    "BlobChanged",
    "BlobMissing",
    "BlobStoreError",
    "DocumentDestroyed",
    "DocumentQuarantined",
    "NothingThere",
]
