"""Sign a prepared step with a key that the server keeps and the officer's PIN opens (DESIGN 3, hops 6 to 9)."""

from dataclasses import dataclass, field
from uuid import UUID

from processes.certificates import OpenedKey, open_key
from processes.errors import SignatureRefused
from processes.office import Office
from processes.signed_steps import SignedStep, accept, named_serial, signature_request, told_before, waiting_attempt
from processes.tables import SigningAttemptRow
from signing.errors import SigningError


@dataclass(frozen=True, slots=True, kw_only=True)
class SignStep:
    """The officer's will to sign the document of an attempt, as shown."""

    attempt_id: UUID
    by: UUID
    pin: str = field(repr=False)


def sign_step(office: Office, request: SignStep) -> SignedStep:
    """Sign and complete a step. A second call for a signed attempt tells the first one's result again.

    :raises PinRefused: and PinLocked, see certificates.open_key
    :raises AttemptExpired: it waited too long
    :raises StepOvertaken: the step was done or interrupted meanwhile; the signed document is kept without effect
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    if attempt.state == "signed":
        return told_before(office, attempt)
    return sign_with(office, attempt, open_key(office, request.by, request.pin, serial=named_serial(attempt)))


def sign_with(office: Office, attempt: SigningAttemptRow, opened: OpenedKey) -> SignedStep:
    """The same with a key that is open already: one authentication may cover many attempts."""
    request = signature_request(office, attempt, opened.key.certificate, opened.key.chain)
    try:
        signed = office.signing.sign(request, opened.key)
    except SigningError as error:
        raise SignatureRefused(error.code, str(error)) from error
    return accept(office, attempt, opened.certificate, signed)
