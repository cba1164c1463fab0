"""Who may read what: the people of a case, its unit's and body's, and those whose office it is to watch or keep.

One rule, asked in two ways: `visibility` and `visible_cases` are conditions that every list, count and search passes
through; `may_read` and `may_see_case` ask the same of one document or case.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from archive.access import ALL_LEVELS, EVERYDAY, OPEN_ONLY, Levels
from archive.service import ArchivedDocument, Visibility
from processes.mandates import Mandate, absent_holders, mandates_for_work, mandates_of
from processes.queries.reach import waiting_cases
from processes.tables import BodyRow, CaseRow, CosignatureRow, SharedDocumentRow, StepRecordRow, UnitRow
from processes.unit_of_work import UnitOfWork

OVERSEERS = frozenset({"supervisor"})
"""roles that see the cases of every body (D12)"""
KEEPERS = frozenset({"archivist", "head"})
"""roles that see everything of their own body, or of the unit their mandate is for"""
SPECIAL = "special_categories"
PERSONAL = "personal_data"


def visibility(uow: UnitOfWork, person_id: UUID) -> Visibility:
    """What a person may find in the archive: own bodies and units by level, and the cases worked on (need to know)."""
    mandates = mandates_of(uow.session, person_id, uow.now)
    cases = frozenset(uow.session.scalars(_signed_cases(person_id).distinct()))
    withheld = too_early(uow, person_id, mandates)
    removing = uow.archive.quarantine.removed_by(str(person_id))
    on = office_day(uow)
    if any(mandate.role in OVERSEERS for mandate in mandates):
        return Visibility(owners=None, cases=cases, withheld=withheld, quarantined=removing, on=on)
    levels: dict[str, Levels] = {}
    units: dict[str, Levels] = {}
    for mandate in mandates:
        owner, granted = str(mandate.body_id), _granted(mandate)
        if mandate.unit_id is not None:
            for unit in units_below(uow.session, {mandate.unit_id}):
                units[str(unit)] = units.get(str(unit), frozenset()) | granted
            granted = OPEN_ONLY
        levels[owner] = levels.get(owner, frozenset()) | granted
    return Visibility(
        owners=frozenset(levels),
        levels=levels,
        units=units,
        cases=cases,
        withheld=withheld,
        quarantined=removing,
        on=on,
    )


def office_day(uow: UnitOfWork) -> date:
    """The day that is today in every body here: a restriction ends when its last day is over everywhere."""
    zones = uow.session.scalars(sa.select(BodyRow.time_zone).distinct())
    return min((uow.now.astimezone(ZoneInfo(zone)).date() for zone in zones), default=uow.now.date())


def units_below(session: Session, tops: set[UUID]) -> set[UUID]:
    """These units and every unit below them."""
    parents = {row.id: row.parent_id for row in session.execute(sa.select(UnitRow.id, UnitRow.parent_id))}
    found = set(tops)
    while more := {unit for unit, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def visible_cases(uow: UnitOfWork, person_id: UUID) -> sa.ColumnElement[bool]:
    """Cases of the person's bodies and units by level, those they signed in, and those that wait for them.

    A supervisor sees all (D12).
    """
    mandates = mandates_of(uow.session, person_id, uow.now)
    if any(mandate.role in OVERSEERS for mandate in mandates):
        return sa.true()
    return sa.or_(
        *_by_mandate(uow.session, mandates),
        CaseRow.id.in_(_signed_cases(person_id)),
        CaseRow.id.in_(waiting_cases(mandates_for_work(uow.session, person_id, uow.now))),
    )


def _by_mandate(session: Session, mandates: Iterable[Mandate]) -> list[sa.ColumnElement[bool]]:
    """What each mandate lets see: a case is kept to the circle of its level, or of what its flags say."""
    flags = sa.cast(CaseRow.access_flags, sa.Text())
    is_open = (CaseRow.access_level == "open") & ~flags.contains(PERSONAL) & ~flags.contains(SPECIAL)
    everyday = (CaseRow.access_level != "commercial_secret") & ~flags.contains(SPECIAL)
    found: set[tuple[UUID, UUID | None, bool]] = {
        (mandate.body_id, mandate.unit_id, mandate.role in KEEPERS) for mandate in mandates
    }
    conditions: list[sa.ColumnElement[bool]] = []
    for body_id, unit_id, keeps in sorted(found, key=str):
        own: sa.ColumnElement[bool] = CaseRow.body_id == body_id
        level = sa.true() if keeps else everyday
        if unit_id is None:
            conditions.append(own & level)
        else:
            conditions += [own & is_open, CaseRow.unit_id.in_(units_below(session, {unit_id})) & level]
    return conditions


def too_early(uow: UnitOfWork, person_id: UUID, mandates: Sequence[Mandate]) -> frozenset[UUID]:
    """Documents that wait for this person's signature when it is not their turn yet: they do not see them early."""
    people = {person_id, *absent_holders(mandates)}
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
    """Whether a person may read this document: the rule of `visibility`, and whoever its case waits for."""
    return bool(readable(uow, person_id, [document]))


def readable(uow: UnitOfWork, person_id: UUID, documents: Sequence[ArchivedDocument]) -> list[ArchivedDocument]:
    """Those of these documents that a person may read."""
    seen = visibility(uow, person_id)
    waiting = _waiting_cases(uow, person_id, {one.case_id for one in documents if one.case_id is not None})
    return [one for one in documents if seen.allows(one) or (one.case_id in waiting and _not_barred(seen, one))]


def _not_barred(seen: Visibility, document: ArchivedDocument) -> bool:
    return not document.quarantined and document.id not in seen.withheld


def _waiting_cases(uow: UnitOfWork, person_id: UUID, among: set[UUID]) -> set[UUID]:
    """Those of these cases in which something waits for a person's role."""
    mandates = mandates_for_work(uow.session, person_id, uow.now)
    if not among or not mandates:
        return set()
    waiting = sa.select(CaseRow.id).where(CaseRow.id.in_(among), CaseRow.id.in_(waiting_cases(mandates)))
    return set(uow.session.scalars(waiting))


def may_see_case(uow: UnitOfWork, person_id: UUID, case_id: UUID) -> bool:
    """Whether a person has to do with a case; the rule of `visible_cases`."""
    seen = sa.select(CaseRow.id).where(CaseRow.id == case_id, visible_cases(uow, person_id))
    return uow.session.scalar(seen) is not None


def _granted(mandate: Mandate) -> Levels:
    return ALL_LEVELS if mandate.role in KEEPERS else EVERYDAY


def _signed_cases(person_id: UUID) -> sa.Select[UUID]:
    return sa.select(StepRecordRow.case_id).where(StepRecordRow.person_id == person_id)
