"""The holds on documents of the bodies somebody keeps: those placed in one go are one line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from archive.holds import DisposalHold
from archive.tables import DocumentRow, FileRow, FondsRow, HoldRow, SeriesRow
from processes.archivists import kept_bodies
from processes.office import Office
from processes.organisation import people_named
from processes.queries.paging import Paging
from processes.unit_of_work import UnitOfWork

SIZE = 50
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """Holds placed in one go."""

    order_id: UUID
    ground: str
    placed_by: str
    placed_at: datetime
    count: int
    """of documents and files"""
    open: int
    document: tuple[UUID, str] | None
    """the one document it lies on, or one of them: id and number"""
    file: str | None
    """code and title of the file as a whole"""
    lifted_by: str | None
    lifted_at: datetime | None
    lifted_ground: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldsPage:
    """Holds, those in force first, newest first."""

    lines: Sequence[HoldLine]
    paging: Paging


def holds_page(office: Office, by: UUID, page: int) -> HoldsPage:
    """The holds this archivist sees.

    :raises NotPermitted: nobody's archivist
    """
    with office.reading() as uow:
        mine = _of(kept_bodies(uow, by))
        orders = sa.select(HoldRow.order_id).where(mine).group_by(HoldRow.order_id)
        total = uow.session.scalar(sa.select(sa.func.count()).select_from(orders.subquery())) or 0
        paging = Paging(page=page, total=total, size=SIZE)
        in_force = sa.func.sum(sa.case((HoldRow.lifted_at.is_(None), 1), else_=0))
        newest = orders.order_by((in_force > 0).desc(), sa.func.max(HoldRow.placed_at).desc(), HoldRow.order_id)
        ids = list(uow.session.scalars(newest.limit(SIZE).offset((page - 1) * SIZE)))
        return HoldsPage(lines=_lines(uow, ids), paging=paging)


def owner_of(uow: UnitOfWork, hold: DisposalHold) -> str:
    """The body whose document or file is held, as the archive names owners."""
    document = sa.select(DocumentRow.owner).where(DocumentRow.id == hold.document_id)
    file = _owner_of_files().where(FileRow.id == hold.file_id)
    return str(uow.session.scalars(file if hold.document_id is None else document).one())


def _owner_of_files() -> sa.Select[str]:
    return (
        sa.select(FondsRow.owner)
        .join(SeriesRow, SeriesRow.fonds_id == FondsRow.id)
        .join(FileRow, FileRow.series_id == SeriesRow.id)
    )


def _of(owners: frozenset[str]) -> sa.ColumnElement[bool]:
    document = sa.exists().where(DocumentRow.id == HoldRow.document_id, DocumentRow.owner.in_(owners))
    file = _owner_of_files().where(FileRow.id == HoldRow.file_id, FondsRow.owner.in_(owners)).correlate(HoldRow)
    return document | file.exists()


def _lines(uow: UnitOfWork, ids: Sequence[UUID]) -> list[HoldLine]:
    """Each order by one of its holds, with the numbers of all."""
    columns = (
        HoldRow.order_id,
        sa.func.count().label("all"),
        sa.func.sum(sa.case((HoldRow.lifted_at.is_(None), 1), else_=0)).label("open"),
    )
    counted = sa.select(*columns).where(HoldRow.order_id.in_(ids)).group_by(HoldRow.order_id)
    counts = {row.order_id: (row.all, row.open) for row in uow.session.execute(counted)}
    # the order has the id of its first hold
    rows = uow.session.execute(sa.select(HoldRow).where(HoldRow.id.in_(ids))).scalars()
    first = {row.id: row for row in rows}
    named = _named(uow, list(first.values()))
    return [_line(first[each], counts[each], named) for each in ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    people: Mapping[str, str]
    documents: Mapping[UUID, str]
    files: Mapping[UUID, str]


def _named(uow: UnitOfWork, rows: Sequence[HoldRow]) -> _Named:
    who = {UUID(each) for row in rows for each in (row.placed_by, row.lifted_by) if each and _UUID.fullmatch(each)}
    documents = sa.select(DocumentRow.id, DocumentRow.number).where(
        DocumentRow.id.in_([row.document_id for row in rows if row.document_id])
    )
    files = sa.select(FileRow.id, FileRow.code, FileRow.title).where(
        FileRow.id.in_([row.file_id for row in rows if row.file_id])
    )
    return _Named(
        people={str(identity): name for identity, name in people_named(uow.session, who).items()},
        documents={row.id: row.number for row in uow.session.execute(documents)},
        files={row.id: f"{row.code} {row.title}" for row in uow.session.execute(files)},
    )


def _line(row: HoldRow, count: tuple[int, int], named: _Named) -> HoldLine:
    return HoldLine(
        order_id=row.order_id,
        ground=row.ground,
        placed_by=named.people.get(row.placed_by, row.placed_by),
        placed_at=row.placed_at,
        count=count[0],
        open=count[1],
        document=(row.document_id, named.documents[row.document_id]) if row.document_id else None,
        file=named.files[row.file_id] if row.file_id else None,
        lifted_by=named.people.get(row.lifted_by or "", row.lifted_by) if row.lifted_by else None,
        lifted_at=row.lifted_at,
        lifted_ground=row.lifted_ground,
    )
