"""The appeal's rules inside the process: who may get it, and what the resolution orders."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from engine.prepared import Prepared
from processes.appeals import require_unbarred_bodies, require_unbarred_people, tell_on_track
from processes.handlers import CompletedStep, Job, ProposedStep, Variables, guards, recorders, service
from processes.handlers.appeal_intake import appeal_of
from processes.office import Office
from processes.organisation import Body, body, body_by_code, body_with_function
from processes.tables import AppealRow, CaseRow, ResolutionRow
from processes.unit_of_work import UnitOfWork
from processes.vocabulary import TOPICS
from processes.words import KINDS

OWN_WORK = frozenset({"resolution", "prepare_answer", "agree_answer", "sign_answer"})
"""elements at which this body itself considers the appeal"""


@guards("appeal.route")
def guard_route(uow: UnitOfWork, step: ProposedStep) -> None:
    """A complaint goes neither to the body nor to the person it is about, by hand as little as by the table."""
    considered_here = step.item.element_id in OWN_WORK or step.fields.get("clerk_decision") == "consider"
    targets = [UUID(str(each)) for each in step.fields.get("bodies") or ()]
    require_unbarred_bodies(uow, step.case.id, [*targets, *([step.case.body_id] if considered_here else [])])
    require_unbarred_people(uow, step.case.id, [step.person_id, *_executors(step.fields)])


def _executors(fields: Mapping[str, Any]) -> list[UUID]:
    named = [fields.get("lead_executor"), *(fields.get("co_executors") or ())]
    return [UUID(str(each)) for each in named if each]


_OF_CASE = AppealRow.case_id == sa.bindparam("case", type_=sa.Uuid())
_KIND, _TOPIC = (Prepared(sa.select(column).where(_OF_CASE)) for column in (AppealRow.kind, AppealRow.topic))


@recorders("appeal.registration")
def record_registration(uow: UnitOfWork, step: CompletedStep) -> None:
    """The clerk has confirmed kind, topic and territory: they are the register's from now on."""
    facts = {name: step.fields[name] for name in ("kind", "topic", "territory") if step.fields.get(name)}
    if not facts:
        return
    uow.update(AppealRow, {"case_id": step.case.id}, **facts)
    kind, topic = uow.first(_KIND, case=step.case.id), uow.first(_TOPIC, case=step.case.id)
    language = body(uow.session, step.case.body_id).language
    subject = f"{KINDS[kind][language]}: {TOPICS.get(topic, TOPICS['other'])[language]}"
    uow.update(CaseRow, {"id": step.case.id}, subject=subject)


@recorders("appeal.resolution")
def record_resolution(uow: UnitOfWork, step: CompletedStep) -> None:
    """The head's order: lead and co-executors, and until when."""
    fields = step.fields
    uow.insert(
        ResolutionRow,
        id=uuid4(),
        case_id=step.case.id,
        step_id=step.step_id,
        author_id=step.person_id,
        lead_id=UUID(str(fields["lead_executor"])),
        co_executors=[str(each) for each in fields.get("co_executors") or ()],
        text=str(fields.get("text") or ""),
        due_on=None,
        controller_id=step.person_id,
    )
    tell_on_track(uow, step.case.id, "resolution", status="in_progress", days=fields.get("answer_days"))


@service("appeal.check_route")
class CheckRoute:
    """What the decision table chose, held against the barrier of complaints."""

    def effect(self, office: Office, job: Job) -> Variables:
        """Nothing outside."""
        del office, job
        return {}

    def record(self, office: Office, uow: UnitOfWork, job: Job, effect: Variables) -> Variables:
        """Set where the appeal belongs; a barred target is replaced by the superior body, and the clerk is told."""
        del office, effect
        appeal = appeal_of(uow, job.case.id)
        chosen = str(job.call.variables.get("competent_body") or job.body.code)
        target = body_by_code(uow.session, chosen) or job.body
        competence = "own" if target.id == job.body.id else str(job.call.variables.get("competence") or "other")
        barred = appeal.complained_body_id == target.id
        if barred:
            target, competence = _superior(uow, target), "other"
            uow.audit.record(
                "case:route:bar",
                actor="system",
                subject=str(job.case.id),
                stream=str(job.case.id),
                details={"about": chosen, "instead": target.code},
            )
        return {"competent_body": target.code, "competence": competence, "route_barred": barred}


def _superior(uow: UnitOfWork, about: Body) -> Body:
    if about.superior_id is not None:
        return body(uow.session, about.superior_id)
    return body_with_function(uow.session, "supervision")
