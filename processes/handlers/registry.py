"""The Electronic Registry of Services: an accepted questionnaire is entered, a deficient one noticed (C9 to C14)."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from processes.documents import DocumentSection
from processes.forms import load_form
from processes.handlers import Job, Variables, service
from processes.office import Office
from processes.options import OptionSource
from processes.organisation import body_with_function
from processes.sealing import SealRequest, file_sealed, seal
from processes.steps import last_fields
from processes.tables import PersonRow, ServiceEntryRow, ServiceVersionRow, StepRecordRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.send_notice import Notice, post_notice
from processes.words import day, word

OPERATOR = "registry_operator"
QUESTIONNAIRE = ("correct_questionnaire", "fill_questionnaire")
"""the elements whose form describes the service; the newest signature counts"""


def questionnaire(uow: UnitOfWork, case_id: UUID) -> tuple[str, dict[str, Any]]:
    """The element and fields of the questionnaire as it was signed last."""
    newest = uow.session.scalar(
        sa.select(StepRecordRow.element_id)
        .where(StepRecordRow.case_id == case_id, StepRecordRow.element_id.in_(QUESTIONNAIRE))
        .order_by(StepRecordRow.accepted_at.desc())
        .limit(1)
    )
    element = newest or QUESTIONNAIRE[-1]
    return element, last_fields(uow.session, case_id, element)


@service("registry.publish")
class Publish:
    """The operator has accepted: the sealed extract, then the entry's new version in its section (C13)."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Seal the extract."""
        with office.reading() as uow:
            _, fields = questionnaire(uow, job.case.id)
            version = _next_version(uow, job.case.id)
            operator = body_with_function(uow.session, OPERATOR)
            sections = _shown(uow, job, fields)
        language = operator.language
        rows = (
            (word("body", language), job.body.named(language)),
            (word("version", language), str(version)),
            *_lateness(fields, language),
        )
        request = SealRequest(
            case_id=job.case.id,
            step_id=job.call.task_id,
            element_id=job.call.element_id,
            kind="extract",
            title=word("extract-title", job.body.language),
            summary=word("extract-summary", job.body.language),
            sections=(DocumentSection(title=word("entry", job.body.language), rows=rows), *sections),
            facts={"version": version, "service": fields},
        )
        return {"sealed": seal(office, request), "version": version}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """Write the entry and tell the body."""
        document_id = file_sealed(office, uow, job.case, job.call.task_id, effect["sealed"])
        _, fields = questionnaire(uow, job.case.id)
        number = _write_entry(uow, job, fields, effect["version"], document_id)
        _tell_body(office, uow, job, word("extract-title", job.body.language), document_id)
        return {"service_number": number}


def _shown(uow: UnitOfWork, job: Job, fields: dict[str, Any]) -> tuple[DocumentSection, ...]:
    package = uow.engine.definition(job.case.definition_key).package
    form = load_form(package, package.elements["fill_questionnaire"].form or "")
    options = OptionSource(uow.session, uow.archive, job.body, uow.now)
    shown = form.display(fields, job.body.language, options)
    return tuple(DocumentSection(title=title, rows=tuple(rows)) for title, rows in shown)


def _lateness(fields: dict[str, Any], language: str) -> tuple[tuple[str, str], ...]:
    if not fields.get("late"):
        return ()
    due = date.fromisoformat(str(fields["c11_due_on"]))
    return ((word("term", language), word("late", language, day=day(due))),)


def _next_version(uow: UnitOfWork, case_id: UUID) -> int:
    current = uow.session.scalar(sa.select(ServiceEntryRow.current_version).where(ServiceEntryRow.case_id == case_id))
    return (current or 0) + 1


def _write_entry(uow: UnitOfWork, job: Job, fields: dict[str, Any], version: int, document_id: UUID) -> str:
    entry = uow.session.execute(sa.select(ServiceEntryRow).where(ServiceEntryRow.case_id == job.case.id)).scalar()
    if entry is None:
        entry = ServiceEntryRow(id=uuid4(), case_id=job.case.id, number=_entry_number(uow), published_at=uow.now)
        uow.session.add(entry)
    entry.body_id, entry.section, entry.name = job.case.body_id, str(fields["section"]), str(fields["service_name"])
    entry.recipients, entry.electronic = list(fields["recipients"]), bool(fields["electronic"])
    entry.current_version = version
    entry.search = " ".join(str(value) for value in fields.values() if isinstance(value, str)).casefold()
    uow.session.flush()
    confirmed = uow.session.execute(
        sa.select(StepRecordRow.person_id, StepRecordRow.accepted_at)
        .where(StepRecordRow.case_id == job.case.id, StepRecordRow.element_id == "review")
        .order_by(StepRecordRow.accepted_at.desc())
        .limit(1)
    ).one()
    due = fields.get("c11_due_on")
    uow.insert(
        ServiceVersionRow,
        entry_id=entry.id,
        version=version,
        fields=fields,
        document_id=document_id,
        late=bool(fields.get("late")),
        due_on=date.fromisoformat(str(due)) if due else None,
        confirmed_at=confirmed.accepted_at,
        confirmed_by=confirmed.person_id,
    )
    return entry.number


def _entry_number(uow: UnitOfWork) -> str:
    entries = uow.session.scalar(sa.select(sa.func.count()).select_from(ServiceEntryRow)) or 0
    return f"ER-{entries + 1:06}"


@service("notice.send")
class SendDeficiencyNotice:
    """The operator has signed the notice: it goes to the body's inbox and outbox (C14); C9's days run from there."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Nothing outside: the notice is the signed document itself."""
        del office, job
        return {}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """Tell the body's responsible person."""
        del effect
        document_id = uow.session.scalar(
            sa.select(StepRecordRow.document_id)
            .where(StepRecordRow.case_id == job.case.id, StepRecordRow.element_id == "sign_notice")
            .order_by(StepRecordRow.accepted_at.desc())
            .limit(1)
        )
        title = uow.engine.definition(job.call.definition_key).package.elements["sign_notice"].titles[job.body.language]
        _tell_body(office, uow, job, title, document_id)
        return {}


def _tell_body(office: Office, uow: UnitOfWork, job: Job, title: str, document_id: UUID | None) -> None:
    starter = uow.session.get(PersonRow, job.case.started_by) if job.case.started_by else None
    post_notice(
        office,
        uow,
        Notice(
            key=f"{job.call.instance_id}:{job.call.task_id}",
            case_id=job.case.id,
            recipient=(starter.email if starter and starter.email else job.body.named()),
            subject=f"{job.case.number}: {title}",
            body=f"{title}\n{job.case.number} · {job.case.subject}\n{office.settings.public_url}/cases/{job.case.id}",
            document_id=document_id,
        ),
    )
