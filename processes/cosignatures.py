"""One signature on a shared document: prepared on its newest bytes, taken in turn, kept as a new revision."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from archive.blobs import BlobRef
from archive.retention import LAST_SIGNED_ON
from archive.service import ArchivedDocument
from processes.attempts import NewAttempt, open_attempt
from processes.certificates import certificate_of
from processes.cosigning import cosignatures, new_head, place_of, require_open, shared_document
from processes.errors import DocumentBusy, DocumentMoved, NoPlaceToSign
from processes.office import Office
from processes.organisation import body, people_named
from processes.step_papers import mandate_facts
from processes.steps import OpenStep, round_of
from processes.tables import SharedDocumentRow, SigningAttemptRow, StepRecordRow
from processes.unit_of_work import UnitOfWork
from signing.request import SignatureLevel

LEASE = timedelta(minutes=1)
"""how long others wait for somebody who has begun to sign"""


def prepare_cosignature(
    office: Office, uow: UnitOfWork, step: OpenStep, by: UUID, fields: Mapping[str, Any], keys_here: Sequence[str]
) -> SigningAttemptRow:
    """An attempt on the newest bytes of the document that the step co-signs.

    :param keys_here: as in SubmitStep
    :raises NoPlaceToSign: no document expects this person's signature here
    """
    document = shared_document(uow, step)
    place = place_of(uow, document, step)
    archived = uow.archive.document(document.document_id)
    record = _record(uow, step, archived, fields)
    certificate = certificate_of(uow, by, keys_here)
    record |= {
        "field": place.field,
        "certificate": certificate.serial,
        "key": office.key_stores.facts(certificate.key_store),
    }
    return open_attempt(
        office,
        uow,
        NewAttempt(
            id=uuid4(),
            case_id=step.case.id,
            item_id=step.item.id,
            version=step.item.version,
            by=by,
            mandate_id=step.mandate.id,
            number=archived.number,
            step=record,
            pdf=uow.archive.fetch(document.document_id),
            cosigns=document.document_id,
        ),
    )


def _record(uow: UnitOfWork, step: OpenStep, document: ArchivedDocument, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is signed, by whom, as what: kept with the attempt as a step's own document has it in step.json."""
    owner = body(uow.session, step.mandate.body_id)
    return {
        "karguzar": "cosignature/1",
        "document": str(document.id),
        "number": document.number,
        "title": step.element.titles[owner.language],
        "step": {
            "work_item": str(step.item.id),
            "element": step.item.element_id,
            "process": step.definition.key,
            "round": round_of(uow.session, step.case.id, step.item.element_id),
        },
        "body": {"id": str(owner.id), "code": owner.code, "title": owner.named(), "language": owner.language},
        "decision": fields.get("decision"),
        "fields": dict(fields),
        "remarks": [],
        "mandate": mandate_facts(step.mandate),
    }


def take_turn(office: Office, attempt: SigningAttemptRow) -> None:
    """Let others wait a little while this person signs; nothing to do for a document of one's own.

    :raises DocumentBusy: somebody else is signing it just now
    :raises DocumentMoved: somebody else has signed it since it was shown
    :raises StepOvertaken: enough have signed
    """
    if attempt.cosigns is None:
        return
    with office.unit_of_work() as uow:
        uow.engine.lock(attempt.case_id)
        document = require_open(uow.session.get(SharedDocumentRow, attempt.cosigns))
        require_head(uow, attempt)
        if document.leased_to not in {None, attempt.id} and _after(document, uow):
            names = people_named(uow.session, {document.leased_by} if document.leased_by else set())
            raise DocumentBusy(by=next(iter(names.values()), ""))
        document.leased_to, document.leased_by = attempt.id, attempt.person_id
        document.leased_until = uow.now + LEASE
        uow.commit()


def _after(document: SharedDocumentRow, uow: UnitOfWork) -> bool:
    return document.leased_until is not None and document.leased_until > uow.now


def leave_turn(office: Office, attempt: SigningAttemptRow) -> None:
    """Nobody has to wait any more: this person did not sign after all."""
    if attempt.cosigns is None:
        return
    with office.unit_of_work() as uow:
        uow.update(
            SharedDocumentRow,
            {"document_id": attempt.cosigns, "leased_to": attempt.id},
            leased_to=None,
            leased_by=None,
            leased_until=None,
        )
        uow.commit()


def require_head(uow: UnitOfWork, attempt: SigningAttemptRow) -> None:
    """The document is the one that was shown.

    :raises DocumentMoved: with who has signed it since
    """
    if attempt.cosigns is None or uow.archive.document(attempt.cosigns).sha256 == attempt.pdf_sha256:
        return
    last = uow.session.execute(
        sa.select(StepRecordRow.person_id)
        .where(StepRecordRow.document_id == attempt.cosigns)
        .order_by(StepRecordRow.accepted_at.desc())
        .limit(1)
    ).scalar()
    names = people_named(uow.session, {last} if last else set())
    raise DocumentMoved(by=next(iter(names.values()), ""))


def keep_cosignature(
    uow: UnitOfWork, step: OpenStep, attempt: SigningAttemptRow, blob: BlobRef, signer: Mapping[str, Any], level: str
) -> None:
    """The signed bytes are the document's newest revision; under the case's lock.

    :raises StepOvertaken: :raises DocumentMoved: :raises NoPlaceToSign: it is not this person's turn any more
    """
    document = require_open(uow.session.get(SharedDocumentRow, attempt.cosigns))
    require_head(uow, attempt)
    if place_of(uow, document, step).field != (attempt.step or {})["field"]:
        raise NoPlaceToSign
    archived = uow.archive.document(document.document_id)
    uow.archive.add_revision(
        document.document_id,
        blob,
        level=_lower(archived.level, level),
        reason="co-signature",
        actor=str(attempt.person_id),
        signers=(*archived.signers, signer),
    )
    signed_on = body(uow.session, document.body_id).local(uow.now).date()
    uow.archive.record_retention_facts([document.document_id], {LAST_SIGNED_ON: signed_on}, actor="system")
    new_head(uow, document.document_id, blob.sha256, blob.bytes)
    document.leased_to = document.leased_by = document.leased_until = None


def _lower(first: str | None, second: str) -> str | None:
    return None if first is None else min(first, second, key=lambda one: SignatureLevel(one).rank)


def note_cosignature(uow: UnitOfWork, attempt: SigningAttemptRow, step_id: UUID) -> None:
    """The field is signed by this step."""
    field = (attempt.step or {})["field"]
    for row in cosignatures(uow, attempt.cosigns) if attempt.cosigns else ():
        if row.field == field:
            row.step_id = step_id
    uow.session.flush()
