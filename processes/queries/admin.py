"""The administrator's lists: people and mandates, certificates, the outbox, the audit trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from processes.mandates import Mandate
from processes.office import Office
from processes.organisation import bodies, people_named
from processes.queries.matching import contains
from processes.queries.paging import Paging
from processes.queries.people import require_any_role
from processes.tables import AuditRow, BodyRow, CaseRow, CertificateRow, MandateRow, OutboxRow, PersonRow, PostRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
ADMINISTRATORS = frozenset({"administrator"})
EXPIRING_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """Somebody of the office."""

    id: UUID
    name: str
    login: str
    body: Titles
    post: Titles | None
    active: bool
    mandates: Sequence[Mandate]
    elsewhere: Mapping[UUID, Titles]
    """mandate → the body it is for, where that is not the person's own"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """A certificate and how it stands."""

    serial: str
    holder: str | None
    body: Titles | None
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    state: str
    """valid, expiring, expired, revoked, locked"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLine:
    """A notice that went out, or waits to."""

    id: UUID
    recipient: str
    subject: str
    body: str
    case_id: UUID | None
    case_number: str | None
    document_id: UUID | None
    created_at: datetime
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One line of the audit trail."""

    stream: str
    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any] | None
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Lines with where the list stands."""

    lines: Sequence[Any]
    paging: Paging


def people(office: Office, by: UUID) -> list[PersonLine]:
    """Everybody with their mandates, by body and name.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, ADMINISTRATORS, uow.now)
        mandates: dict[UUID, list[Mandate]] = {}
        for mandate in _all_mandates(uow):
            mandates.setdefault(mandate.holder_id, []).append(mandate)
        posts = {
            holder: title
            for holder, title in uow.session.execute(sa.select(PostRow.person_id, PostRow.title))
            if holder
        }
        titles = {body.id: body.title for body in bodies(uow.session)}
        rows = uow.session.execute(
            sa.select(PersonRow, BodyRow)
            .join(BodyRow, BodyRow.id == PersonRow.body_id)
            .order_by(BodyRow.code, PersonRow.name)
        )
        return [
            PersonLine(
                id=person.id,
                name=person.name,
                login=person.login,
                body=body.title,
                post=posts.get(person.id),
                active=person.active,
                mandates=mandates.get(person.id, ()),
                elsewhere={
                    each.id: titles[each.body_id] for each in mandates.get(person.id, ()) if each.body_id != body.id
                },
            )
            for person, body in rows
        ]


def _all_mandates(uow: UnitOfWork) -> list[Mandate]:
    """Every mandate there has been, the newest first, with the names documents show."""
    holder, substituted, absent = aliased(PersonRow), aliased(MandateRow), aliased(PersonRow)
    rows = uow.session.execute(
        sa.select(MandateRow, holder.name, absent.name)
        .join(holder, holder.id == MandateRow.holder_id)
        .outerjoin(substituted, substituted.id == MandateRow.acts_for_id)
        .outerjoin(absent, absent.id == substituted.holder_id)
        .order_by(MandateRow.valid_from.desc(), MandateRow.role)
    )
    return [_mandate(row, name, acts_for) for row, name, acts_for in rows]


def _mandate(row: MandateRow, name: str, acts_for: str | None) -> Mandate:
    return Mandate(
        id=row.id,
        holder_id=row.holder_id,
        holder=name,
        role=row.role,
        capacity=row.capacity,
        body_id=row.body_id,
        scope=tuple(row.scope),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        acts_for_id=row.acts_for_id,
        acts_for=acts_for,
        ground_act=row.ground_act,
        ground_number=row.ground_number,
        ground_date=row.ground_date,
        ground_sha256=row.ground_sha256,
        revoked_at=row.revoked_at,
    )


