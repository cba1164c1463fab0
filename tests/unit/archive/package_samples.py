"""Documents as packages carry them, made by hand."""

from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from archive.custody import GENESIS, CustodyHead
from archive.documents import ArchivedDocument, Revision
from archive.packages import PackagedDocument, PackageInfo, PackageShape, new_package

NOW = datetime(2026, 3, 19, 9, 30, tzinfo=UTC)
NUMBERS = ("12/a", "Ә-7")
EVIDENCE = b"an evidence record over them all"


def document(place: int, number: str) -> PackagedDocument:
    identity = UUID(int=place)
    content = f"%PDF-1.7 {number}".encode()
    digest = sha256(content).hexdigest()
    event = CustodyHead(document_id=identity, seq=0, sha256=GENESIS).append(
        "accessioned", at=NOW, actor="<officer>", details={"sha256": digest}
    )
    archived = ArchivedDocument(
        id=identity, case_id=None, owner="o", number=number, type="notice", title="Bildiriş <&> şikayət", language="az",
        media_type="application/pdf", status="in effect", level="B-LTA", verdict="TOTAL-PASSED", validated_at=NOW,
        access_level="open", access_flags=(), access_ground=None, access_until=None, access_terms={},
        official_until=date(2026, 3, 19), secret_until=date(2026, 3, 19), unit=None, original_id=None,
        quarantined=False, retention_class=None,
        retention_facts={}, retention_starts=None, dispose_after=None, file_id=None, accessioned_at=NOW, signed_at=NOW,
        dated_on=date(2026, 3, 19), signers=({"name": "Əliyev Ş."},), properties={}, sha256=digest, bytes=len(content),
        revision=1, custody_seq=1, custody_head=event.sha256, seq=place,
    )  # fmt: skip
    revision = Revision(
        document_id=identity, revision=1, sha256=digest, bytes=len(content), level="B-LTA", reason="x", created_at=NOW
    )
    return PackagedDocument(
        document=archived, content=content, revisions=[revision], custody=[event], evidence=[f"record {place}".encode()]
    )


def written(target: Path, shape: PackageShape, language: str = "az") -> Path:
    """A package of two documents with a certificate."""
    info = PackageInfo(
        name=target.name, organisation="Mərkəz", made_at=NOW, language=language, software="Karguzar 0.1.0"
    )
    with new_package(target, shape, info, lambda digests: EVIDENCE + bytes([len(digests)])) as package:
        for place, number in enumerate(NUMBERS, start=1):
            package.add(document(place, number))
        package.attach("root.pem", b"certificate")
    return target
