"""A document that several sign, as pages show it: who has signed, who has refused and why, who is still awaited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from archive.service import ArchivedDocument
from engine.cosigning import REASON
from engine.definition import ElementDefinition
from processes.cosigning import cosignatures, place_of, shared_document
from processes.errors import NoPlaceToSign, NotFound
from processes.mandates import mandate
from processes.office import Office
from processes.organisation import people_named
from processes.payloads import read_payload
from processes.queries.definitions import Definitions
from processes.steps import OpenStep, open_step
from processes.tables import CaseRow, CosignatureRow, SharedDocumentRow, StepRecordRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerView:
    """One of those who sign, or are asked to."""

    state: str
    """signed, refused, awaited, or spared: enough others have signed"""
    name: str | None
    """None: whoever of the role takes the step"""
    role: Titles
    at: datetime | None = None
    capacity: str | None = None
    acts_for: str | None = None
    ground: str | None = None
    reason: str = ""
    """of a refusal"""
    refusal_id: UUID | None = None
    """its document"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedView:
    """The document and its signatures."""

    document_id: UUID
    number: str
    titles: Titles
    """the step's, for whoever reads the page; in the document's own language, the one that stands on it"""
    sha256: str
    bytes: int
    state: str
    """open, complete, closed or lapsed"""
    ended_reason: str | None
    first: SignerView
    groups: Sequence[tuple[int, Sequence[SignerView]]]
    """how many of these have to sign, and all of them; in the order of the model"""


def shared_view(uow: UnitOfWork, document_id: UUID) -> SharedView | None:
    """The signatures of a document; None when only its maker signs it."""
    row = uow.session.get(SharedDocumentRow, document_id)
    if row is None:
        return None
    archived = uow.archive.document(document_id)
    definition = Definitions(uow).get(row.definition_key)
    steps = _steps(uow, document_id)
    groups: dict[str, list[CosignatureRow]] = {}
    for place in cosignatures(uow, document_id):
        groups.setdefault(place.element_id, []).append(place)
    roles = {name: role.titles for name, role in definition.package.roles.items()}
    element = definition.package.elements.get(row.element_id)
    return SharedView(
        document_id=document_id,
        number=archived.number,
        titles={**(element.titles if element else {}), archived.language: archived.title},
        sha256=archived.sha256,
        bytes=archived.bytes,
        state=row.state,
        ended_reason=row.ended_reason,
        first=_done(uow, steps[0], roles.get(_role(element), {})),
        groups=[(places[0].needed, _signers(uow, places, roles)) for places in groups.values()],
    )


def shared_of_case(uow: UnitOfWork, case: CaseRow, withheld: frozenset[UUID]) -> list[SharedView]:
    """The documents of a case that several sign, the newest first."""
    query = sa.select(SharedDocumentRow.document_id).where(SharedDocumentRow.case_id == case.id)
    ids = uow.session.execute(query.order_by(SharedDocumentRow.made_at.desc())).scalars().all()
    found = [shared_view(uow, document_id) for document_id in ids if document_id not in withheld]
    return [one for one in found if one is not None]


def shared_of_step(uow: UnitOfWork, step: OpenStep) -> SharedView | None:
    """The document that a step co-signs; None for other steps, and when it waits for nobody any more."""
    if step.element.cosigns is None:
        return None
    try:
        document = shared_document(uow, step)
        place_of(uow, document, step)
    except NoPlaceToSign:
        return None
    return shared_view(uow, document.document_id)


def document_to_cosign(office: Office, item_id: UUID, by: UUID) -> tuple[ArchivedDocument, bytes]:
    """The document with its newest bytes, for whoever's turn it is; `view_to_cosign` notes that they were seen.

    :raises NotFound: the step co-signs nothing
    :raises NotPermitted: it is not this person's step
    """
    with office.reading() as uow:
        view = shared_of_step(uow, open_step(office, uow, item_id, by))
        if view is None:
            raise NotFound("this step co-signs no document")
        document = uow.archive.document(view.document_id)
        if document.quarantined:
            raise NotFound("this step co-signs no document")
        return document, uow.archive.fetch(document.id)


def _role(element: ElementDefinition | None) -> str:
    return (element.role or "") if element else ""


def _steps(uow: UnitOfWork, document_id: UUID) -> Sequence[StepRecordRow]:
    query = sa.select(StepRecordRow).where(StepRecordRow.document_id == document_id)
    return uow.session.execute(query.order_by(StepRecordRow.accepted_at)).scalars().all()


def _signers(uow: UnitOfWork, places: Sequence[CosignatureRow], roles: Mapping[str, Titles]) -> Sequence[SignerView]:
    signed = sum(place.step_id is not None and not place.refused for place in places)
    names = people_named(uow.session, {place.person_id for place in places if place.person_id})
    found = []
    for place in places:
        role = roles.get(place.role, {})
        if place.step_id is not None:
            found.append(_done(uow, uow.session.get_one(StepRecordRow, place.step_id), role, refused=place.refused))
        else:
            state = "spared" if signed >= places[0].needed else "awaited"
            found.append(
                SignerView(state=state, name=names.get(place.person_id) if place.person_id else None, role=role)
            )
    return found


def _done(uow: UnitOfWork, step: StepRecordRow, role: Titles, *, refused: bool = False) -> SignerView:
    held = mandate(uow.session, step.mandate_id)
    fields = (read_payload(uow, step.payload_id) or {}).get("fields", {}) if refused else {}
    return SignerView(
        state="refused" if refused else "signed",
        name=held.holder if held else None,
        role=role,
        at=step.accepted_at,
        capacity=step.capacity,
        acts_for=held.acts_for if held else None,
        ground=held.ground if held and held.acts_for else None,
        reason=str(fields.get(REASON) or ""),
        refusal_id=step.document_id if refused else None,
    )
