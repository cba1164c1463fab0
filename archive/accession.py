"""Taking documents in: what is refused, what a new document's row holds, and how later revisions are checked."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from archive.access import check_access
from archive.blobs import BlobRef, BlobStore
from archive.custody import GENESIS, CustodyEvent, CustodyHead
from archive.described import DESCRIBED, description_digest
from archive.documents import GONE, Accession, ArchivedDocument, DocumentStatus, Revision
from archive.errors import InvalidMetadata, RevisionNotAppended
from archive.folding import FOLDING_VERSION, token_string
from archive.grounds import grounds_of
from archive.restrictions import Access
from archive.store import Store

ACCESSIONED = "accessioned"
_LONGEST_TEXT = 200_000
"""Characters of text kept for search and highlights: some hundred pages."""
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL and lone surrogates, which PostgreSQL and UTF-8 cannot hold"""


def clean(text: str) -> str:
    """The text as both databases can keep it; what they cannot hold becomes U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def check_accession(accession: Accession) -> None:
    """Refuse what cannot be archived. Raises StateSecretRefused, InvalidMetadata."""
    check_access(accession.id, accession.access_level, accession.access_flags)
    if accession.status not in set(DocumentStatus) - GONE:
        raise InvalidMetadata(field="status", value=accession.status)


def insert_documents(store: Store, accessions: Sequence[Accession], *, now: datetime, actor: str) -> None:
    """Write new documents' rows: search texts, documents, signers, first revisions, first custody events."""
    columns = [_columns(each, now) for each in accessions]
    events = [_first_event(each, values, now, actor) for each, values in zip(accessions, columns, strict=True)]
    # the chain is at its first event from the start: the row is written once
    heads = [{"custody_seq": event.seq, "custody_head": event.sha256} for event in events]
    store.insert(
        [{**values, **head} for values, head in zip(columns, heads, strict=True)],
        [_searchable(each, values) for each, values in zip(accessions, columns, strict=True)],
    )
    store.insert_revisions([_first_revision(each, now) for each in accessions])
    store.begin_custody(events)


def _first_event(accession: Accession, values: Mapping[str, Any], now: datetime, actor: str) -> CustodyEvent:
    details = {
        "sha256": accession.blob.sha256,
        "bytes": accession.blob.bytes,
        "access_level": str(accession.access_level),
        DESCRIBED: description_digest(values),
    }
    start = CustodyHead(document_id=accession.id, seq=0, sha256=GENESIS)
    return start.append(ACCESSIONED, at=now, actor=actor, details=details)


def _searchable(accession: Accession, values: Mapping[str, Any]) -> dict[str, Any]:
    text = clean(accession.text[:_LONGEST_TEXT])
    tokens = token_string(values["number"], values["title"], *_names(values["signers"]), text)
    return {"text": text, "tokens": tokens, "grounds": grounds_of(values), "folding": FOLDING_VERSION}


def _first_revision(accession: Accession, now: datetime) -> Revision:
    return Revision(
        document_id=accession.id,
        revision=1,
        sha256=accession.blob.sha256,
        bytes=accession.blob.bytes,
        level=accession.level,
        reason=ACCESSIONED,
        created_at=now,
    )


def check_appended(blobs: BlobStore, document: ArchivedDocument, blob: BlobRef) -> None:
    """The new bytes must begin with all bytes of the newest revision. Raises RevisionNotAppended, BlobMissing …"""
    old, new = blobs.get(document.sha256), blobs.get(blob.sha256)
    if len(new) != blob.bytes or not new.startswith(old):
        raise RevisionNotAppended(document_id=document.id, revision=document.revision)


def change_signers(store: Store, document: ArchivedDocument, signers: Sequence[Mapping[str, Any]]) -> None:
    """Others have signed the document too: it is found by their names as well."""
    listed = [dict(signer) for signer in signers]
    store.update(document.id, signers=listed)
    text = store.replace_signers(document.id, listed)
    store.update_tokens(document.id, token_string(document.number, document.title, *_names(listed), text))


def search_tokens(document: ArchivedDocument, text: str) -> str:
    """The tokens a document is found by: one that is gone only by its number."""
    if document.status in GONE:
        return token_string(document.number)
    return token_string(document.number, document.title, *_names(document.signers), text)


def _columns(accession: Accession, now: datetime) -> dict[str, Any]:
    dated_on = accession.dated_on or (accession.signed_at or now).astimezone(UTC).date()
    return {
        **_identity(accession),
        "status": str(accession.status),
        "level": accession.level,
        "verdict": None,
        "validated_at": None,
        **_access(accession).columns(),
        "unit": accession.unit,
        "original_id": accession.original_id,
        "quarantined": False,
        "retention_class": accession.retention_class,
        "retention_facts": {},
        "retention_starts": None,
        "dispose_after": None,
        "file_id": None,
        "accessioned_at": now,
        "signed_at": accession.signed_at,
        "dated_on": dated_on,
        "year": dated_on.year,
        "signers": [dict(signer) for signer in accession.signers],
        "properties": dict(accession.properties),
        "sha256": accession.blob.sha256,
        "bytes": accession.blob.bytes,
        "revision": 1,
    }


def _access(accession: Accession) -> Access:
    return Access(
        level=accession.access_level,
        ground=accession.access_ground,
        until=accession.access_until,
        flags=accession.access_flags,
        terms=accession.access_terms,
    )


def _identity(accession: Accession) -> dict[str, Any]:
    identity: dict[str, UUID | str | None] = {"id": accession.id, "case_id": accession.case_id}
    for name in ("owner", "number", "type", "title", "language", "media_type"):
        identity[name] = clean(getattr(accession, name))
    return identity


def _names(signers: Any) -> list[str]:
    return [str(signer.get("name", "")) for signer in signers]
