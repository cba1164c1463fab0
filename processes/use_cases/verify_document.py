"""Verify a document for anybody: by upload, or by the code on its page. Tells nothing of its content."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from archive.access import level_on
from archive.documents import AccessLevel
from archive.errors import ArchiveError
from archive.service import ArchivedDocument
from processes.access import office_day
from processes.errors import NotFound
from processes.office import Office
from processes.queries.levels import LevelNote, level_notes
from processes.sealing import document_of_code
from processes.trust import trust_store
from processes.unit_of_work import UnitOfWork
from signing.validation import ValidationReport, as_details, as_xml

MAX_UPLOAD = 30 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What anybody may know of a document: who signed it when and in which capacity, and whether it is ours."""

    report: ValidationReport
    number: str | None
    title: str | None
    """only of open documents"""
    signers: tuple[dict[str, Any], ...]
    archived_at: datetime | None
    status: str | None
    """in effect, without effect, destroyed; None: not in this archive"""
    newer_revision: bool
    """the archive holds a later revision, e.g. with one more timestamp"""
    level: LevelNote | None = None
    """of the newest revision in this archive"""


def verify_upload(office: Office, content: bytes) -> Verification:
    """Validate an uploaded file and look whether it is in this archive."""
    report = office.validator.validate(content, trust_store(office), at=office.clock())
    with office.reading() as uow:
        document = _known(uow.archive.find_by_sha256(hashlib.sha256(content).hexdigest()))
        level = _level(office, uow, document)
        day = office_day(uow)
    return _told(report, document, content, level, day)


def verify_code(office: Office, code: str) -> Verification:
    """Validate the archived document that a code names.

    :raises NotFound: no such document
    """
    identity = document_of_code(code)
    with office.reading() as uow:
        document = None if identity is None else _document(uow, identity)
        if document is None:
            raise NotFound("no document has this code")
        content = uow.archive.fetch(document.id)
        level = _level(office, uow, document)
        day = office_day(uow)
    report = office.signing.validate(content, trust_store(office), at=office.clock())
    return _told(report, document, content, level, day)


def report_as(result: Verification, shape: str) -> bytes:
    """The whole report, as JSON or as ETSI TS 119 102-2 XML.

    :param shape: json or xml
    """
    if shape == "xml":
        return as_xml([result.report])
    return json.dumps(as_details(result.report), ensure_ascii=False, indent=1).encode()


def _document(uow: UnitOfWork, identity: Any) -> ArchivedDocument | None:
    try:
        return _known(uow.archive.document(identity))
    except ArchiveError:
        return None  # an unknown code is an everyday answer, told by the caller


def _known(document: ArchivedDocument | None) -> ArchivedDocument | None:
    """What is locked away as a state secret is unknown here (B16)."""
    return None if document is None or document.quarantined else document


def _level(office: Office, uow: UnitOfWork, document: ArchivedDocument | None) -> LevelNote | None:
    return level_notes(office, uow, {document.id: document.level})[document.id] if document else None


def _told(
    report: ValidationReport, document: ArchivedDocument | None, content: bytes, level: LevelNote | None, day: date
) -> Verification:
    if document is None:
        return Verification(
            report=report,
            number=None,
            title=None,
            signers=(),
            archived_at=None,
            status=None,
            newer_revision=False,
        )
    return Verification(
        report=report,
        number=document.number,
        title=document.title if level_on(document, day) == AccessLevel.OPEN else None,
        signers=tuple(dict(signer) for signer in document.signers),
        archived_at=document.accessioned_at,
        status=document.status,
        newer_revision=document.bytes != len(content),
        level=level,
    )
