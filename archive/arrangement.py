"""The tree of the archive (ISAD(G)): a fonds of a body, its series, their files (az: fond, seriya, iş)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.errors import CodeTaken, FileClosed, UnitNotFound
from archive.store import DOCUMENT, table_of
from archive.tables import FileRow, FondsRow, SeriesRow

FONDS = table_of(FondsRow)
SERIES = table_of(SeriesRow)
FILE = table_of(FileRow)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fonds:
    """All documents of one body."""

    id: UUID
    code: str
    title: Mapping[str, str]
    owner: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Files of one kind within a fonds, with the retention class they have by default."""

    id: UUID
    fonds_id: UUID
    code: str
    title: Mapping[str, str]
    retention_class: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveFile:
    """The documents of one affair; `documents` is their number."""

    id: UUID
    series_id: UUID
    code: str
    title: str
    opened_at: datetime
    closed_at: datetime | None
    documents: int


class Arrangement:
    """The tree in one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def fonds(self, owner: str | None = None) -> list[Fonds]:
        """All fonds, or those of one body, by code."""
        query = sa.select(FONDS).order_by(FONDS.c.code)
        if owner is not None:
            query = query.where(FONDS.c.owner == owner)
        return [Fonds(**row) for row in self._session.execute(query).mappings()]

    def series(self, fonds_id: UUID | None = None) -> list[Series]:
        """The series of a fonds, or of all of them, by code."""
        query = sa.select(SERIES).order_by(SERIES.c.code)
        if fonds_id is not None:
            query = query.where(SERIES.c.fonds_id == fonds_id)
        return [Series(**row) for row in self._session.execute(query).mappings()]

    def files(self, series_id: UUID) -> list[ArchiveFile]:
        """The files of a series, by code, with their numbers of documents."""
        return self._files(FILE.c.series_id == series_id)

    def file(self, file_id: UUID) -> ArchiveFile:
        """One file. Raises UnitNotFound."""
        found = self._files(FILE.c.id == file_id)
        if not found:
            raise UnitNotFound(kind="file", id=file_id)
        return found[0]

    def create_fonds(self, *, code: str, title: Mapping[str, str], owner: str) -> Fonds:
        """Raises CodeTaken."""
        fonds = Fonds(id=uuid4(), code=code, title=dict(title), owner=owner)
        self._insert(FONDS, "fonds", {"id": fonds.id, "code": code, "title": dict(title), "owner": owner})
        return fonds

    def create_series(self, fonds_id: UUID, *, code: str, title: Mapping[str, str], retention_class: str) -> Series:
        """Raises UnitNotFound, CodeTaken."""
        self._require(FONDS, "fonds", fonds_id)
        series = Series(id=uuid4(), fonds_id=fonds_id, code=code, title=dict(title), retention_class=retention_class)
        values = {"fonds_id": fonds_id, "code": code, "title": dict(title), "retention_class": retention_class}
        self._insert(SERIES, "series", {"id": series.id, **values})
        return series

    def create_file(self, series_id: UUID, *, title: str, opened_at: datetime, code: str | None = None) -> ArchiveFile:
        """Open a file; without a code it gets the next number in its series. Raises UnitNotFound, CodeTaken."""
        series_code = self._require(SERIES, "series", series_id, lock=True)
        if code is None:
            count = sa.select(sa.func.count()).select_from(FILE).where(FILE.c.series_id == series_id)
            code = f"{series_code}-{self._session.execute(count).scalar_one() + 1:05}"
        file_id = uuid4()
        values = {"series_id": series_id, "code": code, "title": title, "opened_at": opened_at, "closed_at": None}
        self._insert(FILE, "file", {"id": file_id, **values})
        return self.file(file_id)

    def close_file(self, file_id: UUID, *, at: datetime) -> ArchiveFile:
        """Close a file: it takes no more documents. Raises UnitNotFound, FileClosed."""
        self.require_open(file_id)
        self._session.execute(sa.update(FILE).where(FILE.c.id == file_id).values(closed_at=at))
        return self.file(file_id)

    def require_open(self, file_id: UUID) -> ArchiveFile:
        """The file, which still takes documents. Raises UnitNotFound, FileClosed."""
        found = self.file(file_id)
        if found.closed_at is not None:
            raise FileClosed(file_id=file_id)
        return found

    def series_of(self, file_id: UUID) -> Series:
        """The series a file stands in. Raises UnitNotFound."""
        query = sa.select(SERIES).join(FILE, FILE.c.series_id == SERIES.c.id).where(FILE.c.id == file_id)
        row = self._session.execute(query).mappings().one_or_none()
        if row is None:
            raise UnitNotFound(kind="file", id=file_id)
        return Series(**row)

    def _files(self, condition: sa.ColumnElement[bool]) -> list[ArchiveFile]:
        count = sa.select(sa.func.count()).where(DOCUMENT.c.file_id == FILE.c.id).scalar_subquery()
        query = sa.select(FILE, count.label("documents")).where(condition).order_by(FILE.c.code)
        return [ArchiveFile(**row) for row in self._session.execute(query).mappings()]

    def _require(self, table: sa.Table, kind: str, unit_id: UUID, *, lock: bool = False) -> str:
        """The code of a fonds or series, locked if a number is about to be drawn in it. Raises UnitNotFound."""
        query = sa.select(table.c.code).where(table.c.id == unit_id)
        code = self._session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
        if code is None:
            raise UnitNotFound(kind=kind, id=unit_id)
        return str(code)

    def _insert(self, table: sa.Table, kind: str, values: dict[str, Any]) -> None:
        try:
            with self._session.begin_nested():
                self._session.execute(sa.insert(table).values(**values))
        except IntegrityError as error:
            raise CodeTaken(kind=kind, taken=str(values["code"])) from error
