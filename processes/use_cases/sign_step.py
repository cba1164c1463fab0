"""Sign a prepared step with a key that the officer's PIN opens: kept here, in a token, at a service (DESIGN 3, 6-9)."""

from dataclasses import dataclass, field
from uuid import UUID

from processes.errors import SignatureRefused
from processes.office import Office
from processes.opened_keys import key_in_hand
from processes.signed_steps import SignedStep, accept, named_serial, signature_request, told_before, waiting_attempt
from processes.tables import SigningAttemptRow
from signing.errors import SigningError, StoreFailed, WrongPin
from signing.keys import SigningKey
from signing.service import SignedDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class SignStep:
    """The officer's will to sign the document of an attempt, as shown."""

    attempt_id: UUID
    by: UUID
    pin: str = field(repr=False)


def sign_step(office: Office, request: SignStep) -> SignedStep:
    """Sign and complete a step. A second call for a signed attempt tells the first one's result again.

    :raises PinRefused: and PinLocked, KeyStoreFailed, see opened_keys.key_in_hand
    :raises AttemptExpired: it waited too long
    :raises StepOvertaken: the step was done or interrupted meanwhile; the signed document is kept without effect
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    if attempt.state == "signed":
        return told_before(office, attempt)
    with key_in_hand(office, request.by, request.pin, serial=named_serial(attempt)) as opened:
        signed = signed_document(office, attempt, opened.key)
    # token and service are let go before the transaction begins
    return accept(office, attempt, opened.certificate, signed)


def signed_document(office: Office, attempt: SigningAttemptRow, key: SigningKey) -> SignedDocument:
    """The attempt's document, signed; nothing has taken effect yet.

    :raises SignatureRefused: `rule` says why
    :raises StoreFailed: and WrongPin: what the key's store says while it signs
    """
    request = signature_request(office, attempt, key.certificate, key.chain)
    try:
        return office.signing.sign(request, key)
    except (StoreFailed, WrongPin):
        raise
    except SigningError as error:
        raise SignatureRefused(getattr(error, "rule", error.code), str(error)) from error
