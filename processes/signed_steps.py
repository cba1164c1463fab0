"""A signed document takes effect: archive, step record, and the case moves on (DESIGN 3, hops 7 to 9)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from archive.blobs import BlobRef
from engine.prepared import Prepared
from processes.cases import NewDocument, file_document
from processes.cosignatures import keep_cosignature, note_cosignature, take_turn
from processes.cosigning import note_refusal_to_sign, share
from processes.detached import Detached
from processes.documents.canonical import canonical_json
from processes.errors import AttemptExpired, CaseStuck, DocumentMoved, NotFound, NotPermitted, StepOvertaken
from processes.filed_papers import Papers, file_papers
from processes.incidents import Failure, note_incident
from processes.office import Office
from processes.recorded_steps import DoneStep, advance, keep_step, overtaken_told
from processes.refusals import tell_refusal
from processes.signature_policy import require_may_sign, task_policy
from processes.signing_room import level_at_once
from processes.step_papers import FIELD
from processes.steps import OpenStep, item_of, open_item, require_actable
from processes.tables import CertificateRow, RegisterEntryRow, SigningAttemptRow, StepRecordRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.submit_step import SubmitStep, guard_step, submit_step
from processes.without_effect import keep_without_effect
from signing.request import SignatureRequest
from signing.service import SignedDocument
from signing.validation import SEAL

log = structlog.get_logger(__name__)


_NOW = sa.bindparam("now", type_=SigningAttemptRow.expires_at.type)
_THIS = SigningAttemptRow.id == sa.bindparam("attempt", type_=sa.Uuid())
_ATTEMPT = Detached(SigningAttemptRow, _THIS)
_TAKE = Prepared(
    sa.update(SigningAttemptRow)
    .where(
        _THIS,
        SigningAttemptRow.state == "prepared",
        SigningAttemptRow.expires_at > _NOW,
    )
    .values(state="signed", pdf=None, prepared=sa.null(), ended_at=_NOW)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedStep:
    """What an officer is told once everything is safe."""

    document_id: UUID
    case_id: UUID
    number: str
    sha256: str
    bytes: int
    level: str
    accepted_at: datetime
    claimed_at: datetime | None
    proven_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    """A signed document on its way into the archive."""

    attempt: SigningAttemptRow
    certificate: CertificateRow
    document: SignedDocument
    blob: BlobRef


def waiting_attempt(office: Office, attempt_id: UUID, by: UUID) -> SigningAttemptRow:
    """The attempt of this person, waiting for the signature or signed already.

    :raises NotFound: no such attempt of this person
    :raises AttemptExpired: it waited too long, or was withdrawn
    :raises StepOvertaken: the step was done or interrupted meanwhile
    :raises DocumentBusy: a document that several sign is being signed by somebody else just now
    :raises DocumentMoved: somebody else has signed it since it was shown; it is prepared anew
    """
    with office.reading() as uow:
        attempt = _ATTEMPT.one(uow.session, attempt=attempt_id)
        if attempt is None or attempt.person_id != by:
            raise NotFound("no document waits for your signature here")
        if attempt.state == "signed":
            return attempt
        try:
            require_actable(uow, item_of(uow, attempt.work_item_id), None)
        except StepOvertaken:
            # a double click: the other one of the two was first, between our looking at the attempt and at the item
            attempt = _ATTEMPT.one(uow.session, attempt=attempt_id)
            if attempt is not None and attempt.state == "signed":
                return attempt
            raise
        if attempt.state != "prepared" or attempt.expires_at <= uow.now or attempt.pdf is None:
            raise AttemptExpired
    with _prepared_anew(office, attempt):
        take_turn(office, attempt)
    return attempt


@contextmanager
def _prepared_anew(office: Office, attempt: SigningAttemptRow) -> Iterator[None]:
    """Who comes second on a shared document finds it prepared on the bytes it has now."""
    try:
        yield
    except DocumentMoved as moved:
        fields = (attempt.step or {})["fields"]
        request = SubmitStep(
            item_id=attempt.work_item_id,
            version=attempt.item_version,
            by=attempt.person_id,
            fields=fields,
            keys_here=_key_of(office, attempt),
        )
        raise DocumentMoved(by=moved.by, attempt_id=submit_step(office, request).attempt_id) from moved


def _key_of(office: Office, attempt: SigningAttemptRow) -> list[str]:
    """The key its signer was about to use, so that the document prepared anew names the same."""
    with office.reading() as uow:
        named = sa.select(CertificateRow.key_reference).where(CertificateRow.serial == named_serial(attempt))
        return list(uow.session.execute(named).scalars())


def named_serial(attempt: SigningAttemptRow) -> str:
    """The serial number of the certificate that the document names."""
    return str((attempt.step or {})["certificate"])


def accept(
    office: Office, attempt: SigningAttemptRow, certificate: CertificateRow, signed: SignedDocument
) -> SignedStep:
    """Keep the signed document and complete the step; whoever comes second with the same attempt is told the same.

    :raises AttemptExpired: it waited too long
    :raises SignatureRefused: the policy of task or office does not take this certificate
    :raises StepOvertaken: the step was done or interrupted meanwhile; the signed document is kept without effect
    :raises DocumentMoved: somebody else has signed the shared document meanwhile; it is prepared anew
    """
    # the blob comes first: an orphan is harmless and swept, a row without its bytes would not be
    signature = _Signature(attempt=attempt, certificate=certificate, document=signed, blob=office.blobs.put(signed.pdf))
    try:
        with _prepared_anew(office, attempt), office.unit_of_work() as uow, overtaken_told(uow):
            accepted_at = _complete(office, uow, signature, attempt.person_id)
            uow.commit()
    except StepOvertaken:
        if _attempt_state(office, attempt) == "signed":
            return told_before(office, attempt)  # a double click: the other one of the two was first
        keep_without_effect(office, attempt, signer=_signer(signature), level=str(signed.level), blob=signature.blob)
        raise
    except CaseStuck as error:
        note_incident(office, _stuck(attempt, error))
        raise
    return _told(signature, accepted_at)


def _stuck(attempt: SigningAttemptRow, error: CaseStuck) -> Failure:
    step: Mapping[str, Any] = (attempt.step or {}).get("step", {})
    return Failure(
        kind="step",
        subject=str(attempt.work_item_id),
        cause=str(error),
        case_id=attempt.case_id,
        definition_key=step.get("process"),
        element_id=step.get("element"),
    )


def _attempt_state(office: Office, attempt: SigningAttemptRow) -> str | None:
    with office.reading() as uow:
        return uow.session.scalar(sa.select(SigningAttemptRow.state).where(SigningAttemptRow.id == attempt.id))


def signature_request(
    office: Office, attempt: SigningAttemptRow, certificate: bytes, chain: tuple[bytes, ...]
) -> SignatureRequest:
    """The one signature that an attempt's document waits for: who, in which capacity, on what ground."""
    step: Mapping[str, Any] = attempt.step or {}
    mandate = step["mandate"]
    acts_for = f", {mandate['acts_for']}" if mandate["acts_for"] else ""
    return SignatureRequest(
        pdf=attempt.pdf or b"",
        field=step.get("field", FIELD),
        certificate=certificate,
        chain=chain,
        level=level_at_once(office.settings),
        claimed_at=office.clock(),
        name=step["body"]["title"] if is_sealed(step) else mandate["holder"],
        reason=" · ".join((step["title"], mandate["capacity"] + acts_for, _act(mandate["ground"]))),
        location=step["body"]["title"],
        certify=attempt.cosigns is None,
        others_follow=len(step.get("expected_signatures", ())) > 1,
        statement=_statement(step),
    )


