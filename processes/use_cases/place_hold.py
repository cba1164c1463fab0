"""Forbid the disposal of documents, with a ground."""

from dataclasses import dataclass
from uuid import UUID

from archive.documents import GONE
from archive.holds import HoldTarget
from archive.service import ArchivedDocument
from processes.archivists import kept_bodies, require_archivist
from processes.errors import BadInput, NotFound
from processes.office import Office
from processes.operating import require_ground
from processes.queries.archive_list import MOST_AT_ONCE, ArchiveFilter, found_documents
from processes.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold:
    """A hold on one document, or on the whole file it stands in."""

    document_id: UUID
    whole_file: bool
    by: UUID
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFound:
    """Holds on everything a search finds, in one go."""

    wanted: ArchiveFilter
    by: UUID
    ground: str


def place_hold(office: Office, request: PlaceHold) -> None:
    """Place a hold; any number may lie on a document.

    :raises NotPermitted: no archivist of its body; :raises GroundTooShort: :raises NotFound: no such document, or gone
    """
    ground = require_ground(request.ground)
    with office.unit_of_work() as uow:
        document = _document(uow, request.document_id)
        actor = require_archivist(uow, request.by, UUID(document.owner))
        whole = request.whole_file and document.file_id is not None
        target = HoldTarget(file_id=document.file_id) if whole else HoldTarget(document_id=document.id)
        hold = uow.archive.place_hold(target, ground=ground, actor=actor)
        uow.audit.record("archive:hold:place", actor=actor, subject=str(hold.order_id), details={"ground": ground})
        uow.commit()


def hold_found(office: Office, request: HoldFound) -> int:
    """Place a hold on each document found in the bodies whose archivist this is; how many.

    :raises NotPermitted: nobody's archivist; :raises GroundTooShort: :raises NotFound: nothing is found
    :raises BadInput: more is found than one decision may concern
    """
    ground = require_ground(request.ground)
    with office.unit_of_work() as uow:
        mine = kept_bodies(uow, request.by)
        found = found_documents(uow, request.wanted, request.by)
        if len(found) > MOST_AT_ONCE:
            raise BadInput(f"more than {MOST_AT_ONCE} documents are found: narrow the search")
        ids = [each.id for each in found if each.owner in mine and each.status not in GONE]
        if not ids:
            raise NotFound("no document is found that this archivist keeps")
        (first, *_) = holds = uow.archive.hold_all(ids, ground=ground, actor=str(request.by))
        details = {"ground": ground, "documents": len(holds)}
        uow.audit.record("archive:hold:place", actor=str(request.by), subject=str(first.order_id), details=details)
        uow.commit()
    return len(holds)


def _document(uow: UnitOfWork, document_id: UUID) -> ArchivedDocument:
    found = uow.archive.documents([document_id])
    if not found or found[0].status in GONE:
        raise NotFound("no such document, or it is gone")
    return found[0]
