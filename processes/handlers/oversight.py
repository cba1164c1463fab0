"""A deadline has passed: the case is marked, and the supervisor told."""

from uuid import UUID

import sqlalchemy as sa

from engine.workitem import WorkItem
from processes.handlers import Job, Variables, service
from processes.mandates import holders
from processes.office import Office
from processes.organisation import body_with_function, people_named
from processes.tables import CaseRow, DeadlineRow, PersonRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.send_notice import Notice, post_notice


@service("case.mark_overdue")
class MarkOverdue:
    """Marks the case and every running deadline of it that has passed."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Nothing outside."""
        del office, job
        return {}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """Mark and tell."""
        del effect
        late = sa.and_(
            DeadlineRow.case_id == job.case.id, DeadlineRow.state == "running", DeadlineRow.due_at <= uow.now
        )
        names = list(uow.session.execute(sa.select(DeadlineRow.name).where(late)).scalars())
        uow.session.execute(sa.update(DeadlineRow).where(late).values(state="breached"))
        uow.session.execute(
            sa.update(CaseRow).where(CaseRow.id == job.case.id, CaseRow.overdue_at.is_(None)).values(overdue_at=uow.now)
        )
        uow.audit.record(
            "case:deadline:breach",
            actor="system",
            subject=job.call.element_id,
            stream=str(job.case.id),
            details={"deadlines": names, "open": _holders(uow, uow.engine.open_items(job.case.id))},
        )
        _tell_supervisors(office, uow, job)
        return {}


def _holders(uow: UnitOfWork, items: list[WorkItem]) -> list[str]:
    names = people_named(uow.session, {UUID(item.assignee) for item in items if item.assignee})
    return sorted(names.values())


def _tell_supervisors(office: Office, uow: UnitOfWork, job: Job) -> None:
    watching = body_with_function(uow.session, "supervision")
    element = uow.engine.definition(job.call.definition_key).package.elements[job.call.element_id]
    for mandate in holders(uow.session, "supervisor", watching.id, uow.now):
        reader = uow.session.get_one(PersonRow, mandate.holder_id)
        post_notice(
            office,
            uow,
            Notice(
                key=f"overdue:{job.call.task_id}:{mandate.id}",
                case_id=job.case.id,
                recipient=reader.email or reader.name,
                subject=f"{job.case.number}: {element.titles.get(watching.language) or element.name}",
                body=f"{job.case.number} · {job.case.subject}\n{office.settings.public_url}/cases/{job.case.id}",
            ),
        )
