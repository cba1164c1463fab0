"""Sign with a service that asks the officer elsewhere: start, poll, finish. No transaction is open while it is asked.

The ticket lies beside the attempt, so that any process polls; it ends with the attempt. A signature is embedded once:
whoever polls again is told the first result.
"""

import json
from dataclasses import asdict, dataclass
from uuid import UUID

import structlog

from processes.certificates import named_certificate
from processes.errors import AttemptExpired, KeyStoreFailed, SignatureRefused
from processes.office import Office
from processes.opened_keys import entry_of
from processes.signed_steps import SignedStep, named_serial, told_before, waiting_attempt
from processes.tables import SigningAttemptRow
from processes.use_cases.sign_outside import completed, prepared_once
from signing.errors import StoreFailed
from signing.keys import Manner
from signing.keys.later import Declined, Given, LaterStore, Ticket, Waiting
from signing.request import PreparedSignature
from signing.service import SignedDocument

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignLater:
    """The officer's will to sign an attempt's document on the telephone."""

    attempt_id: UUID
    by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The service has asked the officer."""

    code: str
    """shown here and there; empty where the service has none"""


def start_signing(office: Office, request: SignLater) -> Asked:
    """Ask the service. Started before, it is not asked again.

    :raises NoCertificate: the document's certificate is not in force, or its key is not with such a service
    :raises KeyStoreFailed: the service does not answer; the same may be tried again
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    if attempt.ticket:
        return Asked(code=_ticket(attempt).code)
    certificate, prepared = prepared_once(office, attempt, Manner.LATER)
    store = _store(office, certificate.key_store)
    title = str((attempt.step or {}).get("title", ""))
    try:
        ticket = store.provider.start(store.question(prepared, entry_of(office, certificate), title))
    except StoreFailed as error:
        raise KeyStoreFailed(str(error)) from error
    if keep_ticket(office, attempt, json.dumps(asdict(ticket)), instead_of=None):
        return Asked(code=ticket.code)
    # another tab was faster: its question counts, this one is taken back
    _take_back(store, ticket)
    return Asked(code=_ticket(waiting_attempt(office, request.attempt_id, request.by)).code)


def stop_asking(office: Office, request: SignLater) -> None:
    """The officer gives up waiting: what the service may still answer has no effect. The document waits on.

    :raises NotFound: and AttemptExpired, StepOvertaken, as `waiting_attempt`
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    if not attempt.ticket or not keep_ticket(office, attempt, None, instead_of=attempt.ticket):
        return
    with office.reading() as uow:
        certificate = named_certificate(uow, attempt.person_id, named_serial(attempt))
    _take_back(_store(office, certificate.key_store), _ticket(attempt))


def _take_back(store: LaterStore, ticket: Ticket) -> None:
    try:
        store.cancel(ticket.reference)
    except StoreFailed as error:
        # nothing depends on it: the answer would not be taken
        log.warning("signing.cancel_failed", store=store.name, reason=str(error))


def poll_signing(office: Office, request: SignLater) -> SignedStep | None:
    """How it stands: None as long as the officer has not answered.

    :raises SignatureRefused: rule "declined": the officer refused, or took too long there; start again
    :raises KeyStoreFailed: the service does not answer; poll again
    :raises AttemptExpired: it was never started, or waited too long here
    """
    attempt = waiting_attempt(office, request.attempt_id, request.by)
    if attempt.state == "signed":
        return told_before(office, attempt)
    if not attempt.ticket:
        raise AttemptExpired
    certificate, _ = prepared_once(office, attempt, Manner.LATER)
    try:
        answer = _store(office, certificate.key_store).provider.poll(_ticket(attempt).reference)
    except StoreFailed as error:
        raise KeyStoreFailed(str(error)) from error
    if isinstance(answer, Waiting):
        return None
    if isinstance(answer, Declined):
        keep_ticket(office, attempt, None, instead_of=attempt.ticket)
        raise SignatureRefused("declined", answer.reason)
    given = answer

    def embed(prepared: PreparedSignature) -> SignedDocument:
        return _embedded(office, prepared, given)

    try:
        return completed(office, attempt, embed)
    except SignatureRefused:
        # what was given is of no use: the officer is asked anew, not told the same for ever
        keep_ticket(office, attempt, None, instead_of=attempt.ticket)
        raise


def _embedded(office: Office, prepared: PreparedSignature, given: Given) -> SignedDocument:
    if given.cms:
        return office.signing.complete_cms(prepared, given.cms)
    return office.signing.complete(prepared, given.value)


def _store(office: Office, name: str) -> LaterStore:
    store = office.key_stores.named(name)
    if not isinstance(store, LaterStore):
        raise SignatureRefused("key-store", f"{name} is no service that signs later")
    return store


def _ticket(attempt: SigningAttemptRow) -> Ticket:
    return Ticket(**json.loads(attempt.ticket or "{}"))


def keep_ticket(office: Office, attempt: SigningAttemptRow, ticket: str | None, *, instead_of: str | None) -> bool:
    """Whether it was still so; else another tab was faster."""
    with office.unit_of_work() as uow:
        before = {"id": attempt.id, "state": "prepared", "ticket": instead_of}
        changed = uow.update(SigningAttemptRow, before, ticket=ticket)
        uow.commit()
    return changed == 1