def _statement(step: Mapping[str, Any]) -> str:
    """The signer's decision, capacity and ground, as they stand in the signature itself."""
    mandate = step["mandate"]
    said = {
        "work_item": step["step"]["work_item"],
        "person": mandate["holder"],
        "decision": step["decision"],
        "capacity": mandate["capacity"],
        "acts_for": mandate["acts_for"],
        "ground": _act(mandate["ground"]),
        "key": step.get("key"),
    }
    return canonical_json(said).decode()


def _act(ground: Mapping[str, str]) -> str:
    return f"{ground['act']} {ground['number']}, {ground['date']}"


def _complete(office: Office, uow: UnitOfWork, signature: _Signature, by: UUID) -> datetime:
    attempt = signature.attempt
    uow.engine.lock(attempt.case_id)
    step = open_step_again(office, uow, attempt, by)
    _take_attempt(uow, attempt)
    if step.mandate.id != attempt.mandate_id:
        raise NotPermitted
    require_may_sign(office, signature.certificate, task_policy(step.definition, step.element), at=uow.now)
    record: Mapping[str, Any] = attempt.step or {}
    fields = record["fields"]
    guard_step(uow, step, by, fields)
    if attempt.cosigns is None:
        _file(uow, step, signature, record)
    else:
        keep_cosignature(uow, step, attempt, signature.blob, _signer(signature), str(signature.document.level))
    papers = Papers(number=record["number"], files=step.attachments, document_id=attempt.cosigns or attempt.id)
    file_papers(office, uow, step.case, papers, actor=str(by))
    step_id = _record(uow, step, signature, record)
    _note_shared(office, uow, step, attempt, step_id)
    advance(office, uow, step, (step_id, by, attempt.item_version), fields)
    job = f"validate:{attempt.id}"  # of a co-signature: one for each
    office.enqueue(uow.session, "validate_document", (str(attempt.cosigns or attempt.id),), job)
    return uow.now


