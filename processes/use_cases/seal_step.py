"""Sign a prepared step with the body's seal, where its task asks for that: the officer has seen it and says yes."""

from dataclasses import dataclass
from uuid import UUID

from processes.errors import NoCertificate
from processes.office import Office
from processes.organisation import body
from processes.sealing import seal_certificate, seal_key
from processes.signed_steps import SignedStep, accept, is_sealed, named_serial, told_before, waiting_attempt
from processes.use_cases.sign_step import signed_document


@dataclass(frozen=True, slots=True, kw_only=True)
class SealStep:
    """The officer's will to have the document of an attempt sealed, as shown."""

    attempt_id: UUID
    by: UUID


def seal_step(office: Office, request: SealStep) -> SignedStep:
    """Seal and complete a step. A second call for a signed attempt tells the first one's result again.

    :raises NoCertificate: the document names a person's certificate, or a seal that is no longer in force
    :raises AttemptExpired: it waited too long
    :raises StepOvertaken: the step was done or interrupted meanwhile; the sealed document is kept without effect
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    if attempt.state == "signed":
        return told_before(office, attempt)
    record = attempt.step or {}
    if not is_sealed(record):
        raise NoCertificate("this document waits for a person's signature")
    with office.reading() as uow:
        certificate = seal_certificate(uow, body(uow.session, UUID(record["body"]["id"])))
    if certificate.serial != named_serial(attempt):
        raise NoCertificate("the seal that the document names is no longer in force")
    signed = signed_document(office, attempt, seal_key(office, certificate))
    return accept(office, attempt, certificate, signed)
