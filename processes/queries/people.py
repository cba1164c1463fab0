"""Who is signed in, and what their mandates let them see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from processes.errors import NotPermitted
from processes.mandates import Mandate, mandates_of
from processes.office import Office
from processes.organisation import bodies
from processes.tables import BodyRow, PersonRow, PostRow, UnitRow

OVERSEERS = frozenset({"supervisor", "administrator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person at work: their body, post and the mandates in force."""

    id: UUID
    login: str
    name: str
    language: str
    epoch: int
    body_id: UUID
    body: Mapping[str, str]
    """its title in four languages"""
    time_zone: str
    calendar: str
    post: Mapping[str, str] | None
    unit: Mapping[str, str] | None
    mandates: tuple[Mandate, ...]

    @property
    def roles(self) -> frozenset[str]:
        """The roles of all mandates in force, own and substituted."""
        return frozenset(mandate.role for mandate in self.mandates)

    @property
    def initials(self) -> str:
        """Two letters for the round sign beside the name."""
        return "".join(part[0] for part in self.name.split()[:2]).upper()

    def may(self, *roles: str) -> bool:
        """Whether one of the mandates in force has one of these roles."""
        return not self.roles.isdisjoint(roles)


def signed_in(office: Office, person_id: UUID, epoch: int) -> SignedIn | None:
    """The person, if still active and the session's epoch is still theirs."""
    with office.reading() as uow:
        row = uow.session.get(PersonRow, person_id)
        if row is None or not row.active or row.session_epoch != epoch:
            return None
        return person_at_work(uow.session, row, uow.now)


def person_at_work(session: Session, row: PersonRow, at: datetime) -> SignedIn:
    """A person's row with body, post and mandates."""
    body = session.get_one(BodyRow, row.body_id)
    post = session.execute(
        sa.select(PostRow.title, UnitRow.title.label("unit"))
        .join(UnitRow, UnitRow.id == PostRow.unit_id)
        .where(PostRow.person_id == row.id, PostRow.valid_from <= at.date())
        .where(sa.or_(PostRow.valid_to.is_(None), PostRow.valid_to >= at.date()))
        .order_by(PostRow.valid_from.desc())
        .limit(1)
    ).first()
    return SignedIn(
        id=row.id,
        login=row.login,
        name=row.name,
        language=row.language,
        epoch=row.session_epoch,
        body_id=body.id,
        body=body.title,
        time_zone=body.time_zone,
        calendar=body.calendar,
        post=post.title if post else None,
        unit=post.unit if post else None,
        mandates=tuple(mandates_of(session, row.id, at)),
    )


def elsewhere(office: Office, person: SignedIn) -> Mapping[UUID, Mapping[str, str]]:
    """The other bodies this person has mandates in: id → title."""
    ids = {mandate.body_id for mandate in person.mandates} - {person.body_id}
    with office.reading() as uow:
        return {each.id: each.title for each in bodies(uow.session) if each.id in ids}


def require_any_role(session: Session, person_id: UUID, roles: frozenset[str], at: datetime) -> tuple[Mandate, ...]:
    """The person's mandates in force of these roles.

    :raises NotPermitted: there is none
    """
    found = tuple(mandate for mandate in mandates_of(session, person_id, at) if mandate.role in roles)
    if not found:
        raise NotPermitted(rule="mandate")
    return found
