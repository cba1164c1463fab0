"""Submit a human step: check it, render its document, draw its number, open an attempt (DESIGN 3, hops 2-6)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from engine.definition import LANGUAGES
from processes.appeals import applicant_lines
from processes.attempts import NewAttempt, lock_open_item, open_attempt
from processes.cases import heads
from processes.cosignatures import prepare_cosignature
from processes.cosigning import CLOSING, expected_cosigners, signs_another
from processes.errors import InvalidStep, NotFound, SignatureRefused, StateSecretDeclared
from processes.forms import FieldFinding, clean_text, declares_state_secret, message
from processes.handlers import ProposedStep, guards
from processes.numbers import draw_document_number, next_document_number
from processes.office import Office
from processes.organisation import body
from processes.queries.review import signed_versions
from processes.remarks import remarks_to_show
from processes.signature_policy import require_may_sign, signing_certificate, task_policy
from processes.step_papers import StepContent, step_paper, step_record
from processes.steps import OpenStep, open_step, require_actable, round_of
from processes.tables import CertificateRow, SigningAttemptRow
from processes.unit_of_work import UnitOfWork

MAX_REMARK = 4000
"""characters of one remark"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitStep:
    """What somebody wants to sign at a work item, as seen at `version`."""

    item_id: UUID
    version: int
    by: UUID
    fields: Mapping[str, Any]
    remarks: Sequence[Mapping[str, str]] = ()
    """[{field, text}]"""
    keys_here: Sequence[str] = ()
    """the signing keys of the browser it comes from, by their references"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedStep:
    """A document that waits for its signature until `expires_at`."""

    attempt_id: UUID
    number: str
    sha256: str
    bytes: int
    expires_at: datetime


def submit_step(office: Office, request: SubmitStep) -> PreparedStep:
    """Prepare the document of a step.

    :raises NotPermitted: mandate, assignment or four eyes
    :raises StepOvertaken: somebody else was faster
    :raises InvalidStep: the form's findings
    :raises SignatureRefused: task or office do not take this person's certificate; the rule says why
    :raises RouteBarred: a guard of the process refused
    :raises StateSecretDeclared: B16
    :raises CosignersUnknown: who signs after them cannot be told
    :raises NoPlaceToSign: the document to be co-signed expects somebody else
    """
    while True:
        with office.reading() as uow:
            step, fields, signer = _checked(office, uow, request)
            content = None if signs_another(step, fields) else _gather(uow, request, step, fields, signer)
        if content is None:
            return _prepared(_cosigned(office, request, step, fields))
        if (attempt := _opened(office, request, content)) is not None:
            return _prepared(attempt)


def _cosigned(office: Office, request: SubmitStep, step: OpenStep, fields: Mapping[str, Any]) -> SigningAttemptRow:
    with office.unit_of_work() as uow:
        lock_open_item(uow, step.case.id, request.item_id, request.version)
        attempt = prepare_cosignature(office, uow, step, request.by, fields, request.keys_here)
        uow.commit()
    return attempt


def _opened(office: Office, request: SubmitStep, content: StepContent) -> SigningAttemptRow | None:
    """The document, and in one transaction its number and the attempt.

    None: another document of the case was given meanwhile the number that stands on this one. The step has got the
    next, and keeps it: the second document bears it.
    """
    record = step_record(office, content)
    names = [entry["field"] for entry in record["expected_signatures"]]
    closing = CLOSING if CLOSING in names else None
    pdf = office.signing.allot_fields(_rendered(office, content, record), names, closing=closing)
    with office.unit_of_work() as uow:
        # two officers at once draw one number, and a step that has ended none
        lock_open_item(uow, content.case.id, request.item_id, request.version)
        number, attempt = draw_document_number(uow, content.case, request.item_id), None
        if number == content.number:
            attempt = open_attempt(office, uow, _new_attempt(request, content, record, pdf))
        uow.commit()
    return attempt


def _prepared(attempt: SigningAttemptRow) -> PreparedStep:
    return PreparedStep(
        attempt_id=attempt.id,
        number=attempt.number,
        sha256=attempt.pdf_sha256,
        bytes=len(attempt.pdf or b""),
        expires_at=attempt.expires_at,
    )


def _checked(office: Office, uow: UnitOfWork, request: SubmitStep) -> tuple[OpenStep, dict[str, Any], CertificateRow]:
    step = open_step(office, uow, request.item_id, request.by, version=request.version)
    require_actable(uow, step.item, request.version)
    fields = validated_fields(step, request.fields)
    guard_step(uow, step, request.by, fields)
    if step.unsigned:
        raise SignatureRefused("kind", "this task is recorded without a document: there is nothing to sign")
    signer = signing_certificate(uow, step, request.by, request.keys_here)
    require_may_sign(office, signer, task_policy(step.definition, step.element), at=uow.now)
    return step, fields, signer


def _gather(
    uow: UnitOfWork, request: SubmitStep, step: OpenStep, fields: Mapping[str, Any], signer: CertificateRow
) -> StepContent:
    labels = _labels(uow, step)
    for field in step.form.fields.values():
        # the paper words them when this transaction has ended
        field.choices(step.options)
    return StepContent(
        document_id=uuid4(),
        cosigners=expected_cosigners(uow, step, fields),
        number=next_document_number(uow, step.case, step.item.id),
        case=step.case,
        # the document is the signer's body's: an operator reviews another body's questionnaire on the operator's paper
        body=step.body if step.mandate.body_id == step.body.id else body(uow.session, step.mandate.body_id),
        item=step.item,
        definition=step.definition,
        form=step.form,
        options=step.options,
        labels=labels,
        fields=fields,
        remarks=_remarks(request.remarks, labels),
        attachments=step.attachments,
        mandate=step.mandate,
        certificate=signer,
        previous=heads(uow.session, step.case.id),
        round=round_of(uow.session, step.case.id, step.item.element_id),
        open_remarks=remarks_to_show(uow, step.case) if step.form.shows_remarks else (),
        addressee=applicant_lines(uow, step.case.id) if step.form.letter else "",
    )


def _new_attempt(request: SubmitStep, content: StepContent, record: Mapping[str, Any], pdf: bytes) -> NewAttempt:
    return NewAttempt(
        id=content.document_id,
        case_id=content.case.id,
        item_id=request.item_id,
        version=request.version,
        by=request.by,
        mandate_id=content.mandate.id,
        number=content.number,
        step=record,
        pdf=pdf,
    )


def validated_fields(step: OpenStep, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The form's fields, computed ones included.

    :raises StateSecretDeclared: B16
    :raises InvalidStep: at least one finding is an error
    """
    if declares_state_secret(fields):
        raise StateSecretDeclared
    checked, findings = step.form.validate(fields, step.context)
    if any(finding.severity == "error" for finding in findings):
        raise InvalidStep(tuple(findings))
    return checked


