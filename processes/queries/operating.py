"""What a supervisor sees before operating a case: how it stands, and what the act would mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from processes.authorization import require_case_operator
from processes.cases import case_row
from processes.errors import NotPermitted
from processes.office import Office
from processes.operating import name_of
from processes.organisation import body
from processes.queries.deadlines import DeadlineView, deadlines_of, distinct
from processes.queries.definitions import Definitions
from processes.tables import AppealRow, BodyRow, CaseRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionView:
    """Since when a case stands still, by whom and why."""

    since: datetime
    by: str
    ground: str
    whole_process: bool
    """its whole process is suspended: an administrator resumes that"""
    alone: bool
    """the case itself is suspended: a supervisor resumes it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatePage:
    """A case somebody is about to suspend, resume or cancel."""

    case_id: UUID
    number: str
    subject: str
    language: str
    process: Titles
    body: Titles
    time_zone: str
    status: str
    revision: int
    steps: Sequence[Titles]
    """what waits for people"""
    deadlines: Sequence[DeadlineView]
    """those that run, or stand still"""
    suspension: SuspensionView | None
    citizen: bool
    """a citizen waits for an answer and is told"""


def operate_page(office: Office, case_id: UUID, by: UUID) -> OperatePage:
    """The case for somebody who may operate it.

    :raises NotFound: :raises NotPermitted: not a supervisor of the case's body
    """
    with office.reading() as uow:
        case = case_row(uow.session, case_id)
        require_case_operator(uow.session, by, case.body_id, uow.now)
        owner = uow.session.get_one(BodyRow, case.body_id)
        definitions = Definitions(uow)
        deadlines = distinct(deadlines_of(uow, case, owner))
        return OperatePage(
            case_id=case.id,
            number=case.number,
            subject=case.subject,
            language=owner.language,
            process=definitions.process_title(case.definition_key),
            body=owner.title,
            time_zone=owner.time_zone,
            status=case.status,
            revision=uow.engine.instance(case.id).revision,
            steps=[
                definitions.step_title(item.definition_key, item.definition_version, item.element_id)
                for item in uow.engine.open_items(case.id)
            ],
            deadlines=[each for each in deadlines if each.state in {"running", "suspended"}],
            suspension=suspension_view(uow, case),
            citizen=uow.session.get(AppealRow, case.id) is not None,
        )


def suspension_view(uow: UnitOfWork, case: CaseRow) -> SuspensionView | None:
    """How a suspended case came to be so."""
    kept = uow.engine.suspension(case.id)
    if kept is None:
        return None
    return SuspensionView(
        since=kept.since,
        by=name_of(uow, kept.by),
        ground=kept.ground,
        whole_process="definition" in kept.holds,
        alone="case" in kept.holds,
    )


def may_operate(uow: UnitOfWork, case: CaseRow, by: UUID) -> bool:
    """Whether the page offers the acts; each asks again."""
    try:
        require_case_operator(uow.session, by, body(uow.session, case.body_id).id, uow.now)
    except NotPermitted:
        return False
    return True
