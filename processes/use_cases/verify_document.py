"""Verify a document for anybody: by upload, or by the code on its page. Tells nothing of its content."""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
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
from signing.validation import ValidationReport, Verdict, as_details, as_xml, judged_together, limit_exceeded

MAX_UPLOAD = 30 * 1024 * 1024
"""bytes of all files handed in at once"""
MOST_FILES = 20
"""handed in at once"""
TOGETHER_SECONDS = 60.0
"""after which no further file of a hostile lot is judged"""


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

    @property
    def passed(self) -> bool:
        """The document is genuine."""
        return self.report.verdict is Verdict.TOTAL_PASSED


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in."""

    name: str
    content: bytes


def verify_upload(office: Office, content: bytes) -> Verification:
    """Validate an uploaded file and look whether it is in this archive."""
    report = office.validator.validate(content, trust_store(office), at=office.clock())
    return _looked_up(office, content, report)


def _looked_up(office: Office, content: bytes, report: ValidationReport) -> Verification:
    with office.reading() as uow:
        document = _known(uow.archive.find_by_sha256(hashlib.sha256(content).hexdigest()))
        level = _level(office, uow, document)
        day = office_day(uow)
    return _told(report, document, content, level, day)


def verify_uploads(office: Office, uploads: Sequence[Upload]) -> list[Verification]:
    """Several files as `verify_upload`, and documents of one case by what they say of each other."""
    named = list(_named(uploads))
    trust, at, until = trust_store(office), office.clock(), time.monotonic() + TOGETHER_SECONDS
    reports: list[ValidationReport] = []
    for one in named:
        if time.monotonic() > until:
            reports.append(limit_exceeded("the files before it took too long: hand it in by itself", file=one.name))
        else:
            reports.append(office.validator.validate(one.content, trust, at=at, file=one.name))
    contents = {one.name: one.content for one in named}
    together = judged_together(reports, lambda file: BytesIO(contents[file]))
    return [_looked_up(office, one.content, report) for one, report in zip(named, together, strict=True)]


def _named(uploads: Sequence[Upload]) -> Iterator[Upload]:
    """Each with a name of its own: two folders may have a file of one name."""
    taken: set[str] = set()
    for one in uploads:
        names = (one.name, *(f"{one.name} ({number})" for number in range(2, 2 * len(uploads) + 1)))
        name = next(each for each in names if each not in taken)
        taken.add(name)
        yield Upload(name, one.content)


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


def report_as(results: Sequence[Verification], shape: str) -> bytes:
    """The whole report, as JSON (of several documents a list) or as ETSI TS 119 102-2 XML.

    :param shape: json or xml
    """
    reports = [one.report for one in results]
    if shape == "xml":
        return as_xml(reports)
    details = [as_details(one) for one in reports]
    return json.dumps(details if len(details) > 1 else details[0], ensure_ascii=False, indent=1).encode()


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
