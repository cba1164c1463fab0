"""Sign a prepared step with a key outside this server: prepare, the officer's browser or card signs, complete.

No transaction is open in between. Between the two the attempt keeps what is to be signed, so that any process
completes it; it expires with the attempt, and whatever ends the attempt ends it too.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from processes.certificates import named_certificate
from processes.errors import AttemptExpired, NoCertificate, SignatureRefused
from processes.office import Office
from processes.opened_keys import entry_of
from processes.signed_steps import SignedStep, accept, named_serial, signature_request, told_before, waiting_attempt
from processes.tables import CertificateRow, SigningAttemptRow
from signing.errors import SigningError
from signing.keys import Manner
from signing.request import PreparedSignature
from signing.service import SignedDocument

SPARE = 4096
"""bytes more for the signed attributes of an agent or a service, which may have some of their own"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareSignature:
    """The officer is about to sign the document of an attempt with a key of their own."""

    attempt_id: UUID
    by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ToBeSigned:
    """What the key signs, and what its holder needs to see that it speaks of the document shown."""

    attempt_id: UUID
    attributes: bytes = field(repr=False)
    """the signed attributes, DER SET OF"""
    appended: bytes = field(repr=False)
    """what follows the bytes of the document shown"""
    reserved: tuple[int, int]
    """the place of the signature, which the digest leaves out"""
    digest: str
    """sha256, sha384 or sha512: the hash of the signature and of the document"""
    signed: bool
    """signed before: there is nothing to do"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteSignature:
    """The signature value that the officer's key made."""

    attempt_id: UUID
    by: UUID
    value: bytes = field(repr=False)
    """PKCS#1 v1.5, or ECDSA as r‖s or DER"""


def prepare_signature(office: Office, request: PrepareSignature) -> ToBeSigned:
    """What is to be signed. Asked again it is the same, so that two tabs or a reload do not spoil each other.

    :raises AttemptExpired: it waited too long
    :raises StepOvertaken: the step was done or interrupted meanwhile
    :raises NoCertificate: the certificate the document names is not in force, or its key is kept here
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    if attempt.state == "signed":
        return _nothing_left(attempt)
    _, prepared = prepared_once(office, attempt, Manner.PAGE)
    return ToBeSigned(
        attempt_id=attempt.id,
        attributes=prepared.to_be_signed,
        appended=prepared.pdf[len(attempt.pdf or b"") :],
        reserved=prepared.reserved,
        digest=f"sha{8 * len(prepared.digest)}",
        signed=False,
    )


def complete_signature(office: Office, request: CompleteSignature) -> SignedStep:
    """Check the value, embed it, complete the step. A second call for a signed attempt tells the first one's result.

    :raises SignatureRefused: the value is not this certificate's over this document, or the certificate cannot sign now
    :raises AttemptExpired: it waited too long, or was never prepared
    :raises StepOvertaken: the step was done or interrupted meanwhile; the signed document is kept without effect
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    return completed(office, attempt, lambda prepared: office.signing.complete(prepared, request.value))


def prepared_once(
    office: Office, attempt: SigningAttemptRow, manner: Manner
) -> tuple[CertificateRow, PreparedSignature]:
    """The certificate an attempt's document names and what its key, which is somewhere else, has to sign.

    :raises NoCertificate: it is not in force, or its key signs in another manner
    """
    with office.reading() as uow:
        certificate = named_certificate(uow, attempt.person_id, named_serial(attempt))
    if office.key_stores.kind_of(certificate.key_store).manner is not manner:
        raise NoCertificate("the key of this certificate signs in another way")
    if attempt.prepared:
        return certificate, _restored(attempt)
    return certificate, _kept(office, attempt, _prepare(office, attempt, certificate, manner))


def completed(
    office: Office, attempt: SigningAttemptRow, embed: Callable[[PreparedSignature], SignedDocument]
) -> SignedStep:
    """Embed what came back and complete the step; a signed attempt tells its result again.

    :raises SignatureRefused: and AttemptExpired, StepOvertaken, as `complete_signature`
    """
    if attempt.state == "signed":
        return told_before(office, attempt)
    if not attempt.prepared:
        raise AttemptExpired
    with office.reading() as uow:
        certificate = named_certificate(uow, attempt.person_id, named_serial(attempt))
    try:
        signed = embed(_restored(attempt))
    except SigningError as error:
        raise SignatureRefused(getattr(error, "rule", error.code), str(error)) from error
    return accept(office, attempt, certificate, signed)


def _nothing_left(attempt: SigningAttemptRow) -> ToBeSigned:
    return ToBeSigned(attempt_id=attempt.id, attributes=b"", appended=b"", reserved=(0, 0), digest="", signed=True)


def _prepare(
    office: Office, attempt: SigningAttemptRow, certificate: CertificateRow, manner: Manner
) -> PreparedSignature:
    entry = entry_of(office, certificate)
    request = signature_request(office, attempt, entry.certificate, entry.chain)
    if manner in {Manner.AGENT, Manner.LATER}:
        request = replace(request, spare=SPARE)
    try:
        return office.signing.prepare(request)
    except SigningError as error:
        raise SignatureRefused(error.code, str(error)) from error


def _kept(office: Office, attempt: SigningAttemptRow, prepared: PreparedSignature) -> PreparedSignature:
    """Write it beside the attempt, unless another tab was faster: then that one's counts."""
    shown = len(attempt.pdf or b"")
    appended = json.dumps(replace(prepared, pdf=prepared.pdf[shown:]).to_json()).encode()
    unprepared = {"id": attempt.id, "state": "prepared", "prepared": None}
    with office.unit_of_work() as uow:
        first = uow.update(SigningAttemptRow, unprepared, prepared=appended)
        uow.commit()
    return prepared if first else _restored(waiting_attempt(office, attempt.id, attempt.person_id))


def _restored(attempt: SigningAttemptRow) -> PreparedSignature:
    appended = PreparedSignature.from_json(json.loads(attempt.prepared or b"{}"))
    return replace(appended, pdf=(attempt.pdf or b"") + appended.pdf)
