"""Who may read what: the people of a case, of its body, and those whose office it is to watch or keep."""

from uuid import UUID

import sqlalchemy as sa

from archive.service import ArchivedDocument, Visibility
from engine.workitem import WorkItem
from processes.authorization import matching
from processes.mandates import Mandate, mandates_of
from processes.tables import CaseRow, StepRecordRow
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
        return Visibility(owners=None, levels={}, cases=cases)
    levels: dict[str, frozenset[str]] = {}
    for mandate in mandates:
        owner = str(mandate.body_id)
        granted = ALL_LEVELS if mandate.role in KEEPERS else EVERYDAY_LEVELS
        levels[owner] = levels.get(owner, frozenset()) | granted
    return Visibility(owners=frozenset(levels), levels=levels, cases=cases)


def may_read(uow: UnitOfWork, person_id: UUID, document: ArchivedDocument) -> bool:
    """Whether a person may read this document."""
    seen = visibility(uow, person_id)
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
    return _waits_for(mandates, uow.engine.open_items(case_id))


def _waits_for(mandates: list[Mandate], items: list[WorkItem]) -> bool:
    return any(matching(mandates, item) is not None for item in items)
