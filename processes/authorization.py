"""Who may act on a work item: the lane's role by a mandate in force, the assignment, four eyes."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.workitem import WorkItem
from processes.errors import NotPermitted
from processes.mandates import Mandate, mandates_for_work, mandates_of
from processes.tables import BodyRow, MandateRow, StepRecordRow

ADMINISTRATOR = "administrator"
COMMAND_LINE = "command line"


def mandate_for(session: Session, person_id: UUID, item: WorkItem, at: datetime) -> Mandate:
    """The mandate on which this person may act on the item now: an own one before a substitution.

    Asked when a step is prepared and again when it completes.

    :raises NotPermitted: no mandate, somebody else's item, one given by name, or the four-eyes rule
    """
    found = matching(mandates_for_work(session, person_id, at), item)
    if found is None:
        raise NotPermitted(rule="mandate")
    if item.named and item.assignee is None:
        raise NotPermitted(rule="named")
    # an item reserved for a person may be taken by that person's substitute (B22)
    if item.assignee and item.assignee != str(person_id) and not _substitutes(session, found, item.assignee):
        raise NotPermitted(rule="assignment")
    require_four_eyes(session, person_id, item)
    return found


def require_taker(session: Session, person_id: UUID, item: WorkItem, at: datetime) -> Mandate:
    """The mandate on which this person might do the item, whoever holds it now.

    :raises NotPermitted: no mandate, or the four-eyes rule
    """
    found = matching(mandates_for_work(session, person_id, at), item)
    if found is None:
        raise NotPermitted(rule="mandate")
    require_four_eyes(session, person_id, item)
    return found


def require_four_eyes(session: Session, person_id: UUID, item: WorkItem) -> None:
    """The person did not do the step that this one has to look at.

    :raises NotPermitted: they did
    """
    if item.four_eyes_with and person_id in _signers(session, item.instance_id, item.four_eyes_with):
        raise NotPermitted(rule="four-eyes")


def require_giver(session: Session, person_id: UUID, item: WorkItem, at: datetime) -> None:
    """The person may say who does the item: a supervisor, or the head of the body whose people do it.

    :raises NotPermitted: neither
    """
    try:
        require_role(session, person_id, "supervisor", at)
    except NotPermitted:
        require_role(session, person_id, "head", at, body_id=UUID(item.scope))


def matching(mandates: Iterable[Mandate], item: WorkItem) -> Mandate | None:
    """The first mandate that covers the item's role, body and process."""
    for mandate in mandates:
        covered = not mandate.scope or item.definition_key in mandate.scope
        if mandate.role == item.role and str(mandate.body_id) == item.scope and covered:
            return mandate
    return None


def require_role(session: Session, person_id: UUID, role: str, at: datetime, *, body_id: UUID | None = None) -> Mandate:
    """A mandate of this role, in a given body or in any.

    :raises NotPermitted: there is none
    """
    for mandate in mandates_of(session, person_id, at):
        if mandate.role == role and body_id in (None, mandate.body_id):
            return mandate
    raise NotPermitted(rule="mandate")


def require_administrator(session: Session, by: UUID | None, at: datetime, *, body_id: UUID | None = None) -> str:
    """Whoever may change people, mandates and bodies, as the audit trail names them.

    :param by: None is whoever rules the machine, at the command line
    :param body_id: the body it concerns; None: any the person administers
    :raises NotPermitted: no administrator there
    """
    if by is None:
        return COMMAND_LINE
    require_role(session, by, ADMINISTRATOR, at, body_id=body_id)
    return str(by)


def require_case_operator(session: Session, person_id: UUID, body_id: UUID, at: datetime) -> Mandate:
    """A supervisor's mandate in the case's body, or in one above it: who may suspend, cancel or mend its cases.

    :raises NotPermitted: there is none
    """
    above = chain_of(session, body_id)
    for mandate in mandates_of(session, person_id, at):
        if mandate.role == "supervisor" and mandate.body_id in above:
            return mandate
    raise NotPermitted(rule="mandate")


def bodies_below(session: Session, tops: set[UUID]) -> set[UUID]:
    """These bodies and every body below them."""
    superiors = {row.id: row.superior_id for row in session.execute(sa.select(BodyRow.id, BodyRow.superior_id))}
    return {body_id for body_id in superiors if chain_of(session, body_id) & tops}


def chain_of(session: Session, body_id: UUID) -> set[UUID]:
    """A body and every body above it."""
    found: set[UUID] = set()
    current: UUID | None = body_id
    while current is not None and current not in found:
        found.add(current)
        current = session.scalar(sa.select(BodyRow.superior_id).where(BodyRow.id == current))
    return found


def _substitutes(session: Session, mandate: Mandate, assignee: str) -> bool:
    if mandate.acts_for_id is None:
        return False
    holder = session.scalar(sa.select(MandateRow.holder_id).where(MandateRow.id == mandate.acts_for_id))
    return str(holder) == assignee


def _signers(session: Session, case_id: UUID, element_id: str) -> set[UUID]:
    # only the last round counts: who drafted anew is who must not agree to it
    newest = session.scalar(
        sa.select(StepRecordRow.person_id)
        .where(StepRecordRow.case_id == case_id, StepRecordRow.element_id == element_id)
        .order_by(StepRecordRow.round.desc())
        .limit(1)
    )
    return {newest} if newest else set()
