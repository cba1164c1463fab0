"""A state secret found in the archive (B16): locked away by one person, removed or released by another, with an act.

From the first moment nobody sees the document but these two. The act names its number, hash and ground, nothing of
what it says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from archive.disposal import Removal
from archive.documents import GONE
from archive.errors import ArchiveError, NotTheSecond
from archive.service import ArchivedDocument, DocumentStatus
from processes.access import KEEPERS, may_read
from processes.certificates import OpenedKey, open_key
from processes.documents import DocumentSection, OfficeDocument
from processes.erasing import erase_waiting
from processes.errors import EntryRefused, NotFound, NotPermitted
from processes.filed_papers import papers_of
from processes.forms import clean_text
from processes.mandates import Mandate, mandates_of
from processes.numbers import draw_case_number
from processes.office import Office
from processes.organisation import Body, body, person
from processes.purging import purge_case, purge_document
from processes.queries.redactions import copies_of
from processes.sealing import verify_code, verify_url
from processes.sheets import Sheet, archive_sheet, sheet_record, sign_sheet
from processes.step_papers import FIELD, signer_block
from processes.unit_of_work import UnitOfWork
from processes.use_cases.arrange import refused_entries
from processes.words import word

REGISTER, PATTERN = "removals", "DS-{year}-{seq:04}"
GONE_TITLE = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineDocument:
    """Somebody who keeps the archive found a state secret, and names the second person."""

    by: UUID
    document_id: UUID
    second: UUID
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndQuarantine:
    """The second person releases the document, or removes it and signs the act."""

    by: UUID
    document_id: UUID
    ground: str
    pin: str = ""


def quarantine_document(office: Office, request: QuarantineDocument) -> None:
    """Lock it away from everybody but these two.

    :raises NotFound: :raises NotPermitted: no archivist or head of its body, or they may not see it
    :raises EntryRefused: no ground; the second is no other archivist or head of the body
    """
    ground = clean_text(request.ground, one_line=True)
    if not ground:
        raise EntryRefused("ground", "missing")
    with office.unit_of_work() as uow, refused_entries():
        document = _document(uow, request.document_id)
        if document.status in GONE:
            raise NotFound("no such document")
        keeper(uow, request.by, document)
        if not may_read(uow, request.by, document):
            raise NotPermitted(rule="access")
        if request.second == request.by or _keeping(uow, request.second, document.owner) is None:
            raise EntryRefused("second", "unknown")
        by, second = str(request.by), str(request.second)
        # the files that came with it stay with it: locked away, released and removed together
        for each in [document, *papers_of(uow, document)]:
            uow.archive.record_event(each.id, "quarantined", by, {"second": second})
            uow.archive.quarantine.place(each.id, ground=ground, placed_by=by, second=second, at=uow.now)
        _note(uow, request.by, document.id, "lock")
        uow.commit()


def release_document(office: Office, request: EndQuarantine) -> None:
    """It holds no secret after all: whoever could see it sees it again.

    :raises NotFound: it is not locked away, or this is none of the two
    :raises NotPermitted: this is the first of the two
    :raises EntryRefused: no ground
    """
    ground = clean_text(request.ground, one_line=True)
    with office.unit_of_work() as uow, refused_entries():
        document = _document(uow, request.document_id)
        _require_second(uow, request)
        keeper(uow, request.by, document)
        for each in _together(uow, document, request.by):
            uow.archive.quarantine.release(each.id, by=str(request.by), ground=ground, at=uow.now)
            uow.archive.record_event(each.id, "quarantine ended", str(request.by), {"ground": ground})
        _note(uow, request.by, document.id, "release")
        uow.commit()


def remove_document(office: Office, request: EndQuarantine) -> str:
    """Sign the act and remove the document, its copies and what people wrote for it; the act's number.

    Its number, hashes and history remain, seen by the two alone.

    :raises NotFound: :raises NotPermitted: as release_document
    :raises EntryRefused: no ground, or a hold forbids it
    :raises PinRefused: :raises PinLocked: :raises NoCertificate: the key does not open
    """
    ground = clean_text(request.ground, one_line=True)
    if not ground:
        raise EntryRefused("ground", "missing")
    opened = open_key(office, request.by, request.pin)
    act = _drawn(office, request, opened)
    signed = sign_sheet(office, _sheet(office, act, ground))
    with office.unit_of_work() as uow, refused_entries():
        document = _document(uow, request.document_id)
        _require_second(uow, request)
        keeper(uow, request.by, document)
        archive_sheet(office, uow, signed, actor=str(request.by))
        locked = _together(uow, document, request.by)
        gone = [*locked, *(copy for each in locked for copy in copies_of(uow, each.id))]
        removal = Removal(status=DocumentStatus.DESTROYED, ground=ground, act=act.number, over_on=None)
        for each in gone:
            uow.archive.disposal.remove(each.id, removal, actor=str(request.by))
            uow.archive.quarantine.empty(each.id, title=GONE_TITLE)
        _purge(uow, gone, ground, request.by)
        for each in locked:
            uow.archive.quarantine.removed(each.id, by=str(request.by), act_id=act.id, at=uow.now)
        _note(uow, request.by, document.id, "remove")
        uow.commit()
    erase_waiting(office, [each.id for each in gone])
    return act.number


def _together(uow: UnitOfWork, document: ArchivedDocument, second: UUID) -> list[ArchivedDocument]:
    """The document and the files with it that are locked away for the same person to end."""
    found = [(each, uow.archive.quarantine.of(each.id)) for each in papers_of(uow, document)]
    return [document, *(each for each, locked in found if locked is not None and locked.second == str(second))]


def _purge(uow: UnitOfWork, gone: Sequence[ArchivedDocument], ground: str, by: UUID) -> None:
    """What was typed, drafted, sent and attached for them; digests stay, so chains hold."""
    for each in gone:
        files = purge_document(uow, each.id, ground=ground, actor=str(by))
        if each.case_id is not None:
            files += purge_case(uow, each.case_id, ground=ground, actor=str(by))
        uow.archive.disposal.ask_erasure(each.id, files)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    id: UUID
    number: str
    owner: Body
    mandate: Mandate
    opened: OpenedKey
    document: ArchivedDocument
    finder: str


def keeper(uow: UnitOfWork, by: UUID, document: ArchivedDocument) -> Mandate:
    """The mandate by which a person keeps the archive of the document's body: its archivist, or its head.

    :raises NotPermitted: there is none
    """
    found = _keeping(uow, by, document.owner)
    if found is None:
        raise NotPermitted(rule="mandate")
    return found


def _keeping(uow: UnitOfWork, person_id: UUID, owner: str) -> Mandate | None:
    mandates = mandates_of(uow.session, person_id, uow.now)
    return next((each for each in mandates if each.role in KEEPERS and str(each.body_id) == owner), None)


def _document(uow: UnitOfWork, document_id: UUID) -> ArchivedDocument:
    try:
        return uow.archive.document(document_id)
    except ArchiveError as error:
        raise NotFound("no such document") from error


def _require_second(uow: UnitOfWork, request: EndQuarantine) -> str:
    """Who locked it away. The first of the two is told no; to all others there is nothing."""
    found = uow.archive.quarantine.of(request.document_id)
    if found is None or str(request.by) not in {found.placed_by, found.second}:
        raise NotFound("no such document")
    try:
        uow.archive.quarantine.require_second(request.document_id, str(request.by))
    except NotTheSecond as error:
        raise NotPermitted(rule="four-eyes") from error
    return found.placed_by


def _drawn(office: Office, request: EndQuarantine, opened: OpenedKey) -> _Act:
    identity = uuid4()
    with office.unit_of_work() as uow:
        finder = _require_second(uow, request)
        document = _document(uow, request.document_id)
        mandate = keeper(uow, request.by, document)
        owner = body(uow.session, UUID(document.owner))
        number = draw_case_number(uow, owner, register=REGISTER, pattern=PATTERN, case_id=identity, state="drawn")
        name = person(uow.session, UUID(finder)).name
        uow.commit()
    return _Act(id=identity, number=number, owner=owner, mandate=mandate, opened=opened, document=document, finder=name)


def _sheet(office: Office, act: _Act, ground: str) -> Sheet:
    owner, document, language = act.owner, act.document, act.owner.language
    title = word("removal-title", language)
    rows = (
        (word("number", language), document.number),
        ("SHA-256", document.sha256),
        (word("found-by", language), act.finder),
        (word("ground", language), ground),
    )
    record = sheet_record(owner, act.id, kind="removal", number=act.number, title=title) | {
        "removed": {"document": str(document.id), "number": document.number, "sha256": document.sha256},
        "found_by": act.finder,
        "ground": ground,
        "expected_signatures": [{"field": FIELD, "role": act.mandate.role, "person": act.mandate.holder}],
    }
    paper = OfficeDocument(
        kind="destruction_act",
        language=language,
        body=owner.named(),
        number=act.number,
        title=title,
        date=owner.local(office.clock()).date(),
        sections=(DocumentSection(title=word("removed-document", language), rows=rows),),
        signer=signer_block(act.mandate, act.opened.certificate, language),
        step=record,
        verify_code=verify_code(act.id),
        verify_url=verify_url(office, act.id),
    )
    return Sheet(
        id=act.id,
        owner=owner,
        paper=paper,
        key=act.opened.key,
        field=FIELD,
        serial=act.opened.certificate.serial,
        text=title,
        access_level="official_use",
    )


def _note(uow: UnitOfWork, by: UUID, document_id: UUID, what: str) -> None:
    uow.audit.record(f"archive:quarantine:{what}", actor=str(by), subject=str(document_id))
