"""The administrator's view of the office's people: who they are, what they may do, with which certificate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from processes.authorization import ADMINISTRATOR, require_role
from processes.errors import NotFound
from processes.mandates import Mandate, mandates_of, mandates_where
from processes.office import Office
from processes.organisation import Body, bodies
from processes.queries.certificates import CertificateLine, certificate_line
from processes.queries.matching import contains
from processes.queries.paging import Page, Paging
from processes.roles import CAPACITIES, known_roles
from processes.tables import BodyRow, CertificateRow, MandateRow, PersonRow, PostRow, UnitRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """Somebody of the office."""

    id: UUID
    name: str
    login: str
    email: str | None
    language: str
    body_id: UUID
    body: Titles
    post: Titles | None
    active: bool
    mandates: Sequence[Mandate]
    """the newest first, past ones too"""
    elsewhere: Mapping[UUID, Titles]
    """mandate → the body it is for, where that is not the person's own"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """A structural unit."""

    id: UUID
    code: str
    title: Titles


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLine:
    """A public body of this installation, with its units."""

    body: Body
    units: Sequence[UnitLine]
    people: int
    sealed: bool
    """whether it has an e-seal that is in force"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """One person, and what an administrator can choose from."""

    person: PersonLine
    certificates: Sequence[CertificateLine]
    roles: Sequence[str]
    capacities: Sequence[str]
    bodies: Sequence[Body]
    """those the reader administers"""
    units: Sequence[UnitLine]
    """of those bodies"""
    substitutable: Sequence[Mandate]
    """mandates of others in those bodies, in force, that a substitution may be for"""

    @property
    def unit_titles(self) -> Mapping[UUID, Titles]:
        """Unit → its title."""
        return {unit.id: unit.title for unit in self.units}


def people(office: Office, by: UUID, *, text: str = "", page: int = 1) -> Page:
    """Everybody of the bodies the reader administers, with their mandates, by body and name, a page at a time.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_role(uow.session, by, ADMINISTRATOR, uow.now)
        where: sa.ColumnElement[bool] = PersonRow.body_id.in_([body.id for body in _administered(uow, by)])
        if text.strip():
            where = sa.and_(where, contains(text, PersonRow.name, PersonRow.login))
        total = uow.session.scalar(sa.select(sa.func.count()).select_from(PersonRow).where(where)) or 0
        paging = Paging(page=max(1, page), total=total)
        ids = sa.select(PersonRow.id).join(BodyRow, BodyRow.id == PersonRow.body_id).where(where)
        ids = ids.order_by(BodyRow.code, PersonRow.name).limit(paging.size).offset(paging.offset)
        return Page(lines=_lines(uow, list(uow.session.execute(ids).scalars())), paging=paging)


def person_page(office: Office, by: UUID, person_id: UUID) -> PersonPage:
    """One person.

    :raises NotPermitted: no administrator of the person's body
    :raises NotFound: nobody with that id
    """
    with office.reading() as uow:
        lines = _lines(uow, [person_id])
        if not lines:
            raise NotFound("no such person")
        require_role(uow.session, by, ADMINISTRATOR, uow.now, body_id=lines[0].body_id)
        administered = _administered(uow, by)
        rows = uow.session.execute(
            sa.select(CertificateRow)
            .where(CertificateRow.person_id == person_id)
            .order_by(CertificateRow.not_after.desc())
        ).scalars()
        own = {body.id for body in administered}
        others = [
            each
            for each in mandates_where(uow.session, MandateRow.body_id.in_(own), MandateRow.holder_id != person_id)
            if each.in_force(uow.now) and each.acts_for_id is None
        ]
        return PersonPage(
            person=lines[0],
            certificates=[certificate_line(row, lines[0].name, None, uow.now) for row in rows],
            roles=known_roles(uow),
            capacities=CAPACITIES,
            bodies=administered,
            units=[line for body in administered for line in units_of(uow, body.id)],
            substitutable=sorted(others, key=lambda each: (each.role, each.holder)),
        )


def administered_bodies(office: Office, by: UUID) -> list[BodyLine]:
    """The bodies the reader administers, with their units.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_role(uow.session, by, ADMINISTRATOR, uow.now)
        units: dict[UUID, list[UnitLine]] = {}
        for row in uow.session.execute(sa.select(UnitRow).order_by(UnitRow.code)).scalars():
            units.setdefault(row.body_id, []).append(UnitLine(id=row.id, code=row.code, title=row.title))
        counted = sa.select(PersonRow.body_id, sa.func.count().label("people")).group_by(PersonRow.body_id)
        counts = {row.body_id: row.people for row in uow.session.execute(counted)}
        sealed = _sealed(uow, uow.now)
        return [
            BodyLine(body=body, units=units.get(body.id, []), people=counts.get(body.id, 0), sealed=body.id in sealed)
            for body in _administered(uow, by)
        ]


def units_of(uow: UnitOfWork, body_id: UUID) -> list[UnitLine]:
    """The units of a body, by code."""
    rows = uow.session.scalars(sa.select(UnitRow).where(UnitRow.body_id == body_id).order_by(UnitRow.code))
    return [UnitLine(id=row.id, code=row.code, title=row.title) for row in rows]


def _administered(uow: UnitOfWork, by: UUID) -> list[Body]:
    held = {each.body_id for each in mandates_of(uow.session, by, uow.now) if each.role == ADMINISTRATOR}
    return [body for body in bodies(uow.session) if body.id in held]


def _sealed(uow: UnitOfWork, now: datetime) -> set[UUID]:
    rows = uow.session.execute(
        sa.select(CertificateRow.body_id).where(
            CertificateRow.body_id.is_not(None), CertificateRow.revoked_at.is_(None), CertificateRow.not_after > now
        )
    ).scalars()
    return {row for row in rows if row is not None}


def _lines(uow: UnitOfWork, ids: Sequence[UUID]) -> list[PersonLine]:
    mandates: dict[UUID, list[Mandate]] = {}
    for mandate in mandates_where(uow.session, MandateRow.holder_id.in_(ids)):
        mandates.setdefault(mandate.holder_id, []).append(mandate)
    held = uow.session.execute(
        sa.select(PostRow.person_id, PostRow.title).where(PostRow.person_id.in_(ids)).order_by(PostRow.valid_from)
    )
    posts = {row.person_id: row.title for row in held}
    titles = {body.id: body.title for body in bodies(uow.session)}
    rows = {row.id: row for row in uow.session.execute(sa.select(PersonRow).where(PersonRow.id.in_(ids))).scalars()}
    return [
        PersonLine(
            id=row.id,
            name=row.name,
            login=row.login,
            email=row.email,
            language=row.language,
            body_id=row.body_id,
            body=titles[row.body_id],
            post=posts.get(row.id),
            active=row.active,
            mandates=mandates.get(row.id, ()),
            elsewhere={
                each.id: titles[each.body_id] for each in mandates.get(row.id, ()) if each.body_id != row.body_id
            },
        )
        for identity in ids
        if (row := rows.get(identity)) is not None
    ]
