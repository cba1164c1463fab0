"""Submit a human step: check it, draw its number, render its document, open an attempt (DESIGN 3, hops 2-6)."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from engine.definition import LANGUAGES
from processes.appeals import applicant_lines
from processes.cases import heads
from processes.certificates import certificate_of
from processes.errors import InvalidStep, NotFound, StateSecretDeclared
from processes.forms import FieldFinding, clean_text, declares_state_secret, message
from processes.handlers import ProposedStep, guards
from processes.numbers import draw_document_number
from processes.office import Office
from processes.organisation import body
from processes.queries.review import signed_versions
from processes.remarks import remarks_to_show
from processes.step_papers import FIELD, StepContent, step_paper, step_record
from processes.steps import OpenStep, attachments_of, item_of, open_step, require_actable, round_of
from processes.tables import SigningAttemptRow
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
    :raises RouteBarred: a guard of the process refused
    :raises StateSecretDeclared: B16
    """
    with office.unit_of_work() as uow:
        content = _gather(office, uow, request)
        uow.commit()
    step = step_record(office, content)
    pdf = _rendered(office, content, step)
    pdf = office.signing.allot_fields(pdf, [FIELD])
    with office.unit_of_work() as uow:
        attempt = _open_attempt(office, uow, request, content, step, pdf)
        uow.commit()
    return PreparedStep(
        attempt_id=attempt.id,
        number=content.number,
        sha256=attempt.pdf_sha256,
        bytes=len(pdf),
        expires_at=attempt.expires_at,
    )


def _gather(office: Office, uow: UnitOfWork, request: SubmitStep) -> StepContent:
    # the number is drawn under the case's lock: two officers at once must draw one, and a step that ends none
    uow.engine.lock(item_of(uow, request.item_id).instance_id)
    step = open_step(office, uow, request.item_id, request.by, version=request.version)
    require_actable(uow, step.item, request.version)
    fields = validated_fields(step, request.fields)
    guard_step(uow, step, request.by, fields)
    labels = _labels(uow, step)
    return StepContent(
        document_id=uuid4(),
        number=draw_document_number(uow, step.case, step.item.id),
        case=step.case,
        # the document is the signer's body's: an operator reviews another body's questionnaire on the operator's paper
        body=body(uow.session, step.mandate.body_id),
        item=step.item,
        definition=step.definition,
        form=step.form,
        options=step.options,
        labels=labels,
        fields=fields,
        remarks=_remarks(request.remarks, labels),
        attachments=attachments_of(uow.session, step.item.id),
        mandate=step.mandate,
        certificate=certificate_of(uow, request.by),
        previous=heads(uow.session, step.case.id),
        round=round_of(uow.session, step.case.id, step.item.element_id),
        open_remarks=remarks_to_show(uow, step.case) if step.form.shows_remarks else (),
        addressee=applicant_lines(uow, step.case.id) if step.form.letter else "",
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


def _open_attempt(
    office: Office,
    uow: UnitOfWork,
    request: SubmitStep,
    content: StepContent,
    step: Mapping[str, Any],
    pdf: bytes,
) -> SigningAttemptRow:
    uow.engine.lock(content.case.id)
    # it may have ended while the document was rendered; an attempt on it would wait for nothing
    require_actable(uow, item_of(uow, request.item_id), request.version)
    uow.update(
        SigningAttemptRow,
        {"work_item_id": request.item_id, "person_id": request.by, "state": "prepared"},
        state="abandoned",
        pdf=None,
        prepared=None,
        ended_at=uow.now,
        ended_reason="prepared anew",
    )
    attempt = SigningAttemptRow(
        id=content.document_id,
        work_item_id=request.item_id,
        case_id=content.case.id,
        item_version=request.version,
        attempt=_next_attempt(uow, request.item_id),
        person_id=request.by,
        mandate_id=content.mandate.id,
        number=content.number,
        state="prepared",
        step=dict(step),
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        prepared_at=uow.now,
        expires_at=uow.now + timedelta(minutes=office.settings.attempt_minutes),
    )
    uow.session.add(attempt)
    uow.session.flush()
    return attempt


def _next_attempt(uow: UnitOfWork, item_id: UUID) -> int:
    highest = sa.select(sa.func.max(SigningAttemptRow.attempt)).where(SigningAttemptRow.work_item_id == item_id)
    return (uow.session.scalar(highest) or 0) + 1


def attempt_pdf(office: Office, attempt_id: UUID, by: UUID) -> bytes:
    """The exact document that waits for this person's signature.

    :raises NotFound: no such attempt of this person, or it has ended
    """
    with office.reading() as uow:
        row = uow.session.get(SigningAttemptRow, attempt_id)
        if row is None or row.person_id != by or row.pdf is None:
            raise NotFound("no document waits for your signature here")
        return row.pdf
