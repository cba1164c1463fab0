"""Steps held by people whose mandate for them has ended: they go back to the group, or wait to be given on."""

from uuid import UUID

import sqlalchemy as sa

from engine.workitem import WorkItem
from processes.authorization import matching
from processes.mandates import holders, mandates_for_work
from processes.office import Office
from processes.organisation import people_named
from processes.queries.engine_rows import held_items
from processes.tables import CaseRow, MandateRow, PersonRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.send_notice import Notice, post_notice

GROUND = "the holder's mandate for the step has ended"


def return_lost_work(office: Office, person_id: UUID | None = None) -> int:
    """Take from a person (None: from everybody) the steps they may no longer do; how many.

    A step given by name goes to nobody: the head of its body is told, and gives it on. A delegated step goes back to
    whoever delegated it. To be called when a mandate is revoked or somebody moves, and now and then for those that
    have run out.
    """
    with office.reading() as uow:
        people = [person_id] if person_id else _whose_mandates_ended(uow)
        lost = [item for person in people for item in _lost(uow, person)]
    return sum(_give_back(office, item) for item in lost)


def _whose_mandates_ended(uow: UnitOfWork) -> list[UUID]:
    ended = sa.or_(MandateRow.valid_to <= uow.now, MandateRow.revoked_at <= uow.now)
    query = sa.select(PersonRow.id).where(
        sa.or_(PersonRow.active.is_(False), PersonRow.id.in_(sa.select(MandateRow.holder_id).where(ended)))
    )
    return list(uow.session.execute(query).scalars())


def _lost(uow: UnitOfWork, person_id: UUID) -> list[WorkItem]:
    items = [uow.engine.work_item(ident) for ident in held_items(uow.session, person_id)]
    return [item for item in items if not _may_keep(uow, person_id, item)]


def _may_keep(uow: UnitOfWork, person_id: UUID, item: WorkItem) -> bool:
    active = uow.session.scalar(sa.select(PersonRow.active).where(PersonRow.id == person_id))
    return bool(active) and matching(mandates_for_work(uow.session, person_id, uow.now), item) is not None


def _give_back(office: Office, seen: WorkItem) -> bool:
    with office.unit_of_work() as uow:
        uow.engine.lock(seen.instance_id)
        item = uow.engine.work_item(seen.id)
        if not item.state.open or item.assignee is None or _may_keep(uow, UUID(item.assignee), item):
            return False
        holder = UUID(item.assignee)
        changed = _passed(uow, item)
        uow.audit.record(
            "case:item:lost",
            actor="system",
            subject=str(item.id),
            stream=str(item.instance_id),
            details={"ground": GROUND, "from": str(holder), "assignee": changed.assignee or ""},
        )
        if changed.named and changed.assignee is None:
            _tell_heads(office, uow, changed, holder)
        uow.commit()
    return True


def _passed(uow: UnitOfWork, item: WorkItem) -> WorkItem:
    if item.delegated_by and _may_keep(uow, UUID(item.delegated_by), item):
        return uow.engine.hand_back(item.id, version=item.version, by="system", ground=GROUND)
    return uow.engine.release(item.id, version=item.version, by="system", ground=GROUND)


def _tell_heads(office: Office, uow: UnitOfWork, item: WorkItem, holder: UUID) -> None:
    case = uow.session.get_one(CaseRow, item.instance_id)
    package = uow.engine.definition(item.definition_key, item.definition_version).package
    name = people_named(uow.session, {holder}).get(holder, "")
    for mandate in holders(uow.session, "head", UUID(item.scope), uow.now):
        reader = uow.session.get_one(PersonRow, mandate.holder_id)
        step = package.elements[item.element_id].titles.get(reader.language, item.element_id)
        post_notice(
            office,
            uow,
            Notice(
                key=f"lost:{item.id}:{item.version}:{mandate.id}",
                case_id=case.id,
                recipient=reader.email or reader.name,
                subject=f"{case.number}: {step}",
                body=f"{name} → ?\n{case.number} · {case.subject}\n{office.settings.public_url}/tasks/{item.id}/assign",
            ),
        )