def guard_step(uow: UnitOfWork, step: OpenStep, by: UUID, fields: Mapping[str, Any]) -> None:
    """The process's own refusals, e.g. the barrier of complaints."""
    if step.element.guard:
        guards[step.element.guard](uow, ProposedStep(case=step.case, item=step.item, person_id=by, fields=fields))


def _labels(uow: UnitOfWork, step: OpenStep) -> dict[str, Mapping[str, str]]:
    found = signed_versions(uow, step.case.id, step.form.review_of) if step.form.review_of else None
    form = found[0] if found else step.form
    return {name: field.label for name, field in form.fields.items()}


def checked_remarks(uow: UnitOfWork, step: OpenStep, remarks: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The remarks of a step as they are kept.

    :raises InvalidStep: a remark is too long, or about a field that is not there
    """
    return _remarks(remarks, _labels(uow, step))


def _remarks(remarks: Sequence[Mapping[str, str]], labels: Mapping[str, Mapping[str, str]]) -> list[dict[str, str]]:
    """The remarks as they will stand on the page, word for word.

    :raises InvalidStep: a remark is too long, or about a field that is not there
    """
    kept = [{"field": each["field"], "text": clean_text(each["text"])} for each in remarks]
    kept = [each for each in kept if each["text"]]
    if findings := tuple(finding for each in kept for finding in _remark_findings(each, labels)):
        raise InvalidStep(findings)
    return kept


def _remark_findings(remark: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]) -> Iterator[FieldFinding]:
    name, length = remark["field"], len(remark["text"])
    code = "unknown-field" if name not in labels else "too-long" if length > MAX_REMARK else None
    if code is not None:
        label = labels.get(name) or dict.fromkeys(LANGUAGES, name)
        messages = message(code, label, limit=MAX_REMARK, count=length)
        yield FieldFinding(field=name, severity="error", code=code, messages=messages)


def _rendered(office: Office, content: StepContent, step: Mapping[str, Any]) -> bytes:
    paper, name = step_paper(office, content, step), content.item.document
    template = content.definition.package.templates.get(name) if name else None
    if template is None:
        return office.renderer.render(paper).pdf
    return office.renderer.render(paper, template, name=f"documents/{name}.typ").pdf


def attempt_pdf(office: Office, attempt_id: UUID, by: UUID) -> bytes:
    """The exact document that waits for this person's signature.

    :raises NotFound: no such attempt of this person, or it has ended
    """
    with office.reading() as uow:
        row = uow.session.get(SigningAttemptRow, attempt_id)
        if row is None or row.person_id != by or row.pdf is None:
            raise NotFound("no document waits for your signature here")
        return row.pdf
