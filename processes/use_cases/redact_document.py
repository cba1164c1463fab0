"""A redacted copy: a document of its own, with its own number and hash, derived from one that stays restricted (B9).

Somebody makes the copy outside and sends it in; nothing is taken that still holds what was to be removed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from archive.blobs import BlobRef
from archive.service import Accession, ArchivedDocument
from processes.attachments import check_attachment, safe_name
from processes.errors import EntryRefused, StateSecretDeclared
from processes.extracting import Extractor, TextUnreadable
from processes.forms import clean_text
from processes.office import Office
from processes.queries.redactions import copies_of
from processes.redacting import leaks
from processes.unit_of_work import UnitOfWork
from processes.use_cases.arrange import refused_entries
from processes.use_cases.classify_document import kept_document

PDF = "application/pdf"
TYPE = "redacted_copy"
LONGEST_TITLE = 300
MOST_WORDS, SHORTEST = 200, 2
"""words or phrases that were removed, and the characters of each at least"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactDocument:
    """A redacted PDF of a document, and what must not be in it any more."""

    by: UUID
    document_id: UUID
    name: str
    content: bytes
    title: str
    """of the copy: the original's may tell too much"""
    removed: Sequence[str]
    """words and phrases; they are compared and never kept"""
    ground: str
    state_secret: bool = False
    """whether somebody says that the file holds one: refused (B16)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedCopy:
    """What came of it."""

    document_id: UUID
    number: str
    unread_pages: int
    """pages without any text, such as scans: a person has to look at them"""


def redact_document(office: Office, request: RedactDocument) -> RedactedCopy:
    """Check the copy and take it into the archive, open; both chains of custody say so.

    :raises NotFound: :raises NotPermitted: as kept_document
    :raises StateSecretDeclared: B16
    :raises AttachmentRefused: size, type or name of the file
    :raises EntryRefused: no ground, title or word; no PDF; not readable; something removed is still there
    """
    request = _checked(request)
    with office.reading() as uow:
        original = kept_document(uow, request.by, request.document_id)
    if check_attachment(request.name, request.content) != PDF or original.media_type != PDF:
        raise EntryRefused("file", "no-pdf")
    unread = require_clean(request.content, request.removed)
    copy = CleanCopy(
        by=request.by,
        document_id=original.id,
        blob=office.blobs.put(request.content),
        title=request.title,
        removed=len(request.removed),
        ground=request.ground,
    )
    identity, number = keep_copy(office, copy)
    return RedactedCopy(document_id=identity, number=number, unread_pages=unread)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanCopy:
    """A copy that has been looked through, its bytes in the store."""

    by: UUID
    document_id: UUID
    """of the original"""
    blob: BlobRef
    title: str
    removed: int
    """words, phrases and areas"""
    ground: str
    text: str = ""
    """what a search finds it by beside its title"""
    signature: Mapping[str, Any] = field(default_factory=dict)
    """level, signers and signed_at of one that bears a signature"""


def keep_copy(office: Office, copy: CleanCopy) -> tuple[UUID, str]:
    """Take it into the archive, open; both chains of custody say so. Its id and number.

    :raises NotFound: :raises NotPermitted: as kept_document
    """
    identity = uuid4()
    with office.unit_of_work() as uow, refused_entries():
        original = uow.archive.document(kept_document(uow, copy.by, copy.document_id).id)
        details = {"copy": str(identity), "sha256": copy.blob.sha256, "ground": copy.ground, "removed": copy.removed}
        uow.archive.record_event(original.id, "redacted", str(copy.by), details)  # locks it: the number is ours
        number = _number(uow, original)
        uow.archive.accession(_accession(copy, original, identity, number), actor=str(copy.by))
        if copy.signature:
            office.enqueue(uow.session, "validate_document", (str(identity),), f"validate:{identity}")
        uow.audit.record("archive:document:redact", actor=str(copy.by), subject=str(original.id), details=details)
        uow.commit()
    return identity, number


def _checked(request: RedactDocument) -> RedactDocument:
    if request.state_secret:
        raise StateSecretDeclared
    title = clean_text(request.title, one_line=True)[:LONGEST_TITLE]
    ground = clean_text(request.ground, one_line=True)
    removed = checked_words(request.removed)
    for name, value in (("copy_title", title), ("ground", ground), ("removed", removed)):
        if not value:
            raise EntryRefused(name, "missing")
    if leaks([title], removed):
        raise EntryRefused("copy_title", "not-removed")
    return RedactDocument(
        by=request.by,
        document_id=request.document_id,
        name=safe_name(request.name),
        content=request.content,
        title=title,
        removed=removed,
        ground=ground,
    )


def checked_words(typed: Sequence[str]) -> list[str]:
    """Words and phrases, tidied. :raises EntryRefused: too many, or too short to be compared"""
    removed = [word for text in typed if (word := clean_text(text, one_line=True))]
    if len(removed) > MOST_WORDS or any(len(word) < SHORTEST for word in removed):
        raise EntryRefused("removed", "malformed")
    return removed


def require_clean(content: bytes, removed: Sequence[str]) -> int:
    """Nothing of what was removed is in the file; how many pages nobody could read.

    :raises EntryRefused: it is not readable, hides something, or still holds it
    """
    with Extractor() as extractor:
        try:
            found = extractor.layers(content, removed)
        except TextUnreadable as error:
            raise EntryRefused("file", "malformed") from error
    if found.attachments or found.older_states or found.annotations:
        raise EntryRefused("file", "hidden-parts")
    if found.leaked:
        raise EntryRefused("removed", "not-removed")
    return found.unread_pages


def _accession(copy: CleanCopy, original: ArchivedDocument, identity: UUID, number: str) -> Accession:
    return Accession(
        id=identity,
        owner=original.owner,
        number=number,
        type=TYPE,
        title=copy.title,
        language=original.language,
        blob=copy.blob,
        media_type=PDF,
        original_id=original.id,
        retention_class=original.retention_class,
        dated_on=original.dated_on,
        properties={"redacted": {"original_sha256": original.sha256, "ground": copy.ground}},
        text=f"{copy.title}\n{copy.text}".rstrip(),
        **copy.signature,
    )


def _number(uow: UnitOfWork, original: ArchivedDocument) -> str:
    return f"{original.number}/R{len(copies_of(uow, original.id)) + 1}"
