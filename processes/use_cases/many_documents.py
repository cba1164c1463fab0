"""Answer many steps alike and sign their documents in one authentication: each a document and a signature of its own.

Nothing spans them: each is prepared, signed and completed by itself, as if alone, and what one of them cannot do is
told beside it. After a reload, a crash or a kill the documents that still wait are simply those that still wait.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import structlog

from processes.certificates import OpenedKey, open_key
from processes.errors import NoCertificate, PinLocked, PinRefused, ProcessesError
from processes.office import Office
from processes.queries.many_documents import answered
from processes.queries.step_page import kept_fields
from processes.signed_steps import named_serial, waiting_attempt
from processes.steps import open_step
from processes.use_cases.sign_outside import (
    CompleteSignature,
    PrepareSignature,
    ToBeSigned,
    complete_signature,
    prepare_signature,
)
from processes.use_cases.sign_step import sign_with
from processes.use_cases.submit_step import SubmitStep, submit_step

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
    """Documents to be signed with a key that the server keeps."""

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
    """A document for each; those that cannot be made are told, the others wait for the signature."""

    def prepare(item: tuple[UUID, int]) -> None:
        item_id, version = item
        with office.reading() as uow:
            step = open_step(office, uow, item_id, request.by, version=version)
            fields = answered(kept_fields(uow, step, request.by), request.answer)
        command = SubmitStep(
            item_id=item_id, version=version, by=request.by, fields=fields, keys_here=request.keys_here
        )
        submit_step(office, command)

    return [_outcome(item[0], partial(prepare, item)) for item in request.items]


def sign_many(office: Office, request: SignMany) -> list[Outcome]:
    """Sign each with the key that the PIN opens once. The PIN is nowhere but in this call.

    :raises PinRefused: nothing was signed; :raises PinLocked: likewise
    :raises NoCertificate: the key is not kept by the server
    """
    opened: dict[str, OpenedKey] = {}

    def sign(attempt_id: UUID) -> None:
        attempt = waiting_attempt(office, attempt_id, request.by)
        if attempt.state == "signed":
            return
        serial = named_serial(attempt)
        if serial not in opened:
            opened[serial] = open_key(office, request.by, request.pin, serial=serial)
        sign_with(office, attempt, opened[serial])

    return [_outcome(each, partial(sign, each)) for each in request.attempts]


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
    except (PinRefused, PinLocked, NoCertificate):
        raise
    except ProcessesError as error:
        return Outcome(subject=subject, refusal=error)
    except Exception:
        # the others must not be lost with it; the log has the trace
        log.exception("one of many documents failed", subject=str(subject))
        return Outcome(subject=subject, refusal=ProcessesError())
    return Outcome(subject=subject)