def certificates(office: Office, by: UUID) -> list[CertificateLine]:
    """Every certificate, those that need attention first.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, ADMINISTRATORS, uow.now)
        owner = aliased(BodyRow)
        rows = uow.session.execute(
            sa.select(CertificateRow, PersonRow.name, owner.title)
            .outerjoin(PersonRow, PersonRow.id == CertificateRow.person_id)
            .outerjoin(owner, owner.id == CertificateRow.body_id)
            .order_by(CertificateRow.not_after)
        )
        return [
            CertificateLine(
                serial=row.serial,
                holder=name,
                body=title,
                subject=row.subject,
                issuer=row.issuer,
                not_before=row.not_before,
                not_after=row.not_after,
                state=_state(row, uow.now),
            )
            for row, name, title in rows
        ]


def _state(row: CertificateRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.not_after <= now:
        return "expired"
    if row.locked_until is not None and row.locked_until > now:
        return "locked"
    return "expiring" if (row.not_after - now).days < EXPIRING_DAYS else "valid"


def outbox(office: Office, by: UUID, page: int = 1) -> Page:
    """The notices, the newest first.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, ADMINISTRATORS, uow.now)
        total = uow.session.scalar(sa.select(sa.func.count()).select_from(OutboxRow)) or 0
        paging = Paging(page=max(1, page), total=total)
        rows = uow.session.execute(
            sa.select(OutboxRow, CaseRow.number)
            .outerjoin(CaseRow, CaseRow.id == OutboxRow.case_id)
            .order_by(OutboxRow.created_at.desc(), OutboxRow.id)
            .limit(paging.size)
            .offset(paging.offset)
        )
        return Page(lines=[_notice(row, number) for row, number in rows], paging=paging)


def _notice(row: OutboxRow, number: str | None) -> OutboxLine:
    return OutboxLine(
        id=row.id,
        recipient=row.recipient,
        subject=row.subject,
        body=row.body,
        case_id=row.case_id,
        case_number=number,
        document_id=row.document_id,
        created_at=row.created_at,
        sent_at=row.sent_at,
        error=row.error,
    )


def audit_trail(office: Office, by: UUID, *, action: str = "", text: str = "", page: int = 1) -> Page:
    """The audit trail, the newest first; `action` is a beginning such as ``case:step``.

    :raises NotPermitted: no administrator
    """
    with office.reading() as uow:
        require_any_role(uow.session, by, ADMINISTRATORS, uow.now)
        conditions: list[sa.ColumnElement[bool]] = [sa.true()]
        if action:
            conditions.append(AuditRow.action.startswith(action, autoescape=True))
        if text:
            conditions.append(contains(text, AuditRow.subject, AuditRow.stream, AuditRow.actor))
        where = sa.and_(*conditions)
        total = uow.session.scalar(sa.select(sa.func.count()).select_from(AuditRow).where(where)) or 0
        paging = Paging(page=max(1, page), total=total)
        rows = list(
            uow.session.execute(
                sa.select(AuditRow)
                .where(where)
                .order_by(AuditRow.at.desc(), AuditRow.stream, AuditRow.seq.desc())
                .limit(paging.size)
                .offset(paging.offset)
            ).scalars()
        )
        return Page(lines=_audit_lines(uow, rows), paging=paging)


def _audit_lines(uow: UnitOfWork, rows: Sequence[AuditRow]) -> list[AuditLine]:
    names = people_named(uow.session, {known for row in rows if (known := _identity(row.actor))})
    cases = _case_numbers(uow, {known for row in rows if (known := _identity(row.stream))})
    return [
        AuditLine(
            stream=cases.get(_identity(row.stream), row.stream),
            seq=row.seq,
            at=row.at,
            actor=names.get(_identity(row.actor) or UUID(int=0), row.actor),
            action=row.action,
            subject=row.subject,
            details=row.details,
            sha256=row.sha256,
        )
        for row in rows
    ]


def _case_numbers(uow: UnitOfWork, ids: set[UUID]) -> dict[UUID | None, str]:
    rows = uow.session.execute(sa.select(CaseRow.id, CaseRow.number).where(CaseRow.id.in_(ids)))
    return {row.id: row.number for row in rows}


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
