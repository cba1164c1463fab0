"""Who may read what: the people of a case, of its body, and those whose office it is to watch or keep."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from archive.service import ArchivedDocument, Visibility
from processes.authorization import matching
from processes.mandates import Mandate, absent_holders, mandates_for_work, mandates_of
from processes.tables import CaseRow, CosignatureRow, SharedDocumentRow, StepRecordRow
from processes.unit_of_work import UnitOfWork

OVERSEERS = frozenset({"supervisor"})
"""roles that see the cases of every body (D12)"""
KEEPERS = frozenset({"archivist", "head"})
"""roles that see everything of their own body"""
ALL_LEVELS = frozenset({"open", "official_use", "commercial_secret"})
EVERYDAY_LEVELS = frozenset({"open", "official_use"})


def visibility(uow: UnitOfWork, person_id: UUID) -> Visibility:
    """What a person may find in the archive: own bodies by level, and the cases worked on (need to know)."""
    mandates = mandates_of(uow.session, person_id, uow.now)
    cases = frozenset(
        uow.session.execute(
            sa.select(StepRecordRow.case_id).where(StepRecordRow.person_id == person_id).distinct()
        ).scalars()
    )
    if any(mandate.role in OVERSEERS for mandate in mandates):
        return Visibility(owners=None, levels={}, cases=cases, withheld=too_early(uow, person_id, mandates))
    levels: dict[str, frozenset[str]] = {}
    for mandate in mandates:
        owner = str(mandate.body_id)
        granted = ALL_LEVELS if mandate.role in KEEPERS else EVERYDAY_LEVELS
        levels[owner] = levels.get(owner, frozenset()) | granted
    withheld = too_early(uow, person_id, mandates)
    return Visibility(owners=frozenset(levels), levels=levels, cases=cases, withheld=withheld)


def too_early(uow: UnitOfWork, person_id: UUID, mandates: Sequence[Mandate]) -> frozenset[UUID]:
    """Documents that wait for this person's signature when it is not their turn yet: they do not see them early."""
    people = {person_id, *absent_holders(uow.session, mandates)}
    work = mandates_for_work(uow.session, person_id, uow.now)
    groups = [sa.and_(CosignatureRow.role == one.role, CaseRow.body_id == one.body_id) for one in work]
    anybody = sa.and_(CosignatureRow.person_id.is_(None), sa.or_(sa.false(), *groups))
    signed = sa.exists().where(
        StepRecordRow.document_id == SharedDocumentRow.document_id, StepRecordRow.person_id == person_id
    )
    rows = uow.session.execute(
        sa.select(SharedDocumentRow.document_id, SharedDocumentRow.case_id, CosignatureRow.element_id)
        .join(CosignatureRow, CosignatureRow.document_id == SharedDocumentRow.document_id)
        .join(CaseRow, CaseRow.id == SharedDocumentRow.case_id)
        .where(SharedDocumentRow.state == "open", CosignatureRow.step_id.is_(None), ~signed)
        .where(sa.or_(CosignatureRow.person_id.in_(people), anybody))
    ).all()
    holders = {None, *(str(one) for one in people)}
    asked = {
        (item.instance_id, item.element_id)
        for case_id in {row.case_id for row in rows}
        for item in uow.engine.open_items(case_id)
        if item.assignee in holders
    }
    shown = {row.document_id for row in rows if (row.case_id, row.element_id) in asked}
    return frozenset(row.document_id for row in rows) - shown


def may_read(uow: UnitOfWork, person_id: UUID, document: ArchivedDocument) -> bool:
    """Whether a person may read this document."""
    seen = visibility(uow, person_id)
    if document.id in seen.withheld:
        return False
    if seen.owners is None or document.case_id in seen.cases:
        return True
    if document.owner in seen.owners and document.access_level in seen.levels[document.owner]:
        return True
    return document.case_id is not None and may_see_case(uow, person_id, document.case_id)


def may_see_case(uow: UnitOfWork, person_id: UUID, case_id: UUID) -> bool:
    """Whether a person has to do with a case: its body's people, who signed in it, whose inbox it stands in."""
    mandates = mandates_of(uow.session, person_id, uow.now)
    if any(mandate.role in OVERSEERS for mandate in mandates):
        return True
    body_id = uow.session.scalar(sa.select(CaseRow.body_id).where(CaseRow.id == case_id))
    if any(mandate.body_id == body_id for mandate in mandates):
        return True
    signed = sa.select(StepRecordRow.id).where(StepRecordRow.case_id == case_id, StepRecordRow.person_id == person_id)
    if uow.session.scalar(signed.limit(1)) is not None:
        return True
    work = mandates_for_work(uow.session, person_id, uow.now)
    return any(matching(work, item) is not None for item in uow.engine.open_items(case_id))
