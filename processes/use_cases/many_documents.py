"""Answer many steps alike and sign their documents in one authentication: each a document and a signature of its own.

Nothing spans them: each is prepared, signed and completed by itself, as if alone, and what one of them cannot do is
told beside it. After a reload, a crash or a kill the documents that still wait are simply those that still wait.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import structlog

from processes.errors import KeyStoreFailed, NoCertificate, PinLocked, PinRefused, ProcessesError
from processes.office import Office
from processes.opened_keys import key_in_hand
from processes.queries.many_documents import answered
from processes.queries.step_page import kept_fields
from processes.signed_steps import accept, named_serial, waiting_attempt
from processes.steps import open_step
from processes.tables import CertificateRow, SigningAttemptRow
from processes.use_cases.record_step import record_step
from processes.use_cases.sign_outside import (
    CompleteSignature,
    PrepareSignature,
    ToBeSigned,
    complete_signature,
    prepare_signature,
)
from processes.use_cases.sign_step import signed_document
from processes.use_cases.submit_step import SubmitStep, submit_step
from signing.errors import StoreFailed, WrongPin
from signing.keys import SigningKey
from signing.request import SignedDocument

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareMany:
    """Steps of one kind, each as seen at its version, and the answer to all."""

    items: Sequence[tuple[UUID, int]]
    by: UUID
    answer: str
    """a value of the form's decision; empty where the form has none"""
    keys_here: Sequence[str] = ()
    """as in SubmitStep"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignMany:
    """Documents to be signed with a key that the server opens."""

    attempts: Sequence[UUID]
    by: UUID
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one of them."""

    subject: UUID
    """the work item, or the attempt"""
    refusal: ProcessesError | None = None
    """None: done"""
    to_be_signed: ToBeSigned | None = None


def prepare_many(office: Office, request: PrepareMany) -> list[Outcome]:
    """A document for each; those that cannot be made are told, the others wait for the signature.

    A step whose task asks for no signature is done with that.
    """

    def prepare(item: tuple[UUID, int]) -> None:
        item_id, version = item
        with office.reading() as uow:
            step = open_step(office, uow, item_id, request.by, version=version)
            fields = answered(kept_fields(uow, step, request.by), request.answer)
        command = SubmitStep(
            item_id=item_id, version=version, by=request.by, fields=fields, keys_here=request.keys_here
        )
        (record_step if step.unsigned else submit_step)(office, command)

    return [_outcome(item[0], partial(prepare, item)) for item in request.items]


def sign_many(office: Office, request: SignMany) -> list[Outcome]:
    """Sign each with the key that the PIN opens once. The PIN is nowhere but in this call.

    A key in a token or at a service is let go before the first document takes effect: no transaction is open meanwhile.

    :raises PinRefused: nothing was signed; :raises PinLocked: likewise
    :raises NoCertificate: the key is not opened by the server
    :raises KeyStoreFailed: token or service do not answer; nothing was signed
    """
    found: dict[UUID, Outcome] = {}
    waiting: dict[str, list[SigningAttemptRow]] = {}

    def look(attempt_id: UUID) -> None:
        attempt = waiting_attempt(office, attempt_id, request.by)
        if attempt.state != "signed":
            waiting.setdefault(named_serial(attempt), []).append(attempt)

    for each in request.attempts:
        found[each] = _outcome(each, partial(look, each))
    for serial, attempts in waiting.items():
        found |= {one.subject: one for one in _signed_with(office, request, serial, attempts)}
    return [found[each] for each in request.attempts]


def _signed_with(
    office: Office, request: SignMany, serial: str, attempts: Sequence[SigningAttemptRow]
) -> Iterator[Outcome]:
    """All documents that name one certificate."""
    made: dict[UUID, SignedDocument] = {}

    def make(attempt: SigningAttemptRow, key: SigningKey) -> None:
        made[attempt.id] = _made(office, attempt, key, first=not made)

    def take(attempt: SigningAttemptRow, certificate: CertificateRow) -> None:
        accept(office, attempt, certificate, made[attempt.id])

    with key_in_hand(office, request.by, request.pin, serial=serial) as opened:
        outcomes = [_outcome(each.id, partial(make, each, opened.key)) for each in attempts]
    yield from (each for each in outcomes if each.refusal is not None)
    yield from (_outcome(each.id, partial(take, each, opened.certificate)) for each in attempts if each.id in made)


def _made(office: Office, attempt: SigningAttemptRow, key: SigningKey, *, first: bool) -> SignedDocument:
    """One document, signed; it has not taken effect yet.

    :raises WrongPin: at the first document; later it is a one-time password that was good for one, and the documents
        that are signed are not lost with it
    """
    try:
        return signed_document(office, attempt, key)
    except StoreFailed as error:
        raise KeyStoreFailed(str(error)) from error
    except WrongPin as error:
        if first:
            raise
        raise KeyStoreFailed("the service asks anew for each document") from error


def prepare_signatures(office: Office, attempts: Sequence[UUID], by: UUID) -> list[Outcome]:
    """What the officer's own key is to sign for each."""
    found = []
    for attempt_id in attempts:
        try:
            prepared = prepare_signature(office, PrepareSignature(attempt_id=attempt_id, by=by))
            found.append(Outcome(subject=attempt_id, to_be_signed=prepared))
        except ProcessesError as error:
            found.append(Outcome(subject=attempt_id, refusal=error))
    return found


def complete_signatures(office: Office, values: Mapping[UUID, bytes], by: UUID) -> list[Outcome]:
    """Complete each with the value its own key has made."""

    def complete(attempt_id: UUID, value: bytes) -> None:
        complete_signature(office, CompleteSignature(attempt_id=attempt_id, by=by, value=value))

    return [_outcome(each, partial(complete, each, value)) for each, value in values.items()]


def _outcome(subject: UUID, act: Callable[[], None]) -> Outcome:
    """Do it; a refusal concerns this one alone, unless it is of the key itself."""
    try:
        act()
    except (PinRefused, PinLocked, NoCertificate, WrongPin):
        raise
    except ProcessesError as error:
        return Outcome(subject=subject, refusal=error)
    except Exception:
        # the others must not be lost with it; the log has the trace
        log.exception("one of many documents failed", subject=str(subject))
        return Outcome(subject=subject, refusal=ProcessesError())
    return Outcome(subject=subject)
