"""Whom a supervisor, or the head of the body, may give a step to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from processes.authorization import require_role
from processes.errors import NotPermitted
from processes.mandates import holders
from processes.office import Office
from processes.organisation import people_named
from processes.queries.definitions import Definitions
from processes.steps import item_of
from processes.tables import CaseRow

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
    candidates: Sequence[Candidate]


def assignment(office: Office, item_id: UUID, by: UUID) -> Assignment:
    """The step and its candidates.

    :raises NotPermitted: neither a supervisor nor the head of the body whose people do it
    """
    with office.reading() as uow:
        item = item_of(uow, item_id)
        try:
            require_role(uow.session, by, "supervisor", uow.now)
        except NotPermitted:
            require_role(uow.session, by, "head", uow.now, body_id=UUID(item.scope))
        case = uow.session.get_one(CaseRow, item.instance_id)
        definitions = Definitions(uow)
        found = {
            mandate.holder_id: Candidate(id=mandate.holder_id, name=mandate.holder, acts_for=mandate.acts_for)
            for mandate in reversed(holders(uow.session, item.role, UUID(item.scope), uow.now))
            if not mandate.scope or item.definition_key in mandate.scope
        }
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
            candidates=sorted(found.values(), key=lambda each: each.name),
        )
