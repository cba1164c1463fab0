"""An appeal comes in: registered, hashed for repetition and tracking, and a sealed receipt goes back."""

from uuid import UUID

import sqlalchemy as sa

from processes.appeals import (
    CONTENT,
    applicant_key,
    content,
    is_repeated,
    person_named,
    tell_on_track,
    tracking_code,
    tracking_hash,
)
from processes.documents import AttachedFile, DocumentSection
from processes.errors import NotFound
from processes.forms import load_form
from processes.handlers import Job, StartedBy, Variables, service, starters
from processes.office import Office
from processes.options import OptionSource
from processes.organisation import body
from processes.payloads import store_payload
from processes.sealing import SealRequest, file_sealed, seal
from processes.tables import AppealRow, AttachmentRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.send_notice import Notice, post_notice
from processes.vocabulary import TOPICS
from processes.words import KINDS, minute, word


@starters("appeal.register")
def register(office: Office, uow: UnitOfWork, started: StartedBy) -> Variables:
    """Write the appeal's row; its content goes into an erasable payload, never into the engine."""
    fields, case = started.fields, started.case
    kept = {name: fields.get(name) for name in CONTENT} | {"form": dict(fields)}
    payload_id, _ = store_payload(uow, kept, case_id=case.id)
    key = applicant_key(office, fields)
    topic, kind = str(fields["topic"]), str(fields["kind"])
    complained_body = UUID(str(fields["complained_body"])) if fields.get("complained_body") else None
    row = AppealRow(
        case_id=case.id,
        kind=kind,
        collective=bool(fields.get("collective")),
        signatories=fields.get("signatories"),
        channel=started.channel,
        territory=str(fields["territory"]),
        topic=topic,
        anonymous=bool(fields.get("anonymous")),  # the form computes it by the law's rule
        applicant_payload_id=payload_id,
        applicant_key=key,
        complained_body_id=complained_body,
        complained_person_id=person_named(uow.session, fields.get("complained_person")),
        tracking_hash=tracking_hash(office, tracking_code(office, case.id)),
        status="registered",
        answer_document_id=None,
        received_at=uow.now,
    )
    uow.session.add(row)
    language = started.body.language
    case.subject = f"{KINDS[kind][language]}: {TOPICS.get(topic, TOPICS['other'])[language]}"
    case.access_level, case.access_flags = "official_use", ["personal_data"]
    uow.session.flush()
    tell_on_track(uow, case.id, "registered", number=case.number)
    return {
        "repeated": is_repeated(uow, key, topic, case.body_id),
        "complained_body": body(uow.session, complained_body).code if complained_body else "",
        "received_at": uow.now.isoformat(),
    }


def appeal_of(uow: UnitOfWork, case_id: UUID) -> AppealRow:
    """The appeal of a case.

    :raises NotFound: the case is no appeal
    """
    row = uow.session.get(AppealRow, case_id)
    if row is None:
        raise NotFound("this case is no appeal")
    return row


@service("appeal.receipt")
class Receipt:
    """The sealed receipt: number, time, what arrived; it says that the applicant has not signed."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Seal the receipt."""
        language = job.body.language
        with office.reading() as uow:
            appeal = appeal_of(uow, job.case.id)
            files = _files(uow, job.case.id)
            shown = _shown(uow, job, content(uow, appeal).get("form", {}))
        received = job.body.local(appeal.received_at)
        rows = (
            (word("number", language), job.case.number),
            (word("received", language), minute(received)),
            (word("registered", language), minute(job.body.local(job.case.started_at))),
            (word("attachments", language), str(len(files)) if files else word("none", language)),
        )
        request = SealRequest(
            case_id=job.case.id,
            step_id=job.call.task_id,
            element_id=job.call.element_id,
            kind="receipt",
            title=word("receipt-title", language),
            summary=word("receipt-summary", language),
            sections=(DocumentSection(title=word("what-arrived", language), rows=rows), *shown),
            facts={
                "received_at": appeal.received_at.isoformat(),
                "signed_by_applicant": False,
                "attachments": [
                    {"name": each.name, "sha256": each.sha256, "bytes": each.bytes, "type": each.type} for each in files
                ],
            },
            paper={"attachments": files},
        )
        return {"sealed": seal(office, request)}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """File the receipt and send it where a mail address is known."""
        document_id = file_sealed(office, uow, job.case, job.call.task_id, effect["sealed"])
        tell_on_track(uow, job.case.id, "receipt", document_id=document_id)
        tell_applicant(office, uow, job, word("receipt-title", job.body.language), document_id)
        return {}


def _files(uow: UnitOfWork, case_id: UUID) -> tuple[AttachedFile, ...]:
    rows = uow.session.execute(
        sa.select(AttachmentRow).where(AttachmentRow.case_id == case_id, AttachmentRow.work_item_id.is_(None))
    ).scalars()
    return tuple(
        AttachedFile(name=each.name, sha256=each.sha256, bytes=each.bytes, type=each.media_type) for each in rows
    )


def _shown(uow: UnitOfWork, job: Job, fields: Variables) -> tuple[DocumentSection, ...]:
    package = uow.engine.definition(job.case.definition_key, job.call.definition_version).package
    if package.start.form is None:
        return ()
    form = load_form(package, package.start.form)
    options = OptionSource(uow.session, uow.archive, job.body, uow.now)
    shown = form.display(fields, job.body.language, options)
    return tuple(DocumentSection(title=title, rows=tuple(rows)) for title, rows in shown)


def tell_applicant(office: Office, uow: UnitOfWork, job: Job, title: str, document_id: UUID | None) -> None:
    """A notice to the applicant: by mail where an address is known, and always readable in the outbox."""
    known = content(uow, appeal_of(uow, job.case.id))
    recipient = known.get("applicant_email") or known.get("applicant_address") or known.get("applicant_name")
    post_notice(
        office,
        uow,
        Notice(
            key=f"{job.call.instance_id}:{job.call.task_id}:applicant",
            case_id=job.case.id,
            recipient=str(recipient or word("none", job.body.language)),
            subject=f"{job.case.number}: {title}",
            body=f"{title}\n{job.case.number}\n{office.settings.public_url}/track",
            document_id=document_id,
        ),
    )
