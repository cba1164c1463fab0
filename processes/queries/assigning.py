"""Whom a supervisor, or the head of the body, may give a step to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from engine.workitem import Priority, WorkItem
from processes.authorization import require_four_eyes, require_giver
from processes.errors import NotPermitted
from processes.mandates import takers
from processes.office import Office
from processes.organisation import people_named
from processes.queries.definitions import Definitions
from processes.steps import item_of
from processes.tables import CaseRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody with a mandate for the step."""

    id: UUID
    name: str
    acts_for: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A step that may be given on."""

    item_id: UUID
    version: int
    case_id: UUID
    case_number: str
    subject: str
    step: Titles
    role: Titles
    holder: str | None
    named: bool
    """given to its holder by name"""
    priority: Priority
    candidates: Sequence[Candidate]


def assignment(office: Office, item_id: UUID, by: UUID) -> Assignment:
    """The step and its candidates.

    :raises NotPermitted: neither a supervisor nor the head of the body whose people do it
    """
    with office.reading() as uow:
        item = item_of(uow, item_id)
        require_giver(uow.session, by, item, uow.now)
        return _assignment(uow, item)


def _assignment(uow: UnitOfWork, item: WorkItem) -> Assignment:
    case = uow.session.get_one(CaseRow, item.instance_id)
    definitions = Definitions(uow)
    names = people_named(uow.session, {UUID(item.assignee)}) if item.assignee else {}
    return Assignment(
        item_id=item.id,
        version=item.version,
        case_id=case.id,
        case_number=case.number,
        subject=case.subject,
        step=definitions.step_title(item.definition_key, item.definition_version, item.element_id),
        role=definitions.role_title(item.definition_key, item.definition_version, item.role),
        holder=next(iter(names.values()), None),
        named=item.named,
        priority=Priority(item.priority),
        candidates=candidates(uow, item),
    )


def colleagues(office: Office, item_id: UUID, by: UUID) -> Assignment:
    """The step somebody holds and those it may be delegated to.

    :raises NotPermitted: it is somebody else's, or was given by name
    """
    with office.reading() as uow:
        item = item_of(uow, item_id)
        if item.assignee != str(by) or item.named:
            raise NotPermitted(rule="named" if item.named else "assignment")
        found = _assignment(uow, item)
        return replace(found, candidates=[each for each in found.candidates if each.id != by])


def candidates(uow: UnitOfWork, item: WorkItem) -> list[Candidate]:
    """Who holds a mandate for the step and is not barred from it, by name."""
    found = {
        mandate.holder_id: Candidate(id=mandate.holder_id, name=mandate.holder, acts_for=mandate.acts_for)
        for mandate in reversed(takers(uow.session, item.role, UUID(item.scope), item.definition_key, uow.now))
        if not _barred(uow, mandate.holder_id, item)
    }
    return sorted(found.values(), key=lambda each: each.name)


def _barred(uow: UnitOfWork, person_id: UUID, item: WorkItem) -> bool:
    try:
        require_four_eyes(uow.session, person_id, item)
    except NotPermitted:
        return True
    return False
