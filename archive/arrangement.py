"""The tree of the archive (ISAD(G)): a fonds of a body, its series and sub-series, their files (az: fond, seriya, iş).

Whatever is done to it by somebody leaves a line in its history: `Arrangement.history`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.errors import CodeTaken, FileClosed, ForeignUnit, InvalidMetadata, UnitClosed, UnitNotEmpty, UnitNotFound
from archive.store import DOCUMENT, reground, table_of
from archive.tables import ArrangementEventRow, FileRow, FondsRow, SeriesRow

FONDS = table_of(FondsRow)
SERIES = table_of(SeriesRow)
FILE = table_of(FileRow)
EVENT = table_of(ArrangementEventRow)
KINDS: Mapping[str, sa.Table] = {"fonds": FONDS, "series": SERIES, "file": FILE}
ELEMENTS: Mapping[str, str] = {
    "dates": "3.1.3",
    "extent": "3.1.5",
    "creator": "3.2.1",
    "history": "3.2.2",
    "custody": "3.2.3",
    "acquisition": "3.2.4",
    "scope": "3.3.1",
    "appraisal": "3.3.2",
    "accruals": "3.3.3",
    "arrangement": "3.3.4",
    "access": "3.4.1",
    "reproduction": "3.4.2",
    "languages": "3.4.3",
    "finding_aids": "3.4.5",
    "related": "3.5.3",
    "note": "3.6.1",
}
"""the elements of description → their place in ISAD(G) 2nd edition; code, title and level are the unit's own columns"""
LONGEST = 5000
"""characters of one element"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fonds:
    """All documents of one body."""

    id: UUID
    code: str
    title: Mapping[str, str]
    owner: str
    description: Mapping[str, str] = field(default_factory=dict)
    """the elements of ISAD(G) that somebody has filled in, by their names in ELEMENTS"""
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Files of one kind within a fonds, with the retention class they have by default."""

    id: UUID
    fonds_id: UUID
    code: str
    title: Mapping[str, str]
    retention_class: str
    above_id: UUID | None = None
    """of a sub-series: its series"""
    description: Mapping[str, str] = field(default_factory=dict)
    closed_at: datetime | None = None


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
    description: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrangementEvent:
    """Something that was done to a fonds, series or file."""

    unit_id: UUID
    seq: int
    event: str
    """created, described, moved, closed"""
    at: datetime
    actor: str
    details: Mapping[str, Any]


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
        values = {"id": fonds.id, "code": code, "title": dict(title), "owner": owner}
        self._insert(FONDS, "fonds", {**values, "description": {}, "closed_at": None})
        return fonds

    def subseries(self, series_id: UUID) -> list[Series]:
        """The sub-series of a series, by code."""
        query = sa.select(SERIES).where(SERIES.c.above_id == series_id).order_by(SERIES.c.code)
        return [Series(**row) for row in self._session.execute(query).mappings()]

    def create_series(
        self,
        fonds_id: UUID,
        *,
        code: str,
        title: Mapping[str, str],
        retention_class: str,
        above_id: UUID | None = None,
    ) -> Series:
        """A series, or a sub-series of one. Raises UnitNotFound, UnitClosed, CodeTaken, InvalidMetadata."""
        self._require(FONDS, "fonds", fonds_id)
        if above_id is not None:
            self._require_above(above_id)
        values = {"fonds_id": fonds_id, "above_id": above_id, "code": code, "title": dict(title)}
        identity = uuid4()
        values |= {"id": identity, "retention_class": retention_class, "description": {}, "closed_at": None}
        self._insert(SERIES, "series", values)
        return self.one_series(identity)

    def create_file(self, series_id: UUID, *, title: str, opened_at: datetime, code: str | None = None) -> ArchiveFile:
        """Open a file; without a code it gets the next number in its series.

        Raises UnitNotFound, UnitClosed, CodeTaken.
        """
        series_code = self._require(SERIES, "series", series_id, lock=True)
        if code is None:
            count = sa.select(sa.func.count()).select_from(FILE).where(FILE.c.series_id == series_id)
            code = f"{series_code}-{self._session.execute(count).scalar_one() + 1:05}"
        file_id = uuid4()
        values = {"series_id": series_id, "code": code, "title": title, "opened_at": opened_at, "closed_at": None}
        self._insert(FILE, "file", {"id": file_id, **values, "description": {}})
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

    def one_fonds(self, fonds_id: UUID) -> Fonds:
        """One fonds. Raises UnitNotFound."""
        return Fonds(**self._row("fonds", fonds_id))

    def one_series(self, series_id: UUID) -> Series:
        """One series. Raises UnitNotFound."""
        return Series(**self._row("series", series_id))

    def owner_of(self, kind: str, unit_id: UUID) -> str:
        """The body in whose archive a fonds, series or file stands. Raises UnitNotFound."""
        if kind == "file":
            return self.owner_of("series", self.file(unit_id).series_id)
        if kind == "series":
            return self.owner_of("fonds", self.one_series(unit_id).fonds_id)
        return self.one_fonds(unit_id).owner

    def describe(self, kind: str, unit_id: UUID, *, code: str, title: Any, description: Mapping[str, str]) -> None:
        """Give a unit its code, title and elements of description. Raises UnitNotFound, CodeTaken, InvalidMetadata."""
        kept = {name: text.strip() for name, text in description.items() if text.strip()}
        for name, text in kept.items():
            if name not in ELEMENTS or len(text) > LONGEST:
                raise InvalidMetadata(field=name, value=text[:80])
        self._change(kind, unit_id, {"code": code, "title": title, "description": kept})

    def move(self, kind: str, unit_id: UUID, target: UUID) -> None:
        """Put a series into another fonds of its body or below another series, or a file into another series.

        Raises UnitNotFound, UnitClosed, ForeignUnit, CodeTaken, InvalidMetadata: a series has one level below it.
        """
        below_series = kind == "file" or self._is_series(target)
        above = "series" if below_series else "fonds"
        self._require(KINDS[above], above, target)
        if self.owner_of(kind, unit_id) != self.owner_of(above, target):
            raise ForeignUnit(kind=above, id=target)
        if kind == "file":
            self._change(kind, unit_id, {"series_id": target})
            reground(self._session, DOCUMENT.c.file_id == unit_id)
            return
        fonds_id = target
        if below_series:
            if target == unit_id or self.subseries(unit_id):
                raise InvalidMetadata(field="target", value="sub-series")
            fonds_id = self._require_above(target).fonds_id
        self._change(kind, unit_id, {"fonds_id": fonds_id, "above_id": target if below_series else None})
        for each in self.subseries(unit_id):
            self._change(kind, each.id, {"fonds_id": fonds_id})

    def close(self, kind: str, unit_id: UUID, *, at: datetime) -> None:
        """The unit takes nothing more. Raises UnitNotFound, UnitClosed, UnitNotEmpty (something below is open)."""
        if self._row(kind, unit_id)["closed_at"] is not None:
            raise UnitClosed(kind=kind, id=unit_id)
        below = {"fonds": SERIES.c.fonds_id, "series": FILE.c.series_id}.get(kind)
        if below is not None:
            still_open = sa.select(below).where(below == unit_id, below.table.c.closed_at.is_(None)).limit(1)
            if self._session.scalar(still_open) is not None or any(
                each.closed_at is None for each in self.subseries(unit_id)
            ):
                raise UnitNotEmpty(kind=kind, id=unit_id)
        self._change(kind, unit_id, {"closed_at": at})

    def note(self, unit_id: UUID, event: str, *, at: datetime, actor: str, details: Mapping[str, Any]) -> None:
        """Add a line to the history of a unit."""
        last = self._session.scalar(sa.select(sa.func.max(EVENT.c.seq)).where(EVENT.c.unit_id == unit_id)) or 0
        values = {"id": uuid4(), "unit_id": unit_id, "seq": last + 1, "event": event, "at": at, "actor": actor}
        self._session.execute(sa.insert(EVENT).values(**values, details=dict(details)))

    def history(self, unit_id: UUID) -> list[ArrangementEvent]:
        """What was done to a unit, first things first."""
        columns = [column for column in EVENT.c if column.name != "id"]
        query = sa.select(*columns).where(EVENT.c.unit_id == unit_id).order_by(EVENT.c.seq)
        return [ArrangementEvent(**row) for row in self._session.execute(query).mappings()]

    def _is_series(self, unit_id: UUID) -> bool:
        return self._session.scalar(sa.select(SERIES.c.id).where(SERIES.c.id == unit_id)) is not None

    def _require_above(self, series_id: UUID) -> Series:
        """An open series that is no sub-series itself. Raises UnitNotFound, UnitClosed, InvalidMetadata."""
        self._require(SERIES, "series", series_id)
        found = self.one_series(series_id)
        if found.above_id is not None:
            raise InvalidMetadata(field="target", value="sub-series")
        return found

    def _row(self, kind: str, unit_id: UUID) -> Mapping[str, Any]:
        table = KINDS[kind]
        row = self._session.execute(sa.select(table).where(table.c.id == unit_id)).mappings().one_or_none()
        if row is None:
            raise UnitNotFound(kind=kind, id=unit_id)
        return dict(row)

    def _change(self, kind: str, unit_id: UUID, values: Mapping[str, Any]) -> None:
        table = KINDS[kind]
        try:
            with self._session.begin_nested():
                changed = sa.update(table).where(table.c.id == unit_id).values(**values).returning(table.c.id)
                if self._session.execute(changed).one_or_none() is None:
                    raise UnitNotFound(kind=kind, id=unit_id)
        except IntegrityError as error:
            raise CodeTaken(kind=kind, taken=str(values.get("code", ""))) from error

    def _files(self, condition: sa.ColumnElement[bool]) -> list[ArchiveFile]:
        count = sa.select(sa.func.count()).where(DOCUMENT.c.file_id == FILE.c.id).scalar_subquery()
        query = sa.select(FILE, count.label("documents")).where(condition).order_by(FILE.c.code)
        return [ArchiveFile(**row) for row in self._session.execute(query).mappings()]

    def _require(self, table: sa.Table, kind: str, unit_id: UUID, *, lock: bool = False) -> str:
        """The code of an open fonds or series, locked if a number is about to be drawn in it.

        Raises UnitNotFound, UnitClosed.
        """
        query = sa.select(table.c.code, table.c.closed_at).where(table.c.id == unit_id)
        row = self._session.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise UnitNotFound(kind=kind, id=unit_id)
        if row.closed_at is not None:
            raise UnitClosed(kind=kind, id=unit_id)
        return str(row.code)

    def _insert(self, table: sa.Table, kind: str, values: dict[str, Any]) -> None:
        try:
            with self._session.begin_nested():
                self._session.execute(sa.insert(table).values(**values))
        except IntegrityError as error:
            raise CodeTaken(kind=kind, taken=str(values["code"])) from error
