"""What may fail in the store of documents, for the pages that tell it."""

from archive.errors import BlobChanged, BlobMissing, BlobStoreError

__all__ = ["BlobChanged", "BlobMissing", "BlobStoreError"]
