"""Office documents: data in, PDF/A-3b + UA-1 out. The package's door."""

from processes.documents.canonical import canonical_json
from processes.documents.errors import (
    DocumentRefused,
    DocumentsError,
    NotCanonical,
    RendererBusy,
    RendererClosed,
)
from processes.documents.model import (
    KINDS,
    AttachedFile,
    DocumentRemark,
    DocumentSection,
    DocumentTable,
    HistoryLine,
    ManifestEntry,
    OfficeDocument,
    RenderedDocument,
    SignerBlock,
)
from processes.documents.render import DocumentRenderer

__all__ = [
    "KINDS",
    "AttachedFile",
    "DocumentRefused",
    "DocumentRemark",
    "DocumentRenderer",
    "DocumentSection",
    "DocumentTable",
    "DocumentsError",
    "HistoryLine",
    "ManifestEntry",
    "NotCanonical",
    "OfficeDocument",
    "RenderedDocument",
    "RendererBusy",
    "RendererClosed",
    "SignerBlock",
    "canonical_json",
]
