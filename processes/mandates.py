"""Mandates: why a person may act, in which capacity and on what ground (B22, C7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.prepared import Asked, Prepared, Row, flushed
from processes.tables import CandidateRoleRow, MandateRow, PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A mandate with the names that documents show."""

    id: UUID
    holder_id: UUID
    holder: str
    role: str
    capacity: str
    body_id: UUID
    scope: tuple[str, ...]
    valid_from: datetime
    valid_to: datetime | None
    acts_for_id: UUID | None
    acts_for: str | None
    """the name of the person substituted"""
    ground_act: str
    ground_number: str
    ground_date: date
    ground_sha256: str | None
    revoked_at: datetime | None
    unit_id: UUID | None = None
    """the unit to which its reading is limited; None: the whole body"""
    absent_id: UUID | None = None
    """the person substituted"""

    @property
    def ground(self) -> str:
        """The act in one line, as documents show it."""
        return f"{self.ground_act} № {self.ground_number}, {self.ground_date:%d.%m.%Y}"

    @property
    def until(self) -> datetime | None:
        """Its last instant, on the last day it holds; None: it has no end."""
        return self.valid_to - timedelta.resolution if self.valid_to else None

    def in_force(self, at: datetime) -> bool:
        """Whether it covers the instant `at`."""
        ended = self.valid_to is not None and at >= self.valid_to
        revoked = self.revoked_at is not None and at >= self.revoked_at
        return self.valid_from <= at and not ended and not revoked


_COLUMNS = (
    "id", "holder_id", "role", "capacity", "body_id", "scope", "valid_from", "valid_to", "acts_for_id", "ground_act",
    "ground_number", "ground_date", "ground_sha256", "revoked_at", "unit_id",
)  # fmt: skip
# by tables, not by classes: every page asks for somebody's mandates, and none for rows to change
_MANDATE, _PERSON = sa.inspect(MandateRow).local_table, sa.inspect(PersonRow).local_table
_holder, _substituted, _absent = _PERSON.alias(), _MANDATE.alias(), _PERSON.alias()
_SELECT = (
    sa.select(
        *(_MANDATE.c[name] for name in _COLUMNS),
        _holder.c.name.label("holder"),
        _substituted.c.holder_id.label("absent_id"),
        _absent.c.name.label("acts_for"),
    )
    .join_from(_MANDATE, _holder, _holder.c.id == _MANDATE.c.holder_id)
    .outerjoin(_substituted, _substituted.c.id == _MANDATE.c.acts_for_id)
    .outerjoin(_absent, _absent.c.id == _substituted.c.holder_id)
)
_CANDIDATE = sa.inspect(CandidateRoleRow).local_table
_OF_HOLDER = _MANDATE.c.holder_id == sa.bindparam("holder_id")
_GIVEN = Prepared(_SELECT.where(_OF_HOLDER))
_WITH_LANES = _SELECT.add_columns(_CANDIDATE.c.process_key, _CANDIDATE.c.role.label("lane"))
_ITS_CANDIDATE = _CANDIDATE.c.candidate == _MANDATE.c.role
_AS_CANDIDATE = _WITH_LANES.join(_CANDIDATE, _ITS_CANDIDATE)
_FOR_WORK = Prepared(_WITH_LANES.outerjoin(_CANDIDATE, _ITS_CANDIDATE).where(_OF_HOLDER))
_NAMES = (*_COLUMNS, "holder", "absent_id", "acts_for")


def _mandate(row: Row) -> Mandate:
    return Mandate(**{name: row[name] for name in _NAMES} | {"scope": tuple(row["scope"])})


def _rows(session: Session, statement: sa.Select[Any]) -> Iterator[Row]:
    return (row._asdict() for row in session.execute(statement))


def mandates_of(session: Session, person_id: UUID, at: datetime) -> list[Mandate]:
    """Everything this person was given at `at`; own mandates before substitutions."""
    rows = _GIVEN.all(flushed(session), {"holder_id": person_id})
    return _in_force((_mandate(row) for row in rows), at)


