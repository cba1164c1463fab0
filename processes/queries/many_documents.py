"""Many documents at once: which answers complete the chosen steps, and which documents wait for one's signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine.tables import WorkItemRow
from processes.errors import BadInput, ProcessesError
from processes.forms.model import DECISION
from processes.office import Office
from processes.queries.certificates import CertificateLine, certificate_line
from processes.queries.definitions import Definitions
from processes.queries.signing import kind_of_store
from processes.queries.step_page import kept_fields
from processes.steps import OpenStep, item_of, open_step, require_actable
from processes.tables import CaseRow, CertificateRow, SigningAttemptRow
from processes.unit_of_work import UnitOfWork
from signing.keys import KINDS

Titles = Mapping[str, str]
MOST = 200
"""documents one authentication covers"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One way to answer the chosen steps."""

    value: str
    label: Titles
    complete: int
    """of how many of them nothing else is missing then"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenStep:
    """One of them."""

    item_id: UUID
    version: int
    case_number: str
    subject: str
    refusal: ProcessesError | None
    """why it cannot be done by this person now"""
    answers: frozenset[str]
    """those that complete it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSteps:
    """Steps of one kind, to be answered alike."""

    process: Titles
    step: Titles
    answers: Sequence[Answer]
    steps: Sequence[ChosenStep]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDocument:
    """A document that waits for this person's signature."""

    attempt_id: UUID
    number: str
    case_number: str
    subject: str
    step: Titles
    decision: str | None
    sha256: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDocuments:
    """All of them, oldest first, and the key they wait for."""

    documents: Sequence[WaitingDocument]
    certificate: CertificateLine | None
    """None: nothing waits, or the certificate is not known any more"""
    manner: str
    """how its key signs: opened, page, agent, later; empty: its store is not set up any more"""
    sole_control: bool
    """its holder alone controls it"""
    reference: str
    """by which a browser finds the key"""
    other_keys: int
    """documents that name another certificate: they are signed one by one"""


def chosen_steps(office: Office, by: UUID, items: Sequence[tuple[UUID, int]]) -> ChosenSteps:
    """The chosen steps and the answers that complete them.

    :raises BadInput: nothing chosen, too many, or steps of different kinds
    """
    with office.reading() as uow:
        found = [item_of(uow, item_id) for item_id, _ in items[:MOST]]
        kinds = {(item.definition_key, item.element_id) for item in found}
        if len(kinds) != 1 or len(items) > MOST:
            raise BadInput("steps of one kind are answered together, at most 200")
        first = found[0]
        definitions = Definitions(uow)
        process = definitions.process_title(first.definition_key, first.definition_version)
        step = definitions.step_title(first.definition_key, first.definition_version, first.element_id)
    labels: dict[str, Titles] = {}
    steps = [_chosen(office, by, each, labels) for each in items]
    answers = [
        Answer(value=value, label=label, complete=sum(value in each.answers for each in steps))
        for value, label in labels.items()
    ]
    return ChosenSteps(process=process, step=step, answers=answers, steps=steps)


def _chosen(office: Office, by: UUID, item: tuple[UUID, int], labels: dict[str, Titles]) -> ChosenStep:
    item_id, version = item
    refusal: ProcessesError | None = None
    complete: set[str] = set()
    with office.reading() as uow:
        case = uow.session.get_one(CaseRow, item_of(uow, item_id).instance_id)
        try:
            step = open_step(office, uow, item_id, by, version=version)
            require_actable(uow, step.item, version)
            complete = _complete(uow, step, by, labels)
        except ProcessesError as error:
            refusal = error
    return ChosenStep(
        item_id=item_id,
        version=version,
        case_number=case.number,
        subject=case.subject,
        refusal=refusal,
        answers=frozenset(complete),
    )


def _complete(uow: UnitOfWork, step: OpenStep, by: UUID, labels: dict[str, Titles]) -> set[str]:
    """The answers after which the form has no error."""
    field, kept = step.form.fields.get(DECISION), kept_fields(uow, step, by)
    choices = (
        [(each.value, each.label) for each in field.choices(step.options)] if field else [("", step.element.titles)]
    )
    for value, label in choices:
        labels.setdefault(value, label)
    return {value for value, _ in choices if _holds(step, answered(kept, value))}


def answered(kept: Mapping[str, Any], answer: str) -> dict[str, Any]:
    """The form's fields with this answer; the empty one leaves them as they are."""
    return dict(kept) | ({DECISION: answer} if answer else {})


def _holds(step: OpenStep, fields: Mapping[str, Any]) -> bool:
    _, findings = step.form.validate(fields, step.context)
    return not any(finding.severity == "error" for finding in findings)


def waiting_documents(office: Office, by: UUID) -> WaitingDocuments:
    """The documents that wait for this person's signature: after a reload or a crash the rest stands here."""
    with office.reading() as uow:
        rows = uow.session.execute(
            sa.select(SigningAttemptRow, CaseRow, WorkItemRow)
            .join(CaseRow, CaseRow.id == SigningAttemptRow.case_id)
            .join(WorkItemRow, WorkItemRow.id == SigningAttemptRow.work_item_id)
            .where(
                SigningAttemptRow.person_id == by,
                SigningAttemptRow.state == "prepared",
                SigningAttemptRow.expires_at > uow.now,
                WorkItemRow.state.in_(("ready", "reserved")),
            )
            .order_by(SigningAttemptRow.prepared_at, SigningAttemptRow.number)
            .options(sa.orm.defer(SigningAttemptRow.pdf), sa.orm.defer(SigningAttemptRow.prepared))
        ).all()
        serials = [str((attempt.step or {}).get("certificate", "")) for attempt, _, _ in rows]
        # those that wait for the body's seal name no key of this person's: they are done one by one
        own = sa.select(CertificateRow).where(CertificateRow.serial.in_(serials), CertificateRow.person_id == by)
        known = {row.serial: row for row in uow.session.execute(own).scalars()}
        wanted = next((each for each in reversed(serials) if each in known), "")
        certificate = known.get(wanted)
        definitions = Definitions(uow)
        kind = kind_of_store(office, certificate.key_store) if certificate else ""
        documents = [
            _waiting(definitions, attempt, case, item)
            for (attempt, case, item), serial in zip(rows, serials, strict=True)
            if serial == wanted
        ]
        return WaitingDocuments(
            documents=documents[:MOST],
            certificate=certificate_line(certificate, None, None, uow.now) if certificate else None,
            manner=KINDS[kind].manner if kind else "",
            sole_control=bool(certificate and kind and office.key_stores.sole_control(certificate.key_store)),
            reference=certificate.key_reference if certificate else "",
            other_keys=len(rows) - len(documents),
        )


def _waiting(definitions: Definitions, attempt: SigningAttemptRow, case: CaseRow, item: WorkItemRow) -> WaitingDocument:
    return WaitingDocument(
        attempt_id=attempt.id,
        number=attempt.number,
        case_number=case.number,
        subject=case.subject,
        step=definitions.step_title(item.definition_key, item.definition_version, item.element_id),
        decision=(attempt.step or {}).get("decision"),
        sha256=attempt.pdf_sha256,
        expires_at=attempt.expires_at,
    )
