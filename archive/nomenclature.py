"""The nomenclature of files (az: işlərin nomenklaturası): which files a body's year will have, for how long, and why.

A draft is written line by line; approving it opens the files, closing it closes them; another year begins as a copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.arrangement import Arrangement
from archive.errors import CodeTaken, ForeignUnit, InvalidMetadata, NomenclatureState, UnitNotFound
from archive.store import table_of
from archive.tables import NomenclatureEntryRow, NomenclatureRow

NOMENCLATURE = table_of(NomenclatureRow)
ENTRY = table_of(NomenclatureEntryRow)
DRAFT, APPROVED, CLOSED = "draft", "approved", "closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Nomenclature:
    """The nomenclature of a body for a year."""

    id: UUID
    owner: str
    year: int
    state: str
    """draft, approved, closed"""
    ground: str | None
    """the act that approves it"""
    approved_by: str | None
    approved_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NomenclatureLine:
    """What a line says."""

    index: str
    title: str
    series_id: UUID
    retention_class: str
    article: str
    """of the retention list"""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NomenclatureEntry(NomenclatureLine):
    """A line of a nomenclature."""

    id: UUID
    nomenclature_id: UUID
    file_id: UUID | None


class Nomenclatures:
    """All nomenclatures in one session."""

    def __init__(self, session: Session, arrangement: Arrangement) -> None:
        self._session = session
        self._arrangement = arrangement

    def of(self, owner: str) -> list[Nomenclature]:
        """Those of a body, the newest year first."""
        query = sa.select(NOMENCLATURE).where(NOMENCLATURE.c.owner == owner).order_by(NOMENCLATURE.c.year.desc())
        return [Nomenclature(**row) for row in self._session.execute(query).mappings()]

    def one(self, nomenclature_id: UUID, *, lock: bool = False) -> Nomenclature:
        """One of them. Raises UnitNotFound."""
        query = sa.select(NOMENCLATURE).where(NOMENCLATURE.c.id == nomenclature_id)
        row = self._session.execute(query.with_for_update() if lock else query).mappings().one_or_none()
        if row is None:
            raise UnitNotFound(kind="nomenclature", id=nomenclature_id)
        return Nomenclature(**row)

    def entries(self, nomenclature_id: UUID) -> list[NomenclatureEntry]:
        """The lines, by index."""
        query = sa.select(ENTRY).where(ENTRY.c.nomenclature_id == nomenclature_id).order_by(ENTRY.c.index)
        return [NomenclatureEntry(**row) for row in self._session.execute(query).mappings()]

    def create(self, owner: str, year: int) -> Nomenclature:
        """An empty draft. Raises CodeTaken: the body has one for that year."""
        blank = dict.fromkeys(("ground", "approved_by", "approved_at", "closed_by", "closed_at"))
        identity = uuid4()
        values = {"id": identity, "owner": owner, "year": year, "state": DRAFT, **blank}
        self._insert(NOMENCLATURE, values, taken=str(year))
        return self.one(identity)

    def add(self, nomenclature_id: UUID, line: NomenclatureLine) -> NomenclatureEntry:
        """A line of a draft. Raises UnitNotFound, NomenclatureState, ForeignUnit, CodeTaken, InvalidMetadata."""
        nomenclature = self._require(nomenclature_id, DRAFT)
        self._check(nomenclature, line)
        identity = uuid4()
        values = {**_columns(line), "id": identity, "nomenclature_id": nomenclature_id, "file_id": None}
        self._insert(ENTRY, values, taken=line.index)
        return next(each for each in self.entries(nomenclature_id) if each.id == identity)

    def change(self, nomenclature_id: UUID, entry_id: UUID, line: NomenclatureLine) -> None:
        """Say anew what a line of a draft says. Raises as `add`."""
        nomenclature = self._require(nomenclature_id, DRAFT)
        self._check(nomenclature, line)
        of = sa.update(ENTRY).where(ENTRY.c.id == entry_id, ENTRY.c.nomenclature_id == nomenclature_id)
        self._written(of.values(**_columns(line)).returning(ENTRY.c.id), entry_id, taken=line.index)

    def remove(self, nomenclature_id: UUID, entry_id: UUID) -> None:
        """Take a line out of a draft. Raises UnitNotFound, NomenclatureState."""
        self._require(nomenclature_id, DRAFT)
        of = sa.delete(ENTRY).where(ENTRY.c.id == entry_id, ENTRY.c.nomenclature_id == nomenclature_id)
        self._written(of.returning(ENTRY.c.id), entry_id, taken="")

    def approve(self, nomenclature_id: UUID, *, ground: str, actor: str, at: datetime) -> list[UUID]:
        """By the act that `ground` names: the files of its lines are opened; which.

        Raises UnitNotFound, UnitClosed, NomenclatureState, InvalidMetadata: no ground, or no line; CodeTaken: a file
        has the code of a line.
        """
        nomenclature = self._require(nomenclature_id, DRAFT)
        entries = self.entries(nomenclature_id)
        if not ground.strip():
            raise InvalidMetadata(field="ground", value=ground)
        if not entries:
            raise InvalidMetadata(field="entries", value="")
        opened = []
        for entry in entries:
            code = f"{entry.index}/{nomenclature.year}"
            file = self._arrangement.create_file(entry.series_id, title=entry.title, opened_at=at, code=code)
            details = {"nomenclature": str(nomenclature_id), "index": entry.index, "code": code}
            self._arrangement.note(file.id, "created", at=at, actor=actor, details=details)
            self._session.execute(sa.update(ENTRY).where(ENTRY.c.id == entry.id).values(file_id=file.id))
            opened.append(file.id)
        self._set(nomenclature_id, state=APPROVED, ground=ground, approved_by=actor, approved_at=at)
        return opened

    def close(self, nomenclature_id: UUID, *, actor: str, at: datetime) -> list[UUID]:
        """The year is over: its files take no more; which were still open. Raises UnitNotFound, NomenclatureState."""
        self._require(nomenclature_id, APPROVED)
        closed = []
        for entry in self.entries(nomenclature_id):
            if entry.file_id is not None and self._arrangement.file(entry.file_id).closed_at is None:
                self._arrangement.close_file(entry.file_id, at=at)
                details = {"nomenclature": str(nomenclature_id)}
                self._arrangement.note(entry.file_id, "closed", at=at, actor=actor, details=details)
                closed.append(entry.file_id)
        self._set(nomenclature_id, state=CLOSED, closed_by=actor, closed_at=at)
        return closed

    def copy(self, nomenclature_id: UUID, year: int) -> Nomenclature:
        """A draft for another year with the same lines. Raises UnitNotFound, CodeTaken."""
        found = self.one(nomenclature_id)
        draft = self.create(found.owner, year)
        for entry in self.entries(nomenclature_id):
            values = {**_columns(entry), "id": uuid4(), "nomenclature_id": draft.id, "file_id": None}
            self._session.execute(sa.insert(ENTRY).values(**values))
        return draft

    def _check(self, nomenclature: Nomenclature, line: NomenclatureLine) -> None:
        for name in ("index", "title", "retention_class", "article"):
            if not getattr(line, name).strip():
                raise InvalidMetadata(field=name, value="")
        if self._arrangement.owner_of("series", line.series_id) != nomenclature.owner:
            raise ForeignUnit(kind="series", id=line.series_id)

    def _require(self, nomenclature_id: UUID, state: str) -> Nomenclature:
        found = self.one(nomenclature_id, lock=True)
        if found.state != state:
            raise NomenclatureState(state=found.state, needed=state)
        return found

    def _set(self, nomenclature_id: UUID, **values: Any) -> None:
        self._session.execute(sa.update(NOMENCLATURE).where(NOMENCLATURE.c.id == nomenclature_id).values(**values))

    def _insert(self, table: sa.Table, values: Mapping[str, Any], *, taken: str) -> None:
        try:
            with self._session.begin_nested():
                self._session.execute(sa.insert(table).values(**values))
        except IntegrityError as error:
            raise CodeTaken(kind="nomenclature", taken=taken) from error

    def _written(self, statement: sa.Executable, entry_id: UUID, *, taken: str) -> None:
        try:
            with self._session.begin_nested():
                found = self._session.execute(statement).one_or_none()
        except IntegrityError as error:
            raise CodeTaken(kind="nomenclature", taken=taken) from error
        if found is None:
            raise UnitNotFound(kind="line", id=entry_id)


def _columns(line: NomenclatureLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ("index", "title", "series_id", "retention_class", "article", "note")}
