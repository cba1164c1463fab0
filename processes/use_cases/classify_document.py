"""An archivist classifies a document, or classifies it anew: where it stands, how long it is kept, who may see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from archive.documents import STATE_SECRET, AccessLevel
from archive.errors import AccessGroundMissing, ArchiveError
from archive.service import ArchivedDocument, Classification, Restriction
from processes.access import may_read
from processes.errors import EntryRefused, NotFound, NotPermitted, StateSecretDeclared
from processes.forms import clean_text
from processes.office import Office
from processes.unit_of_work import UnitOfWork
from processes.use_cases.arrange import refused_entries, require_archivist


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyDocument:
    """The whole decision; None leaves the place or the retention class as it is."""

    by: UUID
    document_id: UUID
    ground: str
    """why it is decided so now: kept in the chain of custody"""
    file_id: UUID | None = None
    retention_class: str | None = None
    access_level: str
    access_ground: str = ""
    access_until: date | None = None
    flags: Mapping[str, Restriction] = field(default_factory=dict)
    """each with its own ground and last day; those not named are taken away"""
    unit_id: UUID | None = None
    """the unit whose document it is; None: the body's as a whole"""


def classify_document(office: Office, request: ClassifyDocument) -> None:
    """Decide; what was decided, by whom and why stands in the chain of custody and on the audit trail.

    :raises NotPermitted: no archivist of its body
    :raises NotFound: there is none that they may see
    :raises StateSecretDeclared: B16: what holds one is locked away, not classified
    :raises EntryRefused: no ground, no ground of a restriction, a closed file, an unknown level or class
    """
    if STATE_SECRET in {request.access_level, *request.flags}:
        raise StateSecretDeclared
    if request.access_level not in {*AccessLevel}:
        raise EntryRefused("access_level", "unknown")
    ground = clean_text(request.ground, one_line=True)
    if not ground:
        raise EntryRefused("ground", "missing")
    decision = Classification(
        file_id=request.file_id,
        retention_class=request.retention_class,
        access_level=request.access_level,
        access_ground=clean_text(request.access_ground, one_line=True) or None,
        access_until=request.access_until,
        access_flags=tuple(sorted(request.flags)),
        access_terms=request.flags,
        unit=str(request.unit_id) if request.unit_id else "",
        note=ground,
    )
    with office.unit_of_work() as uow, refused_entries():
        kept_document(uow, request.by, request.document_id)
        try:
            uow.archive.classify([request.document_id], decision, actor=str(request.by))
        except AccessGroundMissing as error:
            level = str(error.facts["access_level"])
            place = "access_ground" if level == request.access_level else f"ground_{level}"
            raise EntryRefused(place, "missing") from error
        details = {"level": request.access_level, "flags": sorted(request.flags), "ground": ground}
        uow.audit.record(
            "archive:document:classify", actor=str(request.by), subject=str(request.document_id), details=details
        )
        uow.commit()


def kept_document(uow: UnitOfWork, by: UUID, document_id: UUID) -> ArchivedDocument:
    """A document in the archive that this person keeps, and that they may see.

    :raises NotFound: there is none, or nobody but two may know of it
    :raises NotPermitted: no archivist of its body, or they may not see it
    """
    try:
        document = uow.archive.document(document_id)
    except ArchiveError as error:
        raise NotFound("no such document") from error
    if document.quarantined:
        raise NotFound("no such document")
    require_archivist(uow, by, document.owner)
    if not may_read(uow, by, document):
        raise NotPermitted(rule="access")
    return document


def restriction(ground: str, until: date | None) -> Restriction:
    """Why a flag restricts a document, and its last day; None: no end."""
    return Restriction(ground=clean_text(ground, one_line=True), until=until)
