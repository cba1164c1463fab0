"""A redacted copy made here: pages become pictures with what is removed painted over, sealed by the body (B9).

Nothing of the original file goes into the copy but how its pages look and the words no box touches, so what was removed
is not there to be found. The copy is looked through all the same before it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from archive.service import ArchivedDocument
from processes.documents.errors import DocumentRefused, RendererBusy
from processes.errors import EntryRefused
from processes.extracting import BlackenedPages, Extractor, TextUnreadable
from processes.forms import clean_text
from processes.office import Office
from processes.organisation import Body, body
from processes.redacting import leaks
from processes.sealing import seal_certificate, seal_key, seal_pdf
from processes.unit_of_work import UnitOfWork
from processes.use_cases.classify_document import kept_document
from processes.use_cases.redact_document import (
    LONGEST_TITLE,
    PDF,
    CleanCopy,
    RedactedCopy,
    checked_words,
    keep_copy,
    require_clean,
)
from processes.use_cases.view_document import note_view
from processes.words import word
from signing.service import SignedDocument

MOST_AREAS = 500
SECONDS = 90.0
"""for all pages of one document"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle on a page, in hundredths of its width and height from the upper left corner."""

    page: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRedactedCopy:
    """What is to be removed from an archived PDF, and why."""

    by: UUID
    document_id: UUID
    title: str
    """of the copy: the original's may tell too much"""
    removed: Sequence[str]
    """words and phrases, wherever they stand"""
    areas: Sequence[Area]
    ground: str


def make_redacted_copy(office: Office, request: MakeRedactedCopy) -> RedactedCopy:
    """Make the copy, seal it and take it into the archive, open; both chains of custody say so.

    :raises NotFound: :raises NotPermitted: as kept_document
    :raises EntryRefused: nothing to remove, a word the document does not have, an area outside its pages, no ground or
        title, no PDF, or one that cannot be read
    :raises NoCertificate: the body has no e-seal that is valid now
    """
    title, ground = (clean_text(text, one_line=True) for text in (request.title[:LONGEST_TITLE], request.ground))
    removed = _checked(request, title, ground)
    with office.reading() as uow:
        original = _original(uow, request)
        content = uow.archive.fetch(original.id)
        owner = body(uow.session, UUID(original.owner))
        seal_certificate(uow, owner)
    pages = _blackened(content, removed, request.areas)
    pdf = _rendered(office, owner, original, pages, title)
    unread = require_clean(pdf, removed)
    signed, signature = _sealed(office, owner, pdf, title)
    copy = CleanCopy(
        by=request.by,
        document_id=original.id,
        blob=office.blobs.put(signed.pdf),
        title=title,
        removed=len(removed) + len(request.areas),
        ground=ground,
        text=" ".join(str(each[0]) for page in pages.pages for each in page["words"]),
        signature=signature,
    )
    identity, number = keep_copy(office, copy)
    return RedactedCopy(document_id=identity, number=number, unread_pages=unread)


def picture_of(office: Office, by: UUID, document_id: UUID, number: int) -> tuple[bytes, int]:
    """A page (from 1) of a document that somebody is about to redact, as PNG; and how many pages there are.

    :raises NotFound: no such document or page, or no PDF
    :raises NotPermitted: as kept_document
    """
    with office.reading() as uow:
        original = kept_document(uow, by, document_id)
        if original.media_type != PDF:
            raise EntryRefused("file", "no-pdf")
        content = uow.archive.fetch(original.id)
    with Extractor() as extractor:
        try:
            return extractor.pictured(content, number)
        except TextUnreadable as error:
            raise EntryRefused("file", "malformed") from error


def view_picture(office: Office, by: UUID, document_id: UUID, number: int) -> bytes:
    """The same to look at; it stands on the audit trail.

    :raises NotFound, NotPermitted, EntryRefused: as `picture_of`
    """
    shown, _pages = picture_of(office, by, document_id, number)
    with office.reading() as uow:
        document = uow.archive.document(document_id)
    note_view(office, document, str(by), "archive:document:picture")
    return shown


def _checked(request: MakeRedactedCopy, title: str, ground: str) -> list[str]:
    removed = checked_words(request.removed)
    for name, value in (("copy_title", title), ("ground", ground), ("removed", removed or request.areas)):
        if not value:
            raise EntryRefused(name, "missing")
    if leaks([title], removed):
        raise EntryRefused("copy_title", "not-removed")
    if len(request.areas) > MOST_AREAS or not all(_lies_on_a_page(each) for each in request.areas):
        raise EntryRefused("areas", "malformed")
    return removed


def _lies_on_a_page(area: Area) -> bool:
    inside = 0 <= area.left < 100 and 0 <= area.top < 100  # noqa: PLR2004 - hundredths
    return inside and area.page >= 1 and 0 < area.width <= 100 and 0 < area.height <= 100  # noqa: PLR2004 - hundredths


def _original(uow: UnitOfWork, request: MakeRedactedCopy) -> ArchivedDocument:
    original = kept_document(uow, request.by, request.document_id)
    if original.media_type != PDF:
        raise EntryRefused("file", "no-pdf")
    return original


def _blackened(content: bytes, removed: Sequence[str], areas: Sequence[Area]) -> BlackenedPages:
    boxes = [(each.page, each.left, each.top, each.width, each.height) for each in areas]
    with Extractor(seconds=SECONDS) as extractor:
        try:
            found = extractor.blackened(content, removed, boxes)
        except TextUnreadable as error:
            raise EntryRefused("file", "malformed") from error
    if found.missing:
        raise EntryRefused("removed", "not-found")
    if any(each.page > len(found.pages) for each in areas):
        raise EntryRefused("areas", "malformed")
    return found


def _rendered(office: Office, owner: Body, original: ArchivedDocument, pages: BlackenedPages, title: str) -> bytes:
    language = original.language if original.language in owner.title else owner.language
    today, alt = owner.local(office.clock()).date(), word("redacted-page", language, number="{number}")
    try:
        return office.renderer.render_pictures(pages.pages, title=title, language=language, alt=alt, on=today)
    except (DocumentRefused, RendererBusy) as error:
        raise EntryRefused("file", "not-rendered") from error


def _sealed(office: Office, owner: Body, pdf: bytes, title: str) -> tuple[SignedDocument, dict[str, object]]:
    with office.reading() as uow:
        certificate = seal_certificate(uow, owner)
    signed = seal_pdf(office, pdf, owner, seal_key(office, certificate), reason=title)
    signer = {"name": owner.named(), "capacity": "e-seal", "serial": certificate.serial}
    return signed, {"level": str(signed.level), "signers": (signer,), "signed_at": office.clock()}
