"""What the applicant is told: the answer, the extension, the non-consideration, each on the track."""

from abc import ABC, abstractmethod
from datetime import datetime, time
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.deadlines import Term, TermUnit, compute_deadline
from processes.appeals import tell_on_track
from processes.documents import DocumentSection
from processes.handlers import Job, Variables, service
from processes.handlers.appeal_intake import tell_applicant
from processes.office import Office
from processes.queries.engine_rows import working_calendar
from processes.sealing import SealRequest, file_sealed, seal
from processes.steps import last_fields
from processes.tables import AppealRow, DeadlineRow, StepRecordRow
from processes.unit_of_work import UnitOfWork
from processes.words import NOTICES, day, word


def step_document(uow: UnitOfWork, case_id: UUID, element_id: str) -> UUID | None:
    """The document signed last at an element."""
    return uow.session.scalar(
        sa.select(StepRecordRow.document_id)
        .where(StepRecordRow.case_id == case_id, StepRecordRow.element_id == element_id)
        .order_by(StepRecordRow.accepted_at.desc())
        .limit(1)
    )


def notice_request(job: Job, subject: str, text: str, rows: tuple[tuple[str, str], ...]) -> SealRequest:
    """A sealed notice to the applicant."""
    language = job.body.language
    title = NOTICES[subject][language]
    return SealRequest(
        case_id=job.case.id,
        step_id=job.call.task_id,
        element_id=job.call.element_id,
        kind="notice",
        title=title,
        summary=job.case.subject,
        sections=(
            DocumentSection(title=word("notice", language), rows=((word("number", language), job.case.number), *rows)),
        ),
        facts={"subject": subject},
        paper={"text": text},
    )


class SealedLetter(ABC):
    """The common part: seal a notice made from what was signed, file it, put it on the track."""

    subject: ClassVar[str]
    element: ClassVar[str]

    def effect(self, office: Office, job: Job) -> Variables:
        """Seal the notice."""
        with office.reading() as uow:
            fields = last_fields(uow.session, job.case.id, self.element)
            rows = self.rows(uow, job, fields)
        return {"sealed": seal(office, notice_request(job, self.subject, self.text(fields), rows))}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """File the notice and tell the applicant."""
        document_id = file_sealed(office, uow, job.case, job.call.task_id, effect["sealed"])
        tell_applicant(office, uow, job, NOTICES[self.subject][job.body.language], document_id)
        fields = last_fields(uow.session, job.case.id, self.element)
        return self.settle(uow, job, fields, document_id)

    def text(self, fields: Variables) -> str:
        """The letter's running text."""
        return str(fields.get("text") or fields.get("letter") or fields.get("ground") or "")

    def rows(self, uow: UnitOfWork, job: Job, fields: Variables) -> tuple[tuple[str, str], ...]:
        """The letter's facts."""
        del uow, job, fields
        return ()

    @abstractmethod
    def settle(self, uow: UnitOfWork, job: Job, fields: Variables, document_id: UUID) -> Variables:
        """What it changes in the case; the variables it sets."""


@service("appeal.notify_nonconsideration")
class NonConsideration(SealedLetter):
    """The appeal is not considered, and the applicant knows why within 5 working days."""

    subject = "not_considered"
    element = "sign_nonconsideration"

    def settle(self, uow: UnitOfWork, job: Job, fields: Variables, document_id: UUID) -> Variables:
        """The track ends."""
        ground = str(fields.get("ground") or "")
        tell_on_track(
            uow, job.case.id, "not_considered", status="not_considered", document_id=document_id, ground=ground
        )
        return {}


@service("appeal.notify_extension")
class Extension(SealedLetter):
    """One extension of at most 30 days with a ground, signed by the head; the applicant is told (Art. 10.2)."""

    subject = "extended"
    element = "sign_extension"

    def rows(self, uow: UnitOfWork, job: Job, fields: Variables) -> tuple[tuple[str, str], ...]:
        """The new day, how many days more, and the ground."""
        language, days = job.body.language, int(fields["extension_days"])
        term = Term(amount=int(job.call.variables["answer_days"]) + days, unit=TermUnit.WORKING_DAYS)
        calendar = working_calendar(uow.session, job.body.calendar)
        due = compute_deadline(term, _counted_from(uow, job), job.body.time_zone, calendar).due_on
        return (
            (word("answer-by", language), day(due)),
            (word("new-term", language), word("more-days", language, days=str(days))),
            (word("ground", language), str(fields["extension_ground"])),
        )

    def settle(self, uow: UnitOfWork, job: Job, fields: Variables, document_id: UUID) -> Variables:
        """The answer's term grows; the running deadline says why it ended."""
        days = int(fields["extension_days"])
        answer_days = int(job.call.variables.get("answer_days") or 0) + days
        reason = {"reason": "extension", "document": str(document_id), "days": days, "at": uow.now.isoformat()}
        for row in uow.session.execute(
            sa.select(DeadlineRow).where(DeadlineRow.case_id == job.case.id, DeadlineRow.name == "answer")
        ).scalars():
            row.recomputations = [*row.recomputations, reason]
        tell_on_track(uow, job.case.id, "extended", status="extended", document_id=document_id, days=days)
        return {"answer_days": answer_days, "extended": True}


def _counted_from(uow: UnitOfWork, job: Job) -> datetime:
    """Noon of the day from which the answer's term runs: what arrives on a day off may count from a later one."""
    starts_on = uow.session.scalar(
        sa.select(DeadlineRow.starts_on)
        .where(DeadlineRow.case_id == job.case.id, DeadlineRow.name == "answer")
        .limit(1)
    )
    if starts_on is None:
        return uow.session.get_one(AppealRow, job.case.id).received_at
    return datetime.combine(starts_on, time(12), ZoneInfo(job.body.time_zone))


@service("appeal.answer")
class Answer:
    """The signed answer is the document itself: the applicant reads it by the tracking code."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Nothing outside."""
        del office, job
        return {}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """Put the answer on the track."""
        del effect
        document_id = step_document(uow, job.case.id, "sign_answer")
        uow.update(AppealRow, {"case_id": job.case.id}, answer_document_id=document_id)
        tell_on_track(uow, job.case.id, "answered", status="answered", document_id=document_id)
        tell_applicant(office, uow, job, NOTICES["answered"][job.body.language], document_id)
        return {}
