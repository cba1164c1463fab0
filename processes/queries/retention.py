"""Retention for readers: the schedules with their rules, what is due, and the lists under way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from archive.documents import GONE, ArchivedDocument
from archive.holds import is_held
from archive.retention import RetentionClass
from archive.tables import DisposalEntryRow, DocumentRow
from processes.archivists import kept_bodies
from processes.office import Office
from processes.organisation import Body, bodies
from processes.tables import CaseRow
from processes.transfers import container_of
from processes.unit_of_work import UnitOfWork

SHOWN = 50
"""due documents of a body on the page; the review list offers more"""
PROCESS = "document-disposal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleLine:
    """A retention class and how many documents stand under it."""

    schedule: RetentionClass
    documents: int
    due: int
    held: int
    """of those due, how many a hold keeps"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyDue:
    """What is due in one body."""

    id: UUID
    title: Mapping[str, str]
    documents: Sequence[ArchivedDocument]
    """the longest overdue first"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLine:
    """A disposal under way or done."""

    case_id: UUID
    number: str
    subject: str
    status: str
    states: Mapping[str, int]
    """state of an entry → how many"""
    package: bool
    """a package for a receiver outside lies there"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPage:
    """Everything an archivist watches of retention."""

    schedules: Sequence[ScheduleLine]
    bodies: Sequence[BodyDue]
    lists: Sequence[ListLine]


def retention_page(office: Office, by: UUID) -> RetentionPage:
    """The bodies this person keeps the documents of.

    :raises NotPermitted: nobody's archivist
    """
    with office.reading() as uow:
        mine = kept_bodies(uow, by)
        kept = [each for each in bodies(uow.session) if str(each.id) in mine]
        return RetentionPage(
            schedules=_schedules(uow, mine, uow.now.date()),
            bodies=[_due(uow, each) for each in kept],
            lists=_lists(office, uow, [each.id for each in kept]),
        )


def due_documents(office: Office, owner: str | None = None, *, limit: int = 10_000) -> list[ArchivedDocument]:
    """What is due today in one body or in all: for whoever rules the machine."""
    with office.reading() as uow:
        return uow.archive.review_lists.due(on=uow.now.date(), owner=owner, limit=limit)


def _due(uow: UnitOfWork, owner: Body) -> BodyDue:
    today = owner.local(uow.now).date()
    found = uow.archive.review_lists.due(on=today, owner=str(owner.id), limit=SHOWN)
    return BodyDue(id=owner.id, title=owner.title, documents=found)


def _schedules(uow: UnitOfWork, owners: frozenset[str], today: date) -> list[ScheduleLine]:
    over = DocumentRow.dispose_after < today
    columns = (
        DocumentRow.retention_class,
        sa.func.count().label("all"),
        sa.func.sum(sa.case((over, 1), else_=0)).label("due"),
        sa.func.sum(sa.case((over & is_held(), 1), else_=0)).label("held"),
    )
    kept = DocumentRow.owner.in_(owners) & DocumentRow.status.not_in(sorted(GONE))
    rows = uow.session.execute(sa.select(*columns).where(kept).group_by(DocumentRow.retention_class))
    counts = {row.retention_class: row for row in rows}
    return [
        ScheduleLine(
            schedule=each,
            documents=counts[each.code].all if each.code in counts else 0,
            due=counts[each.code].due if each.code in counts else 0,
            held=counts[each.code].held if each.code in counts else 0,
        )
        for each in uow.archive.retention_classes()
    ]


def _lists(office: Office, uow: UnitOfWork, owners: Sequence[UUID]) -> list[ListLine]:
    cases = uow.session.execute(
        sa.select(CaseRow)
        .where(CaseRow.definition_key == PROCESS, CaseRow.body_id.in_(owners))
        .order_by(CaseRow.started_at.desc())
        .limit(SHOWN)
    ).scalars()
    found = list(cases)
    rows = uow.session.execute(
        sa.select(DisposalEntryRow.list_id, DisposalEntryRow.state, sa.func.count().label("number"))
        .where(DisposalEntryRow.list_id.in_([each.id for each in found]))
        .group_by(DisposalEntryRow.list_id, DisposalEntryRow.state)
    )
    states: dict[UUID, dict[str, int]] = {}
    for row in rows:
        states.setdefault(row.list_id, {})[row.state] = row.number
    return [
        ListLine(
            case_id=each.id,
            number=each.number,
            subject=each.subject,
            status=each.status,
            states=states.get(each.id, {}),
            package=container_of(office, each.number).exists(),
        )
        for each in found
    ]