def mandates_for_work(session: Session, person_id: UUID, at: datetime) -> list[Mandate]:
    """For whose lanes this person may act at `at`: by mandates of the lanes' roles, then as candidates.

    A mandate is worth one of the lane's role where a process names its role as the lane's candidate, limited to that
    process. It opens work, never an office: who watches or administers is asked of `mandates_of`.
    """
    statement, parameters = asked_for_work(person_id)
    return mandates_among(statement.all(flushed(session), parameters), at)


def asked_for_work(person_id: UUID) -> Asked:
    """What the database is asked for `mandates_for_work`, for those who ask for more at once."""
    return _FOR_WORK, {"holder_id": person_id}


def mandates_among(rows: Iterable[Row], at: datetime) -> list[Mandate]:
    """What it answers: each mandate with each lane whose role names it as its candidate, or with none."""
    found = list(rows)
    own = {row["id"]: row for row in found}.values()
    lanes = [row for row in found if row["lane"] is not None]
    return _in_force((_mandate(row) for row in own), at) + _in_force(_as_candidates(lanes), at)


def takers(session: Session, role: str, body_id: UUID, process_key: str, at: datetime) -> list[Mandate]:
    """Who may do the work of a lane of a process in a body at `at`; own mandates before substitutions, then by name."""
    where = (CandidateRoleRow.process_key == process_key, CandidateRoleRow.role == role, MandateRow.body_id == body_id)
    candidates = [one for one in _as_candidates(_rows(session, _AS_CANDIDATE.where(*where))) if one.in_force(at)]
    own = [one for one in holders(session, role, body_id, at) if not one.scope or process_key in one.scope]
    return sorted(own + candidates, key=lambda mandate: (mandate.acts_for_id is not None, mandate.holder))


def _as_candidates(rows: Iterable[Row]) -> Iterator[Mandate]:
    for row in rows:
        found, process = _mandate(row), row["process_key"]
        if not found.scope or process in found.scope:
            yield replace(found, role=row["lane"], scope=(process,))


def _in_force(mandates: Iterable[Mandate], at: datetime) -> list[Mandate]:
    found = [mandate for mandate in mandates if mandate.in_force(at)]
    return sorted(found, key=lambda mandate: (mandate.acts_for_id is not None, mandate.role, str(mandate.id)))


def holders(session: Session, role: str, body_id: UUID, at: datetime) -> list[Mandate]:
    """Who was given `role` of a body at `at`; own mandates before substitutions, then by name."""
    rows = _rows(session, _SELECT.where(MandateRow.role == role, MandateRow.body_id == body_id))
    found = [mandate for row in rows if (mandate := _mandate(row)).in_force(at)]
    return sorted(found, key=lambda mandate: (mandate.acts_for_id is not None, mandate.holder))


def mandates_where(session: Session, *conditions: sa.ColumnElement[bool]) -> list[Mandate]:
    """Mandates, past ones too, the newest first."""
    rows = _rows(session, _SELECT.where(*conditions).order_by(MandateRow.valid_from.desc(), MandateRow.role))
    return [_mandate(row) for row in rows]


def mandate(session: Session, mandate_id: UUID) -> Mandate | None:
    """The mandate with this id, in force or not."""
    row = next(_rows(session, _SELECT.where(MandateRow.id == mandate_id)), None)
    return _mandate(row) if row else None


def absent_holders(mandates: Iterable[Mandate]) -> set[UUID]:
    """Those for whom these mandates let somebody act."""
    return {one.absent_id for one in mandates if one.absent_id is not None}


def standing_in(session: Session, holder_id: UUID, role: str, process_key: str, at: datetime) -> list[str]:
    """The names of those who do the work of a process's lane for somebody, by an order in force at `at`."""
    candidates = sa.select(CandidateRoleRow.candidate).where(
        CandidateRoleRow.process_key == process_key, CandidateRoleRow.role == role
    )
    covered = sa.or_(MandateRow.role == role, MandateRow.role.in_(candidates))
    rows = _rows(session, _SELECT.where(_substituted.c.holder_id == holder_id, covered))
    return sorted({found.holder for row in rows if (found := _mandate(row)).in_force(at)})