def open_step_again(office: Office, uow: UnitOfWork, attempt: SigningAttemptRow, by: UUID) -> OpenStep:
    """The step as it stands now, under the lock.

    :raises StepOvertaken: it has ended meanwhile, or passed into other hands
    """
    item = item_of(uow, attempt.work_item_id)
    require_actable(uow, item, None)
    return open_item(office, uow, item, by, version=attempt.item_version)


def _take_attempt(uow: UnitOfWork, attempt: SigningAttemptRow) -> None:
    if uow.run(_TAKE, attempt=attempt.id, now=uow.now) != 1:
        raise AttemptExpired


def _file(uow: UnitOfWork, step: OpenStep, signature: _Signature, record: Mapping[str, Any]) -> None:
    document = NewDocument(
        id=signature.attempt.id,
        step_id=step.item.id,
        number=record["number"],
        element_id=step.item.element_id,
        kind="step",
        type=step.item.document or step.item.form or "step",
        title=record["title"],
        language=record["body"]["language"],
        level=str(signature.document.level),
        signers=(_signer(signature),),
        blob=signature.blob,
        text=_searchable(step, record),
        previous=tuple(UUID(each["document"]) for each in record["previous"]),
    )
    file_document(uow, step.case, document, actor=str(signature.attempt.person_id))


def is_sealed(record: Mapping[str, Any]) -> bool:
    """A step's document waits for the body's seal, not for a person's signature."""
    return any(one["field"] == FIELD and one["role"] == SEAL for one in record.get("expected_signatures", ()))


def _signer(signature: _Signature) -> dict[str, Any]:
    record: Mapping[str, Any] = signature.attempt.step or {}
    mandate = record["mandate"]
    if is_sealed(record):
        return {"name": record["body"]["title"], "capacity": SEAL, "serial": signature.certificate.serial}
    named = {"name": mandate["holder"], "capacity": mandate["capacity"], "acts_for": mandate["acts_for"]}
    return {**named, "serial": signature.certificate.serial, "key": record.get("key")}


def _note_shared(office: Office, uow: UnitOfWork, step: OpenStep, attempt: SigningAttemptRow, step_id: UUID) -> None:
    """What the signature means for a document that several sign."""
    record: Mapping[str, Any] = attempt.step or {}
    if attempt.cosigns is not None:
        note_cosignature(uow, attempt, step_id)
    elif step.element.cosigns is not None:
        note_refusal_to_sign(uow, step, step_id)
        tell_refusal(office, uow, step, record)
    else:
        share(uow, step, attempt.id, record)


def _searchable(step: OpenStep, record: Mapping[str, Any]) -> str:
    shown = step.form.display(record["fields"], record["body"]["language"], step.options)
    rows = [f"{label} {value}" for _, rows in shown for label, value in rows]
    remarks = [remark["text"] for remark in record["remarks"]]
    return "\n".join([record["title"], step.case.subject, step.case.number, *rows, *remarks])


def _record(uow: UnitOfWork, step: OpenStep, signature: _Signature, record: Mapping[str, Any]) -> UUID:
    attempt, signed = signature.attempt, signature.document
    done = DoneStep(
        by=attempt.person_id,
        record=record,
        document_id=attempt.cosigns or attempt.id,
        certificate_serial=signature.certificate.serial,
        claimed_at=signed.claimed_at,
        proven_at=signed.proven_at,
    )
    step_id, digest = keep_step(uow, step, done, {"fields": record["fields"], "remarks": record["remarks"]})
    uow.update(RegisterEntryRow, {"case_id": step.case.id}, approved_electronically=True)
    uow.audit.record(
        "case:step:cosign" if attempt.cosigns else "case:step:sign",
        actor=str(attempt.person_id),
        subject=str(attempt.cosigns or attempt.id),
        stream=str(step.case.id),
        details={"number": record["number"], "sha256": signature.blob.sha256, "content": digest},
    )
    return step_id


def _told(signature: _Signature, accepted_at: datetime) -> SignedStep:
    attempt, document = signature.attempt, signature.document
    return SignedStep(
        document_id=attempt.cosigns or attempt.id,
        case_id=attempt.case_id,
        number=attempt.number,
        sha256=signature.blob.sha256,
        bytes=signature.blob.bytes,
        level=str(document.level),
        accepted_at=accepted_at,
        claimed_at=document.claimed_at,
        proven_at=document.proven_at,
    )


def told_before(office: Office, attempt: SigningAttemptRow) -> SignedStep:
    """The result of an attempt that is signed already."""
    with office.reading() as uow:
        done = StepRecordRow.work_item_id == attempt.work_item_id
        step = uow.session.execute(sa.select(StepRecordRow).where(done)).scalar_one()
        document = uow.archive.document(step.document_id or attempt.id)
    return SignedStep(
        document_id=document.id,
        case_id=attempt.case_id,
        number=attempt.number,
        sha256=document.sha256,
        bytes=document.bytes,
        level=str(document.level),
        accepted_at=step.accepted_at,
        claimed_at=step.claimed_at,
        proven_at=step.proven_at,
    )
