"""The administrator's lists: the outbox and the audit trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from processes.office import Office
from processes.organisation import people_named
from processes.queries.matching import contains
from processes.queries.paging import Page, Paging
from processes.queries.people import require_any_role
from processes.tables import AuditRow, CaseRow, OutboxRow
from processes.unit_of_work import UnitOfWork

Titles = Mapping[str, str]
ADMINISTRATORS = frozenset({"administrator"})


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
