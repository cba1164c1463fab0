"""The orders of a body: what its head has signed, and whom and what the next one may name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from processes.authorization import require_role
from processes.mandates import Mandate, mandates_of, mandates_where
from processes.office import Office
from processes.organisation import Body, body
from processes.queries.people import require_any_role
from processes.roles import CAPACITIES, NOT_BY_ORDER
from processes.tables import MandateRow, PersonRow
from processes.unit_of_work import UnitOfWork
from processes.use_cases.appoint import roles_in_order

Titles = Mapping[str, str]
HEAD = frozenset({"head"})
MOST = 200
"""orders that a page shows, the newest first"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A mandate with the order that gives it."""

    mandate: Mandate
    document_id: UUID
    in_force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersPage:
    """The orders of a body, and what the form for the next one offers."""

    body: Body
    lines: Sequence[OrderLine]
    people: Sequence[tuple[UUID, str]]
    roles: Sequence[str]
    capacities: Sequence[str]
    substitutable: Sequence[Mandate]
    """mandates of the body for whose holder somebody may stand in"""


def headed_bodies(office: Office, by: UUID) -> list[Body]:
    """The bodies this person heads, by an own mandate or in somebody's place.

    :raises NotPermitted: none
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, HEAD, uow.now)
        ids = dict.fromkeys(one.body_id for one in mandates_of(uow.session, by, uow.now) if one.role in HEAD)
        return [body(uow.session, ident) for ident in ids]


def orders_page(office: Office, by: UUID, body_id: UUID) -> OrdersPage:
    """The orders of one body.

    :raises NotPermitted: somebody else heads it
    """
    with office.reading() as uow:
        require_role(uow.session, by, "head", uow.now, body_id=body_id)
        here = MandateRow.body_id == body_id
        held = [
            one
            for one in mandates_where(uow.session, here, MandateRow.role.not_in(NOT_BY_ORDER))
            if one.in_force(uow.now) and one.acts_for_id is None
        ]
        return OrdersPage(
            body=body(uow.session, body_id),
            lines=_lines(uow, body_id),
            people=_people(uow, body_id),
            roles=roles_in_order(uow),
            capacities=CAPACITIES,
            substitutable=sorted(held, key=lambda one: (one.role, one.holder)),
        )


def _lines(uow: UnitOfWork, body_id: UUID) -> list[OrderLine]:
    signed = sa.select(MandateRow.id, MandateRow.ground_document_id).where(
        MandateRow.body_id == body_id, MandateRow.ground_document_id.is_not(None)
    )
    newest = signed.order_by(MandateRow.valid_from.desc(), MandateRow.id).limit(MOST)
    documents = {row.id: row.ground_document_id for row in uow.session.execute(newest)}
    found = mandates_where(uow.session, MandateRow.id.in_(documents))
    return [OrderLine(mandate=one, document_id=documents[one.id], in_force=one.in_force(uow.now)) for one in found]


def _people(uow: UnitOfWork, body_id: UUID) -> list[tuple[UUID, str]]:
    rows = uow.session.execute(
        sa.select(PersonRow.id, PersonRow.name)
        .where(PersonRow.body_id == body_id, PersonRow.active)
        .order_by(PersonRow.name)
    )
    return [(row.id, row.name) for row in rows]
