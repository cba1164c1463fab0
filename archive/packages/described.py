"""What a package tells of each document beside its bytes, the same in every format: one JSON file a document."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from archive.custody import CustodyEvent, CustodyHead, verify_chain
from archive.documents import ArchivedDocument, Revision
from archive.errors import CustodyBroken, PackageRefused
from archive.package_faults import FaultFound, PackageRule, located
from archive.packages.folder import digest_of, inside

LARGEST_METADATA = 16 * 2**20
ENDINGS = {
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/tiff": ".tif",
    "application/xml": ".xml",
    "application/pkcs7-mime": ".p7m",
    "application/vnd.etsi.asic-e+zip": ".asice",
    "application/vnd.etsi.asic-s+zip": ".asics",
}
"""of the media types that people open; others keep none"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedProof:
    """An evidence record about something else than all bytes of the document as it goes out."""

    kind: str
    """document: over its first `covered_bytes` bytes; custody: over `statement`, which says where its chain stood"""
    number: int
    """of the revision, or of the chain's event"""
    record: bytes = field(repr=False)
    covered_bytes: int = 0
    statement: bytes = b""

    def told(self, file: str) -> dict[str, Any]:
        """In the description."""
        told: dict[str, Any] = {"kind": self.kind, "number": self.number, "file": file}
        return told if self.statement else {**told, "covered_bytes": self.covered_bytes}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedDocument:
    """A document as a package carries it."""

    document: ArchivedDocument
    content: bytes = field(repr=False)
    revisions: Sequence[Revision]
    custody: Sequence[CustodyEvent]
    evidence: Sequence[bytes] = ()
    """evidence records over its bytes (RFC 4998, DER)"""
    proofs: Sequence[PackagedProof] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a format has what: folders below the package, without a slash at the end."""

    documents: str
    metadata: str
    evidence: str
    trust: str
    pages: str = ""
    """the pages that people open; empty: at the top"""


def described(
    packaged: PackagedDocument, file: str, evidence: Sequence[str], proofs: Sequence[Mapping[str, Any]]
) -> bytes:
    """The document's description, revisions and custody as JSON."""
    document = {name: _plain(value) for name, value in asdict(packaged.document).items() if name != "seq"}
    told = {
        "file": file,
        **document,
        "revisions": [_without_id(asdict(each)) for each in packaged.revisions],
        "custody": [_without_id(asdict(each)) for each in packaged.custody],
        "evidence": list(evidence),
        "proofs": list(proofs),
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def descriptions(folder: Path, layout: Layout) -> Iterator[tuple[dict[str, Any], Path]]:
    """What a checked package tells of each document, in its order, and where its bytes are.

    :raises PackageRefused: a description is not as this archive writes it, or says other than the file or the chain
    """
    for path in sorted((folder / layout.metadata).glob("*.json")):
        try:
            told = json.loads(_capped(path))
            file = folder / told["file"]
            _check_described(told, file, folder / layout.documents)
            _check_evidence(told, folder, folder / layout.evidence)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise PackageRefused(
                folder=folder.name, fault=located(error, path.name, PackageRule.DESCRIPTION)
            ) from error
        yield told, file


def safe_name(number: str) -> str:
    """A number as a file name: letters, digits, dots and hyphens of any script stay."""
    return re.sub(r"[^\w.-]+", "_", number).strip("._")[:80] or "document"


def _capped(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(LARGEST_METADATA + 1)
    if len(content) > LARGEST_METADATA:
        raise FaultFound(PackageRule.DESCRIPTION_TOO_BIG)
    return content


def _check_described(told: Mapping[str, Any], file: Path, documents: Path) -> None:
    if not inside(documents, file) or not file.is_file():
        raise FaultFound(PackageRule.FILE_ELSEWHERE)
    if digest_of(file) != told["sha256"]:
        raise FaultFound(PackageRule.OTHER_HASH)
    events = [_event(told["id"], each) for each in told["custody"]]
    head = CustodyHead(document_id=UUID(told["id"]), seq=told["custody_seq"], sha256=told["custody_head"])
    try:
        verify_chain(head, events)
    except CustodyBroken as error:
        raise FaultFound(PackageRule.CUSTODY_BROKEN, f"event {error.seq}") from error


def _check_evidence(told: Mapping[str, Any], folder: Path, records: Path) -> None:
    for name in (*told.get("evidence", ()), *(proof["file"] for proof in told.get("proofs", ()))):
        path = folder / name
        if not inside(records, path) or not path.is_file() or path.stat().st_size > LARGEST_METADATA:
            raise FaultFound(PackageRule.EVIDENCE_ELSEWHERE)


def _event(document_id: str, told: Mapping[str, Any]) -> CustodyEvent:
    values = {**told, "document_id": UUID(document_id), "at": datetime.fromisoformat(told["at"])}
    return CustodyEvent(**values)


def _without_id(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items() if name != "document_id"}


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
